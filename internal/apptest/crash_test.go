package apptest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"trialog/internal/chat"
	"trialog/internal/teamsim"
)

// TestCrash runs the founding procedure and what may follow it with a server that dies at a durable step, for every such step there
// is, the first and the last time it comes there. It is started again a second later. Nothing may be lost, doubled or in the wrong
// order for anybody. A slice of what `make crash` plays comes on top.
func TestCrash(t *testing.T) {
	points := pointsOf(t, false)
	for _, must := range []string{"link.adopted", "link.stored", "subscribe.intent", "subscribe.called", "thread.begun", "create.intent", "create.called", "create.stored", "share.called",
		"upload.called", "upload.stored", "post.intent", "post.called", "post.confirmed", "barrier.invitation", "barrier.invitation.done",
		"barrier.invitation.stored", "member.invited", "member.added", "member.stored", "member.removed", "barrier.left", "barrier.left.done",
		"barrier.edit.done", "barrier.delete.done", "hook.body", "hook.stored", "inbox.heard", "hear.posted", "hear.changed", "readback.heard",
		"readback.stored", "late.intent", "late.called", "late.confirmed", "desk.Open before", "desk.Post after", "desk.Entries reading"} {
		if points[must] == 0 {
			t.Errorf("the story never comes by %s", must)
		}
	}
	all := matrix(t, points)
	var now []crash
	for i, c := range all {
		if named(c.point) && !c.standby && c.then == "" || i%*slice == 0 {
			now = append(now, c)
		}
	}
	playAll(t, now)
}

// story is the founding procedure, told by people who try again when nobody answers.
type story struct {
	w     *World
	ctx   context.Context
	anna  *Agent
	karla *Customer
	said  []said
}

// tellStory tells it with a server that dies as c says, or in peace when c is empty.
func tellStory(t *testing.T, c crash) *story {
	w := Start(t, Options{Seed: 1, Standby: c.standby})
	s := &story{w: w, ctx: w.ctx}
	w.DieAt(c.point, c.nth)
	if c.then != "" {
		w.DieTwice(c.point, c.then)
	}
	s.begin()
	s.talk()
	s.change()
	s.second()
	s.end()
	s.check()
	switch {
	case w.deaths > 1 || w.deaths == 1 && c.then == "" || c.point == "":
	case w.deaths == 1:
		t.Logf("after its death at %s the server did not come by %s", c.point, c.then)
	case c.nth == 1:
		t.Errorf("the server never died at %s", c.point)
	default: // how often it comes there depends on what happens to meet: notifications, looks at the thread
		t.Logf("this time the server did not come by %s %d times", c.point, c.nth)
	}
	return s
}

// try acts until it works, starting the server anew when it is dead.
func (s *story) try(what string, act func() error) {
	s.w.T.Helper()
	var err error
	for range 20 {
		if s.w.Dead() {
			time.Sleep(time.Second)
			if err = s.w.Again(); err != nil {
				continue
			}
		}
		if err = act(); err == nil {
			return
		}
		var p *Problem
		if errors.As(err, &p) && p.Status < 500 {
			break
		}
		time.Sleep(time.Second)
	}
	s.w.T.Fatalf("%s: %v", what, err)
}

// wait watches until something is so, starting the server anew when it is dead.
func (s *story) wait(what string, ok func() bool) {
	s.w.T.Helper()
	if s.w.Until(5*time.Minute, func() bool {
		if s.w.Dead() {
			time.Sleep(time.Second)
			if err := s.w.Again(); err != nil {
				s.w.T.Logf("start again: %v", err)
			}
			return false
		}
		return ok()
	}) {
		return
	}
	s.w.T.Fatalf("never: %s\ncustomer:\n%sagent:\n%sthread:\n%s", what, listed(onScreen(s.karla.Seen.Entries())),
		listed(onScreen(s.anna.Seen(s.karla.ID).Entries())), listed(inTeams(s.thread().Messages)))
}

