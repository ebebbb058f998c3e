package teamsim_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"trialog/internal/teamsim"
)

const issuer = loginURL + "/" + teamsim.DefaultTenant + "/v2.0"

// TestSignInWithIndependentClient lets golang.org/x/oauth2 and go-oidc do the whole
// sign-in: discovery, PKCE, exchange, id_token, keys, refresh.
func TestSignInWithIndependentClient(t *testing.T) {
	w := newWorld(t)
	ctx := oidc.ClientContext(context.Background(), w.http)
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		t.Fatal(err)
	}
	cfg := oauth2.Config{ClientID: clientID, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: redirect, Scopes: []string{"openid", "profile", "offline_access", "Chat.ReadWrite"}}
	verifier := oauth2.GenerateVerifier()
	page := w.browser().post(cfg.AuthCodeURL("xyz", oauth2.S256ChallengeOption(verifier), oidc.Nonce("n-1")), url.Values{"person": {w.id("Anna Becker")}})
	if page.location == nil || page.location.Query().Get("state") != "xyz" || page.location.Query().Get("session_state") == "" {
		t.Fatalf("answer %d %v", page.status, page.location)
	}
	token, err := cfg.Exchange(context.WithValue(ctx, oauth2.HTTPClient, w.http), page.location.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: clientID}).Verify(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		OID, TID, Ver, Name, PreferredUsername, Nonce, UTI, SID, RH, AIO string
		Preferred                                                        string `json:"preferred_username"`
	}
	if err := id.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	if claims.OID != w.id("Anna Becker") || claims.TID != teamsim.DefaultTenant || claims.Ver != "2.0" || id.Nonce != "n-1" || claims.Preferred != "anna.becker@contoso.example" || claims.UTI == "" || claims.SID == "" {
		t.Errorf("claims %+v", claims)
	}
	if life := time.Until(token.Expiry); life < 59*time.Minute || life > 90*time.Minute {
		t.Errorf("access token lives %v", life)
	}
	// Rolling keys: to the published one, then in an emergency; the client refetches.
	for _, emergency := range []bool{false, true} {
		if err := w.tenant.RollKeys(emergency); err != nil {
			t.Fatal(err)
		}
		again := w.refresh(token.RefreshToken)
		if _, err := provider.Verifier(&oidc.Config{ClientID: clientID}).Verify(ctx, again.ID); err != nil {
			t.Errorf("after rolling keys (emergency %v): %v", emergency, err)
		}
	}
}

func TestDiscovery(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	read := func(path string) map[string]any {
		t.Helper()
		page, doc := b.get(loginURL+path), map[string]any{}
		if err := json.Unmarshal([]byte(page.body), &doc); err != nil || page.status != 200 {
			t.Fatalf("%s: %d %v %s", path, page.status, err, page.body)
		}
		return doc
	}
	tid := teamsim.DefaultTenant
	if doc := read("/" + tid + "/v2.0/.well-known/openid-configuration"); doc["issuer"] != issuer || doc["token_endpoint"] != tokenURL {
		t.Errorf("tenant: %v", doc)
	}
	if doc := read("/contoso.example/v2.0/.well-known/openid-configuration"); doc["issuer"] != issuer {
		t.Errorf("by domain the issuer still carries the GUID: %v", doc["issuer"])
	}
	if doc := read("/common/v2.0/.well-known/openid-configuration"); doc["issuer"] != loginURL+"/{tenantid}/v2.0" {
		t.Errorf("common: %v", doc["issuer"])
	}
	v1 := read("/common/.well-known/openid-configuration")
	if v1["issuer"] != "https://sts.windows.net/{tenantid}/" || v1["jwks_uri"] != loginURL+"/common/discovery/keys" {
		t.Errorf("v1: %v %v", v1["issuer"], v1["jwks_uri"])
	}
	keys := read("/common/discovery/keys")
	if n := len(keys["keys"].([]any)); n != 2 {
		t.Errorf("%d keys", n)
	}
	if doc := read("/common/discovery/instance?api-version=1.1&authorization_endpoint=x"); doc["tenant_discovery_endpoint"] != loginURL+"/"+tid+"/v2.0/.well-known/openid-configuration" {
		t.Errorf("instance: %v", doc)
	}
	for segment, code := range map[string]string{"99999999-0000-4000-8000-000000000000": "AADSTS90002", "unknown.example": "AADSTS90002", "no tenant": "AADSTS900023"} {
		page := b.get(loginURL + "/" + url.PathEscape(segment) + "/v2.0/.well-known/openid-configuration")
		if page.status != 400 || !strings.Contains(page.body, code+":") {
			t.Errorf("%s: %d %s", segment, page.status, page.body)
		}
	}
	if page := b.get(loginURL + "/" + tid + "/nothing"); page.status != 404 {
		t.Errorf("unknown path: %d", page.status)
	}
}

