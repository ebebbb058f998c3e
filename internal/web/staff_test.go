package web

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"trialog/internal/chat"
	"trialog/internal/desk"
)

func TestSessions(t *testing.T) {
	w := start(t, nil)
	w.refused(401, "not_signed_in", "", request{method: "GET", path: "/session"})
	w.refused(401, "bad_login", "", request{method: "POST", path: "/session", body: `{"login":"anna","password":"wrong one"}`})
	w.refused(401, "bad_login", "", request{method: "POST", path: "/session", body: `{"login":"nobody","password":"wrong one"}`})
	w.refused(422, "missing_field", "password", request{method: "POST", path: "/session", body: `{"login":"anna"}`})
	a := w.want(200, request{method: "POST", path: "/session", body: `{"login":"Anna","password":"` + password + `"}`}, nil)
	cookie := a.header.Get("Set-Cookie")
	for _, part := range []string{"__Host-trialog=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax", "; Max-Age=2592000"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie %q lacks %q", cookie, part)
		}
	}
	if strings.Contains(cookie, "Domain") {
		t.Errorf("cookie %q has a domain", cookie)
	}
	anna := w.signIn("anna")
	var me Me
	w.want(200, anna.call("GET", "/session", ""), &me)
	if me.Login != "anna" || me.Name != "Anna Becker" || me.Nickname != "Anni" || me.Locale != "de" || me.Capacity != 4 || len(me.Roles) != 1 || string(me.Settings) != "{}" {
		t.Errorf("me is %+v", me)
	}
	if link, _ := json.Marshal(me.Teams); string(link) != `{"state":"off"}` {
		t.Errorf("teams is %s", link)
	}
	again := w.want(200, anna.call("POST", "/session", `{"login":"anna","password":"`+password+`"}`), nil)
	w.refused(401, "not_signed_in", "", anna.call("GET", "/session", "")) // the old session of this browser is over
	if again.header.Get("Set-Cookie") == "" {
		t.Error("no new session")
	}
	anna = w.signIn("anna")
	out := w.want(204, anna.call("DELETE", "/session", ""), nil)
	if c := out.header.Get("Set-Cookie"); !strings.Contains(c, "Max-Age=0") {
		t.Errorf("cookie after sign-out: %q", c)
	}
	w.refused(401, "not_signed_in", "", anna.call("GET", "/session", ""))
}

func TestWrongPasswordsWait(t *testing.T) {
	w := start(t, nil)
	for range 10 {
		w.refused(401, "bad_login", "", request{method: "POST", path: "/session", body: `{"login":"anna","password":"guess"}`})
	}
	a := w.refused(429, "too_many_attempts", "", request{method: "POST", path: "/session", body: `{"login":"anna","password":"` + password + `"}`})
	if a.header.Get("Retry-After") == "" || a.header.Get("Retry-After") == "0" {
		t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
	}
}

func TestProfile(t *testing.T) {
	w := start(t, nil)
	anna := w.signIn("anna")
	var me Me
	w.want(200, anna.call("PATCH", "/me", `{"nickname":"Annchen","locale":"en","settings":{"sound":false}}`), &me)
	if me.Name != "Anna Becker" || me.Nickname != "Annchen" || me.Locale != "en" || string(me.Settings) != `{"sound":false}` {
		t.Errorf("me is %+v", me)
	}
	w.want(200, anna.call("PATCH", "/me", `{"nickname":""}`), &me)
	if me.Nickname != "" || me.Locale != "en" {
		t.Errorf("me is %+v", me)
	}
	w.refused(422, "bad_name", "name", anna.call("PATCH", "/me", `{"name":""}`))
	w.refused(422, "bad_locale", "locale", anna.call("PATCH", "/me", `{"locale":"x y"}`))
	w.refused(422, "bad_settings", "settings", anna.call("PATCH", "/me", `{"settings":[1]}`))
	w.refused(422, "unknown_field", "roles", anna.call("PATCH", "/me", `{"roles":["administrator"]}`))
	w.refused(422, "unknown_field", "Name", anna.call("PATCH", "/me", `{"Name":"Root"}`))
}

