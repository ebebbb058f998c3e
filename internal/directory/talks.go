package directory

import (
	"context"
	"io"
	"time"

	"trialog/internal/chat"
)

// Talks is how an agent writes in Microsoft Teams, in the agent's own name, outside of any conversation: to a person one to one, or in a
// channel. Nothing of it is stored, shown to customers, or readable by anybody but that agent. Functions refuse with the codes of
// failed invitations ("missing_permission" with the permission as Field), and whatever is not the agent's with chat.NotFound "no_chat".
type Talks struct {
	// Open finds or makes the one-to-one chat with somebody.
	Open func(ctx context.Context, agent chat.AgentID, who chat.Person) (Talk, error)
	// Read returns the newest lines, or those before a cursor.
	Read func(ctx context.Context, agent chat.AgentID, at Place, before string) (Lines, error)
	// Say posts once under a client id.
	Say func(ctx context.Context, agent chat.AgentID, at Place, id string, content chat.Content) (Line, error)
	// File opens the n-th file of a message, as Read counts them. The caller closes it.
	File func(ctx context.Context, agent chat.AgentID, at Place, message string, n int) (name string, r io.ReadCloser, err error)
	// Seen tells Microsoft that the agent has read a chat.
	Seen func(ctx context.Context, agent chat.AgentID, at Place) error
	// Channels lists the teams and channels the agent is in.
	Channels func(ctx context.Context, agent chat.AgentID) (Channels, error)
	// Forget drops what is remembered of an agent's talks.
	Forget func(agent chat.AgentID)
}

// Place is a one-to-one chat, or a channel of a team.
type Place struct{ Chat, Team, Channel string }

// Talk is a one-to-one chat.
type Talk struct {
	Chat   string `json:"chat"`
	Person Person `json:"person"`
	WebURL string `json:"webUrl,omitempty"`
}

// Line is one message of a talk. Files in Content have their number in the message as id.
type Line struct {
	ID      string       `json:"id"`
	At      time.Time    `json:"at"`
	Author  string       `json:"author"`
	Mine    bool         `json:"mine,omitempty"`
	Content chat.Content `json:"content" nullable:"false"`
	Edited  bool         `json:"edited,omitempty"`
	Deleted bool         `json:"deleted,omitempty"`
	Replies int          `json:"replies,omitempty"` // in channels
}

// Lines is a page of a talk, the oldest first.
type Lines struct {
	Lines []Line `json:"lines"`
	// Before is the cursor of the page before this one; "" when there is none.
	Before string `json:"before,omitempty"`
	// State is OK, or Missing when Reason names the permission without which lines can't be read.
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
	WebURL string `json:"webUrl,omitempty"`
}

// Channels is the folder "Microsoft Teams Channels". Reason names the permission when State is Missing.
type Channels struct {
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
	Teams  []Team `json:"teams"`
}

// Team is a team of Microsoft Teams that the agent is a member of.
type Team struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Channels []Channel `json:"channels"`
}

// Channel is a channel of a team.
type Channel struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	WebURL string `json:"webUrl,omitempty"`
}
