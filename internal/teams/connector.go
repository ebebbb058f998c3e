// Package teams makes a Teams chat a participant of a conversation. It signs agents in at Microsoft (link.go, token.go), gives every
// conference a thread of its own (thread.go), relays the log into it (lane.go and what it calls), and hears what experts write there
// (hook.go, inbox.go, hear.go, readback.go), and keeps the subscriptions that make Microsoft tell (keep.go). It is a reader of the log: it learns of invitations, lines and endings by reading on from a cursor,
// and it acts on conversations only through the verbs of desk.
//
// # Goroutines
//
// Run holds the lease of every account it can get. For an account it holds, it runs: the dispatcher, which wakes lanes when the log
// moved; the inbox, which works notifications off in order; the keeper, which keeps subscriptions alive. A lane has a goroutine only
// while there is work in it. Nobody waits for a slow lane but that lane. When the lease is lost, everything of that account ends and
// another node goes on from what is durable.
//
// No lock is held while calling out: what must not happen twice at once is guarded by a gate (a channel), so that the package runs in
// testing/synctest bubbles.
package teams

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// Config says what the connector works with.
type Config struct {
	Store    *store.Store
	Desk     *desk.Desk
	Endpoint graph.Endpoint
	// PublicURL is where Microsoft and browsers reach this installation, e.g. "https://chat.example.org".
	PublicURL string
	// Node names this process among the nodes.
	Node string
	Rand io.Reader    // keys; default crypto/rand
	Log  *slog.Logger // default slog.Default
	// Settle is how long after an unclear outcome nothing is posted again; 30 s when 0. A request that we gave up on may still be
	// carried out by Microsoft later than that, which compensation then undoes.
	Settle time.Duration
	// Rotate makes a new key for the encryption of an account's notifications.
	Rotate func(ctx context.Context, actor string, id chat.AccountID) error
	// CrashAt, for tests, is asked at every durable step and ends the lane there, as a kill would, when it says so.
	CrashAt func(point string) bool
}

// Connector connects conversations with Microsoft Teams.
type Connector struct {
	Config
	incarnation string
	marker      []byte // key of the hidden markers
	keys        *graph.KeySet
	talks       talks
	chats       *graph.Budget // reading somebody's chats and their list: it goes by the person's id

	mu       sync.Mutex
	tokens   map[signIn]*tokens
	runs     map[chat.AccountID]*run
	accounts map[chat.AccountID]store.Account

	counts        map[chat.AccountID]map[Event]int // guarded by mu
	throttleNoted map[chat.AccountID]time.Time     // guarded by mu
}

const (
	leaseTTL   = 30 * time.Second
	leaseEvery = 10 * time.Second
	settle     = 30 * time.Second
)

// New returns a Connector. Nothing runs until Run.
func New(ctx context.Context, c Config) (*Connector, error) {
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Settle == 0 {
		c.Settle = settle
	}
	k := &Connector{Config: c, incarnation: c.Store.NewID(), keys: graph.NewKeySet(c.Endpoint), chats: graph.NewBudget(othersPerSecond, chatReadsASecond, perChat),
		tokens: map[signIn]*tokens{}, runs: map[chat.AccountID]*run{}, accounts: map[chat.AccountID]store.Account{}, counts: map[chat.AccountID]map[Event]int{}, throttleNoted: map[chat.AccountID]time.Time{}}
	var err error
	if k.marker, err = k.markerKey(ctx); err != nil {
		return nil, err
	}
	return k, k.loadAccounts(ctx)
}

// Reload reads the accounts anew, after one was changed.
func (k *Connector) Reload(ctx context.Context) error { return k.loadAccounts(ctx) }

// loadAccounts reads the accounts anew.
func (k *Connector) loadAccounts(ctx context.Context) error {
	list, err := k.Store.Accounts(ctx)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.accounts = map[chat.AccountID]store.Account{}
	for _, a := range list {
		k.accounts[a.ID] = a
	}
	return nil
}

func (k *Connector) account(id chat.AccountID) (store.Account, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, ok := k.accounts[id]
	return a, ok
}

