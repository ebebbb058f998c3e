package store_test

import (
	"context"
	"errors"
	"testing"

	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// TestStaleThread: whoever writes a thread that somebody else has written meanwhile is told so, and changes nothing.
func TestStaleThread(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s, ctx := storetest.Open(t, cfg), context.Background()
		first := store.Thread{Conversation: "c", Account: "contoso", Agent: "anna", Topic: "first"}
		if err := s.PutThread(ctx, &first); err != nil {
			t.Fatal(err)
		}
		stale := first
		first.Topic = "second"
		if err := s.PutThread(ctx, &first); err != nil {
			t.Fatal(err)
		}
		stale.Topic = "stale"
		if err := s.PutThread(ctx, &stale); !errors.Is(err, store.ErrStale) {
			t.Errorf("an old version is written: %v", err)
		}
		if now, ok, err := s.Thread(ctx, "c"); err != nil || !ok || now.Topic != "second" {
			t.Errorf("got %q, %v, %v", now.Topic, ok, err)
		}
	})
}
