package teams

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"trialog/internal/chat"
)

// breaking lists elements after which text goes on in a new line.
var breaking = []string{"p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "codeblock", "ul", "ol", "table"}

// textOf returns the text inside an element; line breaks and blocks become line feeds.
func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Type != html.ElementNode, slices.Contains(silent, n.Data):
			return
		case n.Data == "br":
			b.WriteByte('\n')
		case n.Data == "emoji" || n.Data == "customemoji" || isEmoji(n):
			b.WriteString(emojiText(n))
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if slices.Contains(breaking, n.Data) {
			b.WriteByte('\n')
		}
	}
	walk(n)
	return b.String()
}

// flat returns the words of HTML without looking at its structure, for what is too deep to have one.
func flat(text string) string {
	var b strings.Builder
	hidden := ""
	z := html.NewTokenizer(strings.NewReader(text))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		t := z.Token()
		switch {
		case hidden != "":
			if kind == html.EndTagToken && t.Data == hidden {
				hidden = ""
			}
		case kind == html.TextToken:
			b.WriteString(fold(strings.ReplaceAll(t.Data, "\u00a0", " ")))
		case kind == html.StartTagToken && slices.Contains(silent, t.Data):
			hidden = t.Data
		case t.Data == "br", slices.Contains(breaking, t.Data) && !strings.HasSuffix(b.String(), "\n"):
			b.WriteByte('\n')
		case t.Data == "emoji" || t.Data == "customemoji" || t.Data == "img":
			b.WriteString(oneLine(attribute(&html.Node{Attr: t.Attr}, "alt")))
		}
	}
	return b.String()
}

// formatting lists elements that, when they are not closed where they should be, HTML opens again in every element that follows: at most
// three times each that are written alike.
var formatting = []string{"b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}

// crosswise reports whether HTML might grow beyond measure in parsing, because many kinds of formatting may be opened again many times.
func crosswise(text string) bool {
	const most = 500_000 // nodes; a long message of a Teams client comes to a tenth
	kinds, tokens := map[string]bool{}, 0
	z := html.NewTokenizer(strings.NewReader(text))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		tokens++
		z.NextIsNotRawText() // the parser may see elements where the tokenizer alone does not
		raw := string(z.Raw())
		if name, _ := z.TagName(); kind == html.StartTagToken && slices.Contains(formatting, string(name)) {
			kinds[raw] = true
		}
	}
	return 3*len(kinds)*tokens > most
}

// maxAccents is how many combining marks may stand on one character. Scripts that people write need four or five. [reliability: S32]
const maxAccents = 8

// tidy makes foreign text storable: valid UTF-8, line feeds only, no other control characters but tabs, no towers of accents.
func tidy(s string) string {
	accents := 0
	return strings.Map(func(r rune) rune {
		if !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Me, r) {
			accents = 0
		} else if accents++; accents > maxAccents {
			return -1
		}
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.Is(unicode.Cc, r) || r == '\uFEFF':
			return -1
		}
		return r
	}, strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\uFFFD")))
}

// fold makes one space of every run of white space, as a browser does. Non-breaking spaces stay.
func fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\f' {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}

// oneLine makes a short text without line feeds of a foreign one.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(tidy(s)), " ")
	if runes := []rune(s); len(runes) > 200 {
		s = string(runes[:199]) + "…"
	}
	return s
}

// blank reports whether nothing of a text is to be seen.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) })
}

// blankLine is blank for the nodes of a line.
func blankLine(line []chat.Node) bool {
	return !slices.ContainsFunc(line, func(n chat.Node) bool {
		return n.T == chat.Mention || n.T == chat.Emoji || !blank(n.Text) || !blankLine(n.Kids)
	})
}
