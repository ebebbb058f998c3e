package graphcheck

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// operation is one path and method of the description.
type operation struct {
	method  string
	pattern *regexp.Regexp
	fixed   int // literal characters: the more, the better the match
	options []string
	status  int // documented status of success; 0: not given
	op      *openapi3.Operation
}

var placeholder = regexp.MustCompile(`\\\{([^}]*)\\\}`)

func operations(doc *openapi3.T) []*operation {
	var list []*operation
	for path, item := range doc.Paths.Map() {
		text := regexp.QuoteMeta(strings.ReplaceAll(path, "()", ""))
		fixed := len(placeholder.ReplaceAllString(text, ""))
		text = placeholder.ReplaceAllStringFunc(text, func(name string) string {
			if name == `\{path\}` {
				return `.+`
			}
			return `[^/]+`
		})
		for method, op := range item.Operations() {
			o := &operation{method: method, pattern: regexp.MustCompile("(?i)^" + text + "$"), fixed: fixed, op: op}
			for _, p := range append(item.Parameters, op.Parameters...) {
				if p.Value.In == "query" {
					o.options = append(o.options, p.Value.Name)
				}
			}
			o.status = documented(op)
			list = append(list, o)
		}
	}
	return list
}

func documented(op *openapi3.Operation) int {
	switch v := op.Extensions["x-doc-status"].(type) {
	case float64:
		return int(v)
	case int:
		return v
	case uint64:
		return int(v)
	}
	return 0
}

var keyInParens = regexp.MustCompile(`\('([^']*)'\)`)

// match finds the operation of a path below /v1.0; ids may be raw, encoded or in
// parentheses.
func (d *Description) match(method, path string) *operation {
	path = strings.ReplaceAll(path, "()", "")
	path = keyInParens.ReplaceAllString(path, "/$1")
	var best *operation
	for _, candidate := range []string{path, meAsUser(path)} {
		for _, o := range d.ops {
			if o.method == method && o.pattern.MatchString(candidate) && (best == nil || o.fixed > best.fixed) {
				best = o
			}
		}
		if best != nil {
			break
		}
	}
	return best
}

// byPath is addressing by path below any item, not the root of one's own drive alone.
var byPath = regexp.MustCompile(`^(?:/me/drive|/drives/[^/]+|/users/[^/]+/drive)/(?:root|items/[^/]+):(/.+)$`)

// meAsUser writes /me as a user, and a person's drive as a drive: Microsoft documents
// both forms, the description has one of them.
func meAsUser(path string) string {
	if m := byPath.FindStringSubmatch(path); m != nil {
		return "/me/drive/root:" + m[1]
	}
	if rest, found := strings.CutPrefix(path, "/me/drive/items/"); found {
		return "/drives/me/items/" + rest
	}
	if rest, found := strings.CutPrefix(path, "/me/drive/root"); found && !strings.HasPrefix(rest, ":") {
		return "/drives/me/root" + rest
	}
	if rest, found := strings.CutPrefix(path, "/me/"); found {
		return "/users/me/" + rest
	}
	return path
}

func (o *operation) checkSent(header http.Header, sent []byte) error {
	body := o.op.RequestBody
	if body == nil || body.Value == nil {
		return nil
	}
	sent, err := unzip(header, sent)
	if err != nil {
		return err
	}
	if len(sent) == 0 {
		if body.Value.Required {
			return errors.New("missing")
		}
		return nil
	}
	if media := body.Value.Content.Get("application/json"); media != nil && media.Schema != nil {
		return checkJSON(media.Schema.Value, sent)
	}
	return nil
}

func (o *operation) checkAnswer(status int, header http.Header, got []byte) error {
	if status < 300 && o.status != 0 && status != o.status && !(o.status == 201 && status == 200 && header.Get("Location") == "") {
		return fmt.Errorf("documented is %d", o.status)
	}
	if status == http.StatusNoContent {
		if len(got) != 0 {
			return errors.New("204 with a body")
		}
		return nil
	}
	res := o.op.Responses.Value(strconv.Itoa(status))
	if res == nil {
		res = o.op.Responses.Value(strconv.Itoa(status/100) + "XX")
	}
	if res == nil || res.Value == nil {
		return errors.New("the description has no such answer")
	}
	if status >= 400 && header.Get("request-id") == "" {
		return errors.New("an error without request-id")
	}
	media := res.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil || len(got) == 0 {
		return nil
	}
	if !strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		return fmt.Errorf("content type %q", header.Get("Content-Type"))
	}
	return checkJSON(media.Schema.Value, got)
}

// Operations lists all operations as "METHOD path" for coverage tests.
func (d *Description) Operations() []string {
	var list []string
	for path, item := range d.doc.Paths.Map() {
		for method := range item.Operations() {
			list = append(list, method+" "+path)
		}
	}
	return list
}

// Name gives the operation of a request as Operations lists it, or "".
func (d *Description) Name(method string, u *url.URL) string {
	o := d.match(method, strings.TrimPrefix(u.EscapedPath(), "/v1.0"))
	if o == nil {
		return ""
	}
	for path, item := range d.doc.Paths.Map() {
		if item.GetOperation(o.method) == o.op {
			return o.method + " " + path
		}
	}
	return ""
}
