package graph

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"trialog/internal/badinput"
)

// hostile is a Microsoft that answers what it likes, and the requests it got.
type hostile struct {
	status   int
	header   http.Header
	body     string
	requests []*http.Request
}

// RoundTrip answers; after a few pages it answers with an empty one, so that a walk in circles ends.
func (h *hostile) RoundTrip(r *http.Request) (*http.Response, error) {
	h.requests = append(h.requests, r)
	body := h.body
	if len(h.requests) > 5 {
		body = `{"value":[]}`
	}
	return &http.Response{StatusCode: h.status, Status: http.StatusText(h.status), Header: h.header.Clone(), Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// someToken is a TokenSource that never runs dry.
type someToken struct{}

const accessToken = "an-access-token"

var errChallenged = errors.New("challenged")

func (someToken) Token(context.Context, Secret) (Secret, error) { return accessToken, nil }
func (someToken) Challenged(context.Context, string) error      { return errChallenged }
func endpoint(h http.RoundTripper) Endpoint                     { return Endpoint{HTTP: &http.Client{Transport: h}} }
func (h *hostile) client() *Client                              { return NewClient(endpoint(h), someToken{}) }
func addWith(f *testing.F, add func(text string), more ...string) {
	f.Helper()
	for _, b := range badinput.Texts() {
		add(b.Text)
	}
	for _, m := range more {
		add(m)
	}
}

// FuzzAnswer: whatever Graph answers, the calls end with a value or an error that says one thing; and the token goes to Graph's host only.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		`{"id":"1700000000001","chatId":"c","body":{"contentType":"html","content":"x"},"from":null}`, `{"value":[{"id":1}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/x"}`,
		`{"value":[{},{"id":"x","chatType":"group","members":[{"userId":null}]}],"@odata.nextLink":"https://graph.microsoft.com@evil.test/"}`, `{"value":null}`, `[]`, `{"value":{}}`, `null`, "",
		`{"error":{"code":"Forbidden","message":"Missing scope permissions on the request. API requires one of 'ChatMember.ReadWrite'","innerError":{"code":"AclCheckFailed-1"}}}`,
		`{"responses":[{"id":"1","status":429,"headers":{"Retry-After":"2.128"},"body":{}}]}`, `{"@odata.nextLink":"//evil.test/","value":[]}`,
		`{"id":"1","createdDateTime":"0001-01-01T00:00:00Z","eventDetail":{"@odata.type":"#microsoft.graph.x","members":[null]},"mentions":[{"id":-1,"mentioned":{}}]}`,
	} {
		for _, status := range []int{200, 201, 202, 302, 401, 403, 404, 429, 500} {
			f.Add(status, "3", `Bearer error="insufficient_claims", claims="e30="`, body)
		}
	}
	addWith(f, func(text string) { f.Add(403, text, text, text) })
	f.Fuzz(func(t *testing.T, status int, retry, challenge, body string) {
		if status < 200 || status > 599 {
			status = 200 + (status%400+400)%400
		}
		h := &hostile{status: status, header: http.Header{"Retry-After": {retry}, "Www-Authenticate": {challenge}, "Location": {body}}, body: body}
		for op, call := range calls() {
			h.requests = nil
			err := call(t.Context(), h.client())
			checkError(t, op, err)
			for _, r := range h.requests {
				if r.Header.Get("Authorization") == "Bearer "+accessToken && (r.URL.Host != "graph.microsoft.com" || r.URL.Scheme != "https" || r.URL.User != nil) {
					t.Fatalf("%s: the token went to %s", op, r.URL)
				}
			}
		}
	})
}

// calls is one of every kind of answer that is read.
func calls() map[string]func(context.Context, *Client) error {
	once := func(ChatMessage) bool { return true }
	return map[string]func(context.Context, *Client) error{
		"post": func(ctx context.Context, c *Client) error {
			m, err := c.PostMessage(ctx, "c", NewMessage{HTML: "x"})
			if err == nil && (m.ID == "" || m.ChatID != "c") {
				return errors.New("a message of another chat passes")
			}
			return err
		},
		"message":  func(ctx context.Context, c *Client) error { _, err := c.Message(ctx, "c", "1"); return err },
		"messages": func(ctx context.Context, c *Client) error { return c.Messages(ctx, "c", nil, once) },
		"changed": func(ctx context.Context, c *Client) error {
			return c.ChangedSince(ctx, "c", time.Unix(0, 0), nil, once)
		},
		"picture": func(ctx context.Context, c *Client) error {
			b, err := c.HostedContent(ctx, "https://graph.microsoft.com/v1.0/chats/c/messages/1/hostedContents/x/$value")
			if err == nil {
				err = b.Close()
			}
			return err
		},
		"delete": func(ctx context.Context, c *Client) error { return c.SoftDelete(ctx, "me", "c", "1") },
	}
}

// checkError fails when an error says two things at once: that something may have happened and that it was refused.
func checkError(t *testing.T, op string, err error) {
	t.Helper()
	if err == nil || errors.Is(err, errChallenged) {
		return
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: an error that is none of Graph's: %v", op, err)
	}
	_, throttled := Throttled(err)
	if Ambiguous(err) && (Permanent(err) || throttled || Missing(err) && e.Status >= 400 && e.Status < 500) {
		t.Fatalf("%s: %d is unclear and clear", op, e.Status)
	}
	if Permanent(err) && throttled {
		t.Fatalf("%s: %d is for good and for a while", op, e.Status)
	}
	reason, detail := Reason(err)
	if reason == "" || strings.ContainsAny(detail, "\r\n<> ") {
		t.Fatalf("%s: reason %q %q", op, reason, detail)
	}
	if strings.Contains(err.Error(), accessToken) {
		t.Fatalf("%s: the token stands in %q", op, err)
	}
}

