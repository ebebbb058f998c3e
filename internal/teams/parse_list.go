package teams

import (
	"strconv"

	"golang.org/x/net/html"

	"trialog/internal/chat"
)

// list reads a list. A list straight in a list belongs to the item before; other things between items are items of their own.
func (p *parser) list(f *flow, n *html.Node, s style) {
	if !s.room(2) {
		p.paragraph(f, n, s)
		return
	}
	p.below(f, chat.Node{T: chat.List, Ordered: n.Data == "ol", Start: start(n)}, []chat.NodeType{chat.Item}, s, func(in *flow, s style) {
		for c := n.FirstChild; c != nil; {
			switch c.Data {
			case "li":
				p.below(in, chat.Node{T: chat.Item}, itemTypes, s, func(item *flow, s style) { p.children(item, c, s) })
				c = c.NextSibling
			case "ul", "ol":
				p.sublist(in, c, s)
				c = c.NextSibling
			default:
				p.below(in, chat.Node{T: chat.Item}, itemTypes, s, func(item *flow, s style) { c = p.upToItem(item, c, s) })
			}
		}
	})
}

// start is the number of an ordered list's first item, 0 for one that begins with 1 as most do: Teams makes such a list of "3. …".
func start(n *html.Node) int {
	number, err := strconv.Atoi(attribute(n, "start"))
	if n.Data != "ol" || err != nil || number <= 1 || number > chat.MaxStart {
		return 0
	}
	return number
}

// upToItem reads what stands before the next item or list, which it returns.
func (p *parser) upToItem(f *flow, c *html.Node, s style) *html.Node {
	for c != nil && c.Data != "li" && c.Data != "ul" && c.Data != "ol" {
		p.node(f, c, s)
		c = c.NextSibling
	}
	return c
}

func (p *parser) sublist(in *flow, n *html.Node, s style) {
	item := &flow{allowed: itemTypes}
	p.list(item, n, s.deeper())
	if last := len(in.blocks) - 1; last >= 0 {
		in.blocks[last].Kids = append(in.blocks[last].Kids, item.blocks...)
	} else if len(item.blocks) > 0 {
		in.add(chat.Node{T: chat.Item, Kids: item.blocks})
	}
}

// table reads a table, its caption before it.
func (p *parser) table(f *flow, n *html.Node, s style) {
	if !s.room(3) {
		p.paragraph(f, n, s)
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Data == "caption" {
			p.node(f, c, s)
		}
	}
	p.below(f, chat.Node{T: chat.Table}, []chat.NodeType{chat.Row}, s, func(in *flow, s style) {
		for _, row := range rowsOf(n) {
			p.below(in, chat.Node{T: chat.Row}, []chat.NodeType{chat.Cell}, s, func(cells *flow, s style) { p.cells(cells, row, s) })
		}
	})
}

// cells reads a row. An empty cell keeps its column, and one that spans several is followed by empty ones.
func (p *parser) cells(f *flow, row *html.Node, s style) {
	for c := row.FirstChild; c != nil; c = c.NextSibling {
		if c.Data != "td" && c.Data != "th" {
			continue
		}
		within := s.deeper().styled(attribute(c, "style"))
		if c.Data == "th" {
			within = within.with(chat.Bold)
		}
		in := &flow{allowed: cellTypes}
		p.children(in, c, within)
		in.flush()
		f.blocks = append(f.blocks, chat.Node{T: chat.Cell, Kids: in.blocks})
		span, _ := strconv.Atoi(attribute(c, "colspan"))
		for range min(span, maxSpan) - 1 {
			f.blocks = append(f.blocks, chat.Node{T: chat.Cell})
		}
	}
}

const maxSpan = 20

// rowsOf lists the rows of a table, but not those of tables inside it.
func rowsOf(table *html.Node) []*html.Node {
	var rows []*html.Node
	for c := table.FirstChild; c != nil; c = c.NextSibling {
		switch c.Data {
		case "tr":
			rows = append(rows, c)
		case "thead", "tbody", "tfoot":
			rows = append(rows, rowsOf(c)...)
		}
	}
	return rows
}
