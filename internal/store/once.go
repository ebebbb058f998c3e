package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// PutOnce stores data that can be taken out once, until it expires: a ticket, the state of a sign-in. The hash is HashToken of what
// the taker presents; the purpose keeps the kinds apart.
func (s *Store) PutOnce(ctx context.Context, purpose string, hash, data []byte, expires time.Time) error {
	if data == nil {
		data = []byte{}
	}
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO once (purpose, hash, data, expires) VALUES ($1, $2, $3, $4)", purpose, hash, data, expires.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("put %s: %w", purpose, err)
	}
	return nil
}

// TakeOnce takes data out: of any number of callers exactly one gets it. ok is false when it was taken, has expired or never was.
func (s *Store) TakeOnce(ctx context.Context, purpose string, hash []byte) (data []byte, ok bool, err error) {
	err = s.Update(ctx, func(tx *Tx) error {
		data, ok = nil, false
		err := tx.QueryRow(ctx, "DELETE FROM once WHERE purpose = $1 AND hash = $2 AND expires > $3 RETURNING data",
			purpose, hash, time.Now().UnixMicro()).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		ok = err == nil
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("take %s: %w", purpose, err)
	}
	return data, ok, nil
}
