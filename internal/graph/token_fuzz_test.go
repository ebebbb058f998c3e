package graph

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
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"trialog/internal/badinput"
)

const (
	tenant   = "aaaaaaaa-0000-0000-0000-000000000001"
	clientID = "bbbbbbbb-0000-0000-0000-000000000002"
	keyID    = "k1"
)

// signing is Microsoft's key, once for the process.
var signing = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// keysOnly is a Microsoft that only tells its keys.
type keysOnly struct{}

// RoundTrip answers with the discovery document or the keys.
func (keysOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	var v any = map[string]string{"jwks_uri": "https://login.microsoftonline.com/common/discovery/v2.0/keys"}
	if strings.HasSuffix(r.URL.Path, "/keys") {
		v = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: signing().Public(), KeyID: keyID, Algorithm: "RS256", Use: "sig"}}}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(b))), Request: r}, nil
}

// sign makes a token of any header and payload, with Microsoft's key.
func sign(header, payload string) string {
	signed := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	digest := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(nil, signing(), crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig)
}

const goodHeader = `{"alg":"RS256","kid":"k1","typ":"JWT"}`

// claims is what the tests look for themselves in a payload.
type claims struct {
	Aud, Iss, Appid, Azp, Tid, Nonce, Oid string
	Exp                                   int64
}

func addTokens(f *testing.F, good string) {
	f.Helper()
	for _, b := range badinput.Tokens() {
		f.Add(b.Text, goodHeader, good)
	}
	for _, h := range []string{`{"alg":"none","kid":"k1"}`, `{"alg":"HS256","kid":"k1"}`, `{"alg":"RS256","kid":"k2"}`, `{"alg":"RS256","kid":"k1","crit":["exp"]}`, `{"alg":"RS256"}`, `{}`, `null`} {
		f.Add("", h, good)
	}
	for _, p := range []string{"{}", "null", "[]", strings.Replace(good, "2000000000", "1", 1), strings.Replace(good, tenant, "other", 1), strings.Replace(good, clientID, "other", 1),
		strings.Replace(good, "2000000000", "9e99", 1), good[:len(good)-1] + `,"aud":"` + clientID + `"}`} {
		f.Add("", goodHeader, p)
	}
	f.Add(sign(goodHeader, good), goodHeader, good)
	f.Add("x"+sign(goodHeader, good), goodHeader, good)
}

// FuzzValidationToken: a notification is believed only if its token was signed by Microsoft for this tenant and this application, by the publisher
// of notifications, and has not expired. Whatever is not signed is forged.
func FuzzValidationToken(f *testing.F) {
	good := `{"aud":"` + clientID + `","iss":"https://sts.windows.net/` + tenant + `/","appid":"` + publisher + `","tid":"` + tenant + `","exp":2000000000,"nbf":1}`
	addTokens(f, good)
	keys := NewKeySet(endpoint(keysOnly{}))
	if err := keys.ValidateTokens(f.Context(), []string{sign(goodHeader, good)}, tenant, clientID); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, token, header, payload string) {
		err := keys.ValidateTokens(t.Context(), []string{token}, tenant, clientID)
		if err == nil && !strings.HasSuffix(token, sign(goodHeader, good)[strings.LastIndexByte(sign(goodHeader, good), '.'):]) {
			t.Fatalf("%q is believed", token)
		}
		err = keys.ValidateTokens(t.Context(), []string{sign(header, payload)}, tenant, clientID)
		if err == nil {
			var c claims
			if jerr := json.Unmarshal([]byte(payload), &c); jerr != nil || c.Aud != clientID || !strings.Contains(c.Iss, tenant) || c.Appid != publisher && c.Azp != publisher || c.Exp < time.Now().Add(-time.Hour).Unix() {
				t.Fatalf("%s is believed", payload)
			}
		}
		if err != nil && !errors.Is(err, ErrForged) && !errors.Is(err, errTooSoon) {
			t.Fatalf("the error of %s %s is %v", header, payload, err)
		}
		if keys.ValidateTokens(t.Context(), []string{sign(goodHeader, good), token + "x"}, tenant, clientID) == nil && token != "" {
			t.Fatal("one good token makes another good")
		}
	})
}

