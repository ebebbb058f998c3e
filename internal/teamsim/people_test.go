package teamsim_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"trialog/internal/teamsim"
)

func TestAddPersonFillsIn(t *testing.T) {
	w := newWorld(t)
	p := w.tenant.AddPerson(teamsim.Person{Name: "Lucía Romero"})
	if p.GivenName != "Lucía" || p.Surname != "Romero" || p.UPN != "lucia.romero2@contoso.example" || p.Mail != p.UPN || p.ID == "" || p.Presence.Availability != "Available" {
		t.Errorf("%+v", p)
	}
	if got := w.tenant.AddPerson(teamsim.Person{Name: "田中"}); !strings.HasPrefix(got.UPN, "user-") {
		t.Errorf("no Latin letters: %+v", got)
	}
	if first, _ := w.tenant.Person("Lucía Romero"); first.ID == p.ID {
		t.Error("the second of a name hides the first")
	}
	for _, key := range []string{"lucia.romero2@contoso.example", "LUCIA.ROMERO2@contoso.example", p.ID} {
		if got, found := w.tenant.Person(key); !found || got.ID != p.ID {
			t.Errorf("%s: %+v", key, got)
		}
	}
	if _, found := w.tenant.Person("Nobody"); found {
		t.Error("found nobody")
	}
}

func TestMe(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	me := anna.get("/me?$select=id,displayName,jobTitle,department,userType,accountEnabled").want(t, 200)
	if me.text("id") != anna.me || me.text("jobTitle") != "Kundenberaterin" || me.text("userType") != "Member" || me.at("mail") != nil {
		t.Errorf("%s", me.raw)
	}
	erik := "/users/" + w.id("Erik Lind") + "?$select=displayName,mail,jobTitle,department"
	if got := w.as("Anna Becker", "User.ReadBasic.All", "User.Read").get(erik).want(t, 200); got.at("jobTitle") != nil || got.at("department") != nil || got.text("mail") == "" {
		t.Errorf("basic profile %s", got.raw)
	}
	if got := anna.get(erik).want(t, 200); got.text("jobTitle") != "Netztechnik" {
		t.Errorf("full profile %s", got.raw)
	}
	anna.get("/users/erik.lind@contoso.example").want(t, 200)
	anna.get("/users/00000000-0000-4000-8000-000000000000").refused(t, 404, "Request_ResourceNotFound")
	w.as("Anna Becker", "User.Read").get(erik).want(t, 403)
}

func TestUserSearch(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	find := func(search string) []string {
		t.Helper()
		r := anna.get("/users?$top=50&$count=true&$search="+url.QueryEscape(search), "ConsistencyLevel", "eventual").want(t, 200)
		if int(r.at("@odata.count").(float64)) != len(r.list("value")) {
			t.Errorf("%s: count %v of %d", search, r.at("@odata.count"), len(r.list("value")))
		}
		return r.each("displayName")
	}
	for search, want := range map[string][]string{
		`"displayName:eri"`:                         {"Erik Lind"},
		`"displayName:lin"`:                         {"Erik Lind"},
		`"displayName:rik"`:                         {}, // prefixes of words only
		`"displayName:lind erik"`:                   {"Erik Lind"},
		`"displayName:佐藤"`:                          {"佐藤 花子"},
		`"displayName:mei" OR "mail:omar"`:          {"Mei Tanaka", "Omar Haddad"},
		`"displayName:e" AND "mail:erik"`:           {"Erik Lind"},
		`"department:tariffs" AND "displayName:lu"`: {"Lucía Romero"},
	} {
		if got := find(search); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%s: %q, want %q", search, got, want)
		}
	}
	refused := anna.get("/users?$search="+url.QueryEscape(`"displayName:e"`)).refused(t, 400, "Request_UnsupportedQuery")
	if refused.text("error", "message") != "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'" {
		t.Errorf("%s", refused.raw)
	}
	anna.get("/users?$search=erik", "ConsistencyLevel", "eventual").want(t, 400)
	anna.get("/users?$search="+url.QueryEscape(`"erik"`), "ConsistencyLevel", "eventual").want(t, 400)
	anna.get("/users?$top=1000").want(t, 400)
	anna.get("/users?$filter=displayName").want(t, 400)
	for filter, want := range map[string]int{
		"startswith(displayName,'Erik')":                        1,
		"mail eq 'anna.becker@contoso.example'":                 1,
		"id in ('" + anna.me + "','" + w.id("Erik Lind") + "')": 2,
		"accountEnabled eq true and userType eq 'Member'":       18,
		"displayName eq 'Siobhán O''Neill'":                     1,
		"jobTitle ne null":                                      18,
	} {
		if got := anna.get("/users?$filter="+url.QueryEscape(filter)).want(t, 200); len(got.list("value")) != want {
			t.Errorf("%s: %d", filter, len(got.list("value")))
		}
	}
	page, names := anna.get("/users?$top=7&$select=displayName"), []string{}
	for {
		names = append(names, page.want(t, 200).each("displayName")...)
		next := page.text("@odata.nextLink")
		if next == "" {
			break
		}
		page = anna.get(next)
	}
	if len(names) != 18 || !slices.IsSorted(names) {
		t.Errorf("%d names: %q", len(names), names)
	}
}

