package teamsim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// signJWT makes an RS256 token.
func signJWT(key *signingKey, claims map[string]any) (string, error) {
	header, err := json.Marshal(map[string]string{"typ": "JWT", "alg": "RS256", "kid": key.id, "x5t": key.id})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	b64 := base64.RawURLEncoding
	unsigned := b64.EncodeToString(header) + "." + b64.EncodeToString(payload)
	sum := sha256.Sum256([]byte(unsigned))
	sig, err := rsa.SignPKCS1v15(nil, key.priv, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return unsigned + "." + b64.EncodeToString(sig), nil
}

// sign is signJWT with the tenant's current key.
func (t *Tenant) sign(claims map[string]any) (string, error) {
	key, err := t.keys.signing()
	if err != nil {
		return "", err
	}
	return signJWT(key, claims)
}

var errAssertion = errors.New("client assertion refused")

type assertionHeader struct {
	Alg     string `json:"alg"`
	X5t     string `json:"x5t"`
	X5tS256 string `json:"x5t#S256"`
}

type assertionClaims struct {
	Aud any    `json:"aud"`
	Iss string `json:"iss"`
	Sub string `json:"sub"`
	Jti string `json:"jti"`
	Nbf int64  `json:"nbf"`
	Exp int64  `json:"exp"`
}

// checkAssertion verifies a client assertion [certificate-credentials]: signed by a
// registered certificate with PS256 or RS256, for this token endpoint, now.
func checkAssertion(token string, app *App, audiences []string) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return fmt.Errorf("%w: not a JWT", errAssertion)
	}
	var header assertionHeader
	var claims assertionClaims
	if err := decodePart(parts[0], &header); err != nil {
		return err
	}
	if err := decodePart(parts[1], &claims); err != nil {
		return err
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return fmt.Errorf("%w: signature: %w", errAssertion, err)
	}
	cert := certificateFor(app, header)
	if cert == nil {
		return fmt.Errorf("%w: the key was not found", errAssertion)
	}
	pub, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return fmt.Errorf("%w: not an RSA certificate", errAssertion)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	switch header.Alg {
	case "PS256":
		err = rsa.VerifyPSS(pub, crypto.SHA256, sum[:], sig, nil)
	case "RS256":
		err = rsa.VerifyPKCS1v15(pub, crypto.SHA256, sum[:], sig)
	default:
		return fmt.Errorf("%w: algorithm %q", errAssertion, header.Alg)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errAssertion, err)
	}
	return checkAssertionClaims(claims, app.ClientID, audiences)
}

func decodePart(part string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return fmt.Errorf("%w: %w", errAssertion, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%w: %w", errAssertion, err)
	}
	return nil
}

func checkAssertionClaims(c assertionClaims, client string, audiences []string) error {
	at := time.Now()
	const skew = 5 * time.Minute
	switch {
	case !strings.EqualFold(c.Iss, client) || !strings.EqualFold(c.Sub, client):
		return fmt.Errorf("%w: iss and sub must be the client id", errAssertion)
	case at.After(time.Unix(c.Exp, 0).Add(skew)):
		return fmt.Errorf("%w: not within its valid time range", errAssertion)
	case c.Nbf != 0 && at.Before(time.Unix(c.Nbf, 0).Add(-skew)):
		return fmt.Errorf("%w: not valid yet", errAssertion)
	}
	for _, want := range audiences {
		if aud, ok := c.Aud.(string); ok && strings.EqualFold(aud, want) {
			return nil
		}
	}
	return fmt.Errorf("%w: audience is not the token endpoint", errAssertion)
}

// certificateFor finds the registered certificate by its thumbprint: SHA-256 in
// x5t#S256 or, in older clients, SHA-1 in x5t. Microsoft's page says base64url; MSAL for
// Go sends plain base64, and is let in (obs).
func certificateFor(app *App, h assertionHeader) *x509.Certificate {
	urlSafe := strings.NewReplacer("+", "-", "/", "_", "=", "")
	h.X5tS256, h.X5t = urlSafe.Replace(h.X5tS256), urlSafe.Replace(h.X5t)
	for _, cert := range app.Certificates {
		s256, s1 := sha256.Sum256(cert.Raw), sha1.Sum(cert.Raw)
		if h.X5tS256 != "" && sameText(h.X5tS256, base64.RawURLEncoding.EncodeToString(s256[:])) ||
			h.X5t != "" && sameText(h.X5t, base64.RawURLEncoding.EncodeToString(s1[:])) {
			return cert
		}
	}
	return nil
}

func sameText(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
