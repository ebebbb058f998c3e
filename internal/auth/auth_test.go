package auth

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alexedwards/argon2id"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// cheap makes hashes cost next to nothing in tests.
var cheap = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func open(t testing.TB, cfg store.Config) (*Auth, *store.Store) {
	s := storetest.Open(t, cfg)
	return New(Config{Store: s, Hash: cheap}), s
}

func create(t testing.TB, a *Auth, login string) Staff {
	t.Helper()
	s, err := a.CreateStaff(t.Context(), NewStaff{Login: login, Password: "correct horse", Name: "Anna Becker"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func code(err error) string {
	var refused *chat.Error
	if errors.As(err, &refused) {
		return refused.Code
	}
	if err != nil {
		return "internal: " + err.Error()
	}
	return ""
}

func TestSignIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		a, _ := open(t, cfg)
		anna := create(t, a, "Anna@Example.test")
		for _, c := range []struct{ login, password, want string }{
			{"anna@example.test", "correct horse", ""},
			{" ANNA@example.TEST ", "correct horse", ""},
			{"anna@example.test", "Correct horse", "bad_login"},
			{"anna@example.test", "", "bad_login"},
			{"anna", "correct horse", "bad_login"},
			{"", "", "bad_login"},
			{"anna@example.test", strings.Repeat("x", 1<<16), "bad_login"},
		} {
			token, s, err := a.SignIn(t.Context(), c.login, c.password, "192.0.2.1")
			if code(err) != c.want {
				t.Errorf("%q/%.20q: %v", c.login, c.password, err)
				continue
			}
			if err != nil {
				continue
			}
			if len(token) < 50 || s.Agent != anna.Agent || !s.Has(RoleAgent) || s.Has(RoleAdministrator) {
				t.Errorf("%q: token of %d characters, %+v", c.login, len(token), s)
			}
			again, err := a.Session(t.Context(), token)
			if err != nil || again.Agent != anna.Agent || again.ID() != s.ID() {
				t.Errorf("session is %+v, %v", again, err)
			}
		}
	})
}

func TestUnknownLoginCostsTheSameWork(t *testing.T) {
	a, _ := open(t, storetest.SQLite(t))
	hash, err := a.passwords.hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	real, _, _, err := argon2id.DecodeHash(hash)
	if err != nil {
		t.Fatal(err)
	}
	nobody, _, _, err := argon2id.DecodeHash(a.passwords.nobody())
	if err != nil || *real != *nobody {
		t.Errorf("known: %+v, unknown: %+v, %v", real, nobody, err)
	}
	if ok, err := a.passwords.matches(t.Context(), "", a.passwords.nobody()); ok || err != nil {
		t.Errorf("an empty password is nobody's: %v, %v", ok, err)
	}
}

func TestPasswordsAreNormalised(t *testing.T) {
	a, _ := open(t, storetest.SQLite(t))
	hash, err := a.passwords.hash(t.Context(), "Caf\u00e9 Straße")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := a.passwords.matches(t.Context(), "Cafe\u0301 Straße", hash); !ok || err != nil {
		t.Errorf("the same password typed another way: %v, %v", ok, err)
	}
}

func TestWrongPasswordsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := open(t, storetest.SQLite(t))
		create(t, a, "anna")
		create(t, a, "ben")
		try := func(login, password, address string) string {
			_, _, err := a.SignIn(t.Context(), login, password, address)
			return code(err)
		}
		for range 3 * perLogin { // right ones do not count
			if got := try("anna", "correct horse", "192.0.2.1"); got != "" {
				t.Fatal(got)
			}
		}
		for range perLogin {
			if got := try("anna", "wrong", "192.0.2.1"); got != "bad_login" {
				t.Fatal(got)
			}
		}
		_, _, err := a.SignIn(t.Context(), "anna", "correct horse", "192.0.2.9")
		var slow *Slow
		if !errors.As(err, &slow) || slow.RetryAfter() <= 0 || slow.RetryAfter() > loginRefill {
			t.Fatalf("after too many: %v", err)
		}
		if got := try("ben", "correct horse", "192.0.2.9"); got != "" {
			t.Errorf("another login: %s", got)
		}
		time.Sleep(slow.RetryAfter())
		if got := try("anna", "correct horse", "192.0.2.9"); got != "" {
			t.Errorf("after the wait: %s", got)
		}
		for i := range perAddress {
			if got := try(strings.Repeat("x", i%60+1), "wrong", "198.51.100.1"); got != "bad_login" {
				t.Fatalf("attempt %d: %s", i, got)
			}
		}
		if got := try("ben", "correct horse", "198.51.100.1"); got != "too_many_attempts" {
			t.Errorf("from the same address: %q", got)
		}
	})
}

