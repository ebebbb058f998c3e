package histories

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"trialog/internal/app"
	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
	"trialog/internal/web"
)

// site is a whole installation as the world reaches it: one address for each of its nodes.
type site struct {
	t     *testing.T
	apps  []*app.App
	nodes []string // addresses
	staff string   // the cookie of the agent's session
}

const password = "correct horse"

// build starts an installation of n nodes.
func build(t *testing.T, cfg store.Config, n int) *site {
	t.Helper()
	s := &site{t: t}
	key := "" // made by the first, shared by all
	for range n {
		ts := httptest.NewUnstartedServer(nil)
		at := "http://" + ts.Listener.Addr().String()
		a, err := app.New(t.Context(), app.Config{PublicURL: at, Data: cfg.Dir, KeyFile: key, DatabaseURL: cfg.URL, ChatStarts: -1, Log: storetest.Logger(t)})
		must(t, err)
		t.Cleanup(func() { must(t, a.Close()) })
		runs(t, a.Run)
		ts.Config = web.NewHTTPServer(a.Handler, storetest.Logger(t))
		ts.Start()
		t.Cleanup(ts.Close)
		s.apps, s.nodes = append(s.apps, a), append(s.nodes, at)
		key, cfg.Dir = filepath.Join(cfg.Dir, "key"), t.TempDir()
	}
	must(t, s.apps[0].Seed(t.Context(), app.Seed{Services: []store.Service{service},
		Staff: []app.SeedStaff{{Login: "anna", Password: password, Name: "Anna Becker"}}}))
	s.signIn()
	return s
}

func (s *site) signIn() {
	s.t.Helper()
	resp, err := http.Post(s.nodes[0]+"/api/v1/session", "application/json", bytes.NewReader([]byte(`{"login":"anna","password":"`+password+`"}`)))
	must(s.t, err)
	defer resp.Body.Close()
	for _, c := range resp.Cookies() {
		s.staff = c.Name + "=" + c.Value
	}
	if resp.StatusCode != 200 || s.staff == "" {
		s.t.Fatalf("sign in: %s", resp.Status)
	}
}

// lossy is a client's way to a server: now and then a request does not arrive, or its answer gets lost.
type lossy struct {
	mu  sync.Mutex
	rng *rand.Rand // guarded by mu
}

var errLost = errors.New("the connection broke")

// RoundTrip carries out a request.
func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	fate := l.rng.IntN(20)
	l.mu.Unlock()
	if fate == 0 {
		return nil, errLost
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if fate == 1 && err == nil {
		_, err = io.Copy(io.Discard, resp.Body) // it was answered
		return nil, errors.Join(errLost, err, resp.Body.Close())
	}
	return resp, err
}

// caller is somebody's way to the API of one node.
type caller struct {
	at     string // e.g. http://127.0.0.1:1234
	id     chat.ConversationID
	viewer chat.Kind
	token  string // of a customer
	cookie string // of an agent
	http   http.Client
}

// problem is a refusal as the API words it.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Retry  bool   `json:"retry"` // of a live connection
}

func (p *problem) Error() string { return fmt.Sprintf("%d %s", p.Status, p.Code) }

// ask does one call and decodes the answer.
func (c *caller) ask(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if in == nil {
		body = nil
	}
	r, err := http.NewRequestWithContext(ctx, method, c.at+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if c.viewer == chat.Customer {
		r.Header.Set("Authorization", "Bearer "+c.token)
	} else {
		r.Header.Set("Cookie", c.cookie)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 {
		p := &problem{}
		if err := json.NewDecoder(resp.Body).Decode(p); err != nil || p.Code == "" {
			return fmt.Errorf("%s %s: %s without a problem: %w", method, path, resp.Status, err)
		}
		return p
	}
	if out == nil || resp.StatusCode == 204 {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// root is where the conversation is, for a customer and for an agent.
func (c *caller) root() string {
	if c.viewer == chat.Customer {
		return "/visitor/conversation"
	}
	return "/conversations/" + string(c.id)
}

func (c *caller) path(act string) string {
	if c.viewer == chat.Customer {
		return "/visitor/" + act
	}
	return c.root() + "/" + act
}

// try does a call of a history.
func (c *caller) try(ctx context.Context, what call) (answer, bool, error) {
	a, err := c.do(ctx, what)
	var p *problem
	switch {
	case err == nil:
		return a, false, nil
	case errors.As(err, &p) && p.Status < 500:
		return answer{code: p.Code}, false, nil
	case errors.As(err, &p) && p.Status == 503, errors.Is(err, errLost):
		return answer{}, true, nil
	}
	return answer{}, false, err
}

func (c *caller) do(ctx context.Context, what call) (answer, error) {
	switch what.verb {
	case read:
		entries, err := c.read(ctx, what.from)
		return answer{lines: linesOf(entries), upTo: -1}, err
	case page:
		var got struct{ Entries []chat.Entry }
		err := c.ask(ctx, "GET", fmt.Sprintf("%s?after=%d&limit=7", c.root(), what.from), nil, &got)
		return answer{lines: linesOf(got.Entries), upTo: -1}, err
	case state:
		var now struct{ Conversation standing }
		err := c.ask(ctx, "GET", c.root()+"?limit=1", nil, &now)
		return now.Conversation.answer(), err
	case end:
		return answer{}, c.ask(ctx, "POST", c.path(map[chat.Kind]string{chat.Customer: "end", chat.Agent: "close"}[c.viewer]), struct{}{}, nil)
	}
	var posted struct{ Seq chat.Seq }
	act, body := what.body(c.viewer)
	err := c.ask(ctx, "POST", c.path(act), body, &posted)
	return answer{seq: posted.Seq}, err
}

// body is a call as the API takes it.
func (c call) body(viewer chat.Kind) (act string, body map[string]any) {
	body = map[string]any{"id": c.id}
	switch c.verb {
	case erase:
		act, body["ref"] = "deletions", c.ref
	case edit:
		act, body["ref"], body["text"] = "edits", c.ref, c.text
	default:
		act, body["text"] = "messages", c.text
		if viewer == chat.Agent {
			body["audience"] = c.audience
		}
	}
	return act, body
}

// standing is how a conversation stands, as customers and agents are told.
type standing struct {
	ID     chat.ConversationID `json:"id"`
	Last   chat.Seq            `json:"last"`
	Status chat.Status         `json:"status"`
}

func (s standing) answer() answer { return answer{seq: s.Last, over: s.Status == chat.Closed} }

// read reads everything after a seq, page by page.
func (c *caller) read(ctx context.Context, from chat.Seq) ([]chat.Entry, error) {
	var all []chat.Entry
	for {
		var got struct{ Entries []chat.Entry }
		if err := c.ask(ctx, "GET", fmt.Sprintf("%s?after=%d&limit=50", c.root(), from), nil, &got); err != nil || len(got.Entries) == 0 {
			return all, err
		}
		all = append(all, got.Entries...)
		from = all[len(all)-1].Seq
	}
}
