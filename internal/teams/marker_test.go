package teams

import (
	"testing"

	"trialog/internal/graph"
	"trialog/internal/store"
)

// TestMarkerOf: a marker counts at the very end of a message of the thread's sender, and nowhere else.
func TestMarkerOf(t *testing.T) {
	const marker = "ABCDEFGHIJKLMNOP"
	thread := store.Thread{Sender: "anna"}
	tag := markTag(marker)
	for name, tt := range map[string]struct {
		html string
		want bool
	}{
		"at its place":             {"<p>x</p>" + tag, true},
		"alone":                    {tag, true},
		"line feed after":          {"<p>x</p>" + tag + "\n", true},
		"white space inside":       {`<p>x</p><abbr title="tl:` + marker + `"> </abbr>`, true},
		"wrapped in a div":         {"<div><div><p>x</p>" + tag + "</div>\n</div>", true},
		"wrapped in a p":           {"<p>x</p>\n<p>" + tag + "</p>", true},
		"non-breaking space after": {"<p>x</p>" + tag + "&nbsp;", true},
		"break after":              {"<p>x</p>" + tag + "<br>", true},
		"empty paragraph after":    {"<p>x</p>" + tag + "<p>&nbsp;</p>", true},
		"nothing but a quotation":  {"<blockquote><p>x</p>" + tag + "</blockquote>", false},
		"text after":               {"<p>x</p>" + tag + "<p>more</p>", false},
		"quoted with an answer":    {"<blockquote><p>x</p>" + tag + "</blockquote><p>Neu starten!</p>", false},
		"as words":                 {"<p>x</p>&lt;abbr title=\"tl:" + marker + "\"&gt;&lt;/abbr&gt;", false},
		"words inside":             {`<p>x</p><abbr title="tl:` + marker + `">x</abbr>`, false},
		"too short":                {`<abbr title="tl:ABCDEFGH"></abbr>`, false},
		"too long":                 {`<abbr title="tl:` + marker + `Q"></abbr>`, false},
		"lower case":               {`<abbr title="tl:abcdefghijklmnop"></abbr>`, false},
		"other title":              {`<abbr title="` + marker + `"></abbr>`, false},
		"no abbr":                  {`<span title="tl:` + marker + `"></span>`, false},
		"file after":               {"<p>x</p>" + tag + `<attachment id="1"></attachment>`, false},
		"picture after":            {"<p>x</p>" + tag + `<img src="x">`, false},
		"none":                     {"<p>x</p>", false},
		"empty":                    {"", false},
	} {
		m := graph.ChatMessage{From: &graph.From{User: &graph.Who{ID: "anna"}}, Body: graph.Body{ContentType: "html", Content: tt.html}}
		want := ""
		if tt.want {
			want = marker
		}
		if got := markerOf(thread, m); got != want {
			t.Errorf("%s: marker %q in %s", name, got, tt.html)
		}
	}
}

// TestMarkerTwice: the last one counts; a post may quote another one.
func TestMarkerTwice(t *testing.T) {
	m := graph.ChatMessage{From: &graph.From{User: &graph.Who{ID: "anna"}}, Body: graph.Body{ContentType: "html",
		Content: "<blockquote>" + markTag("AAAAAAAAAAAAAAAA") + "</blockquote><p>x</p>" + markTag("BBBBBBBBBBBBBBBB")}}
	if got := markerOf(store.Thread{Sender: "anna"}, m); got != "BBBBBBBBBBBBBBBB" {
		t.Errorf("marker %q", got)
	}
}

// TestMarkerOfOthers: nobody else can claim a marker, nor can plain text.
func TestMarkerOfOthers(t *testing.T) {
	thread := store.Thread{Sender: "anna"}
	html := graph.Body{ContentType: "html", Content: markTag("ABCDEFGHIJKLMNOP")}
	anna := &graph.From{User: &graph.Who{ID: "anna"}}
	for name, m := range map[string]graph.ChatMessage{
		"an expert":   {From: &graph.From{User: &graph.Who{ID: "eva"}}, Body: html},
		"an app":      {From: &graph.From{Application: &graph.Who{ID: "anna"}}, Body: html},
		"nobody":      {Body: html},
		"plain text":  {From: anna, Body: graph.Body{ContentType: "text", Content: html.Content}},
		"no kind":     {From: anna, Body: graph.Body{Content: html.Content}},
		"empty names": {From: &graph.From{User: &graph.Who{}}, Body: html},
	} {
		if got := markerOf(thread, m); got != "" {
			t.Errorf("%s: marker %q", name, got)
		}
	}
}

// TestMarkerSaysNothing: a marker leaves no trace in what people read.
func TestMarkerSaysNothing(t *testing.T) {
	m := graph.ChatMessage{Body: graph.Body{ContentType: "html", Content: "<p>x</p>" + markTag("ABCDEFGHIJKLMNOP")}}
	if got := parse(m, fake()).PlainText(); got != "x" {
		t.Errorf("%q", got)
	}
}
