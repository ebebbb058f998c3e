package teams

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// rendered is what the renderer makes of content that has no files.
func rendered(t interface{ Fatal(...any) }, content chat.Content) string {
	r := &renderer{w: wordsOf(store.Account{})}
	text, err := r.content(context.Background(), chat.Entry{}, content)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// readBack is what parse makes of it, as it would of a message in Teams.
func readBack(html string) chat.Content {
	return parse(graph.ChatMessage{Body: graph.Body{ContentType: "html", Content: html}}, fake())
}

// wordsIn returns the words of content, in order.
func wordsIn(content chat.Content) []string { return strings.Fields(content.PlainText()) }

// TestRoundTrip: whatever a line says, its words stand in Teams, in their order and with nothing between; and what a person reads there
// is valid content again.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := chat.Content(drawBlocks(t, 3))
		if content.Validate("content") != nil {
			t.Skip("says nothing")
		}
		html := rendered(t, content)
		back := readBack(html)
		if err := back.Validate("content"); err != nil {
			t.Fatalf("%v\n%s", err, html)
		}
		if diff := cmp.Diff(wordsIn(content), wordsIn(back)); diff != "" {
			t.Fatalf("%s\n%s\n%s\n%s", diff, html, dump(content, 0), dump(back, 0))
		}
	})
}

// TestRoundTripTwice: what was read back once is read back the same again.
func TestRoundTripTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := chat.Content(drawBlocks(t, 3))
		if content.Validate("content") != nil {
			t.Skip("says nothing")
		}
		once := readBack(rendered(t, content))
		twice := readBack(rendered(t, once))
		if diff := cmp.Diff(dump(once, 0), dump(twice, 0)); diff != "" {
			t.Fatalf("%s\n%s", diff, rendered(t, once))
		}
	})
}

// TestRoundTripText: typed text keeps its lines and its spaces.
func TestRoundTripText(t *testing.T) {
	for _, text := range []string{"hello", "a\nb\n\nc", "a  b   c", "1 < 2 && 3 > 2", "<script>alert(1)</script>", "see https://x.example/a?b=1&c=2.",
		"👨‍👩‍👧‍👦 ❤️", "نص عربي", "Anna (agent) · #17", `"quoted" 'it'`, "&nbsp; &lt;", "a\u200bb"} {
		content := chat.FromText(text)
		if got := readBack(rendered(t, content)).PlainText(); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
}

var pieces = []string{"hello", "two words", " lead", "trail ", "a  b", "<b>no</b>", "&amp;", `"'`, "// x", "https://x.example", "佐藤", "نص", "e\u0301", "é", "👩🏽‍🚀", "#17"}

func drawBlocks(t *rapid.T, depth int) []chat.Node {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) chat.Node { return drawBlock(t, depth) }), 1, 4).Draw(t, "blocks")
}

func drawBlock(t *rapid.T, depth int) chat.Node {
	kinds := []chat.NodeType{chat.Paragraph, chat.CodeBlock}
	if depth > 0 {
		kinds = append(kinds, chat.Quote, chat.List, chat.Table)
	}
	n := chat.Node{T: rapid.SampledFrom(kinds).Draw(t, "kind")}
	switch n.T {
	case chat.Paragraph:
		n.Kids = drawLine(t)
	case chat.CodeBlock:
		n.Text = strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 4).Draw(t, "code"), rapid.SampledFrom([]string{"\n", "\n  ", " "}).Draw(t, "between"))
	case chat.Quote:
		n.Kids = drawBlocks(t, depth-1)
	case chat.List:
		if n.Ordered = rapid.Bool().Draw(t, "ordered"); n.Ordered {
			n.Start = rapid.SampledFrom([]int{0, 2, 3, chat.MaxStart}).Draw(t, "start")
		}
		for range rapid.IntRange(1, 3).Draw(t, "items") {
			n.Kids = append(n.Kids, chat.Node{T: chat.Item, Kids: without(drawBlocks(t, depth-1), chat.Table)})
		}
	case chat.Table:
		for range rapid.IntRange(1, 2).Draw(t, "rows") {
			row := chat.Node{T: chat.Row}
			for range 2 {
				row.Kids = append(row.Kids, chat.Node{T: chat.Cell, Kids: without(drawBlocks(t, depth-1), chat.Table, chat.Quote)})
			}
			n.Kids = append(n.Kids, row)
		}
	}
	return n
}

// without leaves out blocks that may not stand in a place.
func without(blocks []chat.Node, types ...chat.NodeType) (kept []chat.Node) {
	for _, n := range blocks {
		allowed := true
		for _, t := range types {
			allowed = allowed && n.T != t
		}
		if allowed {
			kept = append(kept, n)
		}
	}
	return kept
}

func drawLine(t *rapid.T) []chat.Node {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) chat.Node {
		n := chat.Node{T: rapid.SampledFrom([]chat.NodeType{chat.Text, chat.Text, chat.Break, chat.Link, chat.Mention, chat.Emoji}).Draw(t, "inline")}
		switch n.T {
		case chat.Text:
			n.Text = rapid.SampledFrom(pieces).Draw(t, "text")
			n.Marks = rapid.SliceOfNDistinct(rapid.SampledFrom([]chat.Mark{chat.Bold, chat.Italic, chat.Underline, chat.Strike, chat.Code}), 0, 3, rapid.ID).Draw(t, "marks")
		case chat.Link:
			n.Href, n.Kids = "https://x.example/?a=1&b=2", []chat.Node{{T: chat.Text, Text: rapid.SampledFrom(pieces).Draw(t, "words")}}
		case chat.Mention:
			n.Text = "Eva Lind"
		case chat.Emoji:
			n.Text = "🙂"
		}
		return n
	}), 1, 6).Draw(t, "line")
}

// TestQuoteNamesItsAuthor: a quotation says whose words it holds, outside of what they said; a name is text and nothing else.
func TestQuoteNamesItsAuthor(t *testing.T) {
	for name, want := range map[string]string{
		"":         "<blockquote><p>Es blinkt</p></blockquote>",
		"Karla":    "<blockquote><p><em>Karla:</em></p><p>Es blinkt</p></blockquote>",
		"<b>K</b>": "<blockquote><p><em>&lt;b&gt;K&lt;/b&gt;:</em></p><p>Es blinkt</p></blockquote>",
	} {
		if got := rendered(t, chat.Content{{T: chat.Quote, Text: name, Kids: chat.FromText("Es blinkt")}}); got != want {
			t.Errorf("%q gives %s", name, got)
		}
	}
}
