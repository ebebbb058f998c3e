package apptest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"trialog/internal/account"
	"trialog/internal/teamsim"
)

// TestConnectionTest: every refusal that Microsoft's sign-in knows is told apart, at the token endpoint, with words of its own.
func TestConnectionTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Start(t, Options{})
		for code, want := range map[int]string{
			7000215: "wrong_secret", 7000218: "no_secret", 7000222: "secret_expired", 700027: "bad_certificate", 70002: "credentials_refused",
			700016: "unknown_client", 7000112: "app_disabled", 700025: "public_client", 50194: "single_tenant", 900971: "no_redirect",
			90002: "unknown_tenant", 900023: "unknown_tenant", 50059: "unknown_tenant", 50011: "wrong_redirect", 70011: "unknown_permission",
			650056: "permission_not_registered", 65005: "permission_not_registered", 65001: "no_consent", 65004: "declined", 90094: "admin_consent",
			90095: "consent_requested", 50020: "not_in_tenant", 50105: "not_assigned", 700082: "unused_too_long", 50173: "revoked",
			70043: "sign_in_frequency", 700084: "spa_registration", 50076: "mfa", 53003: "conditional_access", 50055: "password_expired",
			50058: "login_required", 50057: "account_disabled", 50053: "account_locked", 50126: "wrong_password", 54005: "bad_request",
			50196: "request_loop", 90055: "tenant_throttled", 90033: "microsoft_busy",
		} {
			w.Tenant.FailNext("POST /token", teamsim.Fault{AADSTS: code})
			got, err := w.App.Accounts.Test(w.ctx, "contoso")
			w.must(err)
			if len(got) != 1 || got[0].Code != want || got[0].OK() || strings.Contains(got[0].Sentence(), "{detail}") || strings.HasPrefix(got[0].Sentence(), "Microsoft answered") {
				t.Errorf("%d: %s, want %s", code, asJSON(got), want)
			}
		}
		w.Net.Handle(loginHost, nil)
		got, err := w.App.Accounts.Test(w.ctx, "contoso")
		if err != nil || got[0].Code != "unreachable" {
			t.Errorf("without a network: %s %v", asJSON(got), err)
		}
	})
}

// TestRegistration: what only the real state of the registration shows.
func TestRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Start(t, Options{})
		first := func(code string) account.Finding {
			t.Helper()
			got, err := w.App.Accounts.Test(w.ctx, "contoso")
			w.must(err)
			for _, f := range got {
				if f.Code == code {
					return f
				}
			}
			t.Errorf("no %s in %s", code, asJSON(got))
			return account.Finding{}
		}
		app := teamsim.App{ClientID: clientID, Secret: secret, RedirectURIs: []string{"https://elsewhere.test/callback"}}
		w.Tenant.AddApp(app)
		if f := first("wrong_redirect"); f.Detail != w.URL+"/api/v1/teams/callback" {
			t.Errorf("the redirect URI is said to be %s", f.Detail)
		}
		app.Disabled = true
		w.Tenant.AddApp(app)
		first("app_disabled")
		app.Disabled, app.Secret, app.Secrets = false, "", []teamsim.Secret{{Value: secret, Expires: time.Now().Add(-time.Hour)}}
		w.Tenant.AddApp(app)
		first("secret_expired")
	})
}

// TestCertificate: an account that proves itself by a certificate signs agents in, and says so when Microsoft does not know it.
func TestCertificate(t *testing.T) {
	known, text := selfSigned(t)
	_, unknown := selfSigned(t)
	synctest.Test(t, func(t *testing.T) {
		w := Start(t, Options{})
		w.Tenant.AddApp(teamsim.App{ClientID: clientID, Certificates: []*x509.Certificate{known}, RedirectURIs: []string{w.URL + "/api/v1/teams/callback"},
			Consented: []string{"ChatMember.ReadWrite"}})
		change := func(text string) account.View {
			t.Helper()
			v, err := w.App.Accounts.Change(w.ctx, "test", "contoso", account.Form{Certificate: &text})
			w.must(err)
			return v
		}
		if v := change(unknown); v.Credential != "certificate" || len(v.Thumbprint) != 40 || v.Expires == "" || strings.Contains(asJSON(v), "PRIVATE") {
			t.Errorf("the account is %s", asJSON(v))
		}
		if got, err := w.App.Accounts.Test(w.ctx, "contoso"); err != nil || got[0].Code != "bad_certificate" {
			t.Errorf("a foreign certificate: %s %v", asJSON(got), err)
		}
		change(text)
		anna, err := w.SignIn(w.ctx, "anna", "demo")
		w.must(err)
		w.must(anna.LinkTeams(w.ctx, "Anna Becker"))
		if got, err := w.App.Accounts.Test(w.ctx, "contoso"); err != nil || got[0].Code != "credentials" {
			t.Errorf("our certificate: %s %v", asJSON(got), err)
		}
	})
}

