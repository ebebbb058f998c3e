package teamsim_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"trialog/internal/teamsim"
)

func TestPostMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		anna := w.as("Anna Becker")
		id := anna.group("post", "Erik Lind")
		time.Sleep(time.Second)
		got := anna.post("/chats/"+id+"/messages", html("<p>Hallo</p>")).want(t, 201)
		ms := strconv.FormatInt(time.Now().UnixMilli(), 10)
		if got.text("id") != ms || got.text("etag") != ms || got.text("chatId") != id || got.text("from", "user", "id") != anna.me {
			t.Errorf("message %s, want id %s", got.raw, ms)
		}
		if got.at("from", "application") != nil || got.text("importance") != "normal" || got.at("replyToId") != nil || got.at("lastEditedDateTime") != nil {
			t.Errorf("message %s", got.raw)
		}
		// A second message within the same millisecond gets the next free id.
		if next := anna.say(id, "<p>2</p>"); next <= ms {
			t.Errorf("id %s after %s", next, ms)
		}
		// Ids are unique within a chat only.
		one, two := anna.group("one", "Erik Lind"), anna.group("two", "Erik Lind")
		if a, b := anna.say(one, "x"), anna.say(two, "x"); a != b {
			t.Errorf("ids %s and %s of two chats in one millisecond", a, b)
		}
	})
}

func TestPostIsNotIdempotent(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	id := anna.group("twice", "Erik Lind")
	for range 2 {
		anna.post("/chats/"+id+"/messages", html("same"), "client-request-id", "6f1f9d5e-0000-4000-8000-000000000000").want(t, 201)
	}
	if got := texts(anna, id); len(got) != 3 {
		t.Errorf("messages %q", got)
	}
}

func TestBodyTypes(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	id := anna.group("types", "Erik Lind")
	text := anna.post("/chats/"+id+"/messages", map[string]any{"body": map[string]any{"contentType": "text", "content": "a <b>  \n c"}}).want(t, 201)
	if text.text("body", "contentType") != "text" || text.text("body", "content") != "a <b>  \n c" {
		t.Errorf("text %s", text.raw)
	}
	plain := anna.post("/chats/"+id+"/messages", map[string]any{"body": map[string]any{"content": "x"}}).want(t, 201)
	if plain.text("body", "contentType") != "text" {
		t.Errorf("default type %s", plain.raw)
	}
	mention := anna.post("/chats/"+id+"/messages", map[string]any{
		"body": map[string]any{"contentType": "text", "content": `Hallo <at id="0">Erik Lind</at>`}, "importance": "high",
		"mentions": []any{map[string]any{"id": 0, "mentionText": "Erik Lind", "mentioned": map[string]any{"user": map[string]any{"id": w.id("Erik Lind"), "displayName": "Erik Lind", "userIdentityType": "aadUser"}}}},
	}).want(t, 201)
	if mention.text("body", "contentType") != "html" || mention.text("mentions", 0, "mentioned", "user", "displayName") != "Erik Lind" || mention.text("importance") != "high" {
		t.Errorf("mention %s", mention.raw)
	}
	card := `{"type":"AdaptiveCard"}`
	anna.post("/chats/"+id+"/messages", map[string]any{"body": map[string]any{"contentType": "html", "content": `<attachment id="c1"></attachment>`},
		"attachments": []any{map[string]any{"id": "c1", "contentType": "application/vnd.microsoft.card.adaptive", "content": card}}}).want(t, 201)
}

