package teamsim_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"trialog/internal/teamsim"
)

func TestListChats(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	first := anna.get("/me/chats?$top=3&$expand=members,lastMessagePreview&$orderby=lastMessagePreview/createdDateTime desc").want(t, 200)
	if n := len(first.list("value")); n != 3 {
		t.Fatalf("%d chats on the page", n)
	}
	if got := strip(first.text("value", 0, "lastMessagePreview", "body", "content")); got != "Klar, schreib mir einfach." {
		t.Errorf("newest chat ends with %q", got)
	}
	if n := len(first.list("value", 0, "members")); n != 2 {
		t.Errorf("%d members expanded", n)
	}
	next := first.text("@odata.nextLink")
	if !strings.HasPrefix(next, graphURL+"/v1.0/me/chats?") {
		t.Fatalf("nextLink %q", next)
	}
	last := anna.get(next).want(t, 200)
	if len(last.list("value")) != 1 || last.text("@odata.nextLink") != "" {
		t.Fatalf("last page: %s", last.raw)
	}
	if slices.Contains(first.each("id"), last.text("value", 0, "id")) {
		t.Error("the last page repeats a chat")
	}
	if empty := w.as("Ben Okafor").get("/me/chats").want(t, 200); len(empty.list("value")) != 0 {
		t.Errorf("Ben has chats: %s", empty.raw)
	}
}

func TestListChatsRefuses(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	for _, query := range []string{"$top=51", "$top=0", "$skip=1", "$search=x", "$orderby=topic", "$orderby=lastMessagePreview/createdDateTime asc", "$filter=topic eq", "$skiptoken=%21"} {
		anna.get("/me/chats?"+query).want(t, 400)
	}
	anna.get("/users/"+w.id("Erik Lind")+"/chats").refused(t, 403, "Forbidden")
	anna.get("/users/"+anna.me+"/chats").want(t, 200)
	chat := anna.get("/me/chats").text("value", 0, "id")
	anna.get("/users/"+w.id("Erik Lind")+"/chats/"+chat+"/messages").refused(t, 403, "Forbidden")
	anna.get("/me/chats/getAllMessages()").refused(t, 412, "PreconditionFailed")
}

func TestFilterChats(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	anna.group("A & B", "Erik Lind", "Mei Tanaka")
	for filter, want := range map[string]int{
		"chatType eq 'oneOnOne'":                                            4,
		"chatType eq 'group' and topic eq 'A & B'":                          1,
		"topic eq 'nothing' or chatType eq 'group'":                         1,
		"not (chatType eq 'group')":                                         4,
		"members/any(m:m/displayName eq 'Erik Lind')":                       2,
		"lastUpdatedDateTime gt 2000-01-01T00:00:00Z":                       5,
		"startsWith(topic,'a') and createdDateTime lt 2000-01-01T00:00:00Z": 0,
	} {
		got := anna.get("/me/chats?$filter="+url.QueryEscape(filter)).want(t, 200)
		if n := len(got.list("value")); n != want {
			t.Errorf("%s: %d chats, want %d", filter, n, want)
		}
	}
}

func TestExpandedMembersAreCapped(t *testing.T) {
	w := newWorld(t)
	var names []string
	for i := range 30 {
		names = append(names, w.tenant.AddPerson(teamsim.Person{Name: fmt.Sprintf("Colleague %d", i)}).Name)
	}
	anna := w.as("Anna Becker")
	id := anna.group("many", names...)
	if n := len(anna.get("/chats/"+id+"?$expand=members").want(t, 200).list("members")); n != 25 {
		t.Errorf("%d members expanded, want 25", n)
	}
	if n := len(anna.get("/chats/"+id+"/members").want(t, 200).list("value")); n != 31 {
		t.Errorf("%d members listed, want 31", n)
	}
}

func TestOneOnOneIsReturnedAgain(t *testing.T) {
	w := newWorld(t)
	ben := w.as("Ben Okafor")
	body := map[string]any{"chatType": "oneOnOne", "members": []any{w.memberBody("Ben Okafor"), w.memberBody("Omar Haddad")}}
	first := ben.post("/chats", body).want(t, 201)
	second := ben.post("/chats", body).want(t, 201)
	id := first.text("id")
	if id != second.text("id") || !strings.HasSuffix(id, "@unq.gbl.spaces") || !strings.Contains(id, ben.me) {
		t.Errorf("ids %q and %q", id, second.text("id"))
	}
	if first.text("chatType") != "oneOnOne" || first.at("topic") != nil {
		t.Errorf("chat %s", first.raw)
	}
}

