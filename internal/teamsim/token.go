package teamsim

import (
	"crypto/sha256"
	"encoding/base64"
	"mime"
	"net/http"
	"time"
)

const (
	refreshLife = 90 * 24 * time.Hour
	loopLimit   = 15 // identical failing refreshes within loopWindow before AADSTS50196
	loopWindow  = 5 * time.Minute
)

// accessToken lets an application act for a person (or, without a person, for itself).
type accessToken struct {
	app, person string
	scopes      scopeSet
	issued      time.Time
	expires     time.Time
	cp1         bool
}

type refreshToken struct {
	app, person string
	scopes      scopeSet
	cp1         bool
	issued      time.Time
	expires     time.Time
	failures    []time.Time
}

// revocation ends refresh tokens issued up to at; later sign-ins are fine.
type revocation struct {
	at   time.Time
	code int
}

// serveToken is the token endpoint [v2-oauth2-auth-code-flow].
func (t *Tenant) serveToken(w http.ResponseWriter, r *http.Request, segment string) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" || r.ParseForm() != nil {
		t.writeAADError(w, r, refuse(9002313, ""))
		return
	}
	if f := t.takeScript("POST /token"); f != nil && t.failToken(w, r, f) {
		return
	}
	if code := t.takeTokenError(); code != 0 {
		t.writeAADError(w, r, refuse(code, r.PostForm.Get("client_id")))
		return
	}
	answer, refusal := t.redeem(r, segment)
	if refusal != nil {
		t.writeAADError(w, r, refusal)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func (t *Tenant) redeem(r *http.Request, segment string) (*tokenAnswer, *aadError) {
	multi, refusal := t.checkTenant(segment)
	if refusal != nil {
		return nil, refusal
	}
	app, refusal := t.authenticateClient(r)
	if refusal != nil {
		return nil, refusal
	}
	if multi {
		return nil, refuse(50194, app.ClientID)
	}
	switch grant := r.PostForm.Get("grant_type"); grant {
	case "":
		return nil, refuse(900144, "grant_type")
	case "authorization_code":
		return t.redeemCode(r, app)
	case "refresh_token":
		return t.redeemRefresh(r, app)
	case "client_credentials":
		return t.redeemClient(r, app)
	default:
		return nil, refuse(70003, grant)
	}
}

func (t *Tenant) redeemCode(r *http.Request, app App) (*tokenAnswer, *aadError) {
	value := r.PostForm.Get("code")
	if value == "" {
		return nil, refuse(900144, "code")
	}
	code, person, refusal := t.takeCode(r, app, value)
	if refusal != nil {
		return nil, refusal
	}
	asked, refusal := t.addIdentityScopes(r, code.scopes)
	if refusal != nil {
		return nil, refusal
	}
	return t.issue(r, app, person, asked, code.nonce, code.cp1 || wantsCP1(r.PostForm.Get("claims")))
}

// addIdentityScopes adds what the token request asks for beyond the authorize request: openid, profile, offline_access. MSAL for Go
// asks for these here only, and gets them (obs). Permissions need no adding: the answer has everything consented so far.
func (t *Tenant) addIdentityScopes(r *http.Request, authorized scopeSet) (scopeSet, *aadError) {
	set, _, unknown := parseScopes(r.PostForm.Get("scope"), t.graphRoot(r))
	if unknown != "" {
		return nil, refuse(70011, unknown)
	}
	asked := scopeSet{}.merge(authorized)
	for key, name := range set {
		if isIdentityScope(key) {
			asked[key] = name
		}
	}
	return asked, nil
}

func (t *Tenant) takeCode(r *http.Request, app App, value string) (authCode, Person, *aadError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	code := t.codes[value]
	switch {
	case code == nil:
		return authCode{}, Person{}, refuse(70000, "")
	case code.app != app.ClientID:
		return authCode{}, Person{}, refuse(70000, "")
	case code.used:
		return authCode{}, Person{}, refuse(54005, "")
	case time.Now().After(code.expires):
		return authCode{}, Person{}, refuse(70008, "")
	case r.PostForm.Get("redirect_uri") != code.redirect:
		return authCode{}, Person{}, refuse(50011, r.PostForm.Get("redirect_uri"))
	case !verifierFits(code, r.PostForm.Get("code_verifier")):
		return authCode{}, Person{}, refuse(501481, "")
	}
	code.used = true
	p := t.people[code.person]
	if p == nil {
		return authCode{}, Person{}, refuse(50034, "")
	}
	if p.Disabled {
		return authCode{}, Person{}, refuse(50057, "")
	}
	return *code, *p, nil
}

func verifierFits(code *authCode, verifier string) bool {
	switch {
	case code.challenge == "":
		return true
	case code.method == "S256":
		sum := sha256.Sum256([]byte(verifier))
		return sameText(base64.RawURLEncoding.EncodeToString(sum[:]), code.challenge)
	}
	return sameText(verifier, code.challenge)
}

func (t *Tenant) redeemRefresh(r *http.Request, app App) (*tokenAnswer, *aadError) {
	value := r.PostForm.Get("refresh_token")
	if value == "" {
		return nil, refuse(900144, "refresh_token")
	}
	token, person, refusal := t.checkRefresh(app, value)
	if refusal != nil {
		return nil, refusal
	}
	asked := token.scopes
	if param := r.PostForm.Get("scope"); param != "" {
		set, all, unknown := parseScopes(param, t.graphRoot(r))
		if unknown != "" {
			return nil, refuse(70011, unknown)
		}
		if !all {
			asked = set
		}
	}
	asked = scopeSet{}.merge(asked).add("offline_access")
	return t.issue(r, app, person, asked, "", token.cp1)
}

// checkRefresh judges a refresh token [refresh-tokens]. A client that repeats a failing
// request in a loop is told so (AADSTS50196).
func (t *Tenant) checkRefresh(app App, value string) (refreshToken, Person, *aadError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	token := t.refreshes[value]
	if token == nil || token.app != app.ClientID {
		return refreshToken{}, Person{}, refuse(70000, "")
	}
	p := t.people[token.person]
	code := 0
	switch revoked := t.revoked[token.person]; {
	case p == nil:
		code = 50034
	case p.Disabled:
		code = 50057
	case revoked.code != 0 && !token.issued.After(revoked.at):
		code = revoked.code
	case time.Now().After(token.expires):
		code = 700082
	case !t.granted(t.apps[app.ClientID], token.person).covers(token.scopes.resources()):
		code = 65001
	}
	if code == 0 {
		token.failures = nil
		if t.faults.RefreshOnce {
			delete(t.refreshes, value)
		}
		return *token, *p, nil
	}
	return refreshToken{}, Person{}, refuse(token.failed(code), app.ClientID)
}

func (k *refreshToken) failed(code int) int {
	at := time.Now()
	recent := k.failures[:0]
	for _, f := range k.failures {
		if at.Sub(f) < loopWindow {
			recent = append(recent, f)
		}
	}
	k.failures = append(recent, at)
	if len(k.failures) > loopLimit {
		return 50196
	}
	return code
}
