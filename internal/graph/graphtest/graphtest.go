// Package graphtest is test support: a Microsoft that signs whatever it is asked to and tells its keys, and contents sealed as Graph seals them. It is
// for tests of what strangers could send; package teamsim is for what Microsoft sends.
package graphtest

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// GoodHeader is the header of a token that Microsoft signs.
const GoodHeader = `{"alg":"RS256","kid":"k1","typ":"JWT"}`

// Publisher is the application that signs notifications.
const Publisher = "0bf30f3b-4a52-48df-9a82-234910c4a086"

// Key is Microsoft's signing key, one for the process.
var Key = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// Keys is a way to a Microsoft that only tells its keys.
type Keys struct{}

// RoundTrip answers with the discovery document or the keys.
func (Keys) RoundTrip(r *http.Request) (*http.Response, error) {
	status, v := http.StatusNotFound, any(map[string]string{})
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		status, v = http.StatusOK, map[string]string{"jwks_uri": "https://login.microsoftonline.com/common/discovery/v2.0/keys"}
	case strings.HasSuffix(r.URL.Path, "/keys"):
		status, v = http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: Key().Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(b))), Request: r}, nil
}

// Sign makes a token of any header and payload, with Microsoft's key.
func Sign(tb testing.TB, header, payload string) string {
	tb.Helper()
	signed := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	digest := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(nil, Key(), crypto.SHA256, digest[:])
	if err != nil {
		tb.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// Seal encrypts for the owner of a key as Graph does. All three are base64.
func Seal(tb testing.TB, plain []byte, to *rsa.PublicKey) (data, signature, key string) {
	tb.Helper()
	session := make([]byte, 32)
	if _, err := rand.Read(session); err != nil {
		tb.Fatal(err)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	sealed := append([]byte(nil), plain...)
	for range pad {
		sealed = append(sealed, byte(pad))
	}
	block, err := aes.NewCipher(session)
	if err != nil {
		tb.Fatal(err)
	}
	cipher.NewCBCEncrypter(block, session[:aes.BlockSize]).CryptBlocks(sealed, sealed)
	mac := hmac.New(sha256.New, session)
	mac.Write(sealed)
	wrapped, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, to, session, nil)
	if err != nil {
		tb.Fatal(err)
	}
	b64 := base64.StdEncoding.EncodeToString
	return b64(sealed), b64(mac.Sum(nil)), b64(wrapped)
}
