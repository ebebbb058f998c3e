package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"trialog/internal/chat"
)

// sweepEvery is how often what has expired is deleted.
const sweepEvery = 10 * time.Minute

// Run keeps the store going until ctx ends: it listens to the other nodes, tells subscribers now and then to look again, and sweeps
// what has expired. Without it everything works on one node. With SQLite it keeps other servers off the data directory.
func (s *Store) Run(ctx context.Context) (err error) {
	if s.Alone() {
		release, err := occupy(s.cfg.Dir)
		if err != nil {
			return fmt.Errorf("run store: %w", err)
		}
		defer func() { err = errors.Join(err, release()) }()
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.tick(ctx) })
	if s.dialect.postgres != nil {
		g.Go(func() error { return s.listen(ctx) })
	}
	if err := g.Wait(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("run store: %w", err)
	}
	return nil
}

// Alone reports whether there can be no other node: the embedded database serves one process.
func (s *Store) Alone() bool { return s.dialect.postgres == nil && !s.cfg.Shared }

func (s *Store) tick(ctx context.Context) error {
	poll, sweep := time.NewTicker(s.cfg.Poll), time.NewTicker(sweepEvery)
	defer poll.Stop()
	defer sweep.Stop()
	var seen map[chat.ConversationID]int64
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-poll.C:
			var err error
			if seen, err = s.pollLogs(ctx, seen); err != nil && ctx.Err() == nil {
				s.log.Warn("poll for missed hints", "error", err)
			}
		case <-sweep.C:
			if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("sweep what has expired", "error", err)
			}
		}
	}
}

// sweep deletes what has expired: nothing depends on it but the size of the tables.
func (s *Store) sweep(ctx context.Context) error {
	return s.Update(ctx, func(tx *Tx) error {
		now := time.Now().UnixMicro()
		for _, table := range []string{"sessions", "once"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE expires <= $1", now); err != nil {
				return fmt.Errorf("sweep %s: %w", table, err)
			}
		}
		return nil
	})
}

// message is what nodes tell each other in one NOTIFY.
type message struct {
	Node    string   `json:"n"`
	Notices []remote `json:"h"`
}

// remote is a notice on its way to another node.
type remote struct {
	Hint
	Agents []chat.AgentID `json:"g,omitempty"`
}

// maxPayload is what one NOTIFY may carry: PostgreSQL allows 7,999 bytes.
const maxPayload = 7900

// payloads packs notices into as few messages as possible. What does not fit into one is replaced by TopicAll.
func (s *Store) payloads(notices []notice) []string {
	if s.dialect.postgres == nil || len(notices) == 0 {
		return nil
	}
	var packed []string
	head := `{"n":"` + s.node + `","h":[`
	text := []byte(head)
	for _, n := range notices {
		one, err := json.Marshal(remote{n.Hint, n.agents})
		if err != nil || len(head)+len(one)+2 > maxPayload {
			s.log.Warn("hint too large for other nodes", "topic", n.Topic, "bytes", len(one), "error", err)
			one = []byte(`{"t":"` + TopicAll + `"}`)
		}
		if len(text)+len(one)+3 > maxPayload {
			packed = append(packed, string(text)+"]}")
			text = append(text[:0], head...)
		}
		if len(text) > len(head) {
			text = append(text, ',')
		}
		text = append(text, one...)
	}
	return append(packed, string(text)+"]}")
}

// listen passes the other nodes' hints on. Hints may have been missed while there was no connection, so each begins with TopicAll.
func (s *Store) listen(ctx context.Context) error {
	for ctx.Err() == nil {
		err := s.listenOnce(ctx)
		if ctx.Err() != nil {
			return nil
		}
		s.log.Warn("listen to other nodes", "error", err)
		pause := time.NewTimer(time.Second + rand.N(time.Second))
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
	return nil
}

func (s *Store) listenOnce(ctx context.Context) (err error) {
	conn, err := pgx.ConnectConfig(ctx, s.dialect.postgres.Copy())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, "LISTEN trialog"); err != nil {
		return err
	}
	s.hot.clear()
	s.hub.publish([]notice{{Hint: Hint{Topic: TopicAll}}})
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		s.hear([]byte(n.Payload))
	}
}

// hear delivers another node's message. What is cached of its conversations is dropped first, so that readers who follow the hint
// find the new entries.
func (s *Store) hear(payload []byte) {
	var m message
	if err := json.Unmarshal(payload, &m); err != nil {
		s.log.Warn("another node's message makes no sense", "bytes", len(payload), "error", err)
		return
	}
	if m.Node == s.node {
		return
	}
	notices := make([]notice, len(m.Notices))
	for i, r := range m.Notices {
		notices[i] = notice{r.Hint, r.Agents}
		switch r.Topic {
		case TopicLog:
			s.hot.drop(r.Conversation)
		case TopicAll:
			s.hot.clear()
		}
	}
	s.hub.publish(notices)
}

// pollLogs finds followed conversations that have changed since the last poll, of which seen holds the versions. It is the truth that
// makes hints mere hints; whoever follows more than single conversations is told to look at everything.
func (s *Store) pollLogs(ctx context.Context, seen map[chat.ConversationID]int64) (map[chat.ConversationID]int64, error) {
	now := make(map[chat.ConversationID]int64, len(seen))
	var changed []notice
	for ids := range slices.Chunk(s.hub.followed(), maxIn) {
		list, args := s.dialect.in(ids)
		rows, err := s.query(ctx, "SELECT c.id, h.version FROM "+withHeads+" WHERE c.id IN "+list, args...)
		if err != nil {
			return seen, err
		}
		for rows.Next() {
			var id chat.ConversationID
			var version int64
			if err := rows.Scan(&id, &version); err != nil {
				return seen, errors.Join(err, rows.Close())
			}
			if now[id] = version; seen[id] != version {
				changed = append(changed, notice{Hint: Hint{Conversation: id, Topic: TopicLog}})
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return seen, err
		}
	}
	for _, n := range changed {
		s.hot.expire(n.Conversation, now[n.Conversation])
	}
	s.hub.publish(changed)
	s.hub.remind()
	return now, nil
}
