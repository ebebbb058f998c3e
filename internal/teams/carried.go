package teams

import (
	"context"

	"trialog/internal/chat"
)

// Carried is a running conference whose thread an agent's sign-in carries.
type Carried struct {
	ID       chat.ConversationID `json:"id,omitempty"` // only while the agent takes part
	Number   int64               `json:"number"`
	Service  string              `json:"service"`
	Customer string              `json:"customer,omitempty"` // only while the agent takes part
}

// Carries lists the conferences that stop when an agent disables Microsoft Teams.
func (k *Connector) Carries(ctx context.Context, agent chat.AgentID) ([]Carried, error) {
	list := []Carried{}
	l, ok, err := k.current(ctx, agent)
	if err != nil || !ok {
		return list, err
	}
	threads, err := k.Store.OpenThreads(ctx, l.Account)
	if err != nil {
		return list, err
	}
	for _, t := range threads {
		if t.Agent != agent {
			continue
		}
		c, err := k.Store.Conversation(ctx, t.Conversation)
		if err != nil {
			return list, err
		}
		if c.Status == chat.Closed {
			continue
		}
		service, err := k.Store.Service(ctx, c.Service)
		if err != nil {
			return list, err
		}
		one := Carried{Number: c.Number, Service: service.Name}
		if p, ok := c.AgentIn(agent); ok && p.Present() {
			one.ID, one.Customer = c.ID, c.Visitor.Name
		}
		list = append(list, one)
	}
	return list, nil
}
