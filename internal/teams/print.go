package teams

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// wording is what is left of a post when everything is dropped that Teams' clean-up may touch: tags and blanks. Blanks between two tags
// come and go, so none counts at all. quoted says that it begins inside a quotation.
func wording(content string) (text string, quoted bool) {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(content))
	quotes := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return norm.NFC.String(b.String()), quoted
		case html.TextToken:
			said := strings.Join(strings.FieldsFunc(string(z.Text()), unicode.IsSpace), "")
			quoted = quoted || b.Len() == 0 && said != "" && quotes > 0
			b.WriteString(said)
		case html.StartTagToken, html.SelfClosingTagToken:
			switch t := z.Token(); t.Data {
			case "blockquote":
				quotes++
			case "emoji": // Teams' clients write pictures of emoji
				b.WriteString(alt(t))
			}
		case html.EndTagToken:
			if z.Token().Data == "blockquote" {
				quotes--
			}
		}
	}
}

func alt(t html.Token) string {
	for _, a := range t.Attr {
		if a.Key == "alt" {
			return a.Val
		}
	}
	return ""
}

// numbered finds the visible marker: the first line number of a post, which ends the head that nobody but us writes.
var numbered = regexp.MustCompile(`#[0-9]+`)

// printOf takes the prints of a post, by which it is known where Teams takes the hidden marker away. They say nothing of its text.
func printOf(content string) store.Print {
	text, _ := wording(content)
	p := store.Print{Text: digest(text)}
	if at := numbered.FindStringIndex(text); at != nil {
		p.Head, p.HeadLength = digest(text[:at[1]]), utf8.RuneCountInString(text[:at[1]])
	}
	return p
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// sameText reports that a message says, word for word, what a post said. Its head, with name, time and number, is part of that, so that
// somebody who writes the same in Teams does not.
func sameText(p store.Print, content string) bool {
	text, _ := wording(content)
	return p.Text != "" && digest(text) == p.Text
}

// sameHead reports that a message begins with the head of a post and is no quotation of it.
func sameHead(p store.Print, content string) bool {
	text, quoted := wording(content)
	runes := []rune(text)
	if p.Head == "" || quoted || len(runes) < p.HeadLength {
		return false
	}
	after := runes[p.HeadLength:]
	return digest(string(runes[:p.HeadLength])) == p.Head && (len(after) == 0 || !unicode.IsDigit(after[0]))
}

// bySender reports whether a message was written, in whatever program, by one who is or was the thread's sender.
func bySender(t store.Thread, m graph.ChatMessage) bool {
	id := chat.PersonID(m.UserID())
	return id != "" && (id == t.Sender || slices.Contains(t.Earlier, id))
}

// claim says which of our markers a message answers to: the hidden one at its place, or else that of an attempt whose message is not known
// and whose words are the message's. Everything else that the sender writes was typed in Teams.
func claim(t store.Thread, m graph.ChatMessage) string {
	if marker := markerOf(t, m); marker != "" {
		return marker
	}
	if !bySender(t, m) || m.Deleted != nil {
		return ""
	}
	if a := t.Attempt; a != nil && sameText(a.Print, m.Body.Content) && (t.LastRemote == "" || newer(string(m.ID), t.LastRemote)) {
		return a.Marker
	}
	for _, g := range t.GivenUp {
		if sameText(g.Print, m.Body.Content) {
			return g.Marker
		}
	}
	return ""
}

// resembles reports that a message, whose marker is lost, may be what an attempt has posted though Teams changed its words as well.
func resembles(t store.Thread, m graph.ChatMessage) bool {
	return t.Attempt != nil && bySender(t, m) && m.Deleted == nil && markerOf(t, m) == "" && sameHead(t.Attempt.Print, m.Body.Content) &&
		(t.LastRemote == "" || newer(string(m.ID), t.LastRemote))
}
