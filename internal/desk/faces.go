package desk

import (
	"context"
	"fmt"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Face is an agent with a photo.
type Face struct {
	Agent chat.AgentID
	Photo string // version of the photo
}

// Faces says which agents of the actor's conversation a customer may see a photo of, by their numbers: none unless the service shows the
// full names of agents, and none of agents who are shown under anything but theirs, or never came in.
func (d *Desk) Faces(ctx context.Context, a Actor) (map[chat.ParticipantID]Face, error) {
	faces := map[chat.ParticipantID]Face{}
	c, err := d.store.Conversation(ctx, a.Conversation)
	if err != nil {
		return nil, err
	}
	service, err := d.serviceOf(ctx, c)
	if err != nil {
		return nil, err
	}
	if p := service.Settings.AgentNames; p != "" && p != store.NameFull {
		return faces, nil // also where somebody came in under the full name, before the service hid names
	}
	for _, p := range c.Participants {
		if p.Kind != chat.Agent || p.JoinedAt == nil || p.PublicName != p.Name {
			continue
		}
		who, err := d.store.Agent(ctx, p.Agent)
		if chat.IsKind(err, chat.NotFound) {
			continue // the account is no more
		}
		if err != nil {
			return nil, fmt.Errorf("read agent %s: %w", p.Agent, err)
		}
		if who.Photo != "" {
			faces[p.ID] = Face{p.Agent, who.Photo}
		}
	}
	return faces, nil
}
