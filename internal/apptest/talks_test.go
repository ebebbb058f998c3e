package apptest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"trialog/internal/teamsim"
)

// agentTalks carries out what an agent does in Microsoft Teams outside of conversations, and in the directory.
func (p *player) agentTalks(ctx context.Context, a *Agent, not bool, verb string, args []string) (done bool, err error) {
	first, _ := word(append(args, ""), 0, "")
	second, _ := word(append(args, "", ""), 1, "")
	switch verb {
	case "writes-to":
		err = p.writesTo(ctx, a, first, second)
	case "insists": // presses Retry after a line that failed
		var id string
		if id, err = a.OpenTalk(ctx, first); err == nil {
			client := a.next()
			if err = a.SayInTalk(ctx, id, client, second); err == nil {
				return true, fmt.Errorf("it worked at once")
			}
			err = a.SayInTalk(ctx, id, client, second)
		}
	case "reads-from":
		err = p.readsFrom(ctx, a, first, second)
	case "told":
		err = p.told(a, first, second)
	case "unread":
		err = p.unread(ctx, a, args)
	case "fetches":
		err = p.fetches(ctx, a, args)
	case "spies":
		err = p.spies(ctx, a, first, second)
	case "spies-thread":
		err = p.spiesThread(ctx, a, first)
	case "channels":
		err = p.channels(ctx, a, args)
	case "allows-channels":
		err = a.AllowChannels(ctx, first)
	case "writes-in":
		var at string
		if at, err = a.channel(ctx, first); err == nil {
			err = a.call(ctx, "POST", at, map[string]any{"id": a.next(), "text": second}, nil)
		}
	case "reads-in":
		err = p.readsIn(ctx, a, args)
	case "stars", "unstars":
		err = p.stars(ctx, a, first, verb == "stars")
	case "favourites":
		err = p.favourites(ctx, a, args)
	case "suggested":
		err = p.suggested(ctx, a, args)
	case "carries":
		var got struct {
			Conferences []struct{ Number int64 } `json:"conferences"`
		}
		err = a.call(ctx, "GET", "/me/teams/conferences", nil, &got)
		if n := strconv.Itoa(len(got.Conferences)); err == nil && n != first {
			err = fmt.Errorf("carries %s conferences, want %s", n, first)
		}
	default:
		return false, nil
	}
	p.w.Settle()
	return true, err
}

func (p *player) writesTo(ctx context.Context, a *Agent, person, text string) error {
	id, err := a.OpenTalk(ctx, person)
	if err != nil {
		return err
	}
	client := a.next()
	for range 2 { // the second time is as after a lost answer, and posts nothing
		if err := a.SayInTalk(ctx, id, client, text); err != nil {
			return err
		}
	}
	if err := a.SayInTalk(ctx, id, client, text+"!"); err == nil {
		return fmt.Errorf("another text passes under the same id")
	}
	return nil
}

func (p *player) readsFrom(ctx context.Context, a *Agent, person, want string) error {
	id, err := a.OpenTalk(ctx, person)
	if err != nil {
		return err
	}
	var l Lines
	if p.w.Until(patience, func() bool {
		l, err = a.ReadTalk(ctx, id, "")
		return err == nil && strings.Contains(strings.Join(l.words(), "\n"), want)
	}) {
		return nil
	}
	return fmt.Errorf("%s reads %q, not %q: %v", a.Login, l.words(), want, err)
}

// told checks how often the browser heard of messages by a person.
func (p *player) told(a *Agent, person, want string) error {
	count := func() string {
		n := 0
		for _, t := range a.Told() {
			if t.Name == person && t.Chat != "" {
				n++
			}
		}
		return strconv.Itoa(n)
	}
	if p.w.Until(patience, func() bool { return count() == want }) {
		p.w.After(calm)
	}
	if got := count(); got != want {
		return fmt.Errorf("%s was told of %s by %s %s times, want %s", a.Login, "messages", person, got, want)
	}
	return nil
}

func (p *player) unread(ctx context.Context, a *Agent, want []string) error {
	var got []string
	var err error
	if p.w.Until(patience, func() bool {
		got = nil
		var d struct {
			Folders []struct {
				ID     string `json:"id"`
				People []struct {
					Name   string `json:"name"`
					Chat   string `json:"chat"`
					Unread bool   `json:"unread"`
				} `json:"people"`
			} `json:"folders"`
		}
		err = a.call(ctx, "GET", "/directory", nil, &d)
		for _, f := range d.Folders {
			for _, person := range f.People {
				if f.ID == "teams-chats" && person.Unread {
					got = append(got, person.Name)
				}
			}
		}
		return err == nil && slices.Equal(got, want)
	}) {
		return nil
	}
	return fmt.Errorf("unread are %q, want %q (%v)", got, want, err)
}

// fetches reads a file that a person sent, by the server's proxy.
func (p *player) fetches(ctx context.Context, a *Agent, args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("fetches PERSON FILE TEXT")
	}
	id, err := a.OpenTalk(ctx, args[0])
	if err != nil {
		return err
	}
	l, err := a.ReadTalk(ctx, id, "")
	if err != nil {
		return err
	}
	for _, x := range l.Lines {
		for _, f := range x.Content.Files() {
			if f.Name != args[1] {
				continue
			}
			b, err := a.FetchFromTalk(ctx, id, x.ID, f.ID)
			if err == nil && !strings.Contains(string(b), args[2]) {
				err = fmt.Errorf("%s holds %q", f.Name, b)
			}
			return err
		}
	}
	return fmt.Errorf("nobody sent %q: %q", args[1], l.words())
}

