package store

import (
	"context"
	"fmt"

	"trialog/internal/chat"
)

// NewConversation is what Create needs beside the first entries.
type NewConversation struct {
	// ID comes from NewID: whoever makes the conversation can name it before it exists, and repeat Create safely.
	ID      chat.ConversationID
	Service chat.ServiceID
	Visitor chat.Visitor
	// TokenHash is HashToken of the customer's secret.
	TokenHash []byte
}

// Write is one append to a conversation's log.
type Write struct {
	Conversation chat.ConversationID
	// Key is unique in the conversation; empty for a write that is never repeated. Its first entry carries it.
	Key string
	// Print identifies the body: a repeat under the same key must have the same.
	Print string
	// Decide is a pure function from the state to the entries that follow, or a refusal. No entries means there is nothing to do. It
	// gets a copy of the state, sets neither Seq nor At, and may be called more than once; it runs on whichever goroutine commits.
	Decide func(c *chat.Conversation) ([]chat.Entry, error)
	// Seats bounds in how many conversations an agent takes part whom the write brings in; nil for no bound.
	Seats *Seats
}

// Seats are how many conversations an agent may take part in at once. A write that would append anything is refused where the agent has as
// many; of writes that come together on several nodes, no more get through than there are seats.
type Seats struct {
	Agent chat.AgentID
	Most  int
	Full  error // the refusal
}

// Appended is the outcome of Append or Create.
type Appended struct {
	// Conversation is the state after the write. It is shared: read only.
	Conversation *chat.Conversation
	// Entries are what was appended, numbered and dated; of a repeat, what was appended the first time.
	Entries []chat.Entry
	// Repeat says that the key was known and nothing was appended.
	Repeat bool
}

// creation is a Create on its way into a commit.
type creation struct {
	NewConversation
	entries []chat.Entry
}

// Create begins a conversation with its first entries, of which the first must be chat.Opened. It takes the next number. A repeat with
// the same id and token yields the first outcome; another token under a known id is chat.Conflict. Errors: chat.Busy, chat.Unavailable.
func (s *Store) Create(ctx context.Context, c NewConversation, entries []chat.Entry) (Appended, error) {
	if len(entries) == 0 || entries[0].Kind != chat.Opened || c.ID == "" {
		return Appended{}, fmt.Errorf("create conversation %q: it needs an id and entries that begin with %q", c.ID, chat.Opened)
	}
	o := &op{create: &creation{NewConversation: c, entries: entries}}
	if err := s.commit(ctx, o); err != nil {
		return Appended{}, fmt.Errorf("create conversation %s: %w", c.ID, err)
	}
	return o.appended, nil
}

// Append adds what w.Decide returns to the log, durably, before it returns. Errors: what Decide refuses; chat.ErrNoConversation;
// chat.Conflict "key_conflict" when the key is known with another print; chat.Busy when too much is queued; chat.Unavailable when the
// outcome is unknown – the same write may then be repeated, its key keeps it single.
func (s *Store) Append(ctx context.Context, w Write) (Appended, error) {
	o := &op{write: &w}
	if err := s.commit(ctx, o); err != nil {
		return Appended{}, fmt.Errorf("append to %s: %w", w.Conversation, err)
	}
	return o.appended, nil
}
