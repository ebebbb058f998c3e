package teamsim_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"trialog/internal/teamsim"
)

func TestRetryWithBackoff(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		anna.subscribe()
		h.set(func(h *hook) { h.status = 503 })
		if err := w.tenant.As("Erik Lind").OneOnOne("Anna Becker", "x"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		early := h.count()
		if early < 4 || early > 6 { // at 0.1, 2.1, 6.1, 14.1, 30.1 s
			t.Errorf("%d attempts in a minute", early)
		}
		time.Sleep(30 * time.Minute)
		h.set(func(h *hook) { h.status = 0 })
		time.Sleep(10 * time.Minute)
		if got := h.take(); len(got) != 1 {
			t.Errorf("delivered %d times", len(got))
		}
		if counts := w.tenant.Deliveries(); counts.Delivered != 1 || counts.Lost != 0 || counts.Retried < 5 {
			t.Errorf("%+v", counts)
		}
	})
}

func TestGivesUpAfterFourHours(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.KeepLapsed = true })
		anna.subscribe()
		h.set(func(h *hook) { h.status = 404 })
		if err := w.tenant.As("Erik Lind").OneOnOne("Anna Becker", "x"); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for w.tenant.Deliveries().Lost == 0 && time.Since(start) < 5*time.Hour {
			time.Sleep(time.Minute)
		}
		if took := time.Since(start); took < 3*time.Hour+45*time.Minute || took > 4*time.Hour {
			t.Errorf("gave up after %v", took)
		}
		if counts := w.tenant.Deliveries(); counts.Lost != 1 || counts.Delivered != 0 {
			t.Errorf("%+v", counts)
		}
	})
}

func TestPatience(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		anna.subscribe()
		// A first attempt is given three seconds, a retry ten.
		h.set(func(h *hook) { h.delay = 4 * time.Second })
		if err := w.tenant.As("Erik Lind").OneOnOne("Anna Becker", "x"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		if counts := w.tenant.Deliveries(); counts.Retried != 1 || counts.Delivered != 1 || counts.Posts != 2 {
			t.Errorf("%+v", counts)
		}
		if got := h.take(); len(got) != 2 { // the endpoint took both: a duplicate
			t.Errorf("%d copies", len(got))
		}
	})
}

func TestSlowAndDrop(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.JudgeAfter, f.KeepLapsed = 5, true })
		anna.subscribe("changeType", "created")
		erik := w.tenant.As("Erik Lind")
		say := func() {
			t.Helper()
			if _, err := erik.Say("Anna Becker", "x"); err != nil {
				t.Fatal(err)
			}
		}
		h.set(func(h *hook) { h.delay = 4 * time.Second })
		for range 5 {
			say()
			time.Sleep(15 * time.Second)
		}
		h.set(func(h *hook) { h.delay = 0 })
		h.take()
		say()
		time.Sleep(9 * time.Minute)
		if got := h.take(); len(got) != 0 {
			t.Errorf("a slow endpoint gets notifications at once: %d", len(got))
		}
		time.Sleep(2 * time.Minute)
		if got := h.take(); len(got) != 3 { // this one, and two that came after the verdict
			t.Errorf("after ten minutes: %d", len(got))
		}
		time.Sleep(30 * time.Minute)

		h.set(func(h *hook) { h.delay = 11 * time.Second })
		for range 6 {
			say()
			time.Sleep(40 * time.Second)
		}
		h.set(func(h *hook) { h.delay = 0 })
		before := w.tenant.Deliveries().Dropped
		say()
		if now := w.tenant.Deliveries().Dropped; now <= before {
			t.Errorf("nothing is dropped: %+v", w.tenant.Deliveries())
		}
		time.Sleep(time.Hour)
		h.take()
		say()
		w.settle()
		if got := h.take(); len(got) != 1 {
			t.Errorf("an hour later: %d", len(got))
		}
	})
}

func TestSeveralInOnePost(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		chat := anna.group("many", "Erik Lind")
		anna.subscribe()
		w.as("Erik Lind").subscribe()
		for i := range 5 {
			if _, err := w.tenant.As("Mei Tanaka").NewChat("", "Omar Haddad"); err != nil {
				t.Fatal(err)
			}
			anna.say(chat, fmt.Sprint(i))
		}
		w.settle()
		got := h.take()
		if len(got) != 10 || got[0].post != got[9].post || len(got[0].tokens) != 1 {
			t.Errorf("%d notifications in %d posts with %d tokens", len(got), got[len(got)-1].post, len(got[0].tokens))
		}
	})
}

