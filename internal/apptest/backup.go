package apptest

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the database of a world

	"trialog/internal/store"
)

// BackUp copies the database as it is, while the server runs.
func (w *World) BackUp() (err error) {
	if err := os.Remove(w.backup()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	db, err := sql.Open("sqlite", w.database())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(w.ctx, "VACUUM INTO ?", w.backup())
	return err
}

// Restore puts the copy in the place of the database of a server that has ended.
func (w *World) Restore() error {
	<-w.life.stopped
	for _, tail := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(w.database() + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	copied, err := os.ReadFile(w.backup())
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return os.WriteFile(w.database(), copied, 0o600)
}

// ClockWas lets what was noted of an attempt that is under way, and of a pause, look as by a clock that was ahead by so much.
func (w *World) ClockWas(ahead time.Duration) (err error) {
	db, err := sql.Open("sqlite", w.database())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var text []byte
	var conversation string
	if err := db.QueryRowContext(w.ctx, "SELECT conversation, body FROM threads").Scan(&conversation, &text); err != nil {
		return err
	}
	var t store.Thread
	if err := json.Unmarshal(text, &t); err != nil {
		return err
	}
	moments := []*time.Time{&t.NotBefore}
	if t.Attempt != nil {
		moments = append(moments, &t.Attempt.StartedAt, &t.Attempt.EndedAt)
	}
	shifted := 0
	for _, at := range moments {
		if !at.IsZero() {
			*at = at.Add(ahead)
			shifted++
		}
	}
	if shifted == 0 {
		return errors.New("nothing is being attempted or waited for")
	}
	if text, err = json.Marshal(t); err != nil {
		return err
	}
	_, err = db.ExecContext(w.ctx, "UPDATE threads SET body = ? WHERE conversation = ?", string(text), conversation)
	return err
}

func (w *World) database() string { return filepath.Join(w.dir, "trialog.db") }

func (w *World) backup() string { return filepath.Join(w.dir, "backup.db") }
