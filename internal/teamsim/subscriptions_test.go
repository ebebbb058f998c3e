package teamsim_test

import (
	"context"
	"crypto/rsa"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"trialog/internal/teamsim"
)

// settle lets notifications arrive.
func (w *world) settle() {
	w.Helper()
	time.Sleep(time.Second)
	if err := w.tenant.Idle(context.Background()); err != nil {
		w.Fatal(err)
	}
	synctest.Wait()
}

// bubble runs a test with fake time, a running tenant and a hook.
func bubble(t *testing.T, f func(t *testing.T, w *world, h *hook, anna *graph)) {
	if _, err := testKey(); err != nil { // made outside the bubble
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		h := w.listen()
		w.run()
		f(t, w, h, w.as("Anna Becker"))
	})
}

func TestSubscribeAndHear(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		chat := anna.group("hear", "Erik Lind")
		made := anna.post("/subscriptions", subscriptionBody(t, "/users/"+anna.me+"/chats/getAllMessages")).want(t, 201)
		if made.text("applicationId") != clientID || made.text("creatorId") != anna.me || made.text("id") == "" || made.text("latestSupportedTlsVersion") == "" {
			t.Errorf("subscription %s", made.raw)
		}
		if want := []string{"POST /notify b text/plain; charset=utf-8", "POST /lifecycle  text/plain; charset=utf-8"}; !slices.Equal(h.handshakes, want) {
			t.Errorf("handshakes %q, want %q", h.handshakes, want)
		}
		erik := w.as("Erik Lind")
		msg := erik.say(chat, "<p>Hallo</p>")
		w.settle()
		got := h.take()
		if len(got) != 1 {
			t.Fatalf("%d notifications", len(got))
		}
		n, k := got[0], mustKey(t)
		resource := fmt.Sprintf("chats('%s')/messages('%s')", chat, msg)
		if n.SubscriptionID != made.text("id") || n.ChangeType != "created" || n.ClientState != "state-1" || n.TenantID != teamsim.DefaultTenant || n.Resource != resource ||
			n.ResourceData["id"] != msg || n.ResourceData["@odata.id"] != resource || n.ResourceData["@odata.type"] != "#Microsoft.Graph.chatMessage" {
			t.Errorf("notification %+v", n)
		}
		if n.Encrypted.CertID != "cert-1" || n.Encrypted.Thumbprint != k.thumbprint() {
			t.Errorf("certificate %+v", n.Encrypted)
		}
		body := k.open(t, n)
		if body["id"] != msg || body["chatId"] != chat || body["body"].(map[string]any)["content"] != "<p>Hallo</p>" {
			t.Errorf("resource data %v", body)
		}
		if read := anna.get("/"+n.Resource).want(t, 200); read.text("id") != msg {
			t.Errorf("the resource reads as %s", read.raw)
		}
		checkValidationToken(t, w, n)
	})
}

func mustKey(t *testing.T) keyPair {
	t.Helper()
	k, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// checkValidationToken verifies the token with keys found through discovery, as a
// subscriber does.
func checkValidationToken(t *testing.T, w *world, n notification) {
	t.Helper()
	if len(n.tokens) != 1 {
		t.Fatalf("%d validation tokens", len(n.tokens))
	}
	if err := verifyToken(w, n.tokens[0]); err != nil {
		t.Error(err)
	}
}

func verifyToken(w *world, raw string) error {
	ctx := oidc.ClientContext(context.Background(), w.http)
	keys := oidc.NewRemoteKeySet(ctx, loginURL+"/common/discovery/keys")
	issuer := "https://sts.windows.net/" + teamsim.DefaultTenant + "/"
	token, err := oidc.NewVerifier(issuer, keys, &oidc.Config{ClientID: clientID, Now: time.Now}).Verify(ctx, raw)
	if err != nil {
		return err
	}
	var claims struct{ AppID, TID, Ver string }
	if err := token.Claims(&claims); err != nil {
		return err
	}
	if claims.AppID != "0bf30f3b-4a52-48df-9a82-234910c4a086" || claims.TID != teamsim.DefaultTenant || claims.Ver != "1.0" {
		return fmt.Errorf("claims %+v", claims)
	}
	return nil
}

func TestSharedKeysAndRolling(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		w = newWorld(t, func(c *teamsim.Config) { c.SigningKeys = []*rsa.PrivateKey{mustKey(t).key} })
		h = w.listen()
		w.run()
		anna = w.as("Anna Becker")
		chat := anna.group("keys", "Erik Lind")
		anna.subscribe()
		hear := func() string {
			t.Helper()
			anna.say(chat, "x")
			w.settle()
			n := h.take()[0]
			checkValidationToken(t, w, n)
			return n.tokens[0]
		}
		first := hear()
		if again := hear(); again != first {
			t.Error("every POST has a token of its own")
		}
		if err := w.tenant.RollKeys(true); err != nil {
			t.Fatal(err)
		}
		if hear() == first {
			t.Error("signed with a retired key")
		}
	})
}

