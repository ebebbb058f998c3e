package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Error is an answer of Graph that is no success, or no usable one. [errors]
type Error struct {
	Op      string // what we did, e.g. "post message"
	Status  int    // 0: no answer at all
	Code    string // Graph's code, e.g. "AclCheckFailed"; the inner code where it says more
	Message string // Graph's words; for logs, not for people
	// RequestID names the request at Microsoft.
	RequestID  string
	RetryAfter time.Duration
	// HasRetryAfter says that Graph asked for a pause; without it the caller chooses one.
	HasRetryAfter bool
	// unclear marks an answer that says nothing about whether the call took effect.
	unclear bool
	err     error
}

// Error says what failed and how.
func (e *Error) Error() string {
	switch {
	case e.Status == 0:
		return fmt.Sprintf("%s: no answer: %v", e.Op, e.err)
	case e.err != nil:
		return fmt.Sprintf("%s: %d: %v", e.Op, e.Status, e.err)
	}
	return fmt.Sprintf("%s: %d %s: %s (request %s)", e.Op, e.Status, e.Code, e.Message, e.RequestID)
}

// Unwrap returns the transport's error, if there was one.
func (e *Error) Unwrap() error { return e.err }

// Ambiguous reports whether a call that creates something may or may not have taken effect: no answer, 5xx, or a success that can't
// be read. Only reading back can tell. [reliability: posting]
func Ambiguous(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	return e.unclear || e.Status == 0 || e.Status >= 500 || e.Status == http.StatusRequestTimeout
}

// Throttled reports whether Graph refused for being asked too often, and how long to wait, between 1 s and 5 min. Nothing was
// committed. [throttling]
func Throttled(err error) (after time.Duration, ok bool) {
	var e *Error
	if !errors.As(err, &e) || e.Status != http.StatusTooManyRequests {
		return 0, false
	}
	if !e.HasRetryAfter {
		return 0, true
	}
	return min(max(e.RetryAfter, time.Second), LongestPause), true
}

// LongestPause is the longest pause that is kept at once, whatever Graph asks for.
const LongestPause = 5 * time.Minute

// Missing reports a 404 or 410.
func Missing(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusNotFound || e.Status == http.StatusGone)
}

// Unauthorized reports that the token was refused even after it was fetched anew.
func Unauthorized(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusUnauthorized
}

// Permanent reports a refusal that the same call would meet again.
func Permanent(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.unclear {
		return false
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusLocked, http.StatusConflict:
		return false
	}
	return e.Status >= 400 && e.Status < 500
}

// Reason words an error as a stable code that an interface can translate; detail names the thing, e.g. a permission.
func Reason(err error) (reason, detail string) {
	var auth *AuthError
	if errors.As(err, &auth) {
		return auth.reason()
	}
	var e *Error
	if !errors.As(err, &e) {
		return "unreachable", ""
	}
	words := strings.ToLower(e.Code + " " + e.Message)
	switch {
	case e.Status == 0 || e.Status >= 500:
		return "unreachable", ""
	case e.Status == http.StatusTooManyRequests:
		return "throttled", ""
	case e.Status == http.StatusUnauthorized:
		return "needs_sign_in", ""
	case e.Status == http.StatusRequestEntityTooLarge:
		return "too_large", ""
	case e.Status == http.StatusForbidden && strings.Contains(words, "missing scope"):
		return "missing_permission", scopeIn(e.Message)
	case e.Status == http.StatusForbidden && strings.Contains(words, "aclcheckfailed"):
		return "not_in_chat", ""
	case Unlicensed(err):
		return lacking(e.Op), ""
	case e.Status == http.StatusForbidden:
		return "blocked_by_policy", ""
	case e.Status == http.StatusNotFound && strings.Contains(e.Op, "chat"), e.Status == http.StatusGone:
		return "chat_gone", ""
	case e.Status == http.StatusNotFound:
		return "person_unknown", ""
	}
	return "internal", ""
}

// unlicensed are Microsoft's words for somebody who may not use Teams. Nothing but the words tells that from any other thing that is not
// allowed: status and code are the same. (microsoft-teams-apps-requestateam #355, msgraph-sdk-powershell #1666, microsoft-graph-docs #9181)
var unlicensed = []string{"license information", "not licensed", "valid office365 license", "valid teams license", "teams is disabled for", "not enabled for teams"}

// Unlicensed reports that somebody has no licence for Teams: the caller, or where the call is about other people, perhaps one of those.
func Unlicensed(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Status != http.StatusForbidden {
		return false
	}
	said := strings.ToLower(e.Code + " " + e.Message)
	return slices.ContainsFunc(unlicensed, func(words string) bool { return strings.Contains(said, words) })
}

// lacking is the reason of a call that failed for want of a licence. Most calls are about nobody but the caller.
func lacking(op string) string {
	if op == opCreateChat || op == opAddMember {
		return NoTeamsLicence
	}
	return NoOwnLicence
}

// The reasons for want of a licence: of somebody whom the call was about, and of the caller.
const (
	NoTeamsLicence = "no_teams_licence"
	NoOwnLicence   = "no_own_licence"
)

// The calls that put people into a chat.
const (
	opCreateChat = "create chat"
	opAddMember  = "add chat member"
)

// scopeIn finds the name of a permission in Graph's words.
func scopeIn(message string) string {
	for _, word := range strings.FieldsFunc(message, func(r rune) bool { return strings.ContainsRune(" ,;:'\"()[]", r) }) {
		if strings.Count(word, ".") > 0 && strings.ToUpper(word[:1]) == word[:1] && len(word) > 6 {
			return strings.TrimRight(word, ".")
		}
	}
	return ""
}

// answerError reads an error answer.
func answerError(op string, resp *http.Response, body []byte) *Error {
	e := &Error{Op: op, Status: resp.StatusCode, RequestID: resp.Header.Get("request-id")}
	var a struct {
		Error struct {
			Code       string `json:"code"`
			Message    string `json:"message"`
			InnerError struct {
				Code      string `json:"code"`
				Message   string `json:"message"`
				RequestID string `json:"request-id"`
			} `json:"innerError"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &a) == nil {
		e.Code, e.Message = a.Error.Code, a.Error.Message
		if a.Error.InnerError.Code != "" {
			e.Code += "/" + a.Error.InnerError.Code
		}
		if a.Error.InnerError.Message != "" { // where it is, it says more (microsoft-graph-docs-contrib #9129)
			e.Message = strings.TrimSpace(e.Message + " " + a.Error.InnerError.Message)
		}
		if e.RequestID == "" {
			e.RequestID = a.Error.InnerError.RequestID
		}
	}
	e.RetryAfter, e.HasRetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	return e
}

// retryAfter reads the header: seconds, sometimes with a fraction ("2.128"), or an HTTP date. [json-batching]
func retryAfter(h string, now time.Time) (time.Duration, bool) {
	if h == "" {
		return 0, false
	}
	if s, err := strconv.ParseFloat(h, 64); err == nil {
		if !(s >= 0 && s < 1e6) {
			return 0, false
		}
		return time.Duration(s * float64(time.Second)), true
	}
	if at, err := http.ParseTime(h); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}
