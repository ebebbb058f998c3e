package store_test

import (
	"context"
	"testing"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// TestConferences counts where a person takes part, finds open offers, and knows which files a customer may see.
func TestConferences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		erik := chat.Person{Account: "a", ID: "id%_!erik"}
		act := func(id chat.ConversationID, fn func(c *chat.Conversation) ([]chat.Entry, error)) {
			t.Helper()
			must[store.Appended](t)(s.Append(ctx, store.Write{Conversation: id, Decide: fn}))
		}
		count := func(want int) {
			t.Helper()
			if got := must[int](t)(s.ConferencesOf(ctx, erik)); got != want {
				t.Errorf("%d conferences, want %d", got, want)
			}
		}
		first, second := open(t, s), open(t, s)
		for _, id := range []chat.ConversationID{first, second} {
			accept(t, s, id, "anna")
			act(id, func(c *chat.Conversation) ([]chat.Entry, error) {
				return c.Invite(2, []chat.Invitee{{Person: erik, Name: "Erik"}, {Person: chat.Person{Account: "a", ID: "idxxxerik"}}})
			})
		}
		count(2)
		act(first, func(c *chat.Conversation) ([]chat.Entry, error) { return c.Leave(3, chat.ReasonLeft) })
		count(1)

		until := time.Now().Add(time.Minute).UTC()
		act(second, func(c *chat.Conversation) ([]chat.Entry, error) {
			return c.InviteColleague(2, chat.Staffer{ID: "ben"}, chat.Offer{Agents: []chat.AgentID{"ben"}, Until: until})
		})
		offers := must[[]*chat.Conversation](t)(s.WithOffers(ctx))
		if len(offers) != 1 || offers[0].ID != second {
			t.Errorf("offers in %d conversations", len(offers))
		}
		if got := must[[]*chat.Conversation](t)(s.OfAgent(ctx, "ben")); len(got) != 1 {
			t.Errorf("ben is offered %d places", len(got))
		}
		act(second, func(c *chat.Conversation) ([]chat.Entry, error) { return c.DeclineOffer("ben") })
		if len(must[[]*chat.Conversation](t)(s.WithOffers(ctx)))+len(must[[]*chat.Conversation](t)(s.OfAgent(ctx, "ben"))) != 0 {
			t.Error("a declined offer is still open")
		}
		act(second, func(c *chat.Conversation) ([]chat.Entry, error) { return c.Close(1) })
		count(0)

		file := func(a chat.Audience, id chat.FileID) {
			act(first, func(c *chat.Conversation) ([]chat.Entry, error) {
				return c.Post(chat.Line{By: 2, Audience: a, Content: chat.Content{{T: chat.FileNode, File: &chat.File{ID: id, Name: "x"}}}})
			})
		}
		file(chat.Everyone, "public")
		file(chat.BackRoom, "private")
		say(t, s, first, "c1:a", `{"id":"private"}`) // words about a file do not show it
		for id, want := range map[chat.FileID]bool{"public": true, "private": false, "unknown": false, "%": false} {
			if got := must[bool](t)(s.FileShown(ctx, first, id)); got != want {
				t.Errorf("file %q shown: %v, want %v", id, got, want)
			}
		}
		if must[bool](t)(s.FileShown(ctx, second, "public")) {
			t.Error("a file is shown in another conversation")
		}
	})
}
