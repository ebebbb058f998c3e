package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"trialog/internal/chat"
	"trialog/internal/outside"
)

// line is something that a customer or an agent said, as their own window has it.
type line struct {
	by       chat.Kind
	audience chat.Audience
	token    string
	seq      chat.Seq // as acknowledged
}

// said is something that an expert wrote in Teams.
type said struct {
	who, token     string
	thread, posted string // ids at Microsoft
	private        bool
}

// talk is one conversation with those who take part.
type talk struct {
	w        *world
	n        int
	id       chat.ConversationID
	number   int64
	customer *browser
	agent    *agent
	leave    context.CancelFunc // the customer closes the page
	here     *screen            // the customer's
	desk     *screen            // the agent's
	over     atomic.Bool

	mu    sync.Mutex
	lines []line
	heard []said
	count int
}

// nextToken names a line.
func (c *talk) nextToken(letter string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	return fmt.Sprintf("%s%dx%dz", letter, c.n, c.count)
}

// open begins a conversation as the widget does, and lets its agent accept it.
func (w *world) open(ctx context.Context, n int) (*talk, error) {
	client, err := outside.Browser()
	if err != nil {
		return nil, err
	}
	c := &talk{w: w, n: n, agent: w.agents[n%len(w.agents)], here: newScreen(), desk: newScreen()}
	visitor := &api{client: client, base: w.url() + "/api/v1", origin: w.url()}
	var opened struct {
		Token        string
		Conversation struct {
			ID     chat.ConversationID
			Number int64
		}
	}
	body := map[string]any{"name": fmt.Sprintf("Karla %d", n), "locale": "de", "page": map[string]string{}}
	if err := visitor.insist(ctx, "POST", "/visitor/conversations", body, &opened); err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	c.id, c.number, visitor.bearer = opened.Conversation.ID, opened.Conversation.Number, "Bearer "+opened.Token
	c.customer = &browser{api: visitor, tickets: "/visitor/tickets", path: "/visitor/live", waiting: map[string]chan frame{},
		connected: func(ctx context.Context, b *browser) error {
			return b.up(ctx, map[string]any{"type": "hello", "after": c.here.reached()})
		},
		came: func(f frame, raw []byte) {
			c.here.watch(raw, w.people)
			if f.Type == "entries" {
				c.here.add(f.Entries, f.UpTo)
			}
		}}
	page, leave := context.WithCancel(w.looking)
	c.leave = leave
	w.look.Go(func() { c.customer.stay(page) })
	if err := c.agent.insist(ctx, "POST", c.path("/accept"), map[string]any{}, nil); err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	c.agent.take(c)
	w.note(func() { w.talks = append(w.talks, c) })
	return c, nil
}

func (c *talk) path(rest string) string { return "/conversations/" + string(c.id) + rest }

// say lets customer or agent say a line; it returns when the line is acknowledged.
func (c *talk) say(ctx context.Context, by chat.Kind, audience chat.Audience) {
	l := line{by: by, audience: audience, token: c.nextToken("L")}
	text := l.token + " Seit heute früh blinkt das Modem rot."
	p := posting{id: l.token, path: "/visitor/messages", live: map[string]any{"type": "post", "id": l.token, "text": text},
		plain: map[string]any{"id": l.token, "text": text}}
	b := c.customer
	if by == chat.Agent {
		b, p.path = c.agent.browser, c.path("/messages")
		p.live["conversation"], p.live["audience"], p.plain["audience"] = c.id, audience, audience
	}
	seq, sent, err := b.post(ctx, p)
	c.w.count("sent again", sent-1)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		c.w.fail(refused, "#%d: %s is refused to a %s: %v", c.number, l.token, by, err)
		return
	}
	l.seq = seq
	c.mu.Lock()
	c.lines = append(c.lines, l)
	c.mu.Unlock()
	if rand.IntN(10) == 0 { // the acknowledgement never reached the window, it thinks
		if again, _, err := b.post(ctx, p); err == nil && again != seq {
			c.w.fail(doubled, "#%d: %s is acknowledged as %d, and when it is sent again as %d", c.number, l.token, seq, again)
		}
	}
}

