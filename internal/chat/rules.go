package chat

// The functions of this file are the rules of a conversation: state in, entries out or a refusal. The entries they return have
// neither Seq nor At: the store numbers and dates them in the transaction that appends them. No entries and no refusal means that
// what was asked for is so already.

// Opening is what a customer says on opening a conversation.
type Opening struct {
	Visitor Visitor
	Service string // the service's name at this moment
}

// Open begins a conversation.
func Open(o Opening) []Entry {
	name := o.Visitor.Name
	page := o.Visitor.Page
	return []Entry{{
		Audience: Everyone, Kind: Opened,
		Fact: &Fact{
			Participant: &Participant{ID: customerID, Kind: Customer, Name: name, PublicName: name, State: Joined},
			Service:     o.Service, Page: &page,
		},
	}}
}

// Staffer is an agent on the way into a conversation.
type Staffer struct {
	ID         AgentID
	Name       string // the agent's full name
	Nickname   string // what experts and colleagues read instead of Name, if set
	PublicName string // what customers read, by the service's policy
}

// Accept lets an agent into a conversation.
func (c *Conversation) Accept(a Staffer) ([]Entry, error) {
	if err := c.open(); err != nil {
		return nil, err
	}
	id := ParticipantID(len(c.Participants) + 1)
	if p, ok := c.AgentIn(a.ID); ok {
		if p.Present() {
			return nil, nil
		}
		id = p.ID
	}
	p := Participant{ID: id, Kind: Agent, Name: a.Name, PublicName: a.PublicName, Nickname: a.Nickname, Agent: a.ID, State: Joined}
	return []Entry{{Audience: Everyone, Kind: JoinedFact, Fact: &Fact{Participant: &p}}}, nil
}

// Line is something a participant says.
type Line struct {
	By       ParticipantID
	Audience Audience
	Content  Content
	Key      string // see Entry.Key
	Via      string
}

// Post lets a participant say a line.
func (c *Conversation) Post(l Line) ([]Entry, error) {
	if err := c.speaks(l.By, l.Audience); err != nil {
		return nil, err
	}
	return []Entry{{Author: l.By, Audience: l.Audience, Kind: Message, Content: l.Content, Key: l.Key, Via: l.Via}}, nil
}

// EditLine replaces the content of the speaker's own line. Line.Audience is taken from the original.
func (c *Conversation) EditLine(original Entry, l Line) ([]Entry, error) {
	if err := c.own(original, l.By); err != nil {
		return nil, err
	}
	return []Entry{{Author: l.By, Audience: original.Audience, Kind: Edit, Ref: original.Seq, Content: l.Content, Key: l.Key, Via: l.Via}}, nil
}

// DeleteLine takes the speaker's own line back. What an agent published, any agent of the chat may take back.
func (c *Conversation) DeleteLine(original Entry, l Line) ([]Entry, error) {
	if original.Published() {
		if err := c.agentActs(l.By); err != nil {
			return nil, err
		}
	} else if err := c.own(original, l.By); err != nil {
		return nil, err
	}
	return []Entry{{Author: l.By, Audience: original.Audience, Kind: Delete, Ref: original.Seq, Key: l.Key, Via: l.Via}}, nil
}

// React puts an emoji on a line or takes it back.
func (c *Conversation) React(original Entry, l Line, emoji string, withdrawn bool) ([]Entry, error) {
	if original.Kind != Message {
		return nil, Refuse(Invalid, "not_a_message", "Only messages can be reacted to.")
	}
	if err := c.speaks(l.By, original.Audience); err != nil {
		return nil, err
	}
	return []Entry{{Author: l.By, Audience: original.Audience, Kind: Reaction, Ref: original.Seq, Emoji: emoji,
		Withdrawn: withdrawn, Key: l.Key, Via: l.Via}}, nil
}

func (c *Conversation) own(original Entry, by ParticipantID) error {
	if original.Kind != Message {
		return Refuse(Invalid, "not_a_message", "Only messages can be changed.")
	}
	if original.Author != by {
		return Refuse(Forbidden, "not_yours", "Only the author can change a message.")
	}
	return c.speaks(by, original.Audience)
}

// Invitee is an expert whom an agent invites.
type Invitee struct {
	Person     Person
	Name       string
	PublicName string // what the customer will see, by the service's policy
	Share      Share  // what of the history the expert gets
}

// Invite begins the way of experts into the conversation. Those who take part already, or are on the way, are left out: inviting
// them again changes nothing. An expert who failed, left or was removed keeps their number.
func (c *Conversation) Invite(by ParticipantID, invitees []Invitee) ([]Entry, error) {
	if err := c.agentActs(by); err != nil {
		return nil, err
	}
	var entries []Entry
	next := ParticipantID(len(c.Participants) + 1)
	seen := map[Person]bool{}
	for _, i := range invitees {
		p, known := c.ExpertIn(i.Person)
		if known && p.Present() || seen[i.Person] {
			continue
		}
		seen[i.Person] = true
		id := p.ID
		if !known {
			id, next = next, next+1
		}
		person := i.Person
		share := i.Share
		entries = append(entries, Entry{Author: by, Audience: Staff, Kind: Invitation, Fact: &Fact{State: Inviting, Share: &share, Participant: &Participant{
			ID: id, Kind: Expert, Name: i.Name, PublicName: i.PublicName, Person: &person, InvitedBy: by, State: Inviting}}})
	}
	return entries, nil
}

