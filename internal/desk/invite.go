package desk

import (
	"context"
	"fmt"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Guest is an expert to be invited, with the name as Microsoft gives it.
type Guest struct {
	Person chat.Person
	Name   string
}

// MaxGuests is how many experts one invitation may name.
const MaxGuests = 20

// Invite begins the way of experts into the actor's conversation; the connector takes it from there. Guests who take part already
// come back in already, and nothing changes for them. choice says what they get of the history; nil for all of it.
func (d *Desk) Invite(ctx context.Context, a Actor, guests []Guest, choice *Choice) (invited, already []chat.Participant, err error) {
	if len(guests) == 0 || len(guests) > MaxGuests {
		return nil, nil, chat.RefuseField("people", "bad_count", "Invite between 1 and %d people.", MaxGuests)
	}
	c, err := d.store.Conversation(ctx, a.Conversation)
	if err != nil {
		return nil, nil, err
	}
	service, err := d.serviceOf(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	share, err := d.shareOf(ctx, a, service, choice)
	if err != nil {
		return nil, nil, err
	}
	if err := d.withinLimit(ctx, c, service, guests); err != nil {
		return nil, nil, err
	}
	invitees := make([]chat.Invitee, len(guests))
	for i, g := range guests {
		name := oneLine(g.Name)
		invitees[i] = chat.Invitee{Person: g.Person, Name: name, PublicName: expertName(service, name), Share: share}
	}
	done, err := d.store.Append(ctx, store.Write{Conversation: a.Conversation,
		Decide: func(c *chat.Conversation) ([]chat.Entry, error) { return c.Invite(a.Participant, invitees) }})
	if err != nil {
		return nil, nil, err
	}
	fresh := map[chat.Person]bool{}
	for _, e := range done.Entries {
		fresh[*e.Fact.Participant.Person] = true
		d.audit(ctx, a, "invite", map[string]any{"person": e.Fact.Participant.Person.ID, "account": e.Fact.Participant.Person.Account})
	}
	if len(done.Entries) > 0 {
		for _, l := range share.Lifted {
			d.audit(ctx, a, "lift_mask", map[string]any{"line": l.Seq, "reason": l.Reason})
		}
	}
	for _, g := range guests {
		p, _ := done.Conversation.ExpertIn(g.Person)
		if fresh[g.Person] {
			invited = append(invited, p)
		} else {
			already = append(already, p)
		}
	}
	return invited, already, nil
}

// withinLimit refuses experts who are in as many running conferences as the service allows. Two invitations at the same moment may both
// pass: the limit spares people, it guards nothing.
func (d *Desk) withinLimit(ctx context.Context, c *chat.Conversation, s store.Service, guests []Guest) error {
	limit := s.Settings.ExpertLimit
	if limit <= 0 {
		return nil
	}
	for i, g := range guests {
		if p, ok := c.ExpertIn(g.Person); ok && p.Present() {
			continue
		}
		n, err := d.store.ConferencesOf(ctx, g.Person)
		if err != nil {
			return fmt.Errorf("count conferences of an expert: %w", err)
		}
		if n >= limit {
			return &chat.Error{Kind: chat.Conflict, Code: "expert_limit", Field: fmt.Sprintf("people[%d]", i),
				Text: fmt.Sprintf("%s takes part in %d chats already, the limit of this service.", oneLine(g.Name), n)}
		}
	}
	return nil
}

// Remove ends an expert's part in the actor's conversation: nothing written later crosses, in either direction. Of a colleague it
// withdraws the offer.
func (d *Desk) Remove(ctx context.Context, a Actor, who chat.ParticipantID) error {
	_, err := d.store.Append(ctx, store.Write{Conversation: a.Conversation, Decide: func(c *chat.Conversation) ([]chat.Entry, error) {
		if p, ok := c.Participant(who); ok && p.Open() {
			if err := c.MayOffer(a.Participant); err != nil {
				return nil, err
			}
			return c.EndOffer(who, chat.ReasonWithdrawn)
		}
		if err := c.MayManage(a.Participant, who); err != nil {
			return nil, err
		}
		return c.Leave(who, chat.ReasonRemoved)
	}})
	if err == nil {
		d.audit(ctx, a, "remove", map[string]any{"participant": who})
	}
	return err
}

// RetryInvitation sends a failed invitation on its way again.
func (d *Desk) RetryInvitation(ctx context.Context, a Actor, who chat.ParticipantID) error {
	_, err := d.store.Append(ctx, store.Write{Conversation: a.Conversation, Decide: func(c *chat.Conversation) ([]chat.Entry, error) {
		if err := c.MayManage(a.Participant, who); err != nil {
			return nil, err
		}
		return c.Progress(who, chat.Inviting, "", "")
	}})
	return err
}