// FuzzIDToken: somebody is who their id_token says only if Microsoft signed it for this application, tenant and sign-in.
func FuzzIDToken(f *testing.F) {
	const nonce = "n-1"
	good := `{"aud":"` + clientID + `","iss":"https://login.microsoftonline.com/` + tenant + `/v2.0","tid":"` + tenant + `","oid":"o","sub":"s","nonce":"n-1","exp":2000000000,"iat":1}`
	addTokens(f, good)
	app := &App{Endpoint: endpoint(keysOnly{}), Tenant: tenant, ClientID: clientID, RedirectURL: "https://trialog.test/x"}
	if who, err := app.identify(f.Context(), sign(goodHeader, good), nonce); err != nil || who.ObjectID != "o" {
		f.Fatalf("%+v %v", who, err)
	}
	f.Fuzz(func(t *testing.T, token, header, payload string) {
		for _, raw := range []string{token, sign(header, payload)} {
			who, err := app.identify(t.Context(), raw, nonce)
			var auth *AuthError
			if err != nil {
				if !errors.As(err, &auth) || who != (Identity{}) {
					t.Fatalf("%+v with %v", who, err)
				}
				continue
			}
			body, derr := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1])
			var c claims
			if jerr := json.Unmarshal(body, &struct {
				*claims
				Aud any `json:"aud"`
			}{claims: &c}); derr != nil || jerr != nil || c.Nonce != nonce || !strings.EqualFold(c.Tid, tenant) || c.Oid == "" || !strings.Contains(c.Iss, tenant) || !strings.Contains(string(body), clientID) {
				t.Fatalf("%s is %+v", body, who)
			}
		}
	})
}

// seal encrypts as Graph does.
func seal(t testing.TB, plain []byte, to *rsa.PublicKey) Encrypted {
	t.Helper()
	session := make([]byte, 32)
	if _, err := rand.Read(session); err != nil {
		t.Fatal(err)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	data := append([]byte(nil), plain...)
	for range pad {
		data = append(data, byte(pad))
	}
	block, err := aes.NewCipher(session)
	if err != nil {
		t.Fatal(err)
	}
	cipher.NewCBCEncrypter(block, session[:aes.BlockSize]).CryptBlocks(data, data)
	mac := hmac.New(sha256.New, session)
	mac.Write(data)
	wrapped, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, to, session, nil)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.StdEncoding.EncodeToString
	return Encrypted{Data: b64(data), Signature: b64(mac.Sum(nil)), Key: b64(wrapped)}
}

// FuzzDecrypt: what Graph sealed comes out as it went in; what anybody changed since does not come out at all.
func FuzzDecrypt(f *testing.F) {
	f.Add([]byte(`{"id":"1"}`), 0, 3, byte(1), "")
	f.Add([]byte{}, 1, 0, byte(255), "AAAA")
	f.Add([]byte(strings.Repeat("x", 16)), 2, 40, byte(7), "====")
	addWith(f, func(text string) { f.Add([]byte(text), 3, 1, byte(0), text) })
	f.Fuzz(func(t *testing.T, plain []byte, which, at int, flip byte, instead string) {
		e := seal(t, plain, &signing().PublicKey)
		if out, err := Decrypt(e, signing()); err != nil || string(out) != string(plain) {
			t.Fatalf("%q came out as %q: %v", plain, out, err)
		}
		part := []*string{&e.Data, &e.Signature, &e.Key}[(which%3+3)%3]
		raw, err := base64.StdEncoding.DecodeString(*part)
		if err != nil {
			t.Fatal(err)
		}
		before := *part
		if instead != "" {
			*part = instead
		} else {
			raw[(at%len(raw)+len(raw))%len(raw)] ^= flip
			*part = base64.StdEncoding.EncodeToString(raw)
		}
		changed, err := base64.StdEncoding.DecodeString(*part)
		if same, _ := base64.StdEncoding.DecodeString(before); err == nil && string(changed) == string(same) {
			return
		}
		if out, err := Decrypt(e, signing()); err == nil {
			t.Fatalf("changed, and yet it says %q", out)
		}
	})
}

// FuzzNotifications: a delivery is read within its bounds or refused.
func FuzzNotifications(f *testing.F) {
	for _, s := range []string{`{"value":[{"subscriptionId":"s","clientState":"x","resource":"chats('c')/messages('1')","encryptedContent":{"data":"","dataKey":""}}],"validationTokens":["t"]}`,
		`{"value":[{"lifecycleEvent":"missed"}]}`, `{"value":null}`, `{}`, `[]`, `{"value":[` + strings.Repeat("{},", 1000) + `{}]}`, `{"validationTokens":[` + strings.Repeat(`"",`, 100) + `""]}`} {
		f.Add([]byte(s))
	}
	addWith(f, func(text string) { f.Add([]byte(text)) })
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := ParseNotifications(body)
		if err != nil {
			if len(e.Items) > 0 || len(e.ValidationTokens) > 0 {
				t.Fatalf("refused (%v), and yet there are items", err)
			}
			return
		}
		if len(e.Items) > MaxItems || len(e.ValidationTokens) > 100 || len(body) > MaxNotification {
			t.Fatal("beyond its bounds")
		}
		for _, n := range e.Items {
			if n.Encrypted == nil {
				continue
			}
			if out, err := Decrypt(*n.Encrypted, signing()); err == nil && !strings.Contains(string(body), n.Encrypted.Key) {
				t.Fatalf("%q came out of nothing", out)
			}
		}
	})
}