// Progress moves an invitation on: Invited, Failed (with reason and detail), or Inviting again (a retry). After the end of the
// conversation nothing moves.
func (c *Conversation) Progress(expert ParticipantID, to State, reason, detail string) ([]Entry, error) {
	p, err := c.expert(expert)
	if IsKind(err, Gone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	allowed := map[State][]State{Inviting: {Invited, Failed}, Invited: {Failed}, Failed: {Inviting}}
	for _, s := range allowed[p.State] {
		if s == to {
			return []Entry{{Audience: Staff, Kind: Invitation, Fact: &Fact{Subject: expert, State: to, Reason: reason, Detail: detail}}}, nil
		}
	}
	return nil, nil
}

// ExpertJoined records that Microsoft Teams lists the expert as member of the thread. After the end nobody joins any more.
func (c *Conversation) ExpertJoined(expert ParticipantID) ([]Entry, error) {
	p, err := c.expert(expert)
	if IsKind(err, Gone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if p.State != Invited && p.State != Inviting {
		return nil, nil
	}
	p.State, p.Reason, p.Detail = Joined, "", ""
	return []Entry{{Audience: Everyone, Kind: JoinedFact, Fact: &Fact{Participant: &p}}}, nil
}

// Leave ends an expert's part: Reason is ReasonLeft or ReasonRemoved. Of somebody who never joined only staff hears.
func (c *Conversation) Leave(who ParticipantID, reason string) ([]Entry, error) {
	p, ok := c.Participant(who)
	if !ok {
		return nil, Refuse(NotFound, "no_participant", "There is no such participant.")
	}
	if !p.Present() || c.Status == Closed {
		return nil, nil
	}
	audience := Everyone
	if p.JoinedAt == nil {
		audience = Staff
	}
	return []Entry{{Audience: audience, Kind: LeftFact, Fact: &Fact{Subject: who, Reason: reason}}}, nil
}

// Close ends the conversation: for all when the customer or the last agent does it, for the agent alone while others remain.
func (c *Conversation) Close(by ParticipantID) ([]Entry, error) {
	if c.Status == Closed {
		return nil, nil
	}
	p, ok := c.Participant(by)
	if !ok || !p.Present() && p.State != Left {
		return nil, ErrNoConversation
	}
	switch {
	case p.State == Left: // asked again, because the answer got lost
		return nil, nil
	case p.Kind == Customer:
		return []Entry{{Author: by, Audience: Everyone, Kind: ClosedFact, Fact: &Fact{Reason: ReasonCustomer}}}, nil
	case p.Kind != Agent:
		return nil, Refuse(Forbidden, "not_an_agent", "Only the customer or an agent can end a chat.")
	case len(c.Present(Agent)) > 1:
		return c.Leave(by, ReasonLeft)
	}
	return []Entry{{Author: by, Audience: Everyone, Kind: ClosedFact, Fact: &Fact{Reason: ReasonAgent}}}, nil
}

func (c *Conversation) open() error {
	if c.Status == Closed {
		return Refuse(Gone, "conversation_closed", "This chat has ended.")
	}
	return nil
}

// speaks checks that the participant takes part now and may address the audience.
func (c *Conversation) speaks(by ParticipantID, a Audience) error {
	p, ok := c.Participant(by)
	if !ok {
		return ErrNoConversation
	}
	if err := c.open(); err != nil {
		return err
	}
	if !p.Present() {
		return Refuse(Gone, "not_taking_part", "You no longer take part in this chat.")
	}
	if !Sees(p.Kind, a) {
		return Refuse(Forbidden, "audience", "You can't write to this audience.")
	}
	return nil
}

func (c *Conversation) agentActs(by ParticipantID) error {
	if err := c.speaks(by, Staff); err != nil {
		return err
	}
	if p, _ := c.Participant(by); p.Kind != Agent {
		return Refuse(Forbidden, "not_an_agent", "Only an agent of this chat can do that.")
	}
	return nil
}

func (c *Conversation) expert(id ParticipantID) (Participant, error) {
	p, ok := c.Participant(id)
	if !ok || p.Kind != Expert {
		return p, Refuse(NotFound, "no_participant", "There is no such expert in this chat.")
	}
	return p, c.open()
}

// MaySpeak refuses participants who no longer take part, and everybody once the conversation is closed.
func (c *Conversation) MaySpeak(by ParticipantID) error { return c.speaks(by, Everyone) }

// MayOffer refuses everybody but agents of the conversation.
func (c *Conversation) MayOffer(by ParticipantID) error { return c.agentActs(by) }

// MayManage refuses everybody but agents of the conversation who act on one of its experts.
func (c *Conversation) MayManage(by, expert ParticipantID) error {
	if err := c.agentActs(by); err != nil {
		return err
	}
	_, err := c.expert(expert)
	return err
}
