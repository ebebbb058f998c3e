package worlds

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
	"trialog/internal/teamsim"
)

// agent is somebody at a desk.
type agent struct {
	id     chat.AgentID
	person string // in the tenant
}

// conversation is one service chat with those who take part.
type conversation struct {
	w        *world
	n        int
	agent    *agent
	customer outbox
	staff    outbox

	mu     sync.Mutex
	id     chat.ConversationID
	number int64
	token  string
	lines  []*line
	said   []*said // by experts
	count  int
	read   chat.Seq // how far its follower has read
}

// line is something that customer or agent said, as their own screens have it.
type line struct {
	by       chat.Kind
	audience chat.Audience
	token    string // unique in the world; part of every version
	clientID string
	seq      chat.Seq // 0 until acknowledged
	text     string   // of the newest version that was acknowledged
	deleted  bool
	versions int
}

// said is something that somebody said in the thread.
type said struct {
	who     string
	token   string
	message string
	private bool
	turned  bool // private by an edit: what was said before is taken back from the customer
	quotes  bool // a post of ours: in doubt that is private
}

// outbox does one thing after the other, each until it is acknowledged or refused, as a browser's does.
type outbox struct {
	jobs chan func()
}

func (w *world) newOutbox() outbox {
	o := outbox{jobs: make(chan func(), 1000)}
	w.all.Go(func() {
		for {
			select {
			case <-w.ctx.Done():
				return
			case job := <-o.jobs:
				job()
			}
		}
	})
	return o
}

// until repeats an act on whatever server is up, under the same client id, until it is acknowledged or refused.
func (w *world) until(act func(context.Context, *process) error) error {
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := errors.New("no server is up")
		if p := w.server(); p != nil {
			err = act(w.ctx, p)
		}
		var refused *chat.Error
		if err == nil || errors.As(err, &refused) && refused.Kind != chat.Unavailable && refused.Kind != chat.Busy {
			return err
		}
		select {
		case <-w.ctx.Done():
			return w.ctx.Err()
		case <-time.After(pause):
		}
	}
}

// deliver is until for acts under a client id, whose answers may get lost on the way to the browser: then it sends the same again.
func (w *world) deliver(act func(context.Context, *process) error) error {
	for {
		err := w.until(act)
		if err != nil || !w.deafNow() {
			return err
		}
		w.count(answerLost)
	}
}

// deafNow decides whether an answer gets lost.
func (w *world) deafNow() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.deaf > 0 && w.beside.Float64() < w.deaf
}

// settle brings agents and conversations in, before anything goes wrong.
func (w *world) settle() {
	r := dice(w.seed, diceSettle)
	conferences := 1 + r.IntN(8)/7 // mostly one
	if w.long {
		conferences = 1 + r.IntN(3)
	}
	agents := []*agent{{"anna", "Anna Becker"}, {"ben", "Ben Okafor"}}
	for _, a := range agents[:min(conferences, len(agents))] {
		w.agents = append(w.agents, a)
		w.must(w.signIn(a))
	}
	time.Sleep(5 * time.Second) // the subscriptions stand
	for i := range conferences {
		c := &conversation{w: w, n: i + 1, agent: w.agents[r.IntN(len(w.agents))], customer: w.newOutbox(), staff: w.newOutbox()}
		service := []chat.ServiceID{"technik", "rechnung"}[r.IntN(2)]
		opened, err := w.server().desk.Open(w.ctx, desk.Opening{Service: service, Visitor: chat.Visitor{Name: fmt.Sprintf("Karla %d", c.n), Locale: "de"}})
		w.must(err)
		c.id, c.number, c.token = opened.Conversation.ID, opened.Conversation.Number, opened.Token
		_, err = w.server().desk.Accept(w.ctx, c.agent.id, c.id)
		w.must(err)
		c.follow()
		w.convs = append(w.convs, c)
	}
}

func (c *conversation) nextToken(prefix string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	return fmt.Sprintf("%s%dx%dz", prefix, c.n, c.count)
}

// actor is the customer or the agent, as they are known to the server.
func (c *conversation) actor(ctx context.Context, n *process, by chat.Kind) (desk.Actor, error) {
	if by == chat.Customer {
		return n.desk.Customer(ctx, c.token)
	}
	return n.desk.Agent(ctx, c.agent.id, c.id)
}

