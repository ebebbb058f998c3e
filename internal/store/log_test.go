package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

func TestAppendNumbersDensely(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		const writers, each = 8, 50
		s := storetest.Open(t, cfg)
		id := open(t, s)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				last := chat.Seq(0)
				for i := range each {
					a, err := s.Append(context.Background(), line(id, fmt.Sprintf("c1:%d-%d", w, i), "hello"))
					if err != nil {
						t.Errorf("append: %v", err)
						return
					}
					if a.Entries[0].Seq <= last || a.Conversation.Last != a.Entries[0].Seq {
						t.Errorf("got seq %d after %d in a state of %d", a.Entries[0].Seq, last, a.Conversation.Last)
					}
					last = a.Entries[0].Seq
				}
			})
		}
		wg.Wait()
		entries := log(t, s, id)
		if len(entries) != writers*each+1 {
			t.Fatalf("got %d entries, want %d", len(entries), writers*each+1)
		}
		for i, e := range entries[1:] {
			if e.At.Before(entries[i].At) {
				t.Fatalf("entry %d is dated before its predecessor", e.Seq)
			}
		}
	})
}

func TestSnapshotEqualsRebuiltState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		id := open(t, s)
		accept(t, s, id, "anna")
		a := say(t, s, id, "c1:a", "hi")
		rebuilt := &chat.Conversation{ID: id, Number: a.Conversation.Number, Service: "billing", Visitor: a.Conversation.Visitor}
		for _, e := range log(t, s, id) {
			rebuilt.Apply(e)
		}
		if diff := cmp.Diff(rebuilt, a.Conversation); diff != "" {
			t.Errorf("state after append (-rebuilt +got):\n%s", diff)
		}
		again := storetest.Open(t, cfg) // its cache is empty
		stored := must[*chat.Conversation](t)(again.Conversation(context.Background(), id))
		if diff := cmp.Diff(rebuilt, stored); diff != "" {
			t.Errorf("stored state (-rebuilt +got):\n%s", diff)
		}
		fromDisk := log(t, again, id)
		if diff := cmp.Diff(log(t, s, id), fromDisk); diff != "" {
			t.Errorf("entries (-cached +stored):\n%s", diff)
		}
	})
}

func TestKeyIsWrittenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		id := open(t, s)
		first := say(t, s, id, "c1:a", "hi")
		say(t, s, id, "c1:b", "there")
		for _, s := range []*store.Store{s, storetest.Open(t, cfg)} {
			again := say(t, s, id, "c1:a", "hi")
			if !again.Repeat || again.Conversation.Last != 3 {
				t.Errorf("got repeat %v in a state of %d, want true, 3", again.Repeat, again.Conversation.Last)
			}
			if diff := cmp.Diff(first.Entries, again.Entries); diff != "" {
				t.Errorf("the repeat's entries (-first +repeat):\n%s", diff)
			}
			_, err := s.Append(context.Background(), line(id, "c1:a", "something else"))
			if !chat.IsKind(err, chat.Conflict) {
				t.Errorf("another body under a known key: got %v, want a conflict", err)
			}
		}
		e, ok, err := s.EntryByKey(context.Background(), id, "c1:a")
		if err != nil || !ok || e.Seq != 2 || e.Key != "c1:a" {
			t.Errorf("entry by key: got %v %v %v", e, ok, err)
		}
	})
}

func TestKeyOfSeveralEntriesYieldsAllOfThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		id := open(t, s)
		two := store.Write{Conversation: id, Key: "two", Print: "x", Decide: func(*chat.Conversation) ([]chat.Entry, error) {
			return []chat.Entry{{Audience: chat.Staff, Kind: chat.Notice}, {Audience: chat.Staff, Kind: chat.Notice}}, nil
		}}
		first := must[store.Appended](t)(s.Append(context.Background(), two))
		again := must[store.Appended](t)(s.Append(context.Background(), two))
		if diff := cmp.Diff(first.Entries, again.Entries); diff != "" || len(again.Entries) != 2 {
			t.Errorf("entries of the repeat (-first +repeat):\n%s", diff)
		}
	})
}

// together holds the first commit back until n writes are queued behind it, so that they share one transaction.
func together(t *testing.T, s *store.Store, id chat.ConversationID, writes []func() error, also ...func(point string)) []error {
	t.Helper()
	started, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.SetHook(func(point string) {
		for _, f := range also {
			f(point)
		}
		if point == "commit" {
			once.Do(func() { close(started); <-release })
		}
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := s.Append(context.Background(), line(id, "", "first")); err != nil {
			t.Errorf("first: %v", err)
		}
	})
	<-started
	errs := make([]error, len(writes))
	for i, w := range writes {
		wg.Go(func() { errs[i] = w() })
		for s.Queued() != i+1 {
			time.Sleep(time.Millisecond)
		}
	}
	close(release)
	wg.Wait()
	s.SetHook(nil)
	return errs
}

func TestOneBadWriteHarmsNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		id, other := open(t, s), open(t, s)
		say(t, s, other, "taken", "x")
		ctx := context.Background()
		refusal := errors.New("no")
		put := func(w store.Write) func() error {
			return func() error { _, err := s.Append(ctx, w); return err }
		}
		refuse := store.Write{Conversation: id, Decide: func(*chat.Conversation) ([]chat.Entry, error) { return nil, refusal }}
		panics := store.Write{Conversation: id, Decide: func(*chat.Conversation) ([]chat.Entry, error) { panic("bug") }}
		poison := store.Write{Conversation: other, Decide: func(*chat.Conversation) ([]chat.Entry, error) {
			return []chat.Entry{{Kind: chat.Notice, Audience: chat.Staff, Key: "taken"}}, nil // breaks the table's UNIQUE
		}}
		errs := together(t, s, id, []func() error{
			put(line(id, "c1:1", "one")),
			put(refuse),
			put(panics),
			put(line(id, "c1:2", "two")),
			put(poison),
			put(line("no-such-conversation", "", "x")),
			func() error {
				return s.Update(ctx, func(tx *store.Tx) error {
					if _, err := tx.Exec(ctx, "INSERT INTO settings (key, value) VALUES ('undone', '1')"); err != nil {
						return err
					}
					return refusal
				})
			},
			func() error {
				return s.Update(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, "nonsense"); return err })
			},
			func() error { return s.PutSetting(ctx, "kept", "1") },
			put(line(id, "c1:3", "three")),
			put(line(id, "c1:1", "one")), // its key is in the same batch
		})
		for i, want := range []bool{true, false, false, true, false, false, false, false, true, true, true} {
			if got := errs[i] == nil; got != want {
				t.Errorf("write %d: got %v, want success %v", i, errs[i], want)
			}
		}
		if !errors.Is(errs[1], refusal) || !errors.Is(errs[6], refusal) {
			t.Errorf("refusals: got %v and %v", errs[1], errs[6])
		}
		if !chat.IsKind(errs[4], chat.Conflict) || !chat.IsKind(errs[5], chat.NotFound) {
			t.Errorf("got %v and %v, want a conflict and not found", errs[4], errs[5])
		}
		var texts []string
		for _, e := range log(t, s, id)[1:] {
			texts = append(texts, e.Content.PlainText())
		}
		if diff := cmp.Diff([]string{"first", "one", "two", "three"}, texts); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		if _, ok, err := s.Setting(ctx, "undone"); ok || err != nil {
			t.Errorf("the refused update left its trace: %v %v", ok, err)
		}
		if _, ok, err := s.Setting(ctx, "kept"); !ok || err != nil {
			t.Errorf("the good update is lost: %v %v", ok, err)
		}
	})
}

func TestCancelledCaller(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		id := open(t, s)
		started, release := make(chan struct{}), make(chan struct{})
		s.SetHook(func(point string) {
			if point == "commit" {
				close(started)
				<-release
			}
		})
		ctx, cancel := context.WithCancel(context.Background())
		committing, waiting := make(chan error, 1), make(chan error, 1)
		go func() { _, err := s.Append(ctx, line(id, "", "in a transaction")); committing <- err }()
		<-started
		go func() { _, err := s.Append(ctx, line(id, "", "queued")); waiting <- err }()
		for s.Queued() == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
		if err := <-waiting; !errors.Is(err, context.Canceled) || s.Queued() != 0 {
			t.Errorf("the queued write: got %v with %d queued, want it taken back", err, s.Queued())
		}
		close(release)
		if err := <-committing; err != nil {
			t.Errorf("the write under way: got %v, want it served", err)
		}
		s.SetHook(nil)
		if n := len(log(t, s, id)); n != 2 {
			t.Errorf("got %d entries, want 2", n)
		}
	})
}

