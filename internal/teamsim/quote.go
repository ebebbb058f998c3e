package teamsim

import (
	"fmt"
	"html"
	"strings"
)

// replyWithQuote is POST …/messages/replyWithQuote [api: chatmessage-replywithquote]. A
// quote is read as an attachment of type messageReference.
func (t *Tenant) replyWithQuote(c *call) answer {
	var body struct {
		MessageIDs   []string    `json:"messageIds"`
		ReplyMessage messageBody `json:"replyMessage"`
	}
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	if len(body.MessageIDs) == 0 || len(body.MessageIDs) > 10 {
		return badRequest("Between 1 and 10 message ids are expected.")
	}
	if body.ReplyMessage.Body == nil {
		return badRequest("Missing body content")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, self, a := t.chatFor(c)
	if ch == nil {
		return a
	}
	var marks strings.Builder
	var quotes []wireAttachment
	for _, id := range body.MessageIDs {
		m := ch.byID[id]
		if m == nil || !self.visible(m) || !m.deleted.IsZero() {
			return notFound("Could not find the message '%s'.", id)
		}
		quote, err := t.quote(m)
		if err != nil {
			return fail(500, "InternalServerError", "%v", err)
		}
		quotes = append(quotes, quote)
		fmt.Fprintf(&marks, `<attachment id="%s"></attachment>`, id)
	}
	reply := body.ReplyMessage
	if !strings.EqualFold(reply.Body.ContentType, "html") {
		reply.Body.Content = "<p>" + html.EscapeString(reply.Body.Content) + "</p>"
	}
	reply.Body.ContentType, reply.Body.Content = "html", marks.String()+reply.Body.Content
	m, a := t.compose(c, ch, reply)
	if a.status != 0 {
		return a
	}
	m.attachments = append(quotes, m.attachments...)
	return t.posted(c, ch, m)
}

// quote is the reference to a message inside another one.
func (t *Tenant) quote(m *message) (wireAttachment, error) {
	preview := plainText(m.content)
	if m.contentType == "text" {
		preview = m.content
	}
	if runes := []rune(preview); len(runes) > 200 {
		preview = string(runes[:200]) + "…"
	}
	sender := map[string]any{"application": nil, "device": nil}
	if m.from != "" {
		user := t.user(m.from)
		user.Type, user.TenantID = "", ""
		sender["user"] = user
	}
	content, err := marshal(map[string]any{"messageId": m.id, "messagePreview": preview, "messageSender": sender})
	if err != nil {
		return wireAttachment{}, fmt.Errorf("quote message %s: %w", m.id, err)
	}
	kind, text := "messageReference", string(content)
	return wireAttachment{ID: m.id, ContentType: &kind, Content: &text}, nil
}
