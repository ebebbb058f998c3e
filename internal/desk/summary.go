package desk

import (
	"context"
	"fmt"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Summary is a conversation as staff see it in lists. JSON: Summary in ui/shared/types.ts.
type Summary struct {
	ID            chat.ConversationID `json:"id"`
	Number        int64               `json:"number"`
	Service       ServiceName         `json:"service"`
	Status        chat.Status         `json:"status"`
	OpenedAt      time.Time           `json:"openedAt"`
	ClosedAt      *time.Time          `json:"closedAt,omitempty"`
	Visitor       chat.Visitor        `json:"visitor"`
	Participants  []chat.Participant  `json:"participants"`
	Last          chat.Seq            `json:"last"`
	LastMessage   *chat.Preview       `json:"lastMessage,omitempty"`
	CustomerWaits *time.Time          `json:"customerWaits,omitempty"`
	CustomerAway  bool                `json:"customerAway,omitempty"` // set by the gateway, which knows who is connected
	Me            chat.ParticipantID  `json:"me,omitempty"`
	Unread        int                 `json:"unread"`
	Cursors       []store.Cursor      `json:"cursors"`
	Lane          *store.Lane         `json:"lane,omitempty"`
	AnswerSeconds int                 `json:"answerSeconds,omitempty"` // how long an expert's answer is waited for
}

// ServiceName is a service as lists show it.
type ServiceName struct {
	ID   chat.ServiceID `json:"id"`
	Name string         `json:"name"`
}

// VisitorView is a conversation as its customer sees it. JSON: VisitorView in ui/shared/types.ts.
type VisitorView struct {
	ID           chat.ConversationID `json:"id"`
	Number       int64               `json:"number"`
	Service      string              `json:"service"`
	Status       chat.Status         `json:"status"`
	OpenedAt     time.Time           `json:"openedAt"`
	Participants []chat.Participant  `json:"participants"`
	Last         chat.Seq            `json:"last"`
	Position     int                 `json:"position,omitempty"`
	Cursors      []store.Cursor      `json:"cursors"`
}

// Lists are an agent's conversations that are not over, those that wait for any agent, and running ones in which the agent is offered a
// place, oldest first.
type Lists struct {
	Mine    []Summary `json:"mine"`
	Waiting []Summary `json:"waiting"`
	Offers  []Summary `json:"offers"`
}

// Lists returns the agent's lists.
func (d *Desk) Lists(ctx context.Context, agent chat.AgentID) (l Lists, err error) {
	own, offered, err := d.own(ctx, agent)
	if err != nil {
		return Lists{}, err
	}
	queue, err := d.store.Waiting(ctx, maxWaiting)
	if err != nil {
		return Lists{}, fmt.Errorf("list waiting conversations: %w", err)
	}
	for _, part := range []struct {
		to   *[]Summary
		from []*chat.Conversation
	}{{&l.Mine, own}, {&l.Waiting, queue}, {&l.Offers, offered}} {
		if *part.to, err = d.summaries(ctx, agent, part.from); err != nil {
			return Lists{}, err
		}
	}
	return l, nil
}

// own lists the conversations in which the agent takes part, and those in which the agent has an offer.
func (d *Desk) own(ctx context.Context, agent chat.AgentID) (mine, offered []*chat.Conversation, err error) {
	all, err := d.store.OfAgent(ctx, agent)
	if err != nil {
		return nil, nil, fmt.Errorf("list conversations of %s: %w", agent, err)
	}
	for _, c := range all {
		if p, ok := c.AgentIn(agent); ok && p.Present() {
			mine = append(mine, c)
		} else {
			offered = append(offered, c)
		}
	}
	return mine, offered, nil
}

// maxWaiting bounds the list of waiting conversations that an agent is shown.
const maxWaiting = 200

func (d *Desk) summaries(ctx context.Context, agent chat.AgentID, all []*chat.Conversation) ([]Summary, error) {
	list := make([]Summary, 0, len(all))
	for _, c := range all {
		s, err := d.summary(ctx, agent, c)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// Summary returns one conversation as the agent sees it; listed is false when it belongs in none of the agent's lists.
func (d *Desk) Summary(ctx context.Context, agent chat.AgentID, id chat.ConversationID) (s Summary, listed bool, err error) {
	c, err := d.store.Conversation(ctx, id)
	if err != nil {
		return Summary{}, false, err
	}
	p, mine := c.AgentIn(agent)
	_, offered := c.OfferTo(agent)
	listed = c.Status == chat.Waiting || offered || c.Status == chat.Active && mine && p.Present()
	if !listed && (!mine || p.JoinedAt == nil) {
		return Summary{}, false, nil
	}
	s, err = d.summary(ctx, agent, c)
	return s, listed, err
}

func (d *Desk) summary(ctx context.Context, agent chat.AgentID, c *chat.Conversation) (Summary, error) {
	s := Summary{ID: c.ID, Number: c.Number, Status: c.Status, OpenedAt: c.OpenedAt, ClosedAt: c.ClosedAt, Visitor: c.Visitor,
		Participants: c.Participants, Last: c.Last, LastMessage: c.LastMessage, CustomerWaits: c.CustomerWaits}
	service, err := d.store.Service(ctx, c.Service)
	if err != nil {
		return Summary{}, fmt.Errorf("read service %s: %w", c.Service, err)
	}
	s.Service = ServiceName{ID: service.ID, Name: service.Name}
	s.AnswerSeconds = int(service.Settings.AnswerWithin().Seconds())
	if s.Cursors, err = d.cursors(ctx, c.ID); err != nil {
		return Summary{}, err
	}
	if c.Conference() || len(c.Participants) > 2 {
		if s.Lane, err = d.store.Lane(ctx, c.ID); err != nil {
			return Summary{}, fmt.Errorf("read lane of %s: %w", c.ID, err)
		}
	}
	p, ok := c.AgentIn(agent)
	if !ok || p.JoinedAt == nil {
		return s, nil
	}
	s.Me = p.ID
	s.Unread, err = d.store.Unread(ctx, c.ID, p.ID, readBy(s.Cursors, p.ID))
	return s, err
}

func (d *Desk) cursors(ctx context.Context, id chat.ConversationID) ([]store.Cursor, error) {
	cursors, err := d.store.Cursors(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read cursors of %s: %w", id, err)
	}
	if cursors == nil {
		cursors = []store.Cursor{}
	}
	return cursors, nil
}

// Cursors says how far the readers of the actor's conversation are. Customers learn it of nobody but themselves and agents.
func (d *Desk) Cursors(ctx context.Context, a Actor) ([]store.Cursor, error) {
	all, err := d.cursors(ctx, a.Conversation)
	if err != nil || a.Kind != chat.Customer {
		return all, err
	}
	c, err := d.store.Conversation(ctx, a.Conversation)
	if err != nil {
		return nil, err
	}
	seen := []store.Cursor{}
	for _, cur := range all {
		if p, ok := c.Participant(cur.Participant); ok && (p.Kind == chat.Agent || p.Kind == chat.Customer) {
			seen = append(seen, cur)
		}
	}
	return seen, nil
}

func readBy(cursors []store.Cursor, p chat.ParticipantID) chat.Seq {
	for _, c := range cursors {
		if c.Participant == p {
			return c.Read
		}
	}
	return 0
}

// VisitorView returns the actor's conversation as its customer sees it.
func (d *Desk) VisitorView(ctx context.Context, a Actor) (VisitorView, error) {
	c, err := d.store.Conversation(ctx, a.Conversation)
	if err != nil {
		return VisitorView{}, err
	}
	service, err := d.store.Service(ctx, c.Service)
	if err != nil {
		return VisitorView{}, fmt.Errorf("read service %s: %w", c.Service, err)
	}
	v := VisitorView{ID: c.ID, Number: c.Number, Service: service.Name, Status: c.Status, OpenedAt: c.OpenedAt,
		Participants: c.PublicParticipants(), Last: c.Last}
	if v.Cursors, err = d.Cursors(ctx, a); err != nil {
		return VisitorView{}, err
	}
	if c.Status == chat.Waiting {
		v.Position, err = d.store.Place(ctx, c.ID)
	}
	return v, err
}
