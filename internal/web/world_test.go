package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/prometheus/client_golang/prometheus"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/directory"
	"trialog/internal/gateway"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

const password = "correct horse"

// world is a whole server on a real store, with two agents and two services.
type world struct {
	t        testing.TB
	server   *Server
	url      string
	store    *store.Store
	desk     *desk.Desk
	auth     *auth.Auth
	metrics  *prometheus.Registry
	contract *contract // every answer is held against the API's own description
	log      *lockedBuffer
	focused  chan chat.ConversationID
}

// lockedBuffer takes the server's log.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// people is the tenant that the test's directory finds people in.
var people = map[chat.PersonID]string{"p-erik": "Erik Lindqvist", "p-mei": "Mei Tanaka"}

func source() directory.Source {
	person := func(id chat.PersonID) directory.Person {
		return directory.Person{Kind: directory.Expert, Account: "contoso", ID: id, Name: people[id], Presence: &directory.Presence{Availability: "Available", Activity: "Available"}}
	}
	return directory.Source{
		Owns: func(_ context.Context, a chat.AccountID) bool { return a == "contoso" },
		Folder: func(context.Context, chat.AgentID) (directory.Folder, error) {
			at := time.Now()
			return directory.Folder{ID: "teams-chats", State: directory.OK, People: []directory.Person{person("p-erik")}, AsOf: &at}, nil
		},
		Search: func(_ context.Context, _ chat.AgentID, words string) (directory.Found, error) {
			found := directory.Found{State: directory.OK}
			for id, name := range people {
				if strings.Contains(strings.ToLower(name), strings.ToLower(words)) {
					found.People = append(found.People, person(id))
				}
			}
			return found, nil
		},
		Person: func(_ context.Context, _ chat.AgentID, who chat.Person) (directory.Person, error) {
			if people[who.ID] == "" {
				return directory.Person{}, chat.Refuse(chat.NotFound, "no_person", "There is no such person.")
			}
			return person(who.ID), nil
		},
	}
}

// built is a tiny interface.
func built() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"desk/index.html":              file("<!doctype html><title>Trialog</title>" + strings.Repeat("<!-- -->", 200)),
		"desk/assets/main-Ab3dE6gH.js": file("console.log(1);" + strings.Repeat("// padding\n", 200)),
		"desk/favicon.ico":             file("icon"),
		"widget/loader.js":             file("loader()"),
		"widget/widget.js":             file("widget()"),
		"widget/widget.js.gz":          file("zip!"),
		"widget/demo.html":             file("<!doctype html><title>Shop</title>"),
		"widget/stage.html":            file("<!doctype html><title>Stage</title>"),
	}
}

func start(t testing.TB, change func(*Config)) *world {
	t.Helper()
	w := &world{t: t, log: &lockedBuffer{}, metrics: prometheus.NewRegistry(), focused: make(chan chat.ConversationID, 10)}
	w.store = storetest.Open(t, storetest.SQLite(t))
	w.desk = desk.New(desk.Config{Store: w.store, FileLimit: 1 << 20})
	w.auth = auth.New(auth.Config{Store: w.store, Hash: argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}})
	for _, s := range []store.Service{{ID: "technik", Name: "Technik"}, {ID: "rechnung", Name: "Rechnung", Settings: store.ServiceSettings{ExpertNames: store.NameFirst}}} {
		w.must(w.store.PutService(t.Context(), s))
	}
	for _, n := range []auth.NewStaff{
		{Login: "anna", Password: password, Name: "Anna Becker", Nickname: "Anni", Locale: "de", Capacity: 4},
		{Login: "ben", Password: password, Name: "Ben Okafor", Locale: "en", Capacity: 1},
	} {
		_, err := w.auth.CreateStaff(t.Context(), n)
		w.must(err)
	}
	live := gateway.New(gateway.Config{Store: w.store, Desk: w.desk,
		Staff: func(ctx context.Context, ticket string) (gateway.StaffSession, error) {
			who, err := w.auth.RedeemStaff(ctx, ticket)
			return gateway.StaffSession{Agent: who.Agent, Alive: func(ctx context.Context) bool { return w.auth.Alive(ctx, who) }}, err
		},
		Visitor: func(ctx context.Context, ticket string) (desk.Actor, error) {
			id, err := w.auth.RedeemVisitor(ctx, ticket)
			return desk.Actor{Conversation: id, Participant: 1, Kind: chat.Customer}, err
		},
		Me: func(ctx context.Context, agent chat.AgentID) (any, error) {
			return LoadMe(ctx, w.auth, Microsoft{}, agent)
		},
	})
	ts := httptest.NewUnstartedServer(nil)
	w.url = "http://" + ts.Listener.Addr().String()
	c := Config{Store: w.store, Desk: w.desk, Auth: w.auth, Directory: directory.New(w.store, source()), PublicURL: w.url, UI: built(),
		StaffLive: live.StaffHandler(), VisitorLive: live.VisitorHandler(), Metrics: w.metrics,
		Log:       slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Microsoft: Microsoft{Focus: func(_ context.Context, id chat.ConversationID) { w.focused <- id }}}
	if change != nil {
		change(&c)
	}
	var err error
	w.server, err = New(c)
	w.must(err)
	ts.Config = NewHTTPServer(w.server, slog.Default())
	ts.Start()
	t.Cleanup(ts.Close)
	w.contract = newContract(t, w.server.openAPI)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// request is one call. Paths without a leading "/api" are below the API's root, unless page is set.
