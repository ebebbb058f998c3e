package teamsim_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"trialog/internal/teamsim"
)

func TestTokenErrors(t *testing.T) {
	w := newWorld(t)
	w.tenant.AddApp(teamsim.App{ClientID: "22222222-2222-4333-8444-555555555555", Secrets: []teamsim.Secret{{Value: "old", Expires: time.Now().Add(-time.Hour)}}, RedirectURIs: []string{redirect}})
	w.tenant.AddApp(teamsim.App{ClientID: "33333333-2222-4333-8444-555555555555", Public: true, RedirectURIs: []string{redirect}})
	challenge := []string{"code_challenge", base64.RawURLEncoding.EncodeToString(make([]byte, 32)), "code_challenge_method", "S256"}
	for name, c := range map[string]struct {
		code, changes []string
		status        int
		oauth         string
		aad           int
	}{
		"wrong secret":      {nil, []string{"client_secret", "wrong"}, 401, "invalid_client", 7000215},
		"no secret":         {nil, []string{"client_secret", ""}, 401, "invalid_client", 7000218},
		"expired secret":    {nil, []string{"client_id", "22222222-2222-4333-8444-555555555555", "client_secret", "old"}, 401, "invalid_client", 7000222},
		"unknown client":    {nil, []string{"client_id", "12345678-2222-4333-8444-555555555555"}, 400, "unauthorized_client", 700016},
		"public + secret":   {nil, []string{"client_id", "33333333-2222-4333-8444-555555555555"}, 401, "invalid_client", 700025},
		"bad assertion":     {nil, []string{"client_secret", "", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", "a.b.c"}, 401, "invalid_client", 700027},
		"no grant":          {nil, []string{"grant_type", ""}, 400, "invalid_request", 900144},
		"password grant":    {nil, []string{"grant_type", "password"}, 400, "unsupported_grant_type", 70003},
		"no code":           {nil, []string{"code", ""}, 400, "invalid_request", 900144},
		"strange code":      {nil, []string{"code", "1.abc"}, 400, "invalid_grant", 70000},
		"other redirect":    {nil, []string{"redirect_uri", "https://desk.example/other"}, 400, "invalid_request", 50011},
		"verifier mismatch": {challenge, []string{"code_verifier", "wrong"}, 400, "invalid_grant", 501481},
		"verifier missing":  {challenge, nil, 400, "invalid_grant", 501481},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.redeem(w.code("Anna Becker", c.code...), c.changes...)
			if got.status != c.status || got.Error != c.oauth || len(got.Codes) != 1 || got.Codes[0] != c.aad {
				t.Fatalf("%+v", got)
			}
			for _, part := range []string{"Trace ID: " + got.TraceID, "Correlation ID: " + got.Correlation, "Timestamp: " + got.Timestamp} {
				if !strings.Contains(got.Description, part) {
					t.Errorf("%q lacks %q", got.Description, part)
				}
			}
			if _, err := time.Parse("2006-01-02 15:04:05Z", got.Timestamp); err != nil || !strings.HasPrefix(got.ErrorURI, loginURL+"/error?code=") {
				t.Errorf("%q %q", got.Timestamp, got.ErrorURI)
			}
		})
	}
	res, err := w.http.Post(strings.Replace(tokenURL, teamsim.DefaultTenant, "common", 1), "application/x-www-form-urlencoded",
		strings.NewReader(url.Values{"client_id": {clientID}, "client_secret": {secret}, "grant_type": {"authorization_code"}}.Encode()))
	if err != nil || res.StatusCode != 400 {
		t.Errorf("common: %v %v", res, err)
	}
	res.Body.Close()
	if res, err = w.http.Post(tokenURL, "application/json", strings.NewReader("{}")); err != nil || res.StatusCode != 400 {
		t.Errorf("JSON: %v %v", res, err)
	}
	res.Body.Close()
}

func TestCodeLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		code := w.code("Anna Becker")
		if got := w.redeem(code); got.Access == "" {
			t.Fatalf("%+v", got)
		}
		if got := w.redeem(code); got.Codes[0] != 54005 {
			t.Errorf("second use: %+v", got)
		}
		old := w.code("Anna Becker")
		time.Sleep(10*time.Minute + time.Second)
		if got := w.redeem(old); got.Codes[0] != 70008 {
			t.Errorf("after ten minutes: %+v", got)
		}
	})
}

func TestTokenAnswer(t *testing.T) {
	w := newWorld(t)
	got := w.redeem(w.code("Anna Becker", "scope", "openid Chat.ReadWrite"), "client_info", "1")
	if got.Type != "Bearer" || got.Refresh != "" || got.ID == "" {
		t.Errorf("refresh_token needs offline_access, id_token openid: %+v", got)
	}
	if !strings.Contains(got.Scope, "Presence.Read.All") {
		t.Errorf("scope %q is not everything consented so far", got.Scope)
	}
	raw, err := base64.RawURLEncoding.DecodeString(got.ClientInfo)
	if err != nil || !strings.Contains(string(raw), `"uid":"`+w.id("Anna Becker")+`"`) {
		t.Errorf("client_info %q %v", raw, err)
	}
	if got := w.redeem(w.code("Anna Becker", "scope", "Chat.ReadWrite offline_access")); got.ID != "" || got.Refresh == "" {
		t.Errorf("%+v", got)
	}
	// MSAL for Go asks for OpenID's scopes at the token endpoint only.
	late := w.redeem(w.code("Anna Becker", "scope", "Chat.ReadWrite"), "scope", "Chat.ReadWrite openid offline_access profile")
	if late.ID == "" || late.Refresh == "" {
		t.Errorf("openid and offline_access asked for late: %+v", late)
	}
	if got := w.redeem(w.code("Anna Becker"), "scope", "Chat.Everything"); got.Error != "invalid_scope" || got.Codes[0] != 70011 {
		t.Errorf("unknown scope: %+v", got)
	}
	// HTTP Basic is accepted too.
	req, err := http.NewRequest(http.MethodPost, tokenURL, strings.NewReader(url.Values{"grant_type": {"authorization_code"}, "code": {w.code("Anna Becker")}, "redirect_uri": {redirect}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(clientID), url.QueryEscape(secret))
	res, err := w.http.Do(req)
	if err != nil || res.StatusCode != 200 {
		t.Errorf("Basic: %v %v", res, err)
	}
	res.Body.Close()
	// An application's own token proves the secret; chats refuse it.
	app := w.token(url.Values{"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"}})
	if app.Access == "" || app.Refresh != "" {
		t.Fatalf("client credentials: %+v", app)
	}
	alone := &graph{w, app.Access, ""}
	alone.get("/me").want(t, 400)
	alone.get("/chats").want(t, 403)
	if bad := w.token(url.Values{"grant_type": {"client_credentials"}, "scope": {"Chat.ReadWrite"}}); bad.Error != "invalid_scope" {
		t.Errorf("client credentials need .default: %+v", bad)
	}
}

func TestClientAssertion(t *testing.T) {
	w := newWorld(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	app := w.tenant.AddApp(teamsim.App{Certificates: []*x509.Certificate{cert}, RedirectURIs: []string{redirect}, Consented: allScopes})
	b64 := base64.RawURLEncoding.EncodeToString
	s256, s1 := sha256.Sum256(der), sha1.Sum(der)
	assertion := func(header, claims map[string]any) string {
		h, _ := json.Marshal(header)
		c, _ := json.Marshal(claims)
		text := b64(h) + "." + b64(c)
		sum := sha256.Sum256([]byte(text))
		sig, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], nil)
		if header["alg"] == "RS256" {
			sig, err = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		}
		if err != nil {
			t.Fatal(err)
		}
		return text + "." + b64(sig)
	}
	claims := func(changes ...any) map[string]any {
		c := map[string]any{"aud": tokenURL, "iss": app.ClientID, "sub": app.ClientID, "jti": "1", "nbf": time.Now().Unix(), "iat": time.Now().Unix(), "exp": time.Now().Add(5 * time.Minute).Unix()}
		for i := 0; i+1 < len(changes); i += 2 {
			c[changes[i].(string)] = changes[i+1]
		}
		return c
	}
	ps := map[string]any{"alg": "PS256", "typ": "JWT", "x5t#S256": b64(s256[:])}
	rs := map[string]any{"alg": "RS256", "typ": "JWT", "x5t": b64(s1[:])}
	msal := map[string]any{"alg": "PS256", "typ": "JWT", "x5t#S256": base64.StdEncoding.EncodeToString(s256[:])}
	redeem := func(assertion string) tokens {
		return w.redeem(w.code("Anna Becker", "client_id", app.ClientID), "client_id", app.ClientID, "client_secret", "",
			"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", assertion)
	}
	for name, header := range map[string]map[string]any{"PS256": ps, "RS256": rs, "as MSAL for Go writes it": msal} {
		if got := redeem(assertion(header, claims())); got.Access == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, bad := range map[string]string{
		"expired":     assertion(ps, claims("exp", time.Now().Add(-time.Hour).Unix())),
		"early":       assertion(ps, claims("nbf", time.Now().Add(time.Hour).Unix())),
		"audience":    assertion(ps, claims("aud", "https://elsewhere.example/token")),
		"issuer":      assertion(ps, claims("iss", clientID)),
		"thumbprint":  assertion(map[string]any{"alg": "PS256", "x5t#S256": b64(s1[:])}, claims()),
		"algorithm":   assertion(map[string]any{"alg": "none", "x5t": b64(s1[:])}, claims()),
		"signed else": assertion(ps, claims()) + "AA",
	} {
		if got := redeem(bad); got.Error != "invalid_client" || got.Codes[0] != 700027 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first := w.redeem(w.code("Anna Becker"))
		second := w.refresh(first.Refresh)
		if second.Access == "" || second.Refresh == "" || second.Refresh == first.Refresh || second.ID == "" {
			t.Fatalf("%+v", second)
		}
		if again := w.refresh(first.Refresh); again.Access == "" {
			t.Errorf("the old token dies: %+v", again)
		}
		(&graph{w, first.Access, ""}).get("/me").want(t, 200)
		time.Sleep(91 * time.Minute)
		(&graph{w, first.Access, ""}).get("/me").refused(t, 401, "InvalidAuthenticationToken")
		if got := w.refresh(first.Refresh, "scope", "Chat.Nothing"); got.Error != "invalid_scope" {
			t.Errorf("scope: %+v", got)
		}
		if got := w.refresh(first.Refresh, "scope", "Directory.Read.All"); got.Codes[0] != 65001 {
			t.Errorf("scope without consent: %+v", got)
		}
		time.Sleep(90 * 24 * time.Hour)
		if got := w.refresh(first.Refresh); got.Codes[0] != 700082 {
			t.Errorf("after 90 days: %+v", got)
		}
		fresh := w.redeem(w.code("Anna Becker"))
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.RefreshOnce = true })
		if got := w.refresh(fresh.Refresh); got.Access == "" {
			t.Fatalf("%+v", got)
		}
		if got := w.refresh(fresh.Refresh); got.Codes[0] != 70000 {
			t.Errorf("RefreshOnce: %+v", got)
		}
	})
}

func TestRevocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		signedIn := w.redeem(w.code("Anna Becker"))
		time.Sleep(time.Second)
		if err := w.tenant.RevokeSignIn("Anna Becker", 50076); err != nil {
			t.Fatal(err)
		}
		if got := w.refresh(signedIn.Refresh); got.Codes[0] != 50076 || got.Error != "interaction_required" {
			t.Errorf("chosen code: %+v", got)
		}
		(&graph{w, signedIn.Access, ""}).get("/me").want(t, 200) // no CAE: lives on
		for range 14 {
			w.refresh(signedIn.Refresh)
		}
		if got := w.refresh(signedIn.Refresh); got.Codes[0] != 50196 || got.Error != "invalid_grant" {
			t.Errorf("a loop of identical requests: %+v", got)
		}
		time.Sleep(time.Second)
		again := w.redeem(w.code("Anna Becker"))
		if got := w.refresh(again.Refresh); got.Access == "" {
			t.Errorf("after a new sign-in: %+v", got)
		}
		if err := w.tenant.Disable("Anna Becker", true); err != nil {
			t.Fatal(err)
		}
		if got := w.refresh(again.Refresh); got.Codes[0] != 50057 {
			t.Errorf("disabled: %+v", got)
		}
		if err := w.tenant.Disable("Anna Becker", false); err != nil {
			t.Fatal(err)
		}
		if err := w.tenant.RevokeConsent(clientID); err != nil {
			t.Fatal(err)
		}
		if got := w.refresh(again.Refresh); got.Codes[0] != 65001 || got.Error != "invalid_grant" {
			t.Errorf("consent removed: %+v", got)
		}
		w.tenant.ExpireTokens()
		(&graph{w, again.Access, ""}).get("/me").want(t, 401)
	})
}

