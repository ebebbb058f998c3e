package teamsim

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Teams is one person's Teams client. What it does goes the way of the browser client,
// through Graph's operations, with the same effects and the same refusals.
type Teams struct {
	t   *Tenant
	who string
}

// As acts as a person, found by name, address or object id. An unknown person shows as an
// error of the first act.
func (t *Tenant) As(who string) *Teams { return &Teams{t, who} }

// ActError is a refusal of Graph.
type ActError struct {
	Status  int
	Code    string
	Message string
}

// Error words the refusal.
func (e *ActError) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// call performs one Graph operation as the person. answer may be nil.
func (a *Teams) call(method, path string, body, into any) error {
	return a.send(method, path, "application/json", body, into)
}

func (a *Teams) send(method, path, contentType string, body, into any) error {
	t := a.t
	t.mu.Lock()
	p, app := t.lookup(a.who), t.apps[teamsAppID]
	t.mu.Unlock()
	if p == nil {
		return fmt.Errorf("act as %q: no such person", a.who)
	}
	raw, isRaw := body.([]byte)
	if body != nil && !isRaw {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	path, query, _ := strings.Cut(path, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	c := &call{ctx: context.Background(), method: method, path: path, query: values, body: raw, teams: true,
		header:    http.Header{"Prefer": {"include-unknown-enum-members"}, "Content-Type": {contentType}},
		token:     &accessToken{app: teamsAppID, person: p.ID, scopes: app.consented},
		base:      t.base(nil, t.cfg.GraphURL),
		requestID: t.traceID(),
	}
	answer := t.perform(c)
	return readAnswer(method, path, answer, into)
}

func readAnswer(method, path string, a answer, into any) error {
	if e, refused := a.body.(*graphError); refused {
		return fmt.Errorf("%s %s: %w", method, path, &ActError{a.status, e.Error.Code, e.Error.Message})
	}
	if into == nil || a.body == nil {
		return nil
	}
	raw, err := json.Marshal(a.body)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// find resolves a chat by id, by topic, or by the name of the other person in a
// one-to-one chat.
func (a *Teams) find(chatName string) (string, error) {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	self := t.lookup(a.who)
	if self == nil {
		return "", fmt.Errorf("act as %q: no such person", a.who)
	}
	if c := t.chats[chatName]; c != nil {
		return c.id, nil
	}
	for _, c := range slices.Backward(t.chatsOf[self.ID]) {
		if c.topic == chatName && chatName != "" {
			return c.id, nil
		}
	}
	if c := t.byTopic(chatName); c != nil {
		return c.id, nil
	}
	if other := t.lookup(chatName); other != nil {
		id := "19:" + min(self.ID, other.ID) + "_" + max(self.ID, other.ID) + "@unq.gbl.spaces"
		if t.chats[id] != nil {
			return id, nil
		}
	}
	return "", fmt.Errorf("%s has no chat %q", a.who, chatName)
}

func chatPath(id string, rest ...string) string {
	path := "/chats/" + url.PathEscape(id)
	for _, part := range rest {
		path += "/" + url.PathEscape(part)
	}
	return path
}

type postedID struct {
	ID string `json:"id"`
}

// OneOnOne writes to somebody in the one-to-one chat, making it if needed. An empty text
// only makes the chat.
func (a *Teams) OneOnOne(with, html string) error {
	id, err := a.NewChat("", with)
	if err != nil || html == "" {
		return err
	}
	_, err = a.Say(id, html)
	return err
}

// NewChat makes a chat with others: one-to-one when there is one other person and no
// topic, otherwise a group. It returns the chat's id.
func (a *Teams) NewChat(topic string, with ...string) (string, error) {
	kind := group
	if topic == "" && len(with) == 1 {
		kind = oneOnOne
	}
	body := map[string]any{"chatType": kind}
	if topic != "" {
		body["topic"] = topic
	}
	var members []map[string]any
	for _, who := range append([]string{a.who}, with...) {
		m, err := a.memberBody(who)
		if err != nil {
			return "", err
		}
		members = append(members, m)
	}
	body["members"] = members
	var made postedID
	err := a.call(http.MethodPost, "/chats", body, &made)
	return made.ID, err
}

func (a *Teams) memberBody(who string) (map[string]any, error) {
	p, found := a.t.Person(who)
	if !found {
		return nil, fmt.Errorf("%q: no such person", who)
	}
	role := "owner"
	if p.Guest {
		role = "guest"
	}
	return map[string]any{"@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": []string{role},
		"user@odata.bind": "https://graph.microsoft.com/v1.0/users('" + p.ID + "')"}, nil
}

// Say posts HTML into a chat, found by id, topic or the other person's name, and returns
// the id of the message.
func (a *Teams) Say(chat, html string) (string, error) {
	return a.post(chat, map[string]any{"body": map[string]string{"contentType": "html", "content": html}})
}

// Post sends a whole chatMessage body, for mentions, cards and importance.
func (a *Teams) Post(chat string, body map[string]any) (string, error) { return a.post(chat, body) }

func (a *Teams) post(chat string, body any) (string, error) {
	id, err := a.find(chat)
	if err != nil {
		return "", err
	}
	var made postedID
	err = a.call(http.MethodPost, chatPath(id, "messages"), body, &made)
	return made.ID, err
}

// Edit replaces the body of one's own message. Attachments and images vanish, as with
// any edit that does not send them again.
func (a *Teams) Edit(chat, messageID, html string) error {
	return a.onMessage(http.MethodPatch, chat, messageID, "", map[string]any{"body": map[string]string{"contentType": "html", "content": html}})
}

// Delete soft-deletes one's own message.
func (a *Teams) Delete(chat, messageID string) error {
	return a.own(chat, messageID, "softDelete")
}

// Undelete brings it back.
func (a *Teams) Undelete(chat, messageID string) error {
	return a.own(chat, messageID, "undoSoftDelete")
}

func (a *Teams) own(chat, messageID, action string) error {
	id, err := a.find(chat)
	if err != nil {
		return err
	}
	return a.call(http.MethodPost, "/me"+chatPath(id, "messages", messageID, action), nil, nil)
}

// React puts an emoji on a message.
func (a *Teams) React(chat, messageID, emoji string) error {
	return a.onMessage(http.MethodPost, chat, messageID, "setReaction", map[string]string{"reactionType": emoji})
}

// Unreact takes it off.
func (a *Teams) Unreact(chat, messageID, emoji string) error {
	return a.onMessage(http.MethodPost, chat, messageID, "unsetReaction", map[string]string{"reactionType": emoji})
}

func (a *Teams) onMessage(method, chat, messageID, action string, body any) error {
	id, err := a.find(chat)
	if err != nil {
		return err
	}
	path := chatPath(id, "messages", messageID)
	if action != "" {
		path += "/" + action
	}
	return a.call(method, path, body, nil)
}

// Quote answers a message, quoting it, and returns the id of the answer.
func (a *Teams) Quote(chat, messageID, html string) (string, error) {
	id, err := a.find(chat)
	if err != nil {
		return "", err
	}
	var made postedID
	err = a.call(http.MethodPost, chatPath(id, "messages", "replyWithQuote"), map[string]any{
		"messageIds":   []string{messageID},
		"replyMessage": map[string]any{"body": map[string]string{"contentType": "html", "content": html}},
	}, &made)
	return made.ID, err
}

// File uploads a file to the person's OneDrive, shares it with the chat and posts it.
func (a *Teams) File(chat, name string, content []byte, text string) (string, error) {
	id, err := a.find(chat)
	if err != nil {
		return "", err
	}
	var item struct {
		ID     string `json:"id"`
		ETag   string `json:"eTag"`
		Name   string `json:"name"`
		WebURL string `json:"webUrl"`
	}
	path := "/me/drive/root:/Microsoft%20Teams%20Chat%20Files/" + url.PathEscape(name) + ":/content?@microsoft.graph.conflictBehavior=rename"
	if err := a.send(http.MethodPut, path, http.DetectContentType(content), content, &item); err != nil {
		return "", err
	}
	if err := a.share(id, item.ID); err != nil {
		return "", err
	}
	guid := strings.Trim(strings.Split(item.ETag, ",")[0], `"{}`)
	return a.post(id, map[string]any{
		"body":        map[string]string{"contentType": "html", "content": text + `<attachment id="` + guid + `"></attachment>`},
		"attachments": []map[string]string{{"id": guid, "contentType": "reference", "contentUrl": item.WebURL, "name": item.Name}},
	})
}

// share lets the members of a chat read a file.
func (a *Teams) share(chatID, itemID string) error {
	c, _ := a.t.ChatByID(chatID)
	var recipients []map[string]string
	self, _ := a.t.Person(a.who)
	for _, m := range c.Members {
		if m.ID != self.ID {
			recipients = append(recipients, map[string]string{"objectId": m.ID})
		}
	}
	if len(recipients) == 0 {
		return nil
	}
	return a.call(http.MethodPost, "/me/drive/items/"+itemID+"/invite", map[string]any{
		"recipients": recipients, "requireSignIn": true, "sendInvitation": false, "roles": []string{"read"}}, nil)
}

// Picture posts an inline image, as pasting does.
func (a *Teams) Picture(chat, name string, content []byte, text string) (string, error) {
	return a.post(chat, map[string]any{
		"body": map[string]string{"contentType": "html", "content": text + `<p><img alt="` + html.EscapeString(name) + `" src="../hostedContents/1/$value"></p>`},
		"hostedContents": []map[string]string{{"@microsoft.graph.temporaryId": "1",
			"contentBytes": base64.StdEncoding.EncodeToString(content), "contentType": http.DetectContentType(content)}},
	})
}

// Leave leaves a group chat.
func (a *Teams) Leave(chat string) error { return a.Remove(chat, a.who) }

// Add adds somebody to a group chat with its whole history.
func (a *Teams) Add(chat, person string) error {
	id, err := a.find(chat)
	if err != nil {
		return err
	}
	body, err := a.memberBody(person)
	if err != nil {
		return err
	}
	body["visibleHistoryStartDateTime"] = "0001-01-01T00:00:00Z"
	return a.call(http.MethodPost, chatPath(id, "members"), body, nil)
}

// Remove removes somebody from a group chat.
func (a *Teams) Remove(chat, person string) error {
	id, err := a.find(chat)
	if err != nil {
		return err
	}
	p, found := a.t.Person(person)
	c, _ := a.t.ChatByID(id)
	for _, m := range c.Members {
		if found && m.ID == p.ID {
			return a.call(http.MethodDelete, chatPath(id, "members", m.Membership), nil, nil)
		}
	}
	return fmt.Errorf("%q is not in chat %q", person, chat)
}

// Rename changes the topic of a group chat.
func (a *Teams) Rename(chat, topic string) error {
	id, err := a.find(chat)
	if err != nil {
		return err
	}
	return a.call(http.MethodPatch, chatPath(id), map[string]string{"topic": topic}, nil)
}

// Chats lists the chats the person sees, newest first.
func (a *Teams) Chats() ([]Chat, error) {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	self := t.lookup(a.who)
	if self == nil {
		return nil, fmt.Errorf("act as %q: no such person", a.who)
	}
	var list []Chat
	for _, row := range t.sortedChats(self.ID, false) {
		list = append(list, t.snapshot(row.chat))
	}
	return list, nil
}

// errLeft is what somebody sees who is not in a chat.
var errLeft = errors.New("not a member of the chat")

// Messages gives what the person sees of a chat, oldest first: nothing from before their
// visible history, no deleted messages' bodies.
func (a *Teams) Messages(chat string) ([]Message, error) {
	id, err := a.find(chat)
	if err != nil {
		return nil, err
	}
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	c, self := t.chats[id], t.lookup(a.who)
	m := c.member(self.ID)
	if m == nil || c.gone {
		return nil, fmt.Errorf("read chat %q as %s: %w", chat, a.who, errLeft)
	}
	var list []Message
	for _, msg := range c.messages {
		if !m.visible(msg) {
			continue
		}
		seen := t.snapshotMessage(c, msg)
		if seen.IsDeleted() || seen.Blocked {
			seen.Body, seen.Attachments, seen.Images = "", nil, nil
		}
		list = append(list, seen)
	}
	return list, nil
}

// Read fetches a file or picture by the address a message gives, with the person's own
// permissions: an image of a message, or a file in somebody's OneDrive.
func (a *Teams) Read(address string) ([]byte, error) {
	if _, path, found := strings.Cut(address, "/v1.0/"); found {
		return a.fetch("/" + path)
	}
	return a.fetch("/shares/u!" + base64.RawURLEncoding.EncodeToString([]byte(address)) + "/driveItem/$value")
}

func (a *Teams) fetch(path string) ([]byte, error) {
	t := a.t
	t.mu.Lock()
	p, app := t.lookup(a.who), t.apps[teamsAppID]
	t.mu.Unlock()
	if p == nil {
		return nil, fmt.Errorf("act as %q: no such person", a.who)
	}
	c := &call{ctx: context.Background(), method: http.MethodGet, path: path, query: url.Values{}, teams: true, header: http.Header{},
		token: &accessToken{app: teamsAppID, person: p.ID, scopes: app.consented}, base: t.base(nil, t.cfg.GraphURL), requestID: t.traceID()}
	res := t.perform(c)
	if raw, isRaw := res.body.([]byte); isRaw && res.status == http.StatusOK {
		return bytes.Clone(raw), nil
	}
	return nil, readAnswer(http.MethodGet, path, res, nil)
}