func TestAuthorizeErrorsAreShown(t *testing.T) {
	w := newWorld(t)
	w.tenant.AddApp(teamsim.App{ClientID: "22222222-2222-4333-8444-555555555555", Secret: "x", Disabled: true, RedirectURIs: []string{redirect}})
	w.tenant.AddApp(teamsim.App{ClientID: "33333333-2222-4333-8444-555555555555", Secret: "x"})
	for name, c := range map[string]struct {
		changes []string
		code    string
	}{
		"unknown client":  {[]string{"client_id", "12345678-2222-4333-8444-555555555555"}, "AADSTS700016:"},
		"no client":       {[]string{"client_id", ""}, "AADSTS900144:"},
		"disabled client": {[]string{"client_id", "22222222-2222-4333-8444-555555555555"}, "AADSTS7000112:"},
		"no reply URL":    {[]string{"client_id", "33333333-2222-4333-8444-555555555555"}, "AADSTS900971:"},
		"other redirect":  {[]string{"redirect_uri", "https://evil.example/"}, "AADSTS50011:"},
		"longer redirect": {[]string{"redirect_uri", redirect + "/x"}, "AADSTS50011:"},
		"case":            {[]string{"redirect_uri", strings.ToUpper(redirect)}, "AADSTS50011:"},
	} {
		t.Run(name, func(t *testing.T) {
			page := w.browser().get(authorizeURL(c.changes...))
			if page.status != 400 || page.location != nil || !strings.Contains(page.body, c.code) {
				t.Errorf("%d %v %s", page.status, page.location, page.body)
			}
		})
	}
	common := strings.Replace(authorizeURL(), teamsim.DefaultTenant, "common", 1)
	if page := w.browser().get(common); !strings.Contains(page.body, "AADSTS50194:") || page.location != nil {
		t.Errorf("common: %s", page.body)
	}
}

func TestAuthorizeErrorsGoBack(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		changes    []string
		oauth, aad string
	}{
		"response type":    {[]string{"response_type", "token"}, "unsupported_response_type", "AADSTS700054:"},
		"no response type": {[]string{"response_type", ""}, "invalid_request", "AADSTS900144:"},
		"response mode":    {[]string{"response_mode", "smoke"}, "invalid_request", "AADSTS9002313:"},
		"no scope":         {[]string{"scope", ""}, "invalid_request", "AADSTS900144:"},
		"unknown scope":    {[]string{"scope", "openid Chat.Everything"}, "invalid_scope", "AADSTS70011:"},
		"short challenge":  {[]string{"code_challenge", "abc", "code_challenge_method", "S256"}, "invalid_request", "AADSTS501491:"},
		"prompt none":      {[]string{"prompt", "none"}, "login_required", "AADSTS50058:"},
	} {
		t.Run(name, func(t *testing.T) {
			page := w.browser().get(authorizeURL(c.changes...))
			if page.location == nil || !strings.HasPrefix(page.location.String(), redirect+"?") {
				t.Fatalf("%d %v %s", page.status, page.location, page.body)
			}
			q := page.location.Query()
			if q.Get("error") != c.oauth || !strings.HasPrefix(q.Get("error_description"), c.aad) || q.Get("state") != "st&te" {
				t.Errorf("%v", q)
			}
		})
	}
}

