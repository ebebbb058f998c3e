package teamsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"trialog/internal/teamsim"
)

// committed counts the messages that really are in a chat, system events aside.
func (w *world) committed(chat string) int {
	c, _ := w.tenant.ChatByID(chat)
	n := 0
	for _, m := range c.Messages {
		if m.FromID != "" {
			n++
		}
	}
	return n
}

func TestThrottleKnobs(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	for _, c := range []struct{ knob, header string }{
		{teamsim.RetryAfterHonest, "1"}, {teamsim.RetryAfterNone, ""}, {"0", "0"}, {"86400", "86400"}, {"2.128", "2.128"},
	} {
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.ThrottleNext, f.RetryAfter = 2, c.knob })
		for range 2 {
			if got := anna.get("/me").refused(t, 429, "TooManyRequests").header.Get("Retry-After"); got != c.header {
				t.Errorf("%q: Retry-After %q", c.knob, got)
			}
		}
		anna.get("/me").want(t, 200)
	}
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.ThrottleNext, f.RetryAfter = 1, teamsim.RetryAfterPast })
	at, err := http.ParseTime(anna.get("/me").header.Get("Retry-After"))
	if err != nil || time.Since(at) < 59*time.Minute {
		t.Errorf("past: %v %v", at, err)
	}
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.ThrottleP = 1 })
	anna.get("/me").want(t, 429)
	if _, err := w.tenant.As("Anna Becker").Chats(); err != nil {
		t.Errorf("faults hit the Teams client: %v", err)
	}
}

func TestErrorKnobs(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	chat := anna.group("errors", "Erik Lind")
	for _, status := range []int{500, 502, 503, 504} {
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.ErrorNext, f.ErrorStatus = 1, status })
		anna.post("/chats/"+chat+"/messages", html("x")).want(t, status)
	}
	w.tenant.ClearFaults()
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.ErrorP = 1 })
	if got := anna.get("/me").status; got < 500 {
		t.Errorf("status %d", got)
	}
	w.tenant.ClearFaults()
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.ResetP = 1 })
	if got := anna.post("/chats/"+chat+"/messages", html("x")); got.err == nil {
		t.Errorf("no reset: %d", got.status)
	}
	w.tenant.ClearFaults()
	if n := w.committed(chat); n != 0 {
		t.Errorf("%d messages committed", n)
	}
}

func TestScriptedFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run()
		anna := w.as("Anna Becker")
		chat := anna.group("script", "Erik Lind")
		post := func(f teamsim.Fault) reply {
			w.tenant.FailNext("POST /chats/*/messages", f)
			w.http.CloseIdleConnections() // or the transport repeats a request on a broken connection
			return anna.do("POST", "/chats/"+chat+"/messages", html("x"))
		}
		step := func(name string, more int, f func()) {
			t.Helper()
			before := w.committed(chat)
			f()
			if n := w.committed(chat) - before; n != more {
				t.Errorf("%s: %d committed, want %d", name, n, more)
			}
		}
		step("refuse", 0, func() {
			got := post(teamsim.Fault{Status: 503, RetryAfter: "7"}).refused(t, 503, "ServiceUnavailable")
			if got.header.Get("Retry-After") != "7" {
				t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
			}
		})
		step("own error", 0, func() { post(teamsim.Fault{Status: 400, Code: "Odd", Message: "why"}).refused(t, 400, "Odd") })
		step("reset", 0, func() {
			if post(teamsim.Fault{Kind: teamsim.Reset}).err == nil {
				t.Error("no error")
			}
		})
		step("commit, 504", 1, func() { post(teamsim.Fault{Kind: teamsim.CommitThenStatus, Status: 504}).want(t, 504) })
		step("commit, reset", 1, func() {
			if post(teamsim.Fault{Kind: teamsim.CommitThenReset}).err == nil {
				t.Error("no error")
			}
		})
		step("zombie at once", 0, func() { post(teamsim.Fault{Kind: teamsim.Zombie, Status: 504, Delay: 20 * time.Second}).want(t, 504) })
		step("zombie later", 1, func() { time.Sleep(21 * time.Second) })
		step("hold", 1, func() {
			start := time.Now()
			post(teamsim.Fault{Kind: teamsim.Hold, Delay: 5 * time.Second}).want(t, 201)
			if time.Since(start) != 5*time.Second {
				t.Errorf("held for %v", time.Since(start))
			}
		})
		w.tenant.FailNext("* /**", teamsim.Fault{Status: 500, Times: 2})
		anna.get("/me").want(t, 500)
		anna.get("/users").want(t, 500)
		anna.get("/me").want(t, 200)
		w.tenant.FailNext("GET /me", teamsim.Fault{Status: 500})
		anna.get("/me/presence").want(t, 200) // does not match
		w.tenant.ClearFaults()
		anna.get("/me").want(t, 200)
	})
}

