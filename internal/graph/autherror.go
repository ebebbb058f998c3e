package graph

import (
	"errors"
	"fmt"
	"slices"
)

// AuthClass says what kind of remedy a sign-in error needs. [reference-error-codes]
type AuthClass string

// The classes of sign-in errors.
const (
	ConfigSecret   AuthClass = "config_secret"   // wrong, missing or expired secret or certificate
	ConfigClient   AuthClass = "config_client"   // the application is not in the tenant, or disabled
	ConfigTenant   AuthClass = "config_tenant"   // unknown or malformed tenant
	ConfigRedirect AuthClass = "config_redirect" // redirect URI or scope not registered
	Consent        AuthClass = "consent"         // somebody must consent
	WrongAccount   AuthClass = "wrong_account"   // the person is not in the tenant or not assigned
	SignInAgain    AuthClass = "sign_in_again"   // the refresh token is worth nothing any more
	Interaction    AuthClass = "interaction"     // MFA or conditional access wants the person
	UserBlocked    AuthClass = "user_blocked"    // disabled or locked
	OurBug         AuthClass = "our_bug"         // a request we should not have made
	Transient      AuthClass = "transient"       // try later
)

// AuthError is a refusal of Entra ID. [v2-oauth2-auth-code-flow]
type AuthError struct {
	Op          string
	Status      int // 0: no answer
	Code        string
	AADSTS      []int
	Class       AuthClass
	Description string // Microsoft's words; for logs
	TraceID     string
	Claims      string
	err         error
}

// Error says what failed and how.
func (e *AuthError) Error() string {
	if e.err != nil {
		return fmt.Sprintf("%s: %v", e.Op, e.err)
	}
	return fmt.Sprintf("%s: %s %v (%s): %s", e.Op, e.Code, e.AADSTS, e.Class, e.Description)
}

// Unwrap returns the transport's error, if there was one.
func (e *AuthError) Unwrap() error { return e.err }

// AuthClassOf returns the class of a sign-in error, or "".
func AuthClassOf(err error) AuthClass {
	var e *AuthError
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}

// NeedsSignIn reports whether the person has to sign in again before anything works: repeating the refresh never helps (and ends in
// AADSTS50196).
func NeedsSignIn(err error) bool {
	switch AuthClassOf(err) {
	case SignInAgain, Interaction, UserBlocked, Consent, WrongAccount:
		return true
	}
	return false
}

func (e *AuthError) reason() (reason, detail string) {
	switch {
	case NeedsSignIn(e):
		return "needs_sign_in", string(e.Class)
	case e.Class == Transient:
		return "unreachable", ""
	}
	return "internal", string(e.Class)
}

// classes lists the AADSTS codes that are told apart.
var classes = []struct {
	class AuthClass
	codes []int
}{
	{ConfigSecret, []int{7000215, 7000218, 7000222, 700027, 70002}},
	{ConfigClient, []int{700016, 7000112, 700025, 50194, 900971}},
	{ConfigTenant, []int{90002, 900023, 50059, 90019}},
	{ConfigRedirect, []int{50011, 70011, 28002, 650056, 650057, 65005}},
	{Consent, []int{65001, 65004, 90094, 90095, 90008}},
	{WrongAccount, []int{50020, 50034, 51004, 16003, 50105}},
	{SignInAgain, []int{70000, 70008, 700082, 50173, 50132, 50133, 50089, 70043, 700084}},
	{Interaction, []int{50072, 50074, 50076, 50078, 50079, 53000, 53001, 53002, 53003, 530032, 530034, 53011, 50131, 50055, 50144, 50058}},
	{UserBlocked, []int{50057, 50053, 50126}},
	{OurBug, []int{54005, 501481, 50147, 501491, 900144, 90014, 9002313, 700005, 50196}},
	{Transient, []int{90033, 90024, 90090, 50033, 90055}},
}

// byError classes what has no known number, by OAuth's own codes.
var byError = map[string]AuthClass{
	"invalid_client": ConfigSecret, "unauthorized_client": ConfigClient, "invalid_grant": SignInAgain, "invalid_scope": ConfigRedirect,
	"access_denied": Consent, "consent_required": Consent, "login_required": Interaction, "interaction_required": Interaction,
	"temporarily_unavailable": Transient, "server_error": Transient, "invalid_request": OurBug, "invalid_resource": ConfigRedirect,
}

func classify(status int, code string, numbers []int) AuthClass {
	for _, n := range numbers {
		for _, c := range classes {
			if slices.Contains(c.codes, n) {
				return c.class
			}
		}
	}
	if status == 0 || status == 429 || status >= 500 {
		return Transient
	}
	if class, ok := byError[code]; ok {
		return class
	}
	return OurBug
}
