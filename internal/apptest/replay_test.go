package apptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"trialog/internal/chat"
	"trialog/internal/teamsim"
)

// recorded is a conversation that other people had.
type recorded struct {
	ID    string      `json:"id"`
	Lines [][2]string `json:"lines"` // speaker (customer, agent, or action: an act of the agent), text
}

const recordings = "shared/data/service-chats.json"

// readRecordings finds the recordings above the working directory. They are no part of the product; where they are missing the test
// says so, and fails where it is meant to count.
func readRecordings(t *testing.T) []recorded {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, recordings))
		if err == nil {
			var all []recorded
			if err := json.Unmarshal(b, &all); err != nil {
				t.Fatal(err)
			}
			return all
		}
		if filepath.Dir(dir) == dir {
			break
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing", recordings)
	}
	t.Skipf("NOT TESTED WITH REAL CONVERSATIONS: %s is missing", recordings)
	return nil
}

// replayed is how many conversations run, all at the same time.
const replayed = 56

// TestReplay has real conversations replayed, many at the same time, with experts invited in the middle who say real lines too, and
// files of every kind sent in every direction. What customer, agent, each expert and the stored log show in the end is what was said:
// every line once, in order, under its author's name, and nothing of any other conversation.
func TestReplay(t *testing.T) {
	all := readRecordings(t)
	if len(all) < 2*replayed {
		t.Fatalf("only %d conversations", len(all))
	}
	synctest.Test(t, func(t *testing.T) {
		w := Start(t, Options{Seed: 3, ChatStarts: -1})
		agents := []*Agent{}
		for _, who := range [][2]string{{"anna", "Anna Becker"}, {"ben", "Ben Okafor"}} {
			a, err := w.SignIn(w.ctx, who[0], "demo")
			w.must(err)
			w.must(a.LinkTeams(w.ctx, who[1]))
			agents = append(agents, a)
		}
		kinds := samples(t)
		var plays []*replay
		g, ctx := errgroup.WithContext(w.ctx)
		for i := range replayed {
			r := all[i]
			if i > 2 { // three come from another source; of the others take some of every kind
				r = all[i*len(all)/replayed/2]
			}
			p := &replay{w: w, agent: agents[i%2], name: "Kundin " + r.ID, script: r.Lines, answers: linesOf(all[len(all)-1-i], "agent"),
				experts: [2]string{experts[i%len(experts)], experts[(i+1+i/len(experts)%2)%len(experts)]}}
			if i < 2*len(kinds) {
				p.file = &kinds[i%len(kinds)]
			}
			plays = append(plays, p)
			g.Go(func() error {
				if err := p.run(ctx); err != nil {
					return fmt.Errorf("%s: %w", p.name, err)
				}
				return nil
			})
		}
		w.must(g.Wait())
		time.Sleep(calm)
		lines := 0
		for _, p := range plays {
			if err := p.compare(w.ctx); err != nil {
				t.Errorf("%s: %v", p.name, err)
			}
			lines += len(p.said)
		}
		checkExperts(t, w, plays)
		t.Logf("%d lines in %d conversations", lines, len(plays))
	})
}

var experts = []string{"Erik Lind", "Mei Tanaka", "Omar Haddad", "Lucía Romero", "佐藤 花子", "Łukasz Żółkiewski", "Siobhán O'Neill"}

func linesOf(r recorded, speaker string) (lines []string) {
	for _, l := range r.Lines {
		if l[0] == speaker {
			lines = append(lines, l[1])
		}
	}
	return lines
}

// replay is one conversation being replayed.
type replay struct {
	w       *World
	agent   *Agent
	name    string
	script  [][2]string
	answers []string // what the experts say
	experts [2]string
	file    *sample // sent by everybody to everybody, if set

	customer *Customer
	chat     string // the thread
	said     []said
}

// run replays the script: the first expert comes after a third of the lines, the second after two thirds.
func (p *replay) run(ctx context.Context) error {
	for i, l := range p.script {
		var err error
		switch {
		case i == 0:
			err = p.open(ctx, l)
		case l[0] == "customer":
			err = p.customerSays(ctx, l[1])
		default:
			err = p.agentSays(ctx, l[1])
		}
		if err == nil && i == len(p.script)/3 {
			err = errors.Join(p.customerSends(ctx), p.invite(ctx, p.experts[0]), p.expertSays(p.experts[0], p.answers[0]))
		}
		if err == nil && i == 2*len(p.script)/3 {
			err = errors.Join(p.agentSends(ctx), p.invite(ctx, p.experts[1]), p.expertSays(p.experts[1], p.answers[1]),
				p.expertSays(p.experts[0], p.answers[2]), p.expertSends(ctx, p.experts[1]))
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", i, err)
		}
	}
	return p.arrived()
}

