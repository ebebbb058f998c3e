package apptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// patience is how long, in the bubble's time, a scenario waits for what it says will be seen; calm is how long it watches for what
// must not be seen.
const (
	patience = 2 * time.Minute
	calm     = 45 * time.Second
)

// TestScenarios plays every scenario of testdata. A scenario is a promise in domain words; help.txt explains the words.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	t.Cleanup(func() { checkOperations(t, len(files)) })
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { play(t, file) })
		})
	}
}

// play runs one scenario in a world of its own.
func play(t *testing.T, file string) {
	w := Start(t, Options{Seed: 1, Graph: checked(t)})
	used.Lock()
	used.scenarios++
	used.Unlock()
	p := &player{w: w, agents: map[string]*Agent{}, customers: map[string]*Customer{}}
	testscript.RunT(inBubble{t}, testscript.Params{
		Files:               []string{file},
		RequireExplicitExec: true,
		WorkdirRoot:         t.TempDir(),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"customer": p.do(p.customer),
			"agent":    p.do(p.agent),
			"expert":   p.do(p.expert),
			"tenant":   p.do(p.tenant),
			"server":   p.do(p.server),
			"service":  p.do(p.service),
			"after":    p.do(p.after),
			"ticking":  p.do(p.ticking),
			"admin":    p.do(p.admin),
		},
	})
}

// inBubble lets testscript run inside a synctest bubble, where subtests can't start.
type inBubble struct{ *testing.T }

func (b inBubble) Run(_ string, f func(testscript.T)) { f(b) }
func (b inBubble) Parallel()                          {}
func (b inBubble) Verbose() bool                      { return testing.Verbose() }

// player carries out the words of a scenario.
type player struct {
	w         *World
	ts        *testscript.TestScript
	agents    map[string]*Agent
	customers map[string]*Customer
	calls     map[string]int // as they were at "tenant counts-calls"
}

// do adapts a command: an error fails the scenario, or is what it expects after "!".
func (p *player) do(cmd func(context.Context, []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		p.ts = ts
		if neg {
			args = append([]string{"!"}, args...)
		}
		if len(args) > 0 && args[0] == "!" && !slices.Contains(args, "sees") && !slices.Contains(args, "learns") {
			if err := cmd(p.w.ctx, args[1:]); err == nil {
				ts.Fatalf("worked, though it must not")
			}
			return
		}
		if err := cmd(p.w.ctx, args); err != nil {
			ts.Fatalf("%v", err)
		}
	}
}

// negated cuts a leading "!".
func negated(args []string) (bool, []string) {
	if len(args) > 0 && args[0] == "!" {
		return true, args[1:]
	}
	return false, args
}

// word returns args[i], or fails with what was expected there.
func word(args []string, i int, what string) (string, error) {
	if i >= len(args) {
		return "", fmt.Errorf("say %s", what)
	}
	return args[i], nil
}

// sees waits until shown() holds want exactly as often as said, or watches that it never does.
func (p *player) sees(not bool, who string, args []string, shown func() ([]string, error)) error {
	want, err := word(args, 0, "what is seen")
	if err != nil {
		return err
	}
	times := -1
	if len(args) > 1 {
		if times, err = strconv.Atoi(args[1]); err != nil {
			return err
		}
	}
	count := func() int {
		lines, e := shown()
		err = e
		n := 0
		for _, l := range lines {
			n += strings.Count(l, want)
		}
		return n
	}
	if not {
		p.w.After(calm)
		if count() > 0 {
			return fmt.Errorf("%s sees %q", who, want)
		}
		return err
	}
	if p.w.Until(patience, func() bool { n := count(); return times < 0 && n > 0 || n == times }) {
		if times >= 0 {
			p.w.After(calm) // nothing more may come
		}
		if n := count(); times < 0 || n == times {
			return err
		}
	}
	lines, _ := shown()
	return fmt.Errorf("%s sees %q %d times, of:\n\t%s", who, want, count(), strings.Join(lines, "\n\t"))
}