func TestCreateChatRefuses(t *testing.T) {
	w := newWorld(t)
	w.tenant.AddPerson(teamsim.Person{Name: "Gast Müller", Guest: true})
	anna := w.as("Anna Becker")
	member := w.memberBody
	with := func(m map[string]any, key string, value any) map[string]any {
		out := map[string]any{}
		for k, v := range m {
			out[k] = v
		}
		out[key] = value
		return out
	}
	a, e := member("Anna Becker"), member("Erik Lind")
	for name, c := range map[string]struct {
		body   map[string]any
		status int
	}{
		"caller missing":    {map[string]any{"chatType": "group", "members": []any{e, member("Mei Tanaka")}}, 400},
		"same user twice":   {map[string]any{"chatType": "group", "members": []any{a, e, e}}, 400},
		"topic on oneOnOne": {map[string]any{"chatType": "oneOnOne", "topic": "x", "members": []any{a, e}}, 400},
		"oneOnOne of three": {map[string]any{"chatType": "oneOnOne", "members": []any{a, e, member("Mei Tanaka")}}, 400},
		"unknown type":      {map[string]any{"chatType": "meeting", "members": []any{a, e}}, 400},
		"colon in topic":    {map[string]any{"chatType": "group", "topic": "a:b", "members": []any{a, e}}, 400},
		"no role":           {map[string]any{"chatType": "group", "members": []any{a, with(e, "roles", []string{})}}, 400},
		"guest as owner":    {map[string]any{"chatType": "group", "members": []any{a, member("Gast Müller")}}, 400},
		"unknown user":      {map[string]any{"chatType": "group", "members": []any{a, with(e, "user@odata.bind", graphURL+"/v1.0/users('00000000-0000-4000-8000-000000000000')")}}, 404},
		"no Teams licence":  {map[string]any{"chatType": "group", "members": []any{a, member("Tom Fuchs")}}, 403},
		"no bind":           {map[string]any{"chatType": "group", "members": []any{a, map[string]any{"roles": []string{"owner"}}}}, 400},
		"alone":             {map[string]any{"chatType": "group", "members": []any{a}}, 400},
	} {
		t.Run(name, func(t *testing.T) { anna.post("/chats", c.body).want(t, c.status) })
	}
	guest := with(member("Gast Müller"), "roles", []string{"guest"})
	id := anna.post("/chats", map[string]any{"chatType": "group", "members": []any{a, guest}}).want(t, 201).text("id")
	members := anna.get("/chats/"+id+"/members").want(t, 200)
	if !strings.Contains(string(members.raw), `"roles":["guest"]`) {
		t.Errorf("no guest: %s", members.raw)
	}
	w.as("Tom Fuchs").get("/me/chats?$top=1").want(t, 403)
}

func TestPairAsGroup(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	body := map[string]any{"chatType": "group", "topic": "two", "members": []any{w.memberBody("Anna Becker"), w.memberBody("Priya Raghunathan")}}
	real := anna.post("/chats", body).want(t, 201)
	if real.text("chatType") != "group" || !strings.HasSuffix(real.text("id"), "@thread.v2") {
		t.Errorf("allowed: %s", real.raw)
	}
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.PairGroup = teamsim.PairAsOneOnOne })
	pair := anna.post("/chats", body).want(t, 201)
	if pair.text("chatType") != "oneOnOne" || pair.at("topic") != nil {
		t.Errorf("as oneOnOne: %s", pair.raw)
	}
	anna.post("/chats/"+pair.text("id")+"/members", w.memberBody("Omar Haddad")).want(t, 403)
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.PairGroup = teamsim.PairRefused })
	anna.post("/chats", body).refused(t, 400, "BadRequest")
	anna.group("three", "Erik Lind", "Mei Tanaka")
}

func TestMemberGoesMissingAtCreation(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.DropMemberNext = 1 })
	short, whole := anna.group("short", "Erik Lind", "Mei Tanaka"), anna.group("whole", "Erik Lind", "Mei Tanaka")
	if n := len(anna.get("/chats/" + short + "/members").list("value")); n != 2 {
		t.Errorf("%d members, want 2", n)
	}
	if n := len(anna.get("/chats/" + whole + "/members").list("value")); n != 3 {
		t.Errorf("%d members, want 3", n)
	}
}