func (c *conversation) outboxOf(by chat.Kind) outbox {
	if by == chat.Customer {
		return c.customer
	}
	return c.staff
}

// speak lets customer or agent say a line.
func (c *conversation) speak(by chat.Kind, audience chat.Audience) {
	l := &line{by: by, audience: audience, token: c.nextToken("L")}
	l.clientID, l.text = strings.ToLower(l.token), l.token+" Wort"
	c.outboxOf(by).jobs <- func() {
		var posted desk.Posted
		post := func(ctx context.Context, n *process) (desk.Posted, error) {
			a, err := c.actor(ctx, n, by)
			if err != nil {
				return desk.Posted{}, err
			}
			return n.desk.Post(ctx, a, desk.Line{ID: l.clientID, Audience: audience, Text: l.text})
		}
		err := c.w.deliver(func(ctx context.Context, n *process) (err error) {
			posted, err = post(ctx, n)
			return err
		})
		if err != nil {
			c.w.say("#%d %s may not say %s: %v", c.number, by, l.token, err)
			return
		}
		c.w.say("#%d %s says %s to %s: %d", c.number, by, l.token, audience, posted.Seq)
		c.mu.Lock()
		l.seq = posted.Seq
		c.lines = append(c.lines, l)
		c.mu.Unlock()
		c.repeat(l, posted.Seq, post)
	}
}

// changeOne lets somebody edit or delete one of their own lines.
func (c *conversation) changeOne(by chat.Kind, pick int, remove bool) {
	c.outboxOf(by).jobs <- func() {
		c.meddle(by, pick)
		l := c.ownLine(by, pick)
		if l == nil {
			return
		}
		c.mu.Lock()
		l.versions++
		id, text := fmt.Sprintf("%s-v%d", l.clientID, l.versions), fmt.Sprintf("%s Fassung %d", l.token, l.versions)
		c.mu.Unlock()
		err := c.w.deliver(func(ctx context.Context, n *process) error {
			a, err := c.actor(ctx, n, by)
			if err != nil {
				return err
			}
			if remove {
				_, err = n.desk.Delete(ctx, a, id, l.seq)
			} else {
				_, err = n.desk.Edit(ctx, a, l.seq, desk.Line{ID: id, Text: text})
			}
			return err
		})
		c.w.say("#%d %s changes %s (delete %v): %v", c.number, by, l.token, remove, err)
		if err == nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			l.text, l.deleted = text, remove
		}
	}
}

// react lets the agent react to a line.
func (c *conversation) react(pick int) {
	c.mu.Lock()
	if len(c.lines) == 0 {
		c.mu.Unlock()
		return
	}
	l := c.lines[pick%len(c.lines)]
	c.mu.Unlock()
	id := c.nextToken("r")
	c.asAgent("reacts to "+l.token, func(ctx context.Context, n *process, a desk.Actor) error {
		_, err := n.desk.React(ctx, a, id, l.seq, "👍", false)
		return err
	})
}

func (c *conversation) ownLine(by chat.Kind, pick int) *line {
	c.mu.Lock()
	defer c.mu.Unlock()
	var own []*line
	for _, l := range c.lines {
		if l.by == by && !l.deleted {
			own = append(own, l)
		}
	}
	if len(own) == 0 {
		return nil
	}
	return own[pick%len(own)]
}

// asAgent does something in the agent's name.
func (c *conversation) asAgent(what string, act func(context.Context, *process, desk.Actor) error) {
	c.staff.jobs <- func() {
		err := c.w.until(func(ctx context.Context, n *process) error {
			a, err := c.actor(ctx, n, chat.Agent)
			if err == nil {
				err = act(ctx, n, a)
			}
			return err
		})
		c.w.say("#%d agent %s: %v", c.number, what, err)
	}
}

// look lets the agent read the conversation, in the desk and, through it, in Teams.
func (c *conversation) look() {
	c.asAgent("looks", func(ctx context.Context, n *process, _ desk.Actor) error { n.teams.Focus(ctx, c.id); return nil })
}

