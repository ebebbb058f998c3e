package chat

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFromTextKeepsTheWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if got, want := FromText(s).PlainText(), Clean(s); got != want {
			t.Fatalf("FromText(%q).PlainText() = %q, want %q", s, got, want)
		}
	})
}

func TestFromTextValidates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"hello", "https://example.org/a?b=c", "http://x", "javascript:alert(1)", "\n",
			"(https://en.wikipedia.org/wiki/Go_(game))", "<script>", "🎉", "https://", "https://user:pw@evil.test/"}), 1, 20).Draw(t, "words")
		c := FromText(strings.Join(words, " "))
		if len(c) == 0 {
			return
		}
		if err := c.Validate("text"); err != nil {
			t.Fatalf("FromText(%q) does not validate: %v", words, err)
		}
	})
}

func TestLinks(t *testing.T) {
	for _, tt := range []struct{ text, href, shown string }{
		{"see https://example.org/x.", "https://example.org/x", "https://example.org/x"},
		{"(https://en.wikipedia.org/wiki/Go_(game))", "https://en.wikipedia.org/wiki/Go_(game)", "https://en.wikipedia.org/wiki/Go_(game)"},
		{"http://a.test?q=1, then", "http://a.test?q=1", "http://a.test?q=1"},
		{"no address here", "", ""},
		{"javascript:alert(1)", "", ""},
		{"https://graph.microsoft.com@evil.test/", "", ""},
		{"https://", "", ""},
	} {
		href, shown := "", ""
		FromText(tt.text).walk(func(n Node) {
			if n.T == Link {
				href, shown = n.Href, n.Kids[0].Text
			}
		})
		if href != tt.href || shown != tt.shown {
			t.Errorf("%q: link %q shown as %q, want %q shown as %q", tt.text, href, shown, tt.href, tt.shown)
		}
	}
}

func TestSafeHref(t *testing.T) {
	for raw, want := range map[string]bool{
		"https://example.org":                  true,
		"HTTP://example.org/a b":               true,
		"mailto:a@b.org":                       true,
		"tel:+49221":                           true,
		"javascript:alert(1)":                  false,
		"java\tscript:alert(1)":                false,
		"data:text/html;base64,PHM+":           false,
		"vbscript:x":                           false,
		"//evil.test":                          false,
		"file:///etc/passwd":                   false,
		"https://":                             false,
		"https://user@evil.test":               false,
		"":                                     false,
		"https://" + strings.Repeat("a", 2050): false,
	} {
		if _, ok := SafeHref(raw); ok != want {
			t.Errorf("SafeHref(%q) = %v, want %v", raw, ok, want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\rc":     "a\nb\nc",
		"a\x00b\x1bc":   "abc",
		"a\xff\xfeb":    "a\uFFFDb",
		"\n\nx\n\n":     "x",
		"  indented":    "  indented",
		"\uFEFFbom":     "bom",
		"line\u2028two": "line\ntwo",
		"👩‍👩‍👧 stays":   "👩‍👩‍👧 stays",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	p := func(kids ...Node) Content { return Content{{T: Paragraph, Kids: kids}} }
	deep := Node{T: Paragraph, Kids: []Node{{T: Text, Text: "x"}}}
	for range 20 {
		deep = Node{T: Quote, Kids: []Node{deep}}
	}
	for name, tt := range map[string]struct {
		c    Content
		code string
	}{
		"empty":               {nil, "empty"},
		"only blanks":         {p(Node{T: Text, Text: " \n "}), "empty"},
		"inline at the top":   {Content{{T: Text, Text: "x"}}, "bad_node"},
		"unknown node":        {Content{{T: "script", Text: "x"}}, "bad_node"},
		"item outside list":   {Content{{T: Item}}, "bad_node"},
		"kids below text":     {p(Node{T: Text, Text: "x", Kids: []Node{{T: Text, Text: "y"}}}), "bad_node"},
		"number of bullets":   {Content{{T: List, Start: 3, Kids: []Node{{T: Item, Kids: p(Node{T: Text, Text: "x"})}}}}, "bad_start"},
		"huge number":         {Content{{T: List, Ordered: true, Start: MaxStart + 1, Kids: []Node{{T: Item, Kids: p(Node{T: Text, Text: "x"})}}}}, "bad_start"},
		"unknown mark":        {p(Node{T: Text, Text: "x", Marks: []Mark{"blink"}}), "bad_mark"},
		"script link":         {p(Node{T: Link, Href: "javascript:alert(1)", Kids: []Node{{T: Text, Text: "x"}}}), "bad_link"},
		"unnormalised link":   {p(Node{T: Link, Href: "https://example.org/a b", Kids: []Node{{T: Text, Text: "x"}}}), "bad_link"},
		"href on text":        {p(Node{T: Text, Text: "x", Href: "https://example.org"}), "bad_link"},
		"file without a file": {Content{{T: FileNode}}, "bad_file"},
		"too deep":            {Content{deep}, "too_deep"},
		"too long":            {p(Node{T: Text, Text: strings.Repeat("x", MaxTextRunes+1)}), "text_too_long"},
		"bad UTF-8":           {p(Node{T: Text, Text: "\xff"}), "bad_text"},
	} {
		var refused *Error
		err := tt.c.Validate("content")
		if !asError(err, &refused) || refused.Code != tt.code || !strings.HasPrefix(refused.Field, "content") {
			t.Errorf("%s: got %v, want %s", name, err, tt.code)
		}
	}
}

func TestValidateAccepts(t *testing.T) {
	text := []Node{{T: Text, Text: "x", Marks: []Mark{Bold, Italic}}}
	para := []Node{{T: Paragraph, Kids: text}}
	c := Content{
		{T: Paragraph, Kids: []Node{{T: Mention, Text: "Anna"}, {T: Break}, {T: Emoji, Text: "🙂"}, {T: Link, Href: "tel:+49221", Kids: text}}},
		{T: Quote, Text: "Karla", Kids: para}, {T: CodeBlock, Text: "a\nb", Lang: "go"},
		{T: List, Ordered: true, Kids: []Node{{T: Item, Kids: para}}},
		{T: Table, Kids: []Node{{T: Row, Kids: []Node{{T: Cell, Kids: para}}}}},
		{T: FileNode, File: &File{ID: "f", Name: "a.pdf"}}, {T: Placeholder, What: "poll", Text: "Lunch?"},
	}
	if err := c.Validate("content"); err != nil {
		t.Fatal(err)
	}
}