// live is a conversation from its beginning until it ends or the soak does.
func (c *talk) live(ctx context.Context, length time.Duration) {
	talking, quiet := context.WithTimeout(ctx, length)
	defer quiet()
	var all sync.WaitGroup
	all.Go(func() {
		for talking.Err() == nil {
			c.say(c.w.life, chat.Customer, chat.Everyone)
			pause(talking, c.w.breath())
		}
	})
	all.Go(func() {
		for talking.Err() == nil {
			audience := chat.Everyone
			if rand.IntN(4) == 0 {
				audience = chat.BackRoom
			}
			c.say(c.w.life, chat.Agent, audience)
			pause(talking, c.w.breath())
		}
	})
	pause(talking, c.w.breath())
	for _, name := range c.guests() {
		all.Go(func() { c.asExpert(talking, name) })
		pause(talking, c.w.breath())
	}
	all.Wait()
	if ctx.Err() == nil && rand.IntN(4) > 0 {
		c.close(ctx)
	}
}

// guests are one or two experts for the conversation.
func (c *talk) guests() []string {
	all := []string{"Erik Lind", "Mei Tanaka", "Omar Haddad", "Lucía Romero", "Zoë van den Berg", "Priya Raghunathan"}
	first := rand.IntN(len(all))
	return []string{all[first], all[(first+1)%len(all)]}[:1+rand.IntN(2)]
}

// asExpert invites an expert, who finds the thread and writes in it.
func (c *talk) asExpert(ctx context.Context, name string) {
	guest := map[string]any{"people": []any{map[string]any{"account": account, "id": c.w.tenant.ids[name]}}}
	if err := c.agent.insist(ctx, "POST", c.path("/invitations"), guest, nil); err != nil {
		if ctx.Err() == nil {
			c.w.fail(refused, "#%d: %s can't be invited: %v", c.number, name, err)
		}
		return
	}
	me, err := c.w.tenant.as(ctx, name)
	if err != nil {
		if ctx.Err() == nil {
			c.w.fail(refused, "#%d: %v", c.number, err)
		}
		return
	}
	for thread := ""; ctx.Err() == nil; pause(ctx, 2*c.w.breath()) {
		if thread == "" {
			if thread, err = me.thread(ctx, c.number); thread == "" {
				continue
			}
		}
		s := said{who: name, token: c.nextToken("E"), thread: thread, private: rand.IntN(5) == 0}
		mark := ""
		if s.private {
			mark = "// "
		}
		if s.posted, err = me.say(c.w.life, thread, "<p>"+mark+s.token+" <b>Antwort</b></p>"); err == nil {
			c.mu.Lock()
			c.heard = append(c.heard, s)
			c.mu.Unlock()
		}
	}
}

// expertsTokens are the tokens of everything that experts wrote in the thread that is the conference's.
func (c *talk) expertsTokens() (tokens []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.heard {
		if s.thread == c.heard[len(c.heard)-1].thread {
			tokens = append(tokens, s.token)
		}
	}
	return tokens
}

// close ends the conversation, but not before the agent has read what the experts wrote: what is written later is no part of it.
func (c *talk) close(ctx context.Context) {
	for !c.desk.has(c.expertsTokens()) {
		if pause(ctx, 200*time.Millisecond); ctx.Err() != nil {
			return
		}
	}
	if err := c.agent.insist(ctx, "POST", c.path("/close"), map[string]any{}, nil); err != nil {
		if ctx.Err() == nil {
			c.w.fail(refused, "#%d: can't be closed: %v", c.number, err)
		}
		return
	}
	c.over.Store(true)
	for !c.here.over() || !c.desk.over() {
		if pause(ctx, 200*time.Millisecond); ctx.Err() != nil {
			return
		}
	}
	c.leave()
	c.agent.drop(c)
}

// agent is an agent with a desk in the browser.
type agent struct {
	*browser
	mu    sync.Mutex
	talks map[chat.ConversationID]*talk
}

