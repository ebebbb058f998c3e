package app_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"trialog/internal/app"
	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/graph/graphtest"
	"trialog/internal/store"
)

const (
	at         = "http://trialog.test"
	shop       = "https://shop.test"
	visitorKey = "the key that the shop and we share"
)

// surface is a whole server as strangers see it, with one customer in a running chat, the agent in it, and an administrator.
type surface struct {
	*app.App
	id           chat.ConversationID
	token        string // the customer's
	agent, admin string // cookies
	calls        []operation
}

// operation is one call of the API's own description.
type operation struct {
	method, path string
}

// open builds a surface.
func open(tb testing.TB) *surface {
	tb.Helper()
	a, err := app.New(tb.Context(), app.Config{PublicURL: at, Data: tb.TempDir(), AllowedOrigins: []string{shop}, VisitorKey: []byte(visitorKey), ChatStarts: -1,
		HTTP: &http.Client{Transport: graphtest.Keys{}}, Log: slog.New(slog.DiscardHandler), FileLimit: 1 << 20,
		UI: fstest.MapFS{"desk/index.html": {Data: []byte("<!doctype html><title>Trialog</title>")}}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := a.Close(); err != nil {
			tb.Error(err)
		}
	})
	s := &surface{App: a}
	err = a.Seed(tb.Context(), app.Seed{Services: []store.Service{{ID: "technik", Name: "Technik"}}, Staff: []app.SeedStaff{{Login: "anna", Password: "demo", Name: "Anna Becker"},
		{Login: "ada", Password: "demo", Name: "Ada Lovelace", Roles: []string{string(auth.RoleAgent), string(auth.RoleAdministrator)}}}})
	if err != nil {
		tb.Fatal(err)
	}
	s.agent, s.admin = s.signIn(tb, "anna"), s.signIn(tb, "ada")
	s.begin(tb)
	s.calls = s.described(tb)
	return s
}

func (s *surface) signIn(tb testing.TB, login string) string {
	tb.Helper()
	w := s.do(tb, request{method: "POST", path: "/session", body: []byte(`{"login":"` + login + `","password":"demo"}`)})
	for _, c := range w.Result().Cookies() {
		return c.Name + "=" + c.Value
	}
	tb.Fatalf("sign in: %d %s", w.Code, w.Body)
	return ""
}

// begin opens a chat that the agent accepts.
func (s *surface) begin(tb testing.TB) {
	tb.Helper()
	var opened struct {
		Token        string
		Conversation struct{ ID chat.ConversationID }
	}
	w := s.do(tb, request{method: "POST", path: "/visitor/conversations", body: []byte(`{"name":"Lena","locale":"de","page":{},"text":"Hallo","id":"l0"}`)})
	if err := json.Unmarshal(w.Body.Bytes(), &opened); err != nil || opened.Token == "" {
		tb.Fatalf("open: %d %s", w.Code, w.Body)
	}
	s.token, s.id = opened.Token, opened.Conversation.ID
	if w := s.do(tb, request{method: "POST", path: "/conversations/" + string(s.id) + "/accept", cookie: s.agent}); w.Code != 200 {
		tb.Fatalf("accept: %d %s", w.Code, w.Body)
	}
}

// described lists the calls of the API by its own description.
func (s *surface) described(tb testing.TB) []operation {
	tb.Helper()
	var doc struct {
		Paths map[string]map[string]any
	}
	if err := json.Unmarshal(s.do(tb, request{method: "GET", path: "/openapi.json"}).Body.Bytes(), &doc); err != nil || len(doc.Paths) < 40 {
		tb.Fatalf("%d paths, %v", len(doc.Paths), err)
	}
	var all []operation
	for path, item := range doc.Paths {
		for method := range item {
			if method = strings.ToUpper(method); slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, method) && !strings.HasSuffix(path, "/live") {
				all = append(all, operation{method, path})
			}
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return all
}

// request is one call of a stranger.
type request struct {
	method, path, query string
	body                []byte
	kind                string // Content-Type; JSON when empty
	token, cookie       string
	header              http.Header
}

// do performs a call on the real handler.
func (s *surface) do(tb testing.TB, c request) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), c.method, "/", bytes.NewReader(c.body))
	r.Host, r.URL = "trialog.test", &url.URL{Path: "/api/v1" + c.path, RawQuery: c.query}
	r.RequestURI = r.URL.RequestURI()
	for name, values := range c.header {
		r.Header[name] = values
	}
	if c.kind == "" {
		c.kind = "application/json"
	}
	r.Header.Set("Content-Type", c.kind)
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.cookie != "" {
		r.Header.Set("Cookie", c.cookie)
	}
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, r)
	return w
}

// decent fails when an answer is one that no stranger may be able to provoke: our own fault, a refusal without words, or a header or body that a
// browser could take for something else.
func (s *surface) decent(t *testing.T, c request, w *httptest.ResponseRecorder) {
	t.Helper()
	where := c.method + " " + c.path + "?" + c.query
	if w.Code >= 500 || w.Code < 200 {
		t.Fatalf("%s %q: %d %s", where, c.body, w.Code, w.Body)
	}
	kind, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if w.Body.Len() > 0 && err != nil {
		t.Fatalf("%s: %d of type %q", where, w.Code, w.Header().Get("Content-Type"))
	}
	if w.Code >= 400 {
		var p struct{ Code, Detail, RequestID string }
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || kind != "application/problem+json" || p.Code == "" || p.Detail == "" || p.RequestID == "" {
			t.Fatalf("%s: %d without a problem: %s", where, w.Code, w.Body)
		}
	}
	if w.Body.Len() > 0 && strings.HasSuffix(kind, "json") && !json.Valid(w.Body.Bytes()) {
		t.Fatalf("%s: %d answers what is no JSON: %s", where, w.Code, w.Body)
	}
	if w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Fatalf("%s: browsers may guess the type", where)
	}
	if to := w.Header().Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
		t.Fatalf("%s leads away to %q", where, to)
	}
	for name, values := range w.Header() {
		if strings.ContainsAny(name+strings.Join(values, ""), "\r\n\x00") {
			t.Fatalf("%s: header %s is %q", where, name, values)
		}
	}
	for _, secret := range []string{visitorKey, "$argon2id$"} {
		if strings.Contains(w.Body.String(), secret) {
			t.Fatalf("%s tells a secret", where)
		}
	}
}