func TestAccountPicker(t *testing.T) {
	w := newWorld(t)
	page := w.browser().get(authorizeURL("prompt", "select_account", "login_hint", "erik.lind@contoso.example"))
	if page.status != 200 || !strings.Contains(page.body, `<html lang="en">`) || !strings.Contains(page.body, "Pick an account") {
		t.Fatalf("%d %s", page.status, page.body)
	}
	if strings.Index(page.body, ">Erik Lind<") > strings.Index(page.body, ">Anna Becker<") {
		t.Error("the hinted person does not come first")
	}
	for _, name := range []string{"佐藤 花子", "أحمد منصور", "Łukasz Żółkiewski"} {
		if !strings.Contains(page.body, ">"+name+"<") {
			t.Errorf("%s is missing", name)
		}
	}
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("policy %q", csp)
	}
	for name, german := range map[string]pageAnswer{
		"ui_locales":      w.browser().get(authorizeURL("ui_locales", "de"), "Accept-Language", "en"),
		"Accept-Language": w.browser().get(authorizeURL(), "Accept-Language", "de-AT,de;q=0.9,en;q=0.5"),
	} {
		if !strings.Contains(german.body, `<html lang="de">`) || !strings.Contains(german.body, "Konto auswählen") {
			t.Errorf("%s: no German page", name)
		}
	}
	if page := w.browser().post(authorizeURL(), url.Values{"person": {"00000000-0000-4000-8000-000000000000"}}); page.location.Query().Get("error") != "invalid_grant" {
		t.Errorf("unknown person: %v", page.location)
	}
	if err := w.tenant.Disable("Anna Becker", true); err != nil {
		t.Fatal(err)
	}
	if page := w.browser().post(authorizeURL(), url.Values{"person": {w.id("Anna Becker")}}); !strings.Contains(page.body, "AADSTS50057:") {
		t.Errorf("disabled person: %s", page.body)
	}
}

func TestConsent(t *testing.T) {
	w := newWorld(t)
	app := w.tenant.AddApp(teamsim.App{Name: "Nobody consented", Secret: secret, RedirectURIs: []string{redirect}})
	address := authorizeURL("client_id", app.ClientID, "scope", "openid offline_access Chat.ReadWrite")
	anna := url.Values{"person": {w.id("Anna Becker")}}
	with := func(action string) url.Values { return url.Values{"person": anna["person"], "action": {action}} }
	page := w.browser().post(address, anna)
	if page.status != 200 || !strings.Contains(page.body, ">Accept</button>") || !strings.Contains(page.body, "Read and write your chat messages") {
		t.Fatalf("%d %s", page.status, page.body)
	}
	if declined := w.browser().post(address, with("cancel")); declined.location.Query().Get("error") != "access_denied" || !strings.Contains(declined.location.Query().Get("error_description"), "AADSTS65004") {
		t.Errorf("declined: %v", declined.location)
	}
	b := w.browser()
	if accepted := b.post(address, with("accept")); accepted.location == nil || accepted.location.Query().Get("code") == "" {
		t.Fatalf("accepted: %d %s", accepted.status, accepted.body)
	}
	// The consent is remembered, and so is the browser's session.
	if again := b.get(address); again.location == nil || again.location.Query().Get("code") == "" {
		t.Errorf("second time: %d %s", again.status, again.body)
	}
	if silent := b.get(address + "&prompt=none"); silent.location.Query().Get("code") == "" {
		t.Errorf("prompt=none: %v", silent.location)
	}
	for _, prompt := range []string{"login", "select_account"} {
		if page := b.get(address + "&prompt=" + prompt); page.status != 200 || !strings.Contains(page.body, "Pick an account") {
			t.Errorf("prompt=%s: %d", prompt, page.status)
		}
	}
	if page := b.get(address + "&prompt=consent"); !strings.Contains(page.body, ">Accept</button>") {
		t.Errorf("prompt=consent: %s", page.body)
	}
	if other := w.browser().post(address, url.Values{"person": {w.id("Ben Okafor")}}); !strings.Contains(other.body, ">Accept</button>") {
		t.Error("one person's consent counts for another")
	}
	if out := b.get(loginURL + "/" + teamsim.DefaultTenant + "/oauth2/v2.0/logout?post_logout_redirect_uri=" + url.QueryEscape("https://desk.example/bye")); out.location == nil || out.location.Path != "/bye" {
		t.Errorf("logout: %d %v", out.status, out.location)
	}
	if page := b.get(address); !strings.Contains(page.body, "Pick an account") {
		t.Error("still signed in after logout")
	}
	if out := b.get(loginURL + "/" + teamsim.DefaultTenant + "/oauth2/v2.0/logout?post_logout_redirect_uri=https://evil.example/"); out.location != nil {
		t.Errorf("logout leads to a stranger: %v", out.location)
	}
}

