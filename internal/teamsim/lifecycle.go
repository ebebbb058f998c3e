package teamsim

import "time"

// trust keeps the token a subscription was created or renewed with and plans what
// follows from its age [change-notifications-lifecycle-events]: a warning, the lapse
// after which notifications wait, and the end. Notifications held so far go out. The
// caller holds t.mu.
func (t *Tenant) trust(s *subscription, token *accessToken) {
	at := time.Now()
	s.round++
	round := s.round
	s.issued = token.issued
	s.lapses = at.Add(tokenHold)
	if token.expires.Before(s.lapses) {
		s.lapses = token.expires
	}
	if token.app == teamsAppID {
		s.lapses = s.expires
	}
	plan := func(when time.Time, do func()) {
		t.afterLocked(max(time.Second, time.Until(when)), func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			if s.round == round && t.subs[s.id] == s {
				do()
			}
		})
	}
	first := s.lapses
	if s.expires.Before(first) {
		first = s.expires
	}
	warn := func() { t.lifecycle(s, "reauthorizationRequired") }
	plan(first.Add(-warnBefore), warn)
	if s.lapses.Before(s.expires) {
		plan(s.lapses, warn)
	}
	plan(s.expires, func() { t.forget(s) })
	t.release(s)
}

// release sends what waited for a fresh token.
func (t *Tenant) release(s *subscription) {
	held := s.held
	s.held = nil
	for _, n := range held {
		if time.Since(n.first) < retryFor {
			t.enqueue(n)
		} else {
			t.delivered.Lost++
		}
	}
}

// paused tells whether Graph may not deliver: the token it holds has lapsed, or the
// person may not sign in any more.
func (t *Tenant) paused(s *subscription) bool {
	if t.faults.KeepLapsed {
		return false
	}
	p, revoked := t.people[s.person], t.revoked[s.person]
	return !time.Now().Before(s.lapses) || p == nil || p.Disabled || revoked.code != 0 && !s.issued.After(revoked.at)
}

// lifecycle tells a subscription's lifecycle URL about an event.
func (t *Tenant) lifecycle(s *subscription, event string) {
	if s.lifecycleURL == "" {
		return
	}
	t.enqueue(&notice{sub: s, address: s.lifecycleURL, event: event, due: time.Now().Add(t.latency()), first: time.Now()})
}

// LapseTokens makes the tokens that subscriptions hold lapse now, and says so to their
// lifecycle URLs: notifications wait for a reauthorize or a renewal.
func (t *Tenant) LapseTokens() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range t.subOrder {
		s := t.subs[id]
		s.lapses = time.Now()
		t.lifecycle(s, "reauthorizationRequired")
	}
}

// ExpireSubscriptions ends all subscriptions silently, as if nobody had renewed them.
func (t *Tenant) ExpireSubscriptions() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.subs {
		t.forget(s)
	}
}