func TestPresence(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	mei := w.id("Mei Tanaka")
	if got := anna.get("/users/"+mei+"/presence").want(t, 200); got.text("availability") != "Busy" || got.text("activity") != "InAMeeting" {
		t.Errorf("%s", got.raw)
	}
	if got := anna.get("/me/presence").want(t, 200); got.text("id") != anna.me {
		t.Errorf("%s", got.raw)
	}
	many := anna.post("/communications/getPresencesByUserId", map[string]any{"ids": []string{mei, w.id("Jürgen Groß"), "00000000-0000-4000-8000-000000000000"}}).want(t, 200)
	if many.text("value", 0, "activity") != "InAMeeting" || many.text("value", 1, "activity") != "OutOfOffice" || many.at("value", 1, "outOfOfficeSettings", "isOutOfOffice") != true || many.text("value", 2, "availability") != "PresenceUnknown" {
		t.Errorf("%s", many.raw)
	}
	if err := w.tenant.SetPresence("Mei Tanaka", teamsim.Presence{Availability: "Away"}); err != nil {
		t.Fatal(err)
	}
	if got := anna.get("/users/" + mei + "/presence"); got.text("activity") != "Away" {
		t.Errorf("%s", got.raw)
	}
	if err := w.tenant.SetPresence("Mei Tanaka", teamsim.Presence{Availability: "Dancing"}); err == nil {
		t.Error("unknown availability taken")
	}
	ids := make([]string, 651)
	for i := range ids {
		ids[i] = mei
	}
	anna.post("/communications/getPresencesByUserId", map[string]any{"ids": ids}).want(t, 400)
	anna.post("/communications/getPresencesByUserId", map[string]any{"ids": ids[:650]}).want(t, 200)
}

func TestChannels(t *testing.T) {
	w := newWorld(t)
	anna, lucia := w.as("Anna Becker"), w.as("Lucía Romero")
	teams := lucia.get("/me/joinedTeams").want(t, 200)
	i := slices.Index(teams.each("displayName"), "Kundenservice")
	if i < 0 {
		t.Fatalf("teams %s", teams.raw)
	}
	team := "/teams/" + teams.text("value", i, "id")
	channels := anna.get(team+"/channels").want(t, 200)
	if !slices.Equal(channels.each("displayName"), []string{"General", "Tarife"}) {
		t.Fatalf("channels %s", channels.raw)
	}
	path := team + "/channels/" + channels.text("value", 1, "id")
	if got := anna.get(path).want(t, 200); got.text("membershipType") != "standard" {
		t.Errorf("%s", got.raw)
	}
	if n := len(anna.get(path+"/members").want(t, 200).list("value")); n != 3 {
		t.Errorf("%d members", n)
	}
	root := anna.post(path+"/messages", html("<p>root</p>")).want(t, 201)
	if root.at("chatId") != nil || root.text("channelIdentity", "channelId") != channels.text("value", 1, "id") {
		t.Errorf("root %s", root.raw)
	}
	message := path + "/messages/" + root.text("id")
	reply := lucia.post(message+"/replies", html("<p>reply</p>")).want(t, 201)
	if reply.text("replyToId") != root.text("id") {
		t.Errorf("reply %s", reply.raw)
	}
	if got := anna.get(message+"/replies").want(t, 200); !slices.Equal(got.each("id"), []string{reply.text("id")}) {
		t.Errorf("replies %s", got.raw)
	}
	if got := anna.get(path+"/messages?$expand=replies").want(t, 200); len(got.list("value")) != 1 || got.text("value", 0, "replies", 0, "id") != reply.text("id") {
		t.Errorf("expanded %s", got.raw)
	}
	anna.get(path+"/messages?$top=51").want(t, 400)
	delta := anna.get(path+"/messages/delta()").want(t, 200)
	if len(delta.list("value")) != 1 || delta.text("@odata.deltaLink") == "" {
		t.Fatalf("delta %s", delta.raw)
	}
	if got := anna.get(delta.text("@odata.deltaLink")).want(t, 200); len(got.list("value")) != 0 {
		t.Errorf("nothing new: %s", got.raw)
	}
	lucia.patch(message, html("x")).want(t, 403)
	anna.patch(message, html("<p>edited</p>")).want(t, 204)
	if got := anna.get(delta.text("@odata.deltaLink")).want(t, 200); len(got.list("value")) != 1 || got.text("value", 0, "body", "content") != "<p>edited</p>" {
		t.Errorf("delta after an edit: %s", got.raw)
	}
	anna.post(message+"/softDelete", nil).want(t, 204)
	if got := anna.get(message).want(t, 200); got.text("deletedDateTime") == "" {
		t.Errorf("deleted %s", got.raw)
	}
	folder := anna.get(path+"/filesFolder").want(t, 200)
	if folder.text("name") != "Tarife" || folder.at("folder") == nil {
		t.Errorf("folder %s", folder.raw)
	}
	drive := folder.text("parentReference", "driveId")
	up := anna.do("PUT", "/drives/"+drive+"/items/"+folder.text("id")+":/plan.txt:/content", []byte("x"), "Content-Type", "text/plain")
	if up.status != 201 {
		t.Errorf("upload to a channel: %d %s", up.status, up.raw)
	}
	lucia.get("/drives/"+drive+"/items/"+up.text("id")).want(t, 200)
	omar := w.as("Omar Haddad")
	omar.get(path).want(t, 403)
	omar.get("/drives/"+drive+"/items/"+up.text("id")).refused(t, 403, "accessDenied")
	omar.get("/users/"+anna.me+"/joinedTeams").want(t, 403)
	anna.get("/teams/00000000-0000-4000-8000-000000000000/channels").want(t, 404)
	anna.get(team+"/channels/19:0@thread.tacv2").want(t, 404)
	// A channel is no chat, and a chat no channel.
	anna.get("/chats/"+channels.text("value", 1, "id")+"/messages").want(t, 404)
	// Read by the person, as in Teams.
	if _, err := w.tenant.As("Lucía Romero").Messages("Tarife"); err != nil {
		t.Error(err)
	}
}
