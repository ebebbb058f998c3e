package worlds

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"trialog/internal/desk"
	"trialog/internal/graph"
	"trialog/internal/memnet"
	"trialog/internal/store"
	"trialog/internal/teams"
	"trialog/internal/teamsim"
)

// Names of the in-memory network.
const (
	serverHost = "trialog.test"
	loginHost  = "login.microsoftonline.com"
	graphHost  = "graph.microsoft.com"
	clientID   = "11111111-2222-3333-4444-555555555555"
	secret     = "s3cret~value"
	callback   = "https://" + serverHost + "/api/v1/teams/callback"
)

// world is one seed.
type world struct {
	t      testing.TB
	seed   uint64
	boots  uint64 // processes started; only one at a time is
	disk   disk
	net    *memnet.Network
	client *http.Client
	tenant *teamsim.Tenant
	ctx    context.Context
	cancel context.CancelFunc
	all    sync.WaitGroup

	nodes  []*node
	shared bool
	long   bool // longer talks, in more conversations, and notifications that come much later

	agents []*agent
	convs  []*conversation
	people map[string]teamsim.Person

	plan     []act
	withheld map[string]bool // messages that a policy withholds, or did
	only     map[int]bool    // numbers of the acts to play; nil for all

	mu     sync.Mutex
	beside *rand.Rand              // guarded by mu: for what happens beside the plan
	odds   map[store.Point]float64 // guarded by mu: with which the database fails
	deaf   float64                 // guarded by mu: odds that an answer does not reach a browser
	story  []string                // guarded by mu
	counts map[string]int          // guarded by mu: misfortunes of our own making, by kind
	wrong  []string                // guarded by mu

	unclear int // guarded by mu: requests of the product whose outcome it did not know
	twice   int // posts that stood twice for a moment; known at the end
}

// disk is what a world's nodes keep when they die.
type disk struct{ dir, keyFile, memory string }

// node is a machine on which a server runs, or does not.
type node struct {
	w    *world
	name string

	mu   sync.Mutex
	live *process // guarded by mu; nil: down
}

// process is one run of the server.
type process struct {
	store  *store.Store
	desk   *desk.Desk
	teams  *teams.Connector
	cancel context.CancelFunc
	done   chan struct{}
	crash  crashes
	dead   atomic.Bool // nothing reaches the database any more
}

// crashes kills the connector's work at a named point, once.
type crashes struct {
	mu    sync.Mutex
	armed string // the point; empty: none
	hit   string
	died  chan struct{}
}

func (c *crashes) at(point string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hit != "" {
		return true // everything of this process is dead
	}
	if point != c.armed {
		return false
	}
	c.hit = point
	close(c.died)
	return true
}

func (c *crashes) arm(point string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = point
}

// dice are repeatable; each purpose has its own, so that one does not change another's.
func dice(seed uint64, purpose uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, purpose)) }

// Purposes of dice; the acts of the plan have those from diceActs on.
const (
	diceSetup = iota + 1
	diceSettle
	dicePlan
	diceBeside
	diceActs = 1000
)

// newWorld sets everything up, without any misfortune.
func newWorld(t testing.TB, f *fixtures, seed uint64, d disk) *world {
	w := &world{t: t, seed: seed, beside: dice(seed, diceBeside), disk: d, net: memnet.New(), people: map[string]teamsim.Person{}, counts: map[string]int{}, withheld: map[string]bool{}}
	w.client = w.net.Calls(func(value any, stack []byte) { w.fail("panic: %v\n%s", value, stack) })
	w.ctx, w.cancel = context.WithCancel(context.Background())
	r := dice(seed, diceSetup)
	var err error
	w.tenant, err = teamsim.New(teamsim.Config{Seed: seed, Rand: chacha(seed), SigningKeys: f.signing, WeakKeys: true, HTTP: w.client,
		LoginURL: "https://" + loginHost, GraphURL: "https://" + graphHost})
	w.must(err)
	for _, p := range []string{"Anna Becker", "Ben Okafor", "Erik Lind", "Mei Tanaka", "Omar Haddad", "Lucía Romero", stranger} {
		w.people[p] = w.tenant.AddPerson(teamsim.Person{Name: p})
	}
	w.tenant.AddApp(teamsim.App{ClientID: clientID, Secret: secret, Name: "Trialog", RedirectURIs: []string{callback}, Consented: graph.DefaultScopes})
	w.net.Handle(loginHost, w.tenant.Handler())
	w.net.Handle(graphHost, w.tenant.Handler())
	w.all.Go(func() {
		if err := w.tenant.Run(w.ctx); err != nil && !errors.Is(err, context.Canceled) {
			w.fail("the tenant ended: %v", err)
		}
	})
	w.shared = r.IntN(4) == 0
	w.long = r.IntN(*longs) == 0
	nodes := 1
	if w.shared {
		nodes = 2
	}
	for i := range nodes {
		n := &node{w: w, name: fmt.Sprintf("node%d", i+1)}
		w.nodes = append(w.nodes, n)
		n.boot()
	}
	w.route()
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("world %d: %v", w.seed, err)
	}
}

