package worlds

import (
	"math/rand/v2"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/teamsim"
)

// accident is something that goes wrong at a moment of the plan. least and most are how often in one world.
type accident struct {
	name        string
	least, most int
	do          func(w *world, r *rand.Rand)
}

// turnKnobs sets the odds with which Microsoft, the database and the way to the browsers misbehave until the next turn.
func (w *world) turnKnobs(r *rand.Rand) {
	p := func(most float64) float64 {
		if r.IntN(3) == 0 {
			return 0
		}
		return (.2 + .8*r.Float64()) * most
	}
	delayed := 150 // seconds; less than the calm takes
	if w.long {
		delayed = 600
	}
	f := teamsim.Faults{
		ThrottleP: p(.2), RetryAfter: []string{teamsim.RetryAfterHonest, teamsim.RetryAfterNone, teamsim.RetryAfterPast, "0", "86400", "2.128"}[r.IntN(6)],
		ErrorP: p(.15), ResetP: p(.15), LostAnswerP: p(.3), ZombieP: p(.25), BadAnswerP: p(.15), EmptyPageP: p(.3),
		NotifyDuplicateP: p(.4), NotifyReorderP: p(.5), NotifyDelayP: p(.2), NotifyLossP: p(.4), NotifyTamperP: p(.2),
		NotifyDelay: time.Duration(1+r.IntN(delayed)) * time.Second, NotifyFirst: r.IntN(3) == 0, StrictRate: false,
		SharedIDs: r.IntN(4) == 0, RefreshOnce: r.IntN(3) == 0,
	}
	if r.IntN(3) == 0 {
		f.ListLag = time.Duration(r.IntN(8000)) * time.Millisecond
	}
	if r.IntN(4) == 0 {
		f.TokenLife = time.Duration(6+r.IntN(10)) * time.Minute
	}
	if r.IntN(6) == 0 {
		f.DropMemberNext = 1
	}
	if r.IntN(2) == 0 && !w.latePosts() {
		f.CleanUp = []string{teamsim.CleanUpStrips, teamsim.CleanUpRewrites, teamsim.CleanUpFlattens}[r.IntN(3)]
	}
	odds := map[store.Point]float64{store.PointRead: p(.02), store.PointBegin: p(.08), store.PointCommit: p(.08), store.PointAnswer: p(.08), store.PointHint: p(.4)}
	deaf := p(.4)
	w.say("knobs: %+v; database %v; lost to browsers %.2f", f, odds, deaf)
	w.tenant.SetFaults(func(x *teamsim.Faults) {
		f.Offline = x.Offline // ends by itself
		*x = f
	})
	w.ours(odds, deaf)
}

// lateZombie counts posts that Microsoft carries out tooLate: after the product has given up waiting and posted again.
const (
	lateZombie = "zombie later than anybody waits"
	tooLate    = time.Minute
)

// latePosts divides the worlds: in some, posts are carried out after the product has given up waiting, in the others markers get lost. Where
// both befalls one post, nothing tells it from a line that the agent wrote in Teams.
func (w *world) latePosts() bool { return w.seed%2 == 0 }

// ours sets the odds of what goes wrong on our side.
func (w *world) ours(database map[store.Point]float64, deaf float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.odds, w.deaf = database, deaf
}

// forgeries are all the ways in which a notification is not genuine.
var forgeries = []teamsim.Forgery{teamsim.WrongClientState, teamsim.UnknownSubscription, teamsim.WrongSignature, teamsim.WrongAudience, teamsim.WrongIssuer,
	teamsim.WrongSender, teamsim.ForeignTenant, teamsim.ExpiredToken, teamsim.NoToken, teamsim.TamperedData, teamsim.UnknownKey, teamsim.BrokenDataKey, teamsim.Replay}

// scripts are what befalls the next request of one kind.
var scripts = []teamsim.FaultKind{teamsim.Refuse, teamsim.Reset, teamsim.BlackHole, teamsim.CommitThenStatus, teamsim.CommitThenReset, teamsim.CommitThenHang,
	teamsim.Zombie, teamsim.Garbage, teamsim.NoID, teamsim.OtherChat, teamsim.Hold}