func TestEveryChangeIsHeard(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		chat := anna.group("changes", "Erik Lind")
		anna.subscribe()
		erik := w.as("Erik Lind")
		path := func(msg string) string { return "/chats/" + chat + "/messages/" + msg }
		var want []string
		step := func(kind string, act func()) {
			act()
			w.settle()
			want = append(want, kind)
		}
		var msg string
		step("created", func() { msg = erik.say(chat, "x") })
		step("updated", func() { erik.patch(path(msg), html("y")).want(t, 204) })
		step("updated", func() { anna.post(path(msg)+"/setReaction", map[string]any{"reactionType": "👍"}).want(t, 204) })
		step("deleted", func() { erik.post("/users/"+erik.me+path(msg)+"/softDelete", nil).want(t, 204) })
		step("updated", func() { erik.post("/users/"+erik.me+path(msg)+"/undoSoftDelete", nil).want(t, 204) })
		step("created", func() { anna.say(chat, "own ones too") })
		step("created", func() { anna.patch("/chats/"+chat, map[string]any{"topic": "system events"}).want(t, 200) })
		var got []string
		all := h.take()
		for _, n := range all {
			got = append(got, n.ChangeType)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("changes %q, want %q", got, want)
		}
		k := mustKey(t)
		if k.open(t, all[3])["deletedDateTime"] == nil || k.open(t, all[4])["deletedDateTime"] != nil {
			t.Error("deletedDateTime does not tell deletion from its undoing")
		}
		if kind := k.open(t, all[6])["messageType"]; kind != "unknownFutureValue" {
			t.Errorf("system event without Prefer: %v", kind)
		}
		// Who is not a member, or not any more, hears nothing.
		w.as("Ben Okafor").group("elsewhere", "Omar Haddad")
		own := anna.get("/chats/" + chat + "/members").each("id")[0]
		anna.delete("/chats/"+chat+"/members/"+own).want(t, 204)
		erik.say(chat, "without Anna")
		w.settle()
		if rest := h.take(); len(rest) != 0 {
			t.Errorf("heard %+v", rest)
		}
	})
}

func TestPreferInNotifications(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		chat := anna.group("prefer", "Erik Lind")
		anna.post("/subscriptions", subscriptionBody(t, "/me/chats/getAllMessages", "changeType", "created"), "Prefer", "include-unknown-enum-members").want(t, 201)
		anna.patch("/chats/"+chat, map[string]any{"topic": "x"}).want(t, 200)
		w.settle()
		if got := mustKey(t).open(t, h.take()[0])["messageType"]; got != "systemEventMessage" {
			t.Errorf("messageType %v", got)
		}
		msg := anna.say(chat, "x")
		w.settle()
		h.take()
		anna.patch("/chats/"+chat+"/messages/"+msg, html("y")).want(t, 204)
		w.settle()
		if rest := h.take(); len(rest) != 0 {
			t.Errorf("an update was not subscribed: %+v", rest)
		}
	})
}

