package teamsim_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"

	"trialog/internal/teamsim"
	"trialog/internal/teamsim/graphcheck"
)

// description is read once: it is the same for all tests.
var description = sync.OnceValues(graphcheck.Open)

const (
	loginURL = "https://login.microsoftonline.com"
	graphURL = "https://graph.microsoft.com"
	clientID = "11111111-2222-4333-8444-555555555555"
	secret   = "s3cret~value.+/="
	redirect = "https://desk.example/teams/callback"
)

var allScopes = []string{"openid", "profile", "email", "offline_access", "User.Read", "User.ReadBasic.All", "User.Read.All", "Chat.ReadWrite", "ChatMember.ReadWrite",

	"Presence.Read.All", "Files.ReadWrite", "Files.Read.All", "Team.ReadBasic.All", "Channel.ReadBasic.All", "ChannelMessage.Send", "ChannelMessage.Read.All"}

// network connects clients and servers in memory, by host name, so that it works inside
// a synctest bubble.
type network struct {
	mu    sync.Mutex
	hosts map[string]*pipeListener
}

type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error { l.once.Do(func() { close(l.done) }); return nil }

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

// serve starts a server for hosts; it ends with the test.
func (n *network) serve(t *testing.T, h http.Handler, hosts ...string) {
	l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	n.mu.Lock()
	for _, host := range hosts {
		n.hosts[host] = l
	}
	n.mu.Unlock()
	srv := &http.Server{Handler: h}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		srv.Close()
		<-stopped
	})
}

// client reaches every host of the network, "https" in plain text included.
func (n *network) client(t *testing.T) *http.Client {
	dial := func(ctx context.Context, _, addr string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		n.mu.Lock()
		l := n.hosts[host]
		n.mu.Unlock()
		if l == nil {
			return nil, &net.DNSError{Err: "no such host", Name: host}
		}
		ours, theirs := net.Pipe()
		select {
		case l.conns <- theirs:
			return ours, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.done:
			return nil, net.ErrClosed
		}
	}
	tr := &http.Transport{DialContext: dial, DialTLSContext: dial}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// world is a tenant with its people on an in-memory network; every Graph exchange is
// checked against Microsoft's description.
type world struct {
	*testing.T
	tenant *teamsim.Tenant
	net    *network
	http   *http.Client
	app    teamsim.App
}

func newWorld(t *testing.T, change ...func(*teamsim.Config)) *world {
	t.Helper()
	n := &network{hosts: map[string]*pipeListener{}}
	client := n.client(t)
	cfg := teamsim.Config{Seed: 7, LoginURL: loginURL, GraphURL: graphURL, NoThrottle: true, HTTP: client}
	for _, c := range change {
		c(&cfg)
	}
	tenant, err := teamsim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := teamsim.Demo(tenant); err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, tenant: tenant, net: n, http: client}
	w.app = tenant.AddApp(teamsim.App{ClientID: clientID, Name: "Trialog", Secret: secret, RedirectURIs: []string{redirect}, Consented: allScopes})
	var h http.Handler = tenant.Handler()
	switch d, err := description(); {
	case errors.Is(err, fs.ErrNotExist):
		t.Log("SHAPES ARE NOT CHECKED: the description of Graph is not there")
	case err != nil:
		t.Fatal(err)
	default:
		h = d.Handler(t, h)
	}
	n.serve(t, h, "login.microsoftonline.com", "graph.microsoft.com")
	return w
}

// run delivers notifications until the test ends.
func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.tenant.Run(ctx) }()
	w.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			w.Errorf("run: %v", err)
		}
	})
}

func (w *world) id(name string) string {
	w.Helper()
	p, found := w.tenant.Person(name)
	if !found {
		w.Fatalf("no person %q", name)
	}
	return p.ID
}

// browser is a person's browser: cookies, no automatic redirects.
type browser struct {
	w    *world
	http *http.Client
}

func (w *world) browser() *browser {
	w.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.Fatal(err)
	}
	return &browser{w, &http.Client{Transport: w.http.Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

type pageAnswer struct {
	status   int
	body     string
	location *url.URL
	header   http.Header
}

func (b *browser) read(res *http.Response, err error) pageAnswer {
	b.w.Helper()
	if err != nil {
		b.w.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.Fatal(err)
	}
	out := pageAnswer{status: res.StatusCode, body: string(raw), header: res.Header}
	if l := res.Header.Get("Location"); l != "" {
		if out.location, err = url.Parse(l); err != nil {
			b.w.Fatal(err)
		}
	}
	return out
}

// authorizeURL is a complete authorize request; changes replace or, when empty, remove
// parameters.
func authorizeURL(changes ...string) string {
	q := url.Values{"client_id": {clientID}, "response_type": {"code"}, "redirect_uri": {redirect}, "scope": {strings.Join(allScopes, " ")}, "state": {"st&te"}}
	for i := 0; i+1 < len(changes); i += 2 {
		if q.Del(changes[i]); changes[i+1] != "" {
			q.Set(changes[i], changes[i+1])
		}
	}
	return loginURL + "/" + teamsim.DefaultTenant + "/oauth2/v2.0/authorize?" + q.Encode()
}

const tokenURL = loginURL + "/" + teamsim.DefaultTenant + "/oauth2/v2.0/token"

// code signs somebody in and returns the authorization code.
func (w *world) code(person string, changes ...string) string {
	w.Helper()
	page := w.browser().post(authorizeURL(changes...), url.Values{"person": {w.id(person)}, "action": {"accept"}})
	if page.location == nil || page.location.Query().Get("code") == "" {
		w.Fatalf("no code: %d %s", page.status, page.body)
	}
	return page.location.Query().Get("code")
}

type tokens struct {
	Access      string `json:"access_token"`
	Refresh     string `json:"refresh_token"`
	ID          string `json:"id_token"`
	Scope       string `json:"scope"`
	Expires     int    `json:"expires_in"`
	Type        string `json:"token_type"`
	ClientInfo  string `json:"client_info"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Codes       []int  `json:"error_codes"`
	Timestamp   string `json:"timestamp"`
	TraceID     string `json:"trace_id"`
	Correlation string `json:"correlation_id"`
	ErrorURI    string `json:"error_uri"`
	status      int
}

// token calls the token endpoint; changes replace or remove parameters.
func (w *world) token(form url.Values, changes ...string) tokens {
	w.Helper()
	if form.Get("client_id") == "" {
		form.Set("client_id", clientID)
		form.Set("client_secret", secret)
	}
	for i := 0; i+1 < len(changes); i += 2 {
		if form.Del(changes[i]); changes[i+1] != "" {
			form.Set(changes[i], changes[i+1])
		}
	}
	res, err := w.http.PostForm(tokenURL, form)
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	out := tokens{status: res.StatusCode}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		w.Fatal(err)
	}
	return out
}

func (w *world) redeem(code string, changes ...string) tokens {
	w.Helper()
	return w.token(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}}, changes...)
}

func (w *world) refresh(token string, changes ...string) tokens {
	w.Helper()
	return w.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, changes...)
}
