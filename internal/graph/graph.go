// Package graph is a thin client for Microsoft Entra ID and Microsoft Graph v1.0: the sign-in, the calls that Teams chats, people,
// presence, files and subscriptions need, change notifications, and errors by class. It knows no word of the product.
//
// Two rules shape it. Nothing that creates is ever repeated by this package: Graph has no idempotency key for chats and messages, so
// a caller must know every single attempt and its outcome; Ambiguous tells an unknown outcome from a refusal. And everything that
// Graph answers is foreign input: sizes are limited, links are followed to Graph's own host only, and the bearer token goes nowhere
// else.
//
// All types are safe for concurrent use; no goroutine is started.
package graph

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Identifiers as Graph gives them; opaque, and only parsed by Graph.
type (
	// ChatID names a chat: "19:…@thread.v2" (group), "19:…@unq.gbl.spaces" (one-to-one).
	ChatID string
	// MessageID names a message within its chat: its creation in milliseconds. It is unique in that chat only.
	MessageID string
	// UserID is an Entra object id.
	UserID string
	// MembershipID names somebody's membership of a chat.
	MembershipID string
	// SubscriptionID names a change-notification subscription.
	SubscriptionID string
	// ItemID names a file or folder of a drive.
	ItemID string
)

// Secret is a string that prints as "***".
type Secret string

// String hides the secret.
func (Secret) String() string { return "***" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "***" }

// LogValue hides the secret from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalText hides the secret from encoders; stores must take the string itself.
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// Endpoint says where Microsoft is. The zero value is the public cloud.
type Endpoint struct {
	LoginURL string // https://login.microsoftonline.com
	GraphURL string // https://graph.microsoft.com, with or without /v1.0
	HTTP     *http.Client
	// Throttled, if set, is told whenever Graph asks for a pause, and for how long (0: it did not say).
	Throttled func(op string, after time.Duration)
}

func (e Endpoint) login() string {
	if e.LoginURL == "" {
		return "https://login.microsoftonline.com"
	}
	return strings.TrimRight(e.LoginURL, "/")
}

func (e Endpoint) base() string {
	if e.GraphURL == "" {
		return "https://graph.microsoft.com/v1.0"
	}
	return strings.TrimSuffix(strings.TrimRight(e.GraphURL, "/"), "/v1.0") + "/v1.0"
}

// client returns an HTTP client that never follows a redirect with our token: redirects come back as answers.
func (e Endpoint) client() *http.Client {
	c := http.Client{}
	if e.HTTP != nil {
		c = *e.HTTP
	}
	c.Jar = nil
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// onGraph reports whether an address that Graph gave us leads to Graph itself.
func (e Endpoint) onGraph(raw string) bool {
	u, err := url.Parse(raw)
	base, berr := url.Parse(e.base())
	return err == nil && berr == nil && u.User == nil && u.Scheme == base.Scheme && strings.EqualFold(u.Host, base.Host)
}

// timestamp formats a time as OData literals want it.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