func TestSubscriptionRules(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		all := "/users/" + anna.me + "/chats/getAllMessages"
		in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
		chat := anna.group("rules", "Erik Lind")
		for name, c := range map[string]struct {
			resource string
			changes  []any
			status   int
		}{
			"no change type":         {all, []any{"changeType", nil}, 400},
			"unknown change type":    {all, []any{"changeType", "created,edited"}, 400},
			"http":                   {all, []any{"notificationUrl", "http://desk.example/notify"}, 400},
			"no URL":                 {all, []any{"notificationUrl", nil}, 400},
			"no expiry":              {all, []any{"expirationDateTime", nil}, 400},
			"in the past":            {all, []any{"expirationDateTime", in(-time.Minute)}, 400},
			"more than three days":   {all, []any{"expirationDateTime", in(4321 * time.Minute)}, 400},
			"lifecycle URL required": {all, []any{"lifecycleNotificationUrl", nil}, 400},
			"client state":           {all, []any{"clientState", strings.Repeat("x", 129)}, 400},
			"no certificate":         {all, []any{"encryptionCertificate", nil}, 400},
			"no certificate id":      {all, []any{"encryptionCertificateId", nil}, 400},
			"no real certificate":    {all, []any{"encryptionCertificate", "AAAA"}, 400},
			"somebody else":          {"/users/" + w.id("Erik Lind") + "/chats/getAllMessages", nil, 403},
			"whole tenant":           {"/chats/getAllMessages", nil, 403},
			"unknown resource":       {"/groups", nil, 400},
			"unknown chat":           {"/chats/19:0@thread.v2/messages", nil, 404},
			"presence too long":      {"/communications/presences?$filter=id in ('" + anna.me + "')", []any{"expirationDateTime", in(2 * time.Hour)}, 400},
		} {
			if got := anna.post("/subscriptions", subscriptionBody(t, c.resource, c.changes...)); got.status != c.status {
				t.Errorf("%s: %d %s, want %d", name, got.status, got.raw, c.status)
			}
		}
		if n := len(h.handshakes); n != 0 {
			t.Errorf("%d handshakes for refused requests", n)
		}
		short := anna.post("/subscriptions", subscriptionBody(t, all, "expirationDateTime", in(time.Minute), "lifecycleNotificationUrl", nil)).want(t, 201)
		if end, err := time.Parse(time.RFC3339, short.text("expirationDateTime")); err != nil || time.Until(end) < 44*time.Minute {
			t.Errorf("raised to 45 minutes: %s", short.raw)
		}
		same := anna.post("/subscriptions", subscriptionBody(t, all)).refused(t, 409, "Conflict")
		if want := "Subscription Id <" + short.text("id") + "> already exists for the requested combination"; same.text("error", "message") != want {
			t.Errorf("conflict %s", same.raw)
		}
		anna.post("/subscriptions", subscriptionBody(t, all, "changeType", "created")).want(t, 201)
		anna.post("/subscriptions", subscriptionBody(t, "/chats/"+chat+"/messages")).want(t, 201)
		w.as("Erik Lind").post("/subscriptions", subscriptionBody(t, "/chats/"+chat+"/messages")).refused(t, 403, "Forbidden") // one per app and chat
		w.as("Ben Okafor").post("/subscriptions", subscriptionBody(t, "/chats/"+chat+"/members")).refused(t, 403, "Forbidden")
		w.as("Erik Lind", "User.Read").post("/subscriptions", subscriptionBody(t, "/me/chats/getAllMessages")).refused(t, 403, "Forbidden")
	})
}

func TestUserQuota(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		// Three change types make seven combinations; "me" counts as the same resource.
		for _, kinds := range []string{"created", "updated", "deleted", "created,updated", "created,deleted", "updated,deleted", "created,updated,deleted"} {
			anna.subscribe("changeType", kinds)
		}
		anna.post("/subscriptions", subscriptionBody(t, "/me/chats/getAllMessages", "changeType", "deleted,created")).refused(t, 409, "Conflict")
		if list := anna.get("/subscriptions").want(t, 200); len(list.list("value")) != 7 || list.at("value", 0, "clientState") != nil {
			t.Errorf("list %s", list.raw)
		}
		if list := w.as("Erik Lind").get("/subscriptions").want(t, 200); len(list.list("value")) != 0 {
			t.Errorf("Erik sees %s", list.raw)
		}
	})
}

func TestHandshakeFailures(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		body := subscriptionBody(t, "/me/chats/getAllMessages")
		for _, path := range []string{"/notify", "/lifecycle"} {
			h.set(func(h *hook) { h.mute = path })
			got := anna.post("/subscriptions", body).refused(t, 400, "ValidationError")
			if !strings.HasPrefix(got.text("error", "message"), "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.") {
				t.Errorf("%s", got.raw)
			}
		}
		h.set(func(h *hook) { h.mute, h.slowShake = "", 11*time.Second })
		start := time.Now()
		anna.post("/subscriptions", body).refused(t, 400, "ValidationError")
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("waited %v for the handshake", took)
		}
		h.set(func(h *hook) { h.slowShake = 9 * time.Second })
		id := anna.post("/subscriptions", body).want(t, 201).text("id")
		anna.post("/subscriptions", subscriptionBody(t, "/me/chats/getAllMessages", "notificationUrl", "https://nowhere.example/")).refused(t, 409, "Conflict")
		anna.delete("/subscriptions/"+id).want(t, 204)
		anna.post("/subscriptions", subscriptionBody(t, "/me/chats/getAllMessages", "notificationUrl", "https://nowhere.example/")).refused(t, 400, "ValidationError")
	})
}

