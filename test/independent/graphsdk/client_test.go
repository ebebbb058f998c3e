// Package graphsdk uses the simulated tenant through Microsoft's own Graph SDK for Go, with tokens from MSAL and the SDK's default
// middleware: gzipped bodies, percent-encoded ids, Retry-After.
//
// Only the SDK's packages chats, subscriptions and models are imported. Its root package pulls in all of Graph and takes minutes more
// to compile; softDelete, which Microsoft documents below /users only, is therefore called by its address.
package graphsdk

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	kiotajson "github.com/microsoft/kiota-serialization-json-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/chats"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
	"github.com/microsoftgraph/msgraph-sdk-go/subscriptions"
	"golang.org/x/oauth2"

	"trialog/test/independent/tenant"
)

// user is somebody signed in through MSAL, with the SDK's builders.
type user struct {
	id            string
	at            *tenant.Tenant
	adapter       *core.GraphRequestAdapterBase
	chats         *chats.ChatsRequestBuilder
	subscriptions *subscriptions.SubscriptionsRequestBuilder
}

// registerFormats does what the SDK's root package does when a client is made.
var registerFormats = sync.OnceFunc(func() {
	kiota.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory { return kiotajson.NewJsonSerializationWriterFactory() })
	kiota.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return kiotajson.NewJsonParseNodeFactory() })
})

// signIn makes the SDK's client for somebody.
func signIn(t *testing.T, at *tenant.Tenant, person string) *user {
	t.Helper()
	registerFormats()
	tokens, err := newTokens(t.Context(), at, person)
	if err != nil {
		t.Fatal(err)
	}
	adapter, err := core.NewGraphRequestAdapterBase(authentication.NewBaseBearerTokenAuthenticationProvider(tokens),
		core.GraphClientOptions{GraphServiceVersion: "v1.0", GraphServiceLibraryVersion: "1.89.0"})
	if err != nil {
		t.Fatal(err)
	}
	adapter.SetBaseUrl(at.Graph())
	base := map[string]string{"baseurl": at.Graph()}
	return &user{id: at.PersonID(t, person), at: at, adapter: adapter, chats: chats.NewChatsRequestBuilderInternal(base, adapter),
		subscriptions: subscriptions.NewSubscriptionsRequestBuilderInternal(base, adapter)}
}

// tokens hands MSAL's tokens to the SDK.
type tokens struct {
	client  confidential.Client
	account confidential.Account
	hosts   *authentication.AllowedHostsValidator
}

// newTokens signs somebody in with MSAL: code and PKCE.
func newTokens(ctx context.Context, at *tenant.Tenant, person string) (*tokens, error) {
	credential, err := confidential.NewCredFromSecret(tenant.Secret)
	if err != nil {
		return nil, err
	}
	client, err := confidential.New(at.Authority(), tenant.ClientID, credential, confidential.WithInstanceDiscovery(false))
	if err != nil {
		return nil, err
	}
	hosts, err := authentication.NewAllowedHostsValidatorErrorCheck([]string{"localhost"})
	if err != nil {
		return nil, err
	}
	verifier := oauth2.GenerateVerifier()
	code, err := authCode(ctx, client, person, verifier)
	if err != nil {
		return nil, err
	}
	r, err := client.AcquireTokenByAuthCode(ctx, code, tenant.RedirectURI, tenant.Scopes, confidential.WithChallenge(verifier))
	return &tokens{client: client, account: r.Account, hosts: hosts}, err
}

func authCode(ctx context.Context, client confidential.Client, person, verifier string) (string, error) {
	address, err := client.AuthCodeURL(ctx, tenant.ClientID, tenant.RedirectURI, tenant.Scopes)
	if err != nil {
		return "", err
	}
	browser, err := tenant.NewBrowser(person)
	if err != nil {
		return "", err
	}
	q := url.Values{"code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)}, "code_challenge_method": {"S256"}}
	back, err := browser.SignIn(ctx, address+"&"+q.Encode())
	return back.Values.Get("code"), err
}

// GetAuthorizationToken implements the SDK's AccessTokenProvider: every request asks MSAL, which answers from its cache.
func (k *tokens) GetAuthorizationToken(ctx context.Context, _ *url.URL, _ map[string]any) (string, error) {
	r, err := k.client.AcquireTokenSilent(ctx, tenant.Scopes, confidential.WithSilentAccount(k.account))
	return r.AccessToken, err
}

// GetAllowedHostsValidator implements the SDK's AccessTokenProvider.
func (k *tokens) GetAllowedHostsValidator() *authentication.AllowedHostsValidator { return k.hosts }

// wantCode checks that the SDK could read an error as Graph's.
func wantCode(t *testing.T, what string, err error, status int, code string) {
	t.Helper()
	var graph *odataerrors.ODataError
	if !errors.As(err, &graph) {
		t.Errorf("%s: %v, want an ODataError", what, err)
		return
	}
	if graph.ResponseStatusCode != status || deref(graph.GetErrorEscaped().GetCode()) != code {
		t.Errorf("%s: %d %s (%v), want %d %s", what, graph.ResponseStatusCode, deref(graph.GetErrorEscaped().GetCode()), graph, status, code)
	}
}

func deref[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}
