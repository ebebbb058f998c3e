package teamsim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	sessionCookie = "ESTSAUTHPERSISTENT"
	codeLife      = 10 * time.Minute
)

// authCode is an authorization code on its way to the token endpoint.
type authCode struct {
	app, person, redirect string
	challenge, method     string
	nonce                 string
	scopes                scopeSet
	cp1                   bool
	expires               time.Time
	used                  bool
}

// authorizeRequest is a checked authorize request [v2-oauth2-auth-code-flow].
type authorizeRequest struct {
	app           App // a copy
	redirect      string
	mode, state   string
	scopes        scopeSet
	prompt, hint  string
	nonce         string
	challenge     string
	challengeMode string
	cp1           bool
}

func (t *Tenant) serveAuthorize(w http.ResponseWriter, r *http.Request, segment string) {
	if err := r.ParseForm(); err != nil {
		t.errorPage(w, r, refuse(9002313, ""))
		return
	}
	req, shown := t.readAuthorize(r, segment)
	if shown != nil {
		t.errorPage(w, r, shown)
		return
	}
	if refusal := t.checkAuthorize(r, req); refusal != nil {
		t.sendBack(w, r, req, refusal)
		return
	}
	if f := t.takeScript(r.Method + " /authorize"); f != nil && f.AADSTS != 0 {
		t.sendBack(w, r, req, refuse(f.AADSTS, req.app.ClientID))
		return
	}
	t.signIn(w, r, req)
}

