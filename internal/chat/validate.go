package chat

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// kids says which node types may stand below which. A type that is missing has no kids.
var kids = map[NodeType][]NodeType{
	Paragraph: {Text, Break, Link, Mention, Emoji},
	Quote:     {Paragraph, Quote, CodeBlock, List, Table, FileNode, Placeholder},
	List:      {Item},
	Item:      {Paragraph, Quote, CodeBlock, List, FileNode, Placeholder},
	Table:     {Row},
	Row:       {Cell},
	Cell:      {Paragraph, List, CodeBlock, FileNode, Placeholder},
	Link:      {Text, Emoji},
}

var blocks = []NodeType{Paragraph, Quote, CodeBlock, List, Table, FileNode, Placeholder}

var marks = []Mark{Bold, Italic, Underline, Strike, Code}

// Validate checks a tree that came from outside against shape and limits; field names the place in the request.
func (c Content) Validate(field string) error {
	v := validator{}
	if err := v.nodes(field, c, blocks, 1); err != nil {
		return err
	}
	if v.bytes > MaxTextBytes || v.runes > MaxTextRunes {
		return &Error{Kind: TooLarge, Code: "text_too_long", Field: field,
			Text: fmt.Sprintf("A message may have at most %d characters.", MaxTextRunes)}
	}
	if len(c.Files()) > MaxFiles {
		return RefuseField(field, "too_many_files", "A message may carry at most %d files.", MaxFiles)
	}
	if !v.says {
		return RefuseField(field, "empty", "The message is empty.")
	}
	return nil
}

type validator struct {
	count, runes, bytes int
	says                bool // anything visible at all
}

func (v *validator) nodes(field string, nodes []Node, allowed []NodeType, depth int) error {
	if depth > MaxDepth {
		return RefuseField(field, "too_deep", "The content is nested too deeply.")
	}
	for i, n := range nodes {
		at := fmt.Sprintf("%s[%d]", field, i)
		if v.count++; v.count > MaxNodes {
			return RefuseField(field, "too_many_nodes", "The content has too many parts.")
		}
		if !slices.Contains(allowed, n.T) {
			return RefuseField(at+".t", "bad_node", "%q can't stand here.", n.T)
		}
		if err := v.node(at, n); err != nil {
			return err
		}
		if err := v.nodes(at+".kids", n.Kids, kids[n.T], depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (v *validator) node(at string, n Node) error {
	if !utf8.ValidString(n.Text) {
		return RefuseField(at+".text", "bad_text", "The text is not valid UTF-8.")
	}
	v.bytes += len(n.Text)
	v.runes += utf8.RuneCountInString(n.Text)
	for _, m := range n.Marks {
		if n.T != Text || !slices.Contains(marks, m) {
			return RefuseField(at+".marks", "bad_mark", "%q is no mark for this part.", m)
		}
	}
	if href, ok := SafeHref(n.Href); n.T == Link && (!ok || href != n.Href) || n.T != Link && n.Href != "" {
		return RefuseField(at+".href", "bad_link", "Links may lead to https, http, mailto and tel addresses only.")
	}
	if (n.T == FileNode) != (n.File != nil) && n.T != Emoji {
		return RefuseField(at+".file", "bad_file", "A file stands in a file part and nowhere else.")
	}
	if n.Start < 0 || n.Start > MaxStart || n.Start != 0 && !n.Ordered {
		return RefuseField(at+".start", "bad_start", "Only an ordered list begins with a number, of at most %d.", MaxStart)
	}
	v.says = v.says || n.File != nil || n.T == Placeholder || strings.TrimSpace(n.Text) != ""
	return nil
}
