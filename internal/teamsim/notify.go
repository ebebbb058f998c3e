package teamsim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
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

// handshake proves that an address wants notifications: it must answer 200 with the
// decoded token as plain text within ten seconds.
func (t *Tenant) handshake(ctx context.Context, address string) error {
	token := "Validation: Testing client application reachability for subscription Request-Id: " + t.traceID()
	target, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	query := "validationToken=" + url.QueryEscape(token)
	if target.RawQuery != "" {
		query = target.RawQuery + "&" + query
	}
	target.RawQuery = query
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), http.NoBody)
	if err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	res, err := t.http.Do(req)
	if err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	switch {
	case err != nil:
		return fmt.Errorf("validate: %w", err)
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("validate: status %d", res.StatusCode)
	case !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain"):
		return fmt.Errorf("validate: content type %q", res.Header.Get("Content-Type"))
	case string(body) != token:
		return fmt.Errorf("validate: the answer is not the token")
	}
	return nil
}

type wireNotification struct {
	SubscriptionID string            `json:"subscriptionId"`
	ChangeType     changeType        `json:"changeType,omitempty"`
	LifecycleEvent string            `json:"lifecycleEvent,omitempty"`
	ClientState    *string           `json:"clientState"`
	Expiration     string            `json:"subscriptionExpirationDateTime"`
	Resource       string            `json:"resource,omitempty"`
	TenantID       string            `json:"tenantId"`
	ResourceData   map[string]string `json:"resourceData,omitempty"`
	Encrypted      *encryptedContent `json:"encryptedContent,omitempty"`
}

type wireNotifications struct {
	Value  []wireNotification `json:"value"`
	Tokens []string           `json:"validationTokens,omitempty"`
}

// envelope is the body of one POST [change-notifications-with-resource-data].
func (t *Tenant) envelope(batch []*notice) ([]byte, error) {
	out := wireNotifications{}
	var apps []string
	for _, n := range batch {
		item, err := t.item(n)
		if err != nil {
			return nil, err
		}
		out.Value = append(out.Value, item)
		if item.Encrypted != nil && !slices.Contains(apps, n.sub.app) {
			apps = append(apps, n.sub.app)
		}
	}
	for _, app := range apps {
		token, err := t.validationToken(app)
		if err != nil {
			return nil, err
		}
		out.Tokens = append(out.Tokens, token)
	}
	if f := batch[0].forge; f != "" {
		if err := t.forge(f, &out); err != nil {
			return nil, err
		}
	}
	return marshal(out)
}

func (t *Tenant) item(n *notice) (wireNotification, error) {
	t.mu.Lock()
	s := n.sub
	item := wireNotification{SubscriptionID: s.id, ChangeType: n.change, LifecycleEvent: n.event, ClientState: orNull(s.clientState),
		Expiration: s.expires.UTC().Format("2006-01-02T15:04:05.9999999-07:00"), TenantID: t.cfg.Tenant}
	cert := s.cert
	t.mu.Unlock()
	if n.event != "" {
		return item, nil
	}
	item.Resource = n.resource
	item.ResourceData = map[string]string{"id": n.id, "@odata.type": n.data, "@odata.id": n.resource}
	if n.body == nil || cert == nil {
		return item, nil
	}
	sealed, err := cert.seal(n.body, t.cfg.Rand)
	if err != nil {
		return item, fmt.Errorf("encrypt notification: %w", err)
	}
	item.Encrypted = sealed
	return item, nil
}