// scripted are the requests that scripts befall, the more often the more often they stand here.
var scripted = []string{"POST /chats/*/messages", "POST /chats/*/messages", "POST /chats", "POST /chats/*/members", "PATCH /chats/*/messages/*",
	"POST /subscriptions", "GET /chats/*/messages"}

var accidents = []accident{
	{nodeKilled, 1, 4, func(w *world, r *rand.Rand) {
		n := w.pickNode(r)
		if n.kill() {
			w.count(nodeKilled)
		}
		n.bootLater(time.Duration(r.IntN(90_000)) * time.Millisecond)
	}},
	{"crash point", 1, 3, func(w *world, r *rand.Rand) { // counted when it is reached
		w.arm(crashPoints[r.IntN(len(crashPoints))])
	}},
	{tokensLapse, 0, 1, func(w *world, _ *rand.Rand) { w.tenant.LapseTokens(); w.count(tokensLapse) }},
	{tokensExpire, 0, 2, func(w *world, _ *rand.Rand) { w.tenant.ExpireTokens(); w.count(tokensExpire) }},
	{subscriptionsSilent, 0, 1, func(w *world, _ *rand.Rand) { w.tenant.ExpireSubscriptions(); w.count(subscriptionsSilent) }},
	{subscriptionRemoved, 0, 2, func(w *world, _ *rand.Rand) {
		for _, s := range w.tenant.Subscriptions() {
			if err := w.tenant.RemoveSubscription(s.ID); err != nil {
				w.fail("remove subscription: %v", err)
			}
			w.count(subscriptionRemoved)
		}
	}},
	{keysRoll, 0, 1, func(w *world, _ *rand.Rand) {
		if err := w.tenant.RollKeys(false); err != nil {
			w.fail("roll keys: %v", err)
		}
		w.count(keysRoll)
	}},
	{"notification forged", 3, 6, func(w *world, r *rand.Rand) { w.tenant.Forge(forgeries[r.IntN(len(forgeries))]) }}, // counted when it is sent
	{offline, 0, 1, func(w *world, r *rand.Rand) {
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.Offline = true })
		w.count(offline)
		w.after(time.Duration(1+r.IntN(60))*time.Second, func() { w.tenant.SetFaults(func(f *teamsim.Faults) { f.Offline = false }) })
	}},
	{signInRevoked, 0, 1, func(w *world, r *rand.Rand) {
		a := w.agents[r.IntN(len(w.agents))]
		if err := w.tenant.RevokeSignIn(a.person, 50173); err != nil {
			w.fail("revoke: %v", err)
		}
		w.tenant.ExpireTokens()
		w.count(signInRevoked)
		w.after(time.Duration(10+r.IntN(90))*time.Second, func() {
			if err := w.signIn(a); err != nil {
				w.say("sign-in of %s: %v", a.id, err)
			}
		})
	}},
	{postBlocked, 0, 2, func(w *world, r *rand.Rand) {
		c := w.convs[r.IntN(len(w.convs))]
		x, ok := c.thread()
		if !ok || len(x.Messages) == 0 {
			return
		}
		m := x.Messages[r.IntN(len(x.Messages))]
		if w.withheld[m.ID] {
			return // nobody waits longer than two minutes for what is withheld
		}
		w.withheld[m.ID] = true
		block := func(blocked bool) {
			if err := w.tenant.Block(x.ID, m.ID, blocked); err != nil {
				w.fail("block: %v", err)
			}
		}
		block(true)
		w.count(postBlocked)
		w.after(time.Duration(5+r.IntN(90))*time.Second, func() { block(false) })
	}},
	{strangerAdded, 0, 1, func(w *world, r *rand.Rand) {
		c := w.convs[r.IntN(len(w.convs))]
		if x, ok := c.thread(); ok && w.tenant.As(c.agent.person).Add(x.ID, stranger) == nil {
			w.count(strangerAdded)
		}
	}},
	{threadRenamed, 0, 1, func(w *world, r *rand.Rand) {
		c := w.convs[r.IntN(len(w.convs))]
		if x, ok := c.thread(); ok && w.tenant.As(c.agent.person).Rename(x.ID, x.Topic+" (eilig)") == nil {
			w.count(threadRenamed)
		}
	}},
	{expertDisabled, 0, 1, func(w *world, r *rand.Rand) {
		name := expert(r)
		disable := func(disabled bool) {
			if err := w.tenant.Disable(name, disabled); err != nil {
				w.fail("disable: %v", err)
			}
		}
		disable(true)
		w.count(expertDisabled)
		w.after(time.Duration(5+r.IntN(90))*time.Second, func() { disable(false) })
	}},
	{"scripted", 6, 12, func(w *world, r *rand.Rand) { // counted when a request meets it
		match, kind := scripted[r.IntN(len(scripted))], scripts[r.IntN(len(scripts))]
		delay := time.Duration(r.IntN(25000)) * time.Millisecond
		if kind == teamsim.Zombie && match == "POST /chats/*/messages" && w.latePosts() {
			w.count(lateZombie)
			delay += tooLate
		}
		w.tenant.FailNext(match, teamsim.Fault{Kind: kind, Delay: delay, Times: 1 + r.IntN(2)})
	}},
}

