package gateway

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"trialog/internal/desk"
	"trialog/internal/store"
)

// TestRunSurvivesAFailedRead: the database fails for a moment, right when the queue is to be read as a whole. The gateway goes on.
func TestRunSurvivesAFailedRead(t *testing.T) {
	var failing atomic.Bool
	s, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Memory: t.Name(), Poll: 30 * time.Millisecond,
		Fault: func(at store.Point) bool { return at == store.PointRead && failing.Load() }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	kept := make(chan error, 1)
	go func() { kept <- s.Run(ctx) }()
	t.Cleanup(func() { stop(); <-kept; s.Close() })
	g := New(Config{Store: s, Desk: desk.New(desk.Config{Store: s})})
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	time.Sleep(100 * time.Millisecond)
	failing.Store(true)
	time.Sleep(100 * time.Millisecond)
	failing.Store(false)
	select {
	case err := <-ended:
		t.Fatalf("the gateway ended: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
}
