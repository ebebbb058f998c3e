package teams

import (
	"slices"
	"strings"

	"trialog/internal/chat"
)

// markOf says how elements mark their text.
var markOf = map[string]chat.Mark{"b": chat.Bold, "strong": chat.Bold, "i": chat.Italic, "em": chat.Italic, "u": chat.Underline, "ins": chat.Underline,
	"s": chat.Strike, "strike": chat.Strike, "del": chat.Strike, "code": chat.Code, "tt": chat.Code, "kbd": chat.Code, "samp": chat.Code}

func (s style) with(m chat.Mark) style {
	if !slices.Contains(s.marks, m) {
		s.marks = append(slices.Clip(s.marks), m)
	}
	return s
}

func (s style) without(m chat.Mark) style {
	s.marks = slices.DeleteFunc(slices.Clone(s.marks), func(x chat.Mark) bool { return x == m })
	return s
}

// styled adds what a style attribute says: text pasted from elsewhere is bold that way, or inside a <b> that is not.
func (s style) styled(css string) style {
	for rule := range strings.SplitSeq(strings.ToLower(css), ";") {
		name, value, _ := strings.Cut(rule, ":")
		switch value = strings.TrimSpace(value); strings.TrimSpace(name) {
		case "font-weight":
			switch value {
			case "bold", "bolder", "600", "700", "800", "900":
				s = s.with(chat.Bold)
			case "normal", "400":
				s = s.without(chat.Bold)
			}
		case "font-style":
			switch value {
			case "italic", "oblique":
				s = s.with(chat.Italic)
			case "normal":
				s = s.without(chat.Italic)
			}
		case "text-decoration", "text-decoration-line":
			if strings.Contains(value, "underline") {
				s = s.with(chat.Underline)
			}
			if strings.Contains(value, "line-through") {
				s = s.with(chat.Strike)
			}
		}
	}
	return s
}

// room reports whether blocks may stand that many levels deeper.
func (s style) room(levels int) bool { return s.depth+levels <= maxDepth }

func (s style) deeper() style {
	s.depth++
	return s
}
