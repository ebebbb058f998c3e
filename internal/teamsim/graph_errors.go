package teamsim

import (
	"fmt"
	"net/http"
	"time"
)

// answer is what an operation says; it is complete before anything is written, so that
// faults can replace it after the commit.
type answer struct {
	status int
	header http.Header
	body   any // marshalled as JSON; []byte goes out as it is
	reset  bool
	hang   bool
}

// graphError is the body of [errors].
type graphError struct {
	Error graphErrorMain `json:"error"`
}

type graphErrorMain struct {
	Code    string     `json:"code"`
	Message string     `json:"message"`
	Inner   innerError `json:"innerError"`
}

type innerError struct {
	Code            string `json:"code,omitempty"`
	Date            string `json:"date"`
	RequestID       string `json:"request-id"`
	ClientRequestID string `json:"client-request-id"`
}

func ok(body any) answer      { return answer{status: http.StatusOK, body: body} }
func created(body any) answer { return answer{status: http.StatusCreated, body: body} }
func noContent() answer       { return answer{status: http.StatusNoContent} }

// fail makes an error answer; ids and date are filled in when it is sent.
func fail(status int, code, format string, args ...any) answer {
	return answer{status: status, body: &graphError{Error: graphErrorMain{Code: code, Message: fmt.Sprintf(format, args...)}}}
}

func badRequest(format string, args ...any) answer {
	return fail(http.StatusBadRequest, "BadRequest", format, args...)
}

func notFound(format string, args ...any) answer {
	return fail(http.StatusNotFound, "NotFound", format, args...)
}

func forbidden(format string, args ...any) answer {
	return fail(http.StatusForbidden, "Forbidden", format, args...)
}

// notInChat is what somebody sees who is not, or no longer, a member.
func notInChat() answer {
	return fail(http.StatusForbidden, "Forbidden", "AclCheckFailed-Acquire token failed: the caller is not a member of the conversation.").inner("AclCheckFailed")
}

func (a answer) inner(code string) answer {
	if e, isError := a.body.(*graphError); isError {
		e.Error.Inner.Code = code
	}
	return a
}

func (a answer) with(name, value string) answer {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set(name, value)
	return a
}

func throttled(retryAfter string) answer {
	a := fail(http.StatusTooManyRequests, "TooManyRequests", "Too many requests: the request has been throttled.").inner("429")
	if retryAfter != "" {
		a = a.with("Retry-After", retryAfter)
	}
	return a
}

// codeFor names the error of a status, for faults that give none.
func codeFor(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "BadRequest"
	case http.StatusUnauthorized:
		return "InvalidAuthenticationToken"
	case http.StatusForbidden:
		return "Forbidden"
	case http.StatusNotFound:
		return "NotFound"
	case http.StatusConflict:
		return "Conflict"
	case http.StatusRequestEntityTooLarge:
		return "RequestEntityTooLarge"
	case http.StatusTooManyRequests:
		return "TooManyRequests"
	case http.StatusBadGateway:
		return "BadGateway"
	case http.StatusServiceUnavailable:
		return "ServiceUnavailable"
	case http.StatusGatewayTimeout:
		return "GatewayTimeout"
	}
	return "InternalServerError"
}

// stamp fills the parts of an error that belong to one request.
func (c *call) stamp(a answer) {
	if e, isError := a.body.(*graphError); isError {
		e.Error.Inner.Date = time.Now().UTC().Format("2006-01-02T15:04:05")
		e.Error.Inner.RequestID = c.requestID
		e.Error.Inner.ClientRequestID = c.clientRequestID
	}
}
