package teamsim

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// DefaultTenant is the directory (tenant) id used when Config names none.
const DefaultTenant = "7f1c2a54-93f1-4d8e-9a4b-2f6c0d1e5a90"

// notificationAppID is the application that signs the validation tokens of change
// notifications [change-notifications-with-resource-data].
const notificationAppID = "0bf30f3b-4a52-48df-9a82-234910c4a086"

// teamsAppID is the application id of Microsoft's own Teams client. The browser client
// signs in as it; throttles and faults are aimed at other applications only.
const teamsAppID = "1fec8e78-bce4-4aaf-ab1b-5451cc387264"

// Config describes a simulated tenant. The zero value is ready to use.
type Config struct {
	Tenant string // directory (tenant) GUID; DefaultTenant when empty
	Name   string // display name of the organisation; "Contoso" when empty
	Domain string // domain of user principal names; "contoso.example" when empty
	Seed   uint64 // makes ids and probabilistic faults repeatable

	// Rand feeds keys, codes and tokens; crypto/rand when nil.
	Rand io.Reader
	// SigningKeys sign id tokens and validation tokens, the first one first; missing ones
	// are made on first use. Many short-lived tenants may share them: making an RSA key
	// takes longer than everything else a tenant does.
	SigningKeys []*rsa.PrivateKey
	// HTTP delivers notifications; a client with its own transport when nil.
	HTTP *http.Client

	// PublicURL is the address of the one listener, e.g. "http://127.0.0.1:8090". Links
	// in answers start with it; when empty they follow the request's own host.
	PublicURL string
	// LoginURL and GraphURL override PublicURL for one half each, e.g.
	// "https://login.microsoftonline.com" on an in-memory network.
	LoginURL, GraphURL string
	// AllowHTTP accepts http notification URLs, and http redirect URIs on any loopback
	// address, which Microsoft refuses.
	AllowHTTP bool
	// Client is the built browser client, served under /teams/; may be nil.
	Client fs.FS
	// Log receives one line per refused or failed delivery; discarded when nil.
	Log *slog.Logger
	// Faults is the initial hostility; the zero value conforms.
	Faults Faults
	// WeakKeys accepts certificates with RSA keys below 2048 bits, which Microsoft refuses:
	// thousands of tenants in a row spend most of their time on keys otherwise.
	WeakKeys bool
	// NoThrottle switches the rates of [includes: throttling-teams] off.
	NoThrottle bool
}

// Tenant is a simulated Microsoft tenant. All methods are safe for concurrent use.
type Tenant struct {
	cfg    Config
	log    *slog.Logger
	http   *http.Client
	routes routeTable

	mu       sync.Mutex // guards everything below; never held during I/O
	faults   Faults
	scripted []*script
	fired    map[string]int // misfortunes by kind
	chance   *mathrand.Rand // decides about faults
	names    *mathrand.Rand // makes ids
	keys     keyring

	people      map[string]*Person // by object id
	peopleOrder []string
	directory   map[string]string // lower-case name or address → object id
	apps        map[string]*App
	consents    map[consentKey]scopeSet
	codes       map[string]*authCode
	tokens      map[string]*accessToken
	refreshes   map[string]*refreshToken
	sessions    map[string]string // sign-in cookie → object id
	revoked     map[string]revocation

	chats      map[string]*chat // chats and channels by id
	chatOrder  []string
	chatsOf    map[string][]*chat // by member's object id
	teams      map[string]*team
	teamOrder  []string
	presence   map[string]*presenceState
	drives     map[string]*drive
	items      map[string]*driveItem
	uploads    map[string]*upload
	downloads  map[string]*download
	shareLinks map[string]*driveItem

	subs      map[string]*subscription
	subOrder  []string
	subsBy    map[string]map[string]*subscription // topic → id → subscription
	outlets   map[string]*outlet
	jobs      jobQueue
	pending   int
	idle      chan struct{} // closed while nothing is pending
	wake      chan struct{} // capacity 1
	watchers  map[*watcher]struct{}
	lastSent  []sentCopy
	delivered DeliveryCounts
	proofs    map[string]proof // validation tokens by application

	limits   limiter
	requests requestLog
}

