package teams

import (
	"encoding/json"
	"path"
	"strings"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

// attachmentAt puts the attachment of that id where its element stands. An element whose attachment is missing stands for something too.
func (p *parser) attachmentAt(f *flow, id string, s style) {
	known := false
	for i, a := range p.message.Attachments {
		if a.ID != id {
			continue
		}
		known = true
		if !p.placed[i] {
			p.attachment(f, i, s)
			return
		}
	}
	if !known {
		f.add(chat.Node{T: chat.Placeholder, What: "unknown"})
	}
}

// attachment reads one attachment, once: at its place in the text, or else at the end. [contract §6.2]
func (p *parser) attachment(f *flow, i int, s style) {
	if p.placed[i] {
		return
	}
	p.placed[i] = true
	a := p.message.Attachments[i]
	kind := strings.ToLower(a.ContentType)
	switch {
	case isLoop(kind, a):
		f.add(chat.Node{T: chat.Placeholder, What: "loop", Text: titleOf(a)})
	case kind == "reference":
		f.add(p.fetch(remote{URL: a.ContentURL, Name: fileName(a)}))
	case kind == "messagereference":
		p.reference(f, a, s)
	case kind == "forwardedmessagereference":
		p.forwarded(f, a, s)
	case strings.HasSuffix(kind, "card.codesnippet"):
		p.snippet(f, a)
	default:
		f.add(chat.Node{T: chat.Placeholder, What: whatOf(kind, a), Text: titleOf(a)})
	}
}

// reference reads the quotation of another message. Its preview is plain text.
func (p *parser) reference(f *flow, a graph.Attachment, s style) {
	var c struct {
		MessageID string      `json:"messageId"`
		Preview   string      `json:"messagePreview"`
		Sender    *graph.From `json:"messageSender"`
	}
	if err := json.Unmarshal([]byte(a.Content), &c); err != nil { // hostile or of a kind we don't know: name it
		f.add(chat.Node{T: chat.Placeholder, What: "unknown"})
		return
	}
	if c.Sender != nil && c.Sender.User != nil {
		p.calls(c.Sender.User.ID, nameOf(c.Sender))
	}
	q := chat.Node{T: chat.Quote, Text: nameOf(c.Sender), Ref: p.line(c.MessageID), Kids: chat.FromText(tidy(c.Preview))}
	f.quote(q, s)
}

// quote adds a quotation, or what is quoted where no quotation may stand. One that says nothing and of nothing known has a placeholder.
func (f *flow) quote(q chat.Node, s style) {
	if len(q.Kids) == 0 && q.Ref == 0 {
		q.Kids = []chat.Node{{T: chat.Placeholder, What: "unknown"}}
	}
	switch {
	case s.room(1):
		f.add(q)
	case q.Ref == 0:
		f.spill(q)
	default: // Teams' view of something that stands here in other words
		f.add(chat.Node{T: chat.Placeholder, What: "unknown"})
	}
}

// forwarded reads a message that was passed on from another chat. Its content is HTML; its pictures stay there.
func (p *parser) forwarded(f *flow, a graph.Attachment, s style) {
	var c struct {
		Content string      `json:"originalMessageContent"`
		Sender  *graph.From `json:"originalMessageSender"`
	}
	if err := json.Unmarshal([]byte(a.Content), &c); err != nil || len(c.Content) > maxBody || p.abroad {
		f.add(chat.Node{T: chat.Placeholder, What: "unknown", Text: nameOf(c.Sender)})
		return
	}
	inner := &flow{allowed: blockTypes}
	p.abroad = true
	p.html(inner, c.Content, s.deeper())
	p.abroad = false
	f.quote(chat.Node{T: chat.Quote, Text: nameOf(c.Sender), Kids: inner.blocks}, s)
}

// snippet reads a code snippet: its text lies with the message and becomes a file.
func (p *parser) snippet(f *flow, a graph.Attachment) {
	var c struct {
		Name     string `json:"name"`
		Language string `json:"language"`
		URL      string `json:"codeSnippetUrl"`
	}
	if json.Unmarshal([]byte(a.Content), &c) != nil || c.URL == "" {
		f.add(chat.Node{T: chat.Placeholder, What: "card", Text: titleOf(a)})
		return
	}
	name := "code"
	for _, n := range []string{a.Name, c.Name, c.Language} {
		if n = oneLine(n); !blank(n) {
			name = n
			break
		}
	}
	if path.Ext(name) == "" {
		name += ".txt"
	}
	f.add(p.fetch(remote{URL: c.URL, Name: name, Picture: true}))
}

func nameOf(from *graph.From) string {
	switch {
	case from == nil:
		return ""
	case from.User != nil:
		return oneLine(from.User.Name)
	case from.Application != nil:
		return oneLine(from.Application.Name)
	}
	return ""
}
