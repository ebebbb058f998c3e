package msal

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"golang.org/x/oauth2"

	"trialog/internal/teamsim"
	"trialog/test/independent/tenant"
)

func TestCodeAndPKCEThenSilence(t *testing.T) {
	at := tenant.Start(t)
	// MSAL takes an access token with less than five minutes left for expired. So the first silent call must go to the tenant with the
	// refresh token, and the one after a longer life must not.
	at.SetFaults(func(f *teamsim.Faults) { f.TokenLife = 4 * time.Minute })
	client := secretClient(t, at)
	verifier := oauth2.GenerateVerifier()
	code := authCode(t, client, tenant.ClientID, oauth2.S256ChallengeFromVerifier(verifier))
	first, err := client.AcquireTokenByAuthCode(t.Context(), code, tenant.RedirectURI, tenant.Scopes, confidential.WithChallenge(verifier))
	if err != nil {
		t.Fatal(err)
	}
	checkIdentity(t, at, first)
	if got := graphStatus(t, at, first.AccessToken); got != http.StatusOK {
		t.Errorf("Graph answers %d to the token", got)
	}

	at.ClearFaults()
	renewed := silent(t, client, first.Account)
	if renewed.Metadata.TokenSource != confidential.TokenSourceIdentityProvider || renewed.AccessToken == first.AccessToken {
		t.Errorf("the refresh token was not used")
	}
	if got := graphStatus(t, at, renewed.AccessToken); got != http.StatusOK {
		t.Errorf("Graph answers %d to the renewed token", got)
	}
	if cached := silent(t, client, first.Account); cached.Metadata.TokenSource != confidential.TokenSourceCache || cached.AccessToken != renewed.AccessToken {
		t.Errorf("a fresh token was not taken from the cache")
	}
}

// checkIdentity compares what MSAL read from id_token, client_info and scope with the directory.
func checkIdentity(t *testing.T, at *tenant.Tenant, r confidential.AuthResult) {
	t.Helper()
	p, _ := at.Person(person)
	if want := p.ID + "." + at.ID(); r.Account.HomeAccountID != want {
		t.Errorf("home account %q, want %q", r.Account.HomeAccountID, want)
	}
	if r.Account.PreferredUsername != p.UPN || r.IDToken.Name != p.Name || r.IDToken.Oid != p.ID || r.IDToken.TenantID != at.ID() {
		t.Errorf("signed in as %+v", r.IDToken)
	}
	if r.IDToken.Issuer != at.Authority()+"/v2.0" || r.IDToken.Audience != tenant.ClientID {
		t.Errorf("issuer %q, audience %q", r.IDToken.Issuer, r.IDToken.Audience)
	}
	for _, scope := range tenant.Scopes {
		if !slices.Contains(r.GrantedScopes, scope) {
			t.Errorf("%s is not among the granted %v", scope, r.GrantedScopes)
		}
	}
	if len(r.DeclinedScopes) > 0 {
		t.Errorf("declined: %v", r.DeclinedScopes)
	}
}

func silent(t *testing.T, client confidential.Client, who confidential.Account) confidential.AuthResult {
	t.Helper()
	r, err := client.AcquireTokenSilent(t.Context(), tenant.Scopes, confidential.WithSilentAccount(who))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRefusalsReachTheLibrary(t *testing.T) {
	at := tenant.Start(t)
	client := secretClient(t, at)
	verifier := oauth2.GenerateVerifier()
	redeem := func(code, verifier string) error {
		_, err := client.AcquireTokenByAuthCode(t.Context(), code, tenant.RedirectURI, tenant.Scopes, confidential.WithChallenge(verifier))
		return err
	}
	code := authCode(t, client, tenant.ClientID, oauth2.S256ChallengeFromVerifier(verifier))
	wants(t, "another verifier", redeem(code, oauth2.GenerateVerifier()), "invalid_grant", "AADSTS501481")
	if err := redeem(code, verifier); err != nil {
		t.Fatal(err)
	}
	wants(t, "a second use", redeem(code, verifier), "invalid_grant", "AADSTS54005")
}

func TestRevokedSignInEndsSilence(t *testing.T) {
	at := tenant.Start(t)
	at.SetFaults(func(f *teamsim.Faults) { f.TokenLife = 4 * time.Minute })
	client := secretClient(t, at)
	verifier := oauth2.GenerateVerifier()
	code := authCode(t, client, tenant.ClientID, oauth2.S256ChallengeFromVerifier(verifier))
	r, err := client.AcquireTokenByAuthCode(t.Context(), code, tenant.RedirectURI, tenant.Scopes, confidential.WithChallenge(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if err := at.RevokeSignIn(person, 50173); err != nil {
		t.Fatal(err)
	}
	_, err = client.AcquireTokenSilent(t.Context(), tenant.Scopes, confidential.WithSilentAccount(r.Account))
	wants(t, "after the revocation", err, "invalid_grant", "AADSTS50173")
}

func wants(t *testing.T, what string, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s was accepted", what)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: %v, want %s", what, err, w)
		}
	}
}