func (c *conversation) invite(names ...string) {
	var guests []desk.Guest
	for _, name := range names {
		guests = append(guests, desk.Guest{Person: chat.Person{Account: "contoso", ID: chat.PersonID(c.w.people[name].ID)}, Name: name})
	}
	c.asAgent("invites "+strings.Join(names, ", "), func(ctx context.Context, n *process, a desk.Actor) error {
		_, _, err := n.desk.Invite(ctx, a, guests, nil)
		return err
	})
}

// withExpert does something about an expert who takes part.
func (c *conversation) withExpert(what, name string, act func(context.Context, *process, desk.Actor, chat.ParticipantID) error) {
	c.asAgent(what+" "+name, func(ctx context.Context, n *process, a desk.Actor) error {
		state, err := n.desk.Conversation(ctx, a)
		if err != nil {
			return err
		}
		p, ok := state.ExpertIn(chat.Person{Account: "contoso", ID: chat.PersonID(c.w.people[name].ID)})
		if !ok {
			return nil
		}
		return act(ctx, n, a, p.ID)
	})
}

// thread is the conference's chat as the tenant really has it.
func (c *conversation) thread() (teamsim.Chat, bool) {
	threads := c.threads()
	if len(threads) == 0 {
		return teamsim.Chat{}, false
	}
	return threads[0], true
}

// threads lists the group chats that carry the conversation's number.
func (c *conversation) threads() []teamsim.Chat {
	tag := fmt.Sprintf("#%d", c.number)
	var found []teamsim.Chat
	for _, x := range c.w.tenant.Chats() {
		if x.Type == "group" && slices.Contains(strings.Fields(x.Topic), tag) {
			found = append(found, x)
		}
	}
	return found
}

func member(x teamsim.Chat, person string) bool {
	return slices.ContainsFunc(x.Members, func(m teamsim.Member) bool { return m.Name == person })
}

// speakInTeams lets somebody write in the thread.
func (c *conversation) speakInTeams(name string, private bool) {
	x, ok := c.thread()
	if !ok || !member(x, name) {
		return
	}
	s := &said{who: name, token: c.nextToken("E"), private: private}
	id, err := c.write(x, s)
	c.w.say("#%d %s says %s (private %v) in Teams: %s %v", c.number, name, s.token, s.private, id, err)
	if err == nil {
		s.message = id
		c.mu.Lock()
		c.said = append(c.said, s)
		c.mu.Unlock()
		c.bringStranger(x, s)
	}
}

// changeInTeams lets somebody edit, delete, undelete or react to something in the thread.
func (c *conversation) changeInTeams(what string, pick int) {
	c.mu.Lock()
	if len(c.said) == 0 {
		c.mu.Unlock()
		return
	}
	s := c.said[pick%len(c.said)]
	c.mu.Unlock()
	x, ok := c.thread()
	if !ok || !member(x, s.who) {
		return
	}
	me := c.w.tenant.As(s.who)
	turn := what == "edits" && !s.private && pick%4 == 0
	mark := ""
	if s.private || turn {
		mark = "// "
	}
	var err error
	switch what {
	case "edits":
		err = me.Edit(x.ID, s.message, fmt.Sprintf("<p>%s%s geändert um %d</p>", mark, s.token, time.Now().UnixMilli()))
		if turn && err == nil {
			s.private, s.turned = true, true
		}
	case "deletes":
		err = me.Delete(x.ID, s.message)
	case "undeletes":
		err = me.Undelete(x.ID, s.message)
	case "reacts":
		err = me.React(x.ID, s.message, "👍")
	}
	c.w.say("#%d %s %s %s: %v", c.number, s.who, what, s.token, err)
}

// leaveInTeams lets an expert leave the thread.
func (c *conversation) leaveInTeams(name string, command bool) {
	x, ok := c.thread()
	if !ok || !member(x, name) {
		return
	}
	var err error
	if command {
		_, err = c.w.tenant.As(name).Say(x.ID, "<p>/leave</p>")
	} else {
		err = c.w.tenant.As(name).Leave(x.ID)
	}
	c.w.say("#%d %s leaves (command %v): %v", c.number, name, command, err)
}

// link is the agent's sign-in as the store has it.
func (w *world) link(n *process, a *agent) (store.Link, bool) {
	l, ok, err := n.store.LinkOf(w.ctx, "contoso", a.id)
	return l, ok && err == nil
}
