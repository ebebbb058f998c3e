package teams

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

// TestUnmark: which lines are private, and what remains of them. An empty want means that nothing changes.
func TestUnmark(t *testing.T) {
	mentions := []graph.Mention{{ID: 0, Mentioned: &graph.From{User: &graph.Who{ID: "u1"}}}, {ID: 1, Mentioned: &graph.From{User: &graph.Who{ID: "u2"}}}}
	for name, tt := range map[string]struct {
		html    string
		private bool
		want    string // as HTML again
	}{
		"first line":            {"<p>// secret</p>", true, "<p>secret</p>"},
		"no space":              {"<p>//secret</p>", true, "<p>secret</p>"},
		"space before":          {"<p>&nbsp; // secret</p>", true, "<p>secret</p>"},
		"later line":            {"<p>one<br>// two<br>three</p>", true, "<p>one<br>two<br>three</p>"},
		"later paragraph":       {"<p>one</p><p>// two</p>", true, "<p>one</p><p>two</p>"},
		"several lines":         {"<p>// one<br>// two</p>", true, "<p>one<br>two</p>"},
		"bold":                  {"<p><b>// secret</b> x</p>", true, "<p><b>secret</b> x</p>"},
		"half bold":             {"<p><b>/</b>/ secret</p>", true, "<p>secret</p>"},
		"nested marks":          {"<p><i></i><span><b>//</b></span> secret</p>", true, "<p>secret</p>"},
		"heading":               {"<h2>// secret</h2>", true, "<h2>secret</h2>"},
		"text in a div":         {"<div><div>// secret</div></div>", true, "<p>secret</p>"},
		"zero width before":     {"<p>\u200b// secret</p>", true, "<p>secret</p>"},
		"zero width between":    {"<p>/\u2060/ secret</p>", true, "<p>secret</p>"},
		"wide strokes":          {"<p>／／秘密</p>", true, "<p>秘密</p>"},
		"three strokes":         {"<p>///etc/hosts</p>", true, "<p>/etc/hosts</p>"},
		"path after":            {"<p>// /etc/hosts</p>", true, "<p>/etc/hosts</p>"},
		"list item":             {"<ul><li>// secret</li><li>b</li></ul>", true, "<ul><li>secret</li><li>b</li></ul>"},
		"table cell":            {"<table><tr><td>a</td><td>//</td></tr></table>", true, "<table><tr><td>a</td><td></td></tr></table>"},
		"mention first":         {`<p><at id="0">Anna</at> // secret</p>`, true, `<p><at id="0">Anna</at> secret</p>`},
		"mentions first":        {`<p><at id="0">Anna</at>&nbsp;<at id="1">Omar</at>&nbsp;//secret</p>`, true, `<p><at id="0">Anna</at> <at id="1">Omar</at> secret</p>`},
		"mention, no space":     {`<p><at id="0">Anna</at>//<b>secret</b></p>`, true, `<p><at id="0">Anna</at><b> secret</b></p>`},
		"mention after":         {`<p>// <at id="0">Anna</at> secret</p>`, true, `<p><at id="0">Anna</at> secret</p>`},
		"link after":            {`<p>// <a href="https://x.example">x</a></p>`, true, `<p><a href="https://x.example">x</a></p>`},
		"link made of it":       {`<p><a href="https://x.example">//x.example</a> y</p>`, true, `<p><a href="https://x.example">x.example</a> y</p>`},
		"after a quotation":     {"<blockquote>q</blockquote><p>// secret</p>", true, "<blockquote>q</blockquote><p>secret</p>"},
		"mark on its own line":  {"<p>//<br>secret</p>", true, "<p>secret</p>"},
		"mark in its paragraph": {"<p>//</p><p>secret</p>", true, "<p>secret</p>"},
		"empty line in between": {"<p>a<br>// <br>b</p>", true, "<p>a<br>b</p>"},
		"nothing but the mark":  {"<p>// </p>", true, ""},
		"only a cell":           {"<table><tr><td>//</td></tr></table>", true, ""},
		"only the mark, bold":   {"<p><b>//</b></p>", true, ""},
		"mark and a picture":    {`<p>//</p><img alt="x" src="https://evil.test">`, true, `<img alt="x" src="https://evil.test">`},
		"address":               {"<p>https://example.com</p>", false, ""},
		"linked address":        {`<p><a href="https://example.com">https://example.com</a></p>`, false, ""},
		"in the middle":         {"<p>see // here</p>", false, ""},
		"one stroke":            {"<p>/leave</p>", false, ""},
		"strokes apart":         {"<p>/ / x</p>", false, ""},
		"strokes on two lines":  {"<p>/<br>/ x</p>", false, ""},
		"stroke, mention":       {`<p>/<at id="0">Anna</at>/ x</p>`, false, ""},
		"emoji first":           {`<p><emoji alt="🙂"></emoji> // x</p>`, false, ""},
		"in a quotation":        {"<blockquote>// quoted</blockquote><p>x</p>", false, ""},
		"in a list in a quote":  {"<blockquote><ul><li>// quoted</li></ul></blockquote><p>x</p>", false, ""},
		"in a code block":       {"<pre>// comment</pre>", false, ""},
		"in a code block, new":  {`<codeblock class="C"><code>a<br>// comment</code></codeblock>`, false, ""},
		"backslashes":           {`<p>\\server\share</p>`, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			read := func(html string) chat.Content {
				return parse(graph.ChatMessage{Body: graph.Body{ContentType: "html", Content: html}, Mentions: mentions}, fake())
			}
			before := read(tt.html)
			got, private := unmark(before)
			if private != tt.private {
				t.Errorf("private is %v", private)
			}
			if diff := cmp.Diff(dump(read(tt.html), 0), dump(before, 0)); diff != "" {
				t.Errorf("what was given changed: %s", diff)
			}
			if tt.want == "" {
				tt.want = tt.html
			}
			if diff := cmp.Diff(dump(read(tt.want), 0), dump(got, 0)); diff != "" {
				t.Error(diff)
			}
			if err := got.Validate("content"); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestUnmarkText: the same for bodies that are plain text.
func TestUnmarkText(t *testing.T) {
	for text, want := range map[string]string{"// a": "a", "a\n//b": "a\nb", "\t// a": "a", "https://x.example // no": "", "//": "//", "a // b": ""} {
		content := parse(graph.ChatMessage{Body: graph.Body{ContentType: "text", Content: text}}, fake())
		got, private := unmark(content)
		if private != (want != "") {
			t.Errorf("%q: private is %v", text, private)
		}
		if private && got.PlainText() != want {
			t.Errorf("%q becomes %q", text, got.PlainText())
		}
	}
}

// TestUnmarkLong: a message too long for a line is private as a whole even if the mark stands in what is cut off.
func TestUnmarkLong(t *testing.T) {
	for _, html := range []string{
		"<p>" + strings.Repeat("x", 9000) + "</p><p>// secret</p>",
		"<p>" + strings.Repeat("x", chat.MaxTextRunes) + "<br>// secret</p>",
		strings.Repeat("<p>x</p>", 3000) + "<p>// secret</p>",
		"<ul>" + strings.Repeat("<li>x</li>", 3000) + "<li>// secret</li></ul>",
		strings.Repeat("<div>", 600) + "x<br>// secret",
	} {
		content := readBack(html)
		kept, private := unmark(content)
		if !private {
			t.Errorf("%.30s… is for everyone", html)
		}
		if content.Validate("content") != nil || kept.Validate("content") != nil {
			t.Errorf("%.30s… is not valid: %v, %v", html, content.Validate("content"), kept.Validate("content"))
		}
	}
}
