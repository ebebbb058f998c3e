package chat

// Sees is the rule of who may see which audience. It is the only one.
func Sees(viewer Kind, a Audience) bool {
	switch a {
	case Everyone:
		return viewer == Customer || viewer == Agent || viewer == Expert || viewer == Supervisor
	case BackRoom:
		return viewer == Agent || viewer == Expert || viewer == Supervisor
	case Staff:
		return viewer.Staff()
	}
	return false
}

// Crosses reports whether an entry is for the thread: what staff and customers say to experts, and the facts that experts should know.
func Crosses(e Entry) bool {
	if !Sees(Expert, e.Audience) || e.Via == ViaTeams {
		return false
	}
	switch e.Kind {
	case Message, Opened:
		return true
	case JoinedFact: // Teams shows itself that an expert was added
		return e.Fact != nil && e.Fact.Participant != nil && e.Fact.Participant.Kind != Expert
	case Notice:
		return e.Fact != nil
	}
	return false
}

// Project returns the entry as a viewer of that kind may see it, or false. For customers it is built anew from the few fields that
// are theirs, so that a field added later is hidden until somebody shows it: in particular a hidden name, a person id, a reason or
// another participant's key is in no byte of the result.
func Project(viewer Kind, e Entry) (Entry, bool) {
	if !Sees(viewer, e.Audience) {
		return Entry{}, false
	}
	if viewer != Customer {
		return e, true
	}
	v := Entry{Seq: e.Seq, At: e.At, Author: e.Author, Audience: Everyone, Kind: e.Kind, Ref: e.Ref,
		Content: e.Content, Emoji: e.Emoji, Withdrawn: e.Withdrawn}
	if e.Author == customerID {
		v.Key = e.Key
	}
	if e.Kind == Message {
		v.Ref = 0 // a published line refers to the private one
	}
	if e.Fact != nil && e.System() {
		v.Fact = &Fact{Subject: e.Fact.Subject, Service: e.Fact.Service}
		if e.Kind == LeftFact || e.Kind == ClosedFact {
			v.Fact.Reason = e.Fact.Reason
		}
		if p := e.Fact.Participant; p != nil {
			public := p.Public()
			v.Fact.Participant = &public
		}
	}
	return v, true
}

// customerID is the customer's number in every conversation.
const customerID ParticipantID = 1

// Public returns the participant as the customer may see it.
func (p Participant) Public() Participant {
	state := Joined
	if !p.Present() {
		state = Left
	}
	return Participant{ID: p.ID, Kind: p.Kind, Name: p.PublicName, PublicName: p.PublicName, State: state}
}

// PublicParticipants lists those of whom the customer has been told: everybody who ever joined.
func (c *Conversation) PublicParticipants() []Participant {
	public := []Participant{}
	for _, p := range c.Participants {
		if p.JoinedAt != nil {
			public = append(public, p.Public())
		}
	}
	return public
}
