package graph

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"trialog/internal/badinput"
	"trialog/internal/graph/graphtest"
)

const (
	tenant   = "aaaaaaaa-0000-0000-0000-000000000001"
	clientID = "bbbbbbbb-0000-0000-0000-000000000002"
)

// claims is what the tests look for themselves in a payload.
type claims struct {
	Aud, Iss, Appid, Azp, Tid, Nonce, Oid string
	Exp                                   int64
}

func addTokens(f *testing.F, good string) {
	f.Helper()
	for _, b := range badinput.Tokens() {
		f.Add(b.Text, graphtest.GoodHeader, good)
	}
	for _, h := range []string{`{"alg":"none","kid":"k1"}`, `{"alg":"HS256","kid":"k1"}`, `{"alg":"RS256","kid":"k2"}`, `{"alg":"RS256","kid":"k1","crit":["exp"]}`, `{"alg":"RS256"}`, `{}`, `null`} {
		f.Add("", h, good)
	}
	for _, p := range []string{"{}", "null", "[]", strings.Replace(good, "2000000000", "1", 1), strings.Replace(good, tenant, "other", 1), strings.Replace(good, clientID, "other", 1),
		strings.Replace(good, "2000000000", "9e99", 1), good[:len(good)-1] + `,"aud":"` + clientID + `"}`} {
		f.Add("", graphtest.GoodHeader, p)
	}
	f.Add(graphtest.Sign(f, graphtest.GoodHeader, good), graphtest.GoodHeader, good)
	f.Add("x"+graphtest.Sign(f, graphtest.GoodHeader, good), graphtest.GoodHeader, good)
}

// FuzzValidationToken: a notification is believed only if its token was signed by Microsoft for this tenant and this application, by the publisher
// of notifications, and has not expired. Whatever is not signed is forged.
func FuzzValidationToken(f *testing.F) {
	good := `{"aud":"` + clientID + `","iss":"https://sts.windows.net/` + tenant + `/","appid":"` + publisher + `","tid":"` + tenant + `","exp":2000000000,"nbf":1}`
	addTokens(f, good)
	signed := graphtest.Sign(f, graphtest.GoodHeader, good)
	keys := NewKeySet(endpoint(graphtest.Keys{}))
	if err := keys.ValidateTokens(f.Context(), []string{signed}, tenant, clientID, time.Now()); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, token, header, payload string) {
		err := keys.ValidateTokens(t.Context(), []string{token}, tenant, clientID, time.Now())
		if err == nil && !strings.HasSuffix(token, signed[strings.LastIndexByte(signed, '.'):]) {
			t.Fatalf("%q is believed", token)
		}
		err = keys.ValidateTokens(t.Context(), []string{graphtest.Sign(t, header, payload)}, tenant, clientID, time.Now())
		if err == nil {
			var c claims
			if jerr := json.Unmarshal([]byte(payload), &c); jerr != nil || c.Aud != clientID || !strings.Contains(c.Iss, tenant) || c.Appid != publisher && c.Azp != publisher || c.Exp < time.Now().Add(-time.Hour).Unix() {
				t.Fatalf("%s is believed", payload)
			}
		}
		if err != nil && !errors.Is(err, ErrForged) && !errors.Is(err, errTooSoon) {
			t.Fatalf("the error of %s %s is %v", header, payload, err)
		}
		if keys.ValidateTokens(t.Context(), []string{signed, token + "x"}, tenant, clientID, time.Now()) == nil && token != "" {
			t.Fatal("one good token makes another good")
		}
	})
}

// FuzzIDToken: somebody is who their id_token says only if Microsoft signed it for this application, tenant and sign-in.
func FuzzIDToken(f *testing.F) {
	const nonce = "n-1"
	good := `{"aud":"` + clientID + `","iss":"https://login.microsoftonline.com/` + tenant + `/v2.0","tid":"` + tenant + `","oid":"o","sub":"s","nonce":"n-1","exp":2000000000,"iat":1}`
	addTokens(f, good)
	app := &App{Endpoint: endpoint(graphtest.Keys{}), Tenant: tenant, ClientID: clientID, RedirectURL: "https://trialog.test/x"}
	if who, err := app.identify(f.Context(), graphtest.Sign(f, graphtest.GoodHeader, good), nonce); err != nil || who.ObjectID != "o" {
		f.Fatalf("%+v %v", who, err)
	}
	f.Fuzz(func(t *testing.T, token, header, payload string) {
		for _, raw := range []string{token, graphtest.Sign(t, header, payload)} {
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

// FuzzDecrypt: what Graph sealed comes out as it went in; what anybody changed since does not come out at all.
func FuzzDecrypt(f *testing.F) {
	f.Add([]byte(`{"id":"1"}`), 0, 3, byte(1), "")
	f.Add([]byte{}, 1, 0, byte(255), "AAAA")
	f.Add([]byte(strings.Repeat("x", 16)), 2, 40, byte(7), "====")
	addWith(f, func(text string) { f.Add([]byte(text), 3, 1, byte(0), text) })
	f.Fuzz(func(t *testing.T, plain []byte, which, at int, flip byte, instead string) {
		var e Encrypted
		e.Data, e.Signature, e.Key = graphtest.Seal(t, plain, &graphtest.Key().PublicKey)
		if out, err := Decrypt(e, graphtest.Key()); err != nil || string(out) != string(plain) {
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
		if out, err := Decrypt(e, graphtest.Key()); err == nil {
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
			if out, err := Decrypt(*n.Encrypted, graphtest.Key()); err == nil && !strings.Contains(string(body), n.Encrypted.Key) {
				t.Fatalf("%q came out of nothing", out)
			}
		}
	})
}
