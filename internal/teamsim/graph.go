package teamsim

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

const (
	maxJSONBody = 4 << 20   // a chat message with inline images (docs issue #15594)
	maxFileBody = 250 << 20 // driveitem-put-content
)

// call is one Graph request as an operation sees it. Operations take t.mu themselves and
// return a complete answer.
type call struct {
	ctx             context.Context
	method          string
	path            string // below /v1.0, as sent
	segments        []string
	vars            map[string]string // values of the route's {names}
	route           *route
	query           url.Values
	header          http.Header
	body            []byte
	token           *accessToken
	teams           bool   // the caller is the Teams client
	base            string // address of Graph, for links in answers
	requestID       string
	clientRequestID string
}

// caller is the object id of the signed-in person.
func (c *call) caller() string { return c.token.person }

// decode reads the JSON body.
func (c *call) decode(into any) error {
	if err := json.Unmarshal(c.body, into); err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	return nil
}

// url is the address of this request without its query.
func (c *call) url() string { return c.base + "/v1.0" + c.path }

// graphRoot is the address of Graph as the asker knows it.
func (t *Tenant) graphRoot(r *http.Request) string { return t.base(r, t.cfg.GraphURL) }

func (t *Tenant) serveGraph(w http.ResponseWriter, r *http.Request) {
	c := &call{
		ctx: r.Context(), method: r.Method, path: strings.TrimPrefix(r.URL.EscapedPath(), "/v1.0"),
		query: r.URL.Query(), header: r.Header, base: t.graphRoot(r),
		requestID: t.traceID(), clientRequestID: r.Header.Get("client-request-id"),
	}
	if c.clientRequestID == "" {
		c.clientRequestID = c.requestID
	}
	body, refusal := readBody(r)
	c.body = body
	var a answer
	if refusal.status != 0 {
		a = refusal
	} else {
		a = t.answer(c)
	}
	t.logRequest(c, a)
	t.write(w, c, a)
}

// readBody takes the body apart: the Go SDK sends it gzipped.
func readBody(r *http.Request) ([]byte, answer) {
	limit := int64(maxJSONBody)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") || r.Method != http.MethodPut {
		limit = maxJSONBody
	} else {
		limit = maxFileBody
	}
	var in io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzip, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, badRequest("The request body is not gzip: %v", err)
		}
		in = unzip
	}
	body, err := io.ReadAll(io.LimitReader(in, limit+1))
	switch {
	case err != nil:
		return nil, badRequest("The request body could not be read: %v", err)
	case int64(len(body)) > limit:
		return nil, fail(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The maximum request size of %d bytes is exceeded.", limit)
	}
	return body, answer{}
}

// answer runs one request through faults, sign-in, throttles and permissions to its
// operation.
func (t *Tenant) answer(c *call) answer {
	c.token = t.tokenOf(c.header.Get("Authorization"))
	c.teams = c.token != nil && c.token.app == teamsAppID
	f := t.chooseFault(c)
	if f == nil {
		return t.perform(c)
	}
	switch f.Kind {
	case Reset:
		return answer{reset: true}
	case BlackHole:
		return answer{hang: true}
	case Hold:
		if a, refused := t.admit(c); refused {
			return a
		}
		if !sleep(c.ctx, f.Delay) {
			return answer{reset: true}
		}
		return t.serve(c)
	case Zombie: // let in now, carried out later
		if a, refused := t.admit(c); refused {
			return a
		}
		late := *c
		late.ctx = context.WithoutCancel(c.ctx)
		t.after(f.Delay, func() { t.serve(&late) })
		if f.Status == 0 {
			return answer{reset: true}
		}
		return faultAnswer(f)
	case Refuse:
		return faultAnswer(f)
	}
	return spoil(t.perform(c), f)
}

// faultAnswer is the plain refusal of a fault.
func faultAnswer(f *Fault) answer {
	status, code, message := f.Status, f.Code, f.Message
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	if status == http.StatusTooManyRequests && code == "" {
		return throttled(f.RetryAfter)
	}
	if code == "" {
		code = codeFor(status)
	}
	if message == "" {
		message = http.StatusText(status)
	}
	a := fail(status, code, "%s", message)
	if f.RetryAfter != "" {
		a = a.with("Retry-After", f.RetryAfter)
	}
	return a
}

// spoil loses or falsifies the answer of something that was committed. What was refused
// anyway stays refused.
func spoil(a answer, f *Fault) answer {
	if a.status >= 400 {
		return a
	}
	switch f.Kind {
	case CommitThenReset:
		return answer{reset: true}
	case CommitThenHang:
		return answer{hang: true}
	case CommitThenStatus:
		return faultAnswer(f)
	case Garbage:
		return answer{status: a.status, body: []byte("<html>Bad gateway, please try")}
	case NoID, OtherChat:
		return falsify(a, f.Kind)
	}
	return a
}

