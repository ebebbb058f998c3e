package chat

import (
	"slices"
	"time"
)

// Offer is a place in a running conversation that agents may accept. The first to do so has it.
type Offer struct {
	Agents   []AgentID `json:"agents"`
	Service  ServiceID `json:"service,omitempty"` // the offer is to a service: Agents are those who work for it
	Until    time.Time `json:"until"`
	Transfer bool      `json:"transfer,omitempty"` // whoever offered it leaves when it is accepted
}

// Reasons why an offer came to nothing.
const (
	ReasonDeclined  = "declined"
	ReasonExpired   = "expired"
	ReasonWithdrawn = "withdrawn"
	ReasonTaken     = "taken" // an agent of the service came in, under a number of their own
)

// Open reports whether somebody may still accept the participant's offer.
func (p Participant) Open() bool { return p.Offer != nil && p.State == Invited }

// OfferTo returns the participant who stands for an offer that the agent may accept: the agent's own, else that of a service.
func (c *Conversation) OfferTo(a AgentID) (Participant, bool) {
	if c.Status != Active {
		return Participant{}, false
	}
	if p, ok := c.AgentIn(a); ok && p.Open() {
		return p, true
	}
	return c.find(func(p Participant) bool { return p.Open() && slices.Contains(p.Offer.Agents, a) })
}

// InviteColleague offers an agent, or the agents of a service, a place in the conversation. Of a service who.ID is empty and who.Name its
// name. Somebody who takes part or has an offer already is left alone.
func (c *Conversation) InviteColleague(by ParticipantID, who Staffer, o Offer) ([]Entry, error) {
	if err := c.agentActs(by); err != nil {
		return nil, err
	}
	id := ParticipantID(len(c.Participants) + 1)
	var joined *time.Time
	if o.Service != "" {
		o.Agents = slices.DeleteFunc(slices.Clone(o.Agents), func(a AgentID) bool { p, in := c.AgentIn(a); return in && p.Present() })
		if len(o.Agents) == 0 {
			return nil, Refuse(Conflict, "nobody_there", "No other agent works for this service.")
		}
		if _, open := c.find(func(p Participant) bool { return p.Open() && p.Offer.Service == o.Service }); open {
			return nil, nil
		}
	} else if p, known := c.AgentIn(who.ID); known {
		if p.Present() || p.Open() {
			return nil, nil
		}
		id, joined = p.ID, p.JoinedAt // customers go on knowing who spoke before
	}
	p := Participant{ID: id, Kind: Agent, Name: who.Name, Nickname: who.Nickname, PublicName: who.PublicName, Agent: who.ID, InvitedBy: by,
		State: Invited, Offer: &o, JoinedAt: joined}
	return []Entry{{Author: by, Audience: Staff, Kind: Invitation, Fact: &Fact{State: Invited, Participant: &p}}}, nil
}

// TakeOffer lets an agent in who was offered a place. With a transfer, whoever offered it leaves.
func (c *Conversation) TakeOffer(a Staffer, now time.Time) ([]Entry, error) {
	place, ok := c.OfferTo(a.ID)
	if !ok {
		return nil, ErrNoConversation
	}
	if now.After(place.Offer.Until) {
		return nil, Refuse(Conflict, "offer_over", "The time to accept is over.")
	}
	entries, err := c.Accept(a)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	if place.Agent != a.ID {
		entries = append(entries, settled(place.ID, Left, ReasonTaken))
	}
	if by, ok := c.Participant(place.InvitedBy); place.Offer.Transfer && ok && by.Present() {
		entries = append(entries, Entry{Audience: Everyone, Kind: LeftFact, Fact: &Fact{Subject: by.ID, Reason: ReasonLeft}})
	}
	return entries, nil
}

// DeclineOffer turns an offer down, for one of the agents who have it.
func (c *Conversation) DeclineOffer(a AgentID) ([]Entry, error) {
	place, ok := c.OfferTo(a)
	if !ok {
		return nil, ErrNoConversation
	}
	e := settled(place.ID, Failed, ReasonDeclined)
	if place.Agent != a && len(place.Offer.Agents) > 1 {
		e.Fact.State = Invited // the others may still accept
	}
	e.Fact.Agent = a
	return []Entry{e}, nil
}

// EndOffer ends an open offer: because its time is over, or because by withdraws it.
func (c *Conversation) EndOffer(place ParticipantID, reason string) ([]Entry, error) {
	p, ok := c.Participant(place)
	if !ok || !p.Open() || c.Status == Closed {
		return nil, nil
	}
	return []Entry{settled(place, Failed, reason)}, nil
}

func settled(place ParticipantID, to State, reason string) Entry {
	return Entry{Audience: Staff, Kind: Invitation, Fact: &Fact{Subject: place, State: to, Reason: reason}}
}

// offered is the participant after something happened to the offer.
func (p Participant) offered(f *Fact) Participant {
	p.State, p.Reason = f.State, f.Reason
	if f.State == Invited && f.Agent != "" {
		p.Offer, p.Reason = p.Offer.without(f.Agent), ""
	}
	return p
}

// seated takes an agent who has come in out of the offers that are open: nobody is asked into a chat in which they take part.
func (c *Conversation) seated(a AgentID) {
	for i, p := range c.Participants {
		if p.Open() && slices.Contains(p.Offer.Agents, a) {
			c.Participants[i].Offer = p.Offer.without(a)
		}
	}
}

// without returns the offer as it stands for the others.
func (o *Offer) without(a AgentID) *Offer {
	left := *o
	left.Agents = slices.DeleteFunc(slices.Clone(o.Agents), func(other AgentID) bool { return other == a })
	return &left
}