func (p *player) lena(name string) (*Customer, error) {
	if c := p.customers[name]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("no customer %q has opened a chat", name)
}

func (p *player) customer(ctx context.Context, args []string) error {
	not, args := negated(args)
	if len(args) < 2 {
		return fmt.Errorf("customer NAME VERB …")
	}
	name, verb, args := args[0], args[1], args[2:]
	if verb == "opens" {
		args = append(args, "", "")
		c, err := p.w.Open(ctx, name, args[0], args[1])
		if err == nil {
			p.customers[name] = c
		}
		return err
	}
	c, err := p.lena(name)
	if err != nil {
		return err
	}
	first, err := word(append(args, ""), 0, "")
	if err != nil {
		return err
	}
	switch verb {
	case "says":
		_, err = c.Say(ctx, first)
	case "repeats": // the same client id, as after a lost answer
		_, err = c.SayAs(ctx, "same", first)
	case "edits":
		err = p.change(c.Seen.Entries(), args, func(ref chat.Seq, text string) error { return c.Edit(ctx, ref, text) })
	case "deletes":
		err = p.change(c.Seen.Entries(), append(args, ""), func(ref chat.Seq, _ string) error { return c.Delete(ctx, ref) })
	case "attaches":
		var files []chat.FileID
		for _, name := range args {
			if name == "" {
				continue
			}
			f, err := c.Upload(ctx, name, p.file(name))
			if err != nil {
				return err
			}
			files = append(files, f.ID)
		}
		_, err = c.Say(ctx, "", files...)
	case "ends":
		err = c.End(ctx)
	case "drops":
		c.Disconnect()
	case "returns":
		err = c.Connect(ctx)
	case "holds": // a piece of the content as it went over the live connection
		if !p.w.Until(patience, func() bool { return strings.Contains(c.Seen.Raw(), first) }) {
			err = fmt.Errorf("nothing that %s got holds %s: %.2000s", name, first, c.Seen.Raw())
		}
	case "shows-picture":
		err = p.showsPicture(first, c.Seen.Entries(), func(id chat.FileID) ([]byte, error) { return c.Download(ctx, id) })
	case "shows-no-file-twice":
		return noFileTwice(c.Seen.Entries())
	case "sees":
		return p.sees(not, name, args, func() ([]string, error) { return Shown(c.Seen.Entries()), nil })
	case "sees-in-order":
		return inOrder(Shown(c.Seen.Entries()), args)
	case "learns": // in any byte
		return p.learns(ctx, not, c, first)
	default:
		err = fmt.Errorf("customers don't %q", verb)
	}
	return err
}

// inOrder checks that texts stand in lines one after the other.
func inOrder(lines, texts []string) error {
	at := -1
	for _, text := range texts {
		i := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, text) })
		if i <= at {
			return fmt.Errorf("%q stands at %d, of:\n%s", text, i, strings.Join(lines, "\n"))
		}
		at = i
	}
	return nil
}

// file reads a file of the scenario, or makes one: "20MB.bin" of that size, "foto.jpg", "bild.png", "film.gif" of that kind, or
// "noise7.png", which nothing compresses.
func (p *player) file(name string) []byte {
	if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(name, "noise"), ".png")); err == nil {
		return nearlyMega(p.w.T, uint64(n))
	}
	for _, s := range pictures(p.w.T) {
		if strings.HasSuffix(name, "."+s.ext) {
			return s.content
		}
	}
	size, _, ok := strings.Cut(name, "MB")
	if n, err := strconv.Atoi(size); ok && err == nil {
		b := make([]byte, n<<20)
		_, _ = seeded(uint64(n)).Read(b)
		return b
	}
	return []byte(p.ts.ReadFile(name))
}

