package teamsim_test

import (
	"net/url"
	"testing"
	"time"

	"trialog/internal/teamsim"
)

func TestSimFail(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	w.sim("POST", "fail", map[string]any{"match": "GET /me", "status": 503, "retryAfter": "9", "times": 2}).want(t, 204)
	for range 2 {
		if got := anna.get("/me").refused(t, 503, "ServiceUnavailable"); got.header.Get("Retry-After") != "9" {
			t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
		}
	}
	anna.get("/me").want(t, 200)
	chat := anna.group("fail", "Erik Lind")
	w.sim("POST", "fail", map[string]any{"match": "POST /chats/*/messages", "kind": "commitThenStatus", "status": 504}).want(t, 204)
	anna.post("/chats/"+chat+"/messages", html("x")).want(t, 504)
	if n := w.committed(chat); n != 1 {
		t.Errorf("%d committed", n)
	}
	w.sim("POST", "fail", map[string]any{"match": "POST /token", "aadsts": 50173}).want(t, 204)
	if got := w.refresh("x"); got.Codes[0] != 50173 {
		t.Errorf("%+v", got)
	}
	for _, bad := range []map[string]any{{"kind": "refuse"}, {"match": "GET /me", "kind": "explode"}, {"match": "GET /me", "delay": "soon"}} {
		w.sim("POST", "fail", bad).want(t, 400)
	}
}

func TestSimSubscriptions(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		id := anna.subscribe()
		anna.say(anna.group("x", "Erik Lind"), "x")
		w.settle()
		h.take()
		if got := w.sim("POST", "subscriptions", map[string]any{"forge": "clientState"}).want(t, 200); got.at("forged") != float64(1) {
			t.Errorf("%s", got.raw)
		}
		w.sim("POST", "subscriptions", map[string]any{"lapse": true}).want(t, 200)
		w.settle()
		if got := h.take(); len(got) != 2 || got[0].ClientState == "state-1" || got[1].LifecycleEvent != "reauthorizationRequired" {
			t.Errorf("%+v", got)
		}
		w.sim("POST", "subscriptions", map[string]any{"remove": id}).want(t, 200)
		w.sim("POST", "subscriptions", map[string]any{"remove": id}).want(t, 404)
		w.sim("POST", "subscriptions", map[string]any{"forge": "stamp"}).want(t, 400)
		anna.subscribe()
		if got := w.sim("POST", "subscriptions", map[string]any{"expire": true}).want(t, 200); len(got.list("subscriptions")) != 0 {
			t.Errorf("%s", got.raw)
		}
	})
}

func TestSimDisable(t *testing.T) {
	w := newWorld(t)
	signedIn := w.redeem(w.code("Anna Becker"))
	w.sim("POST", "disable", map[string]any{"person": w.id("Anna Becker"), "disabled": true}).want(t, 204)
	if got := w.refresh(signedIn.Refresh); got.Codes[0] != 50057 {
		t.Errorf("%+v", got)
	}
	w.sim("POST", "disable", map[string]any{"person": "nobody"}).want(t, 404)
}

func TestAllowHTTP(t *testing.T) {
	w := newWorld(t, func(c *teamsim.Config) { c.AllowHTTP = true })
	w.net.serve(t, &hook{w: w}, "127.0.0.1", "intranet.example")
	app := w.tenant.AddApp(teamsim.App{Secret: secret, RedirectURIs: []string{"http://127.0.0.1:8080/cb"}, Consented: allScopes})
	page := w.browser().post(authorizeURL("client_id", app.ClientID, "redirect_uri", "http://127.0.0.1:8080/cb"), url.Values{"person": {w.id("Anna Becker")}})
	if page.location == nil || page.location.Host != "127.0.0.1:8080" {
		t.Errorf("%d %s", page.status, page.body)
	}
	anna := w.as("Anna Becker")
	soon := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	body := func(address string) map[string]any {
		return subscriptionBody(t, "/me/chats/getAllMessages", "notificationUrl", address, "lifecycleNotificationUrl", nil, "expirationDateTime", soon)
	}
	anna.post("/subscriptions", body("http://intranet.example/notify")).want(t, 400)
	anna.post("/subscriptions", body("http://127.0.0.1:8080/notify")).want(t, 201)
}
