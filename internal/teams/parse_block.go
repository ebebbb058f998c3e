package teams

import (
	"path"
	"strings"

	"golang.org/x/net/html"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

// block reads elements that stand on lines of their own.
func (p *parser) block(f *flow, n *html.Node, name string, s style) bool {
	switch name {
	case "p", "div", "section", "article", "main", "nav", "aside", "header", "footer", "address", "center", "details", "summary", "form",
		"fieldset", "legend", "figure", "figcaption", "caption", "dl", "dt", "dd", "li", "tr", "td", "th",
		"textarea", "option":
		p.paragraph(f, n, s)
	case "h1", "h2", "h3", "h4", "h5", "h6":
		p.paragraph(f, n, s.with(chat.Bold))
	case "hr":
		f.flush()
	case "pre", "codeblock":
		p.code(f, n, s)
	case "blockquote":
		p.quote(f, n, s)
	case "ul", "ol", "menu", "dir":
		p.list(f, n, s)
	case "table":
		p.table(f, n, s)
	case "img":
		p.image(f, n, s)
	case "audio", "video":
		f.add(chat.Node{T: chat.Placeholder, What: map[string]string{"audio": "voice", "video": "video"}[name], Text: mediaTitle(n)})
	case "attachment":
		p.attachmentAt(f, attribute(n, "id"), s)
		p.children(f, n, s) // of one that was not closed
	default:
		return false
	}
	return true
}

func (p *parser) paragraph(f *flow, n *html.Node, s style) {
	f.flush()
	p.children(f, n, s)
	f.flush()
}

// below reads what stands one level deeper into a node, which is added unless that is nothing.
func (p *parser) below(f *flow, n chat.Node, allowed []chat.NodeType, s style, read func(*flow, style)) {
	f.flush()
	inner := &flow{allowed: allowed}
	read(inner, s.deeper())
	inner.flush()
	if n.Kids = inner.blocks; len(n.Kids) > 0 {
		f.add(n)
	}
}

// quote reads a quotation. Older clients write the quoted message itself this way, with its id and, first, its author.
func (p *parser) quote(f *flow, n *html.Node, s style) {
	q := chat.Node{T: chat.Quote}
	if strings.HasSuffix(attribute(n, "itemtype"), "/Reply") {
		q.Ref = p.line(attribute(n, "itemid"))
		q.Text = takeAuthor(n)
	}
	if !s.room(1) {
		if q.Ref == 0 {
			p.paragraph(f, n, s)
		}
		return
	}
	p.below(f, q, blockTypes, s, func(in *flow, s style) { p.children(in, n, s) })
}

// line returns the line that a message of the thread is, or 0.
func (p *parser) line(id string) chat.Seq {
	if p.abroad || id == "" {
		return 0
	}
	return p.quoted(graph.MessageID(id))
}

// takeAuthor removes the author's name from an older client's quotation and returns it.
func takeAuthor(quote *html.Node) string {
	for n := range quote.Descendants() {
		if attribute(n, "itemprop") == "mri" {
			name := oneLine(textOf(n))
			n.Parent.RemoveChild(n)
			return name
		}
	}
	return ""
}

// code reads a code block; pictures and files inside it come after it.
func (p *parser) code(f *flow, n *html.Node, s style) {
	text := strings.Trim(tidy(strings.ReplaceAll(textOf(n), "\u00a0", " ")), "\n")
	if !blank(text) {
		f.add(chat.Node{T: chat.CodeBlock, Text: text, Lang: language(n)})
	}
	for c := range n.Descendants() {
		if isPicture(c) || c.Data == "attachment" {
			p.block(f, &html.Node{Type: html.ElementNode, Data: c.Data, Attr: c.Attr}, c.Data, s)
		}
	}
}

// language finds the language of a code block: <codeblock class="Json">, <pre class="language-json">, <pre><code class="language-json">.
func language(n *html.Node) string {
	classes := strings.Fields(attribute(n, "class"))
	if c := n.FirstChild; c != nil && c.Data == "code" {
		classes = append(classes, strings.Fields(attribute(c, "class"))...)
	}
	for i, class := range classes {
		lang, tagged := strings.CutPrefix(strings.ToLower(class), "language-")
		if lang = oneLine(lang); (tagged || i == 0 && n.Data == "codeblock") && lang != "undefined" && lang != "was-manually-selected" && len(lang) <= 30 {
			return lang
		}
	}
	return ""
}

// image reads a picture: pasted ones are fetched from Graph; animated ones, and those that lie elsewhere, are only named, since
// fetching what a stranger points to is not for a server. [reliability: S26]
func (p *parser) image(f *flow, n *html.Node, s style) {
	src, kind, alt := attribute(n, "src"), path.Base(attribute(n, "itemtype")), oneLine(attribute(n, "alt"))
	switch {
	case isEmoji(n):
		p.emoji(f, n, s)
	case kind == "Giphy", kind == "Tenor", kind == "Sticker", kind == "Meme", kind == "FlikMsg":
		f.add(chat.Node{T: chat.Placeholder, What: "sticker", Text: alt})
	case strings.Contains(src, "/hostedContents/"):
		f.add(p.fetch(remote{URL: src, Name: pictureName(alt), Picture: true}))
	default:
		f.add(chat.Node{T: chat.Placeholder, What: "file", Text: alt})
	}
}

// pictureName makes a file's name of a picture's description.
func pictureName(alt string) string {
	switch {
	case blank(alt):
		return "image.png"
	case len(path.Ext(alt)) < 2 || len(path.Ext(alt)) > 5:
		return alt + ".png"
	}
	return alt
}

// mediaTitle finds the words by which people know a recording.
func mediaTitle(n *html.Node) string {
	for _, text := range []string{attribute(n, "title"), attribute(n, "alt"), textOf(n)} {
		if title := oneLine(text); !blank(title) {
			return title
		}
	}
	return ""
}

// fetch gets a file, as long as one line may carry more.
func (p *parser) fetch(r remote) chat.Node {
	if p.files++; p.files > chat.MaxFiles || p.abroad && r.Picture {
		return chat.Node{T: chat.Placeholder, What: "file", Text: oneLine(r.Name)}
	}
	return p.file(r)
}
