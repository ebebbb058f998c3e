// Package msal lets Microsoft's own authentication library for Go sign people in at the simulated tenant.
//
// MSAL insists on https and on an authority it knows; WithInstanceDiscovery(false) tells it to take ours as it is, which is what
// Microsoft documents for authorities outside of its clouds.
package msal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"trialog/test/independent/tenant"
)

const person = "Anna Becker"

// secretClient is a confidential client with a secret.
func secretClient(t *testing.T, at *tenant.Tenant) confidential.Client {
	t.Helper()
	credential, err := confidential.NewCredFromSecret(tenant.Secret)
	if err != nil {
		t.Fatal(err)
	}
	client, err := confidential.New(at.Authority(), tenant.ClientID, credential, confidential.WithInstanceDiscovery(false))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// authCode sends a person's browser to the address MSAL made and returns the code it comes back with. MSAL for Go leaves PKCE of a
// confidential client to the application, so the challenge is added here.
func authCode(t *testing.T, client confidential.Client, clientID, challenge string) string {
	t.Helper()
	address, err := client.AuthCodeURL(t.Context(), clientID, tenant.RedirectURI, tenant.Scopes)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("code_challenge", challenge)
	q.Set("code_challenge_method", "S256")
	q.Set("state", "a state")
	u.RawQuery = q.Encode()
	browser, err := tenant.NewBrowser(person)
	if err != nil {
		t.Fatal(err)
	}
	back, err := browser.SignIn(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	if back.Address.String() != tenant.RedirectURI || back.Values.Get("state") != "a state" || back.Values.Get("code") == "" {
		t.Fatalf("came back to %s with %v", back.Address, back.Values)
	}
	return back.Values.Get("code")
}

// graphStatus asks Graph who the token belongs to.
func graphStatus(t *testing.T, at *tenant.Tenant, token string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at.Graph()+"/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}
