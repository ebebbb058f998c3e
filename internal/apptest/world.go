// Package apptest starts the whole product beside a simulated Microsoft tenant on an in-memory network, inside a testing/synctest
// bubble, and lets tests act and look as people: customers, agents, experts. Nothing in here is a mock: people use the HTTP
// surface that everybody uses, and the tenant answers as Microsoft documents it.
package apptest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"trialog/internal/app"
	"trialog/internal/memnet"
	"trialog/internal/teamsim"
)

// Names of the in-memory network.
const (
	serverHost = "trialog.test"
	loginHost  = "login.microsoftonline.com"
	graphHost  = "graph.microsoft.com"
	clientID   = "11111111-2222-3333-4444-555555555555"
	secret     = "s3cret~value"
)

// Options of a world. The zero value is a friendly one.
type Options struct {
	Seed   uint64
	Faults teamsim.Faults
	Locale string // language of the thread; "de" by default
	// ChatStarts is app.Config's: how many chats may start a minute from one network.
	ChatStarts int
	// Standby runs a second server on the same database, which takes over when the first one dies.
	Standby bool
	Graph   func(http.Handler) http.Handler // wraps the tenant, e.g. to check every request against Microsoft's description
}

// World is a running installation, its Microsoft tenant, and the people in it.
type World struct {
	T      testing.TB
	Net    *memnet.Network
	Tenant *teamsim.Tenant
	URL    string
	App    *app.App

	microsoft http.Handler // the tenant as it is reached

	opts    Options
	dir     string
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	life    *life // the server that people come to; changes are guarded by mu
	standby *life // nil: none
	boots   uint64

	mu        sync.Mutex
	agents    []*Agent
	customers []*Customer
	points    []string // crash points that were come by
	deadly    string   // the one to die at, when nth counts down to 0
	nth       int
	// deadlyThen is the one to die at after that, the first time.
	deadlyThen string
	deaths     int
}

// Start brings a world up. It must be called inside a synctest bubble; the world ends with the test.
func Start(t testing.TB, o Options) *World {
	t.Helper()
	if o.Locale == "" {
		o.Locale = "de"
	}
	w := &World{T: t, opts: o, dir: t.TempDir(), Net: memnet.New(), URL: "https://" + serverHost}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	var err error
	w.Tenant, err = teamsim.New(teamsim.Config{Seed: o.Seed, Rand: seeded(o.Seed), HTTP: w.Net.Client(), Faults: o.Faults, SigningKeys: signingKeys(),
		LoginURL: "https://" + loginHost, GraphURL: "https://" + graphHost})
	w.must(err)
	w.must(teamsim.Demo(w.Tenant))
	w.Tenant.AddApp(teamsim.App{ClientID: clientID, Secret: secret, Name: "Trialog", RedirectURIs: []string{w.URL + "/api/v1/teams/callback"},
		Consented: []string{"ChatMember.ReadWrite"}}) // needs an administrator; the rest each agent consents to
	handler := w.Tenant.Handler()
	if o.Graph != nil {
		handler = o.Graph(handler)
	}
	w.microsoft = handler
	w.Net.Handle(loginHost, handler)
	w.Net.Handle(graphHost, handler)
	w.Go(func() {
		if err := w.Tenant.Run(w.ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("tenant: %v", err)
		}
	})
	w.must(furnish(w.dir, o.Locale))
	w.Boot()
	if o.Standby {
		w.standby = w.boot()
	}
	t.Cleanup(w.end)
	return w
}

// Go runs f beside the test until the world ends.
func (w *World) Go(f func()) {
	w.running.Go(f)
}

func (w *World) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// end stops everything and checks what must hold of every world.
func (w *World) end() {
	if w.Dead() && !w.T.Failed() {
		<-w.life.stopped
		w.Boot() // what a killed server leaves must be enough to begin with
	}
	if !w.Dead() {
		if err := w.checkLeaks(); err != nil {
			w.T.Error(err)
		}
	}
	w.Stop()
	if l := w.standby; l != nil {
		l.end()
		<-l.stopped
		w.must(l.app.Close())
	}
	w.cancel()
	w.running.Wait()
	_, customers := w.people()
	for _, c := range customers {
		if err := c.Seen.Err(); err != nil {
			w.T.Errorf("customer %s: %v", c.Name, err)
		}
	}
}

// people lists who has opened a chat or signed in.
func (w *World) people() ([]*Agent, []*Customer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.agents), slices.Clone(w.customers)
}

// Settle lets everything that is under way come to rest without time passing.
func (w *World) Settle() { synctest.Wait() }

// After lets time pass.
func (w *World) After(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// Until looks again and again, letting time pass, until ok or the patience is over.
func (w *World) Until(patience time.Duration, ok func() bool) bool {
	deadline := time.Now().Add(patience)
	for step := 10 * time.Millisecond; ; step = min(2*step, time.Second) {
		synctest.Wait()
		if ok() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(step)
	}
}

// dial opens a live connection with a ticket.
func (w *World) dial(ctx context.Context, path, ticket string, client *http.Client) (*websocket.Conn, error) {
	ws, _, err := websocket.Dial(ctx, strings.Replace(w.URL, "https", "wss", 1)+"/api/v1"+path+"?ticket="+url.QueryEscape(ticket),
		&websocket.DialOptions{HTTPClient: client})
	return ws, err
}

// signInAtMicrosoft fills in Microsoft's pages: picks the account, accepts what the application asks for.
func (w *World) signInAtMicrosoft(ctx context.Context, client *http.Client, start, person string) error {
	p, ok := w.Tenant.Person(person)
	if !ok {
		return fmt.Errorf("the tenant knows no %q", person)
	}
	page, at, err := get(ctx, client, "GET", start, nil)
	// The last is what is left to do where an administrator has to consent: go back without.
	for _, form := range []url.Values{{"person": {p.ID}}, {"person": {p.ID}, "action": {"accept"}}, {"person": {p.ID}, "action": {"back"}}} {
		if err != nil || at.Host != loginHost {
			break
		}
		page, at, err = get(ctx, client, "POST", at.String(), form)
	}
	if err != nil {
		return err
	}
	if at.Host == loginHost {
		return fmt.Errorf("sign-in as %s stays at %s: %.300s", person, at.Path, page)
	}
	if strings.Contains(at.Fragment, "error") {
		return fmt.Errorf("sign-in as %s: %s", person, at.Fragment)
	}
	return nil
}

// signingKeys are the keys of all tenants of this process: worlds are many, and to make a key takes longer than most of what happens in one.
var signingKeys = sync.OnceValue(func() (keys []*rsa.PrivateKey) {
	for range 2 {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys = append(keys, key)
	}
	return keys
})

// seeded is a repeatable source of bytes.
func seeded(seed uint64) *mathrand.ChaCha8 {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return mathrand.NewChaCha8(key)
}
