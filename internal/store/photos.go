package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"trialog/internal/chat"
)

var errNoPhoto = chat.Refuse(chat.NotFound, "no_photo", "There is no such photo.")

// PutPhoto stores an agent's photo, replaces the one before, and signals TopicAgent. It returns the photo's version.
func (s *Store) PutPhoto(ctx context.Context, agent chat.AgentID, photo []byte) (version string, err error) {
	sum := sha256.Sum256(photo)
	version = hex.EncodeToString(sum[:8])
	err = s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO photos (agent, version, bytes) VALUES ($1, $2, $3)
			ON CONFLICT (agent) DO UPDATE SET version = excluded.version, bytes = excluded.bytes`, string(agent), version, photo)
		tx.Signal(Hint{Agent: agent, Topic: TopicAgent})
		return err
	})
	if err != nil {
		return "", fmt.Errorf("put photo of %s: %w", agent, err)
	}
	return version, nil
}

// DropPhoto deletes an agent's photo and signals TopicAgent.
func (s *Store) DropPhoto(ctx context.Context, agent chat.AgentID) error {
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM photos WHERE agent = $1", string(agent))
		tx.Signal(Hint{Agent: agent, Topic: TopicAgent})
		return err
	})
	if err != nil {
		return fmt.Errorf("delete photo of %s: %w", agent, err)
	}
	return nil
}

// Photo returns an agent's photo and its version. Error: chat.NotFound "no_photo".
func (s *Store) Photo(ctx context.Context, agent chat.AgentID) (photo []byte, version string, err error) {
	err = s.reader.QueryRowContext(ctx, "SELECT bytes, version FROM photos WHERE agent = $1", string(agent)).Scan(&photo, &version)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, "", errNoPhoto
	case err != nil:
		return nil, "", s.outcome("read photo of "+string(agent), fmt.Errorf("read photo of %s: %w", agent, err))
	}
	return photo, version, nil
}

// PhotoVersions says which agents have a photo, and its version.
func (s *Store) PhotoVersions(ctx context.Context) (map[chat.AgentID]string, error) {
	type row struct {
		agent   chat.AgentID
		version string
	}
	list, err := collect(ctx, s, "read photos", func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.agent, &r.version)
		return r, err
	}, "SELECT agent, version FROM photos")
	if err != nil {
		return nil, err
	}
	versions := make(map[chat.AgentID]string, len(list))
	for _, r := range list {
		versions[r.agent] = r.version
	}
	return versions, nil
}
