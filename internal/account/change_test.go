package account

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

const (
	app1 = "11111111-0000-4000-8000-000000000001"
	app2 = "22222222-0000-4000-8000-000000000002"
	app3 = "33333333-0000-4000-8000-000000000003"
)

func accounts(t *testing.T) (*Accounts, *store.Store, context.Context) {
	s := storetest.Open(t, storetest.SQLite(t))
	return New(Config{Store: s, PublicURL: "https://trialog.test", Rand: rand.Reader}), s, t.Context()
}

func signIn(t *testing.T, s *store.Store, id chat.AccountID, agent chat.AgentID) {
	t.Helper()
	if _, err := s.PutLink(t.Context(), store.Link{Account: id, Agent: agent, Person: "p", Refresh: "r", State: store.LinkConnected, Since: time.Now()}); err != nil {
		t.Fatal(err)
	}
}

func form(app string) Form {
	f := good()
	f.ClientID, f.Secret = ptr(app), ptr("secret~of~"+app[:4])
	return f
}

func view(t *testing.T, v View, err error) View {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestDeleteSuccessor: who deletes the account that took another's place gets the other back, with its sign-ins.
func TestDeleteSuccessor(t *testing.T) {
	s, st, ctx := accounts(t)
	v, err := s.Create(ctx, "ada", form(app1))
	a := view(t, v, err)
	signIn(t, st, a.ID, "anna")
	v, err = s.Change(ctx, "ada", a.ID, form(app2)) // a slip: the wrong client ID
	b := view(t, v, err)
	if b.ID == a.ID {
		t.Fatal("changed in place")
	}
	if err := s.Delete(ctx, "ada", b.ID); err != nil {
		t.Fatal(err)
	}
	if of, err := s.Account(ctx, a.ID); err != nil || of.Settings.ReplacedBy != "" {
		t.Errorf("the account is replaced by %q, which is no more: %v", of.Settings.ReplacedBy, err)
	}
	v, err = s.Change(ctx, "ada", a.ID, form(app1))
	if a = view(t, v, err); a.Agents != 1 {
		t.Errorf("%d agents have signed in, want anna", a.Agents)
	}
}

// TestChain: undoing a change further back leaves no account that says it was replaced by one that is no more.
func TestChain(t *testing.T) {
	s, st, ctx := accounts(t)
	v, err := s.Create(ctx, "ada", form(app1))
	a := view(t, v, err)
	signIn(t, st, a.ID, "anna")
	v, err = s.Change(ctx, "ada", a.ID, form(app2))
	b := view(t, v, err)
	signIn(t, st, b.ID, "anna")
	v, err = s.Change(ctx, "ada", b.ID, form(app3))
	c := view(t, v, err)
	v, err = s.Change(ctx, "ada", c.ID, form(app1)) // nobody signed in with the third
	view(t, v, err)
	all, err := s.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[chat.AccountID]bool{}
	for _, x := range all {
		ids[x.ID] = true
	}
	for _, x := range all {
		if x.ReplacedBy != "" && !ids[x.ReplacedBy] {
			t.Errorf("%s says that it was replaced by %s, which is no more", x.ID, x.ReplacedBy)
		}
	}
}

// TestSameNameAgain: a new account does not inherit what was wrong with one that was deleted.
func TestSameNameAgain(t *testing.T) {
	s, st, ctx := accounts(t)
	v, err := s.Create(ctx, "ada", form(app1))
	a := view(t, v, err)
	if err := NoteRefusal(ctx, st, a.ID, "no_consent"); err != nil {
		t.Fatal(err)
	}
	if err := NoteUnmarked(ctx, st, a.ID, Unmarked{time.Now(), time.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(ctx, "ada", a.ID); err != nil {
		t.Fatal(err)
	}
	v, err = s.Create(ctx, "ada", form(app2))
	b := view(t, v, err)
	if notices, err := s.Notices(ctx, auth.Staff{Roles: []auth.Role{auth.RoleAdministrator}}); err != nil || len(notices) > 0 {
		t.Errorf("the new account %s is warned of: %+v %v", b.ID, notices, err)
	}
	of, err := s.Account(ctx, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := s.consent(ctx, of); err != nil || f[0].State == "bad" {
		t.Errorf("the test of the new account finds %+v %v", f, err)
	}
}

// TestPutTwice: the command line makes no second account of one application, after which neither could be changed.
func TestPutTwice(t *testing.T) {
	s, _, ctx := accounts(t)
	v, err := s.Create(ctx, "ada", form(app1))
	a := view(t, v, err)
	var refused *chat.Error
	if _, err := s.Put(ctx, "system", "other", form(app1)); !errors.As(err, &refused) || refused.Code != "account_exists" {
		t.Errorf("a second account of the application: %v", err)
	}
	if _, err := s.Put(ctx, "system", a.ID, Form{Secret: ptr("rotated~secret")}); err != nil {
		t.Errorf("the secret of %s can't be rotated any more: %v", a.ID, err)
	}
}
