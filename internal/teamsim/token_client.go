package teamsim

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// authenticateClient checks secret, Basic credentials or assertion.
func (t *Tenant) authenticateClient(r *http.Request) (App, *aadError) {
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, pass, ok := r.BasicAuth(); ok {
		id, secret = formDecoded(user), formDecoded(pass)
	}
	if id == "" {
		return App{}, refuse(900144, "client_id")
	}
	t.mu.Lock()
	found := t.apps[strings.ToLower(id)]
	var app App
	if found != nil {
		app = *found
	}
	t.mu.Unlock()
	assertion := r.PostForm.Get("client_assertion")
	switch {
	case found == nil:
		return App{}, refuse(700016, id)
	case app.Disabled:
		return App{}, refuse(7000112, id)
	case app.Public && (secret != "" || assertion != ""):
		return App{}, refuse(700025, "")
	case app.Public:
		return app, nil
	case assertion != "":
		return t.checkClientAssertion(r, app, assertion)
	case secret == "":
		return App{}, refuse(7000218, "")
	}
	return checkSecret(app, secret)
}

func (t *Tenant) checkClientAssertion(r *http.Request, app App, assertion string) (App, *aadError) {
	if r.PostForm.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return App{}, refuse(900144, "client_assertion_type")
	}
	root := t.loginBase(r)
	audiences := []string{root + r.URL.Path, root + "/" + t.cfg.Tenant + "/v2.0"}
	if err := checkAssertion(assertion, &app, audiences); err != nil {
		return App{}, refuse(700027, err.Error())
	}
	return app, nil
}

func checkSecret(app App, secret string) (App, *aadError) {
	at := time.Now()
	for _, s := range app.Secrets {
		if sameText(s.Value, secret) {
			if !s.Expires.IsZero() && at.After(s.Expires) {
				return App{}, refuse(7000222, app.ClientID)
			}
			return app, nil
		}
	}
	return App{}, refuse(7000215, app.ClientID)
}

func formDecoded(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	return s
}

// redeemClient gives an application a token for itself. Chat APIs refuse it, but it is
// the cheapest way to test a client id and secret.
func (t *Tenant) redeemClient(r *http.Request, app App) (*tokenAnswer, *aadError) {
	if app.Public {
		return nil, refuse(70002, "")
	}
	if _, all, unknown := parseScopes(r.PostForm.Get("scope"), t.graphRoot(r)); !all || unknown != "" {
		return nil, refuse(70011, r.PostForm.Get("scope"))
	}
	value, life, err := t.newAccessToken(accessToken{app: app.ClientID, scopes: scopeSet{}})
	if err != nil {
		return nil, refuse(90033, "")
	}
	return &tokenAnswer{TokenType: "Bearer", ExpiresIn: life, ExtExpiresIn: life, AccessToken: value}, nil
}
