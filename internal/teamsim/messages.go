package teamsim

import (
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf16"
)

// maxPost is the size of one post in characters, with mentions and cards, beyond which
// Teams answers 413 (measured, docs issue #7218).
const maxPost = 28_522

const maxAttachments = 10

// messageBody is what a client sends.
type messageBody struct {
	Body        *sentBody        `json:"body"`
	Subject     string           `json:"subject"`
	Importance  string           `json:"importance"`
	Locale      string           `json:"locale"`
	Mentions    []sentMention    `json:"mentions"`
	Attachments []wireAttachment `json:"attachments"`
	Hosted      []sentHosted     `json:"hostedContents"`
}

type sentBody struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

type sentMention struct {
	ID          int            `json:"id"`
	MentionText string         `json:"mentionText"`
	Mentioned   map[string]any `json:"mentioned"`
}

type sentHosted struct {
	TemporaryID  string `json:"@microsoft.graph.temporaryId"`
	ID           string `json:"id"`
	ContentBytes []byte `json:"contentBytes"`
	ContentType  string `json:"contentType"`
}

// messageFor finds a message the caller can see.
func (t *Tenant) messageFor(c *call) (*chat, *message, answer) {
	ch, self, a := t.chatFor(c)
	if ch == nil {
		return nil, nil, a
	}
	m := ch.byID[c.vars["message"]]
	if m == nil || !self.visible(m) {
		return nil, nil, notFound("Could not find the message '%s'.", c.vars["message"])
	}
	return ch, m, answer{}
}

// getMessage is GET /chats/{id}/messages/{id}.
func (t *Tenant) getMessage(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, m, a := t.messageFor(c)
	if m == nil {
		return a
	}
	w := t.wireMessage(ch, m, c.base, knowsEnums(c.header))
	w.Context = c.base + "/v1.0/$metadata#chats('" + ch.id + "')/messages/$entity"
	return ok(w)
}

// postMessage is POST /chats/{id}/messages [api: chat-post-messages].
func (t *Tenant) postMessage(c *call) answer {
	var body messageBody
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body was sent: %v", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, _, a := t.chatFor(c)
	if ch == nil {
		return a
	}
	m, a := t.compose(c, ch, body)
	if m == nil {
		return a
	}
	return t.posted(c, ch, m)
}

// posted commits a new message and answers it. The caller holds t.mu.
func (t *Tenant) posted(c *call, ch *chat, m *message) answer {
	ch.add(m)
	for _, v := range ch.views {
		v.hidden = false // a new message brings a hidden chat back
	}
	t.messageChanged(ch, m, changeCreated)
	t.judge(ch, m)
	w := t.wireMessage(ch, m, c.base, knowsEnums(c.header))
	w.Context = c.base + "/v1.0/$metadata#chats('" + ch.id + "')/messages/$entity"
	return created(w).with("Location", c.base+"/v1.0/chats('"+ch.id+"')/messages('"+m.id+"')").with("ETag", m.etag())
}

// compose checks a new message and gives it its identity.
func (t *Tenant) compose(c *call, ch *chat, body messageBody) (*message, answer) {
	if a := checkMessage(body); a.status != 0 {
		return nil, a
	}
	id, at := t.nextID(ch)
	m := &message{id: id, from: c.caller(), created: at, modified: at, listed: t.listedFrom(), via: c.token.app}
	if a := t.fill(ch, m, body); a.status != 0 {
		return nil, a
	}
	return m, answer{}
}

// checkMessage refuses what Teams refuses in a post.
func checkMessage(body messageBody) answer {
	if body.Body == nil || strings.TrimSpace(body.Body.Content) == "" && len(body.Attachments) == 0 {
		return badRequest("Missing body content")
	}
	switch strings.ToLower(body.Body.ContentType) {
	case "", "text", "html":
	default:
		return badRequest("Invalid body content type '%s'.", body.Body.ContentType)
	}
	switch body.Importance {
	case "", "normal", "high", "urgent":
	default:
		return badRequest("Invalid importance '%s'.", body.Importance)
	}
	if len(body.Attachments) > maxAttachments {
		return badRequest("A message can have at most %d attachments.", maxAttachments)
	}
	if size := postSize(body); size > maxPost {
		return fail(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request is too large: %d characters.", size)
	}
	for _, a := range body.Attachments {
		if refusal := checkAttachment(a); refusal.status != 0 {
			return refusal
		}
	}
	return answer{}
}

// postSize counts what the limit of a post counts: text, mentions and cards.
func postSize(body messageBody) int {
	size := len(utf16.Encode([]rune(body.Body.Content)))
	for _, a := range body.Attachments {
		if a.Content != nil {
			size += len(utf16.Encode([]rune(*a.Content)))
		}
	}
	if len(body.Mentions) > 0 {
		if raw, err := json.Marshal(body.Mentions); err == nil {
			size += len(raw)
		}
	}
	return size
}

// fill puts a sent body into a message: everything not sent is gone afterwards.
func (t *Tenant) fill(ch *chat, m *message, body messageBody) answer {
	if a := t.takeHosted(ch, m, body.Hosted); a.status != 0 {
		return a
	}
	m.contentType = strings.ToLower(body.Body.ContentType)
	if m.contentType == "" {
		m.contentType = "text"
	}
	if len(body.Mentions) > 0 {
		m.contentType = "html"
	}
	m.content = body.Body.Content
	if m.contentType == "html" {
		m.content = sanitize(m.content, sanitizer{cleanUp: t.faults.CleanUp, hosted: func(src string) (string, bool) { return hostedURL(ch, m, src) }})
	}
	m.importance, m.locale, m.subject = body.Importance, body.Locale, body.Subject
	if m.importance == "" {
		m.importance = "normal"
	}
	if m.locale == "" {
		m.locale = "en-us"
	}
	m.attachments = body.Attachments
	m.mentions = nil
	for _, s := range body.Mentions {
		m.mentions = append(m.mentions, t.wireMention(s))
	}
	return answer{}
}

// wireMention completes a mention with what a reader sees.
func (t *Tenant) wireMention(s sentMention) wireMention {
	mentioned := map[string]any{"application": nil, "device": nil, "conversation": nil, "user": nil}
	for key, value := range s.Mentioned {
		mentioned[key] = value
	}
	if user, isUser := mentioned["user"].(map[string]any); isUser {
		if id, isText := user["id"].(string); isText {
			identity := t.user(id)
			identity.TenantID = ""
			mentioned["user"] = identity
		}
	}
	return wireMention{ID: s.ID, MentionText: s.MentionText, Mentioned: mentioned}
}
