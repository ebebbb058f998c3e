package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"trialog/internal/chat"
)

// snapshot is the decoded state of a conversation as stored. The state is shared and never changed.
type snapshot struct {
	state   *chat.Conversation
	at      int64 // of the newest entry
	version int64
	bytes   int // encoded size
	head    int // of that, the head's
}

// head is the part of chat.Conversation that changes with every message, under the same names: decoding the one over the other yields
// the whole.
type head struct {
	Last          chat.Seq      `json:"last"`
	LastMessage   *chat.Preview `json:"lastMessage,omitempty"`
	CustomerWaits *time.Time    `json:"customerWaits,omitempty"`
}

func encodeHead(c *chat.Conversation) (string, error) {
	text, err := json.Marshal(head{c.Last, c.LastMessage, c.CustomerWaits})
	if err != nil {
		return "", fmt.Errorf("encode head of %s: %w", c.ID, err)
	}
	return string(text), nil
}

func encodeBody(c *chat.Conversation) (string, error) {
	body := *c
	body.Last, body.LastMessage, body.CustomerWaits = 0, nil, nil
	text, err := json.Marshal(&body)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", c.ID, err)
	}
	return string(text), nil
}

func (p *snapshot) decode(body, head []byte) error {
	p.state, p.bytes, p.head = new(chat.Conversation), len(body)+len(head), len(head)
	if err := json.Unmarshal(body, p.state); err != nil {
		return fmt.Errorf("decode conversation: %w", err)
	}
	if err := json.Unmarshal(head, p.state); err != nil {
		return fmt.Errorf("decode head of %s: %w", p.state.ID, err)
	}
	return nil
}

// bodyChanged reports whether more than the head may have changed: facts change it, and so does an expert's first line.
func bodyChanged(before, after *chat.Conversation, fresh []chat.Entry) bool {
	return before == nil || slices.ContainsFunc(fresh, chat.Entry.System) || !slices.Equal(before.Participants, after.Participants)
}