func TestAgentTalks(t *testing.T) {
	w := start(t, nil)
	v, anna := w.lena(), w.signIn("anna")
	var lists desk.Lists
	w.want(200, anna.call("GET", "/conversations", ""), &lists)
	if len(lists.Mine) != 0 || len(lists.Waiting) != 1 || lists.Waiting[0].ID != v.id {
		t.Fatalf("lists are %+v", lists)
	}
	var got conversationOut
	w.want(200, anna.call("GET", anna.at(v.id), ""), &got) // a waiting one may be read
	if got.Conversation.Me != 0 || texts(got.Entries) != "Guten Tag" {
		t.Errorf("waiting: %+v", got)
	}
	if s := anna.accept(v.id); s.Me != 2 || s.Status != chat.Active {
		t.Errorf("accepted: %+v", s)
	}
	at := anna.at(v.id)
	var posted desk.Posted
	w.want(201, anna.call("POST", at+"/messages", `{"id":"a1","audience":"everyone","text":"Hallo"}`), &posted)
	w.want(201, anna.call("POST", at+"/messages", `{"id":"a2","audience":"backroom","content":[{"t":"p","kids":[{"t":"text","text":"leise","marks":["bold"]}]}]}`), nil)
	w.want(201, anna.call("POST", at+"/edits", `{"id":"a3","ref":4,"text":"Hallo!"}`), nil)
	w.want(201, anna.call("POST", at+"/reactions", `{"id":"a4","ref":2,"emoji":"👍"}`), nil)
	w.want(201, anna.call("POST", at+"/reactions", `{"id":"a5","ref":2,"emoji":"👍","withdrawn":true}`), nil)
	w.want(201, anna.call("POST", at+"/deletions", `{"id":"a6","ref":5}`), nil)
	w.want(204, anna.call("POST", at+"/read", `{"seq":2}`), nil)
	w.want(204, anna.call("POST", at+"/typing", `{"on":false}`), nil)
	w.want(204, anna.call("POST", at+"/focus", ""), nil)
	select {
	case id := <-w.focused:
		if id != v.id {
			t.Errorf("focused %s", id)
		}
	case <-time.After(5 * time.Second):
		t.Error("nobody was told of the focus")
	}
	w.want(200, anna.call("GET", at+"?before=3&limit=1", ""), &got)
	if len(got.Entries) != 1 || got.Entries[0].Seq != 2 {
		t.Errorf("backwards: %+v", got.Entries)
	}
	var read visitorConversationOut
	a := w.want(200, v.call("GET", "/visitor/conversation", ""), &read)
	if strings.Contains(a.body, "leise") || strings.Contains(a.body, "Becker") || texts(read.Entries) != "Guten Tag|Hallo" {
		t.Errorf("the customer gets %s", a.body)
	}
	w.want(204, anna.call("POST", at+"/close", "{}"), nil)
	w.refused(410, "conversation_closed", "", anna.call("POST", at+"/messages", `{"id":"a9","audience":"everyone","text":"noch"}`))
	w.want(200, anna.call("GET", at, ""), nil) // and may still be read
}

func TestAgentIsRefused(t *testing.T) {
	w := start(t, nil)
	v, anna, ben := w.lena(), w.signIn("anna"), w.signIn("ben")
	at := anna.at(v.id)
	w.refused(404, "no_conversation", "", anna.call("POST", at+"/messages", `{"id":"a","audience":"everyone","text":"x"}`)) // not accepted yet
	anna.accept(v.id)
	w.refused(409, "taken", "", ben.call("POST", at+"/accept", ""))
	first, second := w.lena(), w.lena()
	ben.accept(first.id)
	w.refused(409, "capacity", "", ben.call("POST", ben.at(second.id)+"/accept", ""))
	deep := strings.Repeat(`{"t":"quote","kids":[`, 7) + strings.Repeat(`]}`, 7)
	for _, c := range []struct {
		status                 int
		code, field, sub, body string
	}{
		{422, "missing_field", "audience", "/messages", `{"id":"a","text":"x"}`},
		{403, "audience", "", "/messages", `{"id":"a","audience":"moon","text":"x"}`},
		{422, "text_and_content", "text", "/messages", `{"id":"a","audience":"everyone","text":"x","content":[{"t":"p","kids":[{"t":"text","text":"y"}]}]}`},
		{422, "bad_node", "content[0].t", "/messages", `{"id":"a","audience":"everyone","content":[{"t":"script","text":"alert(1)"}]}`},
		{422, "bad_link", "content[0].kids[0].href", "/messages", `{"id":"a","audience":"everyone","content":[{"t":"p","kids":[{"t":"link","href":"javascript:alert(1)","kids":[{"t":"text","text":"a"}]}]}]}`},
		{422, "missing_field", "content[0].t", "/messages", `{"id":"a","audience":"everyone","content":[{"text":"x"}]}`},
		{422, "unknown_field", "content[0].onload", "/messages", `{"id":"a","audience":"everyone","content":[{"t":"p","onload":"x"}]}`},
		{422, "empty", "content", "/messages", `{"id":"a","audience":"everyone","content":[` + deep + `]}`},
		{422, "no_line", "ref", "/edits", `{"id":"a","ref":77,"text":"x"}`},
		{403, "not_yours", "", "/edits", `{"id":"a","ref":2,"text":"x"}`},
		{403, "not_yours", "", "/deletions", `{"id":"a","ref":2}`},
		{422, "bad_emoji", "emoji", "/reactions", `{"id":"a","ref":2,"emoji":""}`},
		{422, "bad_count", "people", "/invitations", `{"people":[]}`},
		{422, "no_person", "people[1]", "/invitations", `{"people":[{"account":"contoso","id":"p-erik"},{"account":"contoso","id":"nobody"}]}`},
		{422, "no_person", "people[0]", "/invitations", `{"people":[{"account":"elsewhere","id":"p-erik"}]}`},
		{422, "unknown_field", "people[0].name", "/invitations", `{"people":[{"account":"contoso","id":"p-erik","name":"Chef"}]}`},
		{404, "no_participant", "", "/participants/9/retry", `{}`},
		{404, "no_participant", "", "/participants/1/retry", ``},
		{422, "bad_field", "n", "/participants/x/retry", ``},
		{409, "teams_off", "", "/lane/retry", ``},
		{422, "bad_cursor", "seq", "/read", `{"seq":1000}`},
	} {
		w.refused(c.status, c.code, c.field, anna.call("POST", at+c.sub, c.body))
	}
	w.refused(404, "no_participant", "", anna.call("DELETE", at+"/participants/1", ""))
	w.refused(422, "bad_cursor", "before", anna.call("GET", at+"?before=-3", ""))
}

