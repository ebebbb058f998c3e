package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// AuditRecord says who did what to which thing. Detail names values that may be kept, never message text or secrets.
type AuditRecord struct {
	At     time.Time
	Actor  string // "agent:…", "system"
	Action string // "sign_in", "link_teams" …
	Object string // "conversation:…"
	Detail json.RawMessage
}

// Audit records an act, durably; an empty At becomes now. Use Tx.Audit to record it together with the act itself.
func (s *Store) Audit(ctx context.Context, r AuditRecord) error {
	id := s.NewID()
	err := s.Update(ctx, func(tx *Tx) error { return tx.audit(ctx, id, r) })
	if err != nil {
		return fmt.Errorf("audit %s of %s: %w", r.Action, r.Object, err)
	}
	return nil
}

// Audit records an act in the same transaction; id comes from NewID.
func (tx *Tx) audit(ctx context.Context, id string, r AuditRecord) error {
	detail, err := document(r.Detail)
	if err != nil {
		return err
	}
	if r.At.IsZero() {
		r.At = now()
	}
	_, err = tx.Exec(ctx, "INSERT INTO audit (id, at, actor, action, object, detail) VALUES ($1, $2, $3, $4, $5, $6)",
		id, r.At.UnixMicro(), r.Actor, r.Action, r.Object, detail)
	return err
}

// AuditTrail lists the records of one object, or of all when it is empty, newest first, before a moment (zero for now), at most limit.
func (s *Store) AuditTrail(ctx context.Context, object string, before time.Time, limit int) ([]AuditRecord, error) {
	until := int64(1<<63 - 1)
	if !before.IsZero() {
		until = before.UnixMicro()
	}
	query, args := "SELECT at, actor, action, object, detail FROM audit WHERE at < $1 ORDER BY at DESC, id LIMIT $2", []any{until, limit}
	if object != "" {
		query = "SELECT at, actor, action, object, detail FROM audit WHERE at < $1 AND object = $3 ORDER BY at DESC, id LIMIT $2"
		args = append(args, object)
	}
	return collect(ctx, s, "read audit trail", func(rows *sql.Rows) (r AuditRecord, err error) {
		var at int64
		var detail []byte
		err = rows.Scan(&at, &r.Actor, &r.Action, &r.Object, &detail)
		r.At, r.Detail = fromMicro(at), detail
		return r, err
	}, query, args...)
}
