package worlds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
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
	rng    *rand.Rand // the plan's own; nothing that runs at the same time draws from it
	beside *rand.Rand // for what happens beside the plan; guarded by storyMu
	boots  uint64     // processes started; only one at a time is
	dir    string
	net    *memnet.Network
	tenant *teamsim.Tenant
	ctx    context.Context
	cancel context.CancelFunc
	all    sync.WaitGroup

	nodes  []*node
	shared bool

	agents []*agent
	convs  []*conversation
	people map[string]teamsim.Person

	storyMu sync.Mutex
	story   []string
	counts  map[string]int // misfortunes of our own making, by kind
	wrong   []string
}

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
}

// crashes kills the connector's work at a named point, once.
type crashes struct {
	mu    sync.Mutex
	after int // how many points still pass; negative: none is armed
	hit   string
	died  chan struct{}
}

func (c *crashes) at(point string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hit != "" {
		return true // everything of this process is dead
	}
	if c.after < 0 {
		return false
	}
	if c.after--; c.after >= 0 {
		return false
	}
	c.hit = point
	close(c.died)
	return true
}

func (c *crashes) arm(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hit == "" {
		c.after = n
	}
}

// newWorld sets everything up, without any misfortune.
func newWorld(t testing.TB, seed uint64, dir string) *world {
	w := &world{t: t, seed: seed, rng: rand.New(rand.NewPCG(seed, 1)), beside: rand.New(rand.NewPCG(seed, 2)), dir: dir, net: memnet.New(), people: map[string]teamsim.Person{}, counts: map[string]int{}}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	var err error
	w.tenant, err = teamsim.New(teamsim.Config{Seed: seed, Rand: chacha(seed), SigningKeys: fixtures().signing, HTTP: w.net.Client(),
		LoginURL: "https://" + loginHost, GraphURL: "https://" + graphHost})
	w.must(err)
	for _, p := range []string{"Anna Becker", "Ben Okafor", "Erik Lind", "Mei Tanaka", "Omar Haddad", "Lucía Romero", "Third Member"} {
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
	w.shared = w.rng.IntN(4) == 0
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
	w.storyMu.Lock()
	defer w.storyMu.Unlock()
	w.story = append(w.story, time.Now().UTC().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// fail notes something that must not be.
func (w *world) fail(format string, args ...any) {
	w.storyMu.Lock()
	defer w.storyMu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

func (w *world) count(kind string) {
	w.storyMu.Lock()
	defer w.storyMu.Unlock()
	w.counts[kind]++
}

// Write takes the servers' logs into the story.
func (w *world) Write(p []byte) (int, error) {
	w.say("log: %s", strings.TrimSpace(string(p)))
	return len(p), nil
}

// boot starts a node on the world's data, unless it is up.
func (n *node) boot() {
	n.mu.Lock()
	defer n.mu.Unlock()
	w := n.w
	if n.live != nil || w.ctx.Err() != nil {
		return
	}
	var out io.Writer = io.Discard
	if *tell {
		out = w
	}
	log := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelInfo}))
	p := &process{done: make(chan struct{}), crash: crashes{after: -1, died: make(chan struct{})}}
	w.boots++
	var err error
	p.store, err = store.Open(w.ctx, store.Config{Dir: w.dir, Rand: chacha(w.seed<<8 + w.boots), Log: log, Shared: w.shared, Poll: 3 * time.Second, CacheBytes: 1 << 20})
	w.must(err)
	p.desk = desk.New(desk.Config{Store: p.store, Log: log})
	p.teams, err = teams.New(w.ctx, teams.Config{Store: p.store, Desk: p.desk, PublicURL: "https://" + serverHost, Node: n.name, Rand: chacha(w.seed<<8 + w.boots + 1<<40), Log: log,
		Endpoint: graph.Endpoint{LoginURL: "https://" + loginHost, GraphURL: "https://" + graphHost, HTTP: w.net.Client()}, CrashAt: p.crash.at})
	w.must(err)
	n.run(p)
	n.live = p
	w.say("%s starts", n.name)
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
		w.count("crash at " + p.crash.hit)
		n.kill()
		n.bootLater(w.pause(60 * time.Second))
	})
}

func (n *node) process() *process {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.live
}

// kill ends a process as kill -9 does: nothing is written after this moment, nothing is given back.
func (n *node) kill() {
	n.mu.Lock()
	p := n.live
	n.live = nil
	n.mu.Unlock()
	if p == nil {
		return
	}
	n.w.say("%s is killed", n.name)
	n.w.route()
	n.w.must(p.store.Close()) // from now on every write fails
	p.cancel()
	<-p.done
}

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
	w.storyMu.Lock()
	defer w.storyMu.Unlock()
	return time.Duration(w.beside.Int64N(int64(most)))
}

// signIn fills in Microsoft's pages as a browser would and hands the outcome to the connector.
func (w *world) signIn(a *agent) error {
	p := w.server()
	if p == nil {
		return errors.New("no server")
	}
	start, err := p.teams.StartSignIn(w.ctx, a.id, "session", "de")
	if err != nil {
		return err
	}
	client := w.net.Client()
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

// bubble runs one world from its seed to its end and returns it for the checks' verdict.
func bubble(t *testing.T, seed uint64) *world {
	dir := worldDir(t, seed)
	defer os.RemoveAll(dir)
	var w *world
	synctest.Test(t, func(t *testing.T) {
		w = newWorld(t, seed, dir)
		w.settle()
		w.play()
		w.calm()
		w.check()
		w.end()
	})
	return w
}

// worldDir makes the data directory of a world, with a database whose schema is there already. It lies in memory where the machine has
// such a place: what is proved here is not that a disk works.
func worldDir(t *testing.T, seed uint64) string {
	root := ""
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		root = "/dev/shm"
	}
	dir, err := os.MkdirTemp(root, fmt.Sprintf("world-%d-", seed))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range fixtures().files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