// nearlyMega is a picture of nearly a megabyte.
func nearlyMega(t testing.TB, seed uint64) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, noise(rand.New(rand.NewPCG(seed, 0)), 560, 520)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// showsPicture checks that a file is shown as a picture and that its pixels are those that were sent.
func (p *player) showsPicture(name string, entries []chat.Entry, download func(chat.FileID) ([]byte, error)) error {
	for _, e := range entries {
		for _, f := range e.Content.Files() {
			if f.Name != name {
				continue
			}
			if !f.Picture() {
				return fmt.Errorf("%s is shown as a file of type %s", name, f.Type)
			}
			got, err := download(f.ID)
			if err != nil {
				return err
			}
			return p.crossed(name, got)
		}
	}
	return fmt.Errorf("no line has %q", name)
}

// noFileTwice fails when a line shows one file in the place of two.
func noFileTwice(entries []chat.Entry) error {
	for _, e := range entries {
		shown := map[chat.FileID]bool{}
		for _, f := range e.Content.Files() {
			if shown[f.ID] {
				return fmt.Errorf("line %d shows one %s twice", e.Seq, f.Name)
			}
			shown[f.ID] = true
		}
	}
	return nil
}

// crossed compares a picture with the one of that name that was sent.
func (p *player) crossed(name string, got []byte) error {
	for _, s := range pictures(p.w.T) {
		if strings.HasSuffix(name, "."+s.ext) {
			return crossed(s, got)
		}
	}
	return fmt.Errorf("%s is no picture of ours", name)
}

// change finds the seq of the line that says args[0] and changes it to args[1].
func (p *player) change(entries []chat.Entry, args []string, do func(chat.Seq, string) error) error {
	if len(args) < 2 {
		return fmt.Errorf("say which line, and the new text")
	}
	for _, e := range slices.Backward(entries) {
		if e.Kind == chat.Message && e.Content.PlainText() == args[0] {
			return do(e.Seq, args[1])
		}
	}
	return fmt.Errorf("no line says %q", args[0])
}

func (p *player) agentOf(ctx context.Context, login string) (*Agent, error) {
	if a := p.agents[login]; a != nil {
		return a, nil
	}
	a, err := p.w.SignIn(ctx, login, "demo")
	if err == nil {
		p.agents[login] = a
	}
	return a, err
}

func (p *player) agent(ctx context.Context, args []string) error {
	not, args := negated(args)
	if len(args) < 2 {
		return fmt.Errorf("agent LOGIN VERB …")
	}
	a, err := p.agentOf(ctx, args[0])
	if err != nil {
		return err
	}
	verb, args := args[1], args[2:]
	if done, err := p.agentTalks(ctx, a, not, verb, args); done {
		return err
	}
	if done, err := p.agentAlone(ctx, a, verb, args); done {
		return err
	}
	name, err := word(args, 0, "which customer's chat")
	if err != nil {
		return err
	}
	c, err := p.lena(name)
	if err != nil {
		return err
	}
	return p.agentIn(ctx, a, c, not, verb, args[1:])
}

// agentAlone carries out what needs no conversation.
func (p *player) agentAlone(ctx context.Context, a *Agent, verb string, args []string) (done bool, err error) {
	first, _ := word(append(args, ""), 0, "")
	switch verb {
	case "signs-in":
	case "links":
		with, _ := word(append(args, "", ""), 1, "")
		err = a.LinkTeamsWith(ctx, first, with)
	case "sign-in-refused": // with what the profile then words
		if err = a.LinkTeams(ctx, first); err == nil || !strings.Contains(err.Error(), args[1]) {
			return true, fmt.Errorf("signing in gave %v, want %s", err, args[1])
		}
		return true, nil
	case "notices":
		return true, p.notices(ctx, a, first == "no", args[len(args)-1:])
	case "unlinks":
		err = a.call(ctx, "DELETE", "/me/teams", nil, nil)
	case "nickname":
		err = a.call(ctx, "PATCH", "/me", map[string]any{"nickname": first}, nil)
	case "link":
		var got TeamsLink
		within := patience
		if len(args) > 1 {
			if within, err = time.ParseDuration(args[1]); err != nil {
				return true, err
			}
		}
		if !p.w.Until(within, func() bool { got, err = a.Teams(ctx); return err == nil && got.State == first }) {
			err = fmt.Errorf("link is %+v, want %s (%v)", got, first, err)
		}
	case "folder":
		err = p.folder(ctx, a, args)
	case "drops":
		a.Disconnect()
	case "returns":
		err = a.Connect(ctx)
	default:
		return false, nil
	}
	return true, err
}

