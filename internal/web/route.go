package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/desk"
)

// apiRoot is where the API begins.
const apiRoot = "/api/v1"

// jsonLimit bounds JSON bodies in bytes.
const jsonLimit = 64 << 10

// route is one line of the table.
type route struct {
	who          string
	method, path string
	status       int
	does         string
	add          func(api huma.API, op huma.Operation, s *Server) // a call of the API
	handler      http.Handler                                     // anything else
	content      string                                           // media type of the answer, if not JSON
	body         bool                                             // takes raw bytes
}

// uploads says that the body is raw bytes.
func (r route) uploads() route {
	r.body = true
	return r
}

// streams says that the answer is of another type than JSON.
func (r route) streams(content string) route {
	r.content = content
	return r
}

// visitor reports whether the route is for the widget.
func (r route) visitor() bool { return strings.HasPrefix(r.path, "/visitor/") }

// reply is what huma writes.
type reply[O any] struct{ Body O }

// nothing is the answer without a body.
type nothing struct{}

// call makes a route of a function. Who may call is settled by the route's access before the function runs.
func call[I, O any](who, method, path string, status int, does string, f func(context.Context, *I) (O, error)) route {
	add := func(api huma.API, op huma.Operation, s *Server) {
		if reflect.TypeFor[O]() == reflect.TypeFor[nothing]() {
			huma.Register(api, op, func(ctx context.Context, in *I) (*struct{}, error) {
				if _, err := f(ctx, in); err != nil {
					return nil, s.problem(ctx, err)
				}
				return nil, nil
			})
			return
		}
		huma.Register(api, op, func(ctx context.Context, in *I) (*reply[O], error) {
			out, err := f(ctx, in)
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			return &reply[O]{out}, nil
		})
	}
	return route{who: who, method: method, path: path, status: status, does: does, add: add}
}

func anybody[I, O any](method, path string, status int, does string, f func(context.Context, *I) (O, error)) route {
	return call("anybody", method, path, status, does, f)
}

func customer[I, O any](method, path string, status int, does string, f func(context.Context, desk.Actor, *I) (O, error)) route {
	return call("customer", method, path, status, does, func(ctx context.Context, in *I) (O, error) { return f(ctx, caller(ctx).actor, in) })
}

func staff[I, O any](method, path string, status int, does string, f func(context.Context, auth.Session, *I) (O, error)) route {
	return call("staff", method, path, status, does, func(ctx context.Context, in *I) (O, error) { return f(ctx, caller(ctx).session, in) })
}

// administrator is staff with that role.
func administrator[I, O any](method, path string, status int, does string, f func(context.Context, auth.Session, *I) (O, error)) route {
	return call("administrator", method, path, status, does, func(ctx context.Context, in *I) (O, error) { return f(ctx, caller(ctx).session, in) })
}

func agent[I, O any](method, path string, status int, does string, f func(context.Context, desk.Actor, *I) (O, error)) route {
	return call("agent", method, path, status, does, func(ctx context.Context, in *I) (O, error) { return f(ctx, caller(ctx).actor, in) })
}

func onlooker[I, O any](method, path string, status int, does string, f func(context.Context, desk.Actor, *I) (O, error)) route {
	return call("onlooker", method, path, status, does, func(ctx context.Context, in *I) (O, error) { return f(ctx, caller(ctx).actor, in) })
}

// raw makes a route below the API's root that speaks HTTP itself.
func raw(method, path string, status int, does string, h http.Handler) route {
	return route{who: "anybody", method: method, path: path, status: status, does: does, handler: h}
}

// page makes a route outside the API.
func page(method, path, does string, h http.Handler) route {
	return route{who: "page", method: method, path: path, does: does, handler: h}
}

// called is who calls.
type called struct {
	session auth.Session
	actor   desk.Actor
}

type calledKey struct{}

// caller returns who calls; the zero value where nobody was asked.
func caller(ctx context.Context) called {
	c, _ := ctx.Value(calledKey{}).(called)
	return c
}

// admit settles who calls, before anything else of the request is looked at.
func (s *Server) admit(who string) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		ctx := hc.Context()
		r, w := humago.Unwrap(hc)
		var c called
		var err error
		switch who {
		case "customer":
			c.actor, err = s.cfg.Desk.Customer(ctx, bearer(r))
		default:
			c.session, err = s.cfg.Auth.Session(ctx, sessionToken(r))
		}
		if err == nil {
			id := chat.ConversationID(hc.Param("id"))
			switch who {
			case "administrator":
				if !c.session.Has(auth.RoleAdministrator) {
					err = errNoAdministrator
				}
			case "agent":
				c.actor, err = s.cfg.Desk.Agent(ctx, c.session.Agent, id)
			case "onlooker":
				c.actor, err = s.cfg.Desk.Onlooker(ctx, c.session.Agent, id)
			}
		}
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		next(huma.WithValue(hc, calledKey{}, c))
	}
}

