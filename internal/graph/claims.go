package graph

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
)

// capable is the claim by which a client says that it can handle claims challenges: Microsoft may then end a session within minutes
// instead of at the end of the access token. [app-resilience-continuous-access-evaluation]
const capable = `{"access_token":{"xms_cc":{"values":["cp1"]}}}`

// maxClaims bounds what Microsoft may ask to be carried into the next sign-in.
const maxClaims = 4 << 10

var challenged = regexp.MustCompile(`(?i)\berror="insufficient_claims"`)
var challengeClaims = regexp.MustCompile(`(?i)\bclaims="([A-Za-z0-9+/=_-]+)"`)

// challenge reads what Graph wants to see proven, as JSON, or "" where it is no claims challenge. [claims-challenge]
func challenge(h http.Header) string {
	for _, v := range h.Values("WWW-Authenticate") {
		m := challengeClaims.FindStringSubmatch(v)
		if m == nil || !challenged.MatchString(v) {
			continue
		}
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			if b, err := e.DecodeString(m[1]); err == nil && len(b) <= maxClaims && json.Valid(b) {
				return string(b)
			}
		}
	}
	return ""
}

// withCapable adds to what Microsoft asked for that we can handle such challenges. What can't be read is left out.
func withCapable(claims string) string {
	var all map[string]map[string]json.RawMessage
	if claims == "" || len(claims) > maxClaims || json.Unmarshal([]byte(claims), &all) != nil || all == nil {
		return capable
	}
	if all["access_token"] == nil {
		all["access_token"] = map[string]json.RawMessage{}
	}
	all["access_token"]["xms_cc"] = json.RawMessage(`{"values":["cp1"]}`)
	b, err := json.Marshal(all)
	if err != nil {
		return capable
	}
	return string(b)
}