// selfSigned makes a certificate and its PEM with the key.
func selfSigned(t *testing.T) (*x509.Certificate, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	// Bubbles begin in the year 2000.
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "Trialog"},
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

// TestClaims: the next sign-in asks for what Microsoft wanted to see proven.
func TestClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Start(t, Options{})
		anna, err := w.SignIn(w.ctx, "anna", "demo")
		w.must(err)
		w.must(anna.LinkTeams(w.ctx, "Anna Becker"))
		claims := func() string {
			t.Helper()
			at, err := anna.StartTeams(w.ctx, "")
			w.must(err)
			u, err := url.Parse(at)
			w.must(err)
			return u.Query().Get("claims")
		}
		if got := claims(); !strings.Contains(got, `"cp1"`) || strings.Contains(got, "nbf") {
			t.Errorf("claims of a first sign-in: %s", got)
		}
		w.must(w.Tenant.RevokeSignIn("Anna Becker", 0))
		if _, err := anna.Folders(w.ctx); err != nil {
			t.Fatal(err)
		}
		time.Sleep(11 * time.Minute) // the folder is asked for anew
		if _, err := anna.Folders(w.ctx); err != nil {
			t.Fatal(err)
		}
		if link, err := anna.Teams(w.ctx); err != nil || link.State != "needs_sign_in" || link.Reason != "claims" {
			t.Errorf("link is %+v %v", link, err)
		}
		if got := claims(); !strings.Contains(got, `"cp1"`) || !strings.Contains(got, "nbf") {
			t.Errorf("claims after a challenge: %s", got)
		}
	})
}

// TestAccountMetrics: operators see what the health page shows.
func TestAccountMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Start(t, Options{})
		anna, err := w.SignIn(w.ctx, "anna", "demo")
		w.must(err)
		w.must(anna.LinkTeams(w.ctx, "Anna Becker"))
		expires := time.Now().AddDate(0, 0, 20).UTC().Format(time.DateOnly)
		_, err = w.App.Accounts.Change(w.ctx, "test", "contoso", account.Form{Expires: &expires})
		w.must(err)
		w.After(10 * time.Second) // the subscription stands
		w.must(w.Tenant.As("Erik Lind").OneOnOne("Anna Becker", "<p>Guten Morgen</p>"))
		w.After(time.Minute)
		if n := w.Tenant.Forge(teamsim.WrongSignature); n != 1 {
			t.Fatalf("%d notifications are forged", n)
		}
		w.After(time.Minute)
		rec := httptest.NewRecorder()
		w.App.Ops.ServeHTTP(rec, httptest.NewRequestWithContext(context.Background(), "GET", "/metrics", nil))
		body, err := io.ReadAll(rec.Body)
		w.must(err)
		for _, want := range []string{`trialog_teams_sign_ins{account="contoso",state="connected"} 1`, `trialog_teams_subscriptions{account="contoso"} 1`,
			`trialog_teams_dead_letters{account="contoso"} 0`, `trialog_teams_secret_seconds{account="contoso"} 1.`, `trialog_teams_lanes{account="contoso",state="blocked"} 0`,
			`trialog_teams_events_total{account="contoso",event="forged"} 1`, `trialog_teams_events_total{account="contoso",event="doubled"} 0`} {
			if rec.Code != http.StatusOK || !strings.Contains(string(body), want) {
				t.Errorf("%d: no %s", rec.Code, want)
			}
		}
	})
}
