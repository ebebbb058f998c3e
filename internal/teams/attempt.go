package teams

import (
	"context"
	"errors"
	"slices"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// intend writes into the thread what is about to be created at Microsoft. It is stored, durably, before the call: whatever happens
// then, the next one to look knows that the outcome has to be found out.
func (x *lane) intend(t *store.Thread, kind string, from, to chat.Seq, marker string) {
	n := 1
	if a := t.Attempt; a != nil && a.Kind == kind {
		n = a.N + 1
	}
	t.Attempt = &store.Attempt{Kind: kind, From: from, To: to, N: n, Marker: marker, Node: x.Node, Incarnation: x.incarnation, StartedAt: time.Now().UTC()}
}

// unclear records that a call may or may not have taken effect.
func (x *lane) unclear(ctx context.Context, t *store.Thread, err error) error {
	x.count(t.Account, Unclear)
	x.Log.WarnContext(ctx, "teams: outcome unclear, verifying", "conversation", x.id, "kind", t.Attempt.Kind, "err", err)
	t.Attempt.Ambiguous, t.Attempt.EndedAt = true, time.Now().UTC()
	t.Attempt.ReadAt = t.Attempt.EndedAt.Add(verifyAfter)
	return x.crashes("unclear.stored", x.put(ctx, t, store.LaneVerifying, "", ""))
}

const (
	verifyAfter   = 2 * time.Second // first read-back
	absentEnough  = 2               // complete reads without a trace
	verifyLongest = 15 * time.Second

	withheldLongest = 2 * time.Minute // after that, what a policy withholds is taken for no post of ours
)

// resolve finds out what became of an attempt. One that is still "sending" was begun by an earlier run of this program or another
// node, since a lane has one attempt in flight and this one is not in the middle of it.
func (x *lane) resolve(ctx context.Context, c *chat.Conversation, t *store.Thread) (time.Duration, error) {
	a := t.Attempt
	if !a.Ambiguous {
		a.Ambiguous, a.EndedAt, a.ReadAt = true, time.Now().UTC(), time.Now().UTC()
		if err := x.put(ctx, t, store.LaneVerifying, "", ""); err != nil {
			return idle, err
		}
	}
	if a.Kind != "create" {
		if message := x.shown(a.Marker); message != "" { // evidence A: a notification
			return now, x.confirm(ctx, t, graph.MessageID(message))
		}
	}
	settling := x.left(&x.settling, a.EndedAt.Add(x.Settle), x.Settle)
	patient := a.Hidden.IsZero() || x.left(&x.hidden, a.Hidden.Add(withheldLongest), withheldLongest) > 0
	if wait := until(a.ReadAt, verifyLongest); wait > 0 {
		return wait, nil
	}
	found, hidden, err := x.verify(ctx, t, patient)
	if err != nil || found {
		return now, err
	}
	if hidden && patient {
		if a.Hidden.IsZero() {
			a.Hidden = time.Now().UTC()
		}
		a.ReadAt = time.Now().Add(verifyLongest).UTC()
		return now, x.Store.PutThread(ctx, t)
	}
	a.Absent++
	a.ReadAt = time.Now().Add(min(verifyAfter<<a.Absent, verifyLongest)).UTC()
	if a.Absent >= absentEnough && settling == 0 {
		return now, x.again(ctx, c, t)
	}
	return now, x.Store.PutThread(ctx, t)
}

// again gives an attempt up that left no trace: what it was for is done anew, under the same marker.
func (x *lane) again(ctx context.Context, c *chat.Conversation, t *store.Thread) error {
	x.count(t.Account, Repeated)
	x.Log.InfoContext(ctx, "teams: attempt left no trace, trying again", "conversation", x.id, "kind", t.Attempt.Kind, "n", t.Attempt.N)
	if t.Attempt.Kind == "post" {
		t.Resend = t.Attempt.To
	}
	if t.Attempt.Kind != "create" {
		t.GivenUp = append(t.GivenUp, store.GivenUp{Marker: t.Attempt.Marker, Print: t.Attempt.Print})
	}
	t.Recheck = time.Now().Add(x.Settle).UTC()
	t.Attempt = nil
	return x.put(ctx, t, store.LaneIdle, "", "")
}

// verify reads back, completely, whether an attempt took effect (evidence B). hidden reports that it can't be told, since a policy withholds
// from us what may be its post; a patient caller then waits, any other takes what can be read.
func (x *lane) verify(ctx context.Context, t *store.Thread, patient bool) (found, hidden bool, err error) {
	if t.Attempt.Kind == "create" {
		made, ok, err := x.findCreated(ctx, t)
		if err != nil || !ok {
			return false, false, err
		}
		return true, false, x.created(ctx, t, made)
	}
	posts, hidden, err := x.findPosts(ctx, t)
	if err != nil || len(posts) == 0 || hidden && patient {
		return false, hidden, err
	}
	if err := x.compensate(ctx, t, posts); err != nil {
		return false, false, err
	}
	return true, false, x.confirm(ctx, t, posts[0])
}

// findPosts walks the thread, newest first, down to the last confirmed post – a bound that needs no clock – for live posts of the attempt,
// and returns them oldest first: those that carry its marker or say its words, else the only one that has at least its head. Where the
// attempt was made once, the oldest alone is ours: whoever copied it did so later. hidden reports that a policy withholds from
// us what the sender wrote there, and that this may be the post rather than what was found.
func (x *lane) findPosts(ctx context.Context, t *store.Thread) (found []graph.MessageID, hidden bool, err error) {
	var alike, veiled []graph.MessageID
	marked := false
	var failed error
	err = x.sender(t).Messages(ctx, graph.ChatID(t.Chat), pace(x.reads, t.Chat, graph.Live), func(m graph.ChatMessage) bool {
		if t.LastRemote != "" && !newer(string(m.ID), t.LastRemote) {
			return false
		}
		switch ours := m.Deleted == nil && claim(*t, m) == t.Attempt.Marker; {
		case ours:
			found, marked = append(found, m.ID), marked || markerOf(*t, m) != ""
		case resembles(*t, m), bySender(*t, m) && m.Deleted == nil && withheld(m):
			var taken bool
			taken, failed = x.takenIn(ctx, m.ID)
			switch {
			case taken:
			case withheld(m):
				veiled = append(veiled, m.ID)
			default:
				alike = append(alike, m.ID)
			}
		}
		return failed == nil
	})
	if err = errors.Join(err, failed); err != nil {
		return nil, false, err
	}
	if len(found) == 0 && len(alike) == 1 {
		return alike, len(veiled) > 0, nil
	}
	slices.SortFunc(found, func(a, b graph.MessageID) int { return compareIDs(string(a), string(b)) })
	if !marked && !repeated(t) && len(found) > 1 {
		found = found[:1]
	}
	hidden = slices.ContainsFunc(veiled, func(id graph.MessageID) bool {
		return len(found) == 0 || !marked && newer(string(found[0]), string(id)) // what can be read may be a copy of what can't
	})
	return found, hidden, nil
}

// repeated reports whether the attempt is not the first of its kind: what the ones before posted may stand beside it.
func repeated(t *store.Thread) bool {
	return slices.ContainsFunc(t.GivenUp, func(g store.GivenUp) bool { return g.Marker == t.Attempt.Marker })
}

// takenIn reports whether a message stands in the log as what somebody wrote in Teams.
func (x *lane) takenIn(ctx context.Context, id graph.MessageID) (bool, error) {
	_, taken, err := x.Store.EntryByKey(ctx, x.id, messageKeyOf(id))
	return taken, err
}

// compensate deletes all but the first of several live posts with one marker: a request that we had given up on was carried out after
// all, and what it posted stands twice.
func (x *lane) compensate(ctx context.Context, t *store.Thread, found []graph.MessageID) error {
	for _, surplus := range found[1:] {
		x.count(t.Account, Doubled)
		if err := x.deleteDoubled(ctx, *t, surplus); err != nil {
			return err
		}
	}
	return nil
}

// deleteDoubled deletes a post that stands twice. One of a sender before this one can't be deleted: staff are told, and nothing waits for it.
func (r *run) deleteDoubled(ctx context.Context, t store.Thread, surplus graph.MessageID) error {
	if err := r.posts.Wait(ctx, graph.ChatID(t.Chat), graph.Live); err != nil {
		return err
	}
	err := r.client(t.Account, t.Agent).SoftDelete(ctx, graph.UserID(t.Sender), graph.ChatID(t.Chat), surplus)
	switch {
	case graph.Missing(err):
		return nil
	case graph.Permanent(err):
		reason, detail := graph.Reason(err)
		r.Log.WarnContext(ctx, "teams: doubled post stays", "conversation", t.Conversation, "err", err)
		return r.Desk.Notice(ctx, t.Conversation, "n:doubled:"+string(surplus), chat.Staff, 0, "change_refused_"+reason, detail)
	case err == nil:
		r.Log.WarnContext(ctx, "teams: doubled post deleted", "conversation", t.Conversation)
	}
	return err
}

// confirm records that an attempt's post stands in the thread.
func (x *lane) confirm(ctx context.Context, t *store.Thread, id graph.MessageID) error {
	a := t.Attempt
	if repeated(t) {
		t.Recheck = time.Now().Add(x.Settle).UTC() // the first of them may turn up yet
	}
	t.Attempt, t.Throttles, t.MaxBytes = nil, 0, 0
	t.LastRemote, t.Echo, t.EchoSince = string(id), string(id), time.Now().UTC()
	if x.shown(a.Marker) == string(id) || standsAt(t, a.Marker) >= 0 {
		t.Echo = ""
	}
	if a.Kind == "late" {
		t.LateAnswered = true
	} else {
		t.Cursor, t.Resend = a.To, 0
	}
	t.Standing = slices.DeleteFunc(t.Standing, func(s store.Post) bool { return s.First <= t.Cursor })
	if t.State != store.LaneSending {
		t.State, t.Reason, t.Detail, t.Since = store.LaneSending, "", "", time.Now().UTC()
	}
	return x.crashes(a.Kind+".confirmed", x.Store.Confirm(ctx, t, store.Post{Message: string(id), First: a.From, Last: a.To, Marker: a.Marker}))
}

// Message ids are milliseconds as decimal text: the longer one is newer, and of equal length the greater. [api: resources/chatmessage]
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	if a < b {
		return -1
	} else if a > b {
		return 1
	}
	return 0
}

func newer(a, b string) bool { return compareIDs(a, b) > 0 }
