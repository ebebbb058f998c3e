package app_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"trialog/internal/badinput"
	"trialog/internal/chat"
	"trialog/internal/media"
)

// bodies are what calls of the API really carry, with a hole for a stranger's text.
var bodies = []string{
	`{"id":"a1","text":%s}`, `{"id":"a2","ref":2,"text":%s}`, `{"id":"a3","ref":2}`, `{"seq":1}`, `{"on":true}`, `{}`, ``, `null`, `[]`, `%s`,
	`{"name":%s,"email":"a@b.de","locale":"de","page":{"url":%s,"title":%s},"attributes":{"plan":%s},"text":%s,"id":"l1"}`,
	`{"id":"a4","audience":"everyone","text":%s}`, `{"id":"a5","audience":"backroom","content":[{"t":"p","kids":[{"t":"link","href":%s,"kids":[{"t":"text","text":%s}]}]}]}`,
	`{"id":"a6","ref":2,"emoji":%s}`, `{"people":[{"account":%s,"id":%s}],"share":{"from":1,"hide":[2],"lifted":[{"seq":2,"reason":%s}]}}`, `{"agent":%s,"transfer":true}`,
	`{"login":%s,"password":%s}`, `{"name":%s,"nickname":%s,"locale":"de","settings":{"x":%s}}`, `{"account":%s,"id":%s,"on":true}`, `{"ref":2}`,
	`{"name":%s,"tenant":"contoso.com","clientId":"11111111-2222-3333-4444-555555555555","secret":%s,"expires":"2027-01-01","locale":"de","timeZone":%s,"without":[%s]}`,
	`{"id":"a7","text":%s,"files":[%s]}`, `{"ID":"a8","text":%s}`, `{"id":"a9","id":"a9","text":%s}`,
}

// addBodies seeds calls with every body and every bad input.
func addBodies(f *testing.F, calls int, add func(which int, name string, body []byte)) {
	f.Helper()
	for i, body := range bodies {
		text, err := json.Marshal(badinput.Texts()[i%len(badinput.Texts())].Text)
		if err != nil {
			f.Fatal(err)
		}
		for which := range calls {
			if (which+i)%19 == 0 {
				add(which, "1", []byte(strings.ReplaceAll(body, "%s", string(text))))
			}
		}
	}
	for i, b := range badinput.Texts() {
		add(i%calls, b.Text, []byte(`{"id":"b1","text":"`+b.Text+`"}`))
	}
}

// reached makes a path of a description's, with the chat there is and a stranger's text in its other places.
func (s *surface) reached(path, text string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		switch {
		case p == "{id}" || p == "{conversation}":
			parts[i] = string(s.id)
		case strings.HasPrefix(p, "{"):
			parts[i] = text
		}
	}
	return strings.Join(parts, "/")
}

// only lists the calls for which ok holds, without those that would end the chat or the session.
func (s *surface) only(ok func(operation) bool) []operation {
	return slices.DeleteFunc(slices.Clone(s.calls), func(o operation) bool {
		return !ok(o) || o.path == "/visitor/end" || strings.HasSuffix(o.path, "/close") || o.path == "/session" && o.method == "DELETE"
	})
}

// alive fails unless the chat still works: what strangers sent harmed nobody.
func (s *surface) alive(t *testing.T) {
	t.Helper()
	if w := s.do(t, request{method: "GET", path: "/visitor/conversation", token: s.token}); w.Code != 200 {
		t.Fatalf("the customer can't read any more: %d %s", w.Code, w.Body)
	}
	if w := s.do(t, request{method: "GET", path: "/conversations/" + string(s.id), cookie: s.agent}); w.Code != 200 {
		t.Fatalf("the agent can't read any more: %d %s", w.Code, w.Body)
	}
}

// FuzzVisitorCalls: whatever comes to a call for customers, with a token or without one, is answered decently.
func FuzzVisitorCalls(f *testing.F) {
	s := open(f)
	calls := s.only(func(o operation) bool { return strings.HasPrefix(o.path, "/visitor/") })
	addBodies(f, len(calls), func(which int, name string, body []byte) { f.Add(which, name, body, "", true) })
	f.Fuzz(func(t *testing.T, which int, name string, body []byte, kind string, known bool) {
		o := calls[(which%len(calls)+len(calls))%len(calls)]
		c := request{method: o.method, path: s.reached(o.path, name), body: body, kind: kind}
		if known {
			c.token = s.token
		}
		w := s.do(t, c)
		s.decent(t, c, w)
		if open := o.path == "/visitor/services" || o.path == "/visitor/conversations"; !known && !open && w.Code < 300 {
			t.Fatalf("%s %s answers a stranger: %d %s", o.method, o.path, w.Code, w.Body)
		}
		s.alive(t)
	})
}

