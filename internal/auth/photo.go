package auth

import (
	"context"

	"trialog/internal/chat"
)

// SetPhoto replaces an account's photo, which package media has made; none deletes it.
func (a *Auth) SetPhoto(ctx context.Context, agent chat.AgentID, photo []byte) error {
	if photo == nil {
		return a.store.DropPhoto(ctx, agent)
	}
	_, err := a.store.PutPhoto(ctx, agent, photo)
	return err
}
