package teams

import (
	"testing"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

const postHTML = `<p><strong>Karla</strong> · Kunde · 10:15 · #17</p><p>Das  &nbsp;Modem <b>blinkt</b> 🙂 &amp; piept</p>`

// TestSameText: words count, whatever becomes of tags and blanks; anything else is somebody's own message.
func TestSameText(t *testing.T) {
	p := printOf(postHTML + markTag("ABCDEFGHIJKLMNOP"))
	for name, tt := range map[string]struct {
		html       string
		text, head bool
	}{
		"as it is":            {postHTML, true, true},
		"marker kept":         {postHTML + markTag("ABCDEFGHIJKLMNOP"), true, true},
		"flattened":           {"Karla · Kunde · 10:15 · #17<br>Das Modem blinkt 🙂 &amp; piept", true, true},
		"in divs":             {"<div><div>" + postHTML + "</div>\n</div>", true, true},
		"emoji as a picture":  {`<p>Karla · Kunde · 10:15 · #17</p><p>Das Modem blinkt <emoji id="smile" alt="🙂"></emoji> &amp; piept</p>`, true, true},
		"words changed":       {`<p>Karla · Kunde · 10:15 · #17</p><p>[gesperrt]</p>`, false, true},
		"words added":         {postHTML + "<p>Neu starten!</p>", false, true},
		"the line alone":      {`<p>Das Modem blinkt 🙂 &amp; piept</p>`, false, false},
		"another number":      {`<p>Karla · Kunde · 10:15 · #18</p><p>Das Modem blinkt 🙂 &amp; piept</p>`, false, false},
		"a longer number":     {`<p>Karla · Kunde · 10:15 · #171</p><p>Das Modem blinkt 🙂 &amp; piept</p>`, false, false},
		"quoted and answered": {"<blockquote>" + postHTML + "</blockquote><p>Neu starten!</p>", false, false},
		"answered first":      {"<p>Zu #17:</p>" + postHTML, false, false},
		"empty":               {"", false, false},
	} {
		if got := sameText(p, tt.html); got != tt.text {
			t.Errorf("%s: same text %v", name, got)
		}
		if got := sameHead(p, tt.html); got != tt.head {
			t.Errorf("%s: same head %v", name, got)
		}
	}
	if sameText(store.Print{}, "") || sameHead(store.Print{}, "") {
		t.Error("an attempt without words is known by its words")
	}
	if p := printOf("<p>Der Chat ist beendet.</p>"); p.Head != "" {
		t.Error("a head without a number")
	}
}

// TestClaim: without its marker a message is ours only while an attempt with its words is open, from the sender, and after the last post.
func TestClaim(t *testing.T) {
	open := store.Thread{Sender: "anna", Earlier: []chat.PersonID{"ben"}, LastRemote: "1000", Attempt: &store.Attempt{Marker: "M", Print: printOf(postHTML)}}
	given := store.Thread{Sender: "anna", LastRemote: "3000", GivenUp: []store.GivenUp{{Marker: "G", Print: printOf(postHTML)}}}
	for name, tt := range map[string]struct {
		thread store.Thread
		from   graph.UserID
		id     graph.MessageID
		html   string
		want   string
	}{
		"its words":                 {open, "anna", "2000", postHTML, "M"},
		"by the sender before":      {open, "ben", "2000", postHTML, "M"},
		"by an expert":              {open, "erik", "2000", postHTML, ""},
		"before the last post":      {open, "anna", "900", postHTML, ""},
		"the agent's own words":     {open, "anna", "2000", "<p>Das Modem blinkt</p>", ""},
		"nothing is open":           {store.Thread{Sender: "anna"}, "anna", "2000", postHTML, ""},
		"marked":                    {given, "anna", "2000", "<p>x</p>" + markTag("ABCDEFGHIJKLMNOP"), "ABCDEFGHIJKLMNOP"},
		"given up, and carried out": {given, "anna", "2000", postHTML, "G"},
	} {
		m := graph.ChatMessage{ID: tt.id, From: &graph.From{User: &graph.Who{ID: tt.from}}, Body: graph.Body{ContentType: "html", Content: tt.html}}
		if got := claim(tt.thread, m); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// TestResembles: with words that Teams changed, a post is known by its head, unless it carries another marker of ours.
func TestResembles(t *testing.T) {
	const late, closing = "<p>Der Service-Chat #7 ist bereits beendet.</p>", "<p>Der Service-Chat #7 ist beendet.</p>"
	open := store.Thread{Sender: "anna", LastRemote: "1000", Attempt: &store.Attempt{Marker: "M", Print: printOf(late)}}
	for name, tt := range map[string]struct {
		html string
		want bool
	}{
		"other words":                     {"<p>Der Service-Chat #7 ist [gesperrt]</p>", true},
		"another post that came out late": {closing + markTag("ABCDEFGHIJKLMNOP"), false},
		"another chat":                    {"<p>Der Service-Chat #8 ist bereits beendet.</p>", false},
	} {
		m := graph.ChatMessage{ID: "2000", From: &graph.From{User: &graph.Who{ID: "anna"}}, Body: graph.Body{ContentType: "html", Content: tt.html}}
		if got := resembles(open, m); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
