package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"trialog/internal/app"
	"trialog/internal/outside"
	"trialog/internal/teamsim"
)

const (
	account  = "contoso"
	password = "soaksoak"
)

// staff are the agents: how they sign in at the desk, and who they are at Microsoft.
var staff = []struct{ login, person string }{{"anna", "Anna Becker"}, {"ben", "Ben Okafor"}}

// world is one installation of real processes, its Microsoft, and the people in it.
type world struct {
	t       *testing.T
	name    string
	dir     string // logs and the clock
	data    string // the product's data directory
	hasDisk bool   // data is a small disk of its own
	nodes   []*node
	door    *wire // the balancer, where browsers and Microsoft come in
	line    *wire // to Microsoft
	tenant  *tenant
	people  []string // object ids of everybody at Microsoft
	agents  []*agent
	life    context.Context
	end     context.CancelFunc
	running sync.WaitGroup
	// looking is how long people look at their screens.
	looking context.Context
	look    sync.WaitGroup
	away    context.CancelFunc

	mu     sync.Mutex
	talks  []*talk
	counts map[string]int
	ready  []time.Duration // from a process's start to its first answer
	faults map[string]int  // by kind
	wrong  []string
}

func (w *world) note(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

func (w *world) count(what string, n int) { w.note(func() { w.counts[what] += n }) }

// What can be wrong.
const (
	lost      = "lost"      // an acknowledged line, or an expert's, does not stand where it should
	doubled   = "doubled"   // it stands there more than once
	reordered = "reordered" // it stands in the wrong place
	leaked    = "leaked"    // somebody got what is not for them
	differs   = "differs"   // what came live is not what a fresh reader gets
	stalled   = "stalled"   // something waits though nothing is in its way
	refused   = "refused"   // a person may not do what a person may do
	ended     = "ended"     // a process ended though nobody killed it
)

// fail notes a violation.
func (w *world) fail(kind, format string, args ...any) {
	w.note(func() {
		w.faults[kind]++
		w.wrong = append(w.wrong, kind+": "+fmt.Sprintf(format, args...)+time.Now().Format(" (noted 15:04:05.000)"))
	})
}

func (w *world) all() []*talk {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.talks)
}

func (w *world) url() string { return w.door.url() }

// breath is a person's pause between two lines.
func (w *world) breath() time.Duration { return time.Duration(200+rand.IntN(1300)) * time.Millisecond }

// newWorld starts the processes of an installation: as many nodes as a database has room for.
func newWorld(t *testing.T, name, database string, nodes int) *world {
	t.Helper()
	path, err := program()
	must(t, err)
	w := &world{t: t, name: name, counts: map[string]int{}, faults: map[string]int{}}
	w.dir, err = os.MkdirTemp("", "trialog-soak-"+name+"-")
	must(t, err)
	w.data = filepath.Join(w.dir, "data")
	must(t, os.Mkdir(w.data, 0o700))
	if database == "" && *disk {
		w.mountDisk()
	}
	w.life, w.end = context.WithCancel(context.Background())
	w.looking, w.away = context.WithCancel(w.life)
	addrs := make([]string, nodes)
	for i := range addrs {
		addrs[i] = outside.FreeAddr(t)
	}
	w.door, err = newWire(addrs...)
	must(t, err)
	microsoft := outside.FreeAddr(t)
	w.line, err = newWire(microsoft)
	must(t, err)
	t.Cleanup(w.close)
	w.process("microsoft", microsoft, "/sim/people", path, "teamsim", "--demo", "--addr", microsoft, "--tls-addr", outside.FreeAddr(t),
		"--ca", filepath.Join(w.dir, "ca.pem"), "--redirect", w.url()+"/api/v1/teams/callback", "--log-level", "warn").keepRunning(w.life)
	w.tenant, err = newTenant(w.life, "http://"+microsoft)
	must(t, err)
	for _, id := range w.tenant.ids {
		w.people = append(w.people, id)
	}
	w.seed(path, database)
	must(t, setClock(w.clockFile(), 0))
	for i, addr := range addrs {
		n := w.process(fmt.Sprintf("node-%d", i+1), addr, "/api/v1/visitor/services", path, "serve", "--addr", addr,
			"--data", w.data, "--database-url", database, "--public-url", w.url(),
			"--login-url", w.line.url(), "--graph-url", w.line.url(), "--chat-starts", "0", "--log-level", "warn")
		w.nodes = append(w.nodes, n)
		n.keepRunning(w.life)
	}
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) clockFile() string { return filepath.Join(w.dir, "clock") }

func (w *world) process(name, addr, probe, path string, args ...string) *node {
	log, err := os.Create(filepath.Join(w.dir, name+".log"))
	must(w.t, err)
	n := &node{name: name, addr: addr, probe: probe, path: path, args: args, logFile: log, started: func(time.Duration) {},
		died: func(name string, err error) { w.died(name, err) }}
	if name != "microsoft" {
		n.env = []string{clockEnv + "=" + w.clockFile()}
		n.started = func(up time.Duration) { w.note(func() { w.ready = append(w.ready, up) }) }
	}
	return n
}