func TestNotificationFaults(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		chat := anna.group("faults", "Erik Lind")
		anna.subscribe()
		burst := func(change func(*teamsim.Faults), n int) []notification {
			t.Helper()
			w.tenant.ClearFaults()
			w.tenant.SetFaults(change)
			for range n {
				anna.say(chat, "x")
			}
			time.Sleep(5 * time.Second)
			synctest.Wait()
			return h.take()
		}
		if got := burst(func(f *teamsim.Faults) { f.NotifyLossP = 1 }, 3); len(got) != 0 {
			t.Errorf("loss: %d", len(got))
		}
		if got := burst(func(f *teamsim.Faults) { f.NotifyDuplicateP = 1 }, 3); len(got) != 6 {
			t.Errorf("duplicates: %d", len(got))
		}
		if got := burst(func(f *teamsim.Faults) { f.NotifyDelayP, f.NotifyDelay = 1, time.Hour }, 1); len(got) != 0 {
			t.Errorf("delay: %d", len(got))
		}
		anna.post("/subscriptions/"+w.tenant.Subscriptions()[0].ID+"/reauthorize", nil).want(t, 204)
		time.Sleep(50 * time.Minute)
		again := w.as("Anna Becker")
		again.post("/subscriptions/"+w.tenant.Subscriptions()[0].ID+"/reauthorize", nil).want(t, 204)
		time.Sleep(11 * time.Minute)
		if got := h.take(); !slices.ContainsFunc(got, func(n notification) bool { return n.ChangeType == "created" }) {
			t.Errorf("after an hour: %+v", got)
		}
		anna = again
		got := burst(func(f *teamsim.Faults) { f.NotifyReorderP = 0.5 }, 20)
		var ids []string
		for _, n := range got {
			ids = append(ids, n.ResourceData["id"])
		}
		if len(ids) != 20 || slices.IsSorted(ids) {
			t.Errorf("not reordered: %q", ids)
		}
	})
}

func TestNotificationBeforeTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		chat := anna.group("first", "Erik Lind")
		anna.subscribe()
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.NotifyFirst = true })
		msg := anna.say(chat, "x")
		if got := h.take(); len(got) != 1 || got[0].ResourceData["id"] != msg {
			t.Errorf("before the answer: %+v", got)
		}
		w.tenant.ClearFaults()
		anna.say(chat, "y")
		if got := h.take(); len(got) != 0 {
			t.Errorf("conforming: the notification takes a moment: %+v", got)
		}
	})
}

func TestForgeries(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		k := mustKey(t)
		id := anna.subscribe()
		anna.say(anna.group("forge", "Erik Lind"), "x")
		w.settle()
		h.take()
		// genuine tells what a subscriber must check.
		genuine := func(n notification) error {
			if n.SubscriptionID != id || n.ClientState != "state-1" || n.TenantID != teamsim.DefaultTenant || n.Encrypted.CertID != "cert-1" || len(n.tokens) != 1 {
				return fmt.Errorf("fields")
			}
			if err := verifyToken(w, n.tokens[0]); err != nil {
				return err
			}
			_, err := k.decrypt(n)
			return err
		}
		for _, kind := range []teamsim.Forgery{teamsim.WrongClientState, teamsim.UnknownSubscription, teamsim.WrongSignature, teamsim.WrongAudience, teamsim.WrongIssuer,
			teamsim.WrongSender, teamsim.ForeignTenant, teamsim.ExpiredToken, teamsim.NoToken, teamsim.TamperedData, teamsim.UnknownKey, teamsim.BrokenDataKey, teamsim.Replay} {
			if n := w.tenant.Forge(kind); n != 1 {
				t.Fatalf("%s: %d copies", kind, n)
			}
			w.settle()
			got := h.take()
			if len(got) != 1 {
				t.Fatalf("%s: %d arrived", kind, len(got))
			}
			if err := genuine(got[0]); (err == nil) != (kind == teamsim.Replay) {
				t.Errorf("%s: %v", kind, err)
			}
		}
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.NotifyTamperP = 1 })
		anna.say(anna.group("tamper", "Erik Lind"), "y")
		w.settle()
		for _, n := range h.take() {
			if genuine(n) == nil {
				t.Errorf("not tampered: %+v", n)
			}
		}
	})
}

func TestOfflineHoldsNotifications(t *testing.T) {
	bubble(t, func(t *testing.T, w *world, h *hook, anna *graph) {
		anna.subscribe()
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.Offline = true })
		if err := w.tenant.As("Erik Lind").OneOnOne("Anna Becker", "x"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := h.take(); len(got) != 0 {
			t.Errorf("offline: %+v", got)
		}
		if got := anna.get("/me"); got.err == nil {
			t.Errorf("Graph answers: %d", got.status)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := w.tenant.Idle(ctx); err == nil {
			t.Error("idle with a notification pending")
		}
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.Offline = false })
		w.settle()
		if got := h.take(); len(got) != 1 {
			t.Errorf("online again: %+v", got)
		}
		anna.get("/me").want(t, 200)
	})
}

func TestOneSeedOneCourse(t *testing.T) {
	course := func(t *testing.T, seed uint64) string {
		var out string
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, func(c *teamsim.Config) { c.Seed = seed })
			anna := w.as("Anna Becker")
			w.tenant.SetFaults(func(f *teamsim.Faults) { f.ErrorP, f.ThrottleP = 0.3, 0.2 })
			for range 40 {
				r := anna.get("/me")
				out += fmt.Sprint(r.status, r.text("id"), " ")
			}
		})
		return out
	}
	a, b, c := course(t, 3), course(t, 3), course(t, 4)
	if a != b {
		t.Errorf("one seed, two courses:\n%s\n%s", a, b)
	}
	if a == c {
		t.Error("two seeds, one course")
	}
}
