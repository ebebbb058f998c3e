package store_test

import (
	"context"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// open begins a conversation with one waiting customer.
func open(t testing.TB, s *store.Store) chat.ConversationID {
	t.Helper()
	id := chat.ConversationID(s.NewID())
	_, hash := s.NewToken()
	visitor := chat.Visitor{Name: "Lena", Locale: "en", Page: chat.Page{URL: "https://shop.example/cart", Title: "Cart"}}
	_, err := s.Create(context.Background(), store.NewConversation{ID: id, Service: "billing", Visitor: visitor, TokenHash: hash},
		chat.Open(chat.Opening{Visitor: visitor, Service: "Billing"}))
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return id
}

// line is the customer's write of a line under a client id.
func line(id chat.ConversationID, key, text string) store.Write {
	return store.Write{Conversation: id, Key: key, Print: text, Decide: func(c *chat.Conversation) ([]chat.Entry, error) {
		return c.Post(chat.Line{By: 1, Audience: chat.Everyone, Content: chat.FromText(text), Key: key})
	}}
}

// say appends a line of the customer.
func say(t testing.TB, s *store.Store, id chat.ConversationID, key, text string) store.Appended {
	t.Helper()
	a, err := s.Append(context.Background(), line(id, key, text))
	if err != nil {
		t.Fatalf("append %q: %v", text, err)
	}
	return a
}

// accept lets an agent in.
func accept(t testing.TB, s *store.Store, id chat.ConversationID, agent chat.AgentID) {
	t.Helper()
	decide := func(c *chat.Conversation) ([]chat.Entry, error) {
		return c.Accept(chat.Staffer{ID: agent, Name: string(agent) + " Full", PublicName: string(agent)})
	}
	if _, err := s.Append(context.Background(), store.Write{Conversation: id, Decide: decide}); err != nil {
		t.Fatalf("accept: %v", err)
	}
}

// log reads a whole log page by page and checks that it is dense.
func log(t testing.TB, s *store.Store, id chat.ConversationID) []chat.Entry {
	t.Helper()
	var all []chat.Entry
	for {
		page, err := s.Entries(context.Background(), id, chat.Seq(len(all)), 7)
		if err != nil {
			t.Fatalf("entries: %v", err)
		}
		if len(page) == 0 {
			return all
		}
		for _, e := range page {
			if e.Seq != chat.Seq(len(all)+1) {
				t.Fatalf("entry %d follows %d", e.Seq, len(all))
			}
			all = append(all, e)
		}
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