// folder checks the state of "Microsoft Teams Chats" and, in order, who is in it.
func (p *player) folder(ctx context.Context, a *Agent, want []string) error {
	var got []string
	ok := p.w.Until(patience, func() bool {
		folders, err := a.Folders(ctx)
		got = nil
		for _, f := range folders {
			if strings.Contains(f.ID, "channel") {
				return false
			}
			if f.ID == "teams-chats" {
				got = append(got, f.State)
				for _, person := range f.People {
					got = append(got, person.Name)
				}
			}
		}
		return err == nil && slices.Equal(got, want)
	})
	if !ok {
		return fmt.Errorf("folder shows %q, want %q", got, want)
	}
	return nil
}

// agentIn carries out what an agent does in a conversation.
func (p *player) agentIn(ctx context.Context, a *Agent, c *Customer, not bool, verb string, args []string) error {
	first, _ := word(append(args, ""), 0, "")
	var err error
	switch verb {
	case "accepts":
		return a.Accept(ctx, c.ID)
	case "says":
		_, err = a.Say(ctx, c.ID, chat.Everyone, first)
	case "whispers":
		_, err = a.Say(ctx, c.ID, chat.BackRoom, first)
	case "edits":
		return p.change(a.Seen(c.ID).Entries(), args, func(ref chat.Seq, text string) error { return a.Edit(ctx, c.ID, ref, text) })
	case "deletes":
		return p.change(a.Seen(c.ID).Entries(), append(args, ""), func(ref chat.Seq, _ string) error { return a.Delete(ctx, c.ID, ref) })
	case "attaches":
		var f chat.File
		if f, err = a.Upload(ctx, c.ID, first, p.file(first)); err == nil {
			_, err = a.Say(ctx, c.ID, chat.Everyone, "", f.ID)
		}
	case "reacts":
		return p.change(a.Seen(c.ID).Entries(), args, func(ref chat.Seq, emoji string) error { return a.React(ctx, c.ID, ref, emoji) })
	case "invites":
		return a.Invite(ctx, c.ID, args...)
	case "shows-picture":
		return p.showsPicture(first, a.Seen(c.ID).Entries(), func(id chat.FileID) ([]byte, error) { return a.Download(ctx, id) })
	case "invites-person":
		return a.InvitePerson(ctx, c.ID, "contoso", chat.PersonID(first))
	case "removes":
		return a.Remove(ctx, c.ID, first)
	case "retries":
		return a.Retry(ctx, c.ID, first)
	case "retries-lane":
		return a.RetryLane(ctx, c.ID)
	case "closes":
		return a.Close(ctx, c.ID)
	case "sees":
		return p.sees(not, a.Login, args, func() ([]string, error) { return Shown(a.Seen(c.ID).Entries()), nil })
	case "shows":
		return p.shows(a, c, args)
	case "lane":
		var s Summary
		if !p.w.Until(patience, func() bool {
			s, err = a.Read(ctx, c.ID)
			return err == nil && s.Lane != nil && s.Lane.State == first && (len(args) < 2 || s.Lane.Reason == args[1])
		}) {
			return fmt.Errorf("lane is %+v, want %s", s.Lane, args)
		}
	default:
		return p.agentRoom(ctx, a, c, verb, args)
	}
	return err
}

