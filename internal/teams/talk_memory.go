package teams

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"trialog/internal/chat"
	"trialog/internal/directory"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// talks is what a node remembers of agents' talks: which chats were found to be theirs, what they just posted, which teams they are in.
// Nothing that people wrote is among it but what the agent posted in the last minutes, so that a repeat is known. The zero value is ready.
type talks struct {
	mu     sync.Mutex
	agents map[chat.AgentID]*talker
}

// talker is what is remembered of one agent. It ends with the agent's sign-out, with another Microsoft account, and some time after the
// last use.
type talker struct {
	person   chat.PersonID
	used     time.Time
	chats    map[graph.ChatID]bool
	attempts map[string]*talkAttempt
	channels directory.Channels
	listed   time.Time // when channels were asked for
}

// talkAttempt is a line on its way under a client id.
type talkAttempt struct {
	gate    chan struct{} // capacity 1: held while posting; guards what follows
	place   directory.Place
	text    string
	marker  string
	began   time.Time
	unclear bool // it may stand there already
	done    *directory.Line
}

const (
	talkerLife     = 2 * time.Hour
	attemptLife    = 10 * time.Minute
	maxTalkers     = 10_000
	maxKnownChats  = 2000
	channelsFresh  = 5 * time.Minute
	maxTalkAtOnce  = 200 // attempts of one agent that are remembered
	talkMarkerSize = 12
)

// of returns what is remembered of an agent who is that person. It expects mu to be held.
func (t *talks) of(l agentPerson) *talker {
	now := time.Now()
	if t.agents == nil || len(t.agents) > maxTalkers {
		t.agents = map[chat.AgentID]*talker{}
	}
	k := t.agents[l.agent]
	if k == nil || k.person != l.person || now.Sub(k.used) > talkerLife {
		k = &talker{person: l.person, chats: map[graph.ChatID]bool{}, attempts: map[string]*talkAttempt{}}
		t.agents[l.agent] = k
	}
	k.used = now
	return k
}

func (t *talks) know(l agentPerson, id graph.ChatID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.of(l)
	if len(k.chats) >= maxKnownChats {
		clear(k.chats)
	}
	k.chats[id] = true
}

func (t *talks) knows(l agentPerson, id graph.ChatID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of(l).chats[id]
}

func (t *talks) forget(agent chat.AgentID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.agents, agent)
}

// attempt begins with a line, or goes on with an earlier one of the same client id; leave must be called.
func (t *talks) attempt(ctx context.Context, l agentPerson, at directory.Place, id, text string) (try *talkAttempt, leave func(), err error) {
	if try, err = t.attemptOf(l, at, id, text); err != nil {
		return nil, nil, err
	}
	select {
	case try.gate <- struct{}{}:
		return try, func() { <-try.gate }, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// agentPerson is an agent and who that is at Microsoft.
type agentPerson struct {
	agent  chat.AgentID
	person chat.PersonID
}

func (t *talks) attemptOf(l agentPerson, at directory.Place, id, text string) (*talkAttempt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.of(l)
	for old, a := range k.attempts {
		if time.Since(a.began) > attemptLife {
			delete(k.attempts, old)
		}
	}
	if a := k.attempts[id]; a != nil {
		if a.place != at || a.text != text {
			return nil, chat.Refuse(chat.Conflict, "key_conflict", "Another message was sent under this id.")
		}
		return a, nil
	}
	if len(k.attempts) >= maxTalkAtOnce {
		return nil, chat.Refuse(chat.Busy, "too_fast", "Too many messages at once.")
	}
	marker := make([]byte, talkMarkerSize)
	if _, err := rand.Read(marker); err != nil {
		return nil, err
	}
	a := &talkAttempt{gate: make(chan struct{}, 1), place: at, text: text, marker: hex.EncodeToString(marker), began: time.Now()}
	k.attempts[id] = a
	return a, nil
}

// channelsOf returns the agent's channels if they were listed just now.
func (t *talks) channelsOf(l agentPerson) (directory.Channels, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.of(l)
	return k.channels, time.Since(k.listed) < channelsFresh
}

func (t *talks) keepChannels(l agentPerson, c directory.Channels) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.of(l)
	k.channels, k.listed = c, time.Now()
}

func whoIs(l store.Link) agentPerson { return agentPerson{l.Agent, l.Person} }
