package store_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// TestBubble lets a day pass for two stores in a bubble: time is the bubble's, sweeps happen, readers are woken, and nothing is left
// running at the end.
func TestBubble(t *testing.T) {
	cfgs := []store.Config{storetest.SQLite(t), storetest.SQLite(t)}
	synctest.Test(t, func(t *testing.T) {
		for _, cfg := range cfgs {
			s, err := store.Open(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- s.Run(ctx) }()
			t.Cleanup(func() {
				cancel()
				if err := <-done; err != nil {
					t.Errorf("run: %v", err)
				}
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			day(t, s)
		}
	})
}

func day(t *testing.T, s *store.Store) {
	ctx := t.Context()
	start := time.Now()
	id := open(t, s)
	sub := s.Subscribe(store.Filter{Conversations: []chat.ConversationID{id}})
	heard := make(chan chat.Seq, 100)
	go func() {
		for after := chat.Seq(0); after < 25; {
			<-sub.C()
			sub.Take()
			entries, err := s.Entries(ctx, id, after, 100)
			if err != nil {
				t.Error(err)
				return
			}
			for _, e := range entries {
				after = e.Seq
				heard <- after
			}
		}
	}()
	_, hash := s.NewToken()
	if err := s.CreateSession(ctx, store.Session{TokenHash: hash, Agent: "anna", ExpiresAt: start.Add(12 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutOnce(ctx, "ticket", hash, nil, start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for range 24 {
		a := say(t, s, id, "", "hourly")
		if at := a.Entries[0].At; !at.Equal(time.Now().Truncate(time.Microsecond)) {
			t.Fatalf("dated %v at %v", at, time.Now())
		}
		time.Sleep(time.Hour)
	}
	if len(heard) != 25 {
		t.Errorf("the reader heard of %d entries, want 25", len(heard))
	}
	left := 0
	err := s.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(ctx, "SELECT (SELECT COUNT(*) FROM sessions) + (SELECT COUNT(*) FROM once)").Scan(&left)
	})
	if err != nil || left != 0 {
		t.Errorf("%d expired rows are left, error %v", left, err)
	}
}
