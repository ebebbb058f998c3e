package desk_test

import (
	"testing"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// TestPublishedOnceAroundAnEdit: two agents publish a private line at the same moment in which the expert corrects it, each having read another
// version. The customer gets one line, and it says what is right.
func TestPublishedOnceAroundAnEdit(t *testing.T) {
	ctx := t.Context()
	meanwhile := func() {}
	cfg := storetest.SQLite(t)
	cfg.CrashAt = func(point string) bool {
		if point == "before" {
			act := meanwhile
			meanwhile = func() {}
			act()
		}
		return false
	}
	s := storetest.Open(t, cfg)
	d := desk.New(desk.Config{Store: s})
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(nil, s.PutService(ctx, store.Service{ID: "s", Name: "S"}))
	a, err := s.CreateAgent(ctx, store.Agent{Login: "anna", Name: "Anna Becker", Roles: []string{"agent"}})
	must(a, err)
	opened, err := d.Open(ctx, desk.Opening{Visitor: chat.Visitor{Name: "Karla"}})
	must(opened, err)
	id := opened.Conversation.ID
	must(d.Accept(ctx, a.ID, id))
	anna := desk.Actor{Conversation: id, Participant: 2, Kind: chat.Agent, Agent: a.ID}
	invited, _, err := d.Invite(ctx, anna, []desk.Guest{{Person: chat.Person{Account: "c", ID: "erik"}, Name: "Erik Lind"}}, nil)
	must(invited, err)
	line := func(key, text string) desk.ThreadLine {
		return desk.ThreadLine{By: 3, Key: key, Audience: chat.BackRoom, Content: chat.FromText(text)}
	}
	private, err := d.FromThread(ctx, id, line("t:1", "12 Euro"))
	must(private, err)

	meanwhile = func() {
		must(d.ThreadEdit(ctx, id, private.Seq, line("t:1:2", "13 Euro")))
		must(d.Publish(ctx, anna, private.Seq))
	}
	must(d.Publish(ctx, anna, private.Seq))

	entries, _, err := d.Entries(ctx, desk.Actor{Conversation: id, Participant: 1, Kind: chat.Customer}, 0, 100)
	must(entries, err)
	lines, last := 0, ""
	for _, e := range entries {
		if e.Kind == chat.Message {
			lines++
		}
		if e.Content != nil {
			last = e.Content.PlainText()
		}
	}
	if lines != 1 || last != "13 Euro" {
		t.Errorf("the customer has %d lines, the last words are %q", lines, last)
	}

	// The other way round: the newest version is written second.
	must(d.ThreadEdit(ctx, id, private.Seq, line("t:1:3", "14 Euro")))
	must(d.Publish(ctx, anna, private.Seq))
	must(d.Publish(ctx, anna, private.Seq))
	if entries, _, err = d.Entries(ctx, desk.Actor{Conversation: id, Participant: 1, Kind: chat.Customer}, 0, 100); err != nil ||
		entries[len(entries)-1].Kind != chat.Edit || entries[len(entries)-1].Content.PlainText() != "14 Euro" {
		t.Errorf("published anew: %+v, %v", entries[len(entries)-1], err)
	}
}