func TestCreate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		token, hash := s.NewToken()
		c := store.NewConversation{ID: chat.ConversationID(s.NewID()), Service: "billing", Visitor: chat.Visitor{Name: "Lena"}, TokenHash: hash}
		entries := chat.Open(chat.Opening{Visitor: c.Visitor, Service: "Billing"})
		first := must[store.Appended](t)(s.Create(ctx, c, entries))
		again := must[store.Appended](t)(s.Create(ctx, c, entries))
		if first.Repeat || !again.Repeat || again.Conversation.Number != first.Conversation.Number {
			t.Errorf("got %+v, then %+v", first, again)
		}
		if diff := cmp.Diff(first.Entries, again.Entries); diff != "" {
			t.Errorf("entries of the repeat (-first +repeat):\n%s", diff)
		}
		_, c.TokenHash = s.NewToken()
		if _, err := s.Create(ctx, c, entries); !chat.IsKind(err, chat.Conflict) {
			t.Errorf("another token under a known id: got %v, want a conflict", err)
		}
		next := must[*chat.Conversation](t)(s.Conversation(ctx, open(t, s)))
		if next.Number <= first.Conversation.Number {
			t.Errorf("number %d follows %d", next.Number, first.Conversation.Number)
		}
		found := must[*chat.Conversation](t)(s.ConversationByToken(ctx, store.HashToken(token)))
		if found.ID != c.ID {
			t.Errorf("found %s by token, want %s", found.ID, c.ID)
		}
		if _, err := s.ConversationByToken(ctx, store.HashToken("other")); !errors.Is(err, chat.ErrNoConversation) {
			t.Errorf("unknown token: got %v", err)
		}
		if _, err := s.Conversation(ctx, "unknown"); !errors.Is(err, chat.ErrNoConversation) {
			t.Errorf("unknown id: got %v", err)
		}
	})
}

func TestListsFollowTheState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		first, second := open(t, s), open(t, s)
		ids := func(list []*chat.Conversation, err error) (ids []chat.ConversationID) {
			t.Helper()
			for _, c := range must[[]*chat.Conversation](t)(list, err) {
				ids = append(ids, c.ID)
			}
			return ids
		}
		check := func(what string, got []chat.ConversationID, want ...chat.ConversationID) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		check("waiting", ids(s.Waiting(ctx, 10)), first, second)
		check("waiting, at most one", ids(s.Waiting(ctx, 1)), first)
		check("queue", must[[]chat.ConversationID](t)(s.Queue(ctx, 10)), first, second)
		if place := must[int](t)(s.Place(ctx, second)); place != 2 {
			t.Errorf("the second is at place %d", place)
		}
		accept(t, s, first, "anna")
		accept(t, s, first, "ben")
		check("waiting after accept", ids(s.Waiting(ctx, 10)), second)
		if place := must[int](t)(s.Place(ctx, second)); place != 1 {
			t.Errorf("the second is at place %d after the first was accepted", place)
		}
		check("anna's", ids(s.OfAgent(ctx, "anna")), first)
		act := func(fn func(c *chat.Conversation) ([]chat.Entry, error)) {
			t.Helper()
			must[store.Appended](t)(s.Append(ctx, store.Write{Conversation: first, Decide: fn}))
		}
		act(func(c *chat.Conversation) ([]chat.Entry, error) { return c.Close(2) })
		check("anna's after leaving", ids(s.OfAgent(ctx, "anna")))
		check("ben's", ids(s.OfAgent(ctx, "ben")), first)
		act(func(c *chat.Conversation) ([]chat.Entry, error) { return c.Close(1) })
		check("ben's after the end", ids(s.OfAgent(ctx, "ben")))
	})
}

func TestPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		id := open(t, s)
		for i := range 200 { // more than the cache keeps
			say(t, s, id, "", fmt.Sprint(i))
		}
		seqs := func(entries []chat.Entry, err error) (seqs []chat.Seq) {
			for _, e := range must[[]chat.Entry](t)(entries, err) {
				seqs = append(seqs, e.Seq)
			}
			return seqs
		}
		ctx := context.Background()
		for what, got := range map[string][]chat.Seq{
			"from the start": seqs(s.Entries(ctx, id, 9, 3)), "before": seqs(s.EntriesBefore(ctx, id, 13, 3)),
		} {
			if diff := cmp.Diff([]chat.Seq{10, 11, 12}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		if got := seqs(s.Entries(ctx, id, 198, 9)); len(got) != 3 || got[0] != 199 {
			t.Errorf("at the end: got %v", got)
		}
		if got := seqs(s.Entries(ctx, id, 201, 9)); got != nil {
			t.Errorf("beyond the end: got %v", got)
		}
		for _, seq := range []chat.Seq{1, 2, 201} {
			if e := must[chat.Entry](t)(s.Entry(ctx, id, seq)); e.Seq != seq {
				t.Errorf("got entry %d, want %d", e.Seq, seq)
			}
		}
		if _, err := s.Entry(ctx, id, 202); !chat.IsKind(err, chat.NotFound) {
			t.Errorf("unknown entry: got %v", err)
		}
	})
}

func TestRestartKeepsAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s, err := store.Open(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		id := open(t, s)
		want := say(t, s, id, "c1:a", "hi")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(context.Background(), line(id, "", "x")); !chat.IsKind(err, chat.Unavailable) {
			t.Errorf("append to a closed store: got %v", err)
		}
		s = storetest.Open(t, cfg)
		got := must[*chat.Conversation](t)(s.Conversation(context.Background(), id))
		if diff := cmp.Diff(want.Conversation, got); diff != "" {
			t.Errorf("state (-before +after):\n%s", diff)
		}
		if a := say(t, s, id, "c1:b", "again"); a.Entries[0].Seq != 3 {
			t.Errorf("got seq %d after the restart, want 3", a.Entries[0].Seq)
		}
	})
}

func TestUnreadCountsWhatOneMaySee(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		id := open(t, s)
		accept(t, s, id, "anna")
		say(t, s, id, "", "from the customer")
		for _, audience := range []chat.Audience{chat.Everyone, chat.BackRoom} {
			must[store.Appended](t)(s.Append(ctx, store.Write{Conversation: id, Decide: func(c *chat.Conversation) ([]chat.Entry, error) {
				return c.Post(chat.Line{By: 2, Audience: audience, Content: chat.FromText("from the agent")})
			}}))
		}
		for _, c := range []struct {
			by    chat.ParticipantID
			after chat.Seq
			want  int
		}{{1, 0, 1}, {1, 4, 0}, {2, 0, 1}, {2, 3, 0}} {
			if got := must[int](t)(s.Unread(ctx, id, c.by, c.after)); got != c.want {
				t.Errorf("participant %d after %d: got %d unread, want %d", c.by, c.after, got, c.want)
			}
		}
	})
}

// TestCreateRepeatedWithMore repeats an opening within one transaction, with a line that the first did not have: nobody else's write waits for
// ever, and the outcome is the first one's.
func TestCreateRepeatedWithMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		id := open(t, s)
		_, hash := s.NewToken()
		c := store.NewConversation{ID: chat.ConversationID(s.NewID()), Service: "billing", Visitor: chat.Visitor{Name: "Lena"}, TokenHash: hash}
		few := chat.Open(chat.Opening{Visitor: c.Visitor, Service: "Billing"})
		more := append(slices.Clone(few), chat.Entry{Author: 1, Audience: chat.Everyone, Kind: chat.Message, Content: chat.FromText("Hello"), Key: "c1:1"})
		var got [3]store.Appended
		create := func(i int, entries []chat.Entry) func() error {
			return func() (err error) { got[i], err = s.Create(ctx, c, entries); return err }
		}
		for i, err := range together(t, s, id, []func() error{create(0, few), create(1, more)}) {
			if err != nil {
				t.Errorf("opening %d: %v", i, err)
			}
		}
		if err := create(2, more)(); err != nil { // once it is stored
			t.Error(err)
		}
		for i, a := range got {
			if a.Repeat != (i > 0) || len(a.Entries) != 1 || a.Conversation.Last != 1 {
				t.Errorf("opening %d: got %+v", i, a)
			}
		}
		say(t, s, id, "", "after it")
	})
}

// TestPanicInABatch: a fault of ours in a transaction costs the write that meets it, and no other.
func TestPanicInABatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		id := open(t, s)
		ops := 0 // only the leader counts
		fault := func(at int) func(string) {
			return func(point string) {
				if point != "op" {
					return
				}
				if ops++; ops == at {
					panic("on purpose")
				}
			}
		}
		write := func(text string) func() error {
			return func() error { _, err := s.Append(ctx, line(id, "", text)); return err }
		}
		// The second of those that stand in one transaction behind the first: each is tried alone then.
		for i, err := range together(t, s, id, []func() error{write("one"), write("two"), write("three")}, fault(3)) {
			if err != nil {
				t.Errorf("write %d: %v", i, err)
			}
		}
		s.SetHook(fault(ops + 1))
		if err := write("four")(); err == nil {
			t.Error("a write that panicked was acknowledged")
		}
		if err := write("five")(); err != nil {
			t.Errorf("after a panic: %v", err)
		}
		list, err := s.Entries(ctx, id, 0, 100)
		var said []string
		for _, e := range list {
			if e.Kind == chat.Message {
				said = append(said, e.Content.PlainText())
			}
		}
		slices.Sort(said)
		if err != nil || !slices.Equal(said, []string{"first", "five", "one", "three", "two"}) {
			t.Errorf("got %q, %v", said, err)
		}
	})
}

// TestHotConversationIsCountedOnce: a conversation in which much is said takes no more of the cache than its state and newest lines need.
func TestHotConversationIsCountedOnce(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	id := open(t, s)
	for range 150 { // fills the run of newest lines
		say(t, s, id, "", "Hello")
	}
	before := s.HotBytes()
	for range 300 {
		say(t, s, id, "", "Hello")
	}
	if grown := s.HotBytes() - before; grown > 4096 {
		t.Errorf("300 lines more made the conversation %d bytes larger", grown)
	}
}
