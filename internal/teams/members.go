package teams

import (
	"context"
	"slices"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// bringIn carries out an invitation whose history stands in the thread: it adds the expert unless the chat was created with them,
// reports that Teams has the history, and that the expert has joined once Teams lists them.
func (x *lane) bringIn(ctx context.Context, c *chat.Conversation, t *store.Thread, e chat.Entry) error {
	p, ok := c.Participant(invited(e))
	if !ok || p.Person == nil || c.Status == chat.Closed || !p.Present() || p.State != chat.Inviting && p.State != chat.Invited {
		return nil // overtaken: failed, left, in already, or all is over
	}
	hears := x.ear(*t, 0)
	hears.c = c
	if _, left, err := hears.ahead(ctx, p); left || err != nil {
		return err // overtaken, too: they have left and were invited again, and that is carried out in its turn
	}
	if !member(t, p.Person.ID) {
		if err := x.letIn(ctx, t, p.Person.ID, e); err != nil {
			if !graph.Permanent(err) {
				return err
			}
			reason, detail := graph.Reason(blame(ctx, x.sender(t), pace(x.chats, string(t.Sender), graph.Live), err))
			if reason == "chat_gone" {
				reason = "person_unknown"
			}
			return x.Desk.InvitationProgress(ctx, x.id, p.ID, chat.Failed, reason, detail)
		}
		if x.crash("member.added") {
			return errCrashed
		}
		t.Members = append(t.Members, p.Person.ID)
		if err := x.crashes("member.stored", x.Store.PutThread(ctx, t)); err != nil {
			return err
		}
	}
	if err := x.shareFiles(ctx, t, e.Seq, p.Known()); err != nil {
		return err
	}
	if err := x.crashes("member.invited", x.Desk.InvitationProgress(ctx, x.id, p.ID, chat.Invited, "", "")); err != nil {
		return err
	}
	return x.Desk.ExpertJoined(ctx, x.id, p.ID)
}

// letIn makes an expert a member of a thread that is there already.
func (x *lane) letIn(ctx context.Context, t *store.Thread, p chat.PersonID, invitation chat.Entry) error {
	if listed, err := x.beginPart(ctx, t, p, invitation); err != nil || listed {
		return err
	}
	return x.add(ctx, t, p)
}

// add adds a member who sees everything. Somebody who is a member already is what was wanted. Until the outcome is clear, the thread says
// that it is not.
func (x *lane) add(ctx context.Context, t *store.Thread, p chat.PersonID) error {
	if err := x.waitForMembers(ctx, x.adds, t, &t.Adds); err != nil {
		return err
	}
	unsure, recheck := t.Unsure, t.Recheck
	t.Unsure, t.Recheck = append(slices.Clone(unsure), p), time.Now().Add(x.Settle).UTC()
	if err := x.Store.PutThread(ctx, t); err != nil {
		return err
	}
	err := x.sender(t).AddMember(ctx, graph.ChatID(t.Chat), graph.NewMember{User: graph.UserID(p), History: graph.WholeHistory})
	if !graph.Ambiguous(err) {
		t.Unsure, t.Recheck = unsure, recheck
	}
	if err == nil {
		return nil
	}
	listed, lerr := x.listed(ctx, t, p)
	switch {
	case listed:
		return nil
	case lerr != nil && graph.Permanent(err):
		return lerr // the refusal may mean just that: a member already
	}
	return err
}

// putOutUnsure looks whether somebody who has left is a member again, since a request to add them that we had given up on was carried out
// after all.
func (x *lane) putOutUnsure(ctx context.Context, c *chat.Conversation, t *store.Thread) error {
	for _, id := range t.Unsure {
		present := slices.ContainsFunc(c.Participants, func(p chat.Participant) bool { return p.Person != nil && p.Person.ID == id && p.Present() })
		if present || member(t, id) || id == t.Sender {
			continue // when they leave, they are put out
		}
		m, err := x.membership(ctx, t, id)
		if err == nil && m != "" {
			err = x.remove(ctx, t, m)
		}
		if err != nil {
			return err
		}
	}
	t.Unsure = nil
	return x.Store.PutThread(ctx, t)
}

// remove ends a membership. One that is no more is what was wanted.
func (x *lane) remove(ctx context.Context, t *store.Thread, m graph.MembershipID) error {
	if err := x.waitForMembers(ctx, x.removes, t, &t.Removes); err != nil {
		return err
	}
	if err := x.Store.PutThread(ctx, t); err != nil {
		return err
	}
	err := x.sender(t).RemoveMember(ctx, graph.ChatID(t.Chat), m)
	if graph.Missing(err) {
		return nil
	}
	return err
}

// waitForMembers waits until Microsoft allows to add or remove a member, of which it allows a few a minute, and notes when in the thread,
// for the next process to know.
func (x *lane) waitForMembers(ctx context.Context, budget *graph.Budget, t *store.Thread, calls *[]time.Time) error {
	budget.Recall(graph.ChatID(t.Chat), *calls)
	if err := budget.Wait(ctx, graph.ChatID(t.Chat), graph.Live); err != nil {
		return err
	}
	all := append(slices.Clone(*calls), time.Now().UTC())
	*calls = all[max(0, len(all)-membersAMinute):]
	return nil
}

func (x *lane) listed(ctx context.Context, t *store.Thread, p chat.PersonID) (bool, error) {
	m, err := x.membership(ctx, t, p)
	return m != "", err
}

// membership reads a person's membership of the thread, "" when there is none.
func (x *lane) membership(ctx context.Context, t *store.Thread, p chat.PersonID) (graph.MembershipID, error) {
	if err := x.lists.Wait(ctx, graph.ChatID(t.Chat), graph.Live); err != nil {
		return "", err
	}
	members, _, err := x.sender(t).Members(ctx, graph.ChatID(t.Chat))
	if i := slices.IndexFunc(members, isPerson(p)); err == nil && i >= 0 {
		return members[i].ID, nil
	}
	return "", err
}

// isPerson finds somebody among members.
func isPerson(p chat.PersonID) func(graph.Member) bool {
	return func(m graph.Member) bool { return strings.EqualFold(string(m.UserID), string(p)) }
}

// MayRemove refuses to remove an expert where the agent who carries the thread may not take people out of it: they would read on. Error:
// chat.Conflict "missing_permission".
func (k *Connector) MayRemove(ctx context.Context, id chat.ConversationID) error {
	t, ok, err := k.Store.Thread(ctx, id)
	if err != nil || !ok {
		return err
	}
	link, ok, err := k.Store.LinkOf(ctx, t.Account, t.Agent)
	if err != nil || !ok || graph.HasScope(link.Scopes, memberScope) {
		return err
	}
	return &chat.Error{Kind: chat.Conflict, Code: "missing_permission", Field: memberScope,
		Text: "The permission " + memberScope + " is missing. The expert can leave the chat in Microsoft Teams."}
}

// memberScope is what removing a member needs. [api: chat-delete-members]
const memberScope = "ChatMember.ReadWrite"

// putOut carries out that an expert has left or was removed: before any later line is posted, the person is no member any more.
func (x *lane) putOut(ctx context.Context, c *chat.Conversation, t *store.Thread, e chat.Entry) error {
	p, ok := c.Participant(e.Fact.Subject)
	if !ok || p.Person == nil {
		return nil
	}
	if _, begun := t.Parts[p.Person.ID]; !begun && !member(t, p.Person.ID) {
		return nil // who left while being added may be a member all the same
	}
	m, err := x.membership(ctx, t, p.Person.ID)
	if err != nil {
		return err
	}
	if m != "" && p.Person.ID != t.Sender { // who carries the thread by now stays in it, whatever they were before
		if err := x.remove(ctx, t, m); err != nil {
			return err // the lane waits or blocks: nothing is posted where the person still reads
		}
		if x.crash("member.removed") {
			return errCrashed
		}
	}
	t.Members = slices.DeleteFunc(t.Members, func(id chat.PersonID) bool { return id == p.Person.ID })
	return nil
}
