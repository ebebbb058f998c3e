package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// woken waits for a hint and takes all there are.
func woken(t *testing.T, sub *store.Subscription) []store.Hint {
	t.Helper()
	select {
	case <-sub.C():
		return sub.Take()
	case <-time.After(10 * time.Second):
		t.Fatal("no hint came")
		return nil
	}
}

func quiet(t *testing.T, sub *store.Subscription) {
	t.Helper()
	if hints := sub.Take(); hints != nil {
		t.Errorf("got hints that are meant for others: %v", hints)
	}
}

func TestHintsReachThoseWhoFollow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		id, other := open(t, s), open(t, s)
		accept(t, s, id, "anna")
		here := s.Subscribe(store.Filter{Conversations: []chat.ConversationID{id}})
		there := s.Subscribe(store.Filter{Conversations: []chat.ConversationID{other}})
		anna := s.Subscribe(store.Filter{Agent: "anna"})
		both := s.Subscribe(store.Filter{Agent: "anna", Conversations: []chat.ConversationID{id}})
		ben := s.Subscribe(store.Filter{Agent: "ben"})
		all := s.Subscribe(store.Filter{All: true})
		say(t, s, id, "", "one")
		say(t, s, id, "", "two")
		want := []store.Hint{{Conversation: id, Topic: store.TopicLog}}
		for name, sub := range map[string]*store.Subscription{"conversation": here, "agent": anna, "both": both, "all": all} {
			if diff := cmp.Diff(want, woken(t, sub)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		quiet(t, there)
		quiet(t, ben)

		if err := s.Advance(context.Background(), id, 1, 2, 2); err != nil {
			t.Fatal(err)
		}
		if got := woken(t, here); got[0].Topic != store.TopicCursors {
			t.Errorf("got %v, want a hint on cursors", got)
		}
		err := s.Update(context.Background(), func(tx *store.Tx) error {
			tx.Signal(store.Hint{Conversation: id, Agent: "ben", Topic: store.TopicLane})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := woken(t, ben); got[0].Topic != store.TopicLane {
			t.Errorf("got %v, want a hint on a lane", got)
		}

		here.Take()
		here.Close()
		here.Close()
		there.Watch(id)
		there.Unwatch(other)
		say(t, s, id, "", "three")
		say(t, s, other, "", "four")
		quiet(t, here)
		if diff := cmp.Diff(want, woken(t, there)); diff != "" {
			t.Errorf("after Watch (-want +got):\n%s", diff)
		}
	})
}

func TestHintsAreBounded(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	ctx := context.Background()
	sub := s.Subscribe(store.Filter{Conversations: []chat.ConversationID{"c"}})
	typing := func(i int) store.Hint {
		return store.Hint{Conversation: "c", Topic: store.TopicTyping, Data: json.RawMessage(fmt.Sprint(i))}
	}
	for i := range 1000 {
		s.Signal(ctx, typing(i))
	}
	hints := sub.Take()
	if len(hints) == 0 || len(hints) > 100 || string(hints[1].Data) != "1" {
		t.Errorf("got %d hints of 1000, want a few, each with its data", len(hints))
	}
	for i := range 1000 {
		s.Signal(ctx, store.Hint{Conversation: "c", Topic: fmt.Sprintf("topic %d", i)})
	}
	hints = sub.Take()
	if len(hints) > 100 || hints[0].Topic != store.TopicAll {
		t.Errorf("got %d hints beginning with %q, want few, the first to look at everything", len(hints), hints[0].Topic)
	}
	for range 1000 {
		for i := range 30 {
			s.Signal(ctx, store.Hint{Conversation: "c", Topic: fmt.Sprintf("topic %d", i)})
		}
	}
	if hints = sub.Take(); len(hints) != 30 {
		t.Errorf("got %d hints, want each of the 30 once", len(hints))
	}
}
