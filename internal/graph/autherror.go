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

// ProblemOf returns what exactly is wrong with a sign-in, or "".
func ProblemOf(err error) Problem {
	var e *AuthError
	if errors.As(err, &e) {
		return e.Problem()
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

// Problem is what exactly is wrong with a sign-in, as a stable code that an interface can word. There is one for each remedy.
type Problem string

// problems lists the AADSTS codes that are told apart, with the class and the remedy they need. [reference-error-codes]
var problems = []struct {
	class   AuthClass
	problem Problem
	codes   []int
}{
	{ConfigSecret, "wrong_secret", []int{7000215}},
	{ConfigSecret, "no_secret", []int{7000218}},
	{ConfigSecret, "secret_expired", []int{7000222}},
	{ConfigSecret, "bad_certificate", []int{700027}},
	{ConfigSecret, "credentials_refused", []int{70002}},
	{ConfigClient, "unknown_client", []int{700016}},
	{ConfigClient, "app_disabled", []int{7000112}},
	{ConfigClient, "public_client", []int{700025}},
	{ConfigClient, "single_tenant", []int{50194}},
	{ConfigClient, "no_redirect", []int{900971}},
	{ConfigTenant, "unknown_tenant", []int{90002, 900023, 50059, 90019}},
	{ConfigRedirect, "wrong_redirect", []int{50011}},
	{ConfigRedirect, "unknown_permission", []int{70011, 28002}},
	{ConfigRedirect, "permission_not_registered", []int{650056, 650057, 65005}},
	{Consent, "no_consent", []int{65001, 90008}},
	{Consent, "declined", []int{65004}},
	{Consent, "admin_consent", []int{90094}},
	{Consent, "consent_requested", []int{90095}},
	{WrongAccount, "not_in_tenant", []int{50020, 50034, 51004, 16003}},
	{WrongAccount, "not_assigned", []int{50105}},
	{SignInAgain, "unused_too_long", []int{70008, 700082}},
	{SignInAgain, "revoked", []int{70000, 50173, 50132, 50133, 50089}},
	{SignInAgain, "sign_in_frequency", []int{70043}},
	{SignInAgain, "spa_registration", []int{700084}},
	{Interaction, "mfa", []int{50072, 50074, 50076, 50078, 50079}},
	{Interaction, "conditional_access", []int{53000, 53001, 53002, 53003, 530032, 530034, 53011, 50131}},
	{Interaction, "password_expired", []int{50055, 50144}},
	{Interaction, "login_required", []int{50058}},
	{UserBlocked, "account_disabled", []int{50057}},
	{UserBlocked, "account_locked", []int{50053}},
	{UserBlocked, "wrong_password", []int{50126}},
	{OurBug, "bad_request", []int{54005, 501481, 50147, 501491, 900144, 90014, 9002313, 700005}},
	{OurBug, "request_loop", []int{50196}},
	{Transient, "tenant_throttled", []int{90055}},
	{Transient, "microsoft_busy", []int{90033, 90024, 90090, 50033}},
}

// problemOf is the problem of a class when nothing more is known.
var problemOf = map[AuthClass]Problem{ConfigSecret: "credentials_refused", ConfigClient: "unknown_client", ConfigTenant: "unknown_tenant",
	ConfigRedirect: "wrong_redirect", Consent: "no_consent", WrongAccount: "not_in_tenant", SignInAgain: "revoked", Interaction: "conditional_access",
	UserBlocked: "account_disabled", OurBug: "bad_request", Transient: "microsoft_busy"}

// Problem says what exactly is wrong.
func (e *AuthError) Problem() Problem {
	switch {
	case e.Status == 0 && e.Class == Transient:
		return "unreachable"
	case e.Status == 0 && e.Class == ConfigSecret:
		return "bad_certificate" // it could not sign
	}
	for _, n := range e.AADSTS {
		for _, p := range problems {
			if slices.Contains(p.codes, n) {
				return p.problem
			}
		}
	}
	return problemOf[e.Class]
}

// Class is the class of a problem, or "".
func (p Problem) Class() AuthClass {
	for _, x := range problems {
		if x.problem == p {
			return x.class
		}
	}
	return ""
}

// Problems lists all that AuthError.Problem can say.
func Problems() []Problem {
	list := []Problem{"unreachable"}
	for _, p := range problems {
		list = append(list, p.problem)
	}
	return list
}

// byError classes what has no known number, by OAuth's own codes.
var byError = map[string]AuthClass{
	"invalid_client": ConfigSecret, "unauthorized_client": ConfigClient, "invalid_grant": SignInAgain, "invalid_scope": ConfigRedirect,
	"access_denied": Consent, "consent_required": Consent, "login_required": Interaction, "interaction_required": Interaction,
	"temporarily_unavailable": Transient, "server_error": Transient, "invalid_request": OurBug, "invalid_resource": ConfigRedirect,
}

func classify(status int, code string, numbers []int) AuthClass {
	for _, n := range numbers {
		for _, c := range problems {
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
