package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// run keeps a store going until the test ends.
func run(t *testing.T, s *store.Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
}

// node opens one more store on the same database, with its own data directory.
func node(t *testing.T, cfg store.Config) *store.Store {
	t.Helper()
	cfg.Dir = t.TempDir()
	s := storetest.Open(t, cfg)
	all := s.Subscribe(store.Filter{All: true})
	defer all.Close()
	run(t, s)
	if got := woken(t, all); got[0].Topic != store.TopicAll {
		t.Fatalf("the node began to listen with %v", got)
	}
	return s
}

// waitForAll waits until the subscriber is told to look at everything.
func waitForAll(t *testing.T, sub *store.Subscription) {
	t.Helper()
	waitFor(t, sub, store.TopicAll)
}

// waitFor waits for a hint of a topic.
func waitFor(t *testing.T, sub *store.Subscription, topic string) {
	t.Helper()
	for !slices.ContainsFunc(woken(t, sub), func(h store.Hint) bool { return h.Topic == topic }) {
	}
}

func TestHintsCrossNodes(t *testing.T) {
	cfg := storetest.Postgres(t)
	a, b := node(t, cfg), node(t, cfg)
	id := open(t, a)
	log(t, b, id) // b has cached what there is
	sub := b.Subscribe(store.Filter{Conversations: []chat.ConversationID{id}})
	a.Signal(context.Background(), store.Hint{Conversation: id, Topic: store.TopicPresence})
	waitFor(t, sub, store.TopicPresence) // behind the hint of the opening, which may be on its way still
	for i := range 5 {
		say(t, a, id, "", fmt.Sprint(i))
		if got := woken(t, sub); got[0].Topic != store.TopicLog {
			t.Fatalf("got %v, want a hint on the log", got)
		}
		if n := len(log(t, b, id)); n != i+2 {
			t.Fatalf("after the hint the other node reads %d entries, want %d", n, i+2)
		}
	}
	a.Signal(context.Background(), store.Hint{Conversation: id, Topic: store.TopicTyping, Data: json.RawMessage(`{"on":true}`)})
	if got := woken(t, sub); got[0].Topic != store.TopicTyping || string(got[0].Data) != `{"on":true}` {
		t.Errorf("got %v, want the typing", got)
	}
	accept(t, a, id, "anna")
	sub.Close()
	anna := b.Subscribe(store.Filter{Agent: "anna"})
	say(t, a, id, "", "to anna")
	if got := woken(t, anna); got[0].Conversation != id {
		t.Errorf("got %v, want a hint for the agent", got)
	}
	big := store.Hint{Conversation: id, Topic: store.TopicPresence, Data: json.RawMessage(`"` + strings.Repeat("x", 9000) + `"`)}
	a.Signal(context.Background(), big)
	waitForAll(t, anna) // it is too large to travel
}

func TestManyHintsCrossNodes(t *testing.T) {
	cfg := storetest.Postgres(t)
	a, b := node(t, cfg), node(t, cfg)
	const conversations = 400 // more than one NOTIFY can carry
	sub := b.Subscribe(store.Filter{All: true})
	var wg sync.WaitGroup
	for range conversations {
		wg.Go(func() { open(t, a) })
	}
	wg.Wait()
	seen := map[chat.ConversationID]bool{}
	for len(seen) < conversations {
		for _, h := range woken(t, sub) {
			seen[h.Conversation] = true
		}
	}
}

func TestNodesAppendTogether(t *testing.T) {
	cfg := storetest.Postgres(t)
	nodes := []*store.Store{node(t, cfg), node(t, cfg), node(t, cfg)}
	ids := []chat.ConversationID{open(t, nodes[0]), open(t, nodes[1]), open(t, nodes[2])}
	const each = 40
	var wg sync.WaitGroup
	for n, s := range nodes {
		for w := range 4 {
			wg.Go(func() {
				for i := range each {
					id := ids[(i+w)%len(ids)]
					if _, err := s.Append(context.Background(), line(id, fmt.Sprintf("%d-%d-%d", n, w, i), "x")); err != nil {
						t.Errorf("append: %v", err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
	total := 0
	for _, id := range ids {
		total += len(log(t, nodes[0], id)) - 1
	}
	if want := len(nodes) * 4 * each; total != want {
		t.Errorf("got %d entries, want %d", total, want)
	}
}

// TestPollFindsWhatHintsMissed follows a conversation on a node that hears nothing of another writer.
func TestPollFindsWhatHintsMissed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		cfg.Poll = 50 * time.Millisecond
		s, deaf := storetest.Open(t, cfg), storetest.Open(t, cfg)
		id := open(t, s)
		sub := deaf.Subscribe(store.Filter{Conversations: []chat.ConversationID{id}})
		log(t, deaf, id)
		say(t, deaf, id, "", "cached")
		say(t, s, id, "", "missed") // deaf does not run yet
		sub.Take()
		run(t, deaf)
		for len(log(t, deaf, id)) != 3 {
			woken(t, sub)
		}
		woken(t, sub)
		time.Sleep(4 * cfg.Poll)
		sub.Take()
		time.Sleep(4 * cfg.Poll)
		if hints := sub.Take(); hints != nil {
			t.Errorf("polling an idle conversation woke its reader: %v", hints)
		}
	})
}

// TestServerComesBack cuts every connection: writes under way fail as unavailable, the next ones succeed, readers are told.
func TestServerComesBack(t *testing.T) {
	cfg := storetest.Postgres(t)
	s := node(t, cfg)
	id := open(t, s)
	all := s.Subscribe(store.Filter{All: true})
	cut := func() {
		if err := storetest.Cut(t, cfg); err != nil {
			t.Error(err)
		}
	}
	cut()
	say(t, s, id, "", "after the cut") // pooled connections are dead, the write takes a new one
	waitForAll(t, all)
	cuts := 0
	s.SetHook(func(point string) {
		if point == "commit" && cuts == 0 {
			cuts++
			cut()
		}
	})
	_, err := s.Append(context.Background(), line(id, "c1:x", "x"))
	if !chat.IsKind(err, chat.Unavailable) {
		t.Errorf("a commit that was cut: got %v, want unavailable", err)
	}
	if a := say(t, s, id, "c1:x", "x"); a.Entries[0].Seq != 3 {
		t.Errorf("the repeat got seq %d, want 3", a.Entries[0].Seq)
	}
}
