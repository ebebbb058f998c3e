package store

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"trialog/internal/chat"
)

// Hint says that something happened and where to look. It is never the truth: hints may be lost, doubled or late.
type Hint struct {
	Conversation chat.ConversationID `json:"c,omitempty"`
	Agent        chat.AgentID        `json:"a,omitempty"`
	Topic        string              `json:"t"`
	// Data travels with topics that are stored nowhere (typing, presence); keep it small.
	Data json.RawMessage `json:"d,omitempty"`
}

// Topics of hints.
const (
	TopicLog      = "log"      // entries were appended
	TopicCursors  = "cursors"  // cursors moved
	TopicLane     = "lane"     // a lane's state changed
	TopicTyping   = "typing"   // somebody types; Data says who
	TopicLink     = "link"     // an agent's Microsoft sign-in changed
	TopicAgent    = "agent"    // an agent's account changed
	TopicOffer    = "offer"    // a colleague was offered a place
	TopicPresence = "presence" // somebody came or went; Data says who
	TopicTalk     = "talk"     // something was written in a chat of an agent's own in Microsoft Teams; Data says where
	TopicAll      = "all"      // hints were or may have been lost: look at everything
)

// passing reports whether the hint itself is all there is.
func (h Hint) passing() bool {
	return h.Topic == TopicTyping || h.Topic == TopicPresence || h.Topic == TopicTalk
}

// Filter says which hints a subscription gets: those of the conversations, those that concern the agent – by name, or because the
// agent takes part in the conversation – or every one. TopicAll comes in any case.
type Filter struct {
	Conversations []chat.ConversationID
	Agent         chat.AgentID
	All           bool
}

// Subscription collects hints until they are taken. Memory is bounded: hints of the same conversation, agent and topic are one,
// except those that are all there is (typing, presence, talk). What exceeds the bound becomes TopicAll; those are dropped.
type Subscription struct {
	hub    *hub
	filter Filter        // guarded by hub.mu
	last   uint64        // guarded by hub.mu: number of the newest notice, so that one that comes by two ways is delivered once
	c      chan struct{} // capacity 1

	mu    sync.Mutex
	hints []Hint             // guarded by mu
	known map[hintPlace]bool // guarded by mu: of hints, once they are many
}

type hintPlace struct {
	conversation chat.ConversationID
	agent        chat.AgentID
	topic        string
}

// Bounds of the hints kept of one subscription.
const (
	maxHints    = 64
	maxHintsAll = 4096
	fewHints    = 16 // up to here a list is searched
)

// notice is a hint and the agents of its conversation.
type notice struct {
	Hint
	agents []chat.AgentID
}

// hub knows the subscriptions. Delivering costs what the subscribers of one conversation and its agents cost, however many others
// there are.
type hub struct {
	mu            sync.Mutex
	conversations map[chat.ConversationID][]*Subscription // guarded by mu
	agents        map[chat.AgentID][]*Subscription        // guarded by mu
	all           []*Subscription                         // guarded by mu
	number        uint64                                  // guarded by mu: of the newest notice
}

func newHub() *hub {
	return &hub{conversations: map[chat.ConversationID][]*Subscription{}, agents: map[chat.AgentID][]*Subscription{}}
}

// Subscribe begins to collect hints. Subscribe first and read then, so that nothing falls between.
func (s *Store) Subscribe(f Filter) *Subscription {
	f.Conversations = slices.Clone(f.Conversations)
	sub := &Subscription{hub: s.hub, filter: f, c: make(chan struct{}, 1)}
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.All {
		h.all = append(h.all, sub)
		return sub
	}
	for _, id := range f.Conversations {
		h.conversations[id] = append(h.conversations[id], sub)
	}
	if f.Agent != "" {
		h.agents[f.Agent] = append(h.agents[f.Agent], sub)
	}
	return sub
}

// C is signalled when there are hints to take. It is closed by nobody; stop by your own context.
func (sub *Subscription) C() <-chan struct{} { return sub.c }

// Take returns the hints collected since the last Take, oldest first.
func (sub *Subscription) Take() []Hint {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	hints := sub.hints
	sub.hints, sub.known = nil, nil
	return hints
}

// Watch adds a conversation to the filter.
func (sub *Subscription) Watch(id chat.ConversationID) {
	h := sub.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if sub.filter.All || slices.Contains(sub.filter.Conversations, id) {
		return
	}
	sub.filter.Conversations = append(sub.filter.Conversations, id)
	h.conversations[id] = append(h.conversations[id], sub)
}

