package teamsim

import (
	"context"
	"encoding/json"
	"fmt"
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
