package graphcheck_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"trialog/internal/teamsim/graphcheck"
)

const message = `{"id":"1612289765949","etag":"1612289765949","messageType":"message","createdDateTime":"2021-02-02T18:16:05.949Z",
 "importance":"normal","locale":"en-us","chatId":"19:x@thread.v2","from":{"user":{"@odata.type":"#microsoft.graph.teamworkUserIdentity","id":"u","displayName":"U","userIdentityType":"aadUser"}},
 "body":{"contentType":"html","content":"<p>x</p>"},"attachments":[],"mentions":[],"reactions":[]}`

func TestBody(t *testing.T) {
	d := graphcheck.Load(t)
	for name, c := range map[string]struct {
		schema, raw string
		good        bool
	}{
		"message":            {"chatMessage", message, true},
		"annotation":         {"chatMessage", strings.Replace(message, `{"id"`, `{"@odata.context":"x","id"`, 1), true},
		"unknown property":   {"chatMessage", strings.Replace(message, `{"id"`, `{"identity":"x","id"`, 1), false},
		"unknown inside":     {"chatMessage", strings.Replace(message, `"content":`, `"contents":"","content":`, 1), false},
		"enum":               {"chatMessage", strings.Replace(message, `"normal"`, `"Normal"`, 1), false},
		"type":               {"chatMessage", strings.Replace(message, `"1612289765949"`, `1612289765949`, 1), false},
		"date":               {"chatMessage", strings.Replace(message, `2021-02-02T18:16:05.949Z`, `2021-02-02 18:16`, 1), false},
		"null where allowed": {"chatMessage", strings.Replace(message, `"chatId":"19:x@thread.v2"`, `"chatId":null,"eventDetail":null`, 1), true},
		"event":              {"chatMessage", strings.Replace(message, `"chatId"`, `"eventDetail":{"@odata.type":"#microsoft.graph.chatRenamedEventMessageDetail","chatDisplayName":"x"},"chatId"`, 1), true},
		"event of nobody":    {"chatMessage", strings.Replace(message, `"chatId"`, `"eventDetail":{"@odata.type":"#microsoft.graph.nothing"},"chatId"`, 1), false},
		"event, misspelt":    {"chatMessage", strings.Replace(message, `"chatId"`, `"eventDetail":{"@odata.type":"#microsoft.graph.chatRenamedEventMessageDetail","chatName":"x"},"chatId"`, 1), false},
		"member":             {"conversationMember", `{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"x"}`, true},
		"member, misspelt":   {"conversationMember", `{"@odata.type":"#microsoft.graph.aadUserConversationMember","role":["owner"]}`, false},
		"viewpoint":          {"chat", `{"id":"x","viewpoint":{"isHidden":false}}`, true},
		"viewpoint wrong":    {"chat", `{"id":"x","viewpoint":{"hidden":false}}`, false},
		"no JSON":            {"chat", `{`, false},
		"no schema":          {"nothing", `{}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := d.Body(c.schema, []byte(c.raw)); (err == nil) != c.good {
				t.Errorf("good = %v, error %v", c.good, err)
			}
		})
	}
}

func TestExchange(t *testing.T) {
	d := graphcheck.Load(t)
	header := http.Header{"Content-Type": {"application/json"}, "Request-Id": {"x"}}
	const failure = `{"error":{"code":"x","message":"y","innerError":{"date":"d","request-id":"r","client-request-id":"c"}}}`
	for name, c := range map[string]struct {
		method, path, sent string
		status             int
		got                string
		faults             int
	}{
		"get":              {"GET", "/chats/1/messages/2", "", 200, message, 0},
		"encoded id":       {"GET", "/chats/19%3Ax%40thread.v2/messages/2", "", 200, message, 0},
		"in parentheses":   {"GET", "/chats('1')/messages('2')", "", 200, message, 0},
		"post":             {"POST", "/chats/1/messages", `{"body":{"content":"x"}}`, 201, message, 0},
		"status":           {"POST", "/chats/1/messages", `{"body":{"content":"x"}}`, 202, message, 1},
		"misspelt body":    {"POST", "/chats/1/messages", `{"bodies":{"content":"x"}}`, 201, message, 1},
		"body missing":     {"POST", "/chats/1/messages", ``, 201, message, 1},
		"query":            {"GET", "/chats/1/messages?$topp=1", "", 200, `{"value":[]}`, 1},
		"unknown":          {"GET", "/groups", "", 200, `{}`, 1},
		"unknown, refused": {"GET", "/groups", "", 400, failure, 0},
		"error":            {"GET", "/chats/1", "", 403, failure, 0},
		"error shape":      {"GET", "/chats/1", "", 403, `{"error":"no"}`, 1},
		"drive path":       {"PUT", "/me/drive/root:/a/b/c.txt:/content", "x", 201, `{"id":"1","name":"c.txt"}`, 0},
		"204 with body":    {"PATCH", "/chats/1/messages/2", `{"body":{"content":"x"}}`, 204, `{}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(graphURL + c.path)
			if err != nil {
				t.Fatal(err)
			}
			faults := d.Exchange(c.method, u, http.Header{}, []byte(c.sent), c.status, header, []byte(c.got))
			if len(faults) != c.faults {
				t.Errorf("%d faults, want %d: %v", len(faults), c.faults, faults)
			}
		})
	}
}

const graphURL = "https://graph.microsoft.com/v1.0"

func TestOperations(t *testing.T) {
	d := graphcheck.Load(t)
	all := d.Operations()
	if len(all) != 69 || !slices.Contains(all, "POST /chats/{chat-id}/messages") {
		t.Errorf("%d operations", len(all))
	}
	u, err := url.Parse(graphURL + "/chats/1/messages/delta()")
	if err != nil {
		t.Fatal(err)
	}
	if name := d.Name("GET", u); name != "GET /chats/{chat-id}/messages/delta()" {
		t.Errorf("name %q", name)
	}
}

// recorder notes failures instead of failing.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Helper() {}

func TestHandlerAndTransport(t *testing.T) {
	answer := message
	server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method == http.MethodPost && len(body) == 0 {
			t.Errorf("the body did not get through: %v", err)
		}
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
		}
		io.WriteString(w, answer)
	})
	rec := &recorder{TB: t}
	checked := httptest.NewServer(graphcheck.Handler(rec, server))
	defer checked.Close()
	plain := httptest.NewServer(server)
	defer plain.Close()
	client := &http.Client{Transport: graphcheck.Transport(rec, http.DefaultTransport)}
	do := func(c *http.Client, address, sent string) string {
		t.Helper()
		var res *http.Response
		var err error
		if sent == "" {
			res, err = c.Get(address)
		} else {
			res, err = c.Post(address, "application/json", strings.NewReader(sent))
		}
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for name, c := range map[string]struct {
		client *http.Client
		base   string
	}{"handler": {http.DefaultClient, checked.URL}, "transport": {client, plain.URL}} {
		answer = message
		if got := do(c.client, c.base+"/v1.0/chats/1/messages", `{"body":{"content":"x"}}`); got != message || len(rec.errors) != 0 {
			t.Errorf("%s: %q %q", name, got, rec.errors)
		}
		do(c.client, c.base+"/elsewhere", "") // not Graph: not looked at
		answer = `{"id":1}`
		do(c.client, c.base+"/v1.0/chats/1/messages/2", "")
		if len(rec.errors) != 1 || !strings.Contains(rec.errors[0], "GET /v1.0/chats/1/messages/2") {
			t.Errorf("%s: %q", name, rec.errors)
		}
		rec.errors = nil
	}
}
