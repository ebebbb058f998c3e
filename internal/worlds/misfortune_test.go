package worlds

import (
	"time"

	"trialog/internal/teamsim"
)

// misfortune is something that goes wrong at a moment, and what ends it, if it does not end by itself.
type misfortune struct {
	name string
	most int // how often in one world
	do   func(w *world)
}

// knobs are turned now and then: each is a probability with which Microsoft misbehaves until the next turn.
func (w *world) turnKnobs() {
	r := w.rng
	p := func(most float64) float64 {
		if r.IntN(2) == 0 {
			return 0
		}
		return r.Float64() * most
	}
	f := teamsim.Faults{
		ThrottleP: p(.15), RetryAfter: []string{teamsim.RetryAfterHonest, teamsim.RetryAfterNone, teamsim.RetryAfterPast, "0", "86400", "2.128"}[r.IntN(6)],
		ErrorP: p(.12), ResetP: p(.1), LostAnswerP: p(.25), ZombieP: p(.2), BadAnswerP: p(.12), EmptyPageP: p(.3),
		NotifyDuplicateP: p(.4), NotifyReorderP: p(.5), NotifyDelayP: p(.2), NotifyLossP: p(.4), NotifyTamperP: p(.2),
		NotifyDelay: time.Duration(1+r.IntN(600)) * time.Second, NotifyFirst: r.IntN(3) == 0, StrictRate: false,
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
	if r.IntN(4) == 0 {
		f.CleanUp = []string{teamsim.CleanUpStrips, teamsim.CleanUpRewrites, teamsim.CleanUpFlattens}[r.IntN(3)]
	}
	w.say("knobs: %+v", f)
	w.tenant.SetFaults(func(x *teamsim.Faults) { *x = f })
}

var accidents = []misfortune{
	{"node killed", 3, func(w *world) {
		n := w.pickNode()
		n.kill()
		n.bootLater(time.Duration(w.rng.IntN(90_000)) * time.Millisecond)
	}},
	{"crash point", 4, func(w *world) {
		after := w.rng.IntN(12)
		if p := w.pickNode().process(); p != nil {
			p.crash.arm(after)
		}
	}},
	{"tokens lapse", 1, func(w *world) { w.tenant.LapseTokens() }},
	{"access tokens expire", 2, func(w *world) { w.tenant.ExpireTokens() }},
	{"subscriptions gone silently", 1, func(w *world) { w.tenant.ExpireSubscriptions() }},
	{"subscriptions removed", 2, func(w *world) {
		for _, s := range w.tenant.Subscriptions() {
			if err := w.tenant.RemoveSubscription(s.ID); err != nil {
				w.fail("remove subscription: %v", err)
			}
		}
	}},
	{"signing keys roll", 1, func(w *world) {
		if err := w.tenant.RollKeys(false); err != nil {
			w.fail("roll keys: %v", err)
		}
	}},
	{"notifications forged", 3, func(w *world) {
		all := []teamsim.Forgery{teamsim.WrongClientState, teamsim.UnknownSubscription, teamsim.WrongSignature, teamsim.WrongAudience, teamsim.WrongIssuer,
			teamsim.WrongSender, teamsim.ForeignTenant, teamsim.ExpiredToken, teamsim.NoToken, teamsim.TamperedData, teamsim.UnknownKey, teamsim.BrokenDataKey, teamsim.Replay}
		w.tenant.Forge(all[w.rng.IntN(len(all))])
	}},
	{"microsoft unreachable", 1, func(w *world) {
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.Offline = true })
		w.after(time.Duration(1+w.rng.IntN(60))*time.Second, func() { w.tenant.SetFaults(func(f *teamsim.Faults) { f.Offline = false }) })
	}},
	{"sign-in revoked", 1, func(w *world) {
		a := w.agents[w.rng.IntN(len(w.agents))]
		if err := w.tenant.RevokeSignIn(a.person, 50173); err != nil {
			w.fail("revoke: %v", err)
		}
		w.tenant.ExpireTokens()
		w.after(time.Duration(10+w.rng.IntN(90))*time.Second, func() {
			if err := w.signIn(a); err != nil {
				w.say("sign-in of %s: %v", a.id, err)
			}
		})
	}},
	{"scripted", 8, func(w *world) {
		match := []string{"POST /chats/*/messages", "POST /chats/*/messages", "POST /chats", "POST /chats/*/members", "PATCH /chats/*/messages/*", "POST /subscriptions", "GET /chats/*/messages"}[w.rng.IntN(7)]
		kind := []teamsim.FaultKind{teamsim.Refuse, teamsim.Reset, teamsim.BlackHole, teamsim.CommitThenStatus, teamsim.CommitThenReset,
			teamsim.CommitThenHang, teamsim.Zombie, teamsim.Garbage, teamsim.NoID, teamsim.OtherChat, teamsim.Hold}[w.rng.IntN(11)]
		w.tenant.FailNext(match, teamsim.Fault{Kind: kind, Delay: time.Duration(w.rng.IntN(25000)) * time.Millisecond, Times: 1 + w.rng.IntN(2)})
	}},
}

// misfortunes plans what goes wrong.
func (w *world) misfortunes(length time.Duration, when func() time.Duration) []act {
	var plan []act
	for at := time.Duration(0); at < length; at += time.Duration(20+w.rng.IntN(60)) * time.Second {
		plan = append(plan, act{at, w.turnKnobs})
	}
	for _, m := range accidents {
		for range w.rng.IntN(m.most + 1) {
			plan = append(plan, act{when(), func() {
				w.say("misfortune: %s", m.name)
				w.count(m.name)
				m.do(w)
			}})
		}
	}
	return plan
}

func (w *world) pickNode() *node { return w.nodes[w.rng.IntN(len(w.nodes))] }

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
