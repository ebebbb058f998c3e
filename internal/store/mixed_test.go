package store_test

import (
	"context"
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// TestNewerNode runs beside, or after, a newer version of the program: its schema has columns and a version that are not known here, and its
// log kinds of entries. They are passed on and counted, and nothing of them is dropped. [reliability F44]
func TestNewerNode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		older := storetest.Open(t, cfg)
		id := open(t, older)
		say(t, older, id, "", "von hier")
		expand(t, cfg)
		const kind, question = "poll", "Welcher Tag passt?"
		poll := must[store.Appended](t)(older.Append(context.Background(), store.Write{Conversation: id, Decide: func(*chat.Conversation) ([]chat.Entry, error) {
			return []chat.Entry{{Kind: kind, Audience: chat.Everyone, Author: 1, Key: "c1:poll", Fact: &chat.Fact{Detail: question}}}, nil
		}})).Entries[0]
		say(t, older, id, "", "danach")

		s := storetest.Open(t, cfg) // started anew, on what the newer one left
		last := say(t, s, id, "", "nach dem Neustart").Entries[0]
		entries := log(t, s, id)
		if last.Seq != poll.Seq+2 || len(entries) != int(last.Seq) {
			t.Errorf("%d entries, the last is %d, two after %d", len(entries), last.Seq, poll.Seq)
		}
		if e := entries[poll.Seq-1]; e.Kind != kind || e.Fact == nil || e.Fact.Detail != question {
			t.Errorf("the newer entry became %+v", e)
		}
		c := must[*chat.Conversation](t)(s.Conversation(context.Background(), id))
		if c.Last != last.Seq || c.LastMessage.Text != "nach dem Neustart" {
			t.Errorf("the conversation ends at %d with %q", c.Last, c.LastMessage.Text)
		}
	})
}

// expand does to the schema what an update of the program does first.
func expand(t *testing.T, cfg store.Config) {
	t.Helper()
	db := beside(t, cfg)
	for _, statement := range []string{
		"ALTER TABLE entries ADD COLUMN mood TEXT NOT NULL DEFAULT 'good'",
		"ALTER TABLE conversations ADD COLUMN mood TEXT",
		"ALTER TABLE threads ADD COLUMN mood TEXT",
		"CREATE TABLE moods (id TEXT PRIMARY KEY)",
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// beside opens the database of a store beside it.
func beside(t *testing.T, cfg store.Config) *sql.DB {
	t.Helper()
	driver, address := "pgx", cfg.URL
	if address == "" {
		driver, address = "sqlite", cfg.Dir+"/trialog.db"
	}
	db := must[*sql.DB](t)(sql.Open(driver, address))
	t.Cleanup(func() { db.Close() })
	return db
}