func TestSilence(t *testing.T) {
	for kind, commits := range map[teamsim.FaultKind]int{teamsim.BlackHole: 0, teamsim.CommitThenHang: 1} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			anna := w.as("Anna Becker")
			chat := anna.group("silence", "Erik Lind")
			w.tenant.FailNext("POST /chats/*/messages", teamsim.Fault{Kind: kind})
			w.http.Timeout = 10 * time.Second
			start := time.Now()
			got := anna.post("/chats/"+chat+"/messages", html("x"))
			if got.err == nil || time.Since(start) != 10*time.Second {
				t.Errorf("%v after %v", got.err, time.Since(start))
			}
			if n := w.committed(chat); n != commits {
				t.Errorf("%d committed, want %d", n, commits)
			}
			synctest.Wait()
		})
	}
}

// TestBadAnswers works without the description: these answers are wrong on purpose.
func TestBadAnswers(t *testing.T) {
	w := newWorld(t)
	srv := &network{hosts: map[string]*pipeListener{}}
	srv.serve(t, w.tenant.Handler(), "graph.microsoft.com")
	anna := w.as("Anna Becker")
	chat := anna.group("bad", "Erik Lind")
	raw := &graph{&world{T: t, tenant: w.tenant, net: srv, http: srv.client(t)}, anna.token, anna.me}
	for kind, check := range map[teamsim.FaultKind]func(reply) bool{
		teamsim.Garbage:   func(r reply) bool { return r.body == nil },
		teamsim.NoID:      func(r reply) bool { return r.body != nil && r.at("id") == nil },
		teamsim.OtherChat: func(r reply) bool { return r.text("chatId") != chat && r.text("id") != "" },
	} {
		w.tenant.FailNext("POST /chats/*/messages", teamsim.Fault{Kind: kind})
		if got := raw.post("/chats/"+chat+"/messages", html("x")).want(t, 201); !check(got) {
			t.Errorf("%d: %s", kind, got.raw)
		}
	}
	if n := w.committed(chat); n != 3 {
		t.Errorf("%d committed", n)
	}
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.BadAnswerP = 1 })
	seen := map[string]bool{}
	for range 20 {
		r := raw.post("/chats/"+chat+"/messages", html("x")).want(t, 201)
		seen[fmt.Sprint(r.body == nil, r.at("id") == nil, r.text("chatId") == chat)] = true
	}
	if len(seen) != 3 {
		t.Errorf("kinds of bad answers: %v", seen)
	}
}

func TestLostAnswersAndZombies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run()
		anna := w.as("Anna Becker")
		chat := anna.group("lost", "Erik Lind")
		w.http.Timeout = 10 * time.Second
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.LostAnswerP = 1 })
		for range 10 {
			if got := anna.do("POST", "/chats/"+chat+"/messages", html("x")); got.err == nil && got.status < 500 {
				t.Errorf("answered %d", got.status)
			}
		}
		if n := w.committed(chat); n != 10 {
			t.Errorf("lost answers: %d committed", n)
		}
		w.tenant.ClearFaults()
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.ZombieP = 1 })
		for range 10 {
			anna.post("/chats/"+chat+"/messages", html("y"))
		}
		time.Sleep(31 * time.Second)
		if n := w.committed(chat); n != 20 {
			t.Errorf("zombies: %d committed", n)
		}
		anna.get("/me").want(t, 200) // reading is not hit
	})
}

