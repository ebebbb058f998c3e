package desk

import (
	"sync"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// An agent with room for one chat accepts two at the same moment (two tabs, a double click on two cards).
func TestZwCapacityHoldsForTwoAtOnce(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	ctx := t.Context()
	if err := s.PutService(ctx, store.Service{ID: "technik", Name: "Technik"}); err != nil {
		t.Fatal(err)
	}
	anna, err := s.CreateAgent(ctx, store.Agent{Login: "anna", Name: "Anna", Capacity: 1})
	if err != nil {
		t.Fatal(err)
	}
	d := New(Config{Store: s})
	var ids []chat.ConversationID
	for range 8 {
		o, err := d.Open(ctx, Opening{Visitor: chat.Visitor{Name: "K", Locale: "de"}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, o.Conversation.ID)
	}
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, id := range ids {
		wg.Go(func() { <-start; _, _ = d.Accept(ctx, anna.ID, id) })
	}
	close(start)
	wg.Wait()
	l, err := d.Lists(ctx, anna.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Mine) != 1 {
		t.Fatalf("an agent with capacity 1 has %d chats", len(l.Mine))
	}
}