// FuzzStaffCalls: the same for everything that agents and administrators can call; and without a session nothing of it answers.
func FuzzStaffCalls(f *testing.F) {
	s := open(f)
	calls := s.only(func(o operation) bool { return !strings.HasPrefix(o.path, "/visitor/") && o.path != "/teams/callback" })
	addBodies(f, len(calls), func(which int, name string, body []byte) {
		f.Add(which, name, body, "", 1)
		f.Add(which, name, body, "", 2)
	})
	f.Fuzz(func(t *testing.T, which int, name string, body []byte, kind string, who int) {
		o := calls[(which%len(calls)+len(calls))%len(calls)]
		c := request{method: o.method, path: s.reached(o.path, name), body: body, kind: kind}
		c.cookie = []string{"", s.agent, s.admin}[(who%3+3)%3]
		w := s.do(t, c)
		s.decent(t, c, w)
		if open := o.path == "/session" && o.method == "POST" || o.path == "/openapi.json"; c.cookie == "" && !open && w.Code < 300 {
			t.Fatalf("%s %s answers a stranger: %d %s", o.method, o.path, w.Code, w.Body)
		}
		if strings.HasPrefix(o.path, "/accounts") && c.cookie != s.admin && w.Code < 300 {
			t.Fatalf("%s %s answers who is no administrator: %d %s", o.method, o.path, w.Code, w.Body)
		}
		s.alive(t)
	})
}

// FuzzQueries: cursors and other parameters, whatever they say; what is read with them is in order and of the size asked for.
func FuzzQueries(f *testing.F) {
	s := open(f)
	calls := s.only(func(o operation) bool { return o.method == "GET" && o.path != "/teams/callback" })
	for i, q := range []string{"after=0&limit=1", "after=-1", "before=9223372036854775807", "after=9223372036854775808", "limit=1001", "limit=-1", "after=1&after=2", "after=1e3", "limit=+1", "after=%00",
		"q=%zz", "q=%ff", "offset=-5&limit=650", "offset=9223372036854775807&limit=1", "before=x", "name=" + strings.Repeat("a", 3000), ";;;", "&&&===", "after=١"} {
		for which := range calls {
			if (which+i)%3 == 0 {
				f.Add(which, q, "x")
			}
		}
	}
	for i, b := range badinput.Texts() {
		f.Add(i, "q="+url.QueryEscape(b.Text)+"&after="+url.QueryEscape(b.Text), b.Text)
		f.Add(i, b.Text, b.Text)
	}
	f.Fuzz(func(t *testing.T, which int, query, text string) {
		o := calls[(which%len(calls)+len(calls))%len(calls)]
		c := request{method: "GET", path: s.reached(o.path, text), query: query, cookie: s.admin, token: s.token}
		if o.path != "/accounts" && !strings.HasPrefix(o.path, "/accounts/") {
			c.cookie = s.agent
		}
		w := s.do(t, c)
		s.decent(t, c, w)
		var got struct{ Entries []chat.Entry }
		if w.Code != 200 || json.Unmarshal(w.Body.Bytes(), &got) != nil {
			return
		}
		if !slices.IsSortedFunc(got.Entries, func(a, b chat.Entry) int { return int(a.Seq - b.Seq) }) || len(got.Entries) > 1000 {
			t.Fatalf("%s?%s answers %d entries out of order", c.path, query, len(got.Entries))
		}
	})
}

