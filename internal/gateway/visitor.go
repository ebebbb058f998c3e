package gateway

import (
	"context"
	"errors"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
)

// visitor is the connection of one customer's browser tab.
type visitor struct {
	*conn
	actor desk.Actor
	hello bool
	position
	place int // in the queue, as the customer was told
	ticks ticks
}

type viewFrame struct {
	Type         string           `json:"type"` // "view"
	Conversation desk.VisitorView `json:"conversation"`
}

type cursorsFrame struct {
	Type    string         `json:"type"` // "cursors"
	Cursors []store.Cursor `json:"cursors"`
}

func (v *visitor) serve(ctx context.Context) {
	v.sub = v.Store.Subscribe(store.Filter{Conversations: []chat.ConversationID{v.actor.Conversation}})
	defer v.sub.Close()
	defer v.arrive(ctx, v.actor.Conversation)()
	queue, leave := v.queue.join(v.queue.visitors)
	defer leave()
	hello := make(chan position, 1)
	v.run(ctx,
		func(ctx context.Context) error {
			return v.read(ctx, func(ctx context.Context, cmd command) (desk.Posted, error) { return v.do(ctx, cmd, hello) })
		},
		func(ctx context.Context) error {
			select {
			case v.position = <-hello:
			case <-ctx.Done():
				return ctx.Err()
			case <-v.done.Done():
				return closing{closeRestart, "restart"}
			}
			if err := v.apart(func() error { return v.resume(ctx) }); err != nil {
				return err
			}
			return v.write(ctx, events{wake: v.wake, alive: func(context.Context) bool { return true }, queue: queue, nudged: v.nudged})
		})
	if err := v.ticks.flush(context.WithoutCancel(ctx), v.Desk, v.actor); err != nil {
		v.Log.Warn("note delivery", "conversation", v.actor.Conversation, "err", err)
	}
}

// resume sends what the browser has not got yet.
func (v *visitor) resume(ctx context.Context) error {
	if err := v.find(ctx, v.Desk, v.actor); err != nil {
		return err
	}
	if err := v.view(ctx); err != nil {
		return err
	}
	return v.entries(ctx)
}

// do performs one command of the customer.
func (v *visitor) do(ctx context.Context, cmd command, hello chan<- position) (desk.Posted, error) {
	if !v.hello {
		if cmd.Type != "hello" || cmd.After < 0 {
			return desk.Posted{}, chat.Refuse(chat.Invalid, "no_hello", "The first command is hello.")
		}
		v.hello = true
		hello <- position{cursor: cmd.After, at: cmd.At}
		return desk.Posted{}, nil
	}
	line := cmd.line()
	line.Audience, line.Content = chat.Everyone, nil // customers write text to everyone
	switch cmd.Type {
	case "post":
		return v.Desk.Post(ctx, v.actor, line)
	case "edit":
		return v.Desk.Edit(ctx, v.actor, cmd.Ref, line)
	case "delete":
		return v.Desk.Delete(ctx, v.actor, cmd.ID, cmd.Ref)
	case "read":
		return desk.Posted{}, v.Desk.MarkRead(ctx, v.actor, cmd.Seq)
	case "typing":
		return desk.Posted{}, v.Desk.Typing(ctx, v.actor, cmd.On)
	case "end":
		return desk.Posted{}, v.Desk.Close(ctx, v.actor)
	case "alive":
		return desk.Posted{}, nil
	}
	return desk.Posted{}, chat.Refuse(chat.Invalid, "bad_command", "There is no such command.")
}

// wake looks at what the hints are about and sends what is new.
func (v *visitor) wake(ctx context.Context) error {
	for _, h := range v.sub.Take() {
		var err error
		switch h.Topic {
		case store.TopicLog:
			err = v.entries(ctx)
		case store.TopicCursors:
			err = v.cursors(ctx)
		case store.TopicAll:
			err = errors.Join(v.entries(ctx), v.cursors(ctx))
		case store.TopicTyping:
			if f, ok := typing(h, v.actor.Participant); ok && v.typist(ctx, f.Participant) {
				f.Conversation = ""
				err = v.put(ctx, encode(f))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nudged tells a waiting customer a new place in the queue.
func (v *visitor) nudged(ctx context.Context) error {
	if place := v.queue.place(v.actor.Conversation); place == 0 || place == v.place {
		return nil
	}
	return v.view(ctx)
}

// typist reports whether the customer may know that this participant types.
func (v *visitor) typist(ctx context.Context, id chat.ParticipantID) bool {
	c, err := v.Desk.Conversation(ctx, v.actor)
	if err != nil {
		return false
	}
	p, ok := c.Participant(id)
	return ok && p.Kind == chat.Agent && p.Present()
}

func (v *visitor) view(ctx context.Context) error {
	view, err := v.Desk.VisitorView(ctx, v.actor)
	if err != nil {
		return err
	}
	v.place = view.Position
	return v.put(ctx, encode(viewFrame{Type: "view", Conversation: view}))
}

func (v *visitor) cursors(ctx context.Context) error {
	cursors, err := v.Desk.Cursors(ctx, v.actor)
	if err != nil {
		return err
	}
	return v.put(ctx, encode(cursorsFrame{Type: "cursors", Cursors: cursors}))
}

// entries sends everything after the cursor, and the view again when facts changed it.
func (v *visitor) entries(ctx context.Context) error {
	changed := false
	for {
		entries, upTo, err := v.Desk.Entries(ctx, v.actor, v.cursor, pageSize)
		if err != nil {
			return err
		}
		if upTo == v.cursor {
			break
		}
		for _, e := range entries {
			changed = changed || e.System()
		}
		if err := v.put(ctx, encode(entriesFrame{Type: "entries", Entries: entries, UpTo: upTo, Anew: v.anew})); err != nil {
			return err
		}
		v.cursor, v.anew = upTo, false
	}
	v.ticks.reached(v.Desk, v.Log, v.actor, v.cursor)
	if changed {
		return v.view(ctx)
	}
	return nil
}
