package chat

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Content is what a line says: a small typed tree that every outlet (widget, desk, Teams, transcript) renders with its own encoder.
// No HTML is ever stored.
type Content []Node

// NodeType names the kinds of node.
type NodeType string

// The kinds of node. Blocks stand in Content, Quote, Item and Cell; inline nodes in Paragraph and Link.
const (
	Paragraph   NodeType = "p"           // Kids: inline
	Quote       NodeType = "quote"       // Kids: blocks; Text: author's name if known; Ref: the line quoted if known
	CodeBlock   NodeType = "code"        // Text, with line feeds; Lang
	List        NodeType = "list"        // Kids: Item; Ordered, Start
	Item        NodeType = "item"        // Kids: blocks
	Table       NodeType = "table"       // Kids: Row
	Row         NodeType = "row"         // Kids: Cell
	Cell        NodeType = "cell"        // Kids: blocks
	FileNode    NodeType = "file"        // File
	Placeholder NodeType = "placeholder" // What can't be carried: What names it, Text its title
	Text        NodeType = "text"        // Text, Marks
	Break       NodeType = "br"          // a line break
	Link        NodeType = "link"        // Href, Kids: text
	Mention     NodeType = "mention"     // Text: the name
	Emoji       NodeType = "emoji"       // Text: Unicode emoji, or the name of a custom one; File: its picture, if custom
)

// Mark is a way of writing text.
type Mark string

// The marks.
const (
	Bold      Mark = "bold"
	Italic    Mark = "italic"
	Underline Mark = "underline"
	Strike    Mark = "strike"
	Code      Mark = "code"
)

// Node is one node of a Content tree.
type Node struct {
	T       NodeType `json:"t"`
	Text    string   `json:"text,omitempty"`
	Marks   []Mark   `json:"marks,omitempty"`
	Href    string   `json:"href,omitempty"`
	Lang    string   `json:"lang,omitempty"`
	Ordered bool     `json:"ordered,omitempty"`
	Start   int      `json:"start,omitempty"` // the number of an ordered list's first item, at most MaxStart; 0 for 1
	What    string   `json:"what,omitempty"`  // card, poll, voice, video, meeting, sticker, loop, tab, file, policy, long (the rest of it), unknown
	Ref     Seq      `json:"ref,omitempty"`
	File    *File    `json:"file,omitempty"`
	Kids    []Node   `json:"kids,omitempty"`
}

// File is a stored file as a line shows it. Size is in bytes; Width and Height in pixels for pictures, else 0.
type File struct {
	ID     FileID `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Type   string `json:"type"` // media type as found by looking at the bytes
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// Picture reports whether outlets show the file as a picture.
func (f File) Picture() bool { return f.Width > 0 && strings.HasPrefix(f.Type, "image/") }

// Limits of one line.
const (
	MaxTextRunes = 8000 // all text of one line
	MaxTextBytes = 24_000
	MaxNodes     = 2000
	MaxDepth     = 12
	MaxFiles     = 10
	MaxStart     = 100_000 // the number of a list's first item
)

// FromText turns typed text into Content: one paragraph with a break for every line feed and a link where an address stands.
// Nothing in the text is markup: FromText(s).PlainText() is Clean(s).
func FromText(text string) Content {
	text = Clean(text)
	if text == "" {
		return nil
	}
	var kids []Node
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			kids = append(kids, Node{T: Break})
		}
		kids = append(kids, linkify(line)...)
	}
	return Content{{T: Paragraph, Kids: kids}}
}

// Clean makes typed text storable: valid UTF-8, line feeds only, no other control characters, no white space at the end.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if r == '\u2028' || r == '\u2029' {
			return '\n'
		}
		if unicode.Is(unicode.Cc, r) || r == '\uFEFF' {
			return -1
		}
		return r
	}, s)
	return strings.TrimRight(strings.TrimLeft(s, "\n"), "\n \t")
}

// linkify splits one line into text and links. Only http and https addresses that parse become links.
func linkify(line string) []Node {
	var nodes []Node
	text := func(s string) {
		if s != "" {
			nodes = append(nodes, Node{T: Text, Text: s})
		}
	}
	for rest := line; rest != ""; {
		at := addressStart(rest)
		if at < 0 {
			text(rest)
			break
		}
		end := at + addressLen(rest[at:])
		href, ok := SafeHref(rest[at:end])
		if !ok {
			text(rest[:end])
		} else {
			text(rest[:at])
			nodes = append(nodes, Node{T: Link, Href: href, Kids: []Node{{T: Text, Text: rest[at:end]}}})
		}
		rest = rest[end:]
	}
	return nodes
}

// addressStart finds the first "http://" or "https://" in s, or -1.
func addressStart(s string) int {
	best := -1
	for _, scheme := range []string{"https://", "http://"} {
		if i := strings.Index(s, scheme); i >= 0 && (best < 0 || i < best) {
			best = i
		}
	}
	return best
}

// addressLen says how much of s, which starts with an address, belongs to it: up to white space or a quote, without the
// punctuation that ends a sentence, and without a closing bracket that was not opened inside.
func addressLen(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>\"“”„«»`", r) })
	if n < 0 {
		n = len(s)
	}
	for n > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:n])
		unopened := r == ')' && strings.Count(s[:n], "(") < strings.Count(s[:n], ")")
		if !unopened && !strings.ContainsRune(".,;:!?'…]}", r) {
			break
		}
		n -= size
	}
	return n
}

// SafeHref parses a link target and writes it anew, so that every program reads the same address; only https, http, mailto and tel pass.
func SafeHref(raw string) (string, bool) {
	if len(raw) > 2048 || strings.ContainsFunc(raw, unicode.IsControl) {
		return "", false
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.User != nil {
		return "", false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Hostname() == "" {
			return "", false
		}
	case "mailto", "tel":
		if u.Opaque == "" {
			return "", false
		}
	default:
		return "", false
	}
	href := hrefEscapes.Replace(u.String())
	_, err = url.Parse(href) // an odd host does not survive being written
	return href, err == nil
}

// hrefEscapes writes what could end an attribute or an address as browsers do; net/url leaves queries as they came.
var hrefEscapes = strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E")

// PlainText returns the words of the content: paragraphs and items on lines of their own, files and placeholders in brackets.
func (c Content) PlainText() string {
	var b strings.Builder
	for i, n := range c {
		if i > 0 {
			b.WriteByte('\n')
		}
		n.plain(&b)
	}
	return b.String()
}

func (n Node) plain(b *strings.Builder) {
	switch n.T {
	case Break:
		b.WriteByte('\n')
	case FileNode:
		if n.File != nil {
			b.WriteString("[" + n.File.Name + "]")
		}
	case Placeholder:
		b.WriteString("[" + strings.TrimSpace(n.What+" "+n.Text) + "]")
	default:
		b.WriteString(n.Text)
	}
	block := n.T == Quote || n.T == List || n.T == Item || n.T == Table || n.T == Cell
	for i, k := range n.Kids {
		if i > 0 && (block || n.T == Row) {
			b.WriteByte(map[bool]byte{true: '\t', false: '\n'}[n.T == Row])
		}
		k.plain(b)
	}
}

// Files lists the files of the content in order.
func (c Content) Files() []File {
	var files []File
	c.walk(func(n Node) {
		if n.File != nil && n.T == FileNode {
			files = append(files, *n.File)
		}
	})
	return files
}

// walk visits every node, parents first.
func (c Content) walk(visit func(Node)) {
	for _, n := range c {
		visit(n)
		Content(n.Kids).walk(visit)
	}
}
