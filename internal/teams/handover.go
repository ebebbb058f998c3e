package teams

import (
	"context"
	"fmt"
	"html"
	"slices"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// handOver lets the thread move with the conversation: when the agent who carries it has left, the next agent with a sign-in at the same
// account is added to the chat and becomes its sender, and the one before is taken out. It goes by the state, not by an entry, so that it
// is done whenever it becomes possible and a crash in between costs nothing. acted is false when there was nothing to do.
func (x *lane) handOver(ctx context.Context, c *chat.Conversation, t *store.Thread) (acted bool, err error) {
	if t.Leaving != "" {
		return true, x.takeOut(ctx, t)
	}
	before, ok := c.AgentIn(t.Agent)
	if ok && before.Present() || c.Status == chat.Closed {
		return false, nil
	}
	for _, next := range c.Present(chat.Agent) {
		link, ok, err := x.Store.LinkOf(ctx, x.run.id, next.Agent)
		if err != nil {
			return false, err
		}
		if ok && link.Account == x.run.id && link.State == store.LinkConnected && !slices.Contains(t.Refused, link.Person) {
			return true, x.moveTo(ctx, t, next, link)
		}
	}
	if t.Stays {
		return false, nil
	}
	return true, x.stays(ctx, t, before)
}

// moveTo adds the next sender and makes the thread theirs. Nothing is in flight: every post so far is confirmed.
func (x *lane) moveTo(ctx context.Context, t *store.Thread, next chat.Participant, link store.Link) error {
	if link.Person != t.Sender {
		if err := x.add(ctx, t, link.Person); graph.Permanent(err) {
			x.Log.WarnContext(ctx, "teams: the next agent can't take the thread over", "conversation", x.id, "err", err)
			t.Refused = append(t.Refused, link.Person)
			return x.Store.PutThread(ctx, t)
		} else if err != nil {
			return err
		}
		if x.crash("handover.added") {
			return errCrashed
		}
		t.Earlier = append(slices.DeleteFunc(t.Earlier, func(p chat.PersonID) bool { return p == link.Person }), t.Sender)
		t.Before, t.Leaving = t.LastRemote, t.Sender
	}
	t.Agent, t.Sender, t.Stays = next.Agent, link.Person, false
	if err := x.Store.PutThread(ctx, t); err != nil {
		return err
	}
	return x.Desk.Notice(ctx, x.id, fmt.Sprintf("n:moved:%d", t.Version), chat.Staff, 0, "thread_moved", next.Known())
}

// takeOut ends the membership of the sender before: access ends with the part in the conversation.
func (x *lane) takeOut(ctx context.Context, t *store.Thread) error {
	m, err := x.membership(ctx, t, t.Leaving)
	if err != nil {
		return err
	}
	if m != "" && !member(t, t.Leaving) {
		if err := x.remove(ctx, t, m); err != nil {
			if !graph.Permanent(err) {
				return err
			}
			x.Log.WarnContext(ctx, "teams: earlier sender stays in the chat", "conversation", x.id, "err", err)
			if err := x.Desk.Notice(ctx, x.id, "n:stays-in:"+string(t.Leaving), chat.Staff, 0, "sender_stays", ""); err != nil {
				return err
			}
		}
	}
	t.Leaving = ""
	return x.Store.PutThread(ctx, t)
}

// stays tells staff that the thread keeps the sign-in of an agent who has left, because no agent here can take it over.
func (x *lane) stays(ctx context.Context, t *store.Thread, before chat.Participant) error {
	t.Stays = true
	if err := x.Store.PutThread(ctx, t); err != nil {
		return err
	}
	return x.Desk.Notice(ctx, x.id, fmt.Sprintf("n:stays:%d", t.Version), chat.Staff, 0, "thread_stays", before.Known())
}

// changeable reports whether the sender of now wrote a post: Microsoft lets nobody else change it.
func changeable(t *store.Thread, p store.Post) bool {
	return t.Before == "" || newer(p.Message, t.Before)
}

// sayAnew carries a change of a line whose post an earlier sender wrote: Microsoft lets nobody else change that post, so the correction
// becomes a post of its own. said is false when the post can be changed.
func (x *lane) sayAnew(ctx context.Context, c *chat.Conversation, t *store.Thread, e chat.Entry) (pause time.Duration, said bool, err error) {
	original, err := x.Store.Entry(ctx, x.id, e.Ref)
	if err != nil || original.Via == chat.ViaTeams || !shown(c, original) {
		return now, false, err
	}
	p, ok, err := x.Store.PostWith(ctx, x.id, e.Ref)
	if err != nil || !ok || changeable(t, p) {
		return now, false, err
	}
	if err := x.takeDown(ctx, t, p, e); err != nil {
		return now, false, err
	}
	pause, err = x.correct(ctx, c, t, e)
	return pause, true, err
}

// correct says a change of a line in a post of its own.
func (x *lane) correct(ctx context.Context, c *chat.Conversation, t *store.Thread, e chat.Entry) (time.Duration, error) {
	as := *t
	as.Cursor = max(as.Cursor, 1) // no card
	r, err := x.renderer(ctx, c, &as)
	if err != nil {
		return now, err
	}
	by, _ := c.Participant(e.Author)
	name := html.EscapeString(r.w.name(by))
	r.message.HTML = "<p><em>● " + fmt.Sprintf(r.w.deletedAnew, name, e.Ref) + "</em></p>"
	if e.Kind == chat.Edit {
		content, _ := c.ForExperts(e.Ref, e.Content)
		head := "<p><em>● " + fmt.Sprintf(r.w.editedAnew, name, e.Ref) + "</em></p>"
		body, err := r.body(ctx, e, content, r.bound()-len(head))
		if err != nil {
			return now, err
		}
		r.message.HTML = head + body
	}
	if len(r.cut) > 0 {
		if err := x.tellCut(ctx, []chat.Seq{e.Ref}); err != nil {
			return now, err
		}
	}
	return x.send(ctx, t, "post", single(e), r.message)
}