func TestAttemptsAtOnceCount(t *testing.T) {
	a, _ := open(t, storetest.SQLite(t))
	create(t, a, "anna")
	var looked atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if _, _, err := a.SignIn(t.Context(), "anna", "wrong", "192.0.2.1"); code(err) == "bad_login" {
				looked.Add(1)
			}
		})
	}
	all.Wait()
	if n := looked.Load(); n != perLogin {
		t.Errorf("%d of 100 simultaneous guesses were looked at, want %d", n, perLogin)
	}
}

func TestSessionsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := open(t, storetest.SQLite(t))
		anna := create(t, a, "anna")
		signIn := func() (string, Session) {
			t.Helper()
			token, s, err := a.SignIn(t.Context(), "anna", "correct horse", "")
			if err != nil {
				t.Fatal(err)
			}
			return token, s
		}
		ended := func(token, when string) {
			t.Helper()
			if _, err := a.Session(t.Context(), token); code(err) != "not_signed_in" {
				t.Errorf("%s: %v", when, err)
			}
		}

		token, s := signIn()
		if err := a.SignOut(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		ended(token, "after sign-out")
		if a.Alive(t.Context(), s) {
			t.Error("alive after sign-out")
		}

		token, _ = signIn()
		time.Sleep(sessionIdle)
		ended(token, "idle")

		token, s = signIn()
		for began := time.Now(); time.Since(began) < sessionLife-sessionIdle; time.Sleep(sessionIdle - time.Minute) {
			if !a.Alive(t.Context(), s) {
				t.Fatalf("ended after %v although it was used", time.Since(began))
			}
		}
		time.Sleep(sessionIdle - time.Minute)
		a.Alive(t.Context(), s)
		time.Sleep(sessionIdle - time.Minute)
		ended(token, "after its life")

		token, _ = signIn()
		other, _ := signIn()
		if err := a.SetPassword(t.Context(), anna.Agent, "another password"); err != nil {
			t.Fatal(err)
		}
		ended(token, "after a new password")
		ended(other, "the other after a new password")
		if _, _, err := a.SignIn(t.Context(), "anna", "correct horse", ""); code(err) != "bad_login" {
			t.Errorf("the old password: %v", err)
		}
		for _, token := range []string{"", "nonsense", strings.Repeat("x", 1000)} {
			ended(token, token)
		}
	})
}

func TestTickets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := open(t, storetest.SQLite(t))
		create(t, a, "anna")
		_, s, err := a.SignIn(t.Context(), "anna", "correct horse", "")
		if err != nil {
			t.Fatal(err)
		}
		issue := func() string {
			ticket, err := a.StaffTicket(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			return ticket
		}
		ticket := issue()
		if _, err := a.RedeemVisitor(t.Context(), ticket); code(err) != "bad_ticket" {
			t.Errorf("a staff ticket opens a customer's connection: %v", err)
		}
		if got, err := a.RedeemStaff(t.Context(), ticket); err != nil || got.ID() != s.ID() {
			t.Errorf("redeemed %+v, %v", got, err)
		}
		if _, err := a.RedeemStaff(t.Context(), ticket); code(err) != "bad_ticket" {
			t.Errorf("twice: %v", err)
		}
		late := issue()
		time.Sleep(ticketLife)
		if _, err := a.RedeemStaff(t.Context(), late); code(err) != "bad_ticket" {
			t.Errorf("too late: %v", err)
		}
		orphan := issue()
		if err := a.SignOut(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if _, err := a.RedeemStaff(t.Context(), orphan); code(err) != "not_signed_in" {
			t.Errorf("after sign-out: %v", err)
		}
		visitor, err := a.VisitorTicket(t.Context(), "conv")
		if err != nil {
			t.Fatal(err)
		}
		if id, err := a.RedeemVisitor(t.Context(), visitor); err != nil || id != "conv" {
			t.Errorf("redeemed %q, %v", id, err)
		}
	})
}

// TestOneUse is B58: of a thousand parallel uses exactly one wins.
func TestOneUse(t *testing.T) {
	a, _ := open(t, storetest.SQLite(t))
	ticket, err := a.VisitorTicket(t.Context(), "conv")
	if err != nil {
		t.Fatal(err)
	}
	var won atomic.Int32
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			if _, err := a.RedeemVisitor(context.Background(), ticket); err == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 1,000 got in", won.Load())
	}
}

