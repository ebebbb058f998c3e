package teamsim_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// put uploads a file by path.
func (g *graph) put(path string, content []byte) reply {
	g.w.Helper()
	return g.do(http.MethodPut, "/me/drive/root:/"+path+":/content", content, "Content-Type", "application/pdf")
}

// plain makes a request without a token, as downloads and uploads demand.
func (w *world) plain(method, address string, body []byte, header ...string) reply {
	w.Helper()
	return (&graph{w, "", ""}).do(method, address, body, header...)
}

func TestUploadAndShare(t *testing.T) {
	w := newWorld(t)
	anna, erik := w.as("Anna Becker"), w.as("Erik Lind")
	made := anna.put("Microsoft%20Teams%20Chat%20Files/Pl%C3%A4ne/a%20b.pdf", []byte("%PDF-1")).want(t, 201)
	if made.text("name") != "a b.pdf" || made.at("size") != float64(6) || made.text("file", "mimeType") != "application/pdf" || !strings.Contains(made.text("webUrl"), "/Documents/Microsoft%20Teams%20Chat%20Files/") {
		t.Errorf("%s", made.raw)
	}
	guid, version, _ := strings.Cut(strings.Trim(made.text("eTag"), `"`), ",")
	if len(guid) != 38 || version != "1" {
		t.Errorf("eTag %q", made.text("eTag"))
	}
	replaced := anna.put("Microsoft%20Teams%20Chat%20Files/Pl%C3%A4ne/a%20b.pdf", []byte("%PDF-2")).want(t, 200)
	if replaced.text("id") != made.text("id") || !strings.HasSuffix(replaced.text("eTag"), `,2"`) {
		t.Errorf("replaced %s", replaced.raw)
	}
	conflict := func(how string) reply {
		return anna.do("PUT", "/me/drive/root:/Microsoft%20Teams%20Chat%20Files/Pl%C3%A4ne/a%20b.pdf:/content?@microsoft.graph.conflictBehavior="+how, []byte("3"))
	}
	if got := conflict("rename").want(t, 201).text("name"); got != "a b 1.pdf" {
		t.Errorf("renamed %q", got)
	}
	conflict("fail").refused(t, 409, "nameAlreadyExists")
	anna.put("a%3Ab.pdf", nil).want(t, 400)

	share := "/shares/u!" + base64.RawURLEncoding.EncodeToString([]byte(made.text("webUrl"))) + "/driveItem"
	erik.get(share).refused(t, 403, "accessDenied")
	erik.get("/drives/"+made.text("parentReference", "driveId")+"/items/"+made.text("id")).refused(t, 403, "accessDenied")
	invite := anna.post("/me/drive/items/"+made.text("id")+"/invite", map[string]any{"recipients": []any{map[string]any{"objectId": erik.me}, map[string]any{"email": "mei.tanaka@contoso.example"}},
		"requireSignIn": true, "sendInvitation": false, "roles": []string{"read"}}).want(t, 200)
	if len(invite.list("value")) != 2 || invite.text("value", 0, "grantedToV2", "user", "id") != erik.me {
		t.Errorf("invite %s", invite.raw)
	}
	item := erik.get(share).want(t, 200)
	if item.text("id") != made.text("id") {
		t.Errorf("shared item %s", item.raw)
	}
	file := w.plain("GET", item.text("@microsoft.graph.downloadUrl"), nil).want(t, 200)
	if string(file.raw) != "%PDF-2" || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("downloaded %q %v", file.raw, file.header)
	}
	erik.post("/drives/"+made.text("parentReference", "driveId")+"/items/"+made.text("id")+"/invite", map[string]any{"recipients": []any{map[string]any{"objectId": anna.me}}, "roles": []string{"write"}}).refused(t, 403, "accessDenied")
	anna.post("/me/drive/items/"+made.text("id")+"/invite", map[string]any{"recipients": []any{map[string]any{"email": "nobody@contoso.example"}}, "roles": []string{"read"}}).want(t, 400)
	anna.post("/me/drive/items/"+made.text("id")+"/invite", map[string]any{"recipients": []any{}, "roles": []string{"read"}}).want(t, 400)
	erik.get("/shares/u!!!/driveItem").want(t, 400)
	erik.get("/shares/u!"+base64.RawURLEncoding.EncodeToString([]byte("https://x.example/personal/nobody/x"))+"/driveItem").refused(t, 404, "itemNotFound")
}