// signIn opens the desk.
func (w *world) signIn(ctx context.Context, login string) (*agent, error) {
	client, err := outside.Browser()
	if err != nil {
		return nil, err
	}
	a := &agent{talks: map[chat.ConversationID]*talk{}}
	a.browser = &browser{api: &api{client: client, base: w.url() + "/api/v1", origin: w.url()}, tickets: "/tickets", path: "/live",
		waiting: map[string]chan frame{}, connected: a.openAll, came: a.came}
	return a, a.insist(ctx, "POST", "/session", map[string]string{"login": login, "password": password}, nil)
}

// openAll asks for what is new in every conversation on the desk.
func (a *agent) openAll(ctx context.Context, b *browser) error {
	a.mu.Lock()
	var all []*talk
	for _, c := range a.talks {
		all = append(all, c)
	}
	a.mu.Unlock()
	for _, c := range all {
		if err := a.watch(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (a *agent) watch(ctx context.Context, c *talk) error {
	return a.up(ctx, map[string]any{"type": "open", "conversation": c.id, "after": c.desk.reached()})
}

func (a *agent) came(f frame, raw []byte) {
	if f.Type != "entries" {
		return
	}
	a.mu.Lock()
	c := a.talks[chat.ConversationID(unquote(f.Conversation))]
	a.mu.Unlock()
	if c != nil {
		c.desk.watch(raw, nil)
		c.desk.add(f.Entries, f.UpTo)
	}
}

// take puts a conversation on the desk. Whether the live connection stands at the moment does not matter: each new one asks anew.
func (a *agent) take(c *talk) {
	a.mu.Lock()
	a.talks[c.id] = c
	a.mu.Unlock()
	if a.watch(c.w.life, c) != nil {
		return
	}
}

func (a *agent) drop(c *talk) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.talks, c.id)
}

// trouble is what of a conversation needs the agent's hand: experts whose invitation failed, and a lane that is blocked.
func (s summary) trouble() (paths []string) {
	for _, p := range s.Participants {
		if p.Kind == chat.Expert && p.State == chat.Failed {
			paths = append(paths, fmt.Sprintf("/participants/%d/retry", p.ID))
		}
	}
	if s.Lane != nil && s.Lane.State == "blocked" {
		paths = append(paths, "/lane/retry")
	}
	return paths
}

// tend looks after the agents' conversations, as agents do: what failed they try again.
func (w *world) tend(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, 5*time.Second)
		for _, c := range w.all() {
			if c.over.Load() {
				continue
			}
			s, err := c.summary(ctx)
			if err != nil {
				continue // looks again in a moment
			}
			for _, path := range s.trouble() {
				if c.agent.call(ctx, "POST", c.path(path), map[string]any{}, nil) == nil {
					w.count("tried again by an agent", 1)
				}
			}
		}
	}
}

// summary is what the desk shows of a conversation's state.
type summary struct {
	Status       chat.Status        `json:"status"`
	Last         chat.Seq           `json:"last"`
	Participants []chat.Participant `json:"participants"`
	Lane         *struct {
		State          string `json:"state"`
		Reason, Detail string
		Cursor         chat.Seq `json:"cursor"`
	} `json:"lane"`
}

func (c *talk) summary(ctx context.Context) (summary, error) {
	var got struct{ Conversation summary }
	err := c.agent.call(ctx, "GET", c.path("?after=1000000"), nil, &got)
	return got.Conversation, err
}

// resting says why a conversation is not at rest yet: something has not arrived everywhere.
func (c *talk) resting(s summary) string {
	for _, p := range s.Participants {
		if p.Kind == chat.Expert && s.Status != chat.Closed && (p.State == chat.Inviting || p.State == chat.Invited || p.State == chat.Failed) {
			return fmt.Sprintf("%s is %s %s", p.Name, p.State, p.Reason)
		}
	}
	switch {
	case s.Lane == nil:
		return ""
	case !slices.Contains([]string{"idle", "ended"}, s.Lane.State), s.Lane.State == "idle" && s.Lane.Cursor < s.Last:
		return fmt.Sprintf("the lane is %s %s %s at %d of %d", s.Lane.State, s.Lane.Reason, s.Lane.Detail, s.Lane.Cursor, s.Last)
	case !c.desk.has(c.expertsTokens()):
		return "experts' lines are missing"
	}
	return ""
}
