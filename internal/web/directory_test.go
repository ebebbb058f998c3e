package web

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/directory"
	"trialog/internal/store"
)

func TestDirectoryFoldersStarsAndPresence(t *testing.T) {
	w := start(t, nil)
	anna, ben := w.signIn("anna"), w.signIn("ben")
	var f directory.Folder
	w.want(200, anna.call("GET", "/directory/folders/teams-chats?offset=0&limit=1", ""), &f)
	if f.Total != 1 || len(f.People) != 1 || f.People[0].Name != "Erik Lindqvist" {
		t.Errorf("folder is %+v", f)
	}
	w.refused(404, "no_folder", "", anna.call("GET", "/directory/folders/teams-channels", ""))
	if a := w.do(anna.call("GET", "/directory/folders/teams-chats?limit=651", "")); a.status != 422 || a.problem.Field != "limit" {
		t.Errorf("a page too large: %d %s", a.status, a.body)
	}
	w.want(204, anna.call("POST", "/directory/favourites", `{"account":"contoso","id":"p-mei","on":true}`), nil)
	w.refused(404, "no_person", "", anna.call("POST", "/directory/favourites", `{"account":"contoso","id":"p-nobody","on":true}`))
	w.refused(404, "no_person", "", anna.call("POST", "/directory/favourites", `{"account":"elsewhere","id":"p-mei","on":true}`))
	for i, who := range []desker{anna, ben} {
		var out foldersOut
		w.want(200, who.call("GET", "/directory", ""), &out)
		if out.Folders[0].ID != directory.FolderFavourites || len(out.Folders[0].People) != 1-i {
			t.Errorf("favourites of %s: %+v", who.me.Login, out.Folders[0])
		}
	}
	w.want(204, anna.call("POST", "/directory/favourites", `{"account":"contoso","id":"p-mei","on":false}`), nil)
	many := strings.TrimSuffix(strings.Repeat(`{"account":"contoso","id":"p"},`, directory.MaxPresent+1), ",")
	w.refused(422, "too_many_people", "people", anna.call("POST", "/directory/presence", `{"people":[`+many+`]}`))
	w.want(200, anna.call("POST", "/directory/presence", `{"people":[{"account":"contoso","id":"p-erik"}]}`), nil)
}

// TestTalksWithoutTeams: an installation without an account says so, and its folder of channels is off.
func TestTalksWithoutTeams(t *testing.T) {
	w := start(t, nil)
	anna := w.signIn("anna")
	w.refused(409, "teams_off", "", anna.call("POST", "/teams-chats", `{"account":"contoso","id":"p-erik"}`))
	w.refused(409, "teams_off", "", anna.call("GET", "/teams-chats/19:x/messages", ""))
	w.refused(409, "teams_off", "", anna.call("POST", "/teams-channels/t/c/messages", `{"id":"a","text":"x"}`))
	w.refused(401, "not_signed_in", "", request{method: "GET", path: "/teams-chats/19:x/messages"})
	if a := w.want(200, anna.call("GET", "/teams-channels", ""), nil); !strings.Contains(a.body, `"off"`) {
		t.Errorf("channels are %s", a.body)
	}
	if a := w.want(200, anna.call("GET", "/me/teams/conferences", ""), nil); strings.TrimSpace(a.body) != `{"conferences":[]}` {
		t.Errorf("conferences are %s", a.body)
	}
}

