package teams

import (
	"context"
	"fmt"
	"html"
	"maps"
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
	here := ok && before.Present()
	if here && t.Stays {
		t.Stays = false
		return true, x.Store.PutThread(ctx, t)
	}
	if here || c.Status == chat.Closed || !settled(t) {
		return false, nil
	}
	all, err := x.successors(ctx, c)
	if err != nil {
		return false, err
	}
	for _, next := range all {
		if !slices.Contains(t.Refused, next.link.Person) {
			return true, x.moveTo(ctx, t, next)
		}
	}
	if t.Stays {
		return false, nil
	}
	return true, x.stays(ctx, t, before)
}

// successor is an agent who can carry the thread.
type successor struct {
	agent chat.Participant
	link  store.Link
}

// successors are the agents who take part and have a sign-in at the thread's account.
func (x *lane) successors(ctx context.Context, c *chat.Conversation) (all []successor, err error) {
	for _, p := range c.Present(chat.Agent) {
		link, ok, err := x.Store.LinkOf(ctx, x.run.id, p.Agent)
		if err != nil {
			return nil, err
		}
		if ok && link.Account == x.run.id && link.State == store.LinkConnected {
			all = append(all, successor{p, link})
		}
	}
	return all, nil
}

// settled reports whether nothing that was given up may still be carried out in the name of the sender of now: nobody else can put that right.
func settled(t *store.Thread) bool { return len(t.GivenUp) == 0 && len(t.Rewrite) == 0 }

// moveTo adds the next sender and makes the thread theirs. Nothing is in flight: every post so far is confirmed. What was written up to now is
// taken in first: the sender of now may open the files that were sent to them.
func (x *lane) moveTo(ctx context.Context, t *store.Thread, next successor) error {
	if person := next.link.Person; person != t.Sender {
		was := t.Sender
		if err := x.readBack(ctx, t); err != nil || t.State == store.LaneBlocked || t.Sender != was {
			return err
		}
		if err := x.add(ctx, t, person); graph.Permanent(err) {
			x.Log.WarnContext(ctx, "teams: the next agent can't take the thread over", "conversation", x.id, "err", err)
			t.Refused = append(t.Refused, person)
			return x.Store.PutThread(ctx, t)
		} else if err != nil {
			return err
		}
		if x.crash("handover.added") {
			return errCrashed
		}
		t.Leaving = t.Sender
	}
	return x.carriedBy(ctx, t, next)
}

// carriedBy makes the thread another agent's, who is a member of it.
func (x *lane) carriedBy(ctx context.Context, t *store.Thread, next successor) error {
	if person := next.link.Person; person != t.Sender {
		t.Earlier = append(slices.DeleteFunc(t.Earlier, func(p chat.PersonID) bool { return p == person }), t.Sender)
		t.Agents, t.Before = carriers(t), t.LastRemote
	}
	t.Agent, t.Sender, t.Stays = next.agent.Agent, next.link.Person, false
	if err := x.Store.PutThread(ctx, t); err != nil {
		return err
	}
	return x.Desk.Notice(ctx, x.id, fmt.Sprintf("n:moved:%d", t.Version), chat.Staff, 0, "thread_moved", next.agent.Known())
}

// carriers are all who carry or carried the thread, with the agents who they are.
func carriers(t *store.Thread) map[chat.PersonID]chat.AgentID {
	all := map[chat.PersonID]chat.AgentID{}
	maps.Copy(all, t.Agents)
	all[t.Sender] = t.Agent
	return all
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

// needsSayingAnew reports whether a line stands in a post that an earlier sender wrote: Microsoft lets nobody else change that post, so a
// correction becomes a post of its own.
func (x *lane) needsSayingAnew(ctx context.Context, c *chat.Conversation, t *store.Thread, e chat.Entry) (store.Post, bool, error) {
	original, err := x.Store.Entry(ctx, x.id, e.Ref)
	if err != nil || original.Via == chat.ViaTeams || !shown(c, original) {
		return store.Post{}, false, err
	}
	p, ok, err := x.Store.PostWith(ctx, x.id, e.Ref)
	return p, ok && !changeable(t, p), err
}

// sayAnew says a change of a line that stands in the post of an earlier sender. said is false for an edit of what was taken back: that is not
// said again.
func (x *lane) sayAnew(ctx context.Context, c *chat.Conversation, t *store.Thread, p store.Post, e chat.Entry) (pause time.Duration, said bool, err error) {
	if err := x.takeDown(ctx, t, p, e); err != nil {
		return now, false, err
	}
	newest, err := x.changes(ctx, e.Ref, e.Seq)
	if err != nil || newest[e.Ref] == nil || newest[e.Ref].Seq != e.Seq {
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
	dot := "<p><em>● "
	if e.Audience == chat.BackRoom {
		dot += r.w.onlyExperts + " · "
	}
	r.message.HTML = dot + fmt.Sprintf(r.w.deletedAnew, name, e.Ref) + "</em></p>"
	if e.Kind == chat.Edit {
		content, _ := c.ForExperts(e.Ref, e.Content)
		head := dot + fmt.Sprintf(r.w.editedAnew, name, e.Ref) + "</em></p>"
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
