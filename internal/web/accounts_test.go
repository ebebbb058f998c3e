package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"trialog/internal/account"
	"trialog/internal/auth"
	"trialog/internal/chat"
)

// withAccounts gives the server real accounts, and ada, who looks after them. Nothing runs for them.
func withAccounts(t *testing.T) (*world, desker) {
	t.Helper()
	w := start(t, func(c *Config) {
		all := account.New(account.Config{Store: c.Store, PublicURL: c.PublicURL, Rand: rand.Reader})
		c.Accounts = Administration{List: all.List, Create: all.Create, Change: all.Change, Delete: all.Delete, Test: all.Test, Rotate: all.RotateKey, Notices: all.Notices,
			Health: func(ctx context.Context, id chat.AccountID) (account.Health, error) {
				a, err := all.Account(ctx, id)
				if err != nil {
					return account.Health{}, err
				}
				return all.Base(ctx, a)
			}}
	})
	_, err := w.auth.CreateStaff(t.Context(), auth.NewStaff{Login: "ada", Password: password, Name: "Ada Lovelace", Roles: []auth.Role{auth.RoleAdministrator}})
	w.must(err)
	return w, w.signIn("ada")
}

const goodAccount = `{"name":"Contoso","tenant":"7f1c2a54-93f1-4d8e-9a4b-2f6c0d1e5a90","clientId":"11111111-2222-3333-4444-555555555555","secret":"s3cret~value","locale":"de","timeZone":"Europe/Berlin"}`

func TestAccounts(t *testing.T) {
	w, ada := withAccounts(t)
	var made account.View
	a := w.want(201, ada.call("POST", "/accounts", goodAccount), &made)
	if made.ID != "contoso" || made.Credential != "secret" || made.TimeZone != "Europe/Berlin" || !strings.HasSuffix(made.RedirectURL, "/api/v1/teams/callback") {
		t.Errorf("made %+v", made)
	}
	soon := time.Now().AddDate(0, 0, 20).UTC().Format(time.DateOnly)
	b := w.want(200, ada.call("PATCH", "/accounts/contoso", `{"expires":"`+soon+`"}`), &made)
	if made.Expires != soon || made.DaysLeft == nil || *made.DaysLeft != 20 {
		t.Errorf("changed to %+v", made)
	}
	var seen noticesOut
	w.want(200, ada.call("GET", "/notices", ""), &seen)
	if len(seen.Notices) != 1 || seen.Notices[0].Code != "secret_expires" || seen.Notices[0].Level != "warning" || !seen.Notices[0].Admin {
		t.Errorf("ada sees %+v", seen)
	}
	w.want(200, w.signIn("anna").call("GET", "/notices", ""), &seen)
	if len(seen.Notices) != 0 {
		t.Errorf("anna, who never signed in, sees %+v", seen)
	}
	c := w.want(200, ada.call("GET", "/accounts", ""), nil)
	h := w.want(200, ada.call("GET", "/accounts/contoso/health", ""), nil)
	w.want(204, ada.call("POST", "/accounts/contoso/key", ""), nil)
	var all accountsOut
	d := w.want(200, ada.call("GET", "/accounts", ""), &all)
	if len(all.Accounts) != 1 || all.Accounts[0].OldKeys != 1 {
		t.Errorf("accounts are %+v", all)
	}
	for _, got := range []answer{a, b, c, d, h} {
		if strings.Contains(got.body, "s3cret~value") {
			t.Errorf("the secret is told: %s", got.body)
		}
	}
	if strings.Contains(w.log.String(), "s3cret~value") {
		t.Error("the secret is logged")
	}
	trail, err := w.store.AuditTrail(t.Context(), "account:contoso", time.Time{}, 10)
	w.must(err)
	var acts []string
	for _, r := range trail {
		acts = append(acts, r.Action)
		if r.Actor != "agent:"+string(ada.me.ID) || strings.Contains(string(r.Detail), "s3cret") {
			t.Errorf("audited: %+v %s", r, r.Detail)
		}
	}
	if got := strings.Join(acts, " "); got != "rotate_key change_account create_account" {
		t.Errorf("audited: %s", got)
	}
	w.want(204, ada.call("DELETE", "/accounts/contoso", ""), nil)
	w.refused(404, "no_account", "", ada.call("DELETE", "/accounts/contoso", ""))
}

func TestAccountsAreRefused(t *testing.T) {
	w, ada := withAccounts(t)
	w.want(201, ada.call("POST", "/accounts", goodAccount), nil)
	anna := w.signIn("anna")
	for _, r := range []request{
		{method: "GET", path: "/accounts"}, {method: "POST", path: "/accounts", body: goodAccount}, {method: "PATCH", path: "/accounts/contoso", body: `{}`},
		{method: "DELETE", path: "/accounts/contoso"}, {method: "POST", path: "/accounts/contoso/test"}, {method: "POST", path: "/accounts/contoso/key"},
		{method: "GET", path: "/accounts/contoso/health"}, {method: "POST", path: "/accounts/contoso/lanes/x/retry"},
		{method: "POST", path: "/accounts/contoso/letters/x/replay"}, {method: "DELETE", path: "/accounts/contoso/letters/x"},
	} {
		w.refused(401, "not_signed_in", "", r)
		r.cookie = anna.cookie
		w.refused(403, "not_an_administrator", "", r)
	}
	for _, c := range []struct {
		status      int
		code, field string
		call        request
	}{
		{422, "bad_guid", "tenant", ada.call("POST", "/accounts", `{"name":"X","tenant":"contoso.com"}`)},
		{422, "unknown_field", "Secret", ada.call("POST", "/accounts", `{"Secret":"x"}`)},
		{409, "account_exists", "clientId", ada.call("POST", "/accounts", goodAccount)},
		{422, "secret_id", "secret", ada.call("PATCH", "/accounts/contoso", `{"secret":"7f1c2a54-93f1-4d8e-9a4b-2f6c0d1e5a90"}`)},
		{422, "no_credential", "secret", ada.call("PATCH", "/accounts/contoso", `{"clientId":"22222222-2222-3333-4444-555555555555"}`)},
		{422, "expired", "expires", ada.call("PATCH", "/accounts/contoso", `{"expires":"2020-01-01"}`)},
		{404, "no_account", "", ada.call("PATCH", "/accounts/nowhere", `{}`)},
		{404, "no_account", "", ada.call("POST", "/accounts/nowhere/test", "")},
		{404, "no_account", "", ada.call("GET", "/accounts/nowhere/health", "")},
	} {
		w.refused(c.status, c.code, c.field, c.call)
	}
	none := start(t, nil)
	_, err := none.auth.CreateStaff(t.Context(), auth.NewStaff{Login: "ada", Password: password, Name: "Ada Lovelace", Roles: []auth.Role{auth.RoleAdministrator}})
	none.must(err)
	none.refused(409, "teams_off", "", none.signIn("ada").call("POST", "/accounts", goodAccount))
}

// TestConsentComesBack: whoever consented at Microsoft need not be signed in here; the way back says what Microsoft said.
func TestConsentComesBack(t *testing.T) {
	w := start(t, nil)
	for query, want := range map[string]string{
		"admin_consent=True&tenant=x&state=consent":                      "/#/admin/accounts?consent=granted",
		"admin_consent=True&error=consent_required&error_description=no": "/#/admin/accounts?consent=refused",
	} {
		a := w.do(request{method: "GET", path: "/teams/callback?" + query})
		if a.status != http.StatusSeeOther || a.header.Get("Location") != want {
			t.Errorf("%s: %d to %s", query, a.status, a.header.Get("Location"))
		}
	}
}
