package teamsim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	handshakeTimeout = 10 * time.Second
	firstTimeout     = 3 * time.Second  // later answers count as not delivered
	retryTimeout     = 10 * time.Second // retries are more patient
	retryFor         = 4 * time.Hour
	firstBackoff     = 2 * time.Second
	longestBackoff   = 10 * time.Minute
	batchSize        = 50
	judgeWindow      = 10 * time.Minute
)

// notice is one notification on its way.
type notice struct {
	sub          *subscription
	address      string
	change       changeType
	resource, id string
	data         string // @odata.type
	body         []byte // the resource, for subscriptions with resource data
	event        string // lifecycle event
	forge        Forgery
	first, due   time.Time
	attempts     int
}

// DeliveryCounts tells what became of notifications.
type DeliveryCounts struct {
	Delivered  int `json:"delivered"`  // answered 2xx in time
	Retried    int `json:"retried"`    // attempts that failed and were put back
	Lost       int `json:"lost"`       // by fault, or given up after four hours
	Dropped    int `json:"dropped"`    // because the endpoint was in the drop state
	Duplicated int `json:"duplicated"` // sent twice by fault
	Posts      int `json:"posts"`      // requests to endpoints
}

// Deliveries counts notifications so far.
func (t *Tenant) Deliveries() DeliveryCounts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.delivered
}

// Idle waits until no notification is pending, or ctx ends. Notifications that wait for
// a fresh token are not pending.
func (t *Tenant) Idle(ctx context.Context) error {
	for {
		t.mu.Lock()
		idle, pending := t.idle, t.pending
		t.mu.Unlock()
		if pending == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %d notifications: %w", pending, ctx.Err())
		case <-idle:
		}
	}
}

// startDeliveries starts one POST per address with everything due, and tells when to
// look again. The caller holds t.mu.
func (t *Tenant) startDeliveries(ctx context.Context, wg *sync.WaitGroup) time.Duration {
	wait := time.Hour
	if t.faults.Offline {
		return wait
	}
	at := time.Now()
	for _, address := range slices.Sorted(maps.Keys(t.outlets)) { // sorted: one seed, one course of events
		o := t.outlets[address]
		if len(o.queue) == 0 && !o.busy && len(o.answers) == 0 {
			delete(t.outlets, address)
			continue
		}
		if o.busy {
			continue
		}
		batch, next := t.takeDue(o, at)
		if next > 0 {
			wait = min(wait, next)
		}
		if len(batch) == 0 {
			continue
		}
		o.busy = true
		wg.Go(func() { t.deliver(ctx, o, batch) })
	}
	return wait
}

// deliver makes one POST and books its result.
func (t *Tenant) deliver(ctx context.Context, o *outlet, batch []*notice) {
	timeout := firstTimeout
	if batch[0].attempts > 0 {
		timeout = retryTimeout
	}
	raw, err := t.envelope(batch)
	start := time.Now()
	if err == nil {
		err = t.post(ctx, o.address, raw, timeout)
	}
	took := time.Since(start)

	t.mu.Lock()
	defer t.mu.Unlock()
	o.busy = false
	t.delivered.Posts++
	t.count(-len(batch))
	if err != nil {
		t.log.Debug("notification refused", "notices", len(batch), "attempt", batch[0].attempts+1, "err", err)
	}
	o.judge(took, t.faults.JudgeAfter)
	for _, n := range batch {
		switch {
		case err == nil:
			t.delivered.Delivered++
			t.remember(n)
		case ctx.Err() == nil:
			t.retry(n)
		}
	}
	t.nudge()
}

func (t *Tenant) post(ctx context.Context, address string, body []byte, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "Microsoft-Graph-ChangeNotifications/1.0 (simulated)")
	res, err := t.http.Do(req)
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("notify: status %d", res.StatusCode)
	}
	return nil
}

// retry puts a notice back, with growing pauses, for four hours.
func (t *Tenant) retry(n *notice) {
	if n.event == "" && t.subs[n.sub.id] != n.sub {
		return
	}
	pause := min(firstBackoff<<min(n.attempts, 20), longestBackoff)
	n.attempts++
	n.due = time.Now().Add(pause)
	if n.due.Sub(n.first) > retryFor {
		t.delivered.Lost++
		return
	}
	t.delivered.Retried++
	t.enqueue(n)
}