// arm lets the next process crash that comes to a point.
func (w *world) arm(point string) {
	w.say("a process is to crash at %s", point)
	for _, n := range w.nodes {
		if p := n.process(); p != nil {
			p.crash.arm(point)
		}
	}
}

// misfortunes plans what goes wrong.
func misfortunes(r *rand.Rand, length time.Duration) []act {
	var plan []act
	for at := time.Duration(0); at < length; at += time.Duration(15+r.IntN(30)) * time.Second {
		plan = append(plan, act{at: at, misfortune: true, what: "knobs", do: (*world).turnKnobs})
	}
	for _, a := range accidents {
		for range a.least + r.IntN(a.most-a.least+1) {
			plan = append(plan, act{at: moment(r, length), misfortune: true, what: a.name, do: func(w *world, r *rand.Rand) {
				w.say("misfortune: %s", a.name)
				a.do(w, r)
			}})
		}
	}
	for i := range flurries {
		plan = append(plan, act{at: length + time.Duration(i)*3*time.Second, misfortune: true, filler: true, what: "flurry", do: (*world).flurry})
	}
	return plan
}

// leastFaults is how much has to go wrong in every world. Where chance was kind so far, flurries make up for it at the end of the plan:
// forged notifications, and a database that fails people who talk and look.
const (
	leastFaults = 80
	flurries    = 100
)

func (w *world) flurry(r *rand.Rand) {
	w.say("flurry")
	for _, n := range w.nodes {
		n.boot() // where nobody serves, nothing fails
	}
	w.route()
	for range 4 {
		w.tenant.Forge(forgeries[r.IntN(len(forgeries))])
	}
	w.ours(map[store.Point]float64{store.PointRead: .3, store.PointBegin: .2, store.PointCommit: .2, store.PointAnswer: .2, store.PointHint: .5}, .5)
	c := w.convs[r.IntN(len(w.convs))]
	c.speak(speakers[r.IntN(2)], chat.Everyone)
	for range 12 {
		c.look()
	}
}

// faults counts what has gone wrong so far.
func (w *world) faults() (n int) {
	for _, times := range w.verdict().faults {
		n += times
	}
	return n
}

func (w *world) pickNode(r *rand.Rand) *node { return w.nodes[r.IntN(len(w.nodes))] }

// after does something later in the world's time.
func (w *world) after(d time.Duration, do func()) {
	w.all.Go(func() {
		select {
		case <-w.ctx.Done():
		case <-time.After(d):
			do()
		}
	})
}
