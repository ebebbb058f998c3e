package teamsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
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

// listMessages is GET /chats/{id}/messages [api: chat-list-messages].
func (t *Tenant) listMessages(c *call) answer {
	if a, refused := refuseOptions(c, "$select", "$search", "$skip", "$expand"); refused {
		return a
	}
	top, a := pageSize(c, 20)
	if a.status != 0 {
		return a
	}
	byCreation, a := messageOrder(c)
	if a.status != 0 {
		return a
	}
	keep, a := messageFilter(c, byCreation)
	if a.status != 0 {
		return a
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, self, a := t.chatFor(c)
	if ch == nil {
		return a
	}
	at := now()
	visible := func(m *message) bool {
		return self.visible(m) && (c.teams || !at.Before(m.listed)) && keep(m)
	}
	return t.messagePage(c, ch, top, byCreation, visible, "chats('"+ch.id+"')/messages")
}

// messageOrder reads $orderby; ascending does not exist.
func messageOrder(c *call) (byCreation bool, a answer) {
	switch order := strings.ToLower(strings.Join(strings.Fields(c.query.Get("$orderby")), " ")); order {
	case "", "lastmodifieddatetime desc":
		return false, answer{}
	case "createddatetime desc":
		return true, answer{}
	default:
		return false, badRequest("QueryOptions to order by '%s' is not supported.", order)
	}
}

// messageFilter reads $filter. Microsoft ignores it silently unless $orderby names the
// same property.
func messageFilter(c *call, byCreation bool) (func(*message) bool, answer) {
	everything := func(*message) bool { return true }
	text := c.query.Get("$filter")
	if text == "" {
		return everything, answer{}
	}
	f, err := parseFilter(text)
	if err != nil {
		return nil, badRequest("Invalid filter clause: %v", err)
	}
	property := "lastModifiedDateTime"
	if byCreation {
		property = "createdDateTime"
	}
	if c.query.Get("$orderby") == "" || !strings.Contains(text, property) {
		return everything, answer{}
	}
	if strings.Contains(text, "createdDateTime gt") {
		return nil, badRequest("Filtering by createdDateTime supports only 'lt'.")
	}
	return func(m *message) bool {
		return f.accepts(func(name string) any {
			switch name {
			case "lastModifiedDateTime":
				return m.modified
			case "createdDateTime":
				return m.created
			}
			return nil
		})
	}, answer{}
}

// messagePage lists messages newest first. The caller holds t.mu.
func (t *Tenant) messagePage(c *call, ch *chat, top int, byCreation bool, visible func(*message) bool, context string) answer {
	from, a := readSkip(c)
	if a.status != 0 {
		return a
	}
	rows := sortMessages(ch.messages, byCreation)
	value, next, last := []wireMessage{}, "", from
	full := knowsEnums(c.header)
	for _, row := range rows {
		if from != (pageKey{}) && !row.key.after(from) || !visible(row.message) {
			continue
		}
		if len(value) == top {
			next = c.nextLink(last)
			break
		}
		value = append(value, t.wireMessage(ch, row.message, c.base, full))
		last = row.key
	}
	if !c.teams && len(value) > 0 && t.roll(t.faults.EmptyPageP) {
		value, next = []wireMessage{}, c.nextLink(from)
	}
	count := len(value)
	return ok(page{Context: c.base + "/v1.0/$metadata#" + context, Count: &count, NextLink: next, Value: value})
}

type messageRow struct {
	message *message
	key     pageKey
}

func sortMessages(list []*message, byCreation bool) []messageRow {
	rows := make([]messageRow, 0, len(list))
	for _, m := range list {
		at := m.modified
		if byCreation {
			at = m.created
		}
		rows = append(rows, messageRow{m, pageKey{at.UnixMilli(), m.id}})
	}
	slices.SortFunc(rows, func(a, b messageRow) int { return a.key.compare(b.key) })
	return rows
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

// chatDelta refuses: delta is documented for channels, not for chats [api: chatmessage-delta].
func (t *Tenant) chatDelta(*call) answer {
	return badRequest("Requested API is not supported. Delta is available for channel messages only.")
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
		m.content = sanitize(m.content, sanitizer{dropMarker: t.faults.StripMarker, hosted: func(src string) (string, bool) { return hostedURL(ch, m, src) }})
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

// editMessage is PATCH /chats/{id}/messages/{id} [api: chatmessage-update]. Attachments,
// mentions and images that are not sent again vanish.
func (t *Tenant) editMessage(c *call) answer {
	var body messageBody
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body was sent: %v", err)
	}
	if a := checkMessage(body); a.status != 0 {
		return a
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, m, a := t.messageFor(c)
	if m == nil {
		return a
	}
	return t.edit(c, ch, m, body)
}

func (t *Tenant) edit(c *call, ch *chat, m *message, body messageBody) answer {
	if a, refused := ownOnly(c, m); refused {
		return a
	}
	if !m.deleted.IsZero() {
		return badRequest("The message was deleted and can't be updated.")
	}
	if a := t.fill(ch, m, body); a.status != 0 {
		return a
	}
	m.touch()
	m.edited = m.modified
	t.messageChanged(ch, m, changeUpdated)
	t.judge(ch, m)
	return noContent()
}

func ownOnly(c *call, m *message) (answer, bool) {
	if m.from == c.caller() {
		return answer{}, false
	}
	return forbidden("Only the sender can change the message."), true
}

// softDelete is POST /users/{id}/chats/{id}/messages/{id}/softDelete [api: chatmessage-softdelete].
func (t *Tenant) softDelete(c *call) answer {
	return t.changeOwn(c, func(m *message) (changeType, bool) {
		if !m.deleted.IsZero() {
			return "", false
		}
		m.touch()
		m.deleted = m.modified
		return changeDeleted, true
	})
}

// undoSoftDelete brings a message back; it arrives as an update [api: chatmessage-undosoftdelete].
func (t *Tenant) undoSoftDelete(c *call) answer {
	return t.changeOwn(c, func(m *message) (changeType, bool) {
		if m.deleted.IsZero() {
			return "", false
		}
		m.touch()
		m.deleted = time.Time{}
		return changeUpdated, true
	})
}

func (t *Tenant) changeOwn(c *call, change func(*message) (changeType, bool)) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.lookup(c.vars["user"])
	if p == nil || p.ID != c.caller() {
		return forbidden("User id in the request URL must match the signed-in user.")
	}
	ch, m, a := t.messageFor(c)
	if m == nil {
		return a
	}
	if a, refused := ownOnly(c, m); refused {
		return a
	}
	if kind, changed := change(m); changed {
		t.messageChanged(ch, m, kind)
	}
	return noContent()
}
