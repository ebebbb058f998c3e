package graph

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"
)

// TestReason reads answers as Graph gives them. Those about licences and members are quoted from issues at Microsoft.
func TestReason(t *testing.T) {
	const (
		licence  = `{"error":{"code":"Forbidden","message":"Failed to get license information for the user. Ensure user has a valid Office365 license assigned to them.","innerError":{"request-id":"r"}}}`
		disabled = `{"error":{"code":"Forbidden","message":"User Login. Teams is disabled for your tenant.","innerError":{"request-id":"r"}}}`
		acl      = `{"error":{"code":"Forbidden","message":"InsufficientPrivileges","innerError":{"code":"1","message":"AclCheckFailed-The initiator is not a member of the roster"}}}`
		scope    = `{"error":{"code":"Forbidden","message":"Missing scope permissions on the request. API requires one of 'ChatMember.ReadWrite'."}}`
		plain    = `{"error":{"code":"Forbidden","message":"Forbidden"}}`
		barrier  = `{"error":{"code":"Forbidden","message":"The user is blocked by an information barrier policy."}}`
	)
	for name, c := range map[string]struct {
		op     string
		status int
		body   string
		reason string
		detail string
	}{
		"own licence, posting":         {"post chat message", 403, licence, NoOwnLicence, ""},
		"own licence, listing":         {"list chats", 403, licence, NoOwnLicence, ""},
		"somebody's licence, adding":   {opAddMember, 403, licence, NoTeamsLicence, ""},
		"somebody's licence, creating": {opCreateChat, 403, licence, NoTeamsLicence, ""},
		"Teams switched off":           {"list chats", 403, disabled, NoOwnLicence, ""},
		"Teams switched off, adding":   {opAddMember, 403, disabled, NoTeamsLicence, ""},
		"a licence is no policy":       {opAddMember, 403, barrier, "blocked_by_policy", ""},
		"nothing said":                 {opAddMember, 403, plain, "blocked_by_policy", ""},
		"no JSON":                      {opAddMember, 403, "<html>", "blocked_by_policy", ""},
		"not in the chat, said inside": {"post chat message", 403, acl, "not_in_chat", ""},
		"permission":                   {"remove chat member", 403, scope, "missing_permission", "ChatMember.ReadWrite"},
		"the words, but another error": {opAddMember, 400, licence, "internal", ""},
		"no such person":               {"read user", 404, plain, "person_unknown", ""},
		"no such chat":                 {"post chat message", 404, plain, "chat_gone", ""},
		"busy":                         {"post chat message", 503, licence, "unreachable", ""},
		"too often":                    {"post chat message", 429, plain, "throttled", ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := answerError(c.op, &http.Response{StatusCode: c.status}, []byte(c.body))
			reason, detail := Reason(err)
			if reason != c.reason || detail != c.detail {
				t.Errorf("%s %q, want %s %q (%v)", reason, detail, c.reason, c.detail, err)
			}
			if Unlicensed(err) != (reason == NoOwnLicence || reason == NoTeamsLicence) {
				t.Errorf("unlicensed: %v", Unlicensed(err))
			}
		})
	}
}

// Microsoft's pause is kept as it names it, within bounds that no answer can move; without one the caller has its own.
func TestThrottled(t *testing.T) {
	for _, test := range []struct {
		err   error
		after time.Duration
		ok    bool
	}{
		{&Error{Status: http.StatusTooManyRequests, HasRetryAfter: true, RetryAfter: 30 * time.Second}, 30 * time.Second, true},
		{fmt.Errorf("post: %w", &Error{Status: http.StatusTooManyRequests, HasRetryAfter: true, RetryAfter: 2128 * time.Millisecond}), 2128 * time.Millisecond, true},
		{&Error{Status: http.StatusTooManyRequests, HasRetryAfter: true}, time.Second, true},
		{&Error{Status: http.StatusTooManyRequests, HasRetryAfter: true, RetryAfter: -time.Hour}, time.Second, true},
		{&Error{Status: http.StatusTooManyRequests, HasRetryAfter: true, RetryAfter: 24 * time.Hour}, LongestPause, true},
		{&Error{Status: http.StatusTooManyRequests}, 0, true},
		{&Error{Status: http.StatusServiceUnavailable, HasRetryAfter: true, RetryAfter: time.Minute}, 0, false},
		{errors.New("no answer"), 0, false},
		{nil, 0, false},
	} {
		if after, ok := Throttled(test.err); after != test.after || ok != test.ok {
			t.Errorf("%v: %s %v, want %s %v", test.err, after, ok, test.after, test.ok)
		}
	}
}
