package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"trialog/internal/chat"
)

// Session is a sign-in of an agent in one browser.
type Session struct {
	TokenHash []byte // HashToken of the cookie
	Agent     chat.AgentID
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

var errNoSession = chat.Refuse(chat.Unauthenticated, "not_signed_in", "Please sign in.")

// CreateSession stores a session; empty CreatedAt and SeenAt become now.
func (s *Store) CreateSession(ctx context.Context, n Session) error {
	if n.CreatedAt.IsZero() {
		n.CreatedAt = now()
	}
	if n.SeenAt.IsZero() {
		n.SeenAt = n.CreatedAt
	}
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO sessions (token_hash, agent, created, seen, expires) VALUES ($1, $2, $3, $4, $5)",
			n.TokenHash, string(n.Agent), n.CreatedAt.UnixMicro(), n.SeenAt.UnixMicro(), n.ExpiresAt.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("create session of %s: %w", n.Agent, err)
	}
	return nil
}

// SessionByHash returns a session that has not expired. Error: chat.Unauthenticated "not_signed_in".
func (s *Store) SessionByHash(ctx context.Context, hash []byte) (Session, error) {
	list, err := collect(ctx, s, "read session", func(rows *sql.Rows) (n Session, err error) {
		var created, seen, expires int64
		err = rows.Scan(&n.TokenHash, &n.Agent, &created, &seen, &expires)
		n.CreatedAt, n.SeenAt, n.ExpiresAt = fromMicro(created), fromMicro(seen), fromMicro(expires)
		return n, err
	}, "SELECT token_hash, agent, created, seen, expires FROM sessions WHERE token_hash = $1 AND expires > $2", hash, time.Now().UnixMicro())
	if err != nil {
		return Session{}, err
	}
	if len(list) == 0 {
		return Session{}, errNoSession
	}
	return list[0], nil
}

// TouchSession records that a session was used and puts off its end; neither ever goes back. Call it every few minutes at most.
func (s *Store) TouchSession(ctx context.Context, hash []byte, seen, expires time.Time) error {
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sessions SET seen = CASE WHEN $2 > seen THEN $2 ELSE seen END,
			expires = CASE WHEN $3 > expires THEN $3 ELSE expires END WHERE token_hash = $1`, hash, seen.UnixMicro(), expires.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// DeleteSession ends a session; one that is not there has ended.
func (s *Store) DeleteSession(ctx context.Context, hash []byte) error {
	return s.deleteSessions(ctx, "token_hash = $1", hash)
}

// DeleteSessionsOf ends all sessions of an agent.
func (s *Store) DeleteSessionsOf(ctx context.Context, agent chat.AgentID) error {
	return s.deleteSessions(ctx, "agent = $1", string(agent))
}

func (s *Store) deleteSessions(ctx context.Context, where string, arg any) error {
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM sessions WHERE "+where, arg)
		return err
	})
	if err != nil {
		return fmt.Errorf("delete sessions: %w", err)
	}
	return nil
}