// New makes a tenant without people or applications. It starts nothing: call Run to have
// notifications delivered.
func New(cfg Config) (*Tenant, error) {
	if cfg.Tenant == "" {
		cfg.Tenant = DefaultTenant
	}
	if !isGUID(cfg.Tenant) {
		return nil, fmt.Errorf("teamsim: tenant %q is not a GUID", cfg.Tenant)
	}
	if cfg.Name == "" {
		cfg.Name = "Contoso"
	}
	if cfg.Domain == "" {
		cfg.Domain = "contoso.example"
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	} else {
		cfg.Rand = &sharedReader{from: cfg.Rand}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	client := cfg.HTTP
	if client == nil {
		client = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	// Graph does not follow redirects of a notification endpoint.
	hook := *client
	hook.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	t := &Tenant{cfg: cfg, log: cfg.Log, http: &hook, faults: cfg.Faults}
	t.cfg.PublicURL = strings.TrimRight(cfg.PublicURL, "/")
	t.cfg.LoginURL = strings.TrimRight(cfg.LoginURL, "/")
	t.cfg.GraphURL = strings.TrimRight(cfg.GraphURL, "/")
	t.chance = mathrand.New(mathrand.NewPCG(cfg.Seed, 0x7465616d73696d31))
	t.names = mathrand.New(mathrand.NewPCG(cfg.Seed, 0x7465616d73696d32))
	t.keys.rand = cfg.Rand
	for _, key := range cfg.SigningKeys {
		t.keys.keys = append(t.keys.keys, newSigningKey(key))
	}
	t.makeMaps()
	t.routes = buildRoutes()
	t.addTeamsApp()
	return t, nil
}

func (t *Tenant) makeMaps() {
	t.people = map[string]*Person{}
	t.directory = map[string]string{}
	t.apps = map[string]*App{}
	t.consents = map[consentKey]scopeSet{}
	t.codes = map[string]*authCode{}
	t.tokens = map[string]*accessToken{}
	t.refreshes = map[string]*refreshToken{}
	t.sessions = map[string]string{}
	t.revoked = map[string]revocation{}
	t.chats = map[string]*chat{}
	t.chatsOf = map[string][]*chat{}
	t.teams = map[string]*team{}
	t.presence = map[string]*presenceState{}
	t.drives = map[string]*drive{}
	t.items = map[string]*driveItem{}
	t.uploads = map[string]*upload{}
	t.downloads = map[string]*download{}
	t.shareLinks = map[string]*driveItem{}
	t.subs = map[string]*subscription{}
	t.subsBy = map[string]map[string]*subscription{}
	t.outlets = map[string]*outlet{}
	t.proofs = map[string]proof{}
	t.watchers = map[*watcher]struct{}{}
	t.wake = make(chan struct{}, 1)
	t.idle = make(chan struct{})
	close(t.idle)
	t.limits.windows = map[string]*window{}
	t.requests.counts = map[string]int{}
}

// ID is the directory (tenant) id.
func (t *Tenant) ID() string { return t.cfg.Tenant }

// now is the time as Graph stores it: UTC, whole milliseconds.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Run lets time pass in the tenant: it delivers notifications, retries them, sends
// lifecycle events, expires subscriptions and commits what a fault delayed. It returns
// nil when ctx ends, after the last delivery in flight has stopped.
func (t *Tenant) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(t.work(ctx, &wg))
		select {
		case <-ctx.Done():
			return nil
		case <-t.wake:
		case <-timer.C:
		}
	}
}

// nudge makes Run look again. It never blocks.
func (t *Tenant) nudge() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}