func TestClaimsChallenge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		cp1 := w.redeem(w.code("Anna Becker", "claims", `{"access_token":{"xms_cc":{"values":["cp1"]}}}`))
		plain := w.redeem(w.code("Anna Becker"))
		time.Sleep(time.Second)
		if err := w.tenant.RevokeSignIn("Anna Becker", 0); err != nil {
			t.Fatal(err)
		}
		got := (&graph{w, cp1.Access, ""}).get("/me").refused(t, 401, "InvalidAuthenticationToken")
		challenge := got.header.Get("WWW-Authenticate")
		if !strings.Contains(challenge, `error="insufficient_claims"`) || !strings.Contains(challenge, `claims="`) {
			t.Errorf("challenge %q", challenge)
		}
		(&graph{w, plain.Access, ""}).get("/me").want(t, 200)
	})
}

// TestEveryCode asks for each AADSTS code once.
func TestEveryCode(t *testing.T) {
	w := newWorld(t)
	signedIn := w.redeem(w.code("Anna Becker"))
	for _, code := range []int{7000215, 7000218, 7000222, 700027, 70002, 700016, 7000112, 700025, 50194, 900971, 90002, 900023, 50059, 90019, 50011, 70011, 28002, 650056, 650057, 65005,
		65001, 65004, 90094, 90095, 90008, 50020, 50034, 51004, 16003, 50105, 70000, 70008, 700082, 50173, 50132, 50133, 50089, 70043, 700084, 50072, 50074, 50076, 50078, 50079,
		53000, 53001, 53002, 53003, 530032, 530034, 53011, 50131, 50055, 50144, 50058, 50057, 50053, 50126, 54005, 501481, 50147, 501491, 900144, 90014, 9002313, 700005, 50196,
		90033, 90024, 90090, 50033, 90055} {
		w.tenant.FailNext("POST /token", teamsim.Fault{AADSTS: code})
		got := w.refresh(signedIn.Refresh)
		want := http.StatusBadRequest
		switch got.Error {
		case "invalid_client":
			want = http.StatusUnauthorized
		case "temporarily_unavailable":
			want = http.StatusServiceUnavailable
			if code == 90055 {
				want = http.StatusTooManyRequests
			}
		}
		if len(got.Codes) != 1 || got.Codes[0] != code || got.status != want {
			t.Errorf("%d: %+v", code, got)
		}
	}
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.TokenError = 90033 })
	if got := w.refresh(signedIn.Refresh); got.Error != "temporarily_unavailable" {
		t.Errorf("knob: %+v", got)
	}
	w.tenant.ClearFaults()
	w.tenant.FailNext("GET /authorize", teamsim.Fault{AADSTS: 50105})
	if page := w.browser().get(authorizeURL()); page.location.Query().Get("error") != "access_denied" {
		t.Errorf("authorize: %v", page.location)
	}
	if got := w.refresh(signedIn.Refresh); got.Access == "" {
		t.Errorf("a scripted fault is used up: %+v", got)
	}
	var logged []string
	for _, r := range w.tenant.Requests() {
		logged = append(logged, r.Method+" "+r.Path)
	}
	if !slices.Contains(logged, "POST /"+teamsim.DefaultTenant+"/oauth2/v2.0/token") {
		t.Errorf("the request log lacks the token endpoint: %q", logged)
	}
}
