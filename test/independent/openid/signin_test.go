package openid

import (
	"testing"
	"time"

	"trialog/internal/graph"
	"trialog/test/independent/tenant"
)

// signIn fills in the provider's own login page and returns the code.
func signIn(t *testing.T, app *graph.App, r graph.AuthRequest) string {
	t.Helper()
	browser, err := tenant.NewBrowser("")
	if err != nil {
		t.Fatal(err)
	}
	browser.Choose = func(f tenant.Form) (tenant.Button, bool) {
		f.Fields.Set("username", username)
		f.Fields.Set("password", password)
		return f.Buttons[0], true
	}
	back, err := browser.SignIn(t.Context(), app.AuthURL(r))
	if err != nil {
		t.Fatal(err)
	}
	if e := graph.CallbackError(back.Values); e != nil {
		t.Fatal(e)
	}
	if back.Address.String() != tenant.RedirectURI || back.Values.Get("state") != r.State || back.Values.Get("code") == "" {
		t.Fatalf("came back to %s with %v", back.Address, back.Values)
	}
	return back.Values.Get("code")
}

func request() graph.AuthRequest {
	return graph.AuthRequest{State: "a state & more", Nonce: "a nonce", Verifier: graph.NewVerifier(), LoginHint: username, Locale: "de"}
}

func TestSignInAndRefresh(t *testing.T) {
	app := provider{claims: entra()}.start(t)
	r := request()
	in, err := app.Exchange(t.Context(), signIn(t, app, r), r.Verifier, r.Nonce)
	if err != nil {
		t.Fatal(err)
	}
	if want := (graph.Identity{TenantID: directory, ObjectID: objectID, Name: "Test User", Username: username}); in.Identity != want {
		t.Errorf("signed in as %+v, want %+v", in.Identity, want)
	}
	if in.Access == "" || in.Refresh == "" || time.Until(in.Expires) < time.Minute {
		t.Fatalf("tokens: access %d and refresh %d characters, until %v", len(in.Access), len(in.Refresh), in.Expires)
	}
	next, err := app.Refresh(t.Context(), in.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	if next.Access == in.Access || next.Refresh == in.Refresh || next.Refresh == "" {
		t.Errorf("the refresh brought nothing new")
	}
	// This provider, unlike Entra, ends a refresh token with its use.
	if _, err := app.Refresh(t.Context(), in.Refresh); !graph.NeedsSignIn(err) {
		t.Errorf("a used refresh token: %v, want a new sign-in", err)
	}
	if _, err := app.Refresh(t.Context(), next.Refresh); err != nil {
		t.Errorf("the second refresh: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	app := provider{claims: entra()}.start(t)
	for _, c := range []struct {
		name   string
		change func(app *graph.App, r *graph.AuthRequest)
		want   graph.AuthClass
	}{
		{"wrong secret", func(a *graph.App, _ *graph.AuthRequest) { a.Secret = "wrong" }, graph.ConfigSecret},
		{"wrong verifier", func(_ *graph.App, r *graph.AuthRequest) { r.Verifier = graph.NewVerifier() }, graph.SignInAgain},
		{"wrong nonce", func(_ *graph.App, r *graph.AuthRequest) { r.Nonce = "another" }, graph.OurBug},
		{"wrong redirect address", func(a *graph.App, _ *graph.AuthRequest) { a.RedirectURL += "/other" }, graph.SignInAgain},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request()
			code := signIn(t, app, r)
			other := *app
			c.change(&other, &r)
			_, err := other.Exchange(t.Context(), code, r.Verifier, r.Nonce)
			if got := graph.AuthClassOf(err); got != c.want {
				t.Errorf("%v (%q), want %q", err, got, c.want)
			}
		})
	}
}

func TestIDTokenRules(t *testing.T) {
	for _, c := range []struct {
		name string
		p    provider
		want graph.AuthClass
	}{
		{"issuer of another tenant", provider{issuer: "/00000000-5c1a-4f7d-8e39-1a2b3c4d5e6f/v2.0", claims: entra()}, graph.OurBug},
		{"issuer of version 1", provider{issuer: "/" + directory + "/", claims: entra()}, graph.OurBug},
		{"account of another tenant", provider{claims: map[string]string{"tid": "00000000-5c1a-4f7d-8e39-1a2b3c4d5e6f", "oid": objectID}}, graph.WrongAccount},
		{"nobody", provider{claims: map[string]string{"tid": directory}}, graph.WrongAccount},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := c.p.start(t)
			r := request()
			in, err := app.Exchange(t.Context(), signIn(t, app, r), r.Verifier, r.Nonce)
			if got := graph.AuthClassOf(err); got != c.want || in.Identity != (graph.Identity{}) {
				t.Errorf("%v (%q) as %+v, want %q", err, got, in.Identity, c.want)
			}
		})
	}
}