func TestInvitations(t *testing.T) {
	w := start(t, nil)
	v := w.open(`{"name":"Lena","locale":"en","service":"rechnung","page":{}}`)
	anna := w.signIn("anna")
	anna.accept(v.id)
	at := anna.at(v.id)
	var out invitedOut
	const both = `{"people":[{"account":"contoso","id":"p-erik"},{"account":"contoso","id":"p-mei"}]}`
	w.want(200, anna.call("POST", at+"/invitations", `{"people":[{"account":"contoso","id":"p-erik"}]}`), &out)
	if len(out.Invited) != 1 || out.Invited[0].Name != "Erik Lindqvist" || out.Invited[0].State != chat.Inviting {
		t.Fatalf("invited %+v", out)
	}
	w.want(200, anna.call("POST", at+"/invitations", both), &out)
	if len(out.Invited) != 1 || out.Invited[0].Name != "Mei Tanaka" || len(out.Already) != 1 || out.Already[0].Name != "Erik Lindqvist" {
		t.Fatalf("invited %+v", out)
	}
	w.must(w.desk.InvitationProgress(t.Context(), v.id, 3, chat.Failed, "no_teams_licence", ""))
	w.want(204, anna.call("POST", at+"/participants/3/retry", "{}"), nil)
	w.must(w.desk.ExpertJoined(t.Context(), v.id, 3))
	a := w.want(200, v.call("GET", "/visitor/conversation", ""), nil)
	if !strings.Contains(a.body, "Erik") || strings.Contains(a.body, "Lindqvist") || strings.Contains(a.body, "Mei") || strings.Contains(a.body, "p-erik") {
		t.Errorf("the customer gets %s", a.body)
	}
	w.want(204, anna.call("DELETE", at+"/participants/3", ""), nil)
	var s conversationOut
	w.want(200, anna.call("GET", at, ""), &s)
	if p := s.Conversation.Participants[2]; p.State != chat.Removed {
		t.Errorf("removed expert is %+v", p)
	}
}

func TestDirectory(t *testing.T) {
	w := start(t, nil)
	anna := w.signIn("anna")
	var folders foldersOut
	w.want(200, anna.call("GET", "/directory", ""), &folders)
	if len(folders.Folders) != 2 || folders.Folders[1].ID != "teams-chats" || folders.Folders[1].People[0].Name != "Erik Lindqvist" {
		t.Errorf("folders are %+v", folders)
	}
	for q, want := range map[string]int{"mei": 1, "": 0, " \n ": 0, "nobody": 0, "%00e": 2} {
		var found struct{ People []struct{ Name string } }
		w.want(200, anna.call("GET", "/directory/search?q="+strings.ReplaceAll(query(q), "%2500", "%00"), ""), &found)
		if len(found.People) != want {
			t.Errorf("%q found %+v", q, found)
		}
	}
	w.refused(422, "too_long", "q", anna.call("GET", "/directory/search?q="+strings.Repeat("x", 101), ""))
}
