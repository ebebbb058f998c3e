package teams

import (
	"strings"
	"unicode"

	"trialog/internal/chat"
)

// unmark takes the "//" off the lines that begin with it and reports whether there were any: then the message is for the back room
// only. What is quoted or code does not count; a mention may stand before. In doubt a line counts: what went to the back room by
// mistake can still be published, what went to the customer can't be taken back. [R20]
func unmark(content chat.Content) (chat.Content, bool) {
	kept, private := unmarkBlocks(content)
	if strings.TrimSpace(chat.Content(kept).PlainText()) == "" {
		return content, private // nothing but the mark: it stays, a message is never nothing
	}
	return kept, private
}

func unmarkBlocks(blocks []chat.Node) (kept []chat.Node, private bool) {
	for _, n := range blocks {
		found := false
		switch n.T {
		case chat.Paragraph:
			n.Kids, found = unmarkLines(n.Kids)
		case chat.List, chat.Item, chat.Table, chat.Row, chat.Cell:
			n.Kids, found = unmarkBlocks(n.Kids)
		}
		private = private || found
		if found && len(n.Kids) == 0 && n.T != chat.Cell {
			continue
		}
		kept = append(kept, n)
	}
	return kept, private
}

// unmarkLines does it for the lines of a paragraph; one that was nothing but the mark goes.
func unmarkLines(kids []chat.Node) (kept []chat.Node, private bool) {
	for i, line := range lines(kids) {
		rest, found := unmarkLine(line)
		private = private || found
		if found && blankLine(rest) {
			continue
		}
		if i > 0 && len(kept) > 0 {
			kept = append(kept, chat.Node{T: chat.Break})
		}
		kept = append(kept, rest...)
	}
	return kept, private
}

// lines splits the nodes of a paragraph at its breaks.
func lines(kids []chat.Node) [][]chat.Node {
	all := [][]chat.Node{nil}
	for _, k := range kids {
		if k.T == chat.Break {
			all = append(all, nil)
			continue
		}
		all[len(all)-1] = append(all[len(all)-1], k)
	}
	return all
}

func unmarkLine(line []chat.Node) ([]chat.Node, bool) {
	s := strokes{missing: 2}
	if rest := s.takeOff(line); s.missing == 0 {
		return rest, true
	}
	return line, false
}

// strokes looks for the two strokes at the beginning of a line, in whatever pieces they come, and takes them off with the white space
// around them.
type strokes struct {
	missing   int
	mentioned bool // a mention stands before
	spaced    bool // and white space after it
	done      bool // the beginning of the line is over
}

func (s *strokes) takeOff(nodes []chat.Node) (rest []chat.Node) {
	for i, n := range nodes {
		if s.done {
			return append(rest, nodes[i:]...)
		}
		switch n.T {
		case chat.Text:
			if n.Text = s.text(n.Text); n.Text == "" {
				continue
			}
		case chat.Link:
			if n.Kids = s.takeOff(n.Kids); len(n.Kids) == 0 {
				continue
			}
		case chat.Mention:
			s.mentioned, s.spaced = true, false
			s.done = s.missing < 2
		default:
			s.done = true
		}
		rest = append(rest, n)
	}
	return rest
}

// text takes what belongs to the mark off a piece of text. White space between a mention and the mark stays, or comes to be.
func (s *strokes) text(text string) string {
	before := ""
	if s.missing == 2 && s.mentioned {
		before = text[:len(text)-len(strings.TrimLeftFunc(text, unicode.IsSpace))]
		s.spaced = s.spaced || before != ""
	}
	for i, r := range text {
		switch {
		case s.missing > 0 && (r == '/' || r == '／'): // the wide one is what Japanese keyboards write
			s.missing--
		case unicode.Is(unicode.Cf, r), s.missing != 1 && unicode.IsSpace(r):
		case s.mentioned && !s.spaced:
			s.done = true
			return " " + text[i:]
		default:
			s.done = true
			return before + text[i:]
		}
	}
	return before
}
