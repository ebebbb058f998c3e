package web

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"trialog/internal/desk"
)

func TestVisitorTalks(t *testing.T) {
	w := start(t, nil)
	var services servicesOut
	w.want(200, request{method: "GET", path: "/visitor/services"}, &services)
	if len(services.Services) != 2 || !services.Open || services.Services[0].Name != "Rechnung" {
		t.Errorf("services are %+v", services)
	}
	v := w.lena()
	if len(v.token) < 50 || len(v.id) != 26 {
		t.Errorf("token %d, id %q", len(v.token), v.id)
	}
	var posted, again desk.Posted
	w.want(201, v.call("POST", "/visitor/messages", `{"id":"l1","text":"Wo ist https://shop.example?"}`), &posted)
	w.want(201, v.call("POST", "/visitor/messages", `{"id":"l1","text":"Wo ist https://shop.example?"}`), &again)
	if posted.Seq != 3 || again != posted {
		t.Errorf("posted %+v, again %+v", posted, again)
	}
	w.refused(409, "key_conflict", "", v.call("POST", "/visitor/messages", `{"id":"l1","text":"other"}`))
	w.want(201, v.call("POST", "/visitor/edits", `{"id":"l2","ref":3,"text":"Wo ist das Paket?"}`), nil)
	w.want(201, v.call("POST", "/visitor/deletions", `{"id":"l3","ref":2}`), nil)
	w.want(204, v.call("POST", "/visitor/read", `{"seq":3}`), nil)
	w.want(204, v.call("POST", "/visitor/typing", `{"on":true}`), nil)
	var read visitorConversationOut
	w.want(200, v.call("GET", "/visitor/conversation?after=0&limit=500", ""), &read)
	if read.Conversation.Last != 5 || len(read.Entries) != 5 || texts(read.Entries) != "Guten Tag|Wo ist https://shop.example?" {
		t.Errorf("conversation is %+v", read)
	}
	w.want(200, v.call("GET", "/visitor/conversation?after=3&limit=1", ""), &read)
	if len(read.Entries) != 1 || read.Entries[0].Seq != 4 {
		t.Errorf("a page is %+v", read.Entries)
	}
	w.want(204, v.call("POST", "/visitor/end", "{}"), nil)
	w.want(204, v.call("POST", "/visitor/end", ""), nil)
	w.refused(410, "conversation_closed", "", v.call("POST", "/visitor/messages", `{"id":"l9","text":"noch da?"}`))
}

