package chat_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"trialog/internal/badinput"
	"trialog/internal/chat"
)

// FuzzText: what is typed says the same as content, with nothing in it but paragraphs, breaks and safe links, and is taken or refused, never
// anything else.
func FuzzText(f *testing.F) {
	for _, b := range badinput.Texts() {
		f.Add(b.Text)
	}
	f.Add("see https://example.com/a_(b), and http://x.example.\r\n\r\nend ")
	f.Add("https://https://a@b.example http://[::1]:80/%zz")
	f.Fuzz(func(t *testing.T, typed string) {
		clean := chat.Clean(typed)
		if again := chat.Clean(clean); again != clean || !utf8.ValidString(clean) {
			t.Fatalf("cleaning %q gives %q, and again %q", typed, clean, again)
		}
		if strings.ContainsFunc(clean, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Fatalf("%q has control characters", clean)
		}
		content := chat.FromText(typed)
		if content.PlainText() != clean {
			t.Fatalf("%q became %q", clean, content.PlainText())
		}
		for _, n := range content {
			for _, k := range n.Kids {
				if !slices.Contains([]chat.NodeType{chat.Text, chat.Break, chat.Link}, k.T) {
					t.Fatalf("%q has a %s", typed, k.T)
				}
				if k.T == chat.Link {
					checkLink(t, k.Href)
				}
			}
		}
		// Lines of thousands of links and breaks are refused for the number of their parts; nothing else can be wrong with what is typed.
		if err := content.Validate("text"); err != nil && !slices.Contains([]string{"empty", "text_too_long", "too_many_nodes", "bad_link"}, code(err)) {
			t.Fatalf("%q: %v", typed, err)
		}
	})
}

func code(err error) string {
	if e, ok := err.(*chat.Error); ok {
		return e.Code
	}
	return err.Error()
}

// checkLink fails unless an address leads where links may lead, whoever reads it.
func checkLink(t *testing.T, href string) {
	t.Helper()
	u, err := url.Parse(href)
	if err != nil || u.User != nil || !slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme) {
		t.Fatalf("%q is a link", href)
	}
	if again, ok := chat.SafeHref(href); !ok || again != href {
		t.Fatalf("%q is a link and becomes %q %v", href, again, ok)
	}
	if strings.ContainsFunc(href, func(r rune) bool { return unicode.IsControl(r) || r == ' ' || r == '"' || r == '<' || r == '>' }) {
		t.Fatalf("%q can break out", href)
	}
}

// FuzzLink: an address passes only if it leads to a scheme that may be followed, and as itself.
func FuzzLink(f *testing.F) {
	for _, b := range badinput.Texts() {
		f.Add(b.Text)
	}
	for _, s := range []string{"HTTPS://Example.com/ä?q= x", "mailto:a@b.de?subject=x", "tel:+49", "http://a b/", "https://x/\t", "//evil.test", "http:evil.test", "https://[fe80::1%25en0]/", " https://a/ "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if href, ok := chat.SafeHref(raw); ok {
			checkLink(t, href)
		}
	})
}

// FuzzContent: content that is taken survives its encoding, names no link that may not be followed, and masks keep it valid.
func FuzzContent(f *testing.F) {
	f.Add([]byte(`[{"t":"p","kids":[{"t":"text","text":"a","marks":["bold"]},{"t":"br"},{"t":"link","href":"https://a.example/","kids":[{"t":"text","text":"b"}]}]}]`))
	f.Add([]byte(`[{"t":"quote","ref":3,"text":"Erik","kids":[{"t":"list","ordered":true,"kids":[{"t":"item","kids":[{"t":"p","kids":[{"t":"text","text":"4111 1111 1111 1111"}]}]}]}]}]`))
	f.Add([]byte(`[{"t":"file","file":{"id":"x","name":"a","size":-1,"type":"t"}},{"t":"placeholder","what":"card"},{"t":"code","text":"a\nb","lang":"go"}]`))
	f.Add([]byte(`[{"t":"link","href":"javascript:alert(1)"},{"t":"p","href":"https://x/"},{"t":"?"},{"T":"p"}]`))
	for _, b := range badinput.Texts() {
		text, err := json.Marshal(chat.FromText(b.Text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var c chat.Content
		if json.Unmarshal(body, &c) != nil || c.Validate("content") != nil {
			return
		}
		links(t, c)
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var again chat.Content
		if err := json.Unmarshal(text, &again); err != nil || again.Validate("content") != nil {
			t.Fatalf("%s is refused on its way back: %v", text, again.Validate("content"))
		}
		if diff := cmp.Diff(c.PlainText(), again.PlainText()); diff != "" {
			t.Fatal(diff)
		}
		masked, _ := c.Masked(chat.AllMasks)
		if err := masked.Validate("content"); err != nil {
			t.Fatalf("masked: %v", err)
		}
		if len(masked.Files()) != len(c.Files()) {
			t.Fatal("masking lost a file")
		}
	})
}

func links(t *testing.T, nodes []chat.Node) {
	t.Helper()
	for _, n := range nodes {
		if n.Href != "" {
			checkLink(t, n.Href)
		}
		links(t, n.Kids)
	}
}

// FuzzProject: of no entry, whatever is in it, does a customer see more than is the customer's. Everything secret in it begins with the same
// word, which must be in no byte.
func FuzzProject(f *testing.F) {
	f.Add("message", "everyone", 2, "c2:x", "joined")
	f.Add("joined", "everyone", 3, "", "inviting")
	f.Add("invitation", "staff", 2, "", "failed")
	f.Add("left", "everyone", 0, "", "removed")
	f.Add("notice", "backroom", 0, "t:1", "")
	f.Add("?", "?", -1, "", "")
	f.Fuzz(func(t *testing.T, kind, audience string, author int, key, state string) {
		const secret = "SECRET"
		p := chat.Participant{ID: 3, Kind: chat.Expert, Name: secret, PublicName: "E.", Nickname: secret, State: chat.State(state), Reason: secret, Detail: secret,
			Person: &chat.Person{Account: secret, ID: secret}, Agent: secret}
		e := chat.Entry{Seq: 7, Author: chat.ParticipantID(author), Audience: chat.Audience(audience), Kind: chat.EntryKind(kind), Key: key + secret, Via: secret,
			Content: chat.FromText("said"), Fact: &chat.Fact{Participant: &p, Detail: secret, Agent: secret, Share: &chat.Share{Lifted: []chat.Lift{{Reason: secret}}}}}
		v, ok := chat.Project(chat.Customer, e)
		if ok != (audience == string(chat.Everyone)) {
			t.Fatalf("a line for %q is shown: %v", audience, ok)
		}
		if author == 1 {
			v.Key = "" // one's own
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), secret) {
			t.Fatalf("a customer gets %s", text)
		}
	})
}
