package teamsim

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"time"
)

// RevokeSignIn ends all of somebody's refresh tokens, as "revoke sessions" does. Later
// refreshes get invalid_grant with the given AADSTS code (50173 when zero); signing in
// anew works. Access tokens live on, but clients that declared cp1 are challenged.
func (t *Tenant) RevokeSignIn(who string, code int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.lookup(who)
	if p == nil {
		return fmt.Errorf("revoke sign-in of %q: no such person", who)
	}
	if code == 0 {
		code = 50173
	}
	t.revoked[p.ID] = revocation{at: time.Now(), code: code}
	for value, person := range t.sessions {
		if person == p.ID {
			delete(t.sessions, value)
		}
	}
	return nil
}

// ExpireTokens ends all access tokens of applications now; refresh tokens stay good.
func (t *Tenant) ExpireTokens() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for value, token := range t.tokens {
		if token.app != teamsAppID {
			delete(t.tokens, value)
		}
	}
}

// challenge answers a revoked token of a client that declared cp1 with a claims
// challenge [claims-challenge].
func (t *Tenant) challenge(c *call) (answer, bool) {
	if !c.token.cp1 {
		return answer{}, false
	}
	t.mu.Lock()
	revoked := t.revoked[c.token.person]
	p := t.people[c.token.person]
	t.mu.Unlock()
	if (revoked.code == 0 || c.token.issued.After(revoked.at)) && (p == nil || !p.Disabled) {
		return answer{}, false
	}
	claims := fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, revoked.at.Unix())
	header := fmt.Sprintf(`Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="%s"`,
		base64.StdEncoding.EncodeToString([]byte(claims)))
	return fail(http.StatusUnauthorized, "InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp").
		with("WWW-Authenticate", header), true
}
