package teams

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

// outside is what parse has to ask somebody about, or tell. The functions must be set.
type outside struct {
	// file fetches something a message refers to and returns its chat.FileNode, or a chat.Placeholder if it can't be had.
	file func(remote) chat.Node
	// quoted returns the line that a message of the thread is, 0 for none that is known, ownPost for a post of ours that holds no line.
	quoted func(graph.MessageID) chat.Seq
	// calls is told by what name the message calls somebody.
	calls func(graph.UserID, string)
}

// ownPost stands for the line of a post of ours in which nobody said anything: what Teams shows of it when it is quoted does not cross.
const ownPost chat.Seq = -1

// remote is a file that a message refers to. Picture says that Graph holds it with the message, as it does pasted pictures and the text
// of code snippets; other files lie in somebody's OneDrive.
type remote struct {
	URL     string
	Name    string
	Picture bool
}

// name is what the file is called here.
func (r remote) name() string {
	if r.Name == "" {
		return "file"
	}
	return r.Name
}

const (
	maxBody  = 256 << 10         // bytes; Teams itself stops at about 28 KB [limits-specifications-teams]
	maxDepth = chat.MaxDepth - 4 // of blocks; below stand a paragraph, a link, its text, and the nothing below that
)

// parse turns a message into Content that is valid. Whatever Teams shows and we can't carry becomes a placeholder that names it; a
// message is never nothing. What Graph hands us is foreign input: only what is known passes, as text. [contract §6.1, §6.2]
func parse(m graph.ChatMessage, o outside) chat.Content {
	if withheld(m) {
		return chat.Content{{T: chat.Placeholder, What: policy}}
	}
	p := &parser{message: m, outside: o, placed: map[int]bool{}, emojis: map[string]*chat.File{}}
	f := &flow{allowed: blockTypes}
	switch {
	case len(m.Body.Content) > maxBody:
		f.add(chat.Node{T: chat.Placeholder, What: "long"})
	case m.Body.ContentType == "html":
		p.html(f, m.Body.Content, style{})
	default:
		f.blocks = chat.FromText(tidy(m.Body.Content))
	}
	for i := range m.Attachments {
		p.attachment(f, i, style{})
	}
	return fit(f.blocks)
}

// withheld reports whether a policy of the organisation keeps a message from its readers.
func withheld(m graph.ChatMessage) bool {
	return m.PolicyBroken != nil && strings.Contains(m.PolicyBroken.Action, "blockAccess") // may stand beside others: "notifySender,blockAccess"
}

// policy is what the placeholder of a withheld message says.
const policy = "policy"

// withheldLine reports whether a line says that a policy withholds what was written.
func withheldLine(content chat.Content) bool {
	return slices.ContainsFunc(content, func(n chat.Node) bool { return n.T == chat.Placeholder && n.What == policy })
}

// parser is one parse under way.
type parser struct {
	message graph.ChatMessage
	outside
	placed    map[int]bool          // attachments that stand in the text, by index
	emojis    map[string]*chat.File // pictures of the tenant's own emoji, by address; nil: can't be had
	mentioned graph.UserID          // by the mention that was read last
	files     int
	abroad    bool // what is read was passed on from another chat: files and ids in it mean nothing here
}

// style is what the elements around a piece of text say about it.
type style struct {
	marks []chat.Mark
	href  string
	depth int // of blocks
}

// html reads a fragment into f. Of one that is no tree to speak of, the words remain: Go's parser refuses what is nested too deeply, and
// would make millions of nodes of what is nested crosswise.
func (p *parser) html(f *flow, text string, s style) {
	nodes, ok := tree(text)
	if !ok {
		for _, n := range chat.FromText(tidy(flat(text))) {
			f.add(n)
		}
		return
	}
	for _, n := range nodes {
		p.node(f, n, s)
	}
	f.flush()
}

// tree parses a fragment.
func tree(text string) ([]*html.Node, bool) {
	if crosswise(text) {
		return nil, false
	}
	nodes, err := html.ParseFragment(strings.NewReader(text), body())
	return nodes, err == nil
}

// body is the element inside which a message's HTML stands.
func body() *html.Node { return &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body} }

func (p *parser) node(f *flow, n *html.Node, s style) {
	switch n.Type {
	case html.TextNode:
		for i, line := range strings.Split(strings.ReplaceAll(n.Data, "\u2029", "\u2028"), "\u2028") {
			if i > 0 {
				f.inline(chat.Node{T: chat.Break})
			}
			f.text(tidy(line), s)
		}
	case html.ElementNode:
		p.element(f, n, s)
	}
}

func (p *parser) children(f *flow, n *html.Node, s style) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.node(f, c, s)
	}
}

// element reads one element. One that says nothing of its own (font, whatever Teams adds next) is read through.
func (p *parser) element(f *flow, n *html.Node, s style) {
	name := strings.ToLower(n.Data)
	if slices.Contains(silent, name) {
		return
	}
	if mark := markOf[name]; mark != "" {
		s = s.with(mark)
	}
	if name != "a" { // links look like links
		s = s.styled(attribute(n, "style"))
	}
	if !p.inline(f, n, name, s) && !p.block(f, n, name, s) {
		p.children(f, n, s)
	}
}

// silent lists elements whose content people don't read. It is short: an element that was not closed holds the rest of the message.
var silent = []string{"script", "style", "title", "template", "noscript", "noembed", "noframes", "iframe"}

// attribute returns an attribute of an element, or "".
func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
