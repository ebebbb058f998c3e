package teams

import (
	"slices"
	"strings"
	"unicode"

	"trialog/internal/chat"
)

// flow collects what stands below one node of the tree: blocks, and the line that is being written.
type flow struct {
	allowed []chat.NodeType // kinds of block that may stand here
	blocks  []chat.Node
	line    []chat.Node
	linking bool // the last node of line is a link that is still open
}

// What may stand where, as package chat has it.
var (
	blockTypes = []chat.NodeType{chat.Paragraph, chat.Quote, chat.CodeBlock, chat.List, chat.Table, chat.FileNode, chat.Placeholder}
	itemTypes  = []chat.NodeType{chat.Paragraph, chat.Quote, chat.CodeBlock, chat.List, chat.FileNode, chat.Placeholder}
	cellTypes  = []chat.NodeType{chat.Paragraph, chat.List, chat.CodeBlock, chat.FileNode, chat.Placeholder}
)

// inline adds a node to the line.
func (f *flow) inline(n chat.Node) {
	f.linking = false
	if n.T == chat.Break {
		f.trimLine()
	}
	f.line = append(f.line, n)
}

// within adds a node to the line, or to the link around it.
func (f *flow) within(n chat.Node, s style) {
	if s.href == "" {
		f.inline(n)
		return
	}
	f.link(s.href)
	last := &f.line[len(f.line)-1]
	last.Kids = append(last.Kids, n)
}

// link opens a link unless the same one is open.
func (f *flow) link(href string) {
	if !f.linking {
		f.line = append(f.line, chat.Node{T: chat.Link, Href: href})
		f.linking = true
	}
}

// endLink closes the link that is open, if any.
func (f *flow) endLink() { f.linking = false }

// text adds text, white space folded as a browser folds it. Non-breaking spaces become plain ones.
func (f *flow) text(text string, s style) {
	text = fold(text)
	if f.atSpace() {
		text = strings.TrimPrefix(text, " ")
	}
	text = strings.ReplaceAll(text, "\u00a0", " ")
	if text == "" {
		return
	}
	to := &f.line
	if s.href != "" {
		f.link(s.href)
		to = &f.line[len(f.line)-1].Kids
	} else {
		f.linking = false
	}
	marks := slices.Sorted(slices.Values(s.marks))
	if n := len(*to); n > 0 {
		if last := &(*to)[n-1]; last.T == chat.Text && slices.Equal(last.Marks, marks) {
			last.Text += text
			return
		}
	}
	*to = append(*to, chat.Node{T: chat.Text, Text: text, Marks: marks})
}

// atSpace reports whether white space that follows would not show.
func (f *flow) atSpace() bool {
	if len(f.line) == 0 {
		return true
	}
	last := f.line[len(f.line)-1]
	if last.T == chat.Link && len(last.Kids) > 0 {
		last = last.Kids[len(last.Kids)-1]
	}
	return last.T == chat.Break || last.T == chat.Text && strings.HasSuffix(last.Text, " ")
}

// lastMention returns the mention that the line ends with, white space aside, or nil.
func (f *flow) lastMention() *chat.Node {
	n := len(f.line)
	if n > 1 && f.line[n-1].T == chat.Text && blank(f.line[n-1].Text) {
		n--
	}
	if n > 0 && f.line[n-1].T == chat.Mention {
		return &f.line[n-1]
	}
	return nil
}

// trimLine takes the white space off the end of the line.
func (f *flow) trimLine() {
	for n := len(f.line); n > 0 && f.line[n-1].T == chat.Text; n = len(f.line) {
		f.line[n-1].Text = strings.TrimRightFunc(f.line[n-1].Text, unicode.IsSpace)
		if f.line[n-1].Text != "" {
			return
		}
		f.line = f.line[:n-1]
	}
}

// flush ends the line and makes a paragraph of it, if it says anything.
func (f *flow) flush() {
	f.trimLine()
	for len(f.line) > 0 && f.line[len(f.line)-1].T == chat.Break {
		f.line = f.line[:len(f.line)-1]
		f.trimLine()
	}
	for len(f.line) > 0 && f.line[0].T == chat.Break {
		f.line = f.line[1:]
	}
	if !blankLine(f.line) {
		f.blocks = append(f.blocks, chat.Node{T: chat.Paragraph, Kids: f.line})
	}
	f.line, f.linking = nil, false
}

// add ends the line and adds a block; one that may not stand here gives up to this place what it holds.
func (f *flow) add(n chat.Node) {
	f.flush()
	if slices.Contains(f.allowed, n.T) {
		f.blocks = append(f.blocks, n)
		return
	}
	f.spill(n)
}

// spill adds what a block holds without the block itself. The author of a quotation is named, a row of a table stays a line.
func (f *flow) spill(n chat.Node) {
	switch n.T {
	case chat.Quote:
		if n.Text != "" {
			f.add(chat.Node{T: chat.Paragraph, Kids: []chat.Node{{T: chat.Text, Text: n.Text, Marks: []chat.Mark{chat.Bold}}}})
		}
	case chat.Row:
		if line, ok := sideBySide(n.Kids); ok && len(line) >= len(n.Kids) { // not of empty cells alone
			f.add(chat.Node{T: chat.Paragraph, Kids: line})
			return
		}
	}
	for _, kid := range n.Kids {
		f.add(kid)
	}
}

// sideBySide makes one line of cells, if each holds one at most.
func sideBySide(cells []chat.Node) (line []chat.Node, ok bool) {
	for i, c := range cells {
		if len(c.Kids) > 1 || len(c.Kids) == 1 && c.Kids[0].T != chat.Paragraph {
			return nil, false
		}
		if i > 0 {
			line = append(line, chat.Node{T: chat.Text, Text: " | "})
		}
		for _, kid := range c.Kids {
			line = append(line, kid.Kids...)
		}
	}
	return line, true
}
