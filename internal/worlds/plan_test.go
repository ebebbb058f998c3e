package worlds

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing/synctest"
	"time"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
)

// act is one thing that happens at a moment of the plan. It draws from dice of its own, so that leaving out one changes no other.
type act struct {
	number     int // in the plan, from 1
	at         time.Duration
	misfortune bool
	filler     bool // only where too little has gone wrong; nothing else follows it in a plan
	what       string
	do         func(*world, *rand.Rand)
}

func (a act) String() string {
	return fmt.Sprintf("%d at %s: %s", a.number, a.at.Round(time.Millisecond), a.what)
}

// choice is what people may do, and how often among others.
type choice struct {
	weight int
	what   string
	do     func(c *conversation, r *rand.Rand)

	crashes []string // points on the way of it
}

var (
	experts  = []string{"Erik Lind", "Mei Tanaka", "Omar Haddad", "Lucía Romero"}
	speakers = []chat.Kind{chat.Agent, chat.Customer}
	stranger = "Third Member"
)

func expert(r *rand.Rand) string { return experts[r.IntN(len(experts))] }

// Crash points on the way of what people do.
var (
	onPosting     = []string{"post.intent", "post.called", "post.confirmed", "unclear.stored"}
	onInviting    = []string{"thread.begun", "create.intent", "create.called", "create.stored", "part.begun", "member.added", "member.stored", "member.invited", "barrier.invitation", "barrier.invitation.done", "barrier.invitation.stored"}
	onHearing     = []string{"hook.body", "hook.stored", "inbox.heard", "hear.posted"}
	onChangeHeard = []string{"hear.changed", "hear.private"}
	onEditing     = []string{"barrier.edit", "barrier.edit.done", "barrier.edit.stored", "ahead.changed", "ahead.stored", "rewrite.called"}
	onDeleting    = []string{"barrier.delete", "barrier.delete.done", "barrier.delete.stored", "ahead.changed", "ahead.stored"}
	onReacting    = []string{"barrier.reaction", "barrier.reaction.done", "barrier.reaction.stored"}
	onLeaving     = []string{"barrier.left", "barrier.left.done", "barrier.left.stored", "member.removed"}
	onReadingBack = []string{"readback.heard", "readback.stored"}
)

// choices is what people do.
var choices = []choice{
	{30, "customer speaks", func(c *conversation, _ *rand.Rand) { c.speak(chat.Customer, chat.Everyone) }, onPosting},
	{24, "agent speaks", func(c *conversation, _ *rand.Rand) { c.speak(chat.Agent, chat.Everyone) }, onPosting},
	{6, "agent speaks in private", func(c *conversation, _ *rand.Rand) { c.speak(chat.Agent, chat.BackRoom) }, onPosting},
	{9, "invites one", func(c *conversation, r *rand.Rand) { c.invite(expert(r)) }, onInviting},
	{3, "invites several", func(c *conversation, r *rand.Rand) { c.invite(experts[:2+r.IntN(2)]...) }, onInviting},
	{28, "expert speaks", func(c *conversation, r *rand.Rand) { c.speakInTeams(expert(r), false) }, onHearing},
	{6, "expert speaks in private", func(c *conversation, r *rand.Rand) { c.speakInTeams(expert(r), true) }, onHearing},
	{3, "agent speaks in Teams", func(c *conversation, _ *rand.Rand) { c.speakInTeams(c.agent.person, false) }, onHearing},
	{6, "edit in Teams", func(c *conversation, r *rand.Rand) { c.changeInTeams("edits", r.IntN(100)) }, onChangeHeard},
	{3, "deletion in Teams", func(c *conversation, r *rand.Rand) { c.changeInTeams("deletes", r.IntN(100)) }, onChangeHeard},
	{2, "undeletion in Teams", func(c *conversation, r *rand.Rand) { c.changeInTeams("undeletes", r.IntN(100)) }, onChangeHeard},
	{4, "reaction in Teams", func(c *conversation, r *rand.Rand) { c.changeInTeams("reacts", r.IntN(100)) }, onChangeHeard},
	{5, "agent edits", func(c *conversation, r *rand.Rand) { c.changeOne(chat.Agent, r.IntN(100), false) }, onEditing},
	{4, "customer edits", func(c *conversation, r *rand.Rand) { c.changeOne(chat.Customer, r.IntN(100), false) }, onEditing},
	{3, "deletion", func(c *conversation, r *rand.Rand) { c.changeOne(speakers[r.IntN(2)], r.IntN(100), true) }, onDeleting},
	{3, "agent reacts", func(c *conversation, r *rand.Rand) { c.react(r.IntN(100)) }, onReacting},
	{2, "expert leaves", func(c *conversation, r *rand.Rand) { c.leaveInTeams(expert(r), r.IntN(2) == 0) }, onLeaving},
	{2, "agent removes", func(c *conversation, r *rand.Rand) {
		c.withExpert("removes", expert(r), func(ctx context.Context, n *process, a desk.Actor, p chat.ParticipantID) error {
			return n.desk.Remove(ctx, a, p)
		})
	}, onLeaving},
	{3, "agent retries an invitation", func(c *conversation, r *rand.Rand) {
		c.withExpert("retries", expert(r), func(ctx context.Context, n *process, a desk.Actor, p chat.ParticipantID) error {
			return n.desk.RetryInvitation(ctx, a, p)
		})
	}, onInviting},
	{3, "agent looks", func(c *conversation, _ *rand.Rand) { c.look() }, onReadingBack},
	{2, "agent retries the lane", func(c *conversation, _ *rand.Rand) {
		c.asAgent("retries the lane", func(ctx context.Context, n *process, _ desk.Actor) error { return n.teams.Retry(ctx, c.id) })
	}, nil},
}

