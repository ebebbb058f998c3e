package teamsim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
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

// tokenAnswer is the success of the token endpoint.
type tokenAnswer struct {
	TokenType    string `json:"token_type"`
	Scope        string `json:"scope"`
	ExpiresIn    int    `json:"expires_in"`
	ExtExpiresIn int    `json:"ext_expires_in"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	ClientInfo   string `json:"client_info,omitempty"`
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

func (t *Tenant) redeemCode(r *http.Request, app App) (*tokenAnswer, *aadError) {
	value := r.PostForm.Get("code")
	if value == "" {
		return nil, refuse(900144, "code")
	}
	code, person, refusal := t.takeCode(r, app, value)
	if refusal != nil {
		return nil, refusal
	}
	return t.issue(r, app, person, code.scopes, code.nonce, code.cp1 || wantsCP1(r.PostForm.Get("claims")))
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

// issue makes the tokens. The scope of the answer is everything consented so far, which
// may be more than was asked.
func (t *Tenant) issue(r *http.Request, app App, p Person, asked scopeSet, nonce string, cp1 bool) (*tokenAnswer, *aadError) {
	t.mu.Lock()
	granted := t.granted(t.apps[app.ClientID], p.ID)
	t.mu.Unlock()
	if !granted.covers(asked.resources()) {
		return nil, refuse(65001, app.ClientID)
	}
	scopes := granted.resources()
	for _, name := range []string{"openid", "profile", "email"} {
		if asked.has(name) {
			scopes.add(name)
		}
	}
	value, life, err := t.newAccessToken(accessToken{app: app.ClientID, person: p.ID, scopes: scopes, cp1: cp1})
	if err != nil {
		return nil, refuse(90033, "")
	}
	answer := &tokenAnswer{TokenType: "Bearer", Scope: scopes.String(), ExpiresIn: life, ExtExpiresIn: life, AccessToken: value}
	if asked.has("offline_access") {
		if answer.RefreshToken, err = t.newRefreshToken(app.ClientID, p.ID, asked, cp1); err != nil {
			return nil, refuse(90033, "")
		}
	}
	if asked.has("openid") {
		if answer.IDToken, err = t.sign(t.idClaims(r, app, p, asked, nonce)); err != nil {
			return nil, refuse(90033, "")
		}
	}
	if r.FormValue("client_info") == "1" {
		answer.ClientInfo, err = encodeJSON(map[string]string{"uid": p.ID, "utid": t.cfg.Tenant})
		if err != nil {
			return nil, refuse(90033, "")
		}
	}
	return answer, nil
}

// newAccessToken stores a token with a life of 60 to 90 minutes, or as a fault demands,
// and returns it with its life in seconds. The text looks like a JWT but is opaque.
func (t *Tenant) newAccessToken(token accessToken) (string, int, error) {
	value, err := t.secret(64)
	if err != nil {
		return "", 0, err
	}
	payload, err := encodeJSON(map[string]string{"aud": "00000003-0000-0000-c000-000000000000", "tid": t.cfg.Tenant})
	if err != nil {
		return "", 0, err
	}
	header, err := encodeJSON(map[string]string{"typ": "JWT", "nonce": value[:24], "alg": "RS256"})
	if err != nil {
		return "", 0, err
	}
	value = header + "." + payload + "." + value
	t.mu.Lock()
	defer t.mu.Unlock()
	life := t.faults.TokenLife
	if life == 0 {
		life = time.Hour + time.Duration(t.names.IntN(1800))*time.Second
	}
	token.issued = time.Now()
	if token.expires.IsZero() {
		token.expires = token.issued.Add(life)
	}
	t.tokens[value] = &token
	t.forgetExpired()
	return value, int(life.Seconds()) - 1, nil
}

// forgetExpired drops dead tokens now and then, so that a long run stays small.
func (t *Tenant) forgetExpired() {
	if len(t.tokens)%256 != 0 {
		return
	}
	at := time.Now()
	for value, token := range t.tokens {
		if at.After(token.expires.Add(time.Hour)) {
			delete(t.tokens, value)
		}
	}
	for value, code := range t.codes {
		if at.After(code.expires.Add(time.Hour)) {
			delete(t.codes, value)
		}
	}
}

func (t *Tenant) newRefreshToken(app, person string, scopes scopeSet, cp1 bool) (string, error) {
	value, err := t.secret(96)
	if err != nil {
		return "", err
	}
	value = "1.AX" + value
	t.mu.Lock()
	defer t.mu.Unlock()
	at := time.Now()
	t.refreshes[value] = &refreshToken{app: app, person: person, scopes: scopes, cp1: cp1, issued: at, expires: at.Add(refreshLife)}
	return value, nil
}

// idClaims follow [id-token-claims-reference].
func (t *Tenant) idClaims(r *http.Request, app App, p Person, scopes scopeSet, nonce string) map[string]any {
	at := time.Now()
	sub := sha256.Sum256([]byte(app.ClientID + p.ID))
	claims := map[string]any{
		"aud": app.ClientID, "iss": t.loginBase(r) + "/" + t.cfg.Tenant + "/v2.0", "ver": "2.0", "tid": t.cfg.Tenant,
		"iat": at.Unix(), "nbf": at.Unix(), "exp": at.Add(time.Hour).Unix(),
		"sub": base64.RawURLEncoding.EncodeToString(sub[:]), "uti": t.traceID(), "rh": "1." + t.traceID(), "sid": t.traceID(), "aio": t.traceID(),
	}
	if scopes.has("profile") {
		claims["oid"], claims["name"], claims["preferred_username"] = p.ID, p.Name, p.UPN
	}
	if scopes.has("email") && p.Mail != "" {
		claims["email"] = p.Mail
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	return claims
}

func encodeJSON(v any) (string, error) {
	raw, err := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(raw), err
}
