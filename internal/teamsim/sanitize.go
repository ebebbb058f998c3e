package teamsim

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// sanitizer rewrites the HTML of a message as Teams does on its way in.
type sanitizer struct {
	cleanUp string                          // what else goes (fault)
	hosted  func(src string) (string, bool) // address of an image; false: leave it out
}

// allowed lists the elements that survive and their attributes. Everything else is
// unwrapped, or removed with its content if it is in removed.
func allowed() map[string][]string {
	none := []string{}
	return map[string][]string{
		"p": none, "div": none, "br": none, "span": {"style"}, "strong": none, "b": none, "em": none, "i": none, "u": none,
		"s": none, "strike": none, "del": none, "sub": none, "sup": none, "ul": none, "ol": {"start"}, "li": none, "blockquote": {"itemscope", "itemtype", "itemid"},
		"h1": none, "h2": none, "h3": none, "hr": none, "pre": none, "code": none,
		"table": none, "thead": none, "tbody": none, "tr": none, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"},
		"a":     {"href", "title", "rel", "target"},
		"img":   {"src", "alt", "width", "height", "style", "itemid", "itemtype", "itemscope"},
		"abbr":  {"title"},
		"at":    {"id"},
		"emoji": {"id", "alt", "title"}, "customemoji": {"id", "alt", "source"},
		"attachment": {"id"}, "codeblock": {"class"},
	}
}

var removed = []string{"script", "style", "iframe", "object", "embed", "template", "noscript", "svg", "math", "head", "title",
	"audio", "video", "canvas", "textarea", "select", "link", "meta", "base", "frame", "frameset", "applet", "systemeventmessage"}

// flat is what survives when everything but words is taken away; attachments and pictures are no decoration.
var flat = []string{"p", "br", "div", "img", "attachment", "at", "emoji", "customemoji"}

var voidElements = []string{"br", "hr", "img"}

// sanitize strips scripts, styles, handlers, forms and frames, drops comments and
// unknown attributes, folds white space, makes image addresses absolute and writes
// non-breaking spaces as &nbsp;. An empty abbr with a title survives.
func sanitize(text string, s sanitizer) string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(text), body)
	if err != nil {
		return escapeText(text)
	}
	var out strings.Builder
	w := &sanitizerRun{sanitizer: s, rules: allowed(), out: &out}
	for _, n := range nodes {
		w.node(n, false)
	}
	return strings.TrimSpace(out.String())
}

type sanitizerRun struct {
	sanitizer
	rules map[string][]string
	out   *strings.Builder
}

func (w *sanitizerRun) node(n *html.Node, keepSpace bool) {
	switch n.Type {
	case html.TextNode:
		text := n.Data
		if !keepSpace {
			text = foldSpace(text)
		}
		w.out.WriteString(escapeText(text))
		return
	case html.ElementNode:
	default:
		return
	}
	name := strings.ToLower(n.Data)
	attributes, known := w.rules[name]
	switch {
	case slices.Contains(removed, name), name == "abbr" && w.cleanUp == CleanUpStrips:
		return
	case !known, w.cleanUp == CleanUpFlattens && !slices.Contains(flat, name):
		w.children(n, keepSpace)
		return
	}
	if !w.open(n, name, attributes) || slices.Contains(voidElements, name) {
		return
	}
	w.children(n, keepSpace || name == "pre" || name == "codeblock")
	w.out.WriteString("</" + name + ">")
}

func (w *sanitizerRun) children(n *html.Node, keepSpace bool) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		w.node(child, keepSpace)
	}
}

// open writes the start tag; an image without a usable address is left out.
func (w *sanitizerRun) open(n *html.Node, name string, attributes []string) bool {
	var tag strings.Builder
	tag.WriteString("<" + name)
	for _, a := range n.Attr {
		if !slices.Contains(attributes, a.Key) {
			continue
		}
		value, good := w.value(name, a)
		if name == "abbr" && w.cleanUp == CleanUpRewrites {
			value = "abbreviation"
		}
		if !good {
			if a.Key == "src" {
				return false
			}
			continue
		}
		tag.WriteString(" " + a.Key + `="` + escapeAttribute(value) + `"`)
	}
	w.out.WriteString(tag.String() + ">")
	return true
}

func (w *sanitizerRun) value(name string, a html.Attribute) (string, bool) {
	switch a.Key {
	case "src", "source":
		return w.hosted(a.Val)
	case "href":
		return a.Val, safeLink(a.Val)
	case "style":
		lower := strings.ToLower(a.Val)
		return a.Val, !strings.Contains(lower, "url(") && !strings.Contains(lower, "expression") && !strings.Contains(lower, "javascript")
	}
	return a.Val, true
}

func safeLink(href string) bool {
	u, err := url.Parse(strings.TrimSpace(href))
	return err == nil && slices.Contains([]string{"http", "https", "mailto", "tel", "sip", "msteams"}, strings.ToLower(u.Scheme))
}

// foldSpace makes one space of every run of white space; non-breaking ones stay.
func foldSpace(s string) string {
	var out strings.Builder
	space := false
	for _, r := range s {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' {
			space = true
			continue
		}
		if space {
			out.WriteByte(' ')
			space = false
		}
		out.WriteRune(r)
	}
	if space {
		out.WriteByte(' ')
	}
	return out.String()
}

func escapeText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\u00a0", "&nbsp;", "\x00", "").Replace(s)
}

// escapeAttribute keeps the stand-in for Graph's address, which sanitize itself put in.
func escapeAttribute(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// plainText is what a person would read, for previews.
func plainText(text string) string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(text), body)
	if err != nil {
		return text
	}
	var out strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			out.WriteString(n.Data)
		case n.Data == "emoji" || n.Data == "customemoji":
			for _, a := range n.Attr {
				if a.Key == "alt" {
					out.WriteString(a.Val)
				}
			}
		case n.Data == "br" || n.Data == "p" || n.Data == "div" || n.Data == "li":
			out.WriteByte(' ')
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
	}
	for _, n := range nodes {
		walk(n)
	}
	return strings.TrimSpace(foldSpace(out.String()))
}
