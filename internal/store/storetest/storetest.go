// Package storetest is test support: it hands tests a fresh store on each of the two real databases.
//
// PostgreSQL comes from the machine's own installation: one server for each test process, started on first use as an unprivileged
// user in a temporary folder on a free loopback port, one database for each test. The server ends with the process, however that
// ends. Where PostgreSQL is missing, tests on it are skipped, and fail when CI=true.
package storetest

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"trialog/internal/store"
)

// Each runs a test once on SQLite and once on PostgreSQL, each time with a fresh database and data directory.
func Each(t *testing.T, test func(t *testing.T, cfg store.Config)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite returns the configuration of a fresh store in a temporary directory. It may be opened inside a synctest bubble.
func SQLite(tb testing.TB) store.Config {
	return store.Config{Dir: tb.TempDir(), Log: Logger(tb)}
}

// Postgres returns the configuration of a fresh store with a database of its own, or skips the test.
func Postgres(tb testing.TB) store.Config {
	return store.Config{Dir: tb.TempDir(), Log: Logger(tb), URL: databaseURL(tb)}
}

// Open opens a store and closes it when the test ends.
func Open(tb testing.TB, cfg store.Config) *store.Store {
	tb.Helper()
	s, err := store.Open(context.Background(), cfg)
	if err != nil {
		tb.Fatalf("open store: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close store: %v", err)
		}
	})
	return s
}

// Logger writes warnings and errors to the test's own output.
func Logger(tb testing.TB) *slog.Logger {
	var out io.Writer = tb.Output()
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