// say adds a line to the story that a failing world tells.
func (w *world) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.story = append(w.story, time.Now().UTC().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// fail notes something that must not be.
func (w *world) fail(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

func (w *world) count(kind string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[kind]++
}

// Write takes the servers' logs into the story.
func (w *world) Write(p []byte) (int, error) {
	w.say("log: %s", strings.TrimSpace(string(p)))
	if strings.Contains(string(p), "outcome unclear") {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.unclear++
	}
	return len(p), nil
}

// pollEvery is how often a node looks for what no hint has told it: as often as with PostgreSQL where there are several, and else often
// enough that a world comes to rest.
func (w *world) pollEvery() time.Duration {
	if w.shared {
		return 15 * time.Second
	}
	return time.Minute
}

// databaseFails lets the database fail now and then.
func (w *world) databaseFails(at store.Point) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if odds := w.odds[at]; odds == 0 || w.beside.Float64() >= odds {
		return false
	}
	w.counts[databaseFault(at)]++
	return true
}

// boot starts a node on the world's data, unless it is up.
func (n *node) boot() {
	n.mu.Lock()
	defer n.mu.Unlock()
	w := n.w
	if n.live != nil || w.ctx.Err() != nil {
		return
	}
	log := slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo}))
	w.boots++
	p, err := w.start(n.name, w.boots, log)
	if err != nil {
		w.say("%s does not start: %v", n.name, err)
		n.bootLater(5 * time.Second)
		return
	}
	n.run(p)
	n.live = p
	w.say("%s starts", n.name)
}

// start makes a process, which does not run yet. That fails when the database does.
func (w *world) start(node string, boot uint64, log *slog.Logger) (p *process, err error) {
	p = &process{done: make(chan struct{}), crash: crashes{died: make(chan struct{})}}
	p.store, err = store.Open(w.ctx, store.Config{Dir: w.disk.dir, KeyFile: w.disk.keyFile, Memory: w.disk.memory, Rand: chacha(w.seed<<8 + boot), Log: log,
		Shared: w.shared, Poll: w.pollEvery(), CacheBytes: 1 << 20, Fault: func(at store.Point) bool { return p.dead.Load() || w.databaseFails(at) }})
	if err != nil {
		return nil, err
	}
	p.desk = desk.New(desk.Config{Store: p.store, Log: log})
	p.teams, err = teams.New(w.ctx, teams.Config{Store: p.store, Desk: p.desk, PublicURL: "https://" + serverHost, Node: node, Rand: chacha(w.seed<<8 + boot + 1<<40), Log: log,
		Endpoint: graph.Endpoint{LoginURL: "https://" + loginHost, GraphURL: "https://" + graphHost, HTTP: w.client}, CrashAt: p.crash.at})
	if err != nil {
		return nil, errors.Join(err, p.store.Close())
	}
	return p, nil
}

// run runs the long-lived parts of a process, and ends it when it crashes.
func (n *node) run(p *process) {
	w := n.w
	ctx, cancel := context.WithCancel(w.ctx)
	p.cancel = cancel
	var parts sync.WaitGroup
	for name, part := range map[string]func(context.Context) error{"store": p.store.Run, "teams": p.teams.Run} {
		parts.Go(func() {
			if err := part(ctx); err != nil && ctx.Err() == nil {
				w.fail("%s of %s ended: %v", name, n.name, err)
			}
		})
	}
	w.all.Go(func() {
		parts.Wait()
		close(p.done)
	})
	w.all.Go(func() {
		select {
		case <-ctx.Done():
			return
		case <-p.crash.died:
		}
		w.say("%s crashes at %s", n.name, p.crash.hit)
		w.count(crashedAt(p.crash.hit))
		n.kill()
		n.bootLater(w.pause(60 * time.Second))
	})
}

func (n *node) process() *process {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.live
}

// kill ends a process as kill -9 does: nothing is written after this moment, nothing is given back. It reports whether there was one.
func (n *node) kill() bool {
	n.mu.Lock()
	p := n.live
	n.live = nil
	n.mu.Unlock()
	if p == nil {
		return false
	}
	n.w.say("%s is killed", n.name)
	n.w.route()
	p.dead.Store(true)
	p.cancel()
	<-p.done
	n.w.all.Go(func() {
		time.Sleep(longestBusy) // whoever waits for a lock of the database holds a mutex that Close wants, and then no time would pass
		n.w.must(p.store.Close())
	})
	return true
}

