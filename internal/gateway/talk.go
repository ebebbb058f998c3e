package gateway

import (
	"context"
	"encoding/json"
	"fmt"

	"trialog/internal/store"
)

// talkFrame tells an agent's browser that something was written in one of the agent's own chats in Microsoft Teams, and nothing of what:
// it reads that by itself. Without a chat it means that something may have been missed.
type talkFrame struct {
	Type string `json:"type"` // "teamsMessage"
	Chat string `json:"chat,omitempty"`
	Name string `json:"name,omitempty"` // who wrote
	Mine bool   `json:"mine,omitempty"` // the agent did
}

func (s *staff) talk(ctx context.Context, h store.Hint) error {
	f := talkFrame{}
	if h.Data != nil {
		if err := json.Unmarshal(h.Data, &f); err != nil {
			return fmt.Errorf("read hint of a talk: %w", err)
		}
	}
	f.Type = "teamsMessage"
	return s.put(ctx, encode(f))
}
