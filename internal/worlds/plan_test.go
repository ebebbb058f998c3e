package worlds

import (
	"cmp"
	"context"
	"slices"
	"time"

	"trialog/internal/chat"
	"trialog/internal/desk"
)

// act is one thing that happens at a moment of the plan.
type act struct {
	at time.Duration
	do func()
}

// choice is what may happen, and how often among others.
type choice struct {
	weight int
	do     func(w *world, c *conversation)
}

var experts = []string{"Erik Lind", "Mei Tanaka", "Omar Haddad", "Lucía Romero"}

func (w *world) expert() string { return experts[w.rng.IntN(len(experts))] }

// choices is what people do.
var choices = []choice{
	{30, func(_ *world, c *conversation) { c.speak(chat.Customer, chat.Everyone) }},
	{24, func(_ *world, c *conversation) { c.speak(chat.Agent, chat.Everyone) }},
	{6, func(_ *world, c *conversation) { c.speak(chat.Agent, chat.BackRoom) }},
	{9, func(w *world, c *conversation) { c.invite(w.expert()) }},
	{3, func(w *world, c *conversation) { c.invite(experts[:2+w.rng.IntN(2)]...) }},
	{28, func(w *world, c *conversation) { c.speakInTeams(w.expert(), false) }},
	{6, func(w *world, c *conversation) { c.speakInTeams(w.expert(), true) }},
	{3, func(_ *world, c *conversation) { c.speakInTeams(c.agent.person, false) }},
	{6, func(w *world, c *conversation) { c.changeInTeams("edits", w.rng.IntN(100)) }},
	{3, func(w *world, c *conversation) { c.changeInTeams("deletes", w.rng.IntN(100)) }},
	{2, func(w *world, c *conversation) { c.changeInTeams("undeletes", w.rng.IntN(100)) }},
	{4, func(w *world, c *conversation) { c.changeInTeams("reacts", w.rng.IntN(100)) }},
	{5, func(w *world, c *conversation) { c.changeOne(chat.Agent, w.rng.IntN(100), false) }},
	{4, func(w *world, c *conversation) { c.changeOne(chat.Customer, w.rng.IntN(100), false) }},
	{3, func(w *world, c *conversation) {
		c.changeOne([]chat.Kind{chat.Agent, chat.Customer}[w.rng.IntN(2)], w.rng.IntN(100), true)
	}},
	{2, func(w *world, c *conversation) { c.leaveInTeams(w.expert(), w.rng.IntN(2) == 0) }},
	{2, func(w *world, c *conversation) {
		c.withExpert("removes", w.expert(), func(ctx context.Context, n *process, a desk.Actor, p chat.ParticipantID) error {
			return n.desk.Remove(ctx, a, p)
		})
	}},
	{3, func(w *world, c *conversation) {
		c.withExpert("retries", w.expert(), func(ctx context.Context, n *process, a desk.Actor, p chat.ParticipantID) error {
			return n.desk.RetryInvitation(ctx, a, p)
		})
	}},
	{3, func(_ *world, c *conversation) {
		c.asAgent("looks", func(ctx context.Context, n *process, _ desk.Actor) error { n.teams.Focus(ctx, c.id); return nil })
	}},
	{2, func(_ *world, c *conversation) {
		c.asAgent("retries the lane", func(ctx context.Context, n *process, _ desk.Actor) error { return n.teams.Retry(ctx, c.id) })
	}},
}

// closing ends the conversation; it is planned apart, since little can follow.
func closing(by chat.Kind) func(c *conversation) {
	return func(c *conversation) {
		c.outboxOf(by).jobs <- func() {
			err := c.w.until(func(ctx context.Context, n *process) error {
				a, err := c.actor(ctx, n, by)
				if err == nil {
					err = n.desk.Close(ctx, a)
				}
				return err
			})
			c.w.say("#%d %s ends the chat: %v", c.number, by, err)
			if err == nil {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.closed = true
			}
		}
	}
}

// play carries out the plan of the seed: what people do, and what goes wrong meanwhile.
func (w *world) play() {
	var plan []act
	length := 3*time.Minute + time.Duration(w.rng.Int64N(int64(5*time.Minute)))
	when := func() time.Duration { return time.Duration(w.rng.Int64N(int64(length))) }
	total := 0
	for _, c := range choices {
		total += c.weight
	}
	for _, c := range w.convs {
		plan = append(plan, act{time.Duration(w.rng.Int64N(int64(length / 5))), func() { c.invite(w.expert()) }})
		for range 20 + w.rng.IntN(30) {
			pick := w.rng.IntN(total)
			for _, x := range choices {
				if pick -= x.weight; pick < 0 {
					plan = append(plan, act{when(), func() { x.do(w, c) }})
					break
				}
			}
		}
		if w.rng.IntN(4) == 0 {
			by := []chat.Kind{chat.Agent, chat.Customer}[w.rng.IntN(2)]
			plan = append(plan, act{length - time.Duration(w.rng.Int64N(int64(length/6))), func() { closing(by)(c) }})
		}
	}
	plan = append(plan, w.misfortunes(length, when)...)
	slices.SortStableFunc(plan, func(a, b act) int { return cmp.Compare(a.at, b.at) })
	began := time.Now()
	for _, a := range plan {
		time.Sleep(time.Until(began.Add(a.at)))
		a.do()
	}
}

// calm ends all misfortune and lets everything come to rest.
func (w *world) calm() {
	w.say("calm")
	w.tenant.ClearFaults()
	time.Sleep(2 * time.Minute) // whoever is down comes back
	for _, n := range w.nodes {
		n.boot()
		n.process().crash.arm(-1)
	}
	w.route()
	for round := range 3 {
		for _, a := range w.agents {
			if l, ok := w.link(w.server(), a); !ok || l.State != "connected" {
				w.must(w.signIn(a))
			}
		}
		for _, c := range w.convs {
			w.server().teams.Focus(w.ctx, c.id)
			if err := w.server().teams.Retry(w.ctx, c.id); err != nil && !chat.IsKind(err, chat.NotFound) {
				w.fail("#%d can't retry: %v", c.number, err)
			}
		}
		time.Sleep([]time.Duration{time.Minute, 5 * time.Minute, 10 * time.Minute}[round])
	}
}
