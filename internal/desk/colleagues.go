package desk

import (
	"context"
	"fmt"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// OfferTime is how long a colleague may think about an offer.
const OfferTime = 2 * time.Minute

// Colleague is whom an agent brings in: an agent, or whoever of a service comes first. Exactly one is set.
type Colleague struct {
	Agent    chat.AgentID
	Service  chat.ServiceID
	Transfer bool // the inviter leaves when somebody accepts
}

// InviteColleague offers a place in the actor's conversation. It returns the participant who stands for the offer, or who takes part already.
func (d *Desk) InviteColleague(ctx context.Context, a Actor, who Colleague) (chat.Participant, error) {
	c, err := d.store.Conversation(ctx, a.Conversation)
	if err != nil {
		return chat.Participant{}, err
	}
	service, err := d.serviceOf(ctx, c)
	if err != nil {
		return chat.Participant{}, err
	}
	guest, agents, err := d.colleague(ctx, service, who)
	if err != nil {
		return chat.Participant{}, err
	}
	offer := chat.Offer{Agents: agents, Service: who.Service, Until: time.Now().Add(OfferTime).UTC(), Transfer: who.Transfer}
	done, err := d.store.Append(ctx, store.Write{Conversation: a.Conversation, Decide: func(c *chat.Conversation) ([]chat.Entry, error) {
		return c.InviteColleague(a.Participant, guest, offer)
	}})
	if err != nil {
		return chat.Participant{}, err
	}
	if len(done.Entries) > 0 {
		d.store.Signal(ctx, store.Hint{Conversation: a.Conversation, Topic: store.TopicOffer})
		d.audit(ctx, a, "invite_colleague", map[string]any{"agent": who.Agent, "service": who.Service, "transfer": who.Transfer})
	}
	for _, p := range done.Conversation.Participants {
		if who.Agent != "" && p.Kind == chat.Agent && p.Agent == who.Agent || who.Service != "" && p.Open() && p.Offer.Service == who.Service {
			return p, nil
		}
	}
	return chat.Participant{}, fmt.Errorf("the offer in %s left no trace", a.Conversation)
}

// colleague finds out who is meant: a name never comes from a browser. Every agent works for every service, as long as there is no routing
// that says otherwise.
func (d *Desk) colleague(ctx context.Context, here store.Service, who Colleague) (chat.Staffer, []chat.AgentID, error) {
	if (who.Agent == "") == (who.Service == "") {
		return chat.Staffer{}, nil, chat.RefuseField("agent", "agent_or_service", "Name an agent or a service.")
	}
	if who.Agent != "" {
		agent, err := d.store.Agent(ctx, who.Agent)
		if chat.IsKind(err, chat.NotFound) {
			err = chat.RefuseField("agent", "no_agent", "There is no such agent.")
		}
		return staffer(here, agent), []chat.AgentID{who.Agent}, err
	}
	service, err := d.store.Service(ctx, who.Service)
	if chat.IsKind(err, chat.NotFound) {
		err = chat.RefuseField("service", "no_service", "There is no such service.")
	}
	if err != nil {
		return chat.Staffer{}, nil, err
	}
	all, err := d.store.Agents(ctx)
	if err != nil {
		return chat.Staffer{}, nil, err
	}
	agents := make([]chat.AgentID, len(all))
	for i, agent := range all {
		agents[i] = agent.ID
	}
	return chat.Staffer{Name: service.Name}, agents, nil
}

// Decline turns an offer down.
func (d *Desk) Decline(ctx context.Context, agent chat.AgentID, id chat.ConversationID) error {
	err := d.decide(ctx, id, func(c *chat.Conversation) ([]chat.Entry, error) { return c.DeclineOffer(agent) })
	if err == nil {
		d.audit(ctx, Actor{Conversation: id, Kind: chat.Agent, Agent: agent}, "decline", nil)
	}
	return err
}

// Remind asks an expert once more, in the thread.
func (d *Desk) Remind(ctx context.Context, a Actor, expert chat.ParticipantID) error {
	err := d.decide(ctx, a.Conversation, func(c *chat.Conversation) ([]chat.Entry, error) {
		return c.Remind(a.Participant, expert, time.Now())
	})
	if err == nil {
		d.audit(ctx, a, "remind", map[string]any{"participant": expert})
	}
	return err
}