func TestAdminApproval(t *testing.T) {
	w := newWorld(t)
	app := w.tenant.AddApp(teamsim.App{Secret: secret, RedirectURIs: []string{redirect}})
	anna := w.id("Anna Becker")
	needAdmin := authorizeURL("client_id", app.ClientID, "scope", "openid ChatMember.ReadWrite")
	page := w.browser().post(needAdmin, url.Values{"person": {anna}, "action": {"accept"}})
	if page.status != 200 || !strings.Contains(page.body, "Need admin approval") || !strings.Contains(page.body, "AADSTS90094") {
		t.Fatalf("%d %s", page.status, page.body)
	}
	back := w.browser().post(needAdmin, url.Values{"person": {anna}, "action": {"back"}})
	if q := back.location.Query(); q.Get("error") != "access_denied" || !strings.HasPrefix(q.Get("error_description"), "AADSTS90094:") {
		t.Errorf("back: %v", q)
	}
	// The Microsoft-managed policy takes content scopes out of users' hands.
	content := authorizeURL("client_id", app.ClientID, "scope", "openid Chat.ReadWrite")
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.AdminApproval = true })
	if page := w.browser().post(content, url.Values{"person": {anna}}); !strings.Contains(page.body, "AADSTS90094") {
		t.Errorf("content scope: %s", page.body)
	}

	consent := loginURL + "/" + teamsim.DefaultTenant + "/v2.0/adminconsent?" + url.Values{"client_id": {app.ClientID}, "redirect_uri": {redirect}, "state": {"s"},
		"scope": {"https://graph.microsoft.com/Chat.ReadWrite https://graph.microsoft.com/ChatMember.ReadWrite"}}.Encode()
	if page := w.browser().get(consent); page.status != 200 || !strings.Contains(page.body, ">Accept</button>") {
		t.Fatalf("admin page: %d %s", page.status, page.body)
	}
	no := w.browser().post(consent, url.Values{"action": {"cancel"}}).location.Query()
	if no.Get("error") != "consent_required" || no.Get("admin_consent") != "True" || !strings.HasPrefix(no.Get("error_description"), "AADSTS65004") {
		t.Errorf("refused: %v", no)
	}
	yes := w.browser().post(consent, url.Values{"action": {"accept"}}).location.Query()
	if yes.Get("admin_consent") != "True" || yes.Get("tenant") != teamsim.DefaultTenant || yes.Get("state") != "s" || yes.Get("scope") == "" {
		t.Errorf("accepted: %v", yes)
	}
	if page := w.browser().post(needAdmin, url.Values{"person": {anna}}); page.location == nil || page.location.Query().Get("code") == "" {
		t.Errorf("after admin consent: %d %s", page.status, page.body)
	}
}

func TestResponseModes(t *testing.T) {
	w := newWorld(t)
	who := url.Values{"person": {w.id("Anna Becker")}}
	if page := w.browser().post(authorizeURL("response_mode", "fragment"), who); page.location == nil || !strings.Contains(page.location.Fragment, "code=") || page.location.RawQuery != "" {
		t.Errorf("fragment: %v", page.location)
	}
	page := w.browser().post(authorizeURL("response_mode", "form_post"), who)
	if !strings.Contains(page.body, `action="`+redirect+`"`) || !strings.Contains(page.body, `name="code"`) || !strings.Contains(page.body, `name="state" value="st&amp;te"`) {
		t.Errorf("form_post: %s", page.body)
	}
	bare := w.tenant.AddApp(teamsim.App{Secret: secret, RedirectURIs: []string{"https://bare.example"}, Consented: allScopes})
	if page := w.browser().post(authorizeURL("client_id", bare.ClientID, "redirect_uri", "https://bare.example"), who); page.location == nil || page.location.Path != "/" {
		t.Errorf("a redirect without a path comes back with a slash: %v", page.location)
	}
	plain := w.tenant.AddApp(teamsim.App{Secret: secret, RedirectURIs: []string{"http://localhost:3000/cb", "http://127.0.0.1:3000/cb"}, Consented: allScopes})
	if page := w.browser().post(authorizeURL("client_id", plain.ClientID, "redirect_uri", "http://localhost:3000/cb"), who); page.location == nil {
		t.Errorf("http on localhost: %s", page.body)
	}
	if page := w.browser().post(authorizeURL("client_id", plain.ClientID, "redirect_uri", "http://127.0.0.1:3000/cb"), who); page.location != nil {
		t.Errorf("http elsewhere: %v", page.location)
	}
	for address, fine := range map[string]bool{"http://localhost:49152/cb": true, "http://localhost/cb": true, "http://localhost:49152/other": false, "https://localhost:49152/cb": false, "http://localhost.example:3000/cb": false} {
		if page := w.browser().post(authorizeURL("client_id", plain.ClientID, "redirect_uri", address), who); (page.location != nil) != fine {
			t.Errorf("%s, registered with another port: sent back %v, want %v", address, page.location != nil, fine)
		}
	}
}
