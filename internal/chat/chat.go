// Package chat holds the nouns of a conversation and the rules between them: pure functions, standard library only.
//
// A conversation is an append-only log of numbered entries; everybody else is a reader with a cursor. This package says what an
// entry is, what state the entries add up to (Apply), which entries may follow (the functions that return drafts), and who may see
// which entry (Project). It reads no clock, opens no file and starts no goroutine.
//
// # Words
//
// conversation: one service chat, from its opening to its end. entry: one line of its log; seq: its number, dense from 1.
// participant: somebody who takes part, of kind customer, agent, expert or supervisor. reader: whoever follows the log; cursor: the
// last seq a reader has. audience: who an entry is meant for (everyone, staff, back room). service: the topic a customer asks about.
// offer: a waiting conversation shown to an agent. invitation: the way of an expert into a conversation. thread: the Teams chat of a
// conference. lane: the relay into one thread. attempt: one try of a lane to post. account: a Microsoft Teams integration account.
// link: an agent's Microsoft sign-in. directory, folder, person: whom one can find and invite.
package chat

import "time"

// Identifiers are distinct types so that one kind can't be passed for another. Ids that strangers see carry ≥ 128 random bits.
type (
	// ConversationID names a conversation: 26 lower-case base32 characters, unguessable.
	ConversationID string
	// AgentID names an agent's account in this installation.
	AgentID string
	// ServiceID names a service (queue).
	ServiceID string
	// AccountID names a Microsoft Teams integration account.
	AccountID string
	// PersonID names a person in an account's Microsoft tenant: the Entra object id.
	PersonID string
	// FileID names a stored file: 26 lower-case base32 characters, unguessable.
	FileID string
	// Seq numbers the entries of one conversation: 1, 2, 3 … without gaps.
	Seq int64
	// ParticipantID numbers the participants of one conversation from 1 in the order they came; 0 is the system.
	ParticipantID int
)

// Kind says in what role a participant takes part.
type Kind string

// The kinds of participant.
const (
	Customer   Kind = "customer"
	Agent      Kind = "agent"
	Expert     Kind = "expert"
	Supervisor Kind = "supervisor"
)

// Staff reports whether the kind belongs to the contact centre.
func (k Kind) Staff() bool { return k == Agent || k == Supervisor }

// Audience says who an entry is meant for.
type Audience string

// The audiences. The system's own facts for agents go to Staff; private talk with experts to BackRoom.
const (
	Everyone Audience = "everyone" // customer, agents, experts, supervisors
	Staff    Audience = "staff"    // agents and supervisors
	BackRoom Audience = "backroom" // agents, supervisors, experts
)

// Status is the stage of a conversation.
type Status string

// The stages of a conversation.
const (
	Waiting Status = "waiting" // opened, no agent yet
	Active  Status = "active"  // at least one agent takes part
	Closed  Status = "closed"  // ended for all
)

// Person is where an expert comes from: an account's tenant and the object id there.
type Person struct {
	Account AccountID `json:"account"`
	ID      PersonID  `json:"id"`
}

// Participant is somebody who takes or took part in a conversation.
type Participant struct {
	ID   ParticipantID `json:"id"`
	Kind Kind          `json:"kind"`
	// Name is what staff see; PublicName is what the customer sees, by the service's policy. Nickname, if an agent has one, is what
	// experts and colleagues read; experts are known by their Name.
	Name       string  `json:"name"`
	PublicName string  `json:"publicName"`
	Nickname   string  `json:"nickname,omitempty"`
	Agent      AgentID `json:"agent,omitempty"`
	Person     *Person `json:"person,omitempty"`
	// InvitedBy is the agent who invited this expert or colleague; for experts, its sign-in carries the thread.
	InvitedBy ParticipantID `json:"invitedBy,omitempty"`
	// Offer is what a colleague, or a service's agents, may accept while State is Invited.
	Offer *Offer `json:"offer,omitempty"`
	State State  `json:"state"`
	// Reason says in a stable code why State is Failed; Detail names the thing (a permission, a file).
	Reason   string     `json:"reason,omitempty"`
	Detail   string     `json:"detail,omitempty"`
	JoinedAt *time.Time `json:"joinedAt,omitempty"`
	LeftAt   *time.Time `json:"leftAt,omitempty"`
	// InvitedAt is the moment since when an expert could have answered; RemindedAt that of the last reminder.
	InvitedAt  *time.Time `json:"invitedAt,omitempty"`
	RemindedAt *time.Time `json:"remindedAt,omitempty"`
	// SilentAt is the moment when staff were told that no answer has come.
	SilentAt *time.Time `json:"silentAt,omitempty"`
	// AnsweredAt is the moment of the first line since the (last) invitation.
	AnsweredAt *time.Time `json:"answeredAt,omitempty"`
}

// Known is the name by which experts and colleagues know the participant.
func (p Participant) Known() string {
	if p.Nickname != "" {
		return p.Nickname
	}
	return p.Name
}

// Present reports whether the participant takes part now. Experts who are on the way in count: Teams may show them the chat before we
// hear of it. Colleagues do not before they have accepted.
func (p Participant) Present() bool {
	switch p.State {
	case Left, Removed, Failed:
		return false
	case Inviting, Invited:
		return p.Kind == Expert
	}
	return true
}

// State is where a participant stands. Customers are Joined or Left; agents may be Invited before, or Failed; experts go through all.
type State string

// The states of a participant.
const (
	Inviting State = "inviting" // the invitation is recorded, Microsoft Teams does not have it yet
	Invited  State = "invited"  // Microsoft Teams has the history; a colleague has the offer
	Joined   State = "joined"   // takes part; for experts: Microsoft Teams lists them as member of the thread
	Answered State = "answered" // the expert has written at least once
	Failed   State = "failed"   // the invitation did not get through; Reason says why
	Left     State = "left"
	Removed  State = "removed"
)