// FuzzHeaders: whatever headers say, the answer is decent, only pages of the allowed site may read it, and nobody is let in who has no token.
func FuzzHeaders(f *testing.F) {
	s := open(f)
	for _, b := range badinput.Texts() {
		f.Add(b.Text, b.Text, b.Text, b.Text, b.Text)
	}
	f.Add(shop, "Bearer x", "de-AT,en;q=0.5", "bytes=0-1", "10.0.0.1, 127.0.0.1")
	f.Add("https://shop.test.evil.test", "bearer  ", "*", "bytes=-9223372036854775808", "::ffff:1.2.3.4%eth0")
	f.Add("null", "Basic eDp5", "", "bytes=0-0,1-1,2-2", "")
	f.Add("HTTPS://SHOP.TEST:443", "", "i-klingon", "", "[::1]:80")
	f.Fuzz(func(t *testing.T, origin, authorization, language, span, forwarded string) {
		for _, call := range []operation{{"GET", "/visitor/conversation"}, {"GET", "/visitor/services"}, {"OPTIONS", "/visitor/messages"}, {"GET", "/conversations/" + string(s.id) + "/transcript"}, {"GET", "/session"}} {
			c := request{method: call.method, path: call.path, header: http.Header{"Origin": {origin}, "Authorization": {authorization}, "Accept-Language": {language}, "Range": {span},
				"X-Forwarded-For": {forwarded}, "Access-Control-Request-Method": {authorization}, "If-None-Match": {language}, "Sec-Fetch-Site": {"cross-site"}}}
			if strings.HasSuffix(call.path, "transcript") {
				c.cookie = s.agent
			}
			w := s.do(t, c)
			s.decent(t, c, w)
			if to := w.Header().Get("Access-Control-Allow-Origin"); to != "" && to != origin || w.Header().Get("Access-Control-Allow-Credentials") != "" {
				t.Fatalf("%q may read what %q asks for", to, origin)
			} else if u, err := url.Parse(to); to != "" && (err != nil || !strings.EqualFold(u.Hostname(), "shop.test") && u.Hostname() != "trialog.test") {
				t.Fatalf("pages of %q may read", to)
			}
			if call.path == "/visitor/conversation" && w.Code < 400 && !strings.Contains(authorization, s.token) {
				t.Fatalf("%q lets one in", authorization)
			}
		}
	})
}

// FuzzUpload: a file comes back as the bytes that were stored, under a name that harms nobody, for saving only unless it is a picture.
func FuzzUpload(f *testing.F) {
	s := open(f)
	f.Add("a.png", []byte("\x89PNG\r\n\x1a\n"), "multipart/form-data; boundary=x")
	f.Add("a.txt", []byte("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../x\"\r\n\r\nhello\r\n--x--"), "multipart/form-data; boundary=x")
	f.Add("x.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "image/svg+xml; x")
	f.Add("p.html", []byte("<!doctype html><script>alert(1)</script>"), "text/plain")
	f.Add("x.gif", []byte("GIF89a=1;/*"), "image/gif")
	for _, b := range badinput.Texts() {
		f.Add(b.Text, []byte(b.Text), b.Text)
	}
	f.Fuzz(func(t *testing.T, name string, content []byte, kind string) {
		c := request{method: "POST", path: "/visitor/files", query: "name=" + url.QueryEscape(name), body: content, kind: kind, token: s.token}
		w := s.do(t, c)
		s.decent(t, c, w)
		var file chat.File
		if w.Code != 201 || json.Unmarshal(w.Body.Bytes(), &file) != nil {
			return
		}
		if media.SafeName(file.Name) != file.Name {
			t.Fatalf("%q is called %q", name, file.Name)
		}
		c = request{method: "GET", path: "/visitor/files/" + string(file.ID), token: s.token}
		got := s.do(t, c)
		s.decent(t, c, got)
		if int64(got.Body.Len()) != file.Size || file.Width == 0 && got.Body.String() != string(content) {
			t.Fatalf("%d bytes came back of %d", got.Body.Len(), file.Size)
		}
		how, with, err := mime.ParseMediaType(got.Header().Get("Content-Disposition"))
		if err != nil || with["filename"] != file.Name || (how == "inline") != file.Picture() {
			t.Fatalf("%q is sent as %s %v: %v", file.Name, how, with, err)
		}
		if as := got.Header().Get("Content-Type"); as != "application/octet-stream" && (!file.Picture() || as != file.Type) || !strings.Contains(got.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Fatalf("%q is sent as %s under %q", file.Name, as, got.Header().Get("Content-Security-Policy"))
		}
	})
}

// FuzzReturn: wherever Microsoft, or who pretends to be, sends the browser, it goes on to a page of ours.
func FuzzReturn(f *testing.F) {
	s := open(f)
	for _, q := range []string{"code=x&state=y", "error=access_denied&error_description=AADSTS65004%3a+x&state=y", "admin_consent=True&tenant=x&state=y", "admin_consent=True&error=x", "code=x", "state=", "", "%zz", "code=a&code=b&state=a&state=b"} {
		f.Add(q, true)
	}
	for _, b := range badinput.Texts() {
		f.Add("code="+url.QueryEscape(b.Text)+"&state="+url.QueryEscape(b.Text)+"&error="+url.QueryEscape(b.Text), true)
		f.Add(b.Text, false)
	}
	f.Fuzz(func(t *testing.T, query string, signedIn bool) {
		c := request{method: "GET", path: "/teams/callback", query: query}
		if signedIn {
			c.cookie = s.agent
		}
		w := s.do(t, c)
		s.decent(t, c, w)
		to := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/#/profile?error=") && to != "/#/admin/accounts?consent=granted" && to != "/#/admin/accounts?consent=refused" {
			t.Fatalf("%q leads to %d %q", query, w.Code, to)
		}
		if strings.ContainsAny(to, "<>\"' \\") {
			t.Fatalf("%q leads to %q", query, to)
		}
	})
}