// shows checks the state, and if given the reason, on an expert's chip.
func (p *player) shows(a *Agent, c *Customer, args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("shows CUSTOMER EXPERT STATE [REASON]")
	}
	var got chat.Participant
	ok := p.w.Until(patience, func() bool {
		got, _ = a.Summary(c.ID).Expert(args[0])
		return string(got.State) == args[1] && (len(args) < 3 || got.Reason == args[2])
	})
	if !ok {
		return fmt.Errorf("%s is %s %s %s, want %s", args[0], got.State, got.Reason, got.Detail, strings.Join(args[1:], " "))
	}
	return nil
}

func (p *player) server(_ context.Context, args []string) error {
	switch verb, _ := word(append(args, ""), 0, ""); verb {
	case "killed":
		p.w.Kill()
	case "dies-at":
		return p.diesAt(args[1:])
	case "is-dead":
		if !p.w.Until(patience, p.w.Dead) {
			return errors.New("the server lives")
		}
	case "starts":
		return p.w.Again()
	case "backed-up":
		return p.w.BackUp()
	case "restored":
		return p.w.Restore()
	case "clock-was":
		ahead, err := time.ParseDuration(args[1])
		if err != nil {
			return err
		}
		return p.w.ClockWas(ahead)
	case "third-member":
		return p.thirdMember(args[1:])
	case "names":
		return p.names(args[1:])
	default:
		return fmt.Errorf("a server is killed, dies-at, is-dead, starts, backed-up, restored or clock-was DURATION")
	}
	return nil
}

// diesAt arms a crash point: server dies-at POINT [TIMES].
func (p *player) diesAt(args []string) error {
	point, err := word(args, 0, "at which crash point")
	nth := 1
	if err == nil && len(args) > 1 {
		nth, err = strconv.Atoi(args[1])
	}
	if err == nil {
		p.w.DieAt(point, nth)
	}
	return err
}

// names sets what customers of a service see of experts' names: server names SERVICE full|first|alias [ALIAS].
func (p *player) names(args []string) error {
	if len(args) < 2 {
		return errors.New("say which service, and how")
	}
	s, err := p.w.App.Store.Service(p.w.ctx, chat.ServiceID(args[0]))
	if err != nil {
		return err
	}
	s.Settings.ExpertNames, s.Settings.Alias = store.NamePolicy(args[1]), strings.Join(args[2:], " ")
	return p.w.App.Store.PutService(p.w.ctx, s)
}

// thirdMember sets who joins threads of two where Microsoft gives two people no group chat, as an administrator does.
func (p *player) thirdMember(args []string) error {
	name, err := word(args, 0, "who joins")
	if err != nil {
		return err
	}
	person, ok := p.w.Tenant.Person(name)
	accounts, err := p.w.App.Store.Accounts(p.w.ctx)
	if err != nil || !ok || len(accounts) != 1 {
		return fmt.Errorf("third member %s: %v, %d accounts, %w", name, ok, len(accounts), err)
	}
	accounts[0].Settings.ThirdMember = person.ID
	err = p.w.App.Store.PutAccount(p.w.ctx, accounts[0])
	p.w.Settle()
	return err
}

func (p *player) after(_ context.Context, args []string) error {
	s, err := word(args, 0, "how long")
	if err != nil {
		return err
	}
	d, err := time.ParseDuration(s)
	if err == nil {
		p.w.After(d)
	}
	return err
}

// ticking lets a customer and an agent fill a chat with many lines: ticking lena anna 5000.
func (p *player) ticking(ctx context.Context, args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("ticking CUSTOMER AGENT LINES")
	}
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	c, err := p.lena(args[0])
	if err != nil {
		return err
	}
	a, err := p.agentOf(ctx, args[1])
	if err != nil {
		return err
	}
	for i := range n {
		if i%2 == 0 {
			_, err = c.Say(ctx, fmt.Sprintf("Satz %d.", i+1))
		} else {
			_, err = a.Say(ctx, c.ID, chat.Everyone, fmt.Sprintf("Satz %d.", i+1))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
