package teams

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

// inline reads elements that stand within a line.
func (p *parser) inline(f *flow, n *html.Node, name string, s style) bool {
	switch name {
	case "br":
		f.inline(chat.Node{T: chat.Break})
	case "a":
		p.link(f, n, s)
	case "at":
		p.mention(f, n, s)
	case "sub", "sup":
		if text, ok := lifted(textOf(n), name); ok {
			f.text(text, s)
			return true
		}
		p.children(f, n, s)
	case "emoji", "customemoji":
		p.emoji(f, n, s)
		p.children(f, n, s) // of one that was not closed
	default:
		return false
	}
	return true
}

// link reads a link. Its words stay even when it may lead nowhere; a picture that leads somewhere has its address beside it.
func (p *parser) link(f *flow, n *html.Node, s style) {
	href, ok := chat.SafeHref(attribute(n, "href"))
	if ok && s.href == "" {
		s.href = href
	}
	p.children(f, n, s)
	if ok && blank(textOf(n)) && slices.ContainsFunc(slices.Collect(n.Descendants()), isPicture) {
		f.text(href, s)
	}
	f.endLink()
}

// isPicture reports whether an element is an image, but none of an emoji.
func isPicture(n *html.Node) bool { return n.Data == "img" && !isEmoji(n) }

func isEmoji(n *html.Node) bool {
	return n.Data == "img" && strings.HasSuffix(attribute(n, "itemtype"), "/Emoji")
}

// mention reads a mention. One name of several words may come as several neighbouring mentions of the same person. [contract §6.1]
func (p *parser) mention(f *flow, n *html.Node, s style) {
	name := oneLine(textOf(n))
	if blank(name) {
		return
	}
	if !isName(n) { // it was not closed
		p.children(f, n, s)
		return
	}
	who := p.whoIs(attribute(n, "id"))
	p.calls(who, name)
	if last := f.lastMention(); last != nil && who != "" && who == p.mentioned && last.Text != name {
		f.trimLine() // the space between them
		last.Text = oneLine(last.Text + " " + name)
		p.calls(who, last.Text)
		return
	}
	p.mentioned = who
	f.inline(chat.Node{T: chat.Mention, Text: name})
}

// isName reports whether an element may be somebody's name: short, and on one line.
func isName(n *html.Node) bool {
	const longest = 200
	return len(textOf(n)) <= longest && !slices.ContainsFunc(slices.Collect(n.Descendants()), func(c *html.Node) bool {
		return c.Data == "br" || c.Data == "img" || c.Data == "attachment" || slices.Contains(breaking, c.Data)
	})
}

// whoIs finds the person whom a mention is about, or "".
func (p *parser) whoIs(id string) (who graph.UserID) {
	if p.abroad {
		return ""
	}
	for _, m := range p.message.Mentions {
		if id == strconv.Itoa(m.ID) && m.Mentioned != nil && m.Mentioned.User != nil {
			who = m.Mentioned.User.ID
		}
	}
	return who
}

// emoji reads Teams' own markup of emoji, new and old: the Unicode form, or the name and picture of one that the tenant made.
func (p *parser) emoji(f *flow, n *html.Node, s style) {
	text := emojiText(n)
	if text == "" {
		return
	}
	e := chat.Node{T: chat.Emoji, Text: text}
	if source := attribute(n, "source"); source != "" && n.Data == "customemoji" {
		e.File = p.emojiPicture(source, text)
	}
	f.within(e, s)
}

// emojiText is an emoji as text: its Unicode form, or its name between colons.
func emojiText(n *html.Node) string {
	if alt := oneLine(attribute(n, "alt")); !blank(alt) && n.Data != "customemoji" {
		return alt
	}
	for _, name := range []string{"alt", "title", "itemid", "id"} {
		if text := strings.Trim(oneLine(attribute(n, name)), ": "); !blank(text) {
			return ":" + text + ":"
		}
	}
	return ""
}

// emojiPicture fetches the picture of an emoji, each once and not too many; they don't count as files of the line.
func (p *parser) emojiPicture(source, name string) *chat.File {
	if file, known := p.emojis[source]; known || p.abroad || len(p.emojis) >= chat.MaxFiles {
		return file
	}
	p.emojis[source] = nil
	got := p.file(remote{URL: source, Name: strings.Trim(name, ":") + ".png", Picture: true})
	if got.T == chat.FileNode && got.File.Picture() {
		p.emojis[source] = got.File
	}
	return p.emojis[source]
}

var (
	raised  = strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹", "+", "⁺", "-", "⁻", "−", "⁻", "n", "ⁿ")
	lowered = strings.NewReplacer("0", "₀", "1", "₁", "2", "₂", "3", "₃", "4", "₄", "5", "₅", "6", "₆", "7", "₇", "8", "₈", "9", "₉", "+", "₊", "-", "₋", "−", "₋")
)

// lifted writes numbers above or below the line in Unicode, so that 10³ does not become 103. Words stay in the line.
func lifted(text, how string) (string, bool) {
	text = strings.TrimSpace(tidy(text))
	digits := "0123456789+-−"
	to := lowered
	if how == "sup" {
		digits, to = digits+"n", raised
	}
	if text == "" || strings.Trim(text, digits) != "" {
		return "", false
	}
	return to.Replace(text), true
}
