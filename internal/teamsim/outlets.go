package teamsim

import (
	"slices"
	"time"
)

// outlet is one notification address with its queue. Graph judges addresses by the time
// they take to answer [change-notifications-delivery-webhooks].
type outlet struct {
	address   string
	queue     []*notice
	busy      bool
	answers   []answered
	slowUntil time.Time // new notifications wait ten minutes
	dropUntil time.Time // notifications are thrown away
}

type answered struct {
	at   time.Time
	took time.Duration
}

// enqueue hands a notice to its address. The caller holds t.mu.
func (t *Tenant) enqueue(n *notice) {
	o := t.outlets[n.address]
	if o == nil {
		o = &outlet{address: n.address}
		t.outlets[n.address] = o
	}
	at := time.Now()
	if at.Before(o.dropUntil) {
		t.delivered.Dropped++
		return
	}
	if at.Before(o.slowUntil) && n.attempts == 0 {
		n.due = n.due.Add(judgeWindow)
	}
	o.queue = append(o.queue, n)
	t.count(1)
	t.nudge()
}

// count keeps the number of pending notices and wakes Idle.
func (t *Tenant) count(by int) {
	before := t.pending
	t.pending += by
	switch {
	case before == 0 && t.pending > 0:
		t.idle = make(chan struct{})
	case before > 0 && t.pending == 0:
		close(t.idle)
	}
}

// dropNotices forgets what a subscription still had to deliver.
func (t *Tenant) dropNotices(s *subscription) {
	for _, o := range t.outlets {
		kept := o.queue[:0]
		for _, n := range o.queue {
			if n.sub == s && n.event == "" {
				t.count(-1)
				continue
			}
			kept = append(kept, n)
		}
		o.queue = kept
	}
}

// takeDue takes the notices whose time has come, oldest first; those without a valid
// token are put aside. A forged one travels alone.
func (t *Tenant) takeDue(o *outlet, at time.Time) (batch []*notice, next time.Duration) {
	slices.SortStableFunc(o.queue, func(a, b *notice) int { return a.due.Compare(b.due) })
	var rest []*notice
	for i, n := range o.queue {
		switch {
		case n.due.After(at):
			rest = append(rest, o.queue[i:]...)
			o.queue = rest
			return batch, n.due.Sub(at)
		case n.event == "" && n.forge == "" && t.paused(n.sub):
			n.sub.held = append(n.sub.held, n)
			t.count(-1)
		case len(batch) >= batchSize || len(batch) > 0 && (n.forge != "" || batch[0].forge != "" || n.attempts > 0 != (batch[0].attempts > 0)):
			rest = append(rest, n)
			next = time.Nanosecond
		default:
			batch = append(batch, n)
		}
	}
	o.queue = rest
	return batch, next
}

// judge decides whether an address is slow or to be dropped.
func (o *outlet) judge(took time.Duration, least int) {
	at := time.Now()
	if least == 0 {
		least = 100
	}
	kept := o.answers[:0]
	slow, hopeless := 0, 0
	for _, a := range append(o.answers, answered{at, took}) {
		if at.Sub(a.at) > judgeWindow {
			continue
		}
		kept = append(kept, a)
		if a.took >= firstTimeout {
			slow++
		}
		if a.took >= retryTimeout {
			hopeless++
		}
	}
	o.answers = kept
	if len(kept) < least {
		return
	}
	if slow*10 > len(kept) && at.After(o.slowUntil) {
		o.slowUntil = at.Add(judgeWindow)
	}
	if hopeless*100 > 15*len(kept) && at.After(o.dropUntil) {
		o.dropUntil = at.Add(judgeWindow)
	}
}