// readAuthorize finds the client and the redirect address. What is wrong with these is
// never redirected: the person sees an error page.
func (t *Tenant) readAuthorize(r *http.Request, segment string) (*authorizeRequest, *aadError) {
	multi, refusal := t.checkTenant(segment)
	if refusal != nil {
		return nil, refusal
	}
	id := r.Form.Get("client_id")
	if id == "" {
		return nil, refuse(900144, "client_id")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.apps[strings.ToLower(id)]
	switch {
	case app == nil:
		return nil, refuse(700016, id)
	case app.Disabled:
		return nil, refuse(7000112, id)
	case multi:
		return nil, refuse(50194, id)
	case len(app.RedirectURIs) == 0:
		return nil, refuse(900971, "")
	}
	redirect := r.Form.Get("redirect_uri")
	if redirect == "" {
		redirect = app.RedirectURIs[0]
	}
	if !app.registered(redirect) || !t.redirectAllowed(redirect) {
		return nil, refuse(50011, redirect)
	}
	return &authorizeRequest{app: *app, redirect: redirect, mode: r.Form.Get("response_mode"), state: r.Form.Get("state")}, nil
}

// registered compares exactly, except for the port of http on localhost, which does not
// count: programs on a desktop listen where there is room [reply-url].
func (a *App) registered(redirect string) bool {
	return slices.ContainsFunc(a.RedirectURIs, func(known string) bool {
		return known == redirect || withoutPort(known) == withoutPort(redirect)
	})
}

func withoutPort(redirect string) string {
	u, err := url.Parse(redirect)
	if err == nil && u.Scheme == "http" && u.Hostname() == "localhost" {
		u.Host = "localhost"
		return u.String()
	}
	return redirect
}

// redirectAllowed keeps to [reply-url]: https, or http on localhost.
func (t *Tenant) redirectAllowed(redirect string) bool {
	u, err := url.Parse(redirect)
	if err != nil || len(redirect) > 256 || strings.ContainsAny(redirect, "!$'(),;*") {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" &&
		(host == "localhost" || t.cfg.AllowHTTP && (host == "127.0.0.1" || host == "::1"))
}

// checkAuthorize reads the rest; what is wrong here goes back to the application.
func (t *Tenant) checkAuthorize(r *http.Request, req *authorizeRequest) *aadError {
	switch req.mode {
	case "":
		req.mode = "query"
	case "query", "fragment", "form_post":
	default:
		req.mode = "query"
		return refuse(9002313, "")
	}
	if rt := r.Form.Get("response_type"); rt != "code" {
		if rt == "" {
			return refuse(900144, "response_type")
		}
		return refuse(700054, rt)
	}
	req.challenge, req.challengeMode = r.Form.Get("code_challenge"), r.Form.Get("code_challenge_method")
	if req.challenge != "" && (len(req.challenge) < 43 || len(req.challenge) > 128 || strings.ContainsAny(req.challenge, "+/= ")) {
		return refuse(501491, "")
	}
	if req.challengeMode != "" && req.challengeMode != "S256" && req.challengeMode != "plain" {
		return refuse(9002313, "")
	}
	scope := r.Form.Get("scope")
	if scope == "" {
		return refuse(900144, "scope")
	}
	set, all, unknown := parseScopes(scope, t.graphRoot(r))
	if unknown != "" {
		return refuse(70011, unknown)
	}
	if all {
		set.merge(req.app.consented)
	}
	req.scopes, req.nonce, req.hint = set, r.Form.Get("nonce"), r.Form.Get("login_hint")
	req.prompt = r.Form.Get("prompt")
	req.cp1 = wantsCP1(r.Form.Get("claims"))
	return nil
}

// signIn walks through account picker and consent until a code can be given.
func (t *Tenant) signIn(w http.ResponseWriter, r *http.Request, req *authorizeRequest) {
	person, refusal := t.whoSignsIn(r, req)
	if refusal != nil {
		t.sendBack(w, r, req, refusal)
		return
	}
	if person == nil {
		t.pickerPage(w, r, req)
		return
	}
	if person.Disabled {
		t.errorPage(w, r, refuse(50057, ""))
		return
	}
	switch r.PostForm.Get("action") {
	case "cancel":
		t.sendBack(w, r, req, refuse(65004, ""))
		return
	case "back":
		t.sendBack(w, r, req, refuse(90094, ""))
		return
	case "accept":
		if t.consentNeeds(req, person) != needsAdmin {
			t.grant(req, person)
		}
	}
	need := t.consentNeeds(req, person)
	if req.prompt == "consent" && r.PostForm.Get("action") != "accept" && need == needsNothing {
		need = needsUser
	}
	switch {
	case need == needsNothing:
		t.giveCode(w, r, req, person)
	case req.prompt == "none":
		e := refuse(65001, req.app.ClientID)
		e.oauth = "interaction_required"
		t.sendBack(w, r, req, e)
	case need == needsAdmin:
		t.approvalPage(w, r, req, person)
	default:
		t.consentPage(w, r, req, person)
	}
}

// whoSignsIn takes the picked person or, unless the application wants to see the
// picker, the browser's session. Nobody means: ask.
func (t *Tenant) whoSignsIn(r *http.Request, req *authorizeRequest) (*Person, *aadError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if picked := r.PostForm.Get("person"); picked != "" {
		if p := t.people[picked]; p != nil {
			found := *p
			return &found, nil
		}
		return nil, refuse(50034, "")
	}
	if req.prompt != "login" && req.prompt != "select_account" {
		if c, err := r.Cookie(sessionCookie); err == nil {
			if p := t.people[t.sessions[c.Value]]; p != nil && (req.hint == "" || strings.EqualFold(req.hint, p.UPN)) {
				found := *p
				return &found, nil
			}
		}
	}
	if req.prompt == "none" {
		return nil, refuse(50058, "")
	}
	return nil, nil
}

type consentNeed int

const (
	needsNothing consentNeed = iota
	needsUser
	needsAdmin
)

// consentNeeds tells who still has to consent to what was asked for.
func (t *Tenant) consentNeeds(req *authorizeRequest, p *Person) consentNeed {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.apps[req.app.ClientID]
	if app == nil {
		return needsAdmin
	}
	have, need := t.granted(app, p.ID), needsNothing
	for key, name := range req.scopes.resources() {
		switch {
		case have.has(key):
		case knownScopes[name] || t.faults.AdminApproval && slices.Contains(contentScopes, key):
			return needsAdmin
		default:
			need = needsUser
		}
	}
	return need
}

func (t *Tenant) grant(req *authorizeRequest, p *Person) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := consentKey{req.app.ClientID, p.ID}
	if t.consents[key] == nil {
		t.consents[key] = scopeSet{}
	}
	t.consents[key].merge(req.scopes.resources())
}

// giveCode starts the browser's session and returns to the application.
func (t *Tenant) giveCode(w http.ResponseWriter, r *http.Request, req *authorizeRequest, p *Person) {
	code, err := t.secret(48)
	if err == nil {
		err = t.startSession(w, r, p)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	code = "1." + code
	t.mu.Lock()
	t.codes[code] = &authCode{
		app: req.app.ClientID, person: p.ID, redirect: req.redirect,
		challenge: req.challenge, method: req.challengeMode, nonce: req.nonce,
		scopes: req.scopes, cp1: req.cp1, expires: time.Now().Add(codeLife),
	}
	t.mu.Unlock()
	t.respond(w, r, req, url.Values{"code": {code}, "session_state": {t.traceID()}})
}

func (t *Tenant) startSession(w http.ResponseWriter, r *http.Request, p *Person) error {
	value, err := t.secret(24)
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.sessions[value] = p.ID
	t.mu.Unlock()
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/", HttpOnly: true,
		Secure: strings.HasPrefix(t.loginBase(r), "https:"), SameSite: http.SameSiteLaxMode,
	})
	return nil
}

func (t *Tenant) sendBack(w http.ResponseWriter, r *http.Request, req *authorizeRequest, e *aadError) {
	body := t.aadErrorBody(e, r)
	back := url.Values{"error": {body.Error}, "error_description": {body.Description}, "error_uri": {body.URI}}
	if e.code == 65004 {
		back.Set("error_subcode", "cancel")
	}
	t.respond(w, r, req, back)
}

// respond carries values to the redirect address in the asked response mode.
func (t *Tenant) respond(w http.ResponseWriter, r *http.Request, req *authorizeRequest, values url.Values) {
	if req.state != "" {
		values.Set("state", req.state)
	}
	target, err := url.Parse(req.redirect)
	if err != nil {
		t.errorPage(w, r, refuse(50011, req.redirect))
		return
	}
	if target.Path == "" {
		target.Path = "/"
	}
	switch req.mode {
	case "form_post":
		t.formPostPage(w, r, target.String(), values)
		return
	case "fragment":
		http.Redirect(w, r, target.String()+"#"+values.Encode(), http.StatusFound)
		return
	}
	query := target.Query()
	for key, v := range values {
		query[key] = v
	}
	target.RawQuery = query.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound)
}

// wantsCP1 reads the claims parameter of a client that can handle claims challenges.
func wantsCP1(claims string) bool {
	return strings.Contains(claims, "xms_cc") && strings.Contains(strings.ToLower(claims), `"cp1"`)
}