// open begins the chat. A recording may begin with the agent's greeting, but here it is the customer who opens.
func (p *replay) open(ctx context.Context, first [2]string) (err error) {
	text := first[1]
	if first[0] != "customer" {
		text = ""
	}
	if p.customer, err = p.w.Open(ctx, p.name, "technik", text); err != nil {
		return err
	}
	if err := p.agent.Accept(ctx, p.customer.ID); err != nil {
		return err
	}
	if text == "" {
		return p.agentSays(ctx, first[1])
	}
	p.add(p.name, text)
	return nil
}

func (p *replay) add(by, text string) { p.said = append(p.said, said{by, text}) }

func (p *replay) customerSays(ctx context.Context, text string, files ...chat.FileID) error {
	_, err := p.customer.Say(ctx, text, files...)
	p.add(p.name, text)
	return err
}

func (p *replay) agentSays(ctx context.Context, text string, files ...chat.FileID) error {
	_, err := p.agent.Say(ctx, p.customer.ID, chat.Everyone, text, files...)
	p.add(p.agent.Me.Name, text)
	return err
}

func (p *replay) invite(ctx context.Context, name string) error {
	if err := p.agent.Invite(ctx, p.customer.ID, name); err != nil {
		return err
	}
	return p.until(name+" joined", func() error {
		if e, _ := p.agent.Summary(p.customer.ID).Expert(name); e.State != chat.Joined {
			return fmt.Errorf("%s is %s %s", name, e.State, e.Reason)
		}
		if p.chat == "" {
			p.chat = conference(p.w.Tenant, p.customer.Number)[0].ID
		}
		return nil
	})
}

// expertSays has an expert say a line between two others, as one who reads before writing.
func (p *replay) expertSays(name, text string) error {
	return p.expertActs(name, text, func(me *teamsim.Teams) error {
		_, err := me.Say(p.chat, html.EscapeString(text))
		return err
	})
}

func (p *replay) expertActs(name, text string, act func(*teamsim.Teams) error) error {
	if err := p.arrived(); err != nil {
		return err
	}
	time.Sleep(1100 * time.Millisecond)
	if err := act(p.w.Tenant.As(name)); err != nil {
		return err
	}
	p.add(name, text)
	return p.arrived()
}

