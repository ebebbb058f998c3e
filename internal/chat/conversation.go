package chat

import (
	"slices"
	"time"
)

// Conversation is what the entries of one log add up to. It is stored beside the log as a snapshot and can always be rebuilt from
// it with Apply.
type Conversation struct {
	ID           ConversationID `json:"id"`
	Number       int64          `json:"number"` // what people say: #2841
	Service      ServiceID      `json:"service"`
	Status       Status         `json:"status"`
	OpenedAt     time.Time      `json:"openedAt"`
	ClosedAt     *time.Time     `json:"closedAt,omitempty"`
	Visitor      Visitor        `json:"visitor"`
	Participants []Participant  `json:"participants"`
	Last         Seq            `json:"last"` // seq of the newest entry
	// LastMessage is a short form of the newest message, for lists that staff see.
	LastMessage *Preview `json:"lastMessage,omitempty"`
	// CustomerWaits is the moment of the customer's oldest line that no agent or expert has answered yet.
	CustomerWaits *time.Time `json:"customerWaits,omitempty"`
	// Shares say what of the log the experts got; see ShareOf.
	Shares []Shared `json:"shares,omitempty"`
}

// Visitor is what is known about the customer.
type Visitor struct {
	Name       string            `json:"name"`
	Email      string            `json:"email,omitempty"`
	Locale     string            `json:"locale"` // "de", "en" …
	Page       Page              `json:"page"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Verified   bool              `json:"verified,omitempty"` // the site vouched for the name with a signed token
}

// Preview is the short form of a message.
type Preview struct {
	Seq      Seq           `json:"seq"`
	Author   ParticipantID `json:"author"`
	Audience Audience      `json:"audience"`
	At       time.Time     `json:"at"`
	Text     string        `json:"text"` // at most 140 characters, no line feeds
	Deleted  bool          `json:"deleted,omitempty"`
}

// Participant returns the participant with that number.
func (c *Conversation) Participant(id ParticipantID) (Participant, bool) {
	if id < 1 || int(id) > len(c.Participants) {
		return Participant{}, false
	}
	return c.Participants[id-1], true
}

// Customer returns the customer, who is always participant 1.
func (c *Conversation) Customer() Participant { return c.Participants[0] }

// AgentIn returns the agent's part in the conversation, whether or not it is over.
func (c *Conversation) AgentIn(a AgentID) (Participant, bool) {
	return c.find(func(p Participant) bool { return p.Kind == Agent && p.Agent == a })
}

// ExpertIn returns the expert's part in the conversation, whether or not it is over.
func (c *Conversation) ExpertIn(who Person) (Participant, bool) {
	return c.find(func(p Participant) bool { return p.Kind == Expert && p.Person != nil && *p.Person == who })
}

func (c *Conversation) find(match func(Participant) bool) (Participant, bool) {
	if i := slices.IndexFunc(c.Participants, match); i >= 0 {
		return c.Participants[i], true
	}
	return Participant{}, false
}

// Present lists the participants of a kind who take part now.
func (c *Conversation) Present(kind Kind) []Participant {
	var present []Participant
	for _, p := range c.Participants {
		if p.Kind == kind && p.Present() {
			present = append(present, p)
		}
	}
	return present
}

// Conference reports whether an expert takes part now.
func (c *Conversation) Conference() bool { return len(c.Present(Expert)) > 0 }

// Clone returns a copy that shares nothing that Apply changes.
func (c *Conversation) Clone() *Conversation {
	d := *c
	d.Participants, d.Shares = slices.Clone(c.Participants), slices.Clone(c.Shares)
	return &d
}

// Apply adds one entry to the state. Any entry is accepted: what makes no sense changes nothing but Last, so that an old node can
// read a newer log.
func (c *Conversation) Apply(e Entry) {
	c.Last = e.Seq
	switch e.Kind {
	case Message:
		c.applyMessage(e)
	case Edit, Delete:
		c.applyChange(e)
	case Opened:
		c.Status, c.OpenedAt = Waiting, e.At
		c.join(e.Fact, e.At)
	case JoinedFact:
		c.join(e.Fact, e.At)
		if p := e.Fact.participant(); p != nil && p.Kind == Agent {
			c.seated(p.Agent)
			if c.Status == Waiting {
				c.Status = Active
			}
		}
	case LeftFact:
		c.applyLeft(e)
	case Invitation:
		c.applyInvitation(e)
	case Notice:
		c.applyNotice(e)
	case ClosedFact:
		at := e.At
		c.Status, c.ClosedAt, c.CustomerWaits = Closed, &at, nil
	}
	c.followShare(e)
}

func (f *Fact) participant() *Participant {
	if f == nil {
		return nil
	}
	return f.Participant
}

// join adds a participant, or brings one back under the same number.
func (c *Conversation) join(f *Fact, at time.Time) {
	p := f.participant()
	if p == nil || p.ID < 1 || int(p.ID) > len(c.Participants)+1 {
		return
	}
	joined := *p
	if joined.State == "" {
		joined.State = Joined
	}
	if joined.State == Joined {
		joined.JoinedAt = &at
		if joined.Kind == Expert && joined.InvitedAt == nil {
			joined.InvitedAt = &at
		}
	}
	if int(p.ID) == len(c.Participants)+1 {
		c.Participants = append(c.Participants, joined)
		return
	}
	c.Participants[p.ID-1] = joined
}

func (c *Conversation) applyMessage(e Entry) {
	c.LastMessage = &Preview{Seq: e.Seq, Author: e.Author, Audience: e.Audience, At: e.At, Text: preview(e.Content)}
	p, ok := c.Participant(e.Author)
	if !ok {
		return
	}
	at := e.At
	switch {
	case p.Kind == Customer:
		if c.CustomerWaits == nil {
			c.CustomerWaits = &at
		}
	case e.Audience == Everyone:
		c.CustomerWaits = nil
	}
	if p.Kind == Expert && p.AnsweredAt == nil {
		c.Participants[p.ID-1].AnsweredAt, c.Participants[p.ID-1].SilentAt = &at, nil
		c.Participants[p.ID-1].State = Answered
	}
}

// applyChange keeps the preview of the newest message true to its newest version. An edit revives a deleted one only from Teams, where a
// deletion can be undone.
func (c *Conversation) applyChange(e Entry) {
	if c.LastMessage == nil || c.LastMessage.Seq != e.Ref {
		return
	}
	now := *c.LastMessage
	switch {
	case e.Kind == Delete:
		now.Text, now.Deleted = "", true
	case !now.Deleted || e.Via == ViaTeams:
		now.Text, now.Deleted = preview(e.Content), false
	}
	c.LastMessage = &now
}

// preview is the content as lists show it.
func preview(content Content) string { return shorten(content.PlainText(), 140) }

func (c *Conversation) applyLeft(e Entry) {
	if e.Fact == nil {
		return
	}
	p, ok := c.Participant(e.Fact.Subject)
	if !ok {
		return
	}
	at := e.At
	p.LeftAt, p.State = &at, Left
	if e.Fact.Reason == ReasonRemoved {
		p.State = Removed
	}
	c.Participants[p.ID-1] = p
}

func (c *Conversation) applyInvitation(e Entry) {
	if e.Fact == nil {
		return
	}
	if e.Fact.Participant != nil {
		c.applyShare(e)
		c.join(e.Fact, e.At)
		return
	}
	p, ok := c.Participant(e.Fact.Subject)
	switch {
	case ok && p.Kind == Expert:
		p.State, p.Reason, p.Detail = e.Fact.State, e.Fact.Reason, e.Fact.Detail
		if at := e.At; p.State == Invited {
			p.InvitedAt, p.RemindedAt, p.SilentAt = &at, nil, nil
		}
	case ok && p.Offer != nil:
		p = p.offered(e.Fact)
	default:
		return
	}
	c.Participants[p.ID-1] = p
}

// shorten cuts text to at most n characters on one line.
func shorten(s string, n int) string {
	runes := make([]rune, 0, n)
	for _, r := range s {
		if r == '\n' || r == '\t' {
			r = ' '
		}
		if len(runes) == n-1 {
			return string(append(runes, '…'))
		}
		runes = append(runes, r)
	}
	return string(runes)
}