type request struct {
	method, path string
	body         string
	token        string // of a customer
	cookie       string // of an agent
	origin       string
	header       http.Header
	page         bool
}

type answer struct {
	status  int
	header  http.Header
	body    string
	problem Problem
}

func (w *world) do(r request) answer {
	w.t.Helper()
	at := w.url + apiRoot + r.path
	if r.page {
		at = w.url + r.path
	}
	var body io.Reader
	if r.body != "" {
		body = strings.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), r.method, at, body)
	w.must(err)
	for name, values := range r.header {
		req.Header[name] = values
	}
	if r.body != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	if r.cookie != "" {
		req.Header.Set("Cookie", cookieName+"="+r.cookie)
	}
	if r.origin != "" {
		req.Header.Set("Origin", r.origin)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	w.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	w.must(err)
	a := answer{status: resp.StatusCode, header: resp.Header, body: string(b)}
	if resp.Header.Get("Content-Type") == "application/problem+json" {
		w.must(json.Unmarshal(b, &a.problem))
		if a.problem.Status != a.status || a.problem.RequestID == "" || a.problem.RequestID != resp.Header.Get("X-Request-Id") || a.problem.Code == "" || a.problem.Detail == "" {
			w.t.Errorf("%s %s: incomplete problem %s", r.method, r.path, b)
		}
	}
	if !r.page {
		w.contract.check(w.t, req, resp.StatusCode, resp.Header, b)
	}
	return a
}

// want does a call and fails unless the answer has that status; out takes its JSON.
func (w *world) want(status int, r request, out any) answer {
	w.t.Helper()
	a := w.do(r)
	if a.status != status {
		w.t.Fatalf("%s %s: %d %s", r.method, r.path, a.status, a.body)
	}
	if out != nil {
		if err := json.Unmarshal([]byte(a.body), out); err != nil {
			w.t.Fatalf("%s %s: %v in %s", r.method, r.path, err, a.body)
		}
	}
	return a
}

// refused does a call and checks how it is refused.
func (w *world) refused(status int, code, field string, r request) answer {
	w.t.Helper()
	a := w.do(r)
	if a.status != status || a.problem.Code != code || a.problem.Field != field {
		w.t.Errorf("%s %s %.200s: %d %s, want %d %s %q", r.method, r.path, r.body, a.status, strings.TrimSpace(a.body), status, code, field)
	}
	return a
}

// visitor is a customer with an open conversation.
type visitor struct {
	*world
	token string
	id    chat.ConversationID
}

func (w *world) open(body string) visitor {
	w.t.Helper()
	var out openedOut
	w.want(201, request{method: "POST", path: "/visitor/conversations", body: body}, &out)
	return visitor{w, out.Token, out.Conversation.ID}
}

// lena opens a conversation with one line.
func (w *world) lena() visitor {
	w.t.Helper()
	return w.open(`{"name":"Lena","locale":"de","service":"technik","page":{"url":"https://shop.example/hilfe","title":"Hilfe"},"text":"Guten Tag","id":"l0"}`)
}

func (v visitor) call(method, path, body string) request {
	return request{method: method, path: path, body: body, token: v.token}
}

// desker is an agent at the desk.
type desker struct {
	*world
	cookie string
	me     Me
}

func (w *world) signIn(login string) desker {
	w.t.Helper()
	d := desker{world: w}
	a := w.want(200, request{method: "POST", path: "/session", body: `{"login":"` + login + `","password":"` + password + `"}`}, &d.me)
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == cookieName {
			d.cookie = c.Value
		}
	}
	return d
}

func (d desker) call(method, path, body string) request {
	return request{method: method, path: path, body: body, cookie: d.cookie}
}

func (d desker) at(id chat.ConversationID) string { return "/conversations/" + string(id) }

// accept takes a conversation.
func (d desker) accept(id chat.ConversationID) desk.Summary {
	d.t.Helper()
	var s desk.Summary
	d.want(200, d.call("POST", d.at(id)+"/accept", "{}"), &s)
	return s
}

func texts(entries []chat.Entry) string {
	var all []string
	for _, e := range entries {
		if e.Kind == chat.Message {
			all = append(all, e.Content.PlainText())
		}
	}
	return strings.Join(all, "|")
}

func query(s string) string { return url.QueryEscape(s) }