func TestPostRefuses(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	id := anna.group("refuse", "Erik Lind")
	body := func(content string) map[string]any { return html(content)["body"].(map[string]any) }
	file := func(name, address, guid string) map[string]any {
		return map[string]any{"body": body("x"), "attachments": []any{map[string]any{"id": guid, "contentType": "reference", "contentUrl": address, "name": name}}}
	}
	const guid = "153fa47d-18c9-4179-be08-9879815a9f90"
	var eleven []any
	for i := range 11 {
		eleven = append(eleven, map[string]any{"id": fmt.Sprint(i), "contentType": "application/vnd.microsoft.card.hero", "content": "{}"})
	}
	for name, c := range map[string]struct {
		body   any
		status int
	}{
		"no body":             {map[string]any{}, 400},
		"empty":               {html("  "), 400},
		"bad type":            {map[string]any{"body": map[string]any{"contentType": "markdown", "content": "x"}}, 400},
		"bad importance":      {map[string]any{"body": body("x"), "importance": "low"}, 400},
		"extension":           {file("a.pdf", "https://x.example/a.docx", guid), 400},
		"attachment id":       {file("a.pdf", "https://x.example/a.pdf", "a"), 400},
		"eleven attachments":  {map[string]any{"body": body("x"), "attachments": eleven}, 400},
		"no JSON":             {[]byte("{"), 400},
		"too long":            {html(strings.Repeat("x", 28_523)), 413},
		"too long with cards": {map[string]any{"body": body(strings.Repeat("x", 20_000)), "attachments": []any{map[string]any{"id": "1", "contentType": "application/vnd.microsoft.card.hero", "content": strings.Repeat("y", 9_000)}}}, 413},
		"4 MB":                {map[string]any{"body": body("x"), "hostedContents": []any{map[string]any{"@microsoft.graph.temporaryId": "1", "contentType": "image/png", "contentBytes": strings.Repeat("A", 4<<20)}}}, 413},
	} {
		t.Run(name, func(t *testing.T) { anna.post("/chats/"+id+"/messages", c.body).want(t, c.status) })
	}
	anna.post("/chats/"+id+"/messages", html(strings.Repeat("x", 28_522))).want(t, 201)
	anna.post("/chats/"+id+"/messages", html(strings.Repeat("👍", 14_261))).want(t, 201)
	anna.post("/chats/"+id+"/messages", file("a.PDF", "https://x.example/a.pdf?x=1", guid)).want(t, 201)
	anna.post("/chats/19:0@thread.v2/messages", html("x")).refused(t, 404, "NotFound")
	w.as("Ben Okafor").post("/chats/"+id+"/messages", html("x")).refused(t, 403, "Forbidden")
}

func TestListMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		anna := w.as("Anna Becker")
		id := anna.group("list", "Erik Lind")
		var ids []string
		for i := range 45 {
			time.Sleep(time.Second)
			ids = append(ids, anna.say(id, fmt.Sprintf("<p>%d</p>", i)))
		}
		page := anna.get("/chats/"+id+"/messages").want(t, 200)
		if n := len(page.list("value")); n != 20 || page.at("@odata.count") != float64(20) {
			t.Fatalf("%d messages, count %v", n, page.at("@odata.count"))
		}
		all := page.each("id")
		anna.say(id, "<p>meanwhile</p>") // a page read later neither repeats nor skips
		for next := page.text("@odata.nextLink"); next != ""; next = page.text("@odata.nextLink") {
			page = anna.get(next).want(t, 200)
			all = append(all, page.each("id")...)
		}
		slices.Reverse(all)
		if !slices.Equal(all[1:], ids) { // all[0] is the system event
			t.Errorf("all pages: %q", all)
		}

		// An edit moves a message up in the default order, not in that of creation.
		time.Sleep(time.Second)
		anna.patch("/chats/"+id+"/messages/"+ids[0], html("edited")).want(t, 204)
		if got := anna.get("/chats/"+id+"/messages?$top=1").text("value", 0, "id"); got != ids[0] {
			t.Errorf("last modified is %s", got)
		}
		if got := anna.get("/chats/"+id+"/messages?$top=1&$orderby=createdDateTime desc").text("value", 0, "id"); got == ids[0] {
			t.Errorf("last created is %s", got)
		}
		for _, query := range []string{"$top=51", "$orderby=createdDateTime asc", "$orderby=lastModifiedDateTime", "$select=id", "$search=x", "$skip=1"} {
			anna.get("/chats/"+id+"/messages?"+query).refused(t, 400, "BadRequest")
		}
	})
}

func TestFilterMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		anna := w.as("Anna Becker")
		id := anna.group("filter", "Erik Lind")
		for range 5 {
			time.Sleep(time.Minute)
			anna.say(id, "<p>x</p>")
		}
		cut := time.Now().Add(-90 * time.Second).UTC().Format(time.RFC3339)
		count := func(query string) int {
			return len(anna.get("/chats/"+id+"/messages?$top=50&"+strings.ReplaceAll(query, "CUT", cut)).want(t, 200).list("value"))
		}
		for query, want := range map[string]int{
			"$filter=lastModifiedDateTime gt CUT":                                                                    6, // without order: silently ignored
			"$orderby=lastModifiedDateTime desc&$filter=lastModifiedDateTime gt CUT":                                 2,
			"$orderby=lastModifiedDateTime desc&$filter=lastModifiedDateTime lt CUT":                                 4,
			"$orderby=createdDateTime desc&$filter=createdDateTime lt CUT":                                           4,
			"$orderby=createdDateTime desc&$filter=lastModifiedDateTime gt CUT":                                      6, // other property: ignored
			"$orderby=lastModifiedDateTime desc&$filter=lastModifiedDateTime gt CUT and lastModifiedDateTime lt CUT": 0,
		} {
			if n := count(query); n != want {
				t.Errorf("%s: %d messages, want %d", query, n, want)
			}
		}
		anna.get("/chats/"+id+"/messages?$orderby=createdDateTime desc&$filter="+url.QueryEscape("createdDateTime gt "+cut)).want(t, 400)
	})
}

func TestEditDeleteReact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		anna, erik := w.as("Anna Becker"), w.as("Erik Lind")
		id := anna.group("change", "Erik Lind")
		const guid = "153FA47D-18C9-4179-BE08-9879815A9F90"
		msg := anna.post("/chats/"+id+"/messages", map[string]any{"body": map[string]any{"contentType": "html", "content": `x<attachment id="` + guid + `"></attachment>`},
			"attachments": []any{map[string]any{"id": guid, "contentType": "reference", "contentUrl": "https://x.example/a.pdf", "name": "a.pdf"}}}).want(t, 201)
		path := "/chats/" + id + "/messages/" + msg.text("id")
		if msg.text("attachments", 0, "id") != guid {
			t.Errorf("attachment id changed: %s", msg.raw)
		}
		time.Sleep(time.Second)
		erik.patch(path, html("mine now")).refused(t, 403, "Forbidden")
		anna.patch(path, html("<p>edited</p>")).want(t, 204)
		edited := anna.get(path).want(t, 200)
		if len(edited.list("attachments")) != 0 || edited.text("lastEditedDateTime") == "" || edited.text("etag") == msg.text("etag") || edited.text("createdDateTime") != msg.text("createdDateTime") {
			t.Errorf("edited %s", edited.raw)
		}

		time.Sleep(time.Second)
		erik.post(path+"/setReaction", map[string]any{"reactionType": "👍"}).want(t, 204)
		erik.post(path+"/setReaction", map[string]any{"reactionType": "💘"}).want(t, 204)
		reacted := anna.get(path).want(t, 200)
		if reacted.text("reactions", 0, "reactionType") != "like" || reacted.text("reactions", 1, "reactionType") != "💘" || reacted.text("reactions", 0, "user", "user", "id") != erik.me {
			t.Errorf("reactions %s", reacted.raw)
		}
		if reacted.text("lastModifiedDateTime") <= edited.text("lastModifiedDateTime") || reacted.text("lastEditedDateTime") != edited.text("lastEditedDateTime") {
			t.Errorf("a reaction moves lastModified only: %s", reacted.raw)
		}
		erik.post(path+"/unsetReaction", map[string]any{"reactionType": "👍"}).want(t, 204)
		if got := anna.get(path).want(t, 200); len(got.list("reactions")) != 1 || len(got.list("messageHistory")) != 3 {
			t.Errorf("after unset: %s", got.raw)
		}
		erik.post(path+"/setReaction", map[string]any{"reactionType": " "}).want(t, 400)

		anna.post(path+"/softDelete", nil).refused(t, 400, "BadRequest") // model only
		erik.post("/users/"+erik.me+path+"/softDelete", nil).refused(t, 403, "Forbidden")
		anna.post("/users/"+erik.me+path+"/softDelete", nil).refused(t, 403, "Forbidden")
		anna.post("/users/"+anna.me+path+"/softDelete", nil).want(t, 204)
		gone := anna.get(path).want(t, 200)
		if gone.text("deletedDateTime") == "" || gone.text("body", "content") != "" {
			t.Errorf("deleted %s", gone.raw)
		}
		anna.patch(path, html("x")).want(t, 400)
		if listed := anna.get("/chats/" + id + "/messages"); listed.text("value", 0, "id") != msg.text("id") {
			t.Errorf("deleted messages stay in lists: %s", listed.raw)
		}
		anna.post("/users/"+anna.me+path+"/undoSoftDelete", nil).want(t, 204)
		if back := anna.get(path).want(t, 200); back.at("deletedDateTime") != nil || back.text("body", "content") != "<p>edited</p>" {
			t.Errorf("undeleted %s", back.raw)
		}
	})
}

