package chat

import (
	"net/url"
	"slices"
	"strings"
)

// Masked returns the content with what the masks recognise hidden, in words, names of files and link targets alike, and the kinds of what
// was found. A number is recognised across bold type and links, not across lines. The original is not changed.
func (c Content) Masked(m Masks) (Content, []MaskKind) {
	if m == (Masks{}) {
		return c, nil
	}
	x := contentMasker{masks: m}
	masked := x.nodes(c)
	return masked, x.kinds
}

type contentMasker struct {
	masks Masks
	kinds []MaskKind
}

func (x *contentMasker) text(s string) string {
	masked, kinds := x.masks.Text(s)
	for _, k := range kinds {
		if !slices.Contains(x.kinds, k) {
			x.kinds = append(x.kinds, k)
		}
	}
	return masked
}

func (x *contentMasker) nodes(nodes []Node) []Node {
	if nodes == nil {
		return nil
	}
	out := make([]Node, len(nodes))
	for i, n := range nodes {
		if n.File != nil {
			f := *n.File
			f.Name = x.text(f.Name)
			n.File = &f
		}
		if n.T == Paragraph {
			n.Kids = x.paragraph(n.Kids)
		} else {
			n.Text, n.Kids = x.text(n.Text), x.nodes(n.Kids)
		}
		out[i] = n
	}
	return out
}

// paragraph masks the words of a paragraph as one text and gives every part its stretch of it back.
func (x *contentMasker) paragraph(kids []Node) []Node {
	var whole strings.Builder
	for _, n := range kids {
		whole.WriteString(inline(n))
	}
	masked := []rune(x.text(whole.String()))
	out := make([]Node, 0, len(kids))
	for _, n := range kids {
		length := len([]rune(inline(n)))
		out = append(out, x.part(n, string(masked[:length]))...)
		masked = masked[length:]
	}
	return out
}

// inline is what a part of a paragraph adds to its words.
func inline(n Node) string {
	if n.T == Break {
		return "\n"
	}
	text := n.Text
	for _, k := range n.Kids {
		text += inline(k)
	}
	return text
}

// part is a part of a paragraph with its masked words. A link that would tell what its words hide is no link any more.
func (x *contentMasker) part(n Node, words string) []Node {
	switch {
	case n.T == Break:
		return []Node{n}
	case n.T != Link:
		n.Text, n.Kids = words, x.nodes(n.Kids)
		return []Node{n}
	}
	target := n.Href
	if plain, err := url.QueryUnescape(target); err == nil {
		target = plain
	}
	if words == inline(n) && x.text(target) == target && x.text(n.Href) == n.Href {
		return []Node{n}
	}
	return []Node{{T: Text, Text: words}}
}
