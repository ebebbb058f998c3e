package desk

import (
	"context"
	"fmt"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Accept makes the agent a part of a waiting conversation, or of a running one in which the agent was offered a place. Of two agents who
// try at once, one gets it and the other is told.
func (d *Desk) Accept(ctx context.Context, agent chat.AgentID, id chat.ConversationID) (*chat.Conversation, error) {
	who, err := d.store.Agent(ctx, agent)
	if err != nil {
		return nil, fmt.Errorf("read agent %s: %w", agent, err)
	}
	now, err := d.store.Conversation(ctx, id)
	if err != nil {
		return nil, err
	}
	service, err := d.serviceOf(ctx, now)
	if err != nil {
		return nil, err
	}
	var seats *store.Seats
	if who.Capacity > 0 {
		seats = &store.Seats{Agent: agent, Most: who.Capacity, Full: chat.Refuse(chat.Conflict, "capacity", "You already have %d chats, your limit.", who.Capacity)}
	}
	done, err := d.store.Append(ctx, store.Write{Conversation: id, Seats: seats, Decide: func(c *chat.Conversation) ([]chat.Entry, error) {
		p, ok := c.AgentIn(agent)
		if ok && p.Present() {
			return nil, nil
		}
		_, offered := c.OfferTo(agent)
		if c.Status == chat.Active && !offered {
			return nil, chat.Refuse(chat.Conflict, "taken", "Another agent has taken this chat.")
		}
		if offered {
			return c.TakeOffer(staffer(service, who), time.Now())
		}
		return c.Accept(staffer(service, who))
	}})
	if err != nil {
		return nil, err
	}
	d.audit(ctx, Actor{Conversation: id, Kind: chat.Agent, Agent: agent}, "accept", nil)
	return done.Conversation, nil
}

// Close ends the conversation for all, or for the actor alone while other agents remain.
func (d *Desk) Close(ctx context.Context, a Actor) error {
	_, err := d.store.Append(ctx, store.Write{Conversation: a.Conversation,
		Decide: func(c *chat.Conversation) ([]chat.Entry, error) { return c.Close(a.Participant) }})
	if err == nil {
		d.audit(ctx, a, "close", nil)
	}
	return err
}
