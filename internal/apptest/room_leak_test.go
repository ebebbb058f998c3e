package apptest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"trialog/internal/chat"
	"trialog/internal/teamsim"
)

// room is one random conversation over the real surface. Private words begin with a marker, public ones do not.
type room struct {
	w     *World
	r     *rand.Rand
	anna  *Agent
	c     *Customer
	erik  *teamsim.Teams
	chat  string // the thread
	n     int
	files []chat.FileID // uploaded by the agent and never sent
}

const private = "geheim"

func (m *room) word(secret bool) string {
	m.n++
	if secret {
		return fmt.Sprintf("%s%d", private, m.n)
	}
	return fmt.Sprintf("offen%d", m.n)
}

// step lets somebody do something. What the rules refuse is refused.
func (m *room) step(ctx context.Context) error {
	var err error
	secret := m.r.IntN(3) > 0
	audience := map[bool]chat.Audience{true: chat.BackRoom, false: chat.Everyone}[secret]
	prefix := map[bool]string{true: "// ", false: ""}[secret]
	switch m.r.IntN(11) {
	case 0:
		_, err = m.c.Say(ctx, m.word(false))
	case 1, 2:
		_, err = m.anna.Say(ctx, m.c.ID, audience, m.word(secret))
	case 3:
		err = m.attach(ctx, audience, secret)
	case 4, 5:
		_, err = m.erik.Say(m.chat, "<p>"+prefix+m.word(secret)+"</p>")
	case 6:
		name := m.word(true) + ".txt"
		_, err = m.erik.File(m.chat, name, []byte(name), "<p>// "+m.word(true)+"</p>")
	case 7:
		err = m.change(ctx)
	case 8:
		err = m.quote()
	case 9:
		err = m.react(ctx)
	case 10:
		err = m.publish(ctx)
	}
	var refused *Problem
	if errors.As(err, &refused) && refused.Status < 500 {
		err = nil
	}
	time.Sleep(1100 * time.Millisecond)
	m.w.Settle()
	return err
}

func (m *room) attach(ctx context.Context, audience chat.Audience, secret bool) error {
	f, err := m.anna.Upload(ctx, m.c.ID, m.word(secret)+".txt", []byte(m.word(secret)))
	if err != nil || m.r.IntN(4) == 0 {
		m.files = append(m.files, f.ID)
		return err
	}
	_, err = m.anna.Say(ctx, m.c.ID, audience, m.word(secret), f.ID)
	return err
}

// line is a random line of the agent's log.
func (m *room) line(match func(chat.Entry) bool) (chat.Entry, bool) {
	all := slices.DeleteFunc(m.anna.Seen(m.c.ID).Entries(), func(e chat.Entry) bool { return e.Kind != chat.Message || !match(e) })
	if len(all) == 0 {
		return chat.Entry{}, false
	}
	return all[m.r.IntN(len(all))], true
}

func (m *room) change(ctx context.Context) error {
	e, ok := m.line(func(e chat.Entry) bool { return e.Author == 2 })
	switch {
	case !ok:
		return nil
	case m.r.IntN(3) == 0:
		return m.anna.Delete(ctx, m.c.ID, e.Seq)
	}
	return m.anna.Edit(ctx, m.c.ID, e.Seq, m.word(e.Audience == chat.BackRoom))
}

// quote lets the expert quote any message of the thread without marking the reply as private: it must become so by what it quotes.
func (m *room) quote() error {
	messages, err := m.erik.Messages(m.chat)
	if err != nil {
		return err
	}
	messages = slices.DeleteFunc(messages, func(x teamsim.Message) bool { return x.IsDeleted() || x.Event != "" })
	if len(messages) == 0 {
		return nil
	}
	_, err = m.erik.Quote(m.chat, messages[m.r.IntN(len(messages))].ID, "<p>"+m.word(false)+"</p>")
	return err
}

func (m *room) react(ctx context.Context) error {
	e, ok := m.line(func(chat.Entry) bool { return true })
	if !ok {
		return nil
	}
	return m.anna.React(ctx, m.c.ID, e.Seq, map[bool]string{true: "🙊", false: "👍"}[e.Audience == chat.BackRoom])
}

func (m *room) publish(ctx context.Context) error {
	e, ok := m.line(func(e chat.Entry) bool { return e.Audience == chat.BackRoom && e.Author == 3 })
	if !ok {
		return nil
	}
	_, err := m.anna.Publish(ctx, m.c.ID, e.Seq)
	return err
}

