// Package store keeps everything durable: the log of every conversation, and the small tables around it.
//
// # The log
//
// Append is the one way in: it locks a conversation, hands its state to a pure function that returns entries, numbers and dates
// them, and answers once they are committed and synced. Concurrent callers share one transaction and one sync (commit.go); there is
// no timer and no goroutine behind it: whoever comes first commits for all who queued meanwhile. Readers follow with Entries from
// their own cursor; Subscribe wakes them, and a wake-up is only ever a hint.
//
// # Two databases, one text
//
// SQLite in the data directory by default, PostgreSQL for several nodes. The SQL is the same; dialect.go holds what differs. On
// SQLite one connection writes and a pool reads.
//
// # Concurrency
//
// All methods may be called from many goroutines. Open starts none of its own. Run is one long-lived part: it listens to the other
// nodes (PostgreSQL), sweeps what has expired, and now and then tells all subscribers to look again, because hints may be lost. The
// write queue is bounded: when it is full, callers are refused with chat.Busy and may repeat. A subscriber that does not read costs
// nobody anything: its hints are coalesced and bounded.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Config says where a Store keeps its data. Dir must be set; the zero value of everything else works.
type Config struct {
	// URL is the database: empty for the SQLite file trialog.db in Dir, else postgres://….
	URL string
	// Dir is the data directory, created if missing. Blobs live in Dir/blobs, the sealing key in Dir/key.
	Dir string
	// KeyFile holds the sealing keys; empty for Dir/key, which is created on the first start.
	KeyFile string
	// Rand is where ids and tokens come from; nil for crypto/rand.
	Rand io.Reader
	// Log takes what has no caller to return to; nil for slog.Default.
	Log *slog.Logger
	// Poll is how often Run tells subscribers to look again; 0 for 15 s with PostgreSQL, 5 min with SQLite, where no hint is lost.
	Poll time.Duration
	// Shared says that other processes serve the same SQLite file, which only tests of several nodes do.
	Shared bool
	// Memory names a database in this process's memory, used instead of the SQLite file by all Stores that name it, as long as somebody
	// has it open. For tests that need thousands of installations, one after the other.
	Memory string
	// Fault is asked at every Point where a database may fail its users, and says whether it does now; nil for never. For tests.
	Fault func(Point) bool
	// CacheBytes bounds the memory for states and recent entries of hot conversations; 0 for 32 MiB.
	CacheBytes int
	// CrashAt, for tests, is asked before and after every durable write and whenever somebody reads on in a log, and ends the caller
	// there, as a kill would, when it says so.
	CrashAt func(point string) bool
}

// Store is an open database with its blobs and keys. Close it after Run has returned and no call is under way.
type Store struct {
	cfg     Config
	log     *slog.Logger
	dialect *dialect
	writer  *sql.DB // SQLite: one connection
	reader  *sql.DB // PostgreSQL: the same pool as writer
	// prepared are the statements of reader.
	prepared readStatements
	queue    queue
	hot      *hotCache
	hub      *hub
	blobs    blobs
	keys     *keyring
	node     string // names this Store among the nodes, so that it skips its own notifications

	randMu sync.Mutex
	rand   io.Reader // guarded by randMu

	// hook is called at named points of a commit; tests stop or kill the process there.
	hook func(point string)
}

// Open opens the database, brings its schema up to date and returns the Store. It starts no goroutine that outlives Close.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Dir == "" {
		return nil, errors.New("open store: no data directory given")
	}
	cfg = cfg.withDefaults()
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{cfg: cfg, log: cfg.Log, rand: cfg.Rand, hub: newHub(), hot: newHotCache(cfg.CacheBytes)}
	s.node = s.NewID()
	var err error
	if s.keys, err = loadKeys(cfg, s.random); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if s.blobs, err = openBlobs(cfg.Dir); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if s.dialect, err = openDialect(cfg, &s.writer, &s.reader); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if s.dialect.postgres == nil {
		s.prepared.text = map[string]*sql.Stmt{}
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), s.Close())
	}
	return s, nil
}

func (c Config) withDefaults() Config {
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Poll == 0 {
		c.Poll = 5 * time.Minute
		if c.URL != "" {
			c.Poll = 15 * time.Second
		}
	}
	if c.CacheBytes == 0 {
		c.CacheBytes = 32 << 20
	}
	return c
}

// Close waits for the commit under way, refuses later writes with chat.Unavailable and closes the database.
func (s *Store) Close() error {
	s.queue.close()
	s.queue.release(s.log)
	err := errors.Join(s.prepared.close(), s.writer.Close())
	if s.reader != s.writer {
		err = errors.Join(err, s.reader.Close())
	}
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.reader.PingContext(ctx); err != nil {
		return unavailable("ping database", err)
	}
	return nil
}