// died notes that a process ended without having been killed. A full disk may keep it from starting, but nothing else.
func (w *world) died(name string, err error) {
	w.fail(ended, "%s ended by itself: %v", name, err)
}

// seed creates the agents and the account as an operator does.
func (w *world) seed(path, database string) {
	w.t.Helper()
	store := []string{"--data", w.data, "--database-url", database, "--log-level", "warn"}
	for _, p := range staff {
		w.run(path, append([]string{"user", "add", p.login, "--name", p.person, "--password", password, "--capacity", "0"}, store...)...)
	}
	a := app.DemoSeed(teamsim.DefaultTenant).Account
	w.run(path, append([]string{"account", account, "--name", "Contoso", "--tenant", a.Tenant, "--client-id", a.ClientID,
		"--secret", a.Secret, "--locale", "de"}, store...)...)
}

func (w *world) run(path string, args ...string) {
	w.t.Helper()
	if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		w.t.Fatalf("%s: %v\n%s", args[0], err, out)
	}
}

// settle lets the agents sign in at the desk and at Microsoft, before anything goes wrong.
func (w *world) settle() {
	w.t.Helper()
	for _, p := range staff {
		a, err := w.signIn(w.life, p.login)
		must(w.t, err)
		must(w.t, w.atMicrosoft(a, p.person))
		w.agents = append(w.agents, a)
		w.look.Go(func() { a.stay(w.looking) })
	}
	w.running.Go(func() { w.tend(w.life) })
}

// atMicrosoft signs an agent in at Microsoft, filling in its pages.
func (w *world) atMicrosoft(a *agent, person string) error {
	var start struct{ URL string }
	if err := a.insist(w.life, "POST", "/me/teams", map[string]any{}, &start); err != nil {
		return err
	}
	id := w.tenant.ids[person]
	at, form := start.URL, url.Values(nil)
	for _, next := range []url.Values{{"person": {id}}, {"person": {id}, "action": {"accept"}}, {"person": {id}, "action": {"back"}}, nil} {
		to, err := visit(a.client, at, form)
		if err != nil {
			return err
		}
		if to.Host != w.line.addr() {
			if strings.Contains(to.Fragment, "error") {
				return fmt.Errorf("sign-in of %s: %s", person, to.Fragment)
			}
			return nil
		}
		at, form = to.String(), next
	}
	return fmt.Errorf("sign-in of %s does not leave Microsoft's pages", person)
}

// visit opens a page, or sends a form to it, and says where that led.
func visit(client *http.Client, at string, form url.Values) (*url.URL, error) {
	ask := func() (*http.Response, error) { return client.Get(at) }
	if form != nil {
		ask = func() (*http.Response, error) { return client.PostForm(at, form) }
	}
	resp, err := ask()
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return nil, err
	}
	return resp.Request.URL, nil
}

// play keeps conversations going for a while, one after the other in each slot.
func (w *world) play(ctx context.Context, slots int, length time.Duration) {
	var all sync.WaitGroup
	var next int
	for range slots {
		all.Go(func() {
			for ctx.Err() == nil {
				var n int
				w.note(func() { next++; n = next })
				c, err := w.open(ctx, n)
				if err != nil {
					if ctx.Err() == nil {
						w.fail(refused, "conversation %d: %v", n, err)
					}
					return
				}
				c.live(ctx, length/2+time.Duration(rand.Int64N(int64(length))))
			}
		})
	}
	all.Wait()
}

// rest waits until everything has arrived everywhere, and notes what has not when the patience is over.
func (w *world) rest(patience time.Duration) {
	deadline := time.Now().Add(patience)
	for _, c := range w.all() {
		why := "unknown"
		for why != "" && (time.Now().Before(deadline) || why == "unknown") {
			s, err := c.summary(w.life)
			if err != nil {
				why = err.Error()
			} else {
				why = c.resting(s)
			}
			if why != "" {
				pause(w.life, 500*time.Millisecond)
			}
		}
		if why != "" {
			w.fail(stalled, "#%d: %s", c.number, why)
		}
	}
	if w.faults[stalled] > 0 {
		for _, n := range w.nodes {
			n.dump()
		}
	}
}

// close ends everything that runs.
func (w *world) close() {
	w.end()
	w.running.Wait()
	w.look.Wait()
	w.door.close()
	w.line.close()
	for _, n := range w.nodes {
		<-n.gone
	}
	if w.hasDisk {
		w.unmountDisk()
	}
	if w.t.Failed() {
		w.t.Logf("what the processes of %s wrote is in %s", w.name, w.dir)
		return
	}
	if err := os.RemoveAll(w.dir); err != nil {
		w.t.Error(err)
	}
}

// unquote reads a JSON string.
func unquote(raw json.RawMessage) string { return string(bytes.Trim(raw, `"`)) }