// choices lists the accounts that agents can sign in to, by id.
func (k *Connector) choices() []store.Account {
	k.mu.Lock()
	defer k.mu.Unlock()
	var list []store.Account
	for _, a := range k.accounts {
		if a.Settings.ReplacedBy == "" {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b store.Account) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return list
}

// Run holds what leases it can and works for their accounts until ctx ends.
func (k *Connector) Run(ctx context.Context) error {
	sub := k.Store.Subscribe(store.Filter{All: true})
	defer sub.Close()
	tick := time.NewTicker(leaseEvery)
	defer tick.Stop()
	var running sync.WaitGroup
	defer running.Wait()
	for {
		if err := k.lease(ctx, &running); err != nil && ctx.Err() == nil {
			k.Log.Error("teams: lease accounts", "err", err)
		}
		for again := true; again; {
			select {
			case <-ctx.Done():
				k.release(context.WithoutCancel(ctx))
				return ctx.Err()
			case <-tick.C:
				again = false
			case <-sub.C():
				again = !k.hints(ctx, sub.Take())
			}
		}
	}
}

// hints passes hints on to the runs; it reports whether accounts may have changed.
func (k *Connector) hints(ctx context.Context, hints []store.Hint) (accounts bool) {
	for _, h := range hints {
		if h.Topic == store.TopicLink && h.Agent == "" || h.Topic == store.TopicAll { // hints may have been lost
			if err := k.loadAccounts(ctx); err != nil {
				k.Log.Error("teams: read accounts", "err", err)
			}
			accounts = true
		}
		k.mu.Lock()
		runs := make([]*run, 0, len(k.runs))
		for _, r := range k.runs {
			runs = append(runs, r)
		}
		k.mu.Unlock()
		for _, r := range runs {
			r.hint(h)
		}
	}
	return accounts
}

// lease takes or renews the lease of every account and starts or stops its run.
func (k *Connector) lease(ctx context.Context, running *sync.WaitGroup) error {
	k.mu.Lock()
	ids := make([]chat.AccountID, 0, len(k.accounts))
	for id := range k.accounts {
		ids = append(ids, id)
	}
	for id, r := range k.runs {
		if _, known := k.accounts[id]; !known {
			r.stop() // the account was deleted
		}
	}
	k.mu.Unlock()
	var all error
	for _, id := range ids {
		ok, err := k.hold(ctx, id)
		all = errors.Join(all, err)
		k.mu.Lock()
		r := k.runs[id]
		k.mu.Unlock()
		switch {
		case ok && r == nil:
			k.start(ctx, id, running)
		case !ok && err == nil && r != nil:
			r.stop()
		case err != nil && r != nil && time.Since(r.leased) > leaseTTL-leaseEvery:
			r.stop() // better nobody works than two
		case ok && r != nil:
			r.leased = time.Now()
		}
	}
	return all
}

// hold takes or renews the lease of an account. Where there is no other node there is nothing to take, and nothing to write.
func (k *Connector) hold(ctx context.Context, id chat.AccountID) (bool, error) {
	if k.Store.Alone() {
		return true, nil
	}
	_, ok, err := k.Store.Acquire(ctx, "teams/"+string(id), k.holder(), leaseTTL)
	return ok, err
}

func (k *Connector) holder() store.Holder {
	return store.Holder{Node: k.Node, Incarnation: k.incarnation}
}

// release gives the leases back, so that another node need not wait for them to expire.
func (k *Connector) release(ctx context.Context) {
	if k.Store.Alone() {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for id := range k.runs {
		if err := k.Store.Release(ctx, "teams/"+string(id), k.holder()); err != nil {
			k.Log.Warn("teams: release lease", "account", id, "err", err)
		}
	}
}

// start begins to work for an account.
func (k *Connector) start(ctx context.Context, id chat.AccountID, running *sync.WaitGroup) {
	ctx, cancel := context.WithCancel(ctx)
	r := newRun(k, id, cancel)
	k.mu.Lock()
	k.runs[id] = r
	k.mu.Unlock()
	running.Go(func() {
		defer cancel()
		if err := r.run(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("teams: account stopped", "account", id, "err", err)
		}
		k.mu.Lock()
		delete(k.runs, id)
		k.mu.Unlock()
	})
}

// run works for one account while this node holds its lease.
type run struct {
	*Connector
	id     chat.AccountID
	stop   context.CancelFunc
	leased time.Time // last renewal; touched by Connector.Run only

	posts   *graph.Budget // posting, editing, deleting messages
	reads   *graph.Budget // reading messages
	adds    *graph.Budget // adding members
	removes *graph.Budget // removing members
	lists   *graph.Budget // reading a chat and its members
	others  *graph.Budget

	lanes    *lanes
	gates    gates
	inbox    chan struct{} // capacity 1: deliveries wait
	missed   sync.Map      // chat.AgentID → true: a notification was not stored
	notes    notes
	unmarked unmarked
	keep     chan struct{} // capacity 1: look at the subscriptions
}

// Microsoft's rates with a margin. [includes: throttling-teams]
const (
	postsPerSecond   = 18
	readsPerSecond   = 18
	othersPerSecond  = 25
	perChat          = 1050 * time.Millisecond // one call
	chatReadsASecond = 4                       // of one person, lists of chats among them; one is left for what is read again with a fresh token
	membersAMinute   = 4
	membersWindow    = 61 * time.Second
)

func newRun(k *Connector, id chat.AccountID, stop context.CancelFunc) *run {
	r := &run{Connector: k, id: id, stop: stop, leased: time.Now(),
		posts: graph.NewBudget(postsPerSecond, 1, perChat), reads: graph.NewBudget(readsPerSecond, 1, perChat),
		adds: graph.NewBudget(othersPerSecond, membersAMinute, membersWindow), removes: graph.NewBudget(othersPerSecond, membersAMinute, membersWindow),
		lists: graph.NewBudget(othersPerSecond, 1, perChat), others: graph.NewBudget(othersPerSecond, 0, 0),
		inbox: make(chan struct{}, 1), keep: make(chan struct{}, 1)}
	r.lanes = newLanes(r)
	return r
}

func (r *run) run(ctx context.Context) error {
	if err := r.recallMarkers(ctx); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.workInbox(ctx) })
	g.Go(func() error { return r.keepSubscriptions(ctx) })
	g.Go(func() error { return r.lanes.run(ctx) })
	g.Go(func() error {
		if err := r.awaken(ctx, r.lanes.takeUp); err != nil {
			return fmt.Errorf("find open threads: %w", err)
		}
		return nil
	})
	return g.Wait()
}