func TestQuote(t *testing.T) {
	w := newWorld(t)
	anna, erik := w.as("Anna Becker"), w.as("Erik Lind")
	id := anna.group("quote", "Erik Lind")
	msg := anna.say(id, "<p>What is <b>wrong</b>?</p>")
	got := erik.post("/chats/"+id+"/messages/replyWithQuote", map[string]any{"messageIds": []string{msg},
		"replyMessage": map[string]any{"body": map[string]any{"contentType": "text", "content": "a < b"}}}).want(t, 201)
	if got.text("attachments", 0, "contentType") != "messageReference" || got.text("attachments", 0, "id") != msg {
		t.Fatalf("quote %s", got.raw)
	}
	if want := `<attachment id="` + msg + `"></attachment><p>a &lt; b</p>`; got.text("body", "content") != want {
		t.Errorf("body %q, want %q", got.text("body", "content"), want)
	}
	var ref struct {
		MessageID      string
		MessagePreview string
		MessageSender  struct{ User struct{ ID string } }
	}
	if err := json.Unmarshal([]byte(got.text("attachments", 0, "content")), &ref); err != nil {
		t.Fatal(err)
	}
	if ref.MessageID != msg || ref.MessagePreview != "What is wrong?" || ref.MessageSender.User.ID != anna.me {
		t.Errorf("reference %+v", ref)
	}
	erik.post("/chats/"+id+"/messages/replyWithQuote", map[string]any{"messageIds": []string{}, "replyMessage": html("x")}).want(t, 400)
	erik.post("/chats/"+id+"/messages/replyWithQuote", map[string]any{"messageIds": []string{"1"}, "replyMessage": html("x")}).want(t, 404)
}