func TestIDsRawEncodedAndInParentheses(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	id := anna.group("ids", "Erik Lind")
	msg := anna.say(id, "<p>x</p>")
	for _, path := range []string{"/chats/" + id, "/chats/" + url.PathEscape(id), "/chats/" + strings.NewReplacer(":", "%3A", "@", "%40").Replace(id), "/chats('" + id + "')",
		"/chats('" + id + "')/messages('" + msg + "')", "/chats/" + id + "/messages/" + msg} {
		if status := anna.get(path).status; status != 200 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestGzipBody(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	id := anna.group("zip", "Erik Lind")
	raw, err := json.Marshal(html("<p>packed</p>"))
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	got := anna.do("POST", "/chats/"+id+"/messages", packed.Bytes(), "Content-Encoding", "gzip", "Content-Type", "application/json").want(t, 201)
	if got.text("body", "content") != "<p>packed</p>" {
		t.Errorf("body %s", got.raw)
	}
	anna.do("POST", "/chats/"+id+"/messages", []byte("no gzip"), "Content-Encoding", "gzip", "Content-Type", "application/json").want(t, 400)
}

func TestRenameHideRead(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	id := anna.group("old", "Erik Lind")
	if got := anna.patch("/chats/"+id, map[string]any{"topic": "new"}).want(t, 200).text("topic"); got != "new" {
		t.Errorf("topic %q", got)
	}
	pair := anna.get("/me/chats?$filter=chatType eq 'oneOnOne'").text("value", 0, "id")
	anna.patch("/chats/"+pair, map[string]any{"topic": "no"}).want(t, 400)
	anna.patch("/chats/"+id, map[string]any{}).want(t, 400)
	me := map[string]any{"user": map[string]any{"id": anna.me, "tenantId": teamsim.DefaultTenant}}
	hidden := func() any { return anna.get("/chats/"+id).at("viewpoint", "isHidden") }
	anna.post("/chats/"+id+"/hideForUser", me).want(t, 204)
	if hidden() != true {
		t.Error("not hidden")
	}
	w.as("Erik Lind").say(id, "<p>again</p>")
	if hidden() != false {
		t.Error("a new message does not bring the chat back")
	}
	anna.post("/chats/"+id+"/hideForUser", me).want(t, 204)
	anna.post("/chats/"+id+"/unhideForUser", me).want(t, 204)
	if hidden() != false {
		t.Error("still hidden")
	}
	anna.post("/chats/"+id+"/markChatReadForUser", me).want(t, 204)
	if read := anna.get("/chats/"+id).text("viewpoint", "lastMessageReadDateTime"); read < "2020" {
		t.Errorf("read %q", read)
	}
	me["lastMessageReadDateTime"] = "2021-05-27T22:13:01.577Z"
	anna.post("/chats/"+id+"/markChatUnreadForUser", me).want(t, 204)
	if read := anna.get("/chats/"+id).text("viewpoint", "lastMessageReadDateTime"); read != "2021-05-27T22:13:01.577Z" {
		t.Errorf("read %q", read)
	}
	me["user"] = map[string]any{"id": w.id("Erik Lind"), "tenantId": teamsim.DefaultTenant}
	anna.post("/chats/"+id+"/hideForUser", me).want(t, 403)
	anna.delete("/chats/"+id).want(t, 403)
}

func TestMembers(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	id := anna.group("team", "Erik Lind", "Mei Tanaka")
	anna.say(id, "<p>before</p>")
	add := func(name string, from any) reply {
		body := w.memberBody(name)
		if from != nil {
			body["visibleHistoryStartDateTime"] = from
		}
		return anna.post("/chats/"+id+"/members", body)
	}
	added := add("Omar Haddad", "0001-01-01T00:00:00Z").want(t, 201)
	if len(added.raw) != 0 || !strings.HasPrefix(added.header.Get("Location"), "/chats('"+id+"')/members('") {
		t.Errorf("added: %q %q", added.raw, added.header.Get("Location"))
	}
	add("Lucía Romero", nil).want(t, 201)
	add("Lucía Romero", nil).want(t, 400)
	add("Tom Fuchs", nil).want(t, 403)

	omar, lucia, erik := w.as("Omar Haddad"), w.as("Lucía Romero"), w.as("Erik Lind")
	if got := texts(omar, id); !slices.Contains(got, "before") {
		t.Errorf("Omar with full history sees %q", got)
	}
	if got := texts(lucia, id); slices.Contains(got, "before") {
		t.Errorf("Lucía without history sees %q", got)
	}
	members := anna.get("/chats/"+id+"/members").want(t, 200)
	if n := len(members.list("value")); n != 5 {
		t.Fatalf("%d members", n)
	}
	byUser := map[string]string{}
	for i := range members.list("value") {
		byUser[members.text("value", i, "userId")] = members.text("value", i, "id")
	}
	one := anna.get("/chats/"+id+"/members/"+byUser[erik.me]).want(t, 200)
	if one.text("displayName") != "Erik Lind" || one.text("tenantId") != teamsim.DefaultTenant {
		t.Errorf("member %s", one.raw)
	}
	anna.delete("/chats/"+id+"/members/"+byUser[erik.me]).want(t, 204)
	anna.delete("/chats/"+id+"/members/"+byUser[erik.me]).want(t, 404)
	erik.get("/chats/"+id+"/messages").refused(t, 403, "Forbidden")
	erik.post("/chats/"+id+"/messages", html("x")).refused(t, 403, "Forbidden")
	omar.delete("/chats/"+id+"/members/"+byUser[omar.me]).want(t, 204)

	events := map[string]int{}
	c, _ := w.tenant.ChatByID(id)
	for _, m := range c.Messages {
		events[m.Event]++
	}
	if events["membersAdded"] != 3 || events["membersDeleted"] != 1 || events["membersLeft"] != 1 {
		t.Errorf("events %v", events)
	}
	pair := anna.get("/me/chats?$filter=chatType eq 'oneOnOne'").text("value", 0, "id")
	anna.post("/chats/"+pair+"/members", w.memberBody("Omar Haddad")).refused(t, 403, "Forbidden")
	own := anna.get("/chats/"+pair+"/members").text("value", 0, "id")
	anna.delete("/chats/"+pair+"/members/"+own).want(t, 400)
}

// texts lists what somebody reads in a chat, oldest first.
func texts(g *graph, chat string) []string {
	g.w.Helper()
	var out []string
	r := g.get("/chats/"+chat+"/messages?$top=50").want(g.w, 200)
	for i := range r.list("value") {
		out = append(out, strip(r.text("value", i, "body", "content")))
	}
	slices.Reverse(out)
	return out
}

func TestSystemEvents(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	id := anna.group("events", "Erik Lind")
	anna.patch("/chats/"+id, map[string]any{"topic": "renamed"}).want(t, 200)
	plain := anna.get("/chats/"+id+"/messages").want(t, 200)
	if got := plain.text("value", 0, "messageType"); got != "unknownFutureValue" {
		t.Errorf("without Prefer: %q", got)
	}
	full := anna.get("/chats/"+id+"/messages", "Prefer", "include-unknown-enum-members").want(t, 200)
	if full.text("value", 0, "messageType") != "systemEventMessage" || full.at("value", 0, "from") != nil || full.text("value", 0, "body", "content") != "<systemEventMessage/>" {
		t.Errorf("event: %s", full.raw)
	}
	if full.text("value", 0, "eventDetail", "chatDisplayName") != "renamed" || full.text("value", 0, "eventDetail", "initiator", "user", "id") != anna.me {
		t.Errorf("detail: %s", full.raw)
	}
	if full.text("value", 1, "eventDetail", "@odata.type") != "#microsoft.graph.membersAddedEventMessageDetail" || full.at("value", 1, "eventDetail", "members", 0, "displayName") != nil {
		t.Errorf("detail: %s", full.raw)
	}
}

func TestScopes(t *testing.T) {
	w := newWorld(t)
	chat := w.as("Anna Becker").group("scopes", "Erik Lind")
	basic := w.as("Anna Becker", "Chat.ReadBasic", "User.Read")
	basic.get("/me/chats").want(t, 200)
	basic.get("/chats/"+chat+"/members").want(t, 200)
	basic.get("/chats/"+chat+"/messages").refused(t, 403, "Forbidden")
	write := w.as("Anna Becker", "Chat.ReadWrite")
	write.post("/chats/"+chat+"/members", w.memberBody("Mei Tanaka")).want(t, 201)
	own := write.get("/chats/"+chat+"/members").text("value", 0, "id")
	write.delete("/chats/"+chat+"/members/"+own).refused(t, 403, "Forbidden")
	write.get("/users").refused(t, 403, "Forbidden")
	write.get("/me/presence").refused(t, 403, "Forbidden")
	write.get("/me/drive").refused(t, 403, "Forbidden")
	(&graph{w, "", ""}).get("/me").refused(t, 401, "InvalidAuthenticationToken")
	(&graph{w, "nonsense", ""}).get("/me").refused(t, 401, "InvalidAuthenticationToken")
}
