package teamsim

import (
	"crypto/x509"
	"fmt"
	"strings"
	"time"
)

// Secret is a client secret with an end.
type Secret struct {
	Value   string
	Expires time.Time // zero: never
}

// App is an application registration of platform type Web, single tenant.
type App struct {
	ClientID     string
	Name         string
	Secret       string // a secret that never expires
	Secrets      []Secret
	Certificates []*x509.Certificate // for client assertions
	RedirectURIs []string            // compared exactly, but for the port of localhost
	Consented    []string            // permissions an administrator consented to for everybody
	Public       bool                // a public client: no secret allowed (MSAL desktop)
	Disabled     bool

	consented scopeSet
}

// AddApp registers an application, or replaces the one with the same ClientID, and
// returns it with an id and a name filled in.
func (t *Tenant) AddApp(a App) App {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a.ClientID == "" {
		a.ClientID = t.guid()
	}
	a.ClientID = strings.ToLower(a.ClientID)
	if a.Name == "" {
		a.Name = "Application " + a.ClientID[:8]
	}
	if a.Secret != "" {
		a.Secrets = append([]Secret{{Value: a.Secret}}, a.Secrets...)
	}
	a.consented = scopeSet{}.add(a.Consented...)
	t.apps[a.ClientID] = &a
	return a
}

// Consent grants permissions of an application for everybody, as an administrator would.
func (t *Tenant) Consent(clientID string, scopes ...string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.apps[strings.ToLower(clientID)]
	if app == nil {
		return fmt.Errorf("consent for %q: no such application", clientID)
	}
	app.consented.add(scopes...)
	return nil
}

// RevokeConsent removes every consent, admin's and users', for an application. Refresh
// tokens of its users die with it (AADSTS65001).
func (t *Tenant) RevokeConsent(clientID string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	clientID = strings.ToLower(clientID)
	app := t.apps[clientID]
	if app == nil {
		return fmt.Errorf("revoke consent of %q: no such application", clientID)
	}
	app.consented = scopeSet{}
	for key := range t.consents {
		if key.app == clientID {
			delete(t.consents, key)
		}
	}
	return nil
}

type consentKey struct{ app, person string }

// granted is what a person may use through an application. The caller holds t.mu.
func (t *Tenant) granted(app *App, person string) scopeSet {
	return scopeSet{}.merge(app.consented).merge(t.consents[consentKey{app.ClientID, person}])
}

// addTeamsApp registers Microsoft's own client, which may do everything.
func (t *Tenant) addTeamsApp() {
	app := &App{ClientID: teamsAppID, Name: "Microsoft Teams", Public: true, consented: scopeSet{}}
	for name := range knownScopes {
		app.consented.add(name)
	}
	t.apps[teamsAppID] = app
}
