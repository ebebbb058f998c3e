package desk

import (
	"context"
	"fmt"
	"strings"

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
// come back in already, and nothing changes for them.
func (d *Desk) Invite(ctx context.Context, a Actor, guests []Guest) (invited, already []chat.Participant, err error) {
	if len(guests) == 0 || len(guests) > MaxGuests {
		return nil, nil, chat.RefuseField("people", "bad_count", "Invite between 1 and %d people.", MaxGuests)
	}
	c, err := d.store.Conversation(ctx, a.Conversation)
	if err != nil {
		return nil, nil, err
	}
	service, err := d.store.Service(ctx, c.Service)
	if err != nil {
		return nil, nil, fmt.Errorf("read service %s: %w", c.Service, err)
	}
	invitees := make([]chat.Invitee, len(guests))
	for i, g := range guests {
		name := oneLine(g.Name)
		invitees[i] = chat.Invitee{Person: g.Person, Name: name, PublicName: publicName(service, name)}
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

// publicName is what the customer may see of an expert's name, by the service's policy.
func publicName(s store.Service, name string) string {
	switch s.Settings.ExpertNames {
	case store.NameFirst:
		first, _, _ := strings.Cut(name, " ")
		return first
	case store.NameAlias:
		return s.Settings.Alias
	}
	return name
}

// Remove ends an expert's part in the actor's conversation: nothing written later crosses, in either direction.
func (d *Desk) Remove(ctx context.Context, a Actor, who chat.ParticipantID) error {
	_, err := d.store.Append(ctx, store.Write{Conversation: a.Conversation, Decide: func(c *chat.Conversation) ([]chat.Entry, error) {
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