func (s *story) thread() teamsim.Chat {
	if threads := conference(s.w.Tenant, s.karla.Number); len(threads) > 0 {
		return threads[0]
	}
	return teamsim.Chat{}
}

func (s *story) begin() {
	var err error
	s.try("sign in", func() error { s.anna, err = s.w.SignIn(s.ctx, "anna", "demo"); return err })
	s.try("link", func() error { return s.anna.LinkTeams(s.ctx, "Anna Becker") })
	s.wait("subscribed", func() bool { return len(s.w.Tenant.Subscriptions()) == 1 })
	s.try("open", func() error {
		s.karla, err = s.w.Open(s.ctx, "Karla", "technik", "Das Modem blinkt rot 😕")
		return err
	})
	s.said = append(s.said, said{"Karla", "Das Modem blinkt rot 😕"})
	s.try("accept", func() error { return s.anna.Accept(s.ctx, s.karla.ID) })
	s.agentSays("Ich hole jemanden dazu.")
	var f chat.File
	s.try("upload", func() error {
		f, err = s.karla.Upload(s.ctx, "modem.txt", []byte("seriennummer 4711"))
		return err
	})
	s.try("attach", func() error { _, err := s.karla.SayAs(s.ctx, "file", "", f.ID); return err })
	s.said = append(s.said, said{"Karla", "[modem.txt]"})
	s.invite("Erik Lind")
	s.expertSays("Erik Lind", "Bitte 10 Sekunden drücken 🙂")
	s.wait("answered", func() bool { return s.state("Erik Lind") == chat.Answered })
}

func (s *story) state(expert string) chat.State {
	p, _ := s.anna.Summary(s.karla.ID).Expert(expert)
	return p.State
}

func (s *story) invite(name string) {
	s.try("invite", func() error { return s.anna.Invite(s.ctx, s.karla.ID, name) })
	s.wait(name+" joined", func() bool { return s.state(name) == chat.Joined })
}

func (s *story) customerSays(text string) {
	s.try(text, func() error { _, err := s.karla.SayAs(s.ctx, fmt.Sprintf("k%d", len(s.said)), text); return err })
	s.said = append(s.said, said{"Karla", text})
}

func (s *story) agentSays(text string) {
	s.try(text, func() error {
		_, err := s.anna.SayAs(s.ctx, fmt.Sprintf("a%d", len(s.said)), s.karla.ID, chat.Everyone, text)
		return err
	})
	s.said = append(s.said, said{"Anna Becker", text})
}

// expertSays waits until the expert has read everything, and then until everybody has the expert's line: that is the order of talk.
func (s *story) expertSays(name, text string) {
	s.arrived()
	time.Sleep(1100 * time.Millisecond)
	if _, err := s.w.Tenant.As(name).Say(s.thread().ID, text); err != nil {
		s.w.T.Fatal(err)
	}
	s.said = append(s.said, said{name, text})
	s.arrived()
}

// arrived waits until everybody has what was said.
func (s *story) arrived() {
	s.wait("all have all", func() bool { return s.differences() == nil })
}

func (s *story) differences() error {
	return errors.Join(same("customer", onScreen(s.karla.Seen.Entries()), s.said),
		same("agent", onScreen(s.anna.Seen(s.karla.ID).Entries()), s.said), same("thread", inTeams(s.thread().Messages), s.said))
}

func (s *story) talk() {
	s.customerSays("Jetzt grün!")
	s.agentSays("Prima.")
	s.customerSays("Oder doch nicht?")
	s.arrived()
}

// find returns the seq of a line.
func (s *story) find(entries []chat.Entry, text string) chat.Seq {
	for _, e := range entries {
		if e.Kind == chat.Message && e.Content.PlainText() == text {
			return e.Seq
		}
	}
	s.w.T.Fatalf("nobody said %q", text)
	return 0
}