func TestPhotos(t *testing.T) {
	w := start(t, nil)
	anna, ben := w.signIn("anna"), w.signIn("ben")
	put := func(d desker, body string) request {
		r := d.call("PUT", "/me/photo", body)
		r.header = http.Header{"Content-Type": {"application/octet-stream"}}
		return r
	}
	var b bytes.Buffer
	w.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 300, 500))))
	var me Me
	w.want(200, put(ben, b.String()), &me)
	w.want(200, put(anna, b.String()), nil)
	if me.Photo == "" {
		t.Fatal("ben has no photo")
	}
	w.refused(422, "photo_type", "file", put(ben, "<svg/>"))
	w.refused(413, "photo_too_large", "file", put(ben, strings.Repeat("x", photoLimit+1)))

	at := "/photos/" + string(ben.me.ID)
	a := w.want(200, anna.call("GET", at, ""), nil)
	if a.header.Get("Content-Type") != "image/jpeg" || a.header.Get("ETag") != `"`+me.Photo+`"` {
		t.Errorf("photo comes with %v", a.header)
	}
	again := anna.call("GET", at, "")
	again.header = http.Header{"If-None-Match": {a.header.Get("ETag")}}
	if a := w.do(again); a.status != 304 {
		t.Errorf("the same photo again: %d", a.status)
	}
	w.refused(404, "no_photo", "", anna.call("GET", "/photos/nobody", ""))
	w.refused(401, "not_signed_in", "", request{method: "GET", path: at})

	// Customers see photos of agents who go by their name, where the service shows the full names of agents.
	w.must(w.store.PutService(t.Context(), store.Service{ID: "garten", Name: "Garten", Settings: store.ServiceSettings{AgentNames: store.NameFirst}}))
	for _, test := range []struct {
		service string
		agent   desker
		want    string
		status  int
	}{
		{"technik", ben, `{"photos":{"2":"` + me.Photo + `"}}`, 200},
		{"technik", anna, `{"photos":{}}`, 404},                       // goes by a nickname
		{"rechnung", ben, `{"photos":{"2":"` + me.Photo + `"}}`, 200}, // shows first names of experts only
		{"garten", ben, `{"photos":{}}`, 404},                         // shows first names of agents only
	} {
		lena := w.open(`{"name":"Lena","locale":"de","service":"` + test.service + `","page":{"url":"https://shop.example/","title":"x"}}`)
		test.agent.accept(lena.id)
		if a := w.want(200, lena.call("GET", "/visitor/photos", ""), nil); strings.TrimSpace(a.body) != test.want {
			t.Errorf("%s with %s: customers see %s, want %s", test.service, test.agent.me.Login, a.body, test.want)
		}
		w.want(test.status, lena.call("GET", "/visitor/photos/2", ""), nil)
		w.refused(404, "no_photo", "", lena.call("GET", "/visitor/photos/1", ""))
		w.want(204, test.agent.call("POST", test.agent.at(lena.id)+"/close", "{}"), nil)
	}
	w.want(204, ben.call("DELETE", "/me/photo", ""), nil)
	w.refused(404, "no_photo", "", anna.call("GET", at, ""))
	if strings.Contains(w.want(200, ben.call("GET", "/session", ""), nil).body, me.Photo) {
		t.Error("ben still has a photo")
	}
}

// TestInvitationUnderThePresentAccount: who was starred before the account was replaced is invited under the one that they were found in,
// by which the agent works.
func TestInvitationUnderThePresentAccount(t *testing.T) {
	w := start(t, func(c *Config) {
		tenant := source()
		tenant.Owns = func(_ context.Context, a chat.AccountID) bool { return a == "contoso" || a == "replaced" }
		c.Directory = directory.New(c.Store, tenant)
	})
	lena, anna := w.lena(), w.signIn("anna")
	anna.accept(lena.id)
	var out invitedOut
	w.want(200, anna.call("POST", anna.at(lena.id)+"/invitations", `{"people":[{"account":"replaced","id":"p-erik"}]}`), &out)
	if len(out.Invited) != 1 || out.Invited[0].Person == nil || *out.Invited[0].Person != (chat.Person{Account: "contoso", ID: "p-erik"}) {
		t.Errorf("invited %+v", out)
	}
	// Erik was invited before, under the account of then.
	again := w.lena()
	w.want(204, anna.call("POST", anna.at(lena.id)+"/close", "{}"), nil)
	anna.accept(again.id)
	actor, err := w.desk.Agent(t.Context(), anna.me.ID, again.id)
	w.must(err)
	_, _, err = w.desk.Invite(t.Context(), actor, []desk.Guest{{Person: chat.Person{Account: "replaced", ID: "p-erik"}, Name: "Erik Lind"}}, nil)
	w.must(err)
	w.want(200, anna.call("POST", anna.at(again.id)+"/invitations", `{"people":[{"account":"contoso","id":"p-erik"}]}`), &out)
	if len(out.Invited) != 0 || len(out.Already) != 1 {
		t.Errorf("invited twice: %+v", out)
	}
}
