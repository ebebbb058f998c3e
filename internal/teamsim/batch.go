package teamsim

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const maxBatch = 20

type batchBody struct {
	Requests []batchRequest `json:"requests"`
}

type batchRequest struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

type batchAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"`
}

// batch is POST /$batch [json-batching]: up to 20 requests, each counted and throttled
// singly. A failed dependency is answered 424.
func (t *Tenant) batch(c *call) answer {
	var body batchBody
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid batch payload format: %v", err)
	}
	if len(body.Requests) == 0 || len(body.Requests) > maxBatch {
		return badRequest("A batch must hold between 1 and %d requests.", maxBatch)
	}
	var done []batchAnswer
	status := map[string]int{}
	for _, r := range body.Requests {
		if r.ID == "" || r.Method == "" || r.URL == "" {
			return badRequest("Every request of a batch needs id, method and url.")
		}
		if _, twice := status[r.ID]; twice {
			return badRequest("The request id '%s' is used twice.", r.ID)
		}
		a := t.batchMember(c, r, status)
		status[r.ID] = a.Status
		done = append(done, a)
	}
	slices.Reverse(done) // the order of responses is not guaranteed
	return ok(map[string]any{"responses": done})
}

func (t *Tenant) batchMember(c *call, r batchRequest, status map[string]int) batchAnswer {
	for _, needed := range r.DependsOn {
		if s, known := status[needed]; !known || s >= 400 {
			a := fail(http.StatusFailedDependency, "FailedDependency", "A request this one depends on has failed.")
			c.stamp(a)
			return batchAnswer{ID: r.ID, Status: a.status, Body: a.body}
		}
	}
	target, err := url.Parse(r.URL)
	if err != nil || strings.EqualFold(strings.Trim(r.URL, "/"), "$batch") {
		a := badRequest("Invalid url '%s'.", r.URL)
		c.stamp(a)
		return batchAnswer{ID: r.ID, Status: a.status, Body: a.body}
	}
	path := strings.TrimPrefix(target.EscapedPath(), "/v1.0")
	member := &call{ctx: c.ctx, method: strings.ToUpper(r.Method), path: "/" + strings.Trim(path, "/"), query: target.Query(), header: http.Header{},
		body: r.Body, base: c.base, requestID: t.traceID(), clientRequestID: c.clientRequestID}
	member.header.Set("Authorization", c.header.Get("Authorization"))
	for name, value := range r.Headers {
		member.header.Set(name, value)
	}
	a := t.answer(member)
	if a.reset || a.hang {
		a = fail(http.StatusGatewayTimeout, "GatewayTimeout", "The request timed out.")
	}
	member.stamp(a)
	t.logRequest(member, a)
	return wireBatch(r.ID, a)
}

// wireBatch shows a member's answer; bytes travel as base64.
func wireBatch(id string, a answer) batchAnswer {
	out := batchAnswer{ID: id, Status: a.status, Headers: map[string]string{}, Body: a.body}
	for name := range a.header {
		out.Headers[name] = a.header.Get(name)
	}
	if raw, isRaw := a.body.([]byte); isRaw {
		out.Body = base64.StdEncoding.EncodeToString(raw)
	} else if a.body != nil {
		out.Headers["Content-Type"] = "application/json"
	}
	return out
}