// Unwatch takes a conversation out of the filter.
func (sub *Subscription) Unwatch(id chat.ConversationID) {
	h := sub.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := slices.Index(sub.filter.Conversations, id); i >= 0 {
		sub.filter.Conversations = slices.Delete(sub.filter.Conversations, i, i+1)
		without(h.conversations, id, sub)
	}
}

// Close ends the subscription. It may be called more than once.
func (sub *Subscription) Close() {
	h := sub.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = slices.DeleteFunc(h.all, func(other *Subscription) bool { return other == sub })
	for _, id := range sub.filter.Conversations {
		without(h.conversations, id, sub)
	}
	without(h.agents, sub.filter.Agent, sub)
	sub.filter = Filter{}
}

func without[K comparable](m map[K][]*Subscription, key K, sub *Subscription) {
	rest := slices.DeleteFunc(m[key], func(other *Subscription) bool { return other == sub })
	if len(rest) == 0 {
		delete(m, key)
		return
	}
	m[key] = rest
}

// add collects a hint and wakes the subscriber.
func (sub *Subscription) add(h Hint, limit int) {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if !sub.news(h) {
		return
	}
	switch {
	case len(sub.hints) < limit:
		sub.hints = append(sub.hints, h)
	case h.passing():
		return // nobody misses what is over in a moment
	default:
		sub.hints, sub.known = []Hint{{Topic: TopicAll}}, nil
	}
	select {
	case sub.c <- struct{}{}:
	default:
	}
}

// news reports whether h says more than the hints that wait already. It expects sub.mu to be held.
func (sub *Subscription) news(h Hint) bool {
	if h.passing() {
		return true
	}
	at := hintPlace{h.Conversation, h.Agent, h.Topic}
	if sub.known == nil && len(sub.hints) >= fewHints {
		sub.known = make(map[hintPlace]bool, 2*fewHints)
		for _, k := range sub.hints {
			sub.known[hintPlace{k.Conversation, k.Agent, k.Topic}] = true
		}
	}
	if sub.known != nil {
		seen := sub.known[at]
		sub.known[at] = true
		return !seen
	}
	return !slices.ContainsFunc(sub.hints, func(k Hint) bool { return hintPlace{k.Conversation, k.Agent, k.Topic} == at })
}

// publish delivers notices to the subscriptions of this process.
func (h *hub) publish(notices []notice) {
	if len(notices) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range notices {
		n := &notices[i]
		h.number++
		if n.Topic == TopicAll {
			h.wakeAll()
			continue
		}
		h.deliver(h.conversations[n.Conversation], n)
		if n.Agent != "" {
			h.deliver(h.agents[n.Agent], n)
		}
		for _, a := range n.agents {
			h.deliver(h.agents[a], n)
		}
		for _, sub := range h.all {
			sub.add(n.Hint, maxHintsAll)
		}
	}
}

// deliver expects h.mu to be held.
func (h *hub) deliver(subs []*Subscription, n *notice) {
	for _, sub := range subs {
		if sub.last != h.number {
			sub.last = h.number
			sub.add(n.Hint, maxHints)
		}
	}
}

// wakeAll tells everybody to look at everything. It expects h.mu to be held.
func (h *hub) wakeAll() {
	everything := &notice{Hint: Hint{Topic: TopicAll}}
	for _, subs := range h.conversations {
		h.deliver(subs, everything)
	}
	for _, subs := range h.agents {
		h.deliver(subs, everything)
	}
	h.deliver(h.all, everything)
}

// remind tells those who follow more than single conversations to look at everything.
func (h *hub) remind() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.number++
	everything := &notice{Hint: Hint{Topic: TopicAll}}
	for _, subs := range h.agents {
		h.deliver(subs, everything)
	}
	h.deliver(h.all, everything)
}

// followed lists the conversations that somebody follows.
func (h *hub) followed() []chat.ConversationID {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.conversations))
}

// Signal sends a hint that is stored nowhere, to this process at once and to the other nodes with the next commit. It may be lost:
// when the database does not take it, only the log hears of it.
func (s *Store) Signal(ctx context.Context, h Hint) {
	n := notice{Hint: h}
	s.hub.publish([]notice{n})
	if s.dialect.postgres == nil {
		return
	}
	if err := s.commit(ctx, &op{signal: &n}); err != nil && ctx.Err() == nil {
		s.log.Warn("tell other nodes", "topic", h.Topic, "error", err)
	}
}
