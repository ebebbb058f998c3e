// Package graphcheck checks, in tests, that what goes over the wire between a Graph
// client and a Graph server is what Microsoft's description of Graph v1.0 says: known
// operations and query options, bodies of the described shape, documented status codes,
// and no property that Graph does not have.
//
// The description lies beside the repository (shared/graph/graph-teams-v1.0.yaml); where
// it is absent the test is skipped, loudly.
package graphcheck

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Description is Microsoft's description, made strict.
type Description struct {
	doc *openapi3.T
	ops []*operation
}

// Load reads the description, or skips the test when it is not there.
func Load(tb testing.TB) *Description {
	tb.Helper()
	d, err := Open()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		tb.Skipf("SKIPPED, NOTHING WAS CHECKED: %v", err)
	case err != nil:
		tb.Fatal(err)
	}
	return d
}

// Open reads the description; the error is fs.ErrNotExist when it is not there.
func Open() (*Description, error) {
	file, err := find()
	if err != nil {
		return nil, fmt.Errorf("find the description of Graph: %w", err)
	}
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the description of Graph: %w", err)
	}
	strict := &strictener{doc: doc, done: map[*openapi3.Schema]bool{}}
	if err := strict.all(); err != nil {
		return nil, fmt.Errorf("make the description of Graph strict: %w", err)
	}
	return &Description{doc: doc, ops: operations(doc)}, nil
}

// find looks for the description beside the repository that holds the working directory.
func find() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			file := filepath.Join(dir, "..", "shared", "graph", "graph-teams-v1.0.yaml")
			_, err := os.Stat(file)
			return file, err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod above the working directory: %w", fs.ErrNotExist)
		}
		dir = parent
	}
}

// Handler checks every Graph exchange that passes through next. Requests outside /v1.0
// pass unchecked.
func Handler(tb testing.TB, next http.Handler) http.Handler {
	tb.Helper()
	return Load(tb).Handler(tb, next)
}

// Handler is the function Handler with a description loaded before.
func (d *Description) Handler(tb testing.TB, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v1.0/") {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		d.report(tb, r, body, rec.Code, rec.Header(), rec.Body.Bytes())
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(rec.Code)
		if _, err := w.Write(rec.Body.Bytes()); err != nil {
			tb.Logf("graphcheck: pass the answer on: %v", err)
		}
	})
}

// Transport checks every Graph exchange that a client makes through next.
func Transport(tb testing.TB, next http.RoundTripper) http.RoundTripper {
	tb.Helper()
	return transport{tb, Load(tb), next}
}

type transport struct {
	tb   testing.TB
	d    *Description
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Path, "/v1.0/") {
		return t.next.RoundTrip(r)
	}
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	res, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(res.Body)
	res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(got))
	if err != nil {
		return nil, err
	}
	t.d.report(t.tb, r, sent, res.StatusCode, res.Header, got)
	return res, nil
}

func (d *Description) report(tb testing.TB, r *http.Request, sent []byte, status int, header http.Header, got []byte) {
	tb.Helper()
	for _, err := range d.Exchange(r.Method, r.URL, r.Header, sent, status, header, got) {
		tb.Errorf("graphcheck: %s %s: %v", r.Method, r.URL.RequestURI(), err)
	}
}

// Exchange checks one request and its answer and lists what is wrong.
func (d *Description) Exchange(method string, u *url.URL, header http.Header, sent []byte, status int, answered http.Header, got []byte) []error {
	op := d.match(method, strings.TrimPrefix(u.EscapedPath(), "/v1.0"))
	if op == nil {
		if status >= 400 && status < 500 {
			return nil // the server refused it as well
		}
		return []error{fmt.Errorf("the description has no such operation")}
	}
	var faults []error
	if status < 400 { // what the server refuses may well be wrong
		faults = append(faults, op.checkQuery(u.Query())...)
		if err := op.checkSent(header, sent); err != nil {
			faults = append(faults, fmt.Errorf("request body: %w", err))
		}
	}
	if err := op.checkAnswer(status, answered, got); err != nil {
		faults = append(faults, fmt.Errorf("answer %d: %w", status, err))
	}
	return faults
}

// Body checks a JSON text against a schema by its name without "microsoft.graph.", for
// instance "changeNotificationCollection".
func (d *Description) Body(schema string, raw []byte) error {
	ref := d.doc.Components.Schemas["microsoft.graph."+schema]
	if ref == nil {
		return fmt.Errorf("the description has no schema %q", schema)
	}
	return checkJSON(ref.Value, raw)
}

// checkJSON checks a body; instance annotations ("x@odata.y") are not part of schemas.
func checkJSON(schema *openapi3.Schema, raw []byte) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return fmt.Errorf("no JSON: %w", err)
	}
	return schema.VisitJSON(plain(value), openapi3.MultiErrors())
}

// plain drops instance annotations; only @odata.type decides about shapes.
func plain(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if strings.Contains(key, "@") && key != "@odata.type" {
				delete(v, key)
				continue
			}
			v[key] = plain(inner)
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	}
	return value
}

// unzip undoes the compression of a request body.
func unzip(header http.Header, body []byte) ([]byte, error) {
	if header.Get("Content-Encoding") != "gzip" {
		return body, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// freeOptions may appear on any request: they come with opaque links.
func freeOptions() []string {
	return []string{"$skiptoken", "$deltatoken", "@microsoft.graph.conflictBehavior"}
}

func (o *operation) checkQuery(query url.Values) []error {
	var faults []error
	for name := range query {
		if !slices.Contains(o.options, name) && !slices.Contains(freeOptions(), name) {
			faults = append(faults, fmt.Errorf("the operation has no query option %q", name))
		}
	}
	return faults
}