// choose picks by weight.
func choose(r *rand.Rand) choice {
	total := 0
	for _, c := range choices {
		total += c.weight
	}
	pick := r.IntN(total)
	for _, c := range choices {
		if pick -= c.weight; pick < 0 {
			return c
		}
	}
	panic("unreachable: the pick is below the sum of the weights")
}

// close ends the conversation; it is planned apart, since little can follow.
func (c *conversation) close(by chat.Kind) {
	c.outboxOf(by).jobs <- func() {
		err := c.w.until(func(ctx context.Context, n *process) error {
			a, err := c.actor(ctx, n, by)
			if err == nil {
				err = n.desk.Close(ctx, a)
			}
			return err
		})
		c.w.say("#%d %s ends the chat: %v", c.number, by, err)
	}
}

func moment(r *rand.Rand, length time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(length)))
}

// draw makes the plan of the seed: what people do, and what goes wrong meanwhile. All of it is drawn before anything is played.
func (w *world) draw() {
	r := dice(w.seed, dicePlan)
	length := 35*time.Second + moment(r, 55*time.Second)
	if w.long {
		length = 3*time.Minute + moment(r, 5*time.Minute)
	}
	for _, c := range w.convs {
		w.plan = append(w.plan, c.draw(r, length)...)
	}
	w.plan = append(w.plan, misfortunes(r, length)...)
	slices.SortStableFunc(w.plan, func(a, b act) int { return cmp.Compare(a.at, b.at) })
	for i := range w.plan {
		w.plan[i].number = i + 1
	}
}