// check looks for what is private in all that the customer can get, and tries to fetch every file.
func (m *room) check(ctx context.Context) error {
	entries := m.anna.Seen(m.c.ID).Entries()
	shown, open := map[chat.FileID]bool{}, []string{}
	for _, e := range entries {
		if e.Audience != chat.Everyone {
			continue
		}
		for _, f := range e.Content.Files() {
			shown[f.ID] = true
		}
		if e.Published() || e.Kind == chat.Edit { // what was published is public, in all its versions
			said := slices.DeleteFunc(slices.Clone(e.Content), func(n chat.Node) bool { return n.T == chat.Quote }) // what it quotes is not
			for _, word := range strings.FieldsFunc(said.PlainText(), func(r rune) bool { return strings.ContainsRune("[] \n", r) }) {
				open = append(open, strings.TrimSuffix(word, ".txt"))
			}
		}
	}
	all, err := m.c.Everything(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(open, func(a, b string) int { return len(b) - len(a) })
	for _, word := range open {
		if strings.HasPrefix(word, private) {
			all = strings.ReplaceAll(all, word, "published")
		}
	}
	for _, secret := range []string{private, "🙊", "backroom"} {
		if i := strings.Index(all, secret); i >= 0 {
			return fmt.Errorf("conversation %d leaks … %.300s", m.c.Number, all[max(0, i-150):])
		}
	}
	ids := slices.Clone(m.files)
	for _, e := range entries {
		for _, f := range e.Content.Files() {
			ids = append(ids, f.ID)
		}
	}
	for _, id := range ids {
		_, err := m.c.Download(ctx, id)
		var refused *Problem
		if missing := errors.As(err, &refused) && refused.Status == 404; missing == shown[id] {
			return fmt.Errorf("conversation %d, file %s: shown %v, download says %v", m.c.Number, id, shown[id], err)
		}
		_, err = m.c.Say(ctx, "", id) // nor can it be sent, to be shown then
		if missing := errors.As(err, &refused) && refused.Status < 500; !shown[id] && !missing {
			return fmt.Errorf("the customer sent file %s", id)
		}
	}
	return nil
}

// TestNothingPrivateLeaks plays random conversations between a customer, an agent and an expert through the real surface and looks for
// private words, files and reactions in every byte that the customer gets.
func TestNothingPrivateLeaks(t *testing.T) {
	t.Parallel()
	rooms := 100
	if testing.Short() {
		rooms = 10
	}
	synctest.Test(t, func(t *testing.T) {
		w := Start(t, Options{Seed: 3})
		anna, err := w.SignIn(w.ctx, "anna", "demo")
		w.must(err)
		w.must(anna.LinkTeams(w.ctx, "Anna Becker"))
		published := 0
		for n := range rooms {
			m := &room{w: w, r: rand.New(rand.NewPCG(uint64(n), 11)), anna: anna, erik: w.Tenant.As("Erik Lind")}
			published += m.play(t)
		}
		if published < rooms/4 {
			t.Errorf("only %d lines published in %d conversations: the test looks at too little", published, rooms)
		}
	})
}

func (m *room) play(t *testing.T) (published int) {
	t.Helper()
	w := m.w
	var err error
	m.c, err = w.Open(w.ctx, "Karla", "technik", m.word(false))
	w.must(err)
	w.must(m.anna.Accept(w.ctx, m.c.ID))
	_, err = m.anna.Say(w.ctx, m.c.ID, chat.BackRoom, m.word(true))
	w.must(err)
	w.must(m.anna.Invite(w.ctx, m.c.ID, "Erik Lind"))
	tag := fmt.Sprintf("#%d", m.c.Number)
	if !w.Until(patience, func() bool {
		e, ok := m.anna.Summary(m.c.ID).Expert("Erik Lind")
		return ok && e.State == chat.Joined
	}) {
		t.Fatalf("conversation %s: the expert does not join", tag)
	}
	for _, c := range w.Tenant.Chats() {
		if slices.Contains(strings.Fields(c.Topic), tag) {
			m.chat = c.ID
		}
	}
	for range 12 + m.r.IntN(10) {
		w.must(m.step(w.ctx))
	}
	w.After(10 * time.Second)
	w.must(m.check(w.ctx))
	for _, e := range m.anna.Seen(m.c.ID).Entries() {
		if e.Published() {
			published++
		}
	}
	w.must(m.anna.Close(w.ctx, m.c.ID))
	m.c.Disconnect()
	return published
}