func TestUpdateSubscription(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		id := anna.subscribe()
		path := "/subscriptions/" + id
		later := time.Now().Add(71 * time.Hour).UTC().Format(time.RFC3339)
		if got := anna.patch(path, map[string]any{"expirationDateTime": later}).want(t, 200).text("expirationDateTime"); got != later {
			t.Errorf("expires %q, want %q", got, later)
		}
		if got := anna.get(path).want(t, 200); got.at("clientState") != nil || got.text("encryptionCertificateId") != "cert-1" {
			t.Errorf("GET %s", got.raw)
		}
		anna.patch(path, map[string]any{"clientState": "other"}).want(t, 400)
		anna.patch(path, map[string]any{"expirationDateTime": time.Now().Add(73 * time.Hour).UTC().Format(time.RFC3339)}).want(t, 400)
		w.as("Erik Lind").patch(path, map[string]any{"expirationDateTime": later}).refused(t, 404, "ResourceNotFound")

		other, err := newKeyPair(2048)
		if err != nil {
			t.Fatal(err)
		}
		anna.patch(path, map[string]any{"encryptionCertificate": other.cert, "encryptionCertificateId": "cert-2"}).want(t, 200)
		h.set(func(h *hook) { h.handshakes = nil })
		anna.patch(path, map[string]any{"notificationUrl": "https://desk.example/notify2"}).want(t, 200)
		if len(h.handshakes) != 1 || !strings.HasPrefix(h.handshakes[0], "POST /notify2") {
			t.Errorf("handshakes %q", h.handshakes)
		}
		anna.say(anna.group("rotated", "Erik Lind"), "x")
		w.settle()
		got := h.take()
		if len(got) == 0 || got[0].Encrypted.CertID != "cert-2" {
			t.Fatalf("notifications %+v", got)
		}
		other.open(t, got[0])
		anna.delete(path).want(t, 204)
		anna.delete(path).want(t, 404)
		anna.say(anna.group("gone", "Erik Lind"), "x")
		w.settle()
		if rest := h.take(); len(rest) != 0 {
			t.Errorf("after deletion: %+v", rest)
		}
	})
}

func TestTokenLapse(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		chat := anna.group("lapse", "Erik Lind")
		id := anna.subscribe()
		time.Sleep(46 * time.Minute)
		w.settle()
		warned := h.take()
		if len(warned) != 1 || warned[0].LifecycleEvent != "reauthorizationRequired" || warned[0].SubscriptionID != id || warned[0].ClientState != "state-1" {
			t.Fatalf("warning %+v", warned)
		}
		time.Sleep(15 * time.Minute) // one hour after creation
		w.settle()
		h.take()
		if err := w.tenant.As("Erik Lind").OneOnOne("Anna Becker", "<p>waiting</p>"); err != nil {
			t.Fatal(err)
		}
		w.settle()
		if got := h.take(); len(got) != 0 {
			t.Fatalf("delivered with a lapsed token: %+v", got)
		}
		if subs := w.tenant.Subscriptions(); subs[0].Held != 1 {
			t.Errorf("held %+v", subs)
		}
		fresh := w.as("Anna Becker")
		fresh.post("/subscriptions/"+id+"/reauthorize", nil).want(t, 204)
		w.settle()
		if got := h.take(); len(got) != 1 || got[0].ChangeType != "created" {
			t.Fatalf("after reauthorize: %+v", got)
		}
		// Reauthorised every 50 minutes it never pauses, until it expires after three days.
		for range 86 {
			time.Sleep(50 * time.Minute)
			if got := w.as("Anna Becker").post("/subscriptions/"+id+"/reauthorize", nil); got.status != 204 {
				break
			}
			h.take()
			if _, err := w.tenant.As("Erik Lind").Say(chat, "x"); err != nil {
				t.Fatal(err)
			}
			w.settle()
			if got := h.take(); len(got) == 0 {
				t.Fatalf("paused %v after creation", time.Since(warned[0].at))
			}
		}
		if n := len(w.tenant.Subscriptions()); n != 0 {
			t.Errorf("%d subscriptions after three days", n)
		}
	})
}

