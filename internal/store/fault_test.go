package store_test

import (
	"context"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// TestFaults: each point fails as the real thing would, and only when asked.
func TestFaults(t *testing.T) {
	ctx := context.Background()
	var failing store.Point
	s, err := store.Open(ctx, store.Config{Dir: t.TempDir(), Memory: t.Name(), Fault: func(at store.Point) bool { return at == failing }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	put := func(id chat.ServiceID) error { return s.PutService(ctx, store.Service{ID: id, Name: string(id)}) }
	known := func(id chat.ServiceID) bool {
		failing = ""
		_, err := s.Service(ctx, id)
		return err == nil
	}
	if err := put("first"); err != nil || !known("first") {
		t.Fatalf("without a fault: %v", err)
	}
	for point, stands := range map[store.Point]bool{store.PointBegin: false, store.PointCommit: false, store.PointAnswer: true, store.PointHint: true} {
		failing = point
		err := put(chat.ServiceID(point))
		if failed := chat.IsKind(err, chat.Unavailable); failed != (point != store.PointHint) {
			t.Errorf("%s: %v", point, err)
		}
		if known(chat.ServiceID(point)) != stands {
			t.Errorf("%s: stands %v", point, !stands)
		}
	}
	failing = store.PointRead
	if _, err := s.Service(ctx, "first"); err == nil {
		t.Error("a read that fails succeeds")
	}
}
