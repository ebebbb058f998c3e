// Package account is what administrators see of Microsoft Teams integration accounts and do with them: the form and its rules, the
// connection test, what each permission is for, when a secret ends, and how to replace it all without anybody losing a sign-in.
//
// A secret goes in and never comes out again: View has no field for it. Every change is audited in the transaction that makes it. The
// package calls Microsoft only to test; what runs for an account is package teams. An Accounts starts no goroutine and is safe for
// concurrent use.
package account

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// Config says what an Accounts works with.
type Config struct {
	Store    *store.Store
	Endpoint graph.Endpoint
	// PublicURL is where browsers reach this installation.
	PublicURL string
	Rand      io.Reader // encryption keys
}

// Accounts lists and changes integration accounts.
type Accounts struct{ cfg Config }

// New returns an Accounts.
func New(c Config) *Accounts { return &Accounts{c} }

// RedirectURL is the address that the app registration must name.
func RedirectURL(publicURL string) string { return publicURL + "/api/v1/teams/callback" }

// View is an account as administrators see it.
type View struct {
	ID          chat.AccountID `json:"id"`
	Name        string         `json:"name"`
	Tenant      string         `json:"tenant"`
	ClientID    string         `json:"clientId"`
	Credential  string         `json:"credential" enum:"secret,certificate,none" doc:"How we prove who we are. The secret itself is never told."`
	Thumbprint  string         `json:"thumbprint,omitempty" doc:"Of the certificate, as Microsoft shows it."`
	Expires     string         `json:"expires,omitempty" doc:"The day on which the secret or certificate ends, YYYY-MM-DD."`
	DaysLeft    *int           `json:"daysLeft,omitempty" doc:"Until then."`
	Locale      string         `json:"locale"`
	TimeZone    string         `json:"timeZone"`
	ThirdMember string         `json:"thirdMember"`
	Without     []string       `json:"without" doc:"Features that are switched off."`
	ReplacedBy  chat.AccountID `json:"replacedBy,omitempty" doc:"The account that took this one's place; what runs here goes on until it ends."`
	Agents      int            `json:"agents" doc:"Who signed in with it."`
	Running     int            `json:"running" doc:"Conferences that run through it."`
	RedirectURL string         `json:"redirectUrl" doc:"What the app registration must name."`
	ConsentURL  string         `json:"consentUrl" doc:"Where an administrator of the tenant consents for everybody."`
	KeyUntil    time.Time      `json:"keyUntil" doc:"How long the certificate is valid for which Microsoft encrypts notifications."`
	OldKeys     int            `json:"oldKeys" doc:"Earlier keys that still open what was encrypted for them."`
}

// List lists the accounts by id.
func (s *Accounts) List(ctx context.Context) ([]View, error) {
	all, err := s.cfg.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	views := []View{}
	for _, a := range all {
		v, err := s.View(ctx, a)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

var errNoAccount = chat.Refuse(chat.NotFound, "no_account", "There is no such account.")

// Account returns an account. Error: chat.NotFound "no_account".
func (s *Accounts) Account(ctx context.Context, id chat.AccountID) (store.Account, error) {
	all, err := s.cfg.Store.Accounts(ctx)
	if err != nil {
		return store.Account{}, err
	}
	return find(all, id)
}

func find(all []store.Account, id chat.AccountID) (store.Account, error) {
	for _, a := range all {
		if a.ID == id {
			return a, nil
		}
	}
	return store.Account{}, errNoAccount
}

// View shows an account.
func (s *Accounts) View(ctx context.Context, a store.Account) (View, error) {
	v := View{ID: a.ID, Name: a.Name, Tenant: a.Tenant, ClientID: a.ClientID, Credential: "none", Locale: a.Settings.Locale, TimeZone: a.Settings.TimeZone,
		ThirdMember: a.Settings.ThirdMember, Without: append([]string{}, a.Settings.Without...), ReplacedBy: a.Settings.ReplacedBy,
		RedirectURL: RedirectURL(s.cfg.PublicURL), ConsentURL: s.app(a).AdminConsentURL("consent")}
	if v.Locale == "" {
		v.Locale = "en"
	}
	switch {
	case a.Certificate != "":
		v.Credential, v.Thumbprint = "certificate", thumbprint(a.Certificate)
	case a.Secret != "":
		v.Credential = "secret"
	}
	if at := a.Settings.Expires; !at.IsZero() {
		left := DaysLeft(at, time.Now())
		v.Expires, v.DaysLeft = at.UTC().Format(time.DateOnly), &left
	}
	for _, old := range a.OldKeys {
		if time.Now().Before(old.Until) {
			v.OldKeys++
		}
	}
	if cert, err := x509.ParseCertificate(a.Cert); err == nil {
		v.KeyUntil = cert.NotAfter.UTC()
	}
	links, err := s.cfg.Store.Links(ctx)
	if err != nil {
		return v, err
	}
	for _, l := range links {
		if l.Account == a.ID {
			v.Agents++
		}
	}
	threads, err := s.cfg.Store.OpenThreads(ctx, a.ID)
	v.Running = len(threads)
	return v, err
}

func (s *Accounts) app(a store.Account) *graph.App { return App(a, s.cfg.Endpoint, s.cfg.PublicURL) }

// App is an account's application at Microsoft. A certificate that can't be used makes every call fail with graph.ConfigSecret.
func App(a store.Account, end graph.Endpoint, publicURL string) *graph.App {
	app := &graph.App{Endpoint: end, Tenant: a.Tenant, ClientID: a.ClientID, Secret: graph.Secret(a.Secret), RedirectURL: RedirectURL(publicURL), Scopes: Scopes(a)}
	if a.Certificate != "" {
		app.Certificate = usable(a.Certificate)
	}
	return app
}

// record is an entry of the audit trail: the names of what was changed, never values.
func record(actor, action string, id chat.AccountID, detail map[string]any) (store.AuditRecord, error) {
	r := store.AuditRecord{Actor: actor, Action: action, Object: "account:" + string(id)}
	if detail == nil {
		return r, nil
	}
	var err error
	if r.Detail, err = json.Marshal(detail); err != nil {
		return r, fmt.Errorf("audit %s of account %s: %w", action, id, err)
	}
	return r, nil
}

// newID makes a short name of a name, such as "contoso" or "contoso-2".
func newID(name string, taken []store.Account) chat.AccountID {
	slug := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return '-'
	}, strings.ToLower(name)), "-")
	for strings.Contains(slug, "--") {
		slug = strings.ReplaceAll(slug, "--", "-")
	}
	if slug == "" {
		slug = "account"
	}
	slug = strings.TrimRight(slug[:min(len(slug), 40)], "-")
	id := chat.AccountID(slug)
	for n := 2; ; n++ {
		if _, err := find(taken, id); err != nil {
			return id
		}
		id = chat.AccountID(fmt.Sprintf("%s-%d", slug, n))
	}
}