func TestRevokedPersonPausesNotifications(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		anna.subscribe()
		time.Sleep(time.Second)
		if err := w.tenant.RevokeSignIn("Anna Becker", 0); err != nil {
			t.Fatal(err)
		}
		if err := w.tenant.As("Erik Lind").OneOnOne("Anna Becker", "<p>x</p>"); err != nil {
			t.Fatal(err)
		}
		w.settle()
		if got := h.take(); len(got) != 0 {
			t.Errorf("delivered: %+v", got)
		}
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.KeepLapsed = true })
		if err := w.tenant.As("Erik Lind").OneOnOne("Anna Becker", "<p>y</p>"); err != nil {
			t.Fatal(err)
		}
		w.settle()
		if got := h.take(); len(got) != 1 {
			t.Errorf("with KeepLapsed: %+v", got)
		}
	})
}

func TestRemovedAndExpired(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		id := anna.subscribe()
		if err := w.tenant.RemoveSubscription(id); err != nil {
			t.Fatal(err)
		}
		w.settle()
		if got := h.take(); len(got) != 1 || got[0].LifecycleEvent != "subscriptionRemoved" || got[0].SubscriptionID != id {
			t.Fatalf("removed: %+v", got)
		}
		if err := w.tenant.RemoveSubscription(id); err == nil {
			t.Error("removed twice")
		}
		anna.get("/subscriptions/"+id).want(t, 404)
		again := anna.subscribe()
		w.tenant.ExpireSubscriptions()
		anna.get("/subscriptions/"+again).want(t, 404)
		third := anna.subscribe()
		w.tenant.LapseTokens()
		w.settle()
		if got := h.take(); len(got) != 1 || got[0].LifecycleEvent != "reauthorizationRequired" || got[0].SubscriptionID != third {
			t.Errorf("lapsed: %+v", got)
		}
	})
}

func TestOtherResources(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		chat := anna.group("resources", "Erik Lind")
		plain := func(resource string, more ...any) string {
			changes := append([]any{"includeResourceData", nil, "encryptionCertificate", nil, "encryptionCertificateId", nil}, more...)
			return anna.post("/subscriptions", subscriptionBody(t, resource, changes...)).want(t, 201).text("id")
		}
		subs := map[string]string{
			plain("/chats/" + chat):               "chat",
			plain("/chats/" + chat + "/members"):  "members",
			plain("/me/chats"):                    "my chats",
			plain("/chats/" + chat + "/messages"): "messages",
			plain("/communications/presences?$filter=id in ('"+w.id("Erik Lind")+"')", "changeType", "updated", "expirationDateTime", time.Now().Add(50*time.Minute).UTC().Format(time.RFC3339)): "presence",
		}
		teamID := anna.get("/me/joinedTeams").text("value", 0, "id")
		channel := anna.get("/teams/"+teamID+"/channels").text("value", 0, "id")
		subs[plain("/teams/"+teamID+"/channels/"+channel+"/messages")] = "channel"

		anna.patch("/chats/"+chat, map[string]any{"topic": "x"}).want(t, 200)
		anna.post("/chats/"+chat+"/members", w.memberBody("Mei Tanaka")).want(t, 201)
		if err := w.tenant.SetPresence("Erik Lind", teamsim.Presence{Availability: "Busy", Activity: "InACall"}); err != nil {
			t.Fatal(err)
		}
		anna.post("/teams/"+teamID+"/channels/"+channel+"/messages", html("x")).want(t, 201)
		w.settle()
		heard := map[string][]string{}
		for _, n := range h.take() {
			if n.Encrypted != nil || len(n.tokens) != 0 {
				t.Errorf("resource data that nobody asked for: %+v", n)
			}
			heard[subs[n.SubscriptionID]] = append(heard[subs[n.SubscriptionID]], n.ChangeType+" "+n.ResourceData["@odata.type"])
		}
		for name, want := range map[string][]string{
			"chat":     {"updated #Microsoft.Graph.chat"},
			"members":  {"created #Microsoft.Graph.aadUserConversationMember"},
			"my chats": {"updated #Microsoft.Graph.chat"},
			"messages": {"created #Microsoft.Graph.chatMessage", "created #Microsoft.Graph.chatMessage"},
			"presence": {"updated #Microsoft.Graph.presence"},
			"channel":  {"created #Microsoft.Graph.chatMessage"},
		} {
			if !slices.Equal(heard[name], want) {
				t.Errorf("%s: %q, want %q", name, heard[name], want)
			}
		}
	})
}
