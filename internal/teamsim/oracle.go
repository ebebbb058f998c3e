package teamsim

import (
	"slices"
	"strings"
	"time"
)

// Chat is a committed chat as the tenant knows it, deleted messages included.
type Chat struct {
	ID       string    `json:"id"`
	Type     string    `json:"chatType"` // oneOnOne, group or channel
	Topic    string    `json:"topic"`
	Created  time.Time `json:"created"`
	Members  []Member  `json:"members"`
	Messages []Message `json:"messages"` // by id, oldest first
}

// Member is one membership.
type Member struct {
	ID          string    `json:"id"` // object id of the person
	Name        string    `json:"name"`
	Membership  string    `json:"membershipId"`
	Role        string    `json:"role"`
	VisibleFrom time.Time `json:"visibleFrom"` // zero: everything
}

// Message is a committed message; Body is what was stored, whether deleted or not.
type Message struct {
	ID          string       `json:"id"`
	ChatID      string       `json:"chatId"`
	FromID      string       `json:"fromId"` // empty: system event
	From        string       `json:"from"`   // display name
	App         string       `json:"app"`    // client id of the application that posted it; empty for Teams itself
	Type        string       `json:"contentType"`
	Body        string       `json:"body"`
	Event       string       `json:"event"`    // membersAdded, membersLeft, membersDeleted, chatRenamed
	NewTopic    string       `json:"newTopic"` // chatRenamed
	Affected    []string     `json:"affected"`
	Created     time.Time    `json:"created"`
	Modified    time.Time    `json:"modified"`
	Edited      time.Time    `json:"edited"`  // zero: never
	Deleted     time.Time    `json:"deleted"` // zero: not deleted
	Blocked     bool         `json:"blocked"`
	Etag        string       `json:"etag"`
	ReplyTo     string       `json:"replyTo"`
	Attachments []Attachment `json:"attachments"`
	Images      []Image      `json:"images"`
	Reactions   []Reaction   `json:"reactions"`
}

// Attachment is a file, card or quote of a message.
type Attachment struct {
	ID          string `json:"id"`
	ContentType string `json:"contentType"`
	Name        string `json:"name"`
	URL         string `json:"url"`
	Content     string `json:"content"`
}

// Image is an inline image.
type Image struct {
	ID          string `json:"id"`
	ContentType string `json:"contentType"`
	Bytes       []byte `json:"bytes"`
}

// Reaction is one person's reaction.
type Reaction struct {
	Emoji string `json:"emoji"`
	From  string `json:"from"` // display name
}

// IsDeleted tells whether the message is deleted now.
func (m Message) IsDeleted() bool { return !m.Deleted.IsZero() }

// Text is the body as a person reads it.
func (m Message) Text() string {
	if m.Type == "html" {
		return plainText(m.Body)
	}
	return m.Body
}

// Chats lists everything the tenant really committed: the oracle of tests.
func (t *Tenant) Chats() []Chat {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Chat, 0, len(t.chatOrder))
	for _, id := range t.chatOrder {
		all = append(all, t.snapshot(t.chats[id]))
	}
	return all
}

// ChatByTopic finds the first chat with a topic.
func (t *Tenant) ChatByTopic(topic string) (Chat, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.byTopic(topic); c != nil {
		return t.snapshot(c), true
	}
	return Chat{}, false
}

// ChatByID finds a chat by its id.
func (t *Tenant) ChatByID(id string) (Chat, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.chats[id]; c != nil {
		return t.snapshot(c), true
	}
	return Chat{}, false
}

func (t *Tenant) byTopic(topic string) *chat {
	for _, id := range t.chatOrder {
		if c := t.chats[id]; c.topic == topic && topic != "" {
			return c
		}
	}
	return nil
}

func (t *Tenant) name(person string) string {
	if p := t.people[person]; p != nil {
		return p.Name
	}
	return ""
}

// snapshot copies a chat. The caller holds t.mu.
func (t *Tenant) snapshot(c *chat) Chat {
	out := Chat{ID: c.id, Type: c.kind, Topic: c.topic, Created: c.created, Members: []Member{}, Messages: []Message{}}
	for _, m := range c.members {
		out.Members = append(out.Members, Member{m.person, t.name(m.person), m.id, m.role, m.visibleFrom})
	}
	for _, m := range c.messages {
		out.Messages = append(out.Messages, t.snapshotMessage(c, m))
	}
	return out
}

func (t *Tenant) snapshotMessage(c *chat, m *message) Message {
	out := Message{ID: m.id, ChatID: c.id, FromID: m.from, From: t.name(m.from), App: m.via, Type: m.contentType, Body: t.absolute(m.content),
		Created: m.created, Modified: m.modified, Edited: m.edited, Deleted: m.deleted, Blocked: m.blocked, Etag: m.etag(), ReplyTo: m.replyTo}
	if m.via == teamsAppID {
		out.App = ""
	}
	if m.event != nil {
		out.Event, out.NewTopic, out.Affected = m.event.kind, m.event.name, slices.Clone(m.event.members)
	}
	for _, a := range m.attachments {
		out.Attachments = append(out.Attachments, Attachment{a.ID, deref(a.ContentType), deref(a.Name), deref(a.ContentURL), deref(a.Content)})
	}
	for _, h := range m.hosted {
		out.Images = append(out.Images, Image{h.id, h.contentType, h.bytes})
	}
	for _, r := range m.reactions {
		out.Reactions = append(out.Reactions, Reaction{r.emoji, t.name(r.person)})
	}
	return out
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// SubscriptionInfo is what a test wants to know about a subscription.
type SubscriptionInfo struct {
	ID          string    `json:"id"`
	App         string    `json:"app"`
	Person      string    `json:"person"` // display name
	Resource    string    `json:"resource"`
	NotifyURL   string    `json:"notificationUrl"`
	ClientState string    `json:"clientState"`
	Expires     time.Time `json:"expires"`
	Lapses      time.Time `json:"lapses"` // when the token Graph holds is worth nothing
	Held        int       `json:"held"`   // notifications waiting for a fresh token
}

// Subscriptions lists the living subscriptions in order of creation.
func (t *Tenant) Subscriptions() []SubscriptionInfo {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := []SubscriptionInfo{}
	for _, id := range t.subOrder {
		s := t.subs[id]
		list = append(list, SubscriptionInfo{s.id, s.app, t.name(s.person), s.resource, s.notifyURL, s.clientState, s.expires, s.lapses, len(s.held)})
	}
	return list
}

// absolute writes image addresses of a stored body as readers get them.
func (t *Tenant) absolute(content string) string {
	return strings.ReplaceAll(content, hostedRoot, t.base(nil, t.cfg.GraphURL)+"/v1.0")
}
