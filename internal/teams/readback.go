package teams

import (
	"context"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// readBack reads what has changed in the thread since everything was known to be taken in, and takes it in, in order. Notifications are
// hints; this is the truth. It is done for a reason only, never by the clock: Microsoft forbids polling.
func (x *lane) readBack(ctx context.Context, t *store.Thread) (err error) {
	defer func() {
		x.lanes.mu.Lock()
		defer x.lanes.mu.Unlock()
		x.reading = false
		if err != nil {
			x.behind = true // still to be done, also where somebody else changed the thread: what was recognised is not noted
		}
	}()
	var found []graph.ChatMessage
	err = x.sender(t).ChangedSince(ctx, graph.ChatID(t.Chat), t.Heard.Add(-overlap), pace(x.reads, t.Chat, graph.CatchUp), func(m graph.ChatMessage) bool {
		m.ChatID = graph.ChatID(t.Chat)
		found = append(found, m)
		return true
	})
	if graph.Permanent(err) {
		return x.lost(ctx, t, err)
	}
	if err != nil {
		return err
	}
	if err := x.hearAll(ctx, t, found); err != nil {
		return err
	}
	for _, m := range found {
		if m.Modified.After(t.Heard) {
			t.Heard = m.Modified
		}
	}
	if x.crash("readback.heard") {
		return errCrashed
	}
	t.CatchUp, t.ReadAt = false, time.Now().UTC()
	if (t.Recheck.IsZero() || x.recheckIn(t) == 0) && len(t.Rewrite) == 0 && len(t.Unsure) == 0 { // else it came due while this was read
		t.Recheck = time.Time{}
		if t.Attempt == nil && t.Resend == 0 {
			t.GivenUp = nil
		}
	}
	return x.crashes("readback.stored", x.Store.PutThread(ctx, t))
}

// hearAll hears messages that were read back, oldest first, and then who is gone.
func (x *lane) hearAll(ctx context.Context, t *store.Thread, found []graph.ChatMessage) error {
	leave, err := x.gates.enter(ctx, x.id)
	if err != nil {
		return err
	}
	defer leave()
	sortMessages(found)
	e := x.ear(*t, x.failures)
	e.back, e.gone, e.strange = true, map[chat.PersonID]bool{}, map[string]string{}
	for _, m := range found {
		if err := contained(func() error { return e.hear(ctx, m) }); err != nil {
			return err
		}
	}
	if err := x.recognise(ctx, t, e.strange); err != nil || len(e.gone) == 0 {
		return err
	}
	if err := x.lists.Wait(ctx, graph.ChatID(t.Chat), graph.CatchUp); err != nil {
		return err
	}
	members, _, err := x.sender(t).Members(ctx, graph.ChatID(t.Chat))
	if err != nil {
		return err
	}
	return e.departures(ctx, members)
}

// lost notes that the thread can't be read any more: it is gone, or its sender is no member. When another agent here is one – the log was set
// back to a backup from before the thread moved, say – that one carries it on.
func (x *lane) lost(ctx context.Context, t *store.Thread, err error) error {
	if !t.Ended {
		if next, ok, err := x.insider(ctx, t); err != nil {
			return err
		} else if ok {
			t.CatchUp = true
			return x.carriedBy(ctx, t, next)
		}
	}
	x.Log.WarnContext(ctx, "teams: thread can't be read", "conversation", x.id, "err", err)
	t.CatchUp, t.ReadAt, t.Echo, t.Recheck = false, time.Now().UTC(), "", time.Time{}
	if t.Ended {
		return x.Store.PutThread(ctx, t)
	}
	reason, detail := graph.Reason(err)
	return x.put(ctx, t, store.LaneBlocked, reason, detail)
}

// insider finds an agent here who may read the thread though its sender may not.
func (x *lane) insider(ctx context.Context, t *store.Thread) (successor, bool, error) {
	c, err := x.Store.Conversation(ctx, x.id)
	if err != nil {
		return successor{}, false, err
	}
	all, err := x.successors(ctx, c)
	if err != nil {
		return successor{}, false, err
	}
	for _, next := range all {
		if next.link.Person == t.Sender {
			continue
		}
		if err := x.lists.Wait(ctx, graph.ChatID(t.Chat), graph.CatchUp); err != nil {
			return successor{}, false, err
		}
		_, _, err := x.client(t.Account, next.agent.Agent).Members(ctx, graph.ChatID(t.Chat))
		if err == nil {
			return next, true, nil
		}
		if !graph.Permanent(err) && !needsSignIn(err) {
			return successor{}, false, err
		}
	}
	return successor{}, false, nil
}