func TestCreateStaffRefuses(t *testing.T) {
	a, _ := open(t, storetest.SQLite(t))
	create(t, a, "anna")
	good := NewStaff{Login: "ben", Password: "correct horse", Name: "Ben"}
	for want, change := range map[string]func(*NewStaff){
		"bad_login":    func(n *NewStaff) { n.Login = "a b" },
		"login_taken":  func(n *NewStaff) { n.Login = "ANNA" },
		"bad_password": func(n *NewStaff) { n.Password = "seven77" },
		"bad_name":     func(n *NewStaff) { n.Name = " \u202e " },
		"bad_locale":   func(n *NewStaff) { n.Locale = "<b>" },
		"bad_role":     func(n *NewStaff) { n.Roles = []Role{"king"} },
		"bad_capacity": func(n *NewStaff) { n.Capacity = -1 },
	} {
		n := good
		change(&n)
		if _, err := a.CreateStaff(t.Context(), n); code(err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	demo := good
	demo.Password, demo.Demo = "demo", true
	if _, err := a.CreateStaff(t.Context(), demo); err != nil {
		t.Errorf("a demo account: %v", err)
	}
}

func TestUpdateProfile(t *testing.T) {
	a, s := open(t, storetest.SQLite(t))
	anna := create(t, a, "anna")
	text := func(s string) *string { return &s }
	got, err := a.UpdateProfile(t.Context(), anna.Agent, Profile{Name: text("  Anna\n\u202eMaria\u200b  Becker "), Nickname: text("Anni"), Locale: text("de"),
		Settings: json.RawMessage(`{"sound":true}`)})
	if err != nil || got.Name != "Anna Maria Becker" || got.Nickname != "Anni" || got.Locale != "de" || string(got.Settings) != `{"sound":true}` {
		t.Fatalf("%+v, %v", got, err)
	}
	got, err = a.UpdateProfile(t.Context(), anna.Agent, Profile{Nickname: text("")})
	if err != nil || got.Nickname != "" || got.Name != "Anna Maria Becker" || got.Locale != "de" {
		t.Errorf("%+v, %v", got, err)
	}
	if record, err := s.Agent(t.Context(), anna.Agent); err != nil || record.PasswordHash == "" || len(record.Roles) != 1 {
		t.Errorf("the account became %+v, %v", record, err)
	}
	for field, p := range map[string]Profile{
		"name":     {Name: text(" ")},
		"nickname": {Nickname: text(strings.Repeat("x", 81))},
		"locale":   {Locale: text("deutsch!")},
		"settings": {Settings: json.RawMessage(`[1]`)},
	} {
		_, err := a.UpdateProfile(t.Context(), anna.Agent, p)
		var refused *chat.Error
		if !errors.As(err, &refused) || refused.Kind != chat.Invalid || refused.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	zalgo, err := a.UpdateProfile(t.Context(), anna.Agent, Profile{Name: text("A" + strings.Repeat("\u0301", 5000))})
	if err != nil || len(zalgo.Name) > 20 {
		t.Errorf("B30: %d bytes, %v", len(zalgo.Name), err)
	}
}

func TestOrigins(t *testing.T) {
	some, err := ParseOrigins([]string{"https://Shop.example", "http://localhost:3000", "https://b.example:443/"})
	if err != nil {
		t.Fatal(err)
	}
	every, err := ParseOrigins([]string{"*"})
	if err != nil {
		t.Fatal(err)
	}
	for origin, listed := range map[string]bool{
		"https://shop.example": true, "https://shop.example:443": true, "http://localhost:3000": true, "https://b.example": true,
		"http://shop.example": false, "https://shop.example.evil.test": false, "https://evil.test": false, "https://shop.example:8443": false,
	} {
		if some.Allow(origin) != listed || !every.Allow(origin) {
			t.Errorf("%s: listed %v, any %v", origin, some.Allow(origin), every.Allow(origin))
		}
	}
	for _, origin := range []string{"", "null", "file://", "https://", "https://a@shop.example", "chrome-extension://abc", "https://shop.example/x"} {
		if some.Allow(origin) || every.Allow(origin) {
			t.Errorf("%q is allowed", origin)
		}
	}
	for _, bad := range []string{"shop.example", "https://", "ftp://x", "https://x/y"} {
		if _, err := ParseOrigins([]string{bad}); err == nil {
			t.Errorf("%q is taken for an origin", bad)
		}
	}
}

func TestBucketsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBuckets(1, time.Minute, 3)
		for _, key := range []string{"a", "b", "c"} {
			if _, ok := b.Take(key); !ok {
				t.Fatal(key)
			}
		}
		if _, ok := b.Take("d"); !ok {
			t.Error("the first late-comer is refused")
		}
		if _, ok := b.Take("e"); ok {
			t.Error("late-comers do not share a bucket")
		}
		if wait, ok := b.Take("a"); ok || wait != time.Minute {
			t.Errorf("an empty bucket: %v %v", wait, ok)
		}
		time.Sleep(2 * time.Minute)
		if _, ok := b.Take("e"); !ok || len(b.spent) > 4 {
			t.Errorf("full buckets were not forgotten: %d", len(b.spent))
		}
	})
}
