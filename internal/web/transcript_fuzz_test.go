package web

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"trialog/internal/badinput"
	"trialog/internal/chat"
	"trialog/internal/media"
)

// transcriptTags are all elements of the page, with the attributes that they may have.
var transcriptTags = map[string]string{"html": "lang", "head": "", "meta": "charset http-equiv name content", "title": "", "style": "", "body": "", "header": "", "h1": "", "p": "class dir", "main": "", "article": "id class", "bdi": "",
	"time": "datetime", "blockquote": "", "cite": "", "pre": "", "code": "", "ol": "", "ul": "", "li": "", "table": "", "tbody": "", "tr": "", "td": "", "br": "", "a": "href rel", "b": "", "i": "", "u": "", "s": ""}

// FuzzTranscript: whatever people wrote and are called, the transcript is our page with their words in it: no element, attribute or address of theirs,
// and for the customer nothing of what was not for the customer.
func FuzzTranscript(f *testing.F) {
	add := func(text string) {
		content, err := json.Marshal(chat.Content{{T: chat.Paragraph, Kids: []chat.Node{{T: chat.Text, Text: text, Marks: []chat.Mark{chat.Bold}}, {T: chat.Mention, Text: text}, {T: chat.Emoji, Text: text},
			{T: chat.Link, Href: text, Kids: []chat.Node{{T: chat.Text, Text: text}}}}}, {T: chat.Quote, Text: text, Kids: chat.FromText(text)}, {T: chat.CodeBlock, Text: text, Lang: text},
			{T: chat.Placeholder, What: text, Text: text}, {T: chat.FileNode, File: &chat.File{ID: "f", Name: text, Type: text, Size: -1}}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content, text, text)
	}
	for _, b := range badinput.Texts() {
		add(b.Text)
	}
	add("</article></main><script>")
	f.Add([]byte(`[{"t":"table","kids":[{"t":"row","kids":[{"t":"cell","kids":[{"t":"list","ordered":true,"kids":[{"t":"item"}]}]}]}]},{"t":"?","text":"<b>"}]`), "de", "👍")
	f.Fuzz(func(t *testing.T, body []byte, name, emoji string) {
		var content chat.Content
		if json.Unmarshal(body, &content) != nil {
			return
		}
		const secret = "not-for-the-customer"
		c := &chat.Conversation{Number: 7, Participants: []chat.Participant{{ID: 1, Kind: chat.Customer, Name: name, PublicName: name}, {ID: 2, Kind: chat.Agent, Name: secret, PublicName: "A.", Nickname: secret}}}
		at := time.Unix(0, 0)
		log := []chat.Entry{{Seq: 1, At: at, Kind: chat.Opened, Audience: chat.Everyone, Fact: &chat.Fact{Participant: &c.Participants[0], Service: name}},
			{Seq: 2, At: at, Kind: chat.Message, Author: 1, Audience: chat.Everyone, Content: content}, {Seq: 3, At: at, Kind: chat.Message, Author: 2, Audience: chat.BackRoom, Content: chat.FromText(secret)},
			{Seq: 4, At: at, Kind: chat.Edit, Ref: 2, Author: 1, Audience: chat.Everyone, Content: content}, {Seq: 5, At: at, Kind: chat.Reaction, Ref: 2, Author: 2, Audience: chat.Everyone, Emoji: emoji},
			{Seq: 6, At: at, Kind: chat.Notice, Audience: chat.Staff, Fact: &chat.Fact{Reason: name, Detail: secret}}, {Seq: 7, At: at, Kind: chat.LeftFact, Audience: chat.Everyone, Fact: &chat.Fact{Subject: 2, Reason: emoji}}}
		for _, viewer := range []chat.Kind{chat.Customer, chat.Agent} {
			var seen []chat.Entry
			for _, e := range log {
				if v, ok := c.Project(viewer, e); ok {
					seen = append(seen, v)
				}
			}
			w := wordsFor(name)
			var out bytes.Buffer
			if err := transcriptPage.Execute(&out, map[string]any{"Words": w, "Lang": w.Lang, "Title": name, "Opened": name, "Lines": transcriptLines(viewer, c, seen, w)}); err != nil {
				t.Fatal(err)
			}
			checkPage(t, out.String())
			if viewer == chat.Customer && strings.Contains(out.String(), secret) {
				t.Fatalf("the customer gets %s", out.String())
			}
		}
	})
}

// checkPage fails when a page has an element, an attribute or an address that only a stranger can have put there.
func checkPage(t *testing.T, page string) {
	t.Helper()
	tree, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	styles := 0
	for n := range tree.Descendants() {
		if n.Type != html.ElementNode {
			if n.Type == html.CommentNode {
				t.Fatalf("a comment in %s", page)
			}
			continue
		}
		may, ok := transcriptTags[n.Data]
		if !ok {
			t.Fatalf("a %q in %s", n.Data, page)
		}
		if n.Data == "style" {
			styles++
		}
		for _, a := range n.Attr {
			if !slices.Contains(strings.Fields(may), a.Key) {
				t.Fatalf("%s has %s=%q in %s", n.Data, a.Key, a.Val, page)
			}
			if u, err := url.Parse(a.Val); a.Key == "href" && a.Val != "#" && (err != nil || !slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme)) {
				t.Fatalf("a link to %q", a.Val)
			}
		}
	}
	if styles != 1 {
		t.Fatalf("%d styles", styles)
	}
}

// FuzzDisposition: browsers read the name of a download as it is, and nothing else out of it.
func FuzzDisposition(f *testing.F) {
	for _, b := range badinput.Texts() {
		f.Add(b.Text)
	}
	f.Add(`a"; filename="b.html`)
	f.Add("ü%41+ b.pdf")
	f.Fuzz(func(t *testing.T, name string) {
		name = media.SafeName(name) // nothing else is ever stored
		value := disposition("attachment", name)
		how, with, err := mime.ParseMediaType(value)
		if err != nil || how != "attachment" || with["filename"] != name || len(with) != 1 {
			t.Fatalf("%q is written %q and read %s %v: %v", name, value, how, with, err)
		}
		if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("%q has more than plain letters", value)
		}
	})
}

// FuzzNetwork: a stranger can't choose the network by which limits go; what a trusted proxy tells is a network or unknown.
func FuzzNetwork(f *testing.F) {
	for _, b := range badinput.Texts() {
		f.Add("203.0.113.7:5000", b.Text)
		f.Add(b.Text, "1.2.3.4")
	}
	f.Add("10.0.0.1:1", "198.51.100.1, 10.0.0.2")
	f.Add("[::ffff:10.0.0.1]:1", "fe80::1%eth0")
	f.Add("10.0.0.1:1", "1.2.3.4:80")
	s := &Server{cfg: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		r := httptest.NewRequest("GET", "/", http.NoBody)
		r.RemoteAddr = peer
		without := s.prefix(r)
		r.Header.Set("X-Forwarded-For", forwarded)
		with := s.prefix(r)
		at, err := netip.ParseAddrPort(peer)
		if trusted := err == nil && s.proxy(at.Addr().Unmap()); !trusted && with != without {
			t.Fatalf("%s chooses to be of %s by %q", peer, with, forwarded)
		}
		if p, err := netip.ParsePrefix(with); with != "unknown" && (err != nil || p.Masked() != p || p.Addr().Zone() != "") {
			t.Fatalf("%s and %q are of %q", peer, forwarded, with)
		}
	})
}
