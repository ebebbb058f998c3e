package teamsim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// serveAdminConsent lets an administrator consent for everybody [v2-admin-consent]. Who
// presses the button is not checked: the tenant has no administrators to tell apart.
func (t *Tenant) serveAdminConsent(w http.ResponseWriter, r *http.Request, segment string) {
	if err := r.ParseForm(); err != nil {
		t.errorPage(w, r, refuse(9002313, ""))
		return
	}
	_, refusal := t.checkTenant(segment)
	if refusal != nil {
		t.errorPage(w, r, refusal)
		return
	}
	id, redirect := strings.ToLower(r.Form.Get("client_id")), r.Form.Get("redirect_uri")
	t.mu.Lock()
	app := t.apps[id]
	known := app != nil && slices.Contains(app.RedirectURIs, redirect) && t.redirectAllowed(redirect)
	var name string
	if app != nil {
		name = app.Name
	}
	t.mu.Unlock()
	if app == nil {
		t.errorPage(w, r, refuse(700016, id))
		return
	}
	if !known {
		t.errorPage(w, r, refuse(50011, redirect))
		return
	}
	set, all, unknown := parseScopes(r.Form.Get("scope"), t.graphRoot(r))
	if unknown != "" {
		t.errorPage(w, r, refuse(70011, unknown))
		return
	}
	if all || len(set) == 0 {
		set = scopeSet{}.add(defaultScopes...)
	}
	req := &authorizeRequest{app: App{ClientID: id, Name: name}, redirect: redirect, mode: "query", state: r.Form.Get("state"), scopes: set}
	switch r.PostForm.Get("action") {
	case "accept":
		t.mu.Lock()
		app.consented.merge(set.resources())
		t.mu.Unlock()
		t.respond(w, r, req, url.Values{"admin_consent": {"True"}, "tenant": {t.cfg.Tenant}, "scope": {set.String()}})
	case "cancel":
		t.respond(w, r, req, url.Values{"error": {"consent_required"}, "admin_consent": {"True"},
			"error_description": {t.aadErrorBody(refuse(65004, ""), r).Description}})
	default:
		t.renderPage(w, http.StatusOK, pageData{Words: wordsFor(r), View: "adminConsent", App: name,
			Organisation: t.cfg.Name, Scopes: describeScopes(set, wordsFor(r))})
	}
}

// defaultScopes stands for the permissions of a registration when ".default" is asked.
var defaultScopes = []string{
	"User.Read", "User.ReadBasic.All", "Chat.ReadWrite", "ChatMember.ReadWrite", "Presence.Read.All", "Files.ReadWrite",
	"openid", "profile", "offline_access",
}
