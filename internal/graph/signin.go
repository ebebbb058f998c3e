package graph

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// App is a confidential web application registered in one tenant. [v2-oauth2-auth-code-flow]
type App struct {
	Endpoint
	Tenant   string // directory id
	ClientID string
	Secret   Secret
	// Certificate signs an assertion instead of the secret. [certificate-credentials]
	Certificate *tls.Certificate
	RedirectURL string
	Scopes      []string
}

// DefaultScopes is everything that can be asked for. ChatMember.ReadWrite needs an administrator's consent. [permissions-reference]
var DefaultScopes = []string{"openid", "profile", "offline_access", "User.Read", "User.ReadBasic.All", "Chat.ReadWrite", "ChatMember.ReadWrite", "Presence.Read.All", "Files.ReadWrite"}

// AuthRequest is one trip of a browser to the sign-in page.
type AuthRequest struct {
	State, Nonce, Verifier string
	LoginHint              string
	Prompt                 string // select_account when empty
	Locale                 string
	Claims                 string // what Microsoft wants to see proven, as JSON; "" for nothing special
}

// NewVerifier mints a PKCE code verifier.
func NewVerifier() string { return oauth2.GenerateVerifier() }

func (a *App) url(path string) string { return a.login() + "/" + url.PathEscape(a.Tenant) + path }

// AuthURL is where to send the browser. [v2-oauth2-auth-code-flow]
func (a *App) AuthURL(r AuthRequest) string {
	q := url.Values{"client_id": {a.ClientID}, "response_type": {"code"}, "response_mode": {"query"}, "redirect_uri": {a.RedirectURL},
		"scope": {strings.Join(a.Scopes, " ")}, "state": {r.State}, "nonce": {r.Nonce},
		"code_challenge": {oauth2.S256ChallengeFromVerifier(r.Verifier)}, "code_challenge_method": {"S256"}, "prompt": {"select_account"}}
	for name, v := range map[string]string{"prompt": r.Prompt, "login_hint": r.LoginHint, "ui_locales": r.Locale, "claims": withCapable(r.Claims)} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return a.url("/oauth2/v2.0/authorize") + "?" + q.Encode()
}

// AdminConsentURL is where an administrator consents for everybody. [v2-admin-consent]
func (a *App) AdminConsentURL(state string) string {
	q := url.Values{"client_id": {a.ClientID}, "redirect_uri": {a.RedirectURL}, "state": {state}, "scope": {strings.Join(a.Scopes, " ")}}
	return a.url("/v2.0/adminconsent") + "?" + q.Encode()
}

// CallbackError reads the error that Microsoft sent the browser back with, or returns nil. The description is foreign text.
func CallbackError(q url.Values) *AuthError {
	if q.Get("error") == "" {
		return nil
	}
	e := &AuthError{Op: "sign in", Status: http.StatusBadRequest, Code: q.Get("error"), Description: q.Get("error_description")}
	if m := aadsts.FindStringSubmatch(e.Description); m != nil {
		e.AADSTS = []int{number(m[1])}
	}
	e.Class = classify(e.Status, e.Code, e.AADSTS)
	return e
}

var aadsts = regexp.MustCompile(`^AADSTS(\d+)`)

// number reads the number of an AADSTS code; 0 when it is no such number.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// Token is what a sign-in or refresh brings. A new refresh token comes with every use.
type Token struct {
	Access, Refresh Secret
	Expires         time.Time
	Scopes          []string // what was granted; compare with HasScope
}

// HasScope reports whether a permission was granted; Microsoft may write it with Graph's address before it, in any case.
func HasScope(granted []string, scope string) bool {
	for _, g := range granted {
		if strings.EqualFold(g[strings.LastIndexByte(g, '/')+1:], scope) {
			return true
		}
	}
	return false
}

// Identity is who signed in. Key people by (TenantID, ObjectID); names change. [id-token-claims-reference]
type Identity struct {
	TenantID string
	ObjectID UserID
	Name     string
	Username string
}

// SignIn is a finished sign-in.
type SignIn struct {
	Token
	Identity
}

// Exchange redeems an authorization code and checks who it was: signature, issuer, audience, expiry, nonce and tenant.
func (a *App) Exchange(ctx context.Context, code, verifier, nonce string) (SignIn, error) {
	t, idToken, err := a.token(ctx, "redeem code", url.Values{"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {a.RedirectURL}, "code_verifier": {verifier}, "scope": {strings.Join(a.Scopes, " ")}, "claims": {capable}})
	if err != nil {
		return SignIn{}, err
	}
	who, err := a.identify(ctx, idToken, nonce)
	return SignIn{t, who}, err
}

// Refresh trades a refresh token for new tokens. The old refresh token stays valid for a while; store the new one. [refresh-tokens]
func (a *App) Refresh(ctx context.Context, refresh Secret) (Token, error) {
	t, _, err := a.token(ctx, "refresh token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {string(refresh)},
		"scope": {strings.Join(a.Scopes, " ")}, "claims": {capable}})
	if err == nil && t.Refresh == "" {
		t.Refresh = refresh
	}
	return t, err
}

// Test asks for an application token, which needs the right tenant, client and secret and nothing else.
func (a *App) Test(ctx context.Context) error {
	_, _, err := a.token(ctx, "test connection", url.Values{"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"}})
	return err
}

