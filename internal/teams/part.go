package teams

import (
	"context"
	"slices"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// An expert's words count from the invitation on. What somebody wrote before – a stranger whom a colleague had brought into the thread,
// or an expert who had left – does not cross, even when Microsoft tells of it after they were invited. Messages bear Microsoft's time,
// which may not be ours, and our nodes' clocks may differ, so the beginning of a part is held in Microsoft's time.

// beginPart records, before an expert is added to a thread that is there already, since when their words count. listed reports that
// Teams lists them already.
func (x *lane) beginPart(ctx context.Context, t *store.Thread, p chat.PersonID, invitation chat.Entry) (listed bool, err error) {
	if part, begun := t.Parts[p]; begun && part.Invitation == invitation.Seq {
		return false, nil
	}
	if err := x.lists.Wait(ctx, graph.ChatID(t.Chat), graph.Live); err != nil {
		return false, err
	}
	age := max(0, time.Since(invitation.At))
	members, at, err := x.sender(t).Members(ctx, graph.ChatID(t.Chat))
	if err != nil {
		return false, err
	}
	if t.Parts == nil {
		t.Parts = map[chat.PersonID]store.Part{}
	}
	t.Parts[p] = store.Part{Invitation: invitation.Seq, Since: at.Add(-age)}
	return slices.ContainsFunc(members, isPerson(p)), x.crashes("part.begun", x.Store.PutThread(ctx, t))
}

// tookPart reports whether somebody who takes part now did so when they wrote a message. Agents do as long as they carry the thread.
func (e *ear) tookPart(ctx context.Context, m graph.ChatMessage, p chat.Participant) (bool, error) {
	if p.Kind != chat.Expert {
		return true, nil
	}
	invitation, left, err := e.ahead(ctx, p)
	if err != nil {
		return false, err
	}
	part, begun := e.t.Parts[p.Person.ID]
	switch {
	case invitation.Seq != 0 && begun && part.Invitation == invitation.Seq: // is just being carried out
		return !m.Created.Before(part.Since), nil
	case invitation.Seq != 0 && !left && !begun && member(&e.t, p.Person.ID):
		return true, nil // the thread was made with them
	case invitation.Seq != 0:
		return !m.Created.Before(invitation.At.Truncate(time.Second)), nil // they were never put out
	}
	return !begun || !m.Created.Before(part.Since), nil
}

// ahead finds what the lane has still to carry out of an expert's coming and going: the invitation (Seq is 0 when there is none), and
// whether they left before it.
func (e *ear) ahead(ctx context.Context, p chat.Participant) (invitation chat.Entry, left bool, err error) {
	for after := e.t.Cursor; after < e.c.Last; {
		list, err := e.Store.Entries(ctx, e.c.ID, after, readAhead)
		if err != nil || len(list) == 0 {
			return invitation, left, err
		}
		for _, x := range list {
			switch {
			case x.Kind == chat.LeftFact && x.Fact != nil && x.Fact.Subject == p.ID:
				left = true
			case x.Kind == chat.Invitation && isBarrier(x) && invited(x) == p.ID:
				invitation = x
			}
		}
		after = list[len(list)-1].Seq
	}
	return invitation, left, nil
}

// invited is whom an invitation is about.
func invited(e chat.Entry) chat.ParticipantID {
	if e.Fact.Participant != nil {
		return e.Fact.Participant.ID
	}
	return e.Fact.Subject
}
