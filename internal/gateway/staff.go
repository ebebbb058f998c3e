package gateway

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
)

// summaryEvery gathers changes of lists that come in quick succession into one frame per conversation.
const summaryEvery = 100 * time.Millisecond

// staff is the connection of one agent's browser.
type staff struct {
	*conn
	agent   chat.AgentID
	session StaffSession

	mu   sync.Mutex // the reader opens and shuts conversations, the writer streams them
	open map[chat.ConversationID]*opened

	listed  map[chat.ConversationID]bool // what the browser has in its lists
	mine    map[chat.ConversationID]bool // of those, where the agent takes part
	stale   map[chat.ConversationID]bool // summaries to send when the gathering time is over
	gather  *time.Timer
	changed chan chat.ConversationID // opened or shut, for the writer
}

// opened is a conversation whose entries this connection streams.
type opened struct {
	actor desk.Actor
	ticks ticks
	position
}

type listsFrame struct {
	Type string `json:"type"` // "lists"
	desk.Lists
}

type summaryFrame struct {
	Type         string       `json:"type"` // "summary"
	Conversation desk.Summary `json:"conversation"`
}

type goneFrame struct {
	Type         string              `json:"type"` // "gone"
	Conversation chat.ConversationID `json:"conversation"`
}

type meFrame struct {
	Type string `json:"type"` // "me"
	Me   any    `json:"me"`
}

func (s *staff) serve(ctx context.Context) {
	s.sub = s.Store.Subscribe(store.Filter{Agent: s.agent})
	defer s.sub.Close()
	queue, leave := s.queue.join(s.queue.staff)
	defer leave()
	s.listed, s.mine, s.stale = map[chat.ConversationID]bool{}, map[chat.ConversationID]bool{}, map[chat.ConversationID]bool{}
	s.changed = make(chan chat.ConversationID, queued)
	s.gather = time.NewTimer(time.Hour)
	s.gather.Stop()
	defer s.gather.Stop()
	s.run(ctx,
		func(ctx context.Context) error { return s.read(ctx, s.do) },
		func(ctx context.Context) error {
			if err := s.apart(func() error { return s.lists(ctx) }); err != nil {
				return err
			}
			return s.write(ctx, events{wake: s.wake, alive: s.session.Alive, opened: s.changed, open: s.turn, gather: s.gather.C, flush: s.summaries,
				queue: queue, nudged: func(ctx context.Context) error { return s.nudged(ctx, queue) }})
		})
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.open {
		if err := o.ticks.flush(context.WithoutCancel(ctx), s.Desk, o.actor); err != nil {
			s.Log.Warn("note delivery", "conversation", o.actor.Conversation, "err", err)
		}
	}
}

// do performs one command of the agent.
func (s *staff) do(ctx context.Context, cmd command) (desk.Posted, error) {
	switch cmd.Type {
	case "open":
		return desk.Posted{}, s.doOpen(ctx, cmd)
	case "shut":
		s.mu.Lock()
		delete(s.open, cmd.Conversation)
		s.mu.Unlock()
		return desk.Posted{}, s.tell(ctx, cmd.Conversation)
	case "alive":
		return desk.Posted{}, nil
	}
	a, err := s.Desk.Agent(ctx, s.agent, cmd.Conversation)
	if err != nil {
		return desk.Posted{}, err
	}
	switch cmd.Type {
	case "post":
		return s.Desk.Post(ctx, a, cmd.line())
	case "edit":
		return s.Desk.Edit(ctx, a, cmd.Ref, cmd.line())
	case "delete":
		return s.Desk.Delete(ctx, a, cmd.ID, cmd.Ref)
	case "react":
		return s.Desk.React(ctx, a, cmd.ID, cmd.Ref, cmd.Emoji, cmd.Withdrawn)
	case "read":
		return desk.Posted{}, s.Desk.MarkRead(ctx, a, cmd.Seq)
	case "typing":
		return desk.Posted{}, s.Desk.Typing(ctx, a, cmd.On)
	}
	return desk.Posted{}, chat.Refuse(chat.Invalid, "bad_command", "There is no such command.")
}

func (s *staff) doOpen(ctx context.Context, cmd command) error {
	if cmd.After < 0 {
		return chat.RefuseField("after", "bad_cursor", "A cursor is not negative.")
	}
	a, err := s.Desk.Onlooker(ctx, s.agent, cmd.Conversation)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.open[cmd.Conversation] = &opened{actor: a, position: position{cursor: cmd.After, at: cmd.At}}
	s.mu.Unlock()
	if s.Focus != nil {
		s.Focus(ctx, cmd.Conversation)
	}
	return s.tell(ctx, cmd.Conversation)
}

