package teams

import (
	"strings"
	"unicode/utf8"

	"trialog/internal/chat"
)

// fit makes content fit into one line of a conversation: what is too long is cut, and a placeholder at the end says so; what shows
// nothing at all becomes a placeholder too. A mark of privacy that is cut off comes to stand in front.
func fit(content chat.Content) chat.Content {
	f := fitter{nodes: chat.MaxNodes - 1, runes: chat.MaxTextRunes, bytes: chat.MaxTextBytes}
	_, private := unmark(content)
	if private {
		f.nodes, f.runes, f.bytes = f.nodes-2, f.runes-2, f.bytes-2
	}
	content = f.fit(content)
	if _, still := unmark(content); private && !still {
		content = append(chat.Content{{T: chat.Paragraph, Kids: []chat.Node{{T: chat.Text, Text: "//"}}}}, content...)
	}
	if f.full {
		content = append(content, chat.Node{T: chat.Placeholder, What: "long"})
	}
	if strings.TrimSpace(content.PlainText()) == "" {
		content = append(content, chat.Node{T: chat.Placeholder, What: "unknown"})
	}
	return content
}

// fitter is how much room is left.
type fitter struct {
	nodes, runes, bytes int
	full                bool
}

// fit keeps nodes, from the first one on, as long as there is room.
func (f *fitter) fit(nodes []chat.Node) []chat.Node {
	var kept []chat.Node
	for _, n := range nodes {
		if f.nodes == 0 {
			f.full = true
		}
		if f.full {
			break
		}
		f.nodes--
		text := n.Text
		n.Text = f.cut(n.Text)
		parent := len(n.Kids) > 0
		n.Kids = f.fit(n.Kids)
		if n.Text != text && (n.Text == "" || n.T == chat.Emoji) || parent && len(n.Kids) == 0 {
			break // nothing of it is left
		}
		kept = append(kept, n)
	}
	return kept
}

// cut takes as much of a text as there is room for.
func (f *fitter) cut(text string) string {
	for i, r := range text {
		f.runes--
		f.bytes -= utf8.RuneLen(r)
		if f.runes < 0 || f.bytes < 0 {
			f.full = true
			return strings.TrimRight(text[:i], " \u200d") // no half of a joined emoji
		}
	}
	return text
}