// FuzzNextLink: a page leads on to Graph's own host or nowhere.
func FuzzNextLink(f *testing.F) {
	addWith(f, func(text string) { f.Add(text) }, "https://graph.microsoft.com/v1.0/chats?$skiptoken=x", "HTTPS://GRAPH.MICROSOFT.COM/x", "https://graph.microsoft.com:443/x",
		"https://graph.microsoft.com.evil.test/", "https://evil.test/https://graph.microsoft.com/", "//graph.microsoft.com/x", "/chats", "https:graph.microsoft.com/x",
		"https://graph.microsoft.com\\@evil.test/", "http://graph.microsoft.com/", "https://graph.microsoft.com#@evil.test/", "https://gr\u00e4ph.microsoft.com/", "https://graph.microsoft.com%2eevil.test/")
	f.Fuzz(func(t *testing.T, link string) {
		body, err := json.Marshal(map[string]any{"value": []any{}, "@odata.nextLink": link})
		if err != nil {
			t.Fatal(err)
		}
		h := &hostile{status: 200, header: http.Header{}, body: string(body)}
		err = h.client().Messages(t.Context(), "c", nil, func(ChatMessage) bool { return true })
		for _, r := range h.requests {
			if !strings.EqualFold(r.URL.Host, "graph.microsoft.com") || r.URL.Scheme != "https" || r.URL.User != nil {
				t.Fatalf("%q led to %s", link, r.URL)
			}
		}
		if err == nil && link != "" && len(h.requests) < 2 {
			t.Fatalf("%q was left out in silence", link)
		}
	})
}

// FuzzRetryAfter: what Graph asks for is a pause that can be kept: never negative, and in the end between a second and five minutes.
func FuzzRetryAfter(f *testing.F) {
	addWith(f, func(text string) { f.Add(text) }, "1", "2.128", "-5", "1e300", "NaN", "+Inf", "0x10", "999999.9", "Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", " 3", "3s")
	now := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, header string) {
		pause, ok := retryAfter(header, now)
		if pause < 0 || !ok && pause != 0 {
			t.Fatalf("%q asks for %s, %v", header, pause, ok)
		}
		err := answerError("post", &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {header}}}, nil)
		after, throttled := Throttled(err)
		if !throttled || after != 0 && (after < time.Second || after > 5*time.Minute) {
			t.Fatalf("%q makes us wait %s", header, after)
		}
	})
}

// FuzzChallenge: what is carried into the next sign-in is JSON within bounds, and always says what we can do.
func FuzzChallenge(f *testing.F) {
	addWith(f, func(text string) { f.Add(text, text) }, `Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7InZhbHVlIjoiMSJ9fX0="`)
	f.Add(`Bearer error="insufficient_claims", claims="e30"`, `{"access_token":{"xms_cc":null,"acrs":{"essential":true}},"id_token":{}}`)
	f.Add(`error="insufficient_claims" claims="bnVsbA=="`, `{"access_token":null}`)
	f.Fuzz(func(t *testing.T, header, claims string) {
		asked := challenge(http.Header{"Www-Authenticate": {header}})
		if asked != "" && (!json.Valid([]byte(asked)) || len(asked) > maxClaims) {
			t.Fatalf("%q asks for %q", header, asked)
		}
		for _, c := range []string{claims, asked} {
			var all struct {
				Access struct {
					Capable struct {
						Values []string `json:"values"`
					} `json:"xms_cc"`
				} `json:"access_token"`
			}
			with := withCapable(c)
			if err := json.Unmarshal([]byte(with), &all); err != nil || len(all.Access.Capable.Values) != 1 || all.Access.Capable.Values[0] != "cp1" {
				t.Fatalf("%q became %q: %v", c, with, err)
			}
			a := App{Tenant: "t", ClientID: "c", RedirectURL: "https://trialog.test/x"}
			at, err := url.Parse(a.AuthURL(AuthRequest{State: header, Claims: c}))
			if err != nil || at.Host != "login.microsoftonline.com" || at.Query().Get("state") != header || at.Query().Get("claims") != with {
				t.Fatalf("the way to sign in is %v, %v", at, err)
			}
		}
	})
}

// FuzzCallback: what the browser comes back with is an error of a known class, or none.
func FuzzCallback(f *testing.F) {
	addWith(f, func(text string) { f.Add(text) }, "error=access_denied&error_description=AADSTS65004%3A+x", "error=x&error_description=AADSTS99999999999999999999", "error=", "error=login_required", "code=x&state=y", "error=%zz")
	f.Fuzz(func(t *testing.T, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		e := CallbackError(q)
		if (e == nil) != (q.Get("error") == "") {
			t.Fatalf("%q is %v", query, e)
		}
		if e == nil {
			return
		}
		if e.Class == "" || e.Problem() == "" || e.Problem() == "unreachable" {
			t.Fatalf("%q is of class %q, problem %q", query, e.Class, e.Problem())
		}
		if page := pageError("x", 400, []byte(e.Description)); page != nil && page.Class == "" {
			t.Fatalf("the page %q has no class", e.Description)
		}
	})
}