// draw plans what people do in one conversation.
func (c *conversation) draw(r *rand.Rand, length time.Duration) (plan []act) {
	tell := func(at time.Duration, what string, do func(*rand.Rand)) {
		plan = append(plan, act{at: at, what: fmt.Sprintf("#%d %s", c.number, what), do: func(_ *world, r *rand.Rand) { do(r) }})
	}
	tell(moment(r, length/5), "invites one", func(r *rand.Rand) { c.invite(expert(r)) })
	acts := 5 + r.IntN(10)
	if c.w.long {
		acts = 20 + r.IntN(30)
	}
	crash := func(at time.Duration, points []string) {
		if len(points) == 0 || r.IntN(5) > 0 {
			return
		}
		point := points[r.IntN(len(points))]
		plan = append(plan, act{at: at, misfortune: true, what: "crash at " + point, do: func(w *world, _ *rand.Rand) { w.arm(point) }})
	}
	for range acts {
		x, at := choose(r), moment(r, length)
		crash(at, x.crashes)
		tell(at, x.what, func(r *rand.Rand) { x.do(c, r) })
	}
	if r.IntN(6) == 0 { // all experts leave, and what stands in the thread is changed
		at := length - moment(r, length/3)
		for _, name := range experts {
			tell(at, "expert leaves", func(r *rand.Rand) { c.leaveInTeams(name, r.IntN(2) == 0) })
		}
		at += 5*time.Second + moment(r, 20*time.Second)
		for range 3 {
			crash(at, []string{"ahead.changed", "ahead.stored"})
			tell(at, "change", func(r *rand.Rand) { c.changeOne(speakers[r.IntN(2)], r.IntN(100), r.IntN(2) == 0) })
			at += moment(r, 5*time.Second)
		}
	}
	if r.IntN(4) == 0 {
		by, at := speakers[r.IntN(2)], length-moment(r, length/6)
		crash(at, []string{"barrier.closed"})
		tell(at, fmt.Sprintf("%s ends the chat", by), func(*rand.Rand) { c.close(by) })
		for name := range slices.Values(experts) { // the late are answered once
			late := at + moment(r, 20*time.Second)
			crash(late, []string{"late.intent", "late.called", "late.confirmed"})
			tell(late, "expert speaks", func(*rand.Rand) { c.speakInTeams(name, false) })
		}
	}
	return plan
}

// play carries the plan out, or the acts of it that are asked for.
func (w *world) play() {
	began := time.Now()
	for _, a := range w.plan {
		if w.only != nil && !w.only[a.number] {
			continue
		}
		if a.filler && w.faults() >= leastFaults {
			return
		}
		time.Sleep(time.Until(began.Add(a.at)))
		a.do(w, dice(w.seed, diceActs+uint64(a.number)))
	}
}

// calm ends all misfortune and lets everything come to rest.
func (w *world) calm() {
	w.say("calm")
	w.tenant.ClearFaults()
	w.ours(nil, 0)
	time.Sleep(2 * time.Minute) // whoever is down comes back
	for _, n := range w.nodes {
		n.boot()
		n.process().crash.arm("")
	}
	w.route()
	time.Sleep(time.Minute) // nothing may need a person to go on
	w.stalled()
	rounds := []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute}
	if w.long {
		rounds = []time.Duration{time.Minute, 5 * time.Minute, 10 * time.Minute}
	}
	for _, rest := range rounds {
		for _, a := range w.agents {
			if l, ok := w.link(w.server(), a); !ok || l.State != store.LinkConnected {
				w.must(w.signIn(a))
			}
		}
		for _, c := range w.convs {
			w.server().teams.Focus(w.ctx, c.id)
			if err := w.server().teams.Retry(w.ctx, c.id); err != nil && !chat.IsKind(err, chat.NotFound) {
				w.fail("#%d can't retry: %v", c.number, err)
			}
		}
		time.Sleep(rest)
		synctest.Wait() // what falls due at this very moment is done, too
		if !w.long && w.atRest() {
			return
		}
	}
}

// atRest reports whether nothing is under way any more, and nothing is waited for.
func (w *world) atRest() bool {
	ctx, cancel := context.WithTimeout(w.ctx, time.Millisecond)
	defer cancel()
	for _, a := range w.agents { // who notices only now that a sign-in is dead has their subscription made anew after the next
		if l, ok := w.link(w.server(), a); !ok || l.State != store.LinkConnected {
			return false
		}
	}
	waiting, err := w.server().store.Deliveries(w.ctx, "contoso", store.Delivery{}, 1)
	if err != nil || len(waiting) > 0 || w.tenant.Idle(ctx) != nil {
		return false
	}
	for _, c := range w.convs {
		t, ok, err := w.server().store.Thread(w.ctx, c.id)
		if err != nil || ok && (t.Attempt != nil || t.Echo != "" || t.CatchUp || !t.Recheck.IsZero() || t.State != store.LaneIdle && t.State != store.LaneEnded) {
			return false
		}
	}
	return true
}