func TestRates(t *testing.T) {
	conforming := func(c *teamsim.Config) { c.NoThrottle = false }
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, conforming)
		anna := w.as("Anna Becker")
		chat := anna.group("rates", "Erik Lind")
		post := func(chat string) reply { return anna.post("/chats/"+chat+"/messages", html("x")) }

		post(chat).want(t, 201)
		if got := post(chat).refused(t, 429, "TooManyRequests"); got.header.Get("Retry-After") != "1" {
			t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
		}
		w.as("Erik Lind").post("/chats/"+chat+"/messages", html("x")).want(t, 429) // per app and chat
		anna.get("/chats/"+chat+"/messages").want(t, 200)                          // another class
		anna.get("/chats/"+chat+"/messages").want(t, 429)
		time.Sleep(time.Second)
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.StrictRate = true })
		post(chat).want(t, 201)
		anna.get("/chats/"+chat+"/messages").want(t, 429)
		w.tenant.ClearFaults()

		// Four changes of members a minute in one chat.
		time.Sleep(time.Minute)
		names := []string{"Mei Tanaka", "Omar Haddad", "Lucía Romero", "Chloé Dubois", "Priya Raghunathan"}
		for i, name := range names {
			got := anna.post("/chats/"+chat+"/members", w.memberBody(name))
			if want := map[bool]int{true: 201, false: 429}[i < 4]; got.status != want {
				t.Errorf("member %d: %d", i, got.status)
			}
			if i == 4 && got.header.Get("Retry-After") != "60" {
				t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
			}
		}
		time.Sleep(time.Minute)
		anna.post("/chats/"+chat+"/members", w.memberBody("Priya Raghunathan")).want(t, 201)

		// Twenty posts a second per application and tenant.
		var chats []string
		for i := range 21 {
			id, err := w.tenant.As("Anna Becker").NewChat(fmt.Sprint("bulk ", i), "Erik Lind")
			if err != nil {
				t.Fatal(err)
			}
			chats = append(chats, id)
		}
		time.Sleep(time.Second)
		for i, id := range chats {
			if got, want := post(id).status, map[bool]int{true: 201, false: 429}[i < 20]; got != want {
				t.Errorf("post %d: %d", i, got)
			}
		}
		// Five lists of chats a second per user.
		time.Sleep(time.Second)
		for i := range 6 {
			if got, want := anna.get("/me/chats").status, map[bool]int{true: 200, false: 429}[i < 5]; got != want {
				t.Errorf("list %d: %d", i, got)
			}
		}
		// The Teams client is not an application in this sense.
		for range 5 {
			if _, err := w.tenant.As("Erik Lind").Say(chat, "x"); err != nil {
				t.Fatal(err)
			}
		}
		// Others: one write a second per chat, channels, teams.
		time.Sleep(time.Second)
		anna.patch("/chats/"+chat, map[string]any{"topic": "a"}).want(t, 200)
		anna.patch("/chats/"+chat, map[string]any{"topic": "b"}).want(t, 429)
		team := anna.get("/me/joinedTeams").text("value", 0, "id")
		channel := anna.get("/teams/"+team+"/channels").text("value", 0, "id")
		anna.post("/teams/"+team+"/channels/"+channel+"/messages", html("x")).want(t, 201)
		anna.post("/teams/"+team+"/channels/"+channel+"/messages", html("x")).want(t, 429)
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.RetryAfter = teamsim.RetryAfterNone })
		if got := anna.patch("/chats/"+chat, map[string]any{"topic": "c"}).want(t, 429); got.header.Get("Retry-After") != "" {
			t.Error("Retry-After is there")
		}
	})
}

func TestPresenceRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *teamsim.Config) { c.NoThrottle = false })
		anna := w.as("Anna Becker")
		var refused int
		for range 1501 {
			if anna.get("/me/presence").status == 429 {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("%d of 1501 refused", refused)
		}
		time.Sleep(30 * time.Second)
		anna.get("/me/presence").want(t, 200)
	})
}

func TestRequestLog(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	chat := anna.group("log", "Erik Lind")
	anna.say(chat, "x")
	counts := w.tenant.RequestCounts()
	if counts["POST /chats/{chat}/messages"] != 1 || counts["POST /chats"] != 1 {
		t.Errorf("counts %v", counts)
	}
	last := w.tenant.Requests()
	r := last[len(last)-1]
	if r.Method != "POST" || !strings.HasSuffix(r.Path, "/messages") || r.Status != 201 || r.Person != "Anna Becker" || r.App != clientID || r.At.IsZero() {
		t.Errorf("%+v", r)
	}
}

func statusFault(status int, retryAfter string) teamsim.Fault {
	return teamsim.Fault{Status: status, RetryAfter: retryAfter}
}
