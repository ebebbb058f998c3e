package apptest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"trialog/internal/chat"
	"trialog/internal/teamsim"
)

// said is one line as somebody reads it.
type said struct{ by, text string }

// onScreen reads entries as a customer, an agent or the stored log has them: every line in its newest version, deleted ones left out,
// with the name of its author as the entries themselves give it.
func onScreen(entries []chat.Entry) []said {
	names := map[chat.ParticipantID]string{}
	at := map[chat.Seq]int{}
	var lines []*said
	for _, e := range entries {
		if e.Fact != nil && e.Fact.Participant != nil {
			names[e.Fact.Participant.ID] = e.Fact.Participant.Name
		}
		switch e.Kind {
		case chat.Message:
			at[e.Seq] = len(lines)
			lines = append(lines, &said{names[e.Author], e.Content.PlainText()})
		case chat.Edit:
			lines[at[e.Ref]].text = e.Content.PlainText()
		case chat.Delete:
			lines[at[e.Ref]] = nil
		}
	}
	return present(lines)
}

func present(lines []*said) []said {
	var left []said
	for _, l := range lines {
		if l != nil {
			left = append(left, *l)
		}
	}
	return left
}

// head is how a relayed line begins: name, role, time and number.
var head = regexp.MustCompile(`<p><strong>([^<]*)</strong> · (?:Kunde|Agent|Experte) · \d\d:\d\d · #\d+(?: · [^<]*)?</p>`)

// What else the product writes around lines: system lines, the words above an attachment and below a picture, and what stands in place of
// a deleted line.
var (
	systemLine = regexp.MustCompile(`<p><em>● [^<]*</em></p>`)
	fileLine   = regexp.MustCompile(`<p>📎 [^<]*</p>`)
	preview    = regexp.MustCompile(`<p><img [^>]*></p>(<p>📎)`)
	picture    = regexp.MustCompile(`<p><img [^>]*></p><p>🖼 ([^<]*)</p>`)
	gone       = "Diese Nachricht wurde gelöscht."
)

// inTeams reads a thread as its members see it: relayed lines under their authors' names, what people wrote there under their own, and
// what is neither – the closing line – under no name.
func inTeams(messages []teamsim.Message) []said {
	var lines []said
	for _, m := range messages {
		if m.IsDeleted() || m.Event != "" {
			continue
		}
		body := fileLine.ReplaceAllString(preview.ReplaceAllString(systemLine.ReplaceAllString(m.Body, ""), "$1"), "")
		body = picture.ReplaceAllString(body, "<p>[$1]</p>")
		heads := head.FindAllStringSubmatchIndex(body, -1)
		if m.App == "" {
			lines = append(lines, said{m.From, plain(m, body)})
			continue
		}
		if len(heads) == 0 {
			if text := plain(m, body); text != "" {
				lines = append(lines, said{"", text})
			}
			continue
		}
		for i, h := range heads {
			end := len(body)
			if i+1 < len(heads) {
				end = heads[i+1][0]
			}
			if text := plain(m, body[h[1]:end]); text != gone {
				lines = append(lines, said{html.UnescapeString(body[h[2]:h[3]]), text})
			}
		}
	}
	return lines
}

// plain reads HTML as a person does; files and pictures show as their names in brackets.
func plain(m teamsim.Message, source string) string {
	nodes, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(strings.ReplaceAll(n.Data, "\u00a0", " "))
		case n.DataAtom == atom.Br, n.DataAtom == atom.P && b.Len() > 0, n.DataAtom == atom.Li && b.Len() > 0:
			b.WriteByte('\n')
		case n.Data == "attachment":
			b.WriteString("\n[" + attachment(m, n) + "]")
		case n.DataAtom == atom.Img:
			b.WriteString("[" + attribute(n, "alt") + "]")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, n := range nodes {
		walk(n)
	}
	return strings.TrimSpace(b.String())
}

// attachment names the attachment that an element of the body stands for.
func attachment(m teamsim.Message, n *html.Node) string {
	for _, a := range m.Attachments {
		if a.ID == attribute(n, "id") {
			return a.Name
		}
	}
	return "?"
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// same compares what somebody reads with what was said and names the first difference.
func same(who string, got, want []said) error {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return fmt.Errorf("%s misses %q from line %d on", who, want[i], i+1)
		case i >= len(want):
			return fmt.Errorf("%s has %q too many from line %d on", who, got[i], i+1)
		case got[i] != want[i]:
			return fmt.Errorf("%s has %q as line %d, want %q; of:\n%s", who, got[i], i+1, want[i], listed(got))
		}
	}
	return nil
}

func listed(lines []said) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "\t%s: %s\n", l.by, l.text)
	}
	return b.String()
}

// conference returns the group chats of a conversation, as the tenant committed them, and how many surplus ones were put aside.
func conference(t *teamsim.Tenant, number int64) (threads []teamsim.Chat) {
	tag := fmt.Sprintf("#%d", number)
	for _, c := range t.Chats() {
		if c.Type == "group" && slices.Contains(strings.Fields(c.Topic), tag) {
			threads = append(threads, c)
		}
	}
	return threads
}