func TestLinks(t *testing.T) {
	w := newWorld(t)
	anna, omar := w.as("Anna Becker"), w.as("Omar Haddad")
	made := anna.put("link.txt", []byte("x")).want(t, 201)
	link := "/me/drive/items/" + made.text("id") + "/createLink"
	first := anna.post(link, map[string]any{"type": "view", "scope": "organization"}).want(t, 201)
	again := anna.post(link, map[string]any{"type": "view", "scope": "organization"}).want(t, 200)
	if first.text("link", "webUrl") == "" || first.text("id") != again.text("id") {
		t.Errorf("%s\n%s", first.raw, again.raw)
	}
	anna.post(link, map[string]any{"type": "view", "scope": "anonymous"}).refused(t, 403, "accessDenied")
	anna.post(link, map[string]any{"type": "dance"}).want(t, 400)
	plain := "/shares/u!" + base64.RawURLEncoding.EncodeToString([]byte(made.text("webUrl"))) + "/driveItem"
	omar.get(plain).want(t, 403)
	omar.get("/shares/u!"+base64.RawURLEncoding.EncodeToString([]byte(first.text("link", "webUrl")))+"/driveItem").want(t, 200)
	omar.get(plain).want(t, 200) // following the link gave the permission
	omar.post("/drives/"+made.text("parentReference", "driveId")+"/items/"+made.text("id")+"/createLink", map[string]any{"type": "view"}).want(t, 403)

	// In a browser the address gives the file to who is signed in and may read it.
	b := w.browser()
	if page := b.get(made.text("webUrl")); page.status != 403 {
		t.Errorf("without sign-in: %d", page.status)
	}
}

func TestFolders(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	drive := anna.get("/me/drive").want(t, 200)
	if drive.text("driveType") != "business" || drive.text("owner", "user", "id") != anna.me {
		t.Errorf("%s", drive.raw)
	}
	root := anna.get("/drives/"+drive.text("id")+"/root").want(t, 200)
	base := "/drives/" + drive.text("id") + "/items/"
	body := map[string]any{"name": "Ordner", "folder": map[string]any{}, "@microsoft.graph.conflictBehavior": "fail"}
	folder := anna.post(base+root.text("id")+"/children", body).want(t, 201)
	anna.post(base+root.text("id")+"/children", body).refused(t, 409, "nameAlreadyExists")
	anna.post(base+root.text("id")+"/children", map[string]any{"name": "x/y", "folder": map[string]any{}}).want(t, 400)
	child := anna.do("PUT", base+folder.text("id")+":/in.txt:/content", []byte("inside")).want(t, 201)
	if list := anna.get(base+folder.text("id")+"/children").want(t, 200); len(list.list("value")) != 1 || list.text("value", 0, "id") != child.text("id") {
		t.Errorf("%s", list.raw)
	}
	if got := anna.get(base+folder.text("id")).want(t, 200); got.at("folder", "childCount") != float64(1) {
		t.Errorf("%s", got.raw)
	}
	anna.do("PUT", base+child.text("id")+"/content", []byte("replaced")).want(t, 200)
	content := anna.get(base+child.text("id")+"/content").want(t, 302)
	if got := w.plain("GET", content.header.Get("Location"), nil).want(t, 200); string(got.raw) != "replaced" {
		t.Errorf("content %q", got.raw)
	}
	anna.do("PUT", base+folder.text("id")+"/content", []byte("x")).want(t, 400)
	anna.get(base+"01NOTHING").refused(t, 404, "itemNotFound")
	anna.get("/drives/b!NOTHING/root").refused(t, 404, "itemNotFound")
	w.as("Erik Lind").get("/drives/"+drive.text("id")+"/root").refused(t, 403, "accessDenied")
	w.as("Erik Lind").do("PUT", "/drives/"+drive.text("id")+"/items/"+child.text("id")+"/content", []byte("evil")).want(t, 403)
}

func TestUploadSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		anna := w.as("Anna Becker")
		begin := func() string {
			s := anna.post("/me/drive/root:/big.bin:/createUploadSession", map[string]any{"item": map[string]any{"@microsoft.graph.conflictBehavior": "rename"}}).want(t, 200)
			return s.text("uploadUrl")
		}
		content := bytes.Repeat([]byte("0123456789abcdef"), 48<<10) // 768 KiB
		const unit = 320 << 10
		part := func(address string, from, to int, header ...string) reply {
			return w.plain("PUT", address, content[from:to], append(header, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(content)))...)
		}
		address := begin()
		part(address, 0, unit, "Authorization", "Bearer x").want(t, 401)
		if got := part(address, 0, unit).want(t, 202); got.text("nextExpectedRanges", 0) != fmt.Sprintf("%d-%d", unit, len(content)-1) {
			t.Errorf("%s", got.raw)
		}
		part(address, 2*unit, len(content)).want(t, 416)
		part(address, unit, unit+1000).want(t, 400)
		w.plain("PUT", address, content[:10], "Content-Range", "nonsense").want(t, 400)
		if got := w.plain("GET", address, nil).want(t, 200); got.text("nextExpectedRanges", 0) != fmt.Sprintf("%d-%d", unit, len(content)-1) {
			t.Errorf("state %s", got.raw)
		}
		part(address, unit, 2*unit).want(t, 202)
		done := part(address, 2*unit, len(content)).want(t, 201)
		if done.text("name") != "big.bin" || done.at("size") != float64(len(content)) {
			t.Errorf("%s", done.raw)
		}
		got := w.plain("GET", done.text("@microsoft.graph.downloadUrl"), nil).want(t, 200)
		if !bytes.Equal(got.raw, content) {
			t.Error("the file came out differently")
		}
		part(address, 0, unit).want(t, 404)
		second := begin()
		if got := part(second, 0, len(content)).want(t, 201); got.text("name") != "big 1.bin" {
			t.Errorf("renamed %q", got.text("name"))
		}
		third := begin()
		w.plain("DELETE", third, nil).want(t, 204)
		part(third, 0, unit).want(t, 404)
		fourth := begin()
		time.Sleep(16 * time.Minute)
		part(fourth, 0, unit).want(t, 404)
		time.Sleep(time.Hour)
		w.plain("GET", done.text("@microsoft.graph.downloadUrl"), nil).want(t, 404)
	})
}

func TestBatch(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	chat := anna.group("batch", "Erik Lind")
	msg := anna.say(chat, "x")
	path := "/chats/" + chat + "/messages/" + msg
	got := anna.post("/$batch", map[string]any{"requests": []any{
		map[string]any{"id": "1", "method": "PATCH", "url": path, "headers": map[string]string{"Content-Type": "application/json"}, "body": html("edited")},
		map[string]any{"id": "2", "method": "GET", "url": path, "dependsOn": []string{"1"}},
		map[string]any{"id": "3", "method": "GET", "url": "/chats/19:0@thread.v2"},
		map[string]any{"id": "4", "method": "GET", "url": "/me", "dependsOn": []string{"3"}},
		map[string]any{"id": "5", "method": "GET", "url": "me/chats?$top=1"},
	}}).want(t, 200)
	byID := map[string]reply{}
	for i := range got.list("responses") {
		raw, err := json.Marshal(got.at("responses", i))
		if err != nil {
			t.Fatal(err)
		}
		r := reply{}
		if err := json.Unmarshal(raw, &r.body); err != nil {
			t.Fatal(err)
		}
		byID[r.text("id")] = r
	}
	for id, want := range map[string]float64{"1": 204, "2": 200, "3": 404, "4": 424, "5": 200} {
		if status := byID[id].at("status"); status != want {
			t.Errorf("%s: %v, want %v", id, status, want)
		}
	}
	if byID["2"].text("body", "body", "content") != "edited" || byID["3"].text("body", "error", "code") != "NotFound" {
		t.Errorf("%s", got.raw)
	}
	many := make([]any, 21)
	for i := range many {
		many[i] = map[string]any{"id": fmt.Sprint(i), "method": "GET", "url": "/me"}
	}
	anna.post("/$batch", map[string]any{"requests": many[:20]}).want(t, 200)
	for name, requests := range map[string][]any{
		"too many": many, "none": {}, "twice": {many[0], many[0]}, "no method": {map[string]any{"id": "1", "url": "/me"}},
	} {
		if r := anna.do("POST", "/$batch", map[string]any{"requests": requests}); r.status != 400 {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	w.tenant.FailNext("GET /me", statusFault(429, "3"))
	throttled := anna.post("/$batch", map[string]any{"requests": many[:1]}).want(t, 200)
	if throttled.at("responses", 0, "status") != float64(429) || throttled.text("responses", 0, "headers", "Retry-After") != "3" {
		t.Errorf("%s", throttled.raw)
	}
}
