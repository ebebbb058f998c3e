package teamsim_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"trialog/internal/teamsim"
)

// sim calls the private API.
func (w *world) sim(method, path string, body any) reply {
	w.Helper()
	return (&graph{w, "", ""}).do(method, graphURL+"/sim/"+path, body)
}

func TestSimSession(t *testing.T) {
	w := newWorld(t)
	people := w.sim("GET", "people", nil).want(t, 200)
	if len(people.list("people")) != 18 || people.text("people", 2, "name") != "Erik Lind" || people.text("people", 2, "presence", "availability") != "Available" || people.text("people", 2, "jobTitle") != "Netztechnik" {
		t.Errorf("%s", people.raw)
	}
	erik := w.sim("POST", "session", map[string]string{"person": w.id("Erik Lind")}).want(t, 200)
	if erik.text("person", "name") != "Erik Lind" {
		t.Errorf("%s", erik.raw)
	}
	client := &graph{w, erik.text("token"), w.id("Erik Lind")}
	if got := client.get("/me/chats").want(t, 200); len(got.list("value")) != 1 {
		t.Errorf("%s", got.raw)
	}
	w.sim("POST", "session", map[string]string{"person": "nobody"}).want(t, 404)
	w.sim("POST", "session", map[string]string{"persona": "x"}).want(t, 400)
	w.sim("GET", "nothing", nil).want(t, 404)
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.Offline = true })
	client.get("/me/chats").want(t, 200) // the experts' Teams goes on
	w.sim("GET", "people", nil).want(t, 200)
}

func TestSimKnobs(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	got := w.sim("POST", "faults", map[string]any{"throttleNext": 1, "listLag": "4s", "retryAfter": "86400"}).want(t, 200)
	if got.at("throttleNext") != float64(1) || got.at("listLag") != float64(4e9) {
		t.Errorf("%s", got.raw)
	}
	if r := anna.get("/me").want(t, 429); r.header.Get("Retry-After") != "86400" {
		t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
	}
	if f := w.tenant.CurrentFaults(); f.ThrottleNext != 0 || f.ListLag != 4*time.Second {
		t.Errorf("%+v", f)
	}
	for _, bad := range []any{map[string]any{"throttelNext": 1}, map[string]any{"listLag": "soon"}, []byte("{")} {
		w.sim("POST", "faults", bad).want(t, 400)
	}
	w.sim("POST", "faults", map[string]any{"reset": true, "offline": true}).want(t, 200)
	if f := w.tenant.CurrentFaults(); !f.Offline || f.ListLag != 0 {
		t.Errorf("%+v", f)
	}
	w.sim("POST", "faults", map[string]any{"offline": false}).want(t, 200)
	if r := w.sim("GET", "faults", nil).want(t, 200); r.at("offline") != false {
		t.Errorf("%s", r.raw)
	}
	signedIn := w.redeem(w.code("Anna Becker"))
	w.sim("POST", "revoke", map[string]any{"person": anna.me, "code": 50173}).want(t, 204)
	if got := w.refresh(signedIn.Refresh); got.Codes[0] != 50173 {
		t.Errorf("%+v", got)
	}
	w.sim("POST", "revoke", map[string]any{"person": "nobody"}).want(t, 404)
}

func TestSimOracle(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	chat := anna.group("oracle", "Erik Lind")
	msg := anna.say(chat, "<p>seen <b>by</b> all</p>")
	anna.post("/users/"+anna.me+"/chats/"+chat+"/messages/"+msg+"/softDelete", nil).want(t, 204)
	r := w.sim("GET", "chats", nil).want(t, 200)
	if !strings.Contains(string(r.raw), "<p>seen <b>by</b> all</p>") {
		t.Errorf("deleted messages are missing: %s", r.raw)
	}
	c, found := w.tenant.ChatByTopic("oracle")
	if !found || len(c.Members) != 2 || !c.Messages[1].IsDeleted() || c.Messages[1].Text() != "seen by all" || c.Messages[1].App != clientID || c.Messages[1].From != "Anna Becker" {
		t.Errorf("%+v", c)
	}
	if r := w.sim("GET", "requests", nil).want(t, 200); r.at("counts", "POST /chats") != float64(1) {
		t.Errorf("%s", r.raw)
	}
	w.sim("GET", "subscriptions", nil).want(t, 200)
	if _, found := w.tenant.ChatByTopic("nothing"); found {
		t.Error("found nothing")
	}
}

func TestSimPresence(t *testing.T) {
	w := newWorld(t)
	token := w.sim("POST", "session", map[string]string{"person": w.id("Erik Lind")}).text("token")
	w.sim("PATCH", "presence", map[string]string{"token": token, "availability": "Busy", "activity": "InACall"}).want(t, 204)
	if got := w.as("Anna Becker").get("/users/" + w.id("Erik Lind") + "/presence"); got.text("activity") != "InACall" {
		t.Errorf("%s", got.raw)
	}
	w.sim("PATCH", "presence", map[string]string{"token": token, "availability": "Dancing"}).want(t, 400)
	w.sim("PATCH", "presence", map[string]string{"token": "x", "availability": "Busy"}).want(t, 401)
}

// events reads a stream of Server-Sent Events.
func (w *world) events(token string) (<-chan string, context.CancelFunc) {
	w.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, graphURL+"/sim/events?token="+token, nil)
	if err != nil {
		w.Fatal(err)
	}
	res, err := w.http.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		w.Fatalf("events: %d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		defer res.Body.Close()
		name := ""
		for scan := bufio.NewScanner(res.Body); scan.Scan(); {
			switch line := scan.Text(); {
			case strings.HasPrefix(line, "event: "):
				name = strings.TrimPrefix(line, "event: ")
			case strings.HasPrefix(line, "data: "):
				lines <- name + " " + strings.TrimPrefix(line, "data: ")
			case strings.HasPrefix(line, ": "):
				lines <- line
			}
		}
	}()
	return lines, cancel
}

func TestSimEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		token, _, err := w.tenant.TeamsToken("Erik Lind")
		if err != nil {
			t.Fatal(err)
		}
		lines, stop := w.events(token)
		defer stop()
		next := func() string {
			t.Helper()
			select {
			case line := <-lines:
				return line
			case <-time.After(time.Minute):
				t.Fatal("no event")
				return ""
			}
		}
		if got := next(); got != ": connected" {
			t.Errorf("first %q", got)
		}
		if got := next(); got != ": heartbeat" {
			t.Errorf("then %q", got)
		}
		anna := w.as("Anna Becker")
		chat := anna.group("events", "Erik Lind")
		want := func(prefix string, v any) {
			t.Helper()
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if got := next(); got != prefix+" "+string(raw) {
				t.Errorf("got  %s\nwant %s %s", got, prefix, raw)
			}
		}
		type message struct {
			ChangeType string `json:"changeType"`
			ChatID     string `json:"chatId"`
			MessageID  string `json:"messageId"`
		}
		c, _ := w.tenant.ChatByID(chat)
		want("chat", map[string]string{"chatId": chat})
		want("message", message{"created", chat, c.Messages[0].ID})
		id := anna.say(chat, "x")
		want("message", message{"created", chat, id})
		anna.patch("/chats/"+chat+"/messages/"+id, html("y")).want(t, 204)
		want("message", message{"updated", chat, id})
		anna.post("/users/"+anna.me+"/chats/"+chat+"/messages/"+id+"/softDelete", nil).want(t, 204)
		want("message", message{"deleted", chat, id})
		anna.group("not Erik's", "Mei Tanaka")
		if err := w.tenant.As("Anna Becker").Remove(chat, "Erik Lind"); err != nil {
			t.Fatal(err)
		}
		want("chat", map[string]string{"chatId": chat})
		anna.say(chat, "not for Erik")
		if err := w.tenant.SetPresence("Mei Tanaka", teamsim.Presence{Availability: "Away"}); err != nil {
			t.Fatal(err)
		}
		if got := next(); !strings.HasPrefix(got, "presence ") || !strings.Contains(got, `"availability":"Away"`) {
			t.Errorf("presence %s", got)
		}
		stop()
		synctest.Wait()
		if r := w.sim("GET", "events?token=x", nil); r.status != 401 {
			t.Errorf("without token: %d", r.status)
		}
	})
}

func TestCORS(t *testing.T) {
	w := newWorld(t)
	srv := httptest.NewServer(w.tenant.Handler()) // a real socket, as a browser uses
	defer srv.Close()
	for _, path := range []string{"/v1.0/me", "/sim/people"} {
		req, err := http.NewRequest(http.MethodOptions, srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", "https://elsewhere.example")
		req.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 204 || res.Header.Get("Access-Control-Allow-Origin") != "*" || res.Header.Get("Access-Control-Allow-Headers") != "authorization,content-type" || !strings.Contains(res.Header.Get("Access-Control-Allow-Methods"), "PATCH") {
			t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
		}
	}
}

func TestBrowserClient(t *testing.T) {
	files := fstest.MapFS{"index.html": {Data: []byte("<!doctype html>start")}, "assets/a.js": {Data: []byte("js")}}
	w := newWorld(t, func(c *teamsim.Config) { c.Client = files })
	b := w.browser()
	for path, want := range map[string]string{"/teams/": "start", "/teams/assets/a.js": "js", "/teams/l/chat/19:x@thread.v2/0": "start", "/teams/../index.html": ""} {
		page := b.get(graphURL + path)
		if want != "" && (page.status != 200 || !strings.Contains(page.body, want)) {
			t.Errorf("%s: %d %s", path, page.status, page.body)
		}
	}
	for _, path := range []string{"/", "/teams"} {
		if page := b.get(graphURL + path); page.location == nil || page.location.Path != "/teams/" {
			t.Errorf("%s: %d %v", path, page.status, page.location)
		}
	}
	if page := newWorld(t).browser().get(graphURL + "/teams/"); page.status != 404 {
		t.Errorf("without a client: %d", page.status)
	}
}

func TestLinksFollowTheAddress(t *testing.T) {
	for name, c := range map[string]struct {
		public, want string
	}{"own host": {"", ""}, "public": {"http://sim.example:8090", "http://sim.example:8090"}} {
		t.Run(name, func(t *testing.T) {
			tenant, err := teamsim.New(teamsim.Config{PublicURL: c.public})
			if err != nil {
				t.Fatal(err)
			}
			srv := httptest.NewServer(tenant.Handler())
			defer srv.Close()
			secure := httptest.NewTLSServer(tenant.Handler())
			defer secure.Close()
			want := c.want
			if want == "" {
				want = srv.URL
			}
			for address, base := range map[string]string{srv.URL: want, secure.URL: secure.URL} {
				res, err := secure.Client().Get(address + "/common/v2.0/.well-known/openid-configuration")
				if err != nil {
					t.Fatal(err)
				}
				raw, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil || !bytes.Contains(raw, []byte(fmt.Sprintf(`"token_endpoint":"%s/common/oauth2/v2.0/token"`, base))) {
					t.Errorf("%s: %s", address, raw)
				}
			}
		})
	}
	if _, err := teamsim.New(teamsim.Config{Tenant: "contoso"}); err == nil {
		t.Error("a tenant id that is no GUID")
	}
}