// falsify takes the id out of an answer or names another chat.
func falsify(a answer, kind FaultKind) answer {
	raw, err := json.Marshal(a.body)
	var body map[string]any
	if err != nil || json.Unmarshal(raw, &body) != nil || body == nil {
		return answer{status: a.status, body: []byte("null")}
	}
	if kind == NoID {
		delete(body, "id")
	} else {
		const stranger = "19:00000000000000000000000000000000@thread.v2"
		if _, message := body["chatId"]; message {
			body["chatId"] = stranger
		} else {
			body["id"] = stranger
		}
	}
	return answer{status: a.status, body: body, header: a.header}
}

// perform is the conforming part.
func (t *Tenant) perform(c *call) answer {
	if a, refused := t.admit(c); refused {
		return a
	}
	return t.serve(c)
}

// admit finds out who calls what, and whether they may call so often.
func (t *Tenant) admit(c *call) (a answer, refused bool) {
	if c.token == nil {
		return unauthenticated(c), true
	}
	if a, refused := t.challenge(c); refused {
		return a, true
	}
	if !t.resolvePath(c) {
		return badRequest("/me request is only valid with delegated authentication flow."), true
	}
	match, a := t.routes.find(c)
	if match == nil {
		return a, true
	}
	c.route = match
	return t.throttle(c)
}

// serve carries out a request that was let in.
func (t *Tenant) serve(c *call) answer {
	if c.token.person == "" && !c.route.public {
		return forbidden("Requested API is not supported in application-only context")
	}
	if missing := c.route.missing(c.token.scopes); missing != "" {
		return forbidden("Missing scope permissions on the request. API requires one of '%s'. Scopes on the request '%s'", missing, strings.Join(c.token.scopes.list(), ", "))
	}
	a := c.route.serve(t, c)
	if a.status < 300 && c.method != http.MethodGet && !c.teams && t.CurrentFaults().NotifyFirst {
		t.settle(c.ctx)
	}
	return a
}

// settle waits a moment for notifications to overtake the answer.
func (t *Tenant) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := t.Idle(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.log.Debug("notification did not overtake the answer", "err", err)
	}
}

func unauthenticated(c *call) answer {
	message := "Access token has expired or is not yet valid."
	if c.header.Get("Authorization") == "" {
		message = "Access token is empty."
	}
	return fail(http.StatusUnauthorized, "InvalidAuthenticationToken", "%s", message).
		with("WWW-Authenticate", `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`)
}

// tokenOf finds a living access token.
func (t *Tenant) tokenOf(header string) *accessToken {
	scheme, value, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	token := t.tokens[strings.TrimSpace(value)]
	if token == nil || time.Now().After(token.expires) || token.person != "" && t.people[token.person] == nil {
		return nil
	}
	found := *token
	return &found
}

var keyInParens = regexp.MustCompile(`^(\w+)\('(.*)'\)$`)

// resolvePath splits the path into segments: keys in parentheses and as segments, /me
// as the signed-in person, OData's namespace and empty parentheses left out.
func (t *Tenant) resolvePath(c *call) bool {
	c.segments = c.segments[:0]
	for _, raw := range strings.Split(strings.Trim(c.path, "/"), "/") {
		segment, err := url.PathUnescape(raw)
		if err != nil {
			segment = raw
		}
		if m := keyInParens.FindStringSubmatch(segment); m != nil {
			c.segments = append(c.segments, m[1], strings.ReplaceAll(m[2], "''", "'"))
			continue
		}
		segment = strings.TrimSuffix(strings.TrimPrefix(segment, "microsoft.graph."), "()")
		c.segments = append(c.segments, segment)
	}
	if c.segments[0] != "me" {
		return true
	}
	c.segments = append([]string{"users", c.token.person}, c.segments[1:]...)
	return c.token.person != ""
}

// write sends an answer, or breaks or stalls the connection.
func (t *Tenant) write(w http.ResponseWriter, c *call, a answer) {
	if a.hang {
		<-c.ctx.Done()
		a.reset = true
	}
	if a.reset {
		panic(http.ErrAbortHandler) // the documented way to break a connection
	}
	c.stamp(a)
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	h.Set("request-id", c.requestID)
	h.Set("client-request-id", c.clientRequestID)
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"teamsim"}}`)
	h.Set("Cache-Control", "no-cache")
	raw, isRaw := a.body.([]byte)
	switch {
	case a.body == nil:
		w.WriteHeader(a.status)
		return
	case !isRaw:
		var err error
		if raw, err = marshal(a.body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	}
	w.WriteHeader(a.status)
	_, _ = io.Copy(w, bytes.NewReader(raw)) // the reader may have gone; nothing is left to tell it
}

func (t *Tenant) logRequest(c *call, a answer) {
	entry := Request{Method: c.method, Path: "/v1.0" + c.path, Status: a.status, At: time.Now()}
	if c.token != nil {
		entry.App = c.token.app
		t.mu.Lock()
		if p := t.people[c.token.person]; p != nil {
			entry.Person = p.Name
		}
		t.mu.Unlock()
	}
	kind := c.method + " " + c.path
	if c.route != nil {
		kind = c.method + " " + c.route.template
	}
	t.requests.add(entry, kind)
}
