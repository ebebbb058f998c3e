package web

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"trialog/internal/chat"
)

// Problem is a refusal as RFC 9457 words it. JSON: Problem in ui/shared/types.ts.
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail" doc:"One English sentence."`
	Code      string `json:"code" doc:"Stable; to be worded in the reader's language."`
	Field     string `json:"field,omitempty" doc:"The field that is wrong."`
	RequestID string `json:"requestId,omitempty"`

	retry time.Duration
}

// statuses turns kinds of refusal into statuses. What is in neither table is our own fault: 500.
var statuses = map[chat.ErrorKind]int{
	chat.Invalid: http.StatusUnprocessableEntity, chat.Unauthenticated: http.StatusUnauthorized, chat.Forbidden: http.StatusForbidden,
	chat.NotFound: http.StatusNotFound, chat.Conflict: http.StatusConflict, chat.Gone: http.StatusGone,
	chat.TooLarge: http.StatusRequestEntityTooLarge, chat.Busy: http.StatusTooManyRequests, chat.Unavailable: http.StatusServiceUnavailable,
}

// statusesOf are codes that have a status of their own: "busy" is the server's business, not the caller's.
var statusesOf = map[string]int{
	"busy": http.StatusServiceUnavailable, "bad_json": http.StatusBadRequest, "file_type": http.StatusUnsupportedMediaType,
	"no_route": http.StatusNotFound, "bad_method": http.StatusMethodNotAllowed,
}

// retryAfter is what callers are asked to wait when nothing better is known.
const retryAfter = 2 * time.Second

// problem turns an error into a Problem. One that is our own fault is logged here, once, and only its request id is told.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	p := &Problem{Type: "about:blank", RequestID: requestID(ctx)}
	var refused *chat.Error
	switch {
	case errors.As(err, &refused) && statuses[refused.Kind] != 0:
		p.Status, p.Code, p.Field, p.Detail = statuses[refused.Kind], refused.Code, refused.Field, refused.Text
		if own := statusesOf[p.Code]; own != 0 {
			p.Status = own
		}
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		p.Status, p.Code, p.Detail = 499, "canceled", "The caller went away."
	default:
		p.Status, p.Code, p.Detail = http.StatusInternalServerError, "internal", "Something went wrong on our side."
		s.log.ErrorContext(ctx, "request failed", "request", p.RequestID, "err", err)
	}
	p.Title = http.StatusText(p.Status)
	if p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable {
		p.retry = retryAfter
		var slow interface{ RetryAfter() time.Duration }
		if errors.As(err, &slow) {
			p.retry = slow.RetryAfter()
		}
	}
	return p
}

// refuse answers with the Problem of an error.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problem(r.Context(), err)
	h := w.Header()
	for name, values := range p.GetHeaders() {
		h[name] = values
	}
	h.Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	b, err := json.Marshal(p)
	if err != nil {
		s.log.ErrorContext(r.Context(), "encode problem", "err", err)
		return
	}
	s.write(w, b)
}

// Error returns the sentence.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the status for huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType returns the media type for huma.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders returns what goes with the answer: how long to wait, and how to sign in.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retry.Seconds()))))
	}
	if p.Code == "bad_token" {
		h.Set("WWW-Authenticate", `Bearer realm="trialog"`)
	}
	return h
}

// transform rewrites what huma itself refuses: a body or parameter that does not fit its schema.
func (s *Server) transform(hc huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := &Problem{Type: "about:blank", Title: http.StatusText(m.Status), Status: m.Status, RequestID: requestID(hc.Context())}
	switch m.Status {
	case http.StatusBadRequest:
		p.Code, p.Detail = "bad_json", "The body is missing."
	case http.StatusRequestEntityTooLarge:
		p.Code, p.Detail = "body_too_large", "The body is too large."
	case http.StatusUnsupportedMediaType:
		p.Code, p.Detail = "media_type", "The body must be application/json."
		return p, nil
	case http.StatusRequestTimeout:
		p.Code, p.Detail = "timeout", "The body did not come in whole, or too slowly."
	case http.StatusUnprocessableEntity:
		p.Code, p.Detail = "bad_field", "A field does not fit."
	default:
		p.Code, p.Detail = "internal", "Something went wrong on our side."
		s.log.ErrorContext(hc.Context(), "request failed", "request", p.RequestID, "err", m.Detail)
		return p, nil
	}
	if len(m.Errors) > 0 {
		p.fromSchema(m.Errors[0])
	}
	return p, nil
}

// fromSchema words the first thing that is wrong with a body or parameter. What was sent is not repeated.
func (p *Problem) fromSchema(d *huma.ErrorDetail) {
	_, p.Field, _ = strings.Cut(d.Location, ".")
	switch {
	case d.Message == validation.MsgUnexpectedProperty:
		p.Code, p.Detail = "unknown_field", "There is no such field."
	case strings.HasPrefix(d.Message, "expected required property "):
		name := strings.Fields(strings.TrimPrefix(d.Message, "expected required property "))[0]
		if p.Field != "" {
			name = p.Field + "." + name
		}
		p.Code, p.Field, p.Detail = "missing_field", name, "This field is required."
	case p.Code == "bad_json":
		p.Field, p.Detail = "", sentence(d.Message)
	default:
		p.Detail = sentence(d.Message)
	}
}

func sentence(s string) string {
	if s == "" {
		return "This does not fit."
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// problemResponse describes Problems.
func problemResponse(r huma.Registry) *huma.Response {
	schema := r.Schema(reflect.TypeFor[Problem](), true, "Problem")
	return &huma.Response{Description: "A refusal.", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
}
