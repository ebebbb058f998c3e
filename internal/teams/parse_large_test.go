package teams

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

// TestParseLarge: bodies too large or too deep for one line keep their words from the front, and say at the end that something is
// missing. B19 B30 B34 B43
func TestParseLarge(t *testing.T) {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	repeat := strings.Repeat
	for _, tt := range []struct {
		name, kind, body string
		begins           string // of the plain text
		ends             string
	}{
		{"600 divs", "html", repeat("<div>", 600) + "deep" + repeat("</div>", 600) + "<p>after</p><script>x</script>", "deep", "after"},
		{"600 divs with emoji", "html", repeat("<div>", 600) + `a<br>b&nbsp;c <emoji alt="🙂"></emoji><attachment id="1"></attachment>`, "a\nb c 🙂", "[file a.pdf]"},
		{"500 quotations", "html", repeat("<blockquote>", 500) + "deep", "deep", "deep"},
		{"400 lists", "html", repeat("<ul><li>", 200) + "deep", "deep", "deep"},
		{"100 tables", "html", repeat("<table><tr><td>", 100) + "deep", "deep", "deep"},
		{"3,000 paragraphs", "html", many(3000, "<p>#</p>"), "0\n1\n2\n", "[long]"},
		{"3,000 items", "html", "<ul>" + many(3000, "<li>#</li>") + "</ul>", "0\n1\n2\n", "[long]"},
		{"3,000 cells", "html", "<table>" + many(300, "<tr>"+repeat("<td>#</td>", 10)+"</tr>") + "</table>", "0\t0\t0\t", "[long]"},
		{"3,000 marks", "html", many(3000, "<b>b</b><i>i</i>"), "bibibi", "[long]"},
		{"3,000 links", "html", many(3000, `<a href="https://x.example/#">l</a>`), "lll", "[long]"},
		{"3,000 breaks", "html", "a" + repeat("<br>", 3000) + "b", "a\n", "[long]"},
		{"3,000 emoji", "html", repeat(`<emoji alt="🙂"></emoji>`, 3000), "🙂🙂", "[long]"},
		{"1,000 pictures", "html", repeat(`<img src="https://evil.test/x.gif">`, 1000), "[file]\n", "[file]"},
		{"1,999 pictures", "html", repeat(`<img src="https://evil.test/x.gif">`, 1999), "[file]\n", "[file]"},
		{"2,000 pictures", "html", repeat(`<img src="https://evil.test/x.gif">`, 2000), "[file]\n", "[long]"},
		{"a long line", "html", "<p>" + repeat("x", 20_000) + "</p>", "xxxx", "x\n[long]"},
		{"the longest line", "html", "<p>" + repeat("x", chat.MaxTextRunes) + "</p>", "xxxx", "xxxx"},
		{"a long word in Japanese", "html", "<p>" + repeat("漢", 9000) + "</p>", "漢漢", "漢\n[long]"},
		{"long code", "html", "<pre>" + repeat("line\n", 5000) + "</pre>", "line\nline", "[long]"},
		{"long text", "text", repeat("word ", 5000), "word word", "word\n[long]"},
		{"3,000 lines of text", "text", repeat("x\n", 3000), "x\nx\n", "[long]"},
		{"10,000 families", "html", "<p>" + repeat("👨‍👩‍👧‍👦", 10_000) + "</p>", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "[long]"},
		{"5,000 accents", "html", "<p>a" + repeat("\u0301", 5000) + "b</p>", "a\u0301", "\u0301b"},
		{"long attributes", "html", `<img alt="` + repeat("y", 9000) + `" src="x"><emoji alt="` + repeat("z", 9000) + `">`, "[file yyy", "zz…"},
		{"long name", "html", `<at id="0">` + repeat("n", 9000) + `</at>`, "nnn", "[long]"},
		{"half a megabyte", "html", repeat("x", 512<<10), "[long]", "[long]"},
		{"active marks", "html", "<p>" + many(400, "<b id=#>") + "</p>" + repeat("<p>x", 60_000), "x\nx\n", "[long]"},
		{"active marks, hidden", "html", "<svg><style>" + many(400, "<b id=#>") + "</p>" + repeat("<p>x", 60_000), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := graph.ChatMessage{Body: graph.Body{ContentType: tt.kind, Content: tt.body}}
			if strings.Contains(tt.body, "<attachment") {
				m.Attachments = []graph.Attachment{{ID: "1", ContentType: "reference", Name: "a.pdf"}}
			}
			o := fake()
			o.file = func(r remote) chat.Node { return chat.Node{T: chat.Placeholder, What: "file", Text: r.Name} }
			began := time.Now()
			content := parse(m, o)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if err := content.Validate("content"); err != nil {
				t.Error(err)
			}
			text := content.PlainText()
			if !strings.HasPrefix(text, tt.begins) || !strings.HasSuffix(text, tt.ends) || !utf8.ValidString(text) {
				t.Errorf("from %.40q to %q", text, text[max(0, len(text)-40):])
			}
		})
	}
}
