package chat

import "time"

// EntryKind says what an entry is. Message, Edit, Delete and Reaction are people's acts; the others are facts that each reader
// words in the reader's own language.
type EntryKind string

// The kinds of entry.
const (
	Message    EntryKind = "message"    // Content; a published line (see Publish) has Ref and Fact.Subject, the agent who published it
	Edit       EntryKind = "edit"       // Ref and the new Content; old versions stay in the log
	Delete     EntryKind = "delete"     // Ref
	Reaction   EntryKind = "reaction"   // Ref, Emoji, Withdrawn
	Opened     EntryKind = "opened"     // Fact.Participant is the customer, Fact.Service, Fact.Page
	JoinedFact EntryKind = "joined"     // Fact.Participant
	LeftFact   EntryKind = "left"       // Fact.Subject, Fact.Reason: left, removed, ended
	Invitation EntryKind = "invitation" // Fact.Participant and Fact.Share (when inviting), Fact.Subject, Fact.State, Fact.Reason, Fact.Detail
	ClosedFact EntryKind = "closed"     // Fact.Reason: customer, agent, timeout
	Notice     EntryKind = "notice"     // Fact.Reason, Fact.Detail: something a person should know, e.g. a file that can't cross
)

// ViaTeams marks entries that were written inside the thread: Teams shows them there already, so the lane skips them.
const ViaTeams = "teams"

// Entry is one line of the log. Entries are never changed; Edit, Delete and Reaction refer to an earlier seq.
type Entry struct {
	Seq      Seq           `json:"seq"`
	At       time.Time     `json:"at"`
	Author   ParticipantID `json:"author,omitempty"`
	Audience Audience      `json:"audience"`
	Kind     EntryKind     `json:"kind"`
	// Key is unique in the conversation; a repeat of the same key and body yields the first seq.
	// "c3:abc" is client id abc of participant 3, "t:1700000000000" a Graph message.
	Key       string  `json:"key,omitempty"`
	Via       string  `json:"via,omitempty"`
	Ref       Seq     `json:"ref,omitempty"`
	Content   Content `json:"content,omitempty"`
	Emoji     string  `json:"emoji,omitempty"`
	Withdrawn bool    `json:"withdrawn,omitempty"`
	Fact      *Fact   `json:"fact,omitempty"`
}

// Fact is the payload of the system's entries.
type Fact struct {
	Participant *Participant  `json:"participant,omitempty"`
	Subject     ParticipantID `json:"subject,omitempty"`
	State       State         `json:"state,omitempty"`
	Reason      string        `json:"reason,omitempty"`
	Detail      string        `json:"detail,omitempty"`
	Service     string        `json:"service,omitempty"`
	Page        *Page         `json:"page,omitempty"`
	Share       *Share        `json:"share,omitempty"` // what the invited expert gets of the history
	Agent       AgentID       `json:"agent,omitempty"` // who declined an offer to several
}

// Reasons of facts: why a participant left, why a conversation ended. Reasons of failed invitations are the connector's stable codes.
const (
	ReasonLeft     = "left"     // by their own act
	ReasonRemoved  = "removed"  // by an agent
	ReasonCustomer = "customer" // the customer ended the chat
	ReasonAgent    = "agent"    // the last agent ended the chat
)

// Page is where on the web the customer was when the chat began.
type Page struct {
	URL   string `json:"url,omitempty"`
	Title string `json:"title,omitempty"`
}

// System reports whether the entry is a fact rather than a person's act.
func (e Entry) System() bool {
	switch e.Kind {
	case Message, Edit, Delete, Reaction:
		return false
	}
	return true
}
