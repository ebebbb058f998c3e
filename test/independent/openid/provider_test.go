// Package openid turns the proof around: the product's own sign-in, graph.App, against an OpenID provider that nobody here wrote,
// zitadel/oidc's example server. What our client sends and checks must make sense to a strict implementation of the standard, not
// only to our simulator.
//
// The provider is made to look like Entra where Entra goes beyond the standard, and graph.App relies on it:
//   - addresses: {login}/{tenant}/oauth2/v2.0/… and …/discovery/v2.0/keys are fixed, and not looked up by discovery;
//   - issuer: {login}/{tenant}/v2.0, which is not where those addresses begin;
//   - claims: tid and oid say who it is; name and preferred_username are in the id_token even though there is an access token.
//
// Two things stay as they are here: the provider knows no permissions of Graph (so only OpenID's scopes are asked for), and its errors
// carry no AADSTS numbers (so OAuth's own codes must do).
package openid

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"trialog/internal/graph"
	"trialog/test/independent/tenant"
)

const (
	directory = "0b6f2d8e-5c1a-4f7d-8e39-1a2b3c4d5e6f"
	objectID  = "c7a1e0f4-2d3b-4a5c-9e8f-7a6b5c4d3e2f"
	username  = "test-user@localhost" // one of the example's own users
	password  = "verysecure"
)

// provider is how one test's provider looks.
type provider struct {
	issuer string            // path of the issuer; "/{tenant}/v2.0" when empty
	claims map[string]string // what it says beyond the standard
}

// registerClient once: the example keeps clients in a global variable.
var registerClient = sync.OnceFunc(func() {
	storage.RegisterClients(storage.WebClient(tenant.ClientID, tenant.Secret, tenant.RedirectURI))
})

// start serves the provider and returns our client for it.
func (p provider) start(t *testing.T) *graph.App {
	t.Helper()
	registerClient()
	var handler http.Handler // made below: the provider must know its address
	address := tenant.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	if p.issuer == "" {
		p.issuer = "/" + directory + "/v2.0"
	}
	issuer := address + p.issuer
	users := storage.NewUserStore(address)
	endpoint := func(path string) *op.Endpoint {
		path = "/" + directory + path
		return op.NewEndpointWithURL(path, address+path)
	}
	handler = exampleop.SetupServer(issuer, claims{storage.NewStorage(users), users, p.claims}, slog.New(slog.DiscardHandler), false,
		op.WithCustomAuthEndpoint(endpoint("/oauth2/v2.0/authorize")), op.WithCustomTokenEndpoint(endpoint("/oauth2/v2.0/token")),
		op.WithCustomKeysEndpoint(endpoint("/discovery/v2.0/keys")))
	return &graph.App{Endpoint: graph.Endpoint{LoginURL: address}, Tenant: directory, ClientID: tenant.ClientID, Secret: tenant.Secret,
		RedirectURL: tenant.RedirectURI, Scopes: []string{"openid", "profile", "offline_access"}}
}

// claims adds Entra's claims to the example's id_tokens.
type claims struct {
	*storage.Storage
	users storage.UserStore
	extra map[string]string
}

// SetUserinfoFromRequest implements op.CanSetUserinfoFromRequest.
func (c claims) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, request op.IDTokenRequest, scopes []string) error {
	if err := c.Storage.SetUserinfoFromRequest(ctx, info, request, scopes); err != nil {
		return err
	}
	user := c.users.GetUserByID(request.GetSubject())
	info.PreferredUsername, info.Name = user.Username, user.FirstName+" "+user.LastName
	for name, value := range c.extra {
		info.AppendClaims(name, value)
	}
	return nil
}

// entra is what Entra says.
func entra() map[string]string { return map[string]string{"tid": directory, "oid": objectID} }
