package apptest

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the database of a world
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

func (w *World) database() string { return filepath.Join(w.dir, "trialog.db") }

func (w *World) backup() string { return filepath.Join(w.dir, "backup.db") }
