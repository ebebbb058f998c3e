package teamsim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// serveLogin answers the identity platform [v2-protocols-oidc]. Paths start with the
// tenant; they are taken apart by hand because patterns of login and Graph overlap.
func (t *Tenant) serveLogin(w http.ResponseWriter, r *http.Request) {
	segment, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	w.Header().Set("x-ms-request-id", t.traceID())
	w.Header().Set("Cache-Control", "no-store, no-cache")
	switch rest {
	case "oauth2/v2.0/authorize":
		t.serveAuthorize(w, r, segment)
	case "oauth2/v2.0/token":
		t.serveToken(w, r, segment)
	case "oauth2/v2.0/logout":
		t.serveLogout(w, r)
	case "v2.0/adminconsent", "adminconsent":
		t.serveAdminConsent(w, r, segment)
	case "v2.0/.well-known/openid-configuration":
		t.serveDiscovery(w, r, segment, true)
	case ".well-known/openid-configuration":
		t.serveDiscovery(w, r, segment, false)
	case "discovery/v2.0/keys", "discovery/keys":
		t.serveKeys(w, r, segment)
	case "discovery/instance":
		t.serveInstance(w, r)
	default:
		http.NotFound(w, r)
	}
}

// loginBase is the authority's address as the asker knows it.
func (t *Tenant) loginBase(r *http.Request) string {
	return t.base(r, t.cfg.LoginURL)
}

// base prefers the special address, then the public one, then the request's own host. A
// request that came over TLS is never sent back to a plain address.
func (t *Tenant) base(r *http.Request, special string) string {
	switch public := t.cfg.PublicURL; {
	case special != "":
		return special
	case public != "" && (r == nil || r.TLS == nil || strings.HasPrefix(public, "https:")):
		return public
	case r == nil || r.Host == "":
		return "https://graph.microsoft.com"
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// checkTenant judges the first path segment. multi tells that it named no single tenant.
func (t *Tenant) checkTenant(segment string) (multi bool, refusal *aadError) {
	switch s := strings.ToLower(segment); {
	case s == t.cfg.Tenant || s == t.cfg.Domain:
		return false, nil
	case s == "common" || s == "organizations" || s == "consumers":
		return true, nil
	case s == "":
		return false, refuse(50059, "")
	case !isGUID(s) && !strings.Contains(s, "."):
		return false, refuse(900023, segment)
	}
	return false, refuse(90002, segment)
}

func (t *Tenant) serveDiscovery(w http.ResponseWriter, r *http.Request, segment string, v2 bool) {
	multi, refusal := t.checkTenant(segment)
	if refusal != nil {
		t.writeAADError(w, r, refusal)
		return
	}
	base, tid := t.loginBase(r), t.cfg.Tenant
	issuerTenant, root := tid, base+"/"+tid
	if multi {
		issuerTenant, root = "{tenantid}", base+"/"+strings.ToLower(segment)
	}
	doc := map[string]any{
		"authorization_endpoint":                root + "/oauth2/v2.0/authorize",
		"token_endpoint":                        root + "/oauth2/v2.0/token",
		"end_session_endpoint":                  root + "/oauth2/v2.0/logout",
		"jwks_uri":                              root + "/discovery/v2.0/keys",
		"issuer":                                base + "/" + issuerTenant + "/v2.0",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"claims_supported":                      []string{"sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "oid", "ver", "email"},
		"request_uri_parameter_supported":       false,
		"http_logout_supported":                 true,
		"frontchannel_logout_supported":         true,
		"tenant_region_scope":                   "EU",
		"cloud_instance_name":                   "microsoftonline.com",
		"msgraph_host":                          "graph.microsoft.com",
	}
	if !v2 {
		doc["jwks_uri"] = root + "/discovery/keys"
		doc["issuer"] = "https://sts.windows.net/" + issuerTenant + "/"
	}
	writeJSON(w, http.StatusOK, doc)
}

func (t *Tenant) serveKeys(w http.ResponseWriter, r *http.Request, segment string) {
	if _, refusal := t.checkTenant(segment); refusal != nil {
		t.writeAADError(w, r, refusal)
		return
	}
	keys, err := t.keys.published(t.loginBase(r) + "/" + t.cfg.Tenant + "/v2.0")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"keys": keys})
}

// serveInstance tells MSAL which authority hosts belong together.
func (t *Tenant) serveInstance(w http.ResponseWriter, r *http.Request) {
	base := t.loginBase(r)
	host := strings.TrimPrefix(strings.TrimPrefix(base, "https://"), "http://")
	writeJSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": base + "/" + t.cfg.Tenant + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []map[string]any{{
			"preferred_network": host, "preferred_cache": host, "aliases": []string{host},
		}},
	})
}

// serveLogout ends the browser's sign-in and goes back where the caller asks, if any
// application registered that address.
func (t *Tenant) serveLogout(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	if c, err := r.Cookie(sessionCookie); err == nil {
		delete(t.sessions, c.Value)
	}
	back := r.FormValue("post_logout_redirect_uri")
	allowed := back != "" && t.registeredHost(back)
	t.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true})
	if allowed {
		http.Redirect(w, r, back, http.StatusFound)
		return
	}
	t.renderPage(w, http.StatusOK, pageData{Words: wordsFor(r), View: "signedOut"})
}

// registeredHost tells whether an address lies on the host of a registered redirect URI.
func (t *Tenant) registeredHost(address string) bool {
	target, err := url.Parse(address)
	if err != nil {
		return false
	}
	for _, app := range t.apps {
		for _, uri := range app.RedirectURIs {
			if u, err := url.Parse(uri); err == nil && u.Scheme == target.Scheme && u.Host == target.Host {
				return true
			}
		}
	}
	return false
}

func (t *Tenant) writeAADError(w http.ResponseWriter, r *http.Request, e *aadError) {
	if e.retry != "" {
		w.Header().Set("Retry-After", e.retry)
	}
	writeJSON(w, e.status, t.aadErrorBody(e, r))
}

// marshal writes JSON as Microsoft does, with HTML left readable.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	raw, err := marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(raw) // the reader may have gone; nothing is left to tell it
}