var errNoAdministrator = chat.Refuse(chat.Forbidden, "not_an_administrator", "Only administrators can do that.")

// bearer returns the token of an Authorization header, or "".
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// api builds the two halves of the API on muxes of their own, and their description.
func (s *Server) api() (visitors, desks *http.ServeMux, err error) {
	exactNames()
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI:    "3.1.0",
			Info:       &huma.Info{Title: "Trialog", Version: "1", Description: "docs/api.md explains the calls."},
			Servers:    []*huma.Server{{URL: apiRoot}},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName), SecuritySchemes: schemes()},
		},
		Formats:       map[string]huma.Format{"application/json": strictFormat(), "json": strictFormat()},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{s.transform},
	}
	visitors, desks = http.NewServeMux(), http.NewServeMux()
	visitorAPI, deskAPI := humago.NewWithPrefix(visitors, apiRoot, config), humago.NewWithPrefix(desks, apiRoot, config)
	problem := problemResponse(config.Components.Schemas)
	for _, r := range s.table {
		if r.who == "page" {
			continue
		}
		api, mux := deskAPI, desks
		if r.visitor() {
			api, mux = visitorAPI, visitors
		}
		op := s.operation(r, problem)
		if r.add == nil {
			if r.handler != nil {
				mux.Handle(r.method+" "+apiRoot+r.path, r.handler)
			}
			api.OpenAPI().AddOperation(&op)
			continue
		}
		r.add(api, op, s)
	}
	for _, unused := range []string{"ErrorModel", "ErrorDetail"} {
		delete(config.Components.Schemas.Map(), unused)
	}
	if s.openAPI, err = json.Marshal(config.OpenAPI); err != nil {
		return nil, nil, fmt.Errorf("describe the API: %w", err)
	}
	return visitors, desks, nil
}

// operation describes a route to huma.
func (s *Server) operation(r route, problem *huma.Response) huma.Operation {
	op := huma.Operation{
		OperationID: operationID(r), Method: r.method, Path: r.path, Summary: r.does, DefaultStatus: r.status,
		MaxBodyBytes: jsonLimit + 1, // huma refuses a body that reaches the limit
		Responses:    map[string]*huma.Response{"default": problem},
	}
	switch {
	case r.who == "customer":
		op.Security = []map[string][]string{{"visitor": {}}}
	case r.who != "anybody":
		op.Security = []map[string][]string{{"session": {}}}
	}
	if r.who != "anybody" {
		op.Middlewares = huma.Middlewares{s.admit(r.who)}
	}
	if r.who == "agent" || r.who == "onlooker" {
		op.Parameters = []*huma.Param{{Name: "id", In: "path", Required: true, Description: "The conversation.", Schema: &huma.Schema{Type: "string"}}}
	}
	bytes := &huma.Schema{Type: "string", Format: "binary"}
	if r.content != "" {
		kinds := map[string]*huma.MediaType{r.content: {Schema: bytes}}
		if r.content == "application/octet-stream" {
			kinds["image/*"] = &huma.MediaType{Schema: bytes}
		}
		op.Responses[strconv.Itoa(r.status)] = &huma.Response{Description: "The bytes.", Content: kinds}
	}
	if r.add == nil {
		op.Responses[strconv.Itoa(r.status)] = &huma.Response{Description: http.StatusText(r.status)}
		delete(op.Responses, "default")
	}
	if r.body {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"*/*": {Schema: bytes}}}
	}
	return op
}

// operationID names a call, such as post-conversations-id-messages.
func operationID(r route) string {
	words := strings.FieldsFunc(r.path, func(c rune) bool { return strings.ContainsRune("/{}.", c) })
	return strings.Join(slices.Concat([]string{strings.ToLower(r.method)}, words), "-")
}

// schemaName names the schemas of the description; two packages have a Person.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[chat.Person]() || t == reflect.TypeFor[*chat.Person]() {
		return "PersonID"
	}
	return huma.DefaultSchemaNamer(t, hint)
}

func schemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{
		"visitor": {Type: "http", Scheme: "bearer", Description: "The token of a customer's conversation."},
		"session": {Type: "apiKey", In: "cookie", Name: cookieName, Description: "The session of somebody signed in at the desk."},
	}
}

// describe answers with the API's description.
func (s *Server) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/openapi+json")
	s.write(w, s.openAPI)
}
