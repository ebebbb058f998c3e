package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// contract is the API's own description, held against what it really answers.
type contract struct{ router routers.Router }

func newContract(t testing.TB, doc []byte) *contract {
	t.Helper()
	loader := openapi3.NewLoader()
	described, err := loader.LoadFromData(doc)
	if err != nil {
		t.Fatalf("load description: %v", err)
	}
	if err := described.Validate(context.Background()); err != nil {
		t.Fatalf("the description is not valid OpenAPI: %v", err)
	}
	described.Servers = nil // paths are looked up without the root
	router, err := legacy.NewRouter(described)
	if err != nil {
		t.Fatalf("route by the description: %v", err)
	}
	return &contract{router}
}

// check fails the test when an answer is not as described.
func (c *contract) check(t testing.TB, req *http.Request, status int, header http.Header, body []byte) {
	t.Helper()
	if err := c.verify(req, status, header, body); err != nil {
		t.Errorf("%s %s answered %d, not as described: %v", req.Method, req.URL.Path, status, err)
	}
}

func (c *contract) verify(req *http.Request, status int, header http.Header, body []byte) error {
	described, params, err := c.router.FindRoute(&http.Request{Method: req.Method, URL: &url.URL{Path: strings.TrimPrefix(req.URL.Path, apiRoot)}})
	switch {
	case err != nil && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusForbidden || req.Method == http.MethodOptions):
		return nil // no such call; what the server says of that has tests of its own
	case err != nil:
		return err
	case status == http.StatusSwitchingProtocols, strings.HasPrefix(header.Get("Content-Type"), "image/"):
		return nil
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: described},
		Status:                 status, Header: header, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
}

// TestDescription: the description is 3.1, names every call of the table, and would notice an answer that is not as described.
func TestDescription(t *testing.T) {
	w := start(t, nil)
	a := w.want(200, request{method: "GET", path: "/openapi.json"}, nil)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(a.body))
	w.must(err)
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %s", doc.OpenAPI)
	}
	for _, r := range w.server.table {
		if r.who == "page" {
			continue
		}
		item := doc.Paths.Value(r.path)
		if item == nil || item.GetOperation(r.method) == nil {
			t.Errorf("%s %s is not described", r.method, r.path)
			continue
		}
		if op := item.GetOperation(r.method); (r.who == "anybody") != (op.Security == nil) {
			t.Errorf("%s %s: security is %v", r.method, r.path, op.Security)
		}
	}
	if strings.Contains(a.body, "ErrorModel") {
		t.Error("huma's own errors are described, which nobody gets")
	}
	req, err := http.NewRequest("GET", w.url+apiRoot+"/session", nil)
	w.must(err)
	header := http.Header{"Content-Type": {"application/json"}}
	good := `{"id":"a","login":"a","name":"a","nickname":"","locale":"de","roles":["agent"],"capacity":1,"settings":{},"teams":{}}`
	if err := w.contract.verify(req, 200, header, []byte(good)); err != nil {
		t.Errorf("a good answer: %v", err)
	}
	for _, bad := range []string{`{}`, strings.Replace(good, `"id":"a"`, `"id":1`, 1), strings.Replace(good, `{"id"`, `{"password":"x","id"`, 1)} {
		if w.contract.verify(req, 200, header, []byte(bad)) == nil {
			t.Errorf("%s passes", bad)
		}
	}
	if w.contract.verify(req, 200, http.Header{"Content-Type": {"text/html"}}, []byte(good)) == nil {
		t.Error("another type passes")
	}
}
