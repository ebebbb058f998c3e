package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// TestSeats: however many accept at once, and on however many nodes, an agent gets no more conversations than there are seats; one that is
// given up is free again.
func TestSeats(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		nodes := []*store.Store{storetest.Open(t, cfg)}
		if cfg.URL != "" {
			nodes = append(nodes, node(t, cfg), node(t, cfg))
		}
		for _, login := range []string{"anna", "ben", "cem", "dora", "edi", "fee", "gus", "hale"} { // each time others may meet
			race(t, nodes, login)
		}
	})
}

func race(t *testing.T, nodes []*store.Store, login string) {
	a := nodes[0]
	agent := must[store.Agent](t)(a.CreateAgent(context.Background(), store.Agent{Login: login, Name: login})).ID
	full := errors.New("full")
	take := func(s *store.Store, id chat.ConversationID) error {
		_, err := s.Append(context.Background(), store.Write{Conversation: id, Seats: &store.Seats{Agent: agent, Most: 3, Full: full},
			Decide: func(c *chat.Conversation) ([]chat.Entry, error) {
				return c.Accept(chat.Staffer{ID: agent, Name: login})
			}})
		return err
	}
	var ids []chat.ConversationID
	for range 24 {
		ids = append(ids, open(t, a))
	}
	errs := make([]error, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() { errs[i] = take(nodes[i%len(nodes)], id) })
	}
	all.Wait()
	var mine []chat.ConversationID
	for i, err := range errs {
		switch {
		case err == nil:
			mine = append(mine, ids[i])
		case !errors.Is(err, full):
			t.Errorf("conversation %d: %v", i, err)
		}
	}
	if len(mine) != 3 {
		t.Fatalf("the agent got %d conversations, want 3", len(mine))
	}
	_, err := a.Append(context.Background(), store.Write{Conversation: mine[0], Decide: func(c *chat.Conversation) ([]chat.Entry, error) { return c.Close(2) }})
	if err != nil {
		t.Fatal(err)
	}
	free := open(t, a)
	if err := take(nodes[len(nodes)-1], free); err != nil {
		t.Errorf("one was ended, and another is refused: %v", err)
	}
	if err := take(a, free); err != nil {
		t.Errorf("a repeat is refused: %v", err)
	}
	if err := take(a, open(t, a)); !errors.Is(err, full) {
		t.Errorf("a fourth one: %v", err)
	}
}
