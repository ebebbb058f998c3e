package teamsim_test

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"

	"trialog/internal/teamsim"
)

// TestEveryOperation calls each of the 69 operations of the description once, with what
// it needs, and expects what its page says.
func TestEveryOperation(t *testing.T) {
	d, err := description()
	if err != nil {
		t.Skipf("SKIPPED, NOTHING WAS CHECKED: %v", err)
	}
	w := newWorld(t)
	w.listen()
	anna := w.as("Anna Becker")
	left := d.Operations()
	do := func(status int, method, path string, body any, header ...string) reply {
		t.Helper()
		u, err := url.Parse(graphURL + "/v1.0" + strings.ReplaceAll(path, " ", "%20"))
		if err != nil {
			t.Fatal(err)
		}
		name := d.Name(method, u)
		i := slices.Index(left, name)
		if i < 0 {
			t.Errorf("%s %s: unknown or done before (%s)", method, path, name)
		} else {
			left = slices.Delete(left, i, i+1)
		}
		return anna.do(method, path, body, header...).want(t, status)
	}
	me := map[string]any{"user": map[string]any{"id": anna.me, "tenantId": teamsim.DefaultTenant}}

	do(200, "GET", "/me", nil)
	do(200, "GET", "/me/chats", nil)
	do(200, "GET", "/users", nil)
	do(200, "GET", "/users/"+anna.me, nil)
	do(200, "GET", "/users/"+anna.me+"/chats", nil)
	do(200, "GET", "/users/"+anna.me+"/presence", nil)
	do(200, "GET", "/me/presence", nil)
	do(200, "POST", "/communications/getPresencesByUserId", map[string]any{"ids": []string{anna.me}})
	do(200, "GET", "/chats", nil)
	do(412, "GET", "/me/chats/getAllMessages()", nil) // application permission only
	members := []any{w.memberBody("Anna Becker"), w.memberBody("Erik Lind"), w.memberBody("Mei Tanaka")}
	chat := "/chats/" + do(201, "POST", "/chats", map[string]any{"chatType": "group", "topic": "all", "members": members}).text("id")
	do(200, "GET", chat, nil)
	do(200, "PATCH", chat, map[string]any{"topic": "every"})
	member := do(200, "GET", chat+"/members", nil).text("value", 1, "id")
	do(201, "POST", chat+"/members", w.memberBody("Omar Haddad"))
	do(200, "GET", chat+"/members/"+member, nil)
	do(204, "DELETE", chat+"/members/"+member, nil)
	posted := do(201, "POST", chat+"/messages", map[string]any{"body": map[string]any{"contentType": "html", "content": `<img src="../hostedContents/1/$value">`},
		"hostedContents": []any{map[string]any{"@microsoft.graph.temporaryId": "1", "contentBytes": "AAAA", "contentType": "image/png"}}})
	message := chat + "/messages/" + posted.text("id")
	do(200, "GET", chat+"/messages", nil)
	do(201, "POST", chat+"/messages/replyWithQuote", map[string]any{"messageIds": []string{posted.text("id")}, "replyMessage": html("x")})
	do(400, "GET", chat+"/messages/delta()", nil) // not for chats
	do(200, "GET", message, nil)
	hosted := do(200, "GET", message+"/hostedContents", nil).text("value", 0, "id")
	do(200, "GET", message+"/hostedContents/"+hosted, nil)
	do(200, "GET", message+"/hostedContents/"+hosted+"/$value", nil)
	do(204, "POST", message+"/setReaction", map[string]any{"reactionType": "💘"})
	do(204, "POST", message+"/unsetReaction", map[string]any{"reactionType": "💘"})
	do(204, "PATCH", message, html("y"))
	do(400, "POST", message+"/softDelete", nil)     // model only
	do(400, "POST", message+"/undoSoftDelete", nil) // model only
	do(204, "POST", "/users/"+anna.me+message+"/softDelete", nil)
	do(204, "POST", "/users/"+anna.me+message+"/undoSoftDelete", nil)
	do(204, "POST", chat+"/hideForUser", me)
	do(204, "POST", chat+"/unhideForUser", me)
	do(204, "POST", chat+"/markChatReadForUser", me)
	do(204, "POST", chat+"/markChatUnreadForUser", me)

	sub := "/subscriptions/" + do(201, "POST", "/subscriptions", subscriptionBody(t, "/me/chats/getAllMessages")).text("id")
	do(200, "GET", "/subscriptions", nil)
	do(200, "GET", sub, nil)
	do(200, "PATCH", sub, map[string]any{"expirationDateTime": subscriptionBody(t, "")["expirationDateTime"]})
	do(204, "POST", sub+"/reauthorize", nil)
	do(204, "DELETE", sub, nil)

	team := "/teams/" + do(200, "GET", "/me/joinedTeams", nil).text("value", 0, "id")
	channel := team + "/channels/" + do(200, "GET", team+"/channels", nil).text("value", 0, "id")
	do(200, "GET", channel, nil)
	do(200, "GET", channel+"/members", nil)
	do(200, "GET", channel+"/filesFolder", nil)
	root := channel + "/messages/" + do(201, "POST", channel+"/messages", html("x")).text("id")
	do(200, "GET", channel+"/messages", nil)
	do(200, "GET", channel+"/messages/delta()", nil)
	do(200, "GET", root, nil)
	do(204, "PATCH", root, html("y"))
	do(201, "POST", root+"/replies", html("z"))
	do(200, "GET", root+"/replies", nil)
	do(204, "POST", root+"/softDelete", nil)

	drive := "/drives/" + do(200, "GET", "/me/drive", nil).text("id")
	folder := drive + "/items/" + do(200, "GET", drive+"/root", nil).text("id")
	file := do(201, "PUT", "/me/drive/root:/a/b.txt:/content", []byte("x"), "Content-Type", "text/plain")
	item := drive + "/items/" + file.text("id")
	do(200, "POST", "/me/drive/root:/a/c.txt:/createUploadSession", map[string]any{})
	do(200, "GET", item, nil)
	do(200, "GET", folder+"/children", nil)
	do(201, "POST", folder+"/children", map[string]any{"name": "new", "folder": map[string]any{}})
	do(302, "GET", item+"/content", nil)
	do(200, "PUT", item+"/content", []byte("y"), "Content-Type", "text/plain")
	do(200, "POST", item+"/createUploadSession", map[string]any{})
	do(201, "POST", item+"/createLink", map[string]any{"type": "view", "scope": "organization"})
	do(200, "POST", item+"/invite", map[string]any{"recipients": []any{map[string]any{"objectId": w.id("Erik Lind")}}, "roles": []string{"read"}})
	do(200, "GET", "/shares/u!"+base64.RawURLEncoding.EncodeToString([]byte(file.text("webUrl")))+"/driveItem", nil)
	do(200, "POST", "/$batch", map[string]any{"requests": []any{map[string]any{"id": "1", "method": "GET", "url": "/me"}}})

	if len(left) > 0 {
		t.Errorf("not called: %s", strings.Join(left, "\n"))
	}
	anna.post("/me", nil).want(t, 405)
	anna.get("/groups").refused(t, 400, "BadRequest")
}