// tell lets the writer know that a conversation was opened or shut.
func (s *staff) tell(ctx context.Context, id chat.ConversationID) error {
	select {
	case s.changed <- id:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// turn begins to stream a conversation that was opened, or stops. What the browser read of it by a call says nothing of who is connected,
// and is older than the following.
func (s *staff) turn(ctx context.Context, id chat.ConversationID) error {
	s.follow(id)
	if s.opened(id) != nil {
		s.touch(id)
	}
	return s.entries(ctx, id)
}

// own notes whether the agent takes part in a conversation.
func (s *staff) own(id chat.ConversationID, mine bool) {
	if mine == s.mine[id] {
		return
	}
	if mine {
		s.mine[id] = true
		s.touch(id) // for what happened between reading and following
	} else {
		delete(s.mine, id)
	}
	s.follow(id)
}

// follow asks for all hints of a conversation that the browser shows. Of its lines an agent who takes part hears in any case; not so of
// cursors, typing, lanes, and who comes and goes.
func (s *staff) follow(id chat.ConversationID) {
	if s.mine[id] || s.opened(id) != nil {
		s.sub.Watch(id)
	} else {
		s.sub.Unwatch(id)
	}
}

func (s *staff) opened(id chat.ConversationID) *opened {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[id]
}

// wake looks at what the hints are about: lines of opened conversations go out at once, lists after a short gathering time.
func (s *staff) wake(ctx context.Context) error {
	for _, h := range s.sub.Take() {
		var err error
		switch h.Topic {
		case store.TopicLog:
			err = s.entries(ctx, h.Conversation)
			s.touch(h.Conversation)
		case store.TopicCursors, store.TopicLane, store.TopicPresence, store.TopicOffer:
			s.touch(h.Conversation)
		case store.TopicAll:
			err = s.everything(ctx)
		case store.TopicTyping:
			if o := s.opened(h.Conversation); o != nil {
				if f, ok := typing(h, o.actor.Participant); ok {
					err = s.put(ctx, encode(f))
				}
			}
		case store.TopicTalk:
			if h.Agent == s.agent {
				err = s.talk(ctx, h)
			}
		case store.TopicLink, store.TopicAgent:
			if h.Agent == s.agent {
				err = s.me(ctx)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nudged looks at conversations of the queue that changed; the browser may have one of them open.
func (s *staff) nudged(ctx context.Context, queue *nudge) error {
	for id := range queue.take() {
		s.touch(id)
		if err := s.entries(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// everything looks at all there is, after hints were lost.
func (s *staff) everything(ctx context.Context) error {
	if err := s.lists(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	ids := slices.Collect(maps.Keys(s.open))
	s.mu.Unlock()
	for _, id := range ids {
		if err := s.entries(ctx, id); err != nil {
			return err
		}
	}
	if err := s.talk(ctx, store.Hint{}); err != nil {
		return err
	}
	return s.me(ctx)
}

func (s *staff) me(ctx context.Context) error {
	me, err := s.Me(ctx, s.agent)
	if err != nil {
		return err
	}
	return s.put(ctx, encode(meFrame{Type: "me", Me: me}))
}

// entries streams what is new in an opened conversation.
func (s *staff) entries(ctx context.Context, id chat.ConversationID) error {
	o := s.opened(id)
	if o == nil {
		return nil
	}
	if err := s.admit(ctx, o); err != nil || s.opened(id) == nil {
		return err
	}
	if err := o.find(ctx, s.Desk, o.actor); err != nil {
		return err
	}
	for {
		entries, upTo, err := s.Desk.Entries(ctx, o.actor, o.cursor, pageSize)
		if err != nil {
			return err
		}
		if upTo == o.cursor {
			break
		}
		if err := s.put(ctx, encode(entriesFrame{Type: "entries", Conversation: id, Entries: entries, UpTo: upTo, Anew: o.anew})); err != nil {
			return err
		}
		o.cursor, o.anew = upTo, false
	}
	if o.actor.Participant != 0 {
		o.ticks.reached(s.Desk, s.Log, o.actor, o.cursor)
	}
	return nil
}

// admit looks again at what an onlooker is to a conversation: after the agent accepted it, a participant; after somebody else did,
// nothing any more.
func (s *staff) admit(ctx context.Context, o *opened) error {
	if o.actor.Participant != 0 {
		return nil
	}
	a, err := s.Desk.Onlooker(ctx, s.agent, o.actor.Conversation)
	if chat.IsKind(err, chat.NotFound) {
		s.mu.Lock()
		delete(s.open, o.actor.Conversation)
		s.mu.Unlock()
		s.follow(o.actor.Conversation)
		return nil
	}
	if err == nil {
		o.actor = a
	}
	return err
}

// touch marks a conversation's summary as stale and starts the gathering time.
func (s *staff) touch(id chat.ConversationID) {
	if len(s.stale) == 0 {
		s.gather.Reset(summaryEvery)
	}
	s.stale[id] = true
}

func (s *staff) lists(ctx context.Context) error {
	all, err := s.Desk.Lists(ctx, s.agent)
	if err != nil {
		return err
	}
	for _, list := range [][]desk.Summary{all.Mine, all.Waiting, all.Offers} {
		for i := range list {
			list[i].CustomerAway = s.away(list[i].ID)
			s.listed[list[i].ID] = true
		}
	}
	for _, sum := range all.Mine {
		s.own(sum.ID, true)
	}
	return s.put(ctx, encode(listsFrame{Type: "lists", Lists: all}))
}

// summaries sends what became stale: the new summary while the conversation is in a list or opened, and that it is gone when it
// left the lists.
func (s *staff) summaries(ctx context.Context) error {
	stale := s.stale
	s.stale = map[chat.ConversationID]bool{} // what is touched meanwhile starts the next gathering time
	for id := range stale {
		sum, listed, err := s.Desk.Summary(ctx, s.agent, id)
		if err != nil && !chat.IsKind(err, chat.NotFound) {
			return err
		}
		if listed || sum.ID != "" && s.opened(id) != nil {
			sum.CustomerAway = s.away(id)
			if err := s.put(ctx, encode(summaryFrame{Type: "summary", Conversation: sum})); err != nil {
				return err
			}
		}
		if !listed && s.listed[id] {
			if err := s.put(ctx, encode(goneFrame{Type: "gone", Conversation: id})); err != nil {
				return err
			}
		}
		if listed {
			s.listed[id] = true
		} else {
			delete(s.listed, id)
		}
		s.own(id, listed && sum.Me != 0)
	}
	return nil
}