// longestBusy is longer than a statement waits for a lock of SQLite.
const longestBusy = 10 * time.Second

// bootLater starts a node after a while.
func (n *node) bootLater(pause time.Duration) {
	n.w.after(pause, func() { n.boot(); n.w.route() })
}

// route lets Microsoft's notifications reach a node that is up.
func (w *world) route() {
	p := w.server()
	if p == nil {
		w.net.Handle(serverHost, nil)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/hooks/graph/", p.teams.Hooks())
	w.net.Handle(serverHost, mux)
}

// server returns a process that runs, or nil.
func (w *world) server() *process {
	for _, n := range w.nodes {
		if p := n.process(); p != nil {
			return p
		}
	}
	return nil
}

// pause is a repeatable pause, drawn apart from the plan: crashes happen beside it.
func (w *world) pause(most time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Duration(w.beside.Int64N(int64(most)))
}

// signIn fills in Microsoft's pages as a browser would and hands the outcome to the connector.
func (w *world) signIn(a *agent) error {
	p := w.server()
	if p == nil {
		return errors.New("no server")
	}
	start, err := p.teams.StartSignIn(w.ctx, a.id, "session", "de", "contoso")
	if err != nil {
		return err
	}
	client := *w.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	form := url.Values{"person": {w.people[a.person].ID}, "action": {"accept"}}
	req, err := http.NewRequestWithContext(w.ctx, "POST", start, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	to, err := resp.Location()
	if err != nil {
		return fmt.Errorf("sign-in answers %s", resp.Status)
	}
	return p.teams.FinishSignIn(w.ctx, a.id, "session", to.Query())
}

// end stops everything.
func (w *world) end() {
	w.cancel()
	for _, n := range w.nodes {
		if p := n.process(); p != nil {
			<-p.done
			w.must(p.store.Close())
		}
	}
	w.all.Wait()
}

// chacha is a repeatable source of bytes.
func chacha(seed uint64) *rand.ChaCha8 {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return rand.NewChaCha8(key)
}

// verdict is what is known of a world when it has ended.
type verdict struct {
	seed   uint64
	faults map[string]int
	wrong  []string
	story  []string

	unclear, twice int // outcomes, posts

	asked []teamsim.Request // of Microsoft
	plan  []act
}

// trace is a hash of all that happened, and when.
func (v *verdict) trace() string {
	h := sha256.New()
	for _, line := range v.story {
		fmt.Fprintln(h, line)
	}
	for _, r := range v.asked {
		fmt.Fprintln(h, r.At.UnixNano(), r.Method, r.Path, r.Status, r.Person)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// longestWorld is how much real time a world may take. A mutex held by somebody who waits for time to pass stops a bubble's clock for good.
const longestWorld = 2 * time.Minute

// bubble plays one world from its seed to its end, or only the numbered acts of it.
func bubble(t *testing.T, f *fixtures, seed uint64, only map[int]bool) (v *verdict) {
	watch := time.AfterFunc(longestWorld, func() {
		debug.SetTraceback("all")
		panic(fmt.Sprintf("world %d hangs", seed))
	})
	defer watch.Stop()
	t.Run(fmt.Sprint(seed), func(t *testing.T) {
		cryptotest.SetGlobalRandom(t, seed)
		d := newDisk(t, f, seed)
		synctest.Test(t, func(t *testing.T) {
			reseed(seed)
			w := newWorld(t, f, seed, d)
			w.only = only
			w.settle()
			w.draw()
			w.play()
			w.calm()
			w.check()
			w.end()
			v = w.verdict()
		})
	})
	return v
}

func (w *world) verdict() *verdict {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := &verdict{seed: w.seed, faults: maps.Clone(w.counts), wrong: w.wrong, story: w.story, asked: w.tenant.Requests(), plan: w.plan,
		unclear: w.unclear, twice: w.twice}
	for kind, n := range w.tenant.FaultCounts() {
		if !strings.HasPrefix(kind, overRate) {
			v.faults[kind] = n
		}
	}
	return v
}

// newDisk makes the data of a world's installation. Only what is no row of the database lies in the directory.
func newDisk(t *testing.T, f *fixtures, seed uint64) disk {
	d := disk{dir: filepath.Join(f.dir, fmt.Sprint(seed)), keyFile: f.keyFile(), memory: fmt.Sprintf("world-%d", seed)}
	if err := copyTemplate(hold(t, d.memory)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(d.dir); err != nil {
			t.Error(err)
		}
	})
	return d
}