// until polls: conversations run beside each other here, and only one may wait for the whole bubble to come to rest.
func (p *replay) until(what string, check func() error) error {
	deadline := time.Now().Add(10 * time.Minute)
	var err error
	for step := 50 * time.Millisecond; time.Now().Before(deadline); step = min(2*step, 2*time.Second) {
		if err = check(); err == nil {
			return nil
		}
		time.Sleep(step)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// arrived waits until everybody who is there has everything.
func (p *replay) arrived() error {
	return p.until("everybody has everything", func() error { return p.differences() })
}

// differences compares the three screens with what was said.
func (p *replay) differences() error {
	if err := same("the customer", onScreen(p.customer.Seen.Entries()), p.said); err != nil {
		return err
	}
	if err := same("the agent", onScreen(p.agent.Seen(p.customer.ID).Entries()), p.said); err != nil {
		return err
	}
	if p.chat == "" {
		return nil
	}
	c, _ := p.w.Tenant.ChatByID(p.chat)
	return same("the thread", inTeams(c.Messages), p.said)
}

// compare is differences, with the stored log, and with what each expert is shown.
func (p *replay) compare(ctx context.Context) error {
	if err := p.differences(); err != nil {
		return err
	}
	entries, err := p.w.App.Store.Entries(ctx, p.customer.ID, 0, 10_000)
	if err != nil {
		return err
	}
	if err := same("the stored log", onScreen(entries), p.said); err != nil {
		return err
	}
	for _, name := range p.experts {
		messages, err := p.w.Tenant.As(name).Messages(p.chat)
		if err != nil {
			return err
		}
		if err := same(name, inTeams(messages), p.said); err != nil {
			return err
		}
	}
	return nil
}

// checkExperts checks that each expert is in exactly the threads of the conferences they were invited to, and that there are no others.
func checkExperts(t *testing.T, w *World, plays []*replay) {
	t.Helper()
	threads := 0
	for _, name := range experts {
		var want, got []string
		for _, p := range plays {
			if slices.Contains(p.experts[:], name) {
				want = append(want, p.chat)
			}
		}
		chats, err := w.Tenant.As(name).Chats()
		w.must(err)
		for _, c := range chats {
			if c.Type == "group" {
				got = append(got, c.ID)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) || len(want) < 3 {
			t.Errorf("%s is in %d threads, want %d", name, len(got), len(want))
		}
	}
	for _, c := range w.Tenant.Chats() {
		if c.Type == "group" {
			threads++
		}
	}
	if threads != len(plays) {
		t.Errorf("%d threads for %d conferences", threads, len(plays))
	}
}

// fileName names the file after who sends it and to what conversation it belongs.
func (p *replay) fileName(by string) string {
	return fmt.Sprintf("Von %s %d.%s", by, p.customer.Number, p.file.ext)
}

func (p *replay) customerSends(ctx context.Context) error {
	if p.file == nil {
		return nil
	}
	f, err := p.customer.Upload(ctx, p.fileName("Kunde"), p.file.content)
	if err != nil {
		return err
	}
	if err := p.customerSays(ctx, "", f.ID); err != nil {
		return err
	}
	p.said[len(p.said)-1].text = "[" + f.Name + "]"
	return p.screensHave(ctx, f.Name)
}

func (p *replay) agentSends(ctx context.Context) error {
	if p.file == nil {
		return nil
	}
	f, err := p.agent.Upload(ctx, p.customer.ID, p.fileName("Agent"), p.file.content)
	if err != nil {
		return err
	}
	if err := p.agentSays(ctx, "Hier, bitte:", f.ID); err != nil {
		return err
	}
	p.said[len(p.said)-1].text += "\n[" + f.Name + "]"
	if err := p.arrived(); err != nil {
		return err
	}
	return errors.Join(p.screensHave(ctx, f.Name), p.opens(p.experts[0], p.fileName("Kunde")), p.opens(p.experts[0], f.Name))
}

// expertSends sends the file back, a photograph pasted as a picture and everything else as a file; that expert, who came late, opens
// what was sent before, too.
func (p *replay) expertSends(ctx context.Context, name string) error {
	if p.file == nil {
		return nil
	}
	file := p.fileName("Experte")
	if err := p.expertActs(name, "["+file+"]", func(me *teamsim.Teams) (err error) {
		if p.file.ext == "jpg" || p.file.ext == "gif" {
			_, err = me.Picture(p.chat, file, p.file.content, "")
		} else {
			_, err = me.File(p.chat, file, p.file.content, "")
		}
		return err
	}); err != nil {
		return err
	}
	return errors.Join(p.screensHave(ctx, file), p.opens(name, p.fileName("Kunde")), p.opens(name, p.fileName("Agent")))
}

// screensHave downloads a file as customer and as agent.
func (p *replay) screensHave(ctx context.Context, name string) error {
	return p.until("file "+name, func() error {
		for _, e := range p.customer.Seen.Entries() {
			for _, f := range e.Content.Files() {
				if f.Name != name {
					continue
				}
				mine, err := p.customer.Download(ctx, f.ID)
				if err != nil {
					return err
				}
				theirs, err := p.agent.Download(ctx, f.ID)
				if err != nil {
					return err
				}
				if f.Size != int64(len(mine)) {
					return fmt.Errorf("%s has %d bytes, and says %d", name, len(mine), f.Size)
				}
				return errors.Join(crossed(*p.file, mine), crossed(*p.file, theirs))
			}
		}
		return fmt.Errorf("no line has %q", name)
	})
}

// opens lets an expert open a file in Teams.
func (p *replay) opens(expert, name string) error {
	me := p.w.Tenant.As(expert)
	address, err := addressOf(me, p.chat, name)
	if err != nil {
		return err
	}
	got, err := me.Read(address)
	if err != nil {
		return fmt.Errorf("%s can't open %s: %w", expert, name, err)
	}
	return crossed(*p.file, got)
}
