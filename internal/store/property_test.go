package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// model is what the store must hold: for each conversation its lines, and what was said under which key.
type model struct {
	ids     []chat.ConversationID
	lines   map[chat.ConversationID][]string
	keys    map[chat.ConversationID]map[string]string
	cursors map[chat.ConversationID]store.Cursor
	closed  map[chat.ConversationID]bool
}

// TestStoreBehavesLikeItsModel runs random histories, restarts included, against the store and a model of it.
func TestStoreBehavesLikeItsModel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		rapid.Check(t, func(r *rapid.T) {
			cfg.CacheBytes = rapid.SampledFrom([]int{1, 8 << 10, 0}).Draw(r, "cache")
			s, err := store.Open(context.Background(), cfg)
			if err != nil {
				r.Fatal(err)
			}
			defer func() { s.Close() }()
			m := &model{lines: map[chat.ConversationID][]string{}, keys: map[chat.ConversationID]map[string]string{},
				cursors: map[chat.ConversationID]store.Cursor{}, closed: map[chat.ConversationID]bool{}}
			m.begin(r, t, s)
			r.Repeat(map[string]func(*rapid.T){
				"open":    func(r *rapid.T) { m.begin(r, t, s) },
				"say":     func(r *rapid.T) { m.say(r, s) },
				"advance": func(r *rapid.T) { m.advance(r, s) },
				"end":     func(r *rapid.T) { m.end(r, s) },
				"restart": func(r *rapid.T) {
					if err := s.Close(); err != nil {
						r.Fatal(err)
					}
					if s, err = store.Open(context.Background(), cfg); err != nil {
						r.Fatal(err)
					}
				},
				"": func(r *rapid.T) { m.check(r, s) },
			})
		})
	})
}

func (m *model) begin(r *rapid.T, t *testing.T, s *store.Store) {
	if len(m.ids) >= 3 {
		r.Skip()
	}
	id := open(t, s)
	m.ids = append(m.ids, id)
	m.keys[id] = map[string]string{}
}

func (m *model) pick(r *rapid.T) chat.ConversationID {
	return rapid.SampledFrom(m.ids).Draw(r, "conversation")
}

func (m *model) say(r *rapid.T, s *store.Store) {
	id := m.pick(r)
	key := rapid.SampledFrom([]string{"", "a", "b", "c", "d"}).Draw(r, "key")
	text := rapid.SampledFrom([]string{"one", "two", "zwölf\n🎉", `<b>"&`}).Draw(r, "text")
	a, err := s.Append(context.Background(), line(id, key, text))
	known, repeat := m.keys[id][key]
	repeat = repeat && key != ""
	switch {
	case repeat && known != text:
		if !chat.IsKind(err, chat.Conflict) {
			r.Fatalf("another text under %q: got %v, want a conflict", key, err)
		}
		return
	case repeat && (err != nil || !a.Repeat || a.Entries[0].Content.PlainText() != text):
		r.Fatalf("repeat of %q: got %+v %v", key, a, err)
	case repeat:
		return
	case m.closed[id]:
		if !chat.IsKind(err, chat.Gone) {
			r.Fatalf("after the end: got %v", err)
		}
		return
	case err != nil || a.Repeat:
		r.Fatalf("append: got %+v %v", a, err)
	}
	m.lines[id] = append(m.lines[id], text)
	if key != "" {
		m.keys[id][key] = text
	}
}

func (m *model) end(r *rapid.T, s *store.Store) {
	id := m.pick(r)
	_, err := s.Append(context.Background(), store.Write{Conversation: id, Decide: func(c *chat.Conversation) ([]chat.Entry, error) { return c.Close(1) }})
	if err != nil {
		r.Fatal(err)
	}
	m.closed[id] = true
}

func (m *model) advance(r *rapid.T, s *store.Store) {
	id := m.pick(r)
	seq := rapid.Int64Range(0, 20)
	delivered, read := chat.Seq(seq.Draw(r, "delivered")), chat.Seq(seq.Draw(r, "read"))
	if err := s.Advance(context.Background(), id, 1, delivered, read); err != nil {
		r.Fatal(err)
	}
	c := m.cursors[id]
	m.cursors[id] = store.Cursor{Participant: 1, Delivered: max(c.Delivered, delivered, read), Read: max(c.Read, read)}
}

func (m *model) check(r *rapid.T, s *store.Store) {
	for _, id := range m.ids {
		if err := m.differs(s, id); err != nil {
			r.Fatal(err)
		}
	}
}

func (m *model) differs(s *store.Store, id chat.ConversationID) error {
	ctx := context.Background()
	entries, err := s.Entries(ctx, id, 1, 1000)
	if err != nil {
		return err
	}
	c, err := s.Conversation(ctx, id)
	if err != nil {
		return err
	}
	first, err := s.Entry(ctx, id, 1)
	if err != nil {
		return err
	}
	rebuilt := &chat.Conversation{ID: id, Number: c.Number, Service: c.Service, Visitor: c.Visitor}
	rebuilt.Apply(first)
	var lines []string
	for i, e := range entries {
		if e.Seq != chat.Seq(i+2) {
			return fmt.Errorf("seq %d stands at place %d", e.Seq, i+2)
		}
		if e.Kind == chat.Message {
			lines = append(lines, e.Content.PlainText())
		}
		rebuilt.Apply(e)
	}
	cursors, err := s.Cursors(ctx, id)
	if err != nil {
		return err
	}
	var want []store.Cursor
	if k, ok := m.cursors[id]; ok {
		want = []store.Cursor{k}
	}
	diff := cmp.Diff(m.lines[id], lines) + cmp.Diff(rebuilt, c) + cmp.Diff(want, cursors)
	if (c.Status == chat.Closed) != m.closed[id] || diff != "" {
		return errors.New("the store differs from its model: " + diff)
	}
	return nil
}
