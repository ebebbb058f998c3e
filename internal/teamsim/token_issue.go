package teamsim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"
)

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