func TestHostedContents(t *testing.T) {
	w := newWorld(t)
	anna, erik := w.as("Anna Becker"), w.as("Erik Lind")
	id := anna.group("images", "Erik Lind")
	png := []byte("\x89PNG\r\n\x1a\nrest")
	msg := anna.post("/chats/"+id+"/messages", map[string]any{
		"body":           map[string]any{"contentType": "html", "content": `<p>look</p><img src="../hostedContents/1/$value" width="10"><img src="../hostedContents/2/$value">`},
		"hostedContents": []any{map[string]any{"@microsoft.graph.temporaryId": "1", "contentBytes": base64.StdEncoding.EncodeToString(png), "contentType": "image/png"}},
	}).want(t, 201)
	body := msg.text("body", "content")
	prefix := `<p>look</p><img src="` + graphURL + "/v1.0/chats/" + id + "/messages/" + msg.text("id") + "/hostedContents/"
	if !strings.HasPrefix(body, prefix) || !strings.HasSuffix(body, `/$value" width="10">`) {
		t.Fatalf("body %q", body)
	}
	address := strings.Split(body, `"`)[1]
	got := erik.get(address).want(t, 200)
	if string(got.raw) != string(png) || got.header.Get("Content-Type") != "image/png" {
		t.Errorf("bytes %q %q", got.raw, got.header.Get("Content-Type"))
	}
	list := erik.get("/chats/"+id+"/messages/"+msg.text("id")+"/hostedContents").want(t, 200)
	if len(list.list("value")) != 1 || list.at("value", 0, "contentBytes") != nil {
		t.Fatalf("list %s", list.raw)
	}
	one := erik.get("/chats/"+id+"/messages/"+msg.text("id")+"/hostedContents/"+url.PathEscape(list.text("value", 0, "id"))).want(t, 200)
	if one.text("contentType") != "image/png" {
		t.Errorf("entity %s", one.raw)
	}
	w.as("Ben Okafor").get(address).refused(t, 403, "Forbidden")
	anna.patch("/chats/"+id+"/messages/"+msg.text("id"), html("no picture")).want(t, 204)
	erik.get(address).want(t, 404)
	w.tenant.SetFaults(func(f *teamsim.Faults) { f.RefuseBigImage = true })
	anna.post("/chats/"+id+"/messages", map[string]any{"body": html("x")["body"],
		"hostedContents": []any{map[string]any{"@microsoft.graph.temporaryId": "1", "contentBytes": base64.StdEncoding.EncodeToString(make([]byte, 1<<20+1)), "contentType": "image/png"}}}).want(t, 400)
}

func TestSanitizer(t *testing.T) {
	w := newWorld(t)
	anna := w.as("Anna Becker")
	id := anna.group("html", "Erik Lind")
	for name, c := range map[string][2]string{
		"marker survives":  {`<p>x</p><abbr title="cc:17"></abbr>`, `<p>x</p><abbr title="cc:17"></abbr>`},
		"script":           {`a<script>alert(1)</script>b`, `ab`},
		"style":            {`<style>p{}</style><p>x</p>`, `<p>x</p>`},
		"handler":          {`<p onclick="x()">y</p>`, `<p>y</p>`},
		"form":             {`<form action="x"><input name="y">z<button>k</button></form>`, `zk`},
		"iframe":           {`<iframe src="https://x"></iframe>y`, `y`},
		"comment and data": {`<!-- c --><p data-x="1" class="y" id="z">t</p>`, `<p>t</p>`},
		"bad link":         {`<a href="javascript:alert(1)">x</a>`, `<a>x</a>`},
		"good link":        {`<a href="https://x.example/?a=1&amp;b=2" rel="noopener">x</a>`, `<a href="https://x.example/?a=1&amp;b=2" rel="noopener">x</a>`},
		"white space":      {"<p>a \n\t b</p>\n<p>c</p>", "<p>a b</p> <p>c</p>"},
		"nbsp":             {"<p>a&nbsp; b</p>", "<p>a&nbsp; b</p>"},
		"pre keeps":        {"<pre>a\n  b</pre>", "<pre>a\n  b</pre>"},
		"code block":       {`<codeblock class="Json"><code>{<br>}</code></codeblock>`, `<codeblock class="Json"><code>{<br>}</code></codeblock>`},
		"emoji":            {`<emoji id="smile" alt="🙂" title="Smile"></emoji>`, `<emoji id="smile" alt="🙂" title="Smile"></emoji>`},
		"mention":          {`<at id="0">Erik</at>`, `<at id="0">Erik</at>`},
		"data image":       {`<img src="data:image/png;base64,AAAA">x`, `x`},
		"style attribute":  {`<span style="color:red">a</span><span style="background:url(x)">b</span>`, `<span style="color:red">a</span><span>b</span>`},
		"unclosed":         {`<b>a<i>b`, `<b>a<i>b</i></b>`},
		"escapes stay":     {`&lt;b&gt; &amp; "q"`, `&lt;b&gt; &amp; "q"`},
		"no system event":  {`<systemEventMessage/>x`, ``},
		"table":            {`<table><tr><td colspan="2">x</td></tr></table>`, `<table><tbody><tr><td colspan="2">x</td></tr></tbody></table>`},
	} {
		t.Run(name, func(t *testing.T) {
			if c[1] == "" {
				return
			}
			got := anna.post("/chats/"+id+"/messages", html(c[0])).want(t, 201).text("body", "content")
			if got != c[1] {
				t.Errorf("%q\nbecame %q\nwant   %q", c[0], got, c[1])
			}
		})
	}
	for cleanUp, want := range map[string]string{teamsim.CleanUpKeeps: `<p><b>x</b>y</p><abbr title="cc:1"></abbr>`, teamsim.CleanUpStrips: "<p><b>x</b>y</p>",
		teamsim.CleanUpRewrites: `<p><b>x</b>y</p><abbr title="abbreviation"></abbr>`, teamsim.CleanUpFlattens: "<p>xy</p>"} {
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.CleanUp = cleanUp })
		if got := anna.post("/chats/"+id+"/messages", html(`<p><b>x</b>y</p><abbr title="cc:1"></abbr>`)).text("body", "content"); got != want {
			t.Errorf("%q made %q", cleanUp, got)
		}
	}
}

func TestPolicyBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run()
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.BlockWords = []string{"secret"} })
		anna := w.as("Anna Becker")
		id := anna.group("dlp", "Erik Lind")
		msg := anna.say(id, "the Secret plan")
		time.Sleep(5 * time.Second)
		path := "/chats/" + id + "/messages/" + msg
		blocked := anna.get(path).want(t, 200)
		if blocked.text("policyViolation", "dlpAction") != "blockAccess" || blocked.text("body", "content") != "" {
			t.Errorf("blocked %s", blocked.raw)
		}
		if err := w.tenant.Block(id, msg, false); err != nil {
			t.Fatal(err)
		}
		if got := anna.get(path).text("body", "content"); got != "the Secret plan" {
			t.Errorf("unblocked %q", got)
		}
		if err := w.tenant.Vanish(id); err != nil {
			t.Fatal(err)
		}
		anna.get(path).refused(t, 404, "NotFound")
	})
}

func TestListLagAndEmptyPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		anna := w.as("Anna Becker")
		id := anna.group("lag", "Erik Lind")
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.ListLag = 4 * time.Second })
		msg := anna.say(id, "late")
		if got := texts(anna, id); slices.Contains(got, "late") {
			t.Errorf("listed at once: %q", got)
		}
		anna.get("/chats/"+id+"/messages/"+msg).want(t, 200)
		time.Sleep(4 * time.Second)
		if got := texts(anna, id); !slices.Contains(got, "late") {
			t.Errorf("never listed: %q", got)
		}
		w.tenant.SetFaults(func(f *teamsim.Faults) { f.EmptyPageP = 1 })
		empty := anna.get("/chats/"+id+"/messages").want(t, 200)
		if len(empty.list("value")) != 0 || empty.text("@odata.nextLink") == "" {
			t.Fatalf("no empty page with a nextLink: %s", empty.raw)
		}
		w.tenant.ClearFaults()
		if page := anna.get(empty.text("@odata.nextLink")).want(t, 200); len(page.list("value")) != 2 {
			t.Errorf("then %s", page.raw)
		}
	})
}