// awaken finds the work there is: threads that are not closed, each given to open, and invitations that nobody has begun with.
func (r *run) awaken(ctx context.Context, open func(chat.ConversationID)) error {
	threads, err := r.Store.OpenThreads(ctx, r.id)
	if err != nil {
		return err
	}
	for _, t := range threads {
		open(t.Conversation)
	}
	conferences, err := r.Store.WithExperts(ctx)
	if err != nil {
		return err
	}
	for _, id := range conferences {
		open(id)
	}
	ring(r.inbox)
	ring(r.keep)
	return nil
}

// hint looks at what a hint is about.
func (r *run) hint(h store.Hint) {
	switch h.Topic {
	case store.TopicLog:
		r.lanes.wake(h.Conversation)
	case store.TopicLink:
		ring(r.keep)
		r.lanes.wakeAll()
	case topicInbox:
		ring(r.inbox)
	case store.TopicAll:
		ring(r.inbox)
		ring(r.keep)
		r.lanes.lookAround()
	}
}

// pace lets every page of a list wait for its budget.
func pace(b *graph.Budget, chatID string, p graph.Priority) graph.Pace {
	return func(ctx context.Context) error { return b.Wait(ctx, graph.ChatID(chatID), p) }
}

// topicInbox hints that deliveries wait.
const topicInbox = "inbox"

// ring sets a bell that nobody may be listening to yet.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// crash reports whether a test wants the lane to end here.
func (k *Connector) crash(point string) bool { return k.CrashAt != nil && k.CrashAt(point) }

// crashes passes err on, unless all went well and a test wants the lane to end here.
func (k *Connector) crashes(point string, err error) error {
	if err == nil && k.crash(point) {
		return errCrashed
	}
	return err
}

// errCrashed ends a lane at a point where a test wanted it.
var errCrashed = errors.New("crashed on purpose")