// spies lets an agent ask for everything of another agent's chat with somebody: nothing of it must exist.
func (p *player) spies(ctx context.Context, a *Agent, other, person string) error {
	victim, err := p.agentOf(ctx, other)
	if err != nil {
		return err
	}
	id, err := victim.OpenTalk(ctx, person)
	if err != nil {
		return err
	}
	l, err := victim.ReadTalk(ctx, id, "")
	if err != nil || len(l.Lines) == 0 {
		return fmt.Errorf("nothing to spy on: %v", err)
	}
	return p.noChat(ctx, a, id, l.Lines[0].ID)
}

func (p *player) spiesThread(ctx context.Context, a *Agent, customer string) error {
	c, err := p.lena(customer)
	if err != nil {
		return err
	}
	t, err := p.thread(ctx, c)
	if err != nil {
		return err
	}
	return p.noChat(ctx, a, t.ID, t.Messages[0].ID)
}

// noChat checks that a chat does not exist for an agent, by any call.
func (p *player) noChat(ctx context.Context, a *Agent, id, message string) error {
	at := strings.TrimSuffix(talkAt(id), "/messages")
	for _, call := range []struct {
		method, path string
		body         any
	}{
		{"GET", "/messages", nil}, {"POST", "/messages", map[string]any{"id": "spy", "text": "psst"}}, {"POST", "/read", map[string]any{}},
		{"GET", "/messages/" + message + "/files/0", nil},
	} {
		err := a.call(ctx, call.method, at+call.path, call.body, nil)
		if err == nil || !strings.Contains(err.Error(), "no_chat") {
			return fmt.Errorf("%s %s: %v", call.method, call.path, err)
		}
	}
	return nil
}

func (p *player) channels(ctx context.Context, a *Agent, want []string) error {
	got, err := a.Channels(ctx)
	shown := []string{got.State}
	if got.Reason != "" {
		shown = append(shown, got.Reason)
	}
	shown = append(shown, got.Names()...)
	if err == nil && !slices.Equal(shown, want) {
		err = fmt.Errorf("channels are %q, want %q", shown, want)
	}
	return err
}

func (p *player) readsIn(ctx context.Context, a *Agent, args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("reads-in TEAM/CHANNEL STATE TEXT")
	}
	at, err := a.channel(ctx, args[0])
	if err != nil {
		return err
	}
	var l Lines
	if err := a.call(ctx, "GET", at, nil, &l); err != nil {
		return err
	}
	if l.State != args[1] || !strings.Contains(strings.Join(append(l.words(), l.Reason), "\n"), args[2]) {
		return fmt.Errorf("channel shows %s %s %q", l.State, l.Reason, l.words())
	}
	return nil
}

func (p *player) stars(ctx context.Context, a *Agent, name string, on bool) error {
	person, err := a.find(ctx, name)
	if err != nil {
		return err
	}
	return a.call(ctx, "POST", "/directory/favourites", map[string]any{"account": person.Account, "id": person.ID, "on": on}, nil)
}

func (p *player) favourites(ctx context.Context, a *Agent, want []string) error {
	folders, err := a.Folders(ctx)
	var got []string
	for _, f := range folders {
		for _, person := range f.People {
			if f.ID == "favourites" {
				got = append(got, person.Name)
			}
		}
	}
	if err == nil && !slices.Equal(got, want) {
		err = fmt.Errorf("favourites are %q, want %q", got, want)
	}
	return err
}

// suggested checks who is suggested for a customer's chat: NAME:CONFERENCES each.
func (p *player) suggested(ctx context.Context, a *Agent, args []string) error {
	customer, err := word(args, 0, "which customer's chat")
	if err != nil {
		return err
	}
	c, err := p.lena(customer)
	if err != nil {
		return err
	}
	var got struct {
		People []struct {
			Name        string `json:"name"`
			Conferences int    `json:"conferences"`
		} `json:"people"`
	}
	if err := a.call(ctx, "GET", a.at(c.ID)+"/suggestions", nil, &got); err != nil {
		return err
	}
	var names []string
	for _, s := range got.People {
		names = append(names, fmt.Sprintf("%s:%d", s.Name, s.Conferences))
	}
	if !slices.Equal(names, args[1:]) {
		return fmt.Errorf("suggested are %q, want %q", names, args[1:])
	}
	return nil
}

// oneToOne carries out what an expert does in the one-to-one chat with somebody.
func (p *player) oneToOne(not bool, me teamsim.Person, verb string, args []string) error {
	with, ok := p.w.Tenant.Person(args[0])
	if !ok || len(args) < 2 {
		return fmt.Errorf("%s PERSON …", verb)
	}
	teams := p.w.Tenant.As(me.Name)
	chats, err := teams.Chats()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(chats, func(c teamsim.Chat) bool {
		return c.Type == "oneOnOne" && slices.ContainsFunc(c.Members, func(m teamsim.Member) bool { return m.ID == with.ID })
	})
	if i < 0 {
		return fmt.Errorf("%s has no chat with %s", me.Name, with.Name)
	}
	if verb == "sends" {
		_, err := teams.File(chats[i].ID, args[1], p.file(args[1]), "")
		p.w.Settle()
		return err
	}
	return p.sees(not, me.Name, args[1:], func() ([]string, error) {
		messages, err := teams.Messages(chats[i].ID)
		return words(messages), err
	})
}