// FuzzVouched: a name is vouched for only by a token that the site signed with HS256 and that has not expired.
func FuzzVouched(f *testing.F) {
	s := open(f)
	const header, payload = `{"alg":"HS256","typ":"JWT"}`, `{"name":"Lena Vogt","email":"lena@example.com","exp":2000000000}`
	f.Add(vouch(header, payload), header, payload)
	for _, b := range badinput.Tokens() {
		f.Add(b.Text, header, payload)
	}
	for _, p := range []string{`{}`, `{"exp":1}`, `{"exp":2000000000,"nbf":1999999999}`, `{"exp":"2000000000","name":"x"}`, `{"exp":2000000000,"name":1}`, `null`, `{"exp":1e300}`} {
		f.Add("", header, p)
	}
	for _, h := range []string{`{"alg":"none"}`, `{"alg":"HS512"}`, `{"alg":"RS256"}`, `{"alg":"HS256","crit":["x"],"x":1}`, `{}`, `null`, `{"alg":"HS256","zip":"DEF"}`} {
		f.Add("", h, payload)
	}
	for _, b := range badinput.Texts() {
		name, err := json.Marshal(map[string]any{"name": b.Text, "email": b.Text, "exp": 2000000000})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b.Text, header, string(name))
	}
	f.Fuzz(func(t *testing.T, token, header, payload string) {
		for _, user := range []string{token, vouch(header, payload)} {
			body, err := json.Marshal(map[string]any{"locale": "de", "page": map[string]string{}, "name": "somebody", "user": user})
			if err != nil {
				t.Fatal(err)
			}
			c := request{method: "POST", path: "/visitor/conversations", body: body}
			w := s.do(t, c)
			s.decent(t, c, w)
			if w.Code != 201 || user == "" {
				continue
			}
			head, claims, signature := parts(user)
			var says struct {
				Exp float64
				Alg string
			}
			if json.Unmarshal([]byte(claims), &says) != nil || json.Unmarshal([]byte(head), &says) != nil || says.Alg != "HS256" || says.Exp < 1.7e9 || signature != signed(user) {
				t.Fatalf("%s %s is believed", head, claims)
			}
		}
	})
}

var raw = base64.RawURLEncoding

// vouch makes a token of any header and payload, with the key of the site.
func vouch(header, payload string) string {
	begin := raw.EncodeToString([]byte(header)) + "." + raw.EncodeToString([]byte(payload))
	return begin + "." + signed(begin+".")
}

// signed is the signature that a token should have.
func signed(token string) string {
	mac := hmac.New(sha256.New, []byte(visitorKey))
	mac.Write([]byte(token[:strings.LastIndexByte(token, '.')]))
	return raw.EncodeToString(mac.Sum(nil))
}

// parts takes a token apart.
func parts(token string) (header, payload, signature string) {
	p := strings.Split(token+"..", ".")
	for i := range 2 {
		if b, err := raw.DecodeString(p[i]); err == nil {
			p[i] = string(b)
		}
	}
	return p[0], p[1], p[2]
}