func TestVisitorIsRefused(t *testing.T) {
	w := start(t, nil)
	v := w.lena()
	long := strings.Repeat("x", 8001)
	for _, c := range []struct {
		status      int
		code, field string
		method      string
		path, body  string
	}{
		{422, "missing_field", "id", "POST", "/visitor/messages", `{"text":"a"}`},
		{422, "bad_id", "id", "POST", "/visitor/messages", `{"id":"a b","text":"a"}`},
		{422, "empty", "text", "POST", "/visitor/messages", `{"id":"a"}`},
		{413, "text_too_long", "text", "POST", "/visitor/messages", `{"id":"a","text":"` + long + `"}`},
		{422, "no_file", "files[0]", "POST", "/visitor/messages", `{"id":"a","files":["aaaaaaaaaaaaaaaaaaaaaaaaaa"]}`},
		{422, "unknown_field", "audience", "POST", "/visitor/messages", `{"id":"a","text":"a","audience":"backroom"}`},
		{422, "unknown_field", "content", "POST", "/visitor/messages", `{"id":"a","content":[{"t":"p"}]}`},
		{422, "no_line", "ref", "POST", "/visitor/edits", `{"id":"a","ref":99,"text":"a"}`},
		{422, "no_line", "ref", "POST", "/visitor/deletions", `{"id":"a","ref":-1}`},
		{422, "not_a_message", "", "POST", "/visitor/deletions", `{"id":"a","ref":1}`},
		{422, "bad_cursor", "seq", "POST", "/visitor/read", `{"seq":99}`},
		{422, "bad_cursor", "seq", "POST", "/visitor/read", `{"seq":-1}`},
		{422, "bad_cursor", "after", "GET", "/visitor/conversation?after=-1", ""},
		{422, "bad_field", "after", "GET", "/visitor/conversation?after=x", ""},
		{422, "bad_limit", "limit", "GET", "/visitor/conversation?limit=5000", ""},
		{404, "no_file", "", "GET", "/visitor/files/aaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
		{404, "no_file", "", "GET", "/visitor/files/..%2f..%2fetc%2fpasswd", ""},
		{422, "unknown_field", "x", "POST", "/visitor/end", `{"x":1}`},
		{404, "no_route", "", "GET", "/visitor/nothing", ""},
		{405, "bad_method", "", "PUT", "/visitor/messages", `{}`},
	} {
		w.refused(c.status, c.code, c.field, v.call(c.method, c.path, c.body))
	}
	if a := w.do(v.call("PUT", "/visitor/messages", "{}")); a.header.Get("Allow") != "POST" {
		t.Errorf("Allow is %q", a.header.Get("Allow"))
	}
	for _, token := range []string{"", "x", strings.Repeat("a", 52), string(v.id)} {
		a := w.refused(401, "bad_token", "", request{method: "GET", path: "/visitor/conversation", token: token})
		if a.header.Get("WWW-Authenticate") == "" {
			t.Error("no WWW-Authenticate")
		}
	}
}

func TestOpeningIsRefused(t *testing.T) {
	w := start(t, nil)
	const page = `"locale":"de","page":{}`
	for _, c := range []struct {
		status            int
		code, field, body string
	}{
		{422, "missing_field", "locale", `{"page":{}}`},
		{422, "missing_field", "page", `{"locale":"de"}`},
		{422, "no_service", "service", `{"service":"nope",` + page + `}`},
		{422, "bad_email", "email", `{"email":"Lena <l@example.com>",` + page + `}`},
		{422, "too_long", "name", `{"name":"` + strings.Repeat("n", 81) + `",` + page + `}`},
		{422, "bad_link", "page.url", `{"locale":"de","page":{"url":"javascript:alert(1)"}}`},
		{422, "bad_link", "page.url", `{"locale":"de","page":{"url":"https://graph.microsoft.com@evil.test/"}}`},
		{422, "bad_id", "id", `{"text":"a",` + page + `}`},
		{422, "bad_field", "attributes.plan", `{"attributes":{"plan":{"a":1}},` + page + `}`},
		{422, "bad_user", "user", `{"user":"eyJhbGciOiJub25lIn0.e30.",` + page + `}`},
		{422, "bad_field", "name", `{"name":["Lena"],` + page + `}`},
		{400, "bad_json", "", ``},
	} {
		w.refused(c.status, c.code, c.field, request{method: "POST", path: "/visitor/conversations", body: c.body})
	}
}

// half begins an upload and sends half of what it says.
func (w *world) half(method, path, credentials string, size int) *net.TCPConn {
	w.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	w.must(err)
	w.t.Cleanup(func() { conn.Close() })
	kind := "application/octet-stream"
	if strings.HasSuffix(path, "/messages") {
		kind = "application/json"
	}
	_, err = fmt.Fprintf(conn, "%s %s%s HTTP/1.1\r\nHost: x\r\n%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		method, apiRoot, path, credentials, kind, size, strings.Repeat("a,b;c\n", size)[:size/2])
	w.must(err)
	return conn.(*net.TCPConn)
}

// TestUploadCutShort: an upload that breaks off is refused, small or large, while the sender can still read that, and nothing of it is kept.
func TestUploadCutShort(t *testing.T) {
	w := start(t, nil)
	lena, anna := w.lena(), w.signIn("anna")
	for _, size := range []int{1, 2, 2000, 10_000, 1_000_000} {
		for _, conn := range []*net.TCPConn{
			w.half("POST", "/visitor/files?name=a.csv", "Authorization: Bearer "+lena.token, size),
			w.half("PUT", "/me/photo", "Cookie: "+cookieName+"="+anna.cookie, size),
		} {
			w.must(conn.CloseWrite())
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			w.must(err)
			if resp.StatusCode != 422 {
				t.Errorf("half of %d bytes: %s", size, resp.Status)
			}
		}
	}
	w.nothingBroke(lena)
}

// TestUploadGivenUp: a customer who gives an upload or a message up is no error of ours, whether the connection is closed or reset.
func TestUploadGivenUp(t *testing.T) {
	w := start(t, nil)
	lena := w.lena()
	before := strings.Count(w.log.String(), "msg=request ")
	for n := range 10 {
		path, size := "/visitor/files?name=a.csv", 200_000
		if n%4 > 1 {
			path, size = "/visitor/messages", 2000
		}
		conn := w.half("POST", path, "Authorization: Bearer "+lena.token, size)
		time.Sleep(10 * time.Millisecond) // so that some of it is under way
		if n%2 == 1 {
			w.must(conn.SetLinger(0)) // resets
		}
		w.must(conn.Close())
		for end := time.Now().Add(10 * time.Second); strings.Count(w.log.String(), "msg=request ")-before <= n; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("request %d has no end", n)
			}
		}
	}
	w.nothingBroke(lena)
}

// nothingBroke checks that no request failed by our own fault, and that the customer has no file.
func (w *world) nothingBroke(v visitor) {
	w.t.Helper()
	if line := regexp.MustCompile(`.*(level=ERROR|status=5).*`).FindString(w.log.String()); line != "" {
		w.t.Errorf("logged: %s", line)
	}
	if files, err := w.store.FilesOf(w.t.Context(), v.id); err != nil || len(files) > 0 {
		w.t.Errorf("kept: %+v %v", files, err)
	}
}

// TestVisitorPagesBackOverPrivateLines: a page backwards that holds nothing the customer may see is not the end.
func TestVisitorPagesBackOverPrivateLines(t *testing.T) {
	w := start(t, nil)
	lena, anna := w.lena(), w.signIn("anna")
	anna.accept(lena.id) // 1 opened, 2 the first line, 3 joined
	for _, id := range []string{"a", "b", "c"} {
		w.want(201, anna.call("POST", anna.at(lena.id)+"/messages", `{"id":"`+id+`","audience":"backroom","text":"private"}`), nil)
	}
	var page visitorConversationOut
	w.want(200, lena.call("GET", "/visitor/conversation?before=7&limit=2", ""), &page)
	if len(page.Entries) == 0 || page.Entries[len(page.Entries)-1].Seq != 3 {
		t.Errorf("got %+v, want what is before the private lines", page.Entries)
	}
}
