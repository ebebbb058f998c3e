package teamsim

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"strings"
	"sync"
)

// signingKey signs id tokens and validation tokens.
type signingKey struct {
	id   string
	priv *rsa.PrivateKey
}

func newSigningKey(priv *rsa.PrivateKey) *signingKey {
	sum := sha256.Sum256(priv.N.Bytes())
	return &signingKey{id: base64.RawURLEncoding.EncodeToString(sum[:20]), priv: priv}
}

// keyring holds the two published keys. They are made on first use, because most
// simulated worlds never sign anything.
type keyring struct {
	rand io.Reader
	mu   sync.Mutex
	keys []*signingKey // keys[0] signs; keys[1] is published for the next roll-over
}

// ready makes the missing keys up to n.
func (k *keyring) ready(n int) error {
	for len(k.keys) < n {
		priv, err := rsa.GenerateKey(orCryptoRand(k.rand), 2048)
		if err != nil {
			return fmt.Errorf("generate signing key: %w", err)
		}
		k.keys = append(k.keys, newSigningKey(priv))
	}
	return nil
}

func (k *keyring) signing() (*signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.ready(1); err != nil {
		return nil, err
	}
	return k.keys[0], nil
}

// jwk is one key of the JWKS document.
type jwk struct {
	Kty string   `json:"kty"`
	Use string   `json:"use"`
	Kid string   `json:"kid"`
	X5t string   `json:"x5t"`
	N   string   `json:"n"`
	E   string   `json:"e"`
	X5c []string `json:"x5c,omitempty"`
	Iss string   `json:"issuer,omitempty"`
}

func (k *keyring) published(issuer string) ([]jwk, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.ready(2); err != nil {
		return nil, err
	}
	out := make([]jwk, 0, len(k.keys))
	for _, key := range k.keys[:2] {
		pub := key.priv.PublicKey
		out = append(out, jwk{
			Kty: "RSA", Use: "sig", Kid: key.id, X5t: key.id, Iss: issuer,
			N: base64.RawURLEncoding.EncodeToString(pub.N.Bytes()),
			E: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(pub.E)).Bytes()),
		})
	}
	return out, nil
}

// roll retires the signing key. Normally the key already published takes over; in an
// emergency both keys are replaced by ones nobody has seen.
func (k *keyring) roll(emergency bool) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.ready(2); err != nil {
		return err
	}
	if emergency {
		k.keys = nil
	} else {
		k.keys = k.keys[1:]
	}
	return k.ready(2)
}

// RollKeys changes the key that signs tokens [signing-key-rollover]: to the second
// published one or, in an emergency, to one that no client has cached.
func (t *Tenant) RollKeys(emergency bool) error { return t.keys.roll(emergency) }

func orCryptoRand(r io.Reader) io.Reader {
	if r == nil {
		return rand.Reader
	}
	return r
}

// hexUpper is how Microsoft writes certificate thumbprints.
func hexUpper(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
