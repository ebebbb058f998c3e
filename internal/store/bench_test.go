package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// BenchmarkAppend measures durable lines per second beside the limits of the same database in the same run: rows of the same bytes,
// written by the same number of senders through a bare group commit, without rules, state or keys to look up. x-of-limit compares with
// a table like that of the entries, x-of-plain with one that has a primary key and nothing else.
func BenchmarkAppend(b *testing.B) {
	for _, senders := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("sqlite/senders=%d", senders), func(b *testing.B) { benchmarkAppend(b, storetest.SQLite(b), senders) })
	}
	for _, senders := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("postgres/senders=%d", senders), func(b *testing.B) {
			cfg := storetest.Postgres(b)
			storetest.Synced(b)
			benchmarkAppend(b, cfg, senders)
		})
	}
}

func benchmarkAppend(b *testing.B, cfg store.Config, senders int) {
	s := storetest.Open(b, cfg)
	ids := make([]chat.ConversationID, min(senders, 500))
	for i := range ids {
		ids[i] = open(b, s)
		accept(b, s, ids[i], "anna")
	}
	text := strings.Repeat("Where is my invoice? ", 6)
	b.ReportAllocs()
	b.ResetTimer()
	start := time.Now()
	send(b, senders, func(i int) error {
		_, err := s.Append(context.Background(), line(ids[i%len(ids)], fmt.Sprintf("c1:%d", i), text))
		return err
	})
	ours := float64(b.N) / time.Since(start).Seconds()
	b.StopTimer()
	e := say(b, s, ids[0], "c1:last", text).Entries[0]
	like := bareRates(b, cfg, senders, e, ids, true)
	plain := bareRates(b, cfg, senders, e, ids, false)
	b.ReportMetric(ours, "appends/s")
	b.ReportMetric(like, "limit/s")
	b.ReportMetric(ours/like, "x-of-limit")
	b.ReportMetric(ours/plain, "x-of-plain")
}

// send has senders share b.N calls.
func send(b *testing.B, senders int, one func(i int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				if err := one(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// bareRates returns rows per second of a bare group commit into a twin of the table of entries, or into a plain table.
func bareRates(b *testing.B, cfg store.Config, senders int, e chat.Entry, ids []chat.ConversationID, twin bool) float64 {
	driver, dsn, begin := "pgx", cfg.URL, "BEGIN"
	if cfg.URL == "" {
		driver, begin = "sqlite", "BEGIN IMMEDIATE"
		dsn = "file:" + cfg.Dir + "/trialog.db?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
			"&_pragma=wal_autocheckpoint(4000)&_pragma=cache_size(-16000)&_pragma=temp_store(MEMORY)"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	w := &bare{b: b, begin: begin, twin: twin, postgres: cfg.URL != "", statements: map[int]*sql.Stmt{}}
	if w.conn, err = db.Conn(context.Background()); err != nil {
		b.Fatal(err)
	}
	defer w.conn.Close()
	w.create()
	body := encoded(b, e)
	start := time.Now()
	send(b, senders, func(i int) error {
		w.append([]any{int64(i % len(ids)), int64(i), e.At.UnixMicro(), int64(e.Author), string(e.Audience), string(e.Kind),
			fmt.Sprintf("c1:%d", i), e.Content.PlainText(), int64(1), body, int64(1)})
		return nil
	})
	return float64(b.N) / time.Since(start).Seconds()
}

// bare is the least a durable group commit can do.
type bare struct {
	b              *testing.B
	conn           *sql.Conn
	begin          string
	twin, postgres bool
	statements     map[int]*sql.Stmt

	mu      sync.Mutex
	rows    [][]any         // guarded by mu
	waiting []chan struct{} // guarded by mu
	leading bool            // guarded by mu
}

func (w *bare) create() {
	table := "CREATE TABLE plain (conversation INTEGER, seq BIGINT, body TEXT, PRIMARY KEY (conversation, seq))"
	if w.twin {
		table = `CREATE TABLE twin (conversation INTEGER NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, author BIGINT NOT NULL, audience TEXT NOT NULL,
			kind TEXT NOT NULL, key TEXT, print TEXT NOT NULL, writes BIGINT NOT NULL, body TEXT NOT NULL, sum BIGINT,
			PRIMARY KEY (conversation, seq), UNIQUE (conversation, key))`
	}
	if _, err := w.conn.ExecContext(context.Background(), table); err != nil {
		w.b.Fatal(err)
	}
}

func (w *bare) append(row []any) {
	if !w.twin {
		row = []any{row[0], row[1], row[9]}
	}
	w.mu.Lock()
	w.rows = append(w.rows, row)
	lead := !w.leading
	w.leading = true
	done := make(chan struct{})
	if !lead {
		w.waiting = append(w.waiting, done)
	}
	w.mu.Unlock()
	if !lead {
		<-done
		return
	}
	for {
		w.mu.Lock()
		rows, waiting := w.rows, w.waiting
		w.rows, w.waiting = nil, nil
		w.leading = len(rows) > 0
		w.mu.Unlock()
		if len(rows) == 0 {
			return
		}
		w.commit(rows)
		for _, c := range waiting {
			close(c)
		}
	}
}

func (w *bare) commit(rows [][]any) {
	w.exec(w.begin)
	for len(rows) > 0 {
		n := 1
		for n*2 <= min(len(rows), 64) {
			n *= 2
		}
		w.insert(rows[:n])
		rows = rows[n:]
	}
	w.exec("COMMIT")
}

func (w *bare) insert(rows [][]any) {
	ctx := context.Background()
	stmt := w.statements[len(rows)]
	if stmt == nil {
		var err error
		if stmt, err = w.conn.PrepareContext(ctx, w.text(len(rows))); err != nil {
			w.b.Fatal(err)
		}
		w.statements[len(rows)] = stmt
	}
	args := make([]any, 0, len(rows)*len(rows[0]))
	for _, r := range rows {
		args = append(args, r...)
	}
	if _, err := stmt.ExecContext(ctx, args...); err != nil {
		w.b.Error(err)
	}
}

func (w *bare) text(rows int) string {
	table, columns := "plain", 3
	if w.twin {
		table, columns = "twin", 11
	}
	var t strings.Builder
	t.WriteString("INSERT INTO " + table + " VALUES ")
	for i := range rows * columns {
		switch {
		case i == 0:
			t.WriteString("(")
		case i%columns == 0:
			t.WriteString("),(")
		default:
			t.WriteString(",")
		}
		if w.postgres {
			fmt.Fprintf(&t, "$%d", i+1)
		} else {
			t.WriteString("?")
		}
	}
	return t.String() + ")"
}

func (w *bare) exec(statement string) {
	if _, err := w.conn.ExecContext(context.Background(), statement); err != nil {
		w.b.Error(err)
	}
}

func encoded(b *testing.B, e chat.Entry) string {
	text, err := json.Marshal(e)
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}
