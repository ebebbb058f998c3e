package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// PutSetting stores a value of the installation under a name.
func (s *Store) PutSetting(ctx context.Context, key, value string) error {
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
		return err
	})
	if err != nil {
		return fmt.Errorf("put setting %s: %w", key, err)
	}
	return nil
}

// Setting returns a value of the installation; ok is false when it was never stored.
func (s *Store) Setting(ctx context.Context, key string) (value string, ok bool, err error) {
	err = s.queryRow(ctx, "SELECT value FROM settings WHERE key = $1", key).Scan(&value)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", false, nil
	case err != nil:
		return "", false, s.outcome("read setting "+key, fmt.Errorf("read setting %s: %w", key, err))
	}
	return value, true, nil
}