func (a *App) token(ctx context.Context, op string, form url.Values) (Token, string, error) {
	form.Set("client_id", a.ClientID)
	if err := a.authenticate(form); err != nil {
		return Token{}, "", &AuthError{Op: op, Class: ConfigSecret, err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url("/oauth2/v2.0/token"), strings.NewReader(form.Encode()))
	if err != nil {
		return Token{}, "", &AuthError{Op: op, Class: ConfigTenant, err: err}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	asked := time.Now()
	resp, err := a.client().Do(req)
	if err != nil {
		return Token{}, "", &AuthError{Op: op, Class: Transient, err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return Token{}, "", &AuthError{Op: op, Class: Transient, err: err}
	}
	if resp.StatusCode != http.StatusOK {
		return Token{}, "", tokenError(op, resp.StatusCode, body)
	}
	var t struct {
		AccessToken  string      `json:"access_token"`
		RefreshToken string      `json:"refresh_token"`
		IDToken      string      `json:"id_token"`
		Scope        string      `json:"scope"`
		ExpiresIn    json.Number `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &t); err != nil || t.AccessToken == "" {
		return Token{}, "", &AuthError{Op: op, Status: resp.StatusCode, Class: Transient, err: errors.Join(errors.New("unreadable token answer"), err)}
	}
	seconds, err := t.ExpiresIn.Int64()
	if err != nil || seconds <= 0 {
		seconds = 3600
	}
	return Token{Access: Secret(t.AccessToken), Refresh: Secret(t.RefreshToken), Expires: asked.Add(time.Duration(seconds) * time.Second),
		Scopes: strings.Fields(t.Scope)}, t.IDToken, nil
}

func tokenError(op string, status int, body []byte) *AuthError {
	var a struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Codes       []int  `json:"error_codes"`
		TraceID     string `json:"trace_id"`
		Claims      string `json:"claims"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		a.Description = "no JSON in the answer"
	}
	return &AuthError{Op: op, Status: status, Code: a.Error, AADSTS: a.Codes, Class: classify(status, a.Error, a.Codes),
		Description: a.Description, TraceID: a.TraceID, Claims: a.Claims}
}

// authenticate adds the secret, or an assertion signed by the certificate.
func (a *App) authenticate(form url.Values) error {
	if a.Certificate == nil {
		form.Set("client_secret", string(a.Secret))
		return nil
	}
	assertion, err := a.assertion(time.Now())
	if err != nil {
		return fmt.Errorf("sign client assertion: %w", err)
	}
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	form.Set("client_assertion", assertion)
	return nil
}

// assertion is a PS256 JWT in place of a secret. [certificate-credentials]
func (a *App) assertion(now time.Time) (string, error) {
	key, ok := a.Certificate.PrivateKey.(*rsa.PrivateKey)
	if !ok || len(a.Certificate.Certificate) == 0 {
		return "", errors.New("the certificate has no RSA key")
	}
	thumb := sha256.Sum256(a.Certificate.Certificate[0])
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return "", err
	}
	header, err := json.Marshal(map[string]any{"alg": "PS256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(thumb[:])})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{"aud": a.url("/oauth2/v2.0/token"), "iss": a.ClientID, "sub": a.ClientID,
		"jti": base64.RawURLEncoding.EncodeToString(id[:]), "nbf": now.Unix() - 60, "iat": now.Unix(), "exp": now.Add(8 * time.Minute).Unix()})
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims)
	digest := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		return "", err
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig), nil
}

// identify checks an id_token. [id-token-claims-reference]
func (a *App) identify(ctx context.Context, raw, nonce string) (Identity, error) {
	bad := func(err error) error { return &AuthError{Op: "check id_token", Class: OurBug, err: err} }
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, a.client()), callTimeout)
	defer cancel()
	keys := oidc.NewRemoteKeySet(ctx, a.url("/discovery/v2.0/keys"))
	issuer := a.login() + "/" + a.Tenant + "/v2.0"
	v := oidc.NewVerifier(issuer, keys, &oidc.Config{ClientID: a.ClientID, SupportedSigningAlgs: []string{oidc.RS256}, Now: time.Now})
	t, err := v.Verify(ctx, raw)
	if err != nil {
		return Identity{}, bad(err)
	}
	var c struct {
		OID  string `json:"oid"`
		TID  string `json:"tid"`
		Name string `json:"name"`
		User string `json:"preferred_username"`
	}
	if err := t.Claims(&c); err != nil {
		return Identity{}, bad(err)
	}
	switch {
	case t.Nonce != nonce:
		return Identity{}, bad(errors.New("the nonce is not ours"))
	case !strings.EqualFold(c.TID, a.Tenant) || c.OID == "":
		return Identity{}, &AuthError{Op: "check id_token", Class: WrongAccount, Description: "the account belongs to another tenant"}
	}
	return Identity{TenantID: c.TID, ObjectID: UserID(c.OID), Name: c.Name, Username: c.User}, nil
}
