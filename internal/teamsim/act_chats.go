package teamsim

import (
	"errors"
	"fmt"
	"net/http"
)

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