func (s *story) replace(old string, new ...string) {
	for i, l := range s.said {
		if l.text == old {
			by := l.by
			s.said = slices.Delete(s.said, i, i+1)
			for _, text := range new {
				s.said = slices.Insert(s.said, i, said{by, text})
			}
			return
		}
	}
}

func (s *story) change() {
	entries := s.karla.Seen.Entries()
	s.try("edit", func() error { return s.karla.Edit(s.ctx, s.find(entries, "Jetzt grün!"), "Jetzt gelb!") })
	s.replace("Jetzt grün!", "Jetzt gelb!")
	s.try("delete", func() error { return s.anna.Delete(s.ctx, s.karla.ID, s.find(entries, "Prima.")) })
	s.replace("Prima.")
	s.arrived()
	for _, m := range s.thread().Messages {
		if strings.HasPrefix(m.Text(), "Bitte 10") {
			if err := s.w.Tenant.As("Erik Lind").Edit(m.ChatID, m.ID, "Bitte 20 Sekunden drücken 🙂"); err != nil {
				s.w.T.Fatal(err)
			}
		}
	}
	s.replace("Bitte 10 Sekunden drücken 🙂", "Bitte 20 Sekunden drücken 🙂")
	s.arrived()
}

func (s *story) second() {
	s.invite("Mei Tanaka")
	s.expertSays("Mei Tanaka", "Ein neues ist unterwegs.")
	s.customerSays("Danke!")
	s.arrived()
	s.try("remove", func() error { return s.anna.Remove(s.ctx, s.karla.ID, "Mei Tanaka") })
	s.wait("Mei is out of the thread", func() bool {
		return !slices.ContainsFunc(s.thread().Members, func(m teamsim.Member) bool { return m.Name == "Mei Tanaka" })
	})
	s.customerSays("Tschüss Mei.")
	s.expertSays("Erik Lind", "Ich bleibe noch.")
}

const ended, tooLate = "ist beendet", "bereits beendet"

func (s *story) end() {
	s.try("close", func() error { return s.anna.Close(s.ctx, s.karla.ID) })
	s.wait("the closing line", func() bool { return s.count(ended) == 1 })
	time.Sleep(1100 * time.Millisecond)
	for range 2 {
		if _, err := s.w.Tenant.As("Erik Lind").Say(s.thread().ID, "Zu spät"); err != nil {
			s.w.T.Fatal(err)
		}
		s.wait("the late answer", func() bool { return s.count(tooLate) == 1 })
	}
}

func (s *story) count(text string) (n int) {
	for _, l := range inTeams(s.thread().Messages) {
		if strings.Contains(l.text, text) {
			n++
		}
	}
	return n
}

// check waits for a calm and compares everything.
func (s *story) check() {
	for range 3 {
		s.wait("alive", func() bool { return true })
		s.w.After(calm)
	}
	t, groups := s.w.T, 0
	for _, c := range s.w.Tenant.Chats() {
		if c.Type == "group" {
			groups++
		}
	}
	if groups != 1 {
		t.Errorf("%d group chats, want one", groups)
	}
	if err := errors.Join(same("customer", onScreen(s.karla.Seen.Entries()), s.said), same("agent", onScreen(s.anna.Seen(s.karla.ID).Entries()), s.said)); err != nil {
		t.Error(err)
	}
	lines := inTeams(s.thread().Messages)
	if n := len(s.said); len(lines) != n+4 {
		t.Errorf("thread has %d lines, want those said, the end, two late ones and one answer:\n%s", len(lines), listed(lines))
	} else if err := same("thread", lines[:n], s.said); err != nil {
		t.Error(err)
	}
	if s.count(ended) != 1 || s.count(tooLate) != 1 {
		t.Errorf("closing and late lines:\n%s", listed(lines))
	}
	var sum Summary
	s.try("read", func() (err error) { sum, err = s.anna.Read(s.ctx, s.karla.ID); return err })
	if p, _ := sum.Expert("Erik Lind"); p.State != chat.Answered {
		t.Errorf("Erik is %s at the end", p.State)
	}
}
