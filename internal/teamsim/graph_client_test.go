package teamsim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"trialog/internal/teamsim"
)

func (b *browser) get(address string, header ...string) pageAnswer {
	b.w.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		b.w.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return b.read(b.http.Do(req))
}

func (b *browser) post(address string, form url.Values) pageAnswer {
	b.w.Helper()
	return b.read(b.http.PostForm(address, form))
}

// graph is one person's access to Graph through the application.
type graph struct {
	w     *world
	token string
	me    string
}

func (w *world) as(person string, scopes ...string) *graph {
	w.Helper()
	var changes []string
	if len(scopes) > 0 {
		// The answer carries everything consented so far: use an application of its own.
		app := w.tenant.AddApp(teamsim.App{Secret: secret, RedirectURIs: []string{redirect}, Consented: scopes})
		changes = []string{"client_id", app.ClientID, "scope", strings.Join(append(scopes, "openid"), " ")}
	}
	t := w.redeem(w.code(person, changes...), changes...)
	if t.Access == "" {
		w.Fatalf("no token for %s: %+v", person, t)
	}
	return &graph{w, t.Access, w.id(person)}
}

type reply struct {
	status int
	header http.Header
	raw    []byte
	body   map[string]any
	err    error
}

func (g *graph) do(method, path string, body any, header ...string) reply {
	g.w.Helper()
	var in io.Reader = http.NoBody
	raw, isRaw := body.([]byte)
	if body != nil {
		if !isRaw {
			var err error
			if raw, err = json.Marshal(body); err != nil {
				g.w.Fatal(err)
			}
		}
		in = bytes.NewReader(raw)
	}
	address := path
	if strings.HasPrefix(path, "/") {
		address = graphURL + "/v1.0" + strings.ReplaceAll(path, " ", "%20")
	}
	req, err := http.NewRequest(method, address, in)
	if err != nil {
		g.w.Fatal(err)
	}
	if body != nil && !isRaw {
		req.Header.Set("Content-Type", "application/json")
	}
	if g.token != "" {
		req.Header.Set("Authorization", "Bearer "+g.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := *g.w.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer res.Body.Close()
	out := reply{status: res.StatusCode, header: res.Header}
	if out.raw, err = io.ReadAll(res.Body); err != nil {
		return reply{err: err}
	}
	if err := json.Unmarshal(out.raw, &out.body); err != nil {
		out.body = nil
	}
	return out
}

func (g *graph) get(path string, header ...string) reply {
	g.w.Helper()
	return g.do(http.MethodGet, path, nil, header...)
}

func (g *graph) post(path string, body any, header ...string) reply {
	g.w.Helper()
	return g.do(http.MethodPost, path, body, header...)
}

func (g *graph) patch(path string, body any) reply {
	g.w.Helper()
	return g.do(http.MethodPatch, path, body)
}

func (g *graph) delete(path string) reply {
	g.w.Helper()
	return g.do(http.MethodDelete, path, nil)
}

// want ends the test unless the status is as expected.
func (r reply) want(t testing.TB, status int) reply {
	t.Helper()
	if r.err != nil || r.status != status {
		t.Fatalf("status %d, want %d: %v %s", r.status, status, r.err, r.raw)
	}
	return r
}

// refused also checks the error code.
func (r reply) refused(t testing.TB, status int, code string) reply {
	t.Helper()
	r.want(t, status)
	if got := r.text("error", "code"); got != code {
		t.Fatalf("error code %q, want %q: %s", got, code, r.raw)
	}
	return r
}

// at walks into the JSON body: names and indexes.
func (r reply) at(path ...any) any {
	var v any = r.body
	for _, p := range path {
		switch key := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[key]
		case int:
			list, _ := v.([]any)
			if key >= len(list) {
				return nil
			}
			v = list[key]
		}
	}
	return v
}

func (r reply) text(path ...any) string { s, _ := r.at(path...).(string); return s }

func (r reply) list(path ...any) []any { l, _ := r.at(path...).([]any); return l }

// each collects one property of all items of "value".
func (r reply) each(property string) []string {
	var out []string
	for i := range r.list("value") {
		out = append(out, r.text("value", i, property))
	}
	return out
}

// memberBody names a person as a member.
func (w *world) memberBody(name string) map[string]any {
	return map[string]any{"@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": []string{"owner"},
		"user@odata.bind": graphURL + "/v1.0/users('" + w.id(name) + "')"}
}

// group makes a group chat and returns its id.
func (g *graph) group(topic string, others ...string) string {
	g.w.Helper()
	members := []any{map[string]any{"@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": []string{"owner"},
		"user@odata.bind": graphURL + "/v1.0/users('" + g.me + "')"}}
	for _, name := range others {
		members = append(members, g.w.memberBody(name))
	}
	return g.post("/chats", map[string]any{"chatType": "group", "topic": topic, "members": members}).want(g.w, 201).text("id")
}

func html(content string) map[string]any {
	return map[string]any{"body": map[string]any{"contentType": "html", "content": content}}
}

// say posts HTML and returns the id of the message.
func (g *graph) say(chat, content string) string {
	g.w.Helper()
	return g.post("/chats/"+chat+"/messages", html(content)).want(g.w, 201).text("id")
}

var tags = regexp.MustCompile(`<[^>]*>`)

func strip(s string) string { return strings.TrimSpace(tags.ReplaceAllString(s, "")) }
