package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
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
	router, err := legacy.NewRouter(described)
	if err != nil {
		t.Fatalf("route by the description: %v", err)
	}
	return &contract{router}
}

// check fails the test when an answer is not as described.
func (c *contract) check(t testing.TB, req *http.Request, status int, header http.Header, body []byte) {
	t.Helper()
	described, params, err := c.router.FindRoute(&http.Request{Method: req.Method, URL: req.URL, Header: req.Header})
	if err != nil {
		return // no such call; what the server says of that is a test of its own
	}
	if status == http.StatusSwitchingProtocols || strings.HasPrefix(header.Get("Content-Type"), "image/") || status == http.StatusForbidden {
		return
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: described},
		Status:                 status, Header: header, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		t.Errorf("%s %s answered %d, not as described: %v", req.Method, req.URL.Path, status, err)
	}
}
