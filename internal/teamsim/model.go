package teamsim

import (
	"strconv"
	"time"
)

// Kinds of chats. A channel is kept as a chat, because messages behave alike in both.
const (
	oneOnOne = "oneOnOne"
	group    = "group"
	channel  = "channel"
)

// chat is a conversation with members and messages.
type chat struct {
	id, kind, topic  string
	team             *team // channels only
	creator          string
	created, updated time.Time
	members          []*member
	messages         []*message // by id, ascending
	byID             map[string]*message
	views            map[string]*viewpoint
	gone             bool // answers 404, see Tenant.Vanish
	lastID           int64
}

// member is one person's membership of a chat.
type member struct {
	id, person  string
	role        string // "owner", "guest" or "" (channels)
	visibleFrom time.Time
}

// viewpoint is what one person did to a chat in their own list.
type viewpoint struct {
	hidden bool
	read   time.Time
}

// message is a chat message; times are whole milliseconds.
type message struct {
	id                   string
	from                 string // object id; empty for system events
	created, modified    time.Time
	edited, deleted      time.Time // zero: never
	listed               time.Time // when lists start to show it
	contentType, content string
	attachments          []wireAttachment
	mentions             []wireMention
	hosted               []hostedContent
	reactions            []reaction
	history              []reactionChange
	importance, locale   string
	subject              string
	event                *eventDetail
	blocked              bool // by policy (DLP)
	replyTo              string
	replies              int
	via                  string // application that posted it, for the oracle
}

// hostedContent is an inline image.
type hostedContent struct {
	id, contentType string
	bytes           []byte
}

type reaction struct {
	emoji, person string
	at            time.Time
}

type reactionChange struct {
	action string
	reaction
}

func (c *chat) member(person string) *member {
	for _, m := range c.members {
		if m.person == person {
			return m
		}
	}
	return nil
}

func (c *chat) memberByID(id string) *member {
	for _, m := range c.members {
		if m.id == id {
			return m
		}
	}
	return nil
}

func (c *chat) view(person string) *viewpoint {
	v := c.views[person]
	if v == nil {
		v = &viewpoint{}
		c.views[person] = v
	}
	return v
}

// visible tells whether a member's history reaches back to a message.
func (m *member) visible(msg *message) bool { return !msg.created.Before(m.visibleFrom) }

// latest is the newest message a member can see.
func (c *chat) latest(m *member) *message {
	for i := len(c.messages) - 1; i >= 0; i-- {
		if msg := c.messages[i]; m.visible(msg) && msg.replyTo == "" {
			return msg
		}
	}
	return nil
}

// nextID gives a message its id: the time of creation in milliseconds, unique within
// the chat only.
func (t *Tenant) nextID(c *chat) (string, time.Time) {
	at := now()
	ms := at.UnixMilli()
	if t.faults.SharedIDs {
		ms -= ms % 1000
	}
	ms = max(ms, c.lastID+1)
	c.lastID = ms
	return strconv.FormatInt(ms, 10), time.UnixMilli(ms).UTC()
}

// listedFrom tells when lists start to show what is committed now; zero means at once.
func (t *Tenant) listedFrom() time.Time {
	if t.faults.ListLag <= 0 {
		return time.Time{}
	}
	t.fire("listed late")
	return time.Now().Add(t.faults.ListLag)
}

// add appends a message to the chat.
func (c *chat) add(m *message) {
	c.messages = append(c.messages, m)
	c.byID[m.id] = m
}

// touch notes a change: lastModifiedDateTime and etag move, always forward.
func (m *message) touch() {
	at := now()
	if !at.After(m.modified) {
		at = m.modified.Add(time.Millisecond)
	}
	m.modified = at
}

func (m *message) etag() string { return strconv.FormatInt(m.modified.UnixMilli(), 10) }

// team is a Microsoft team with channels.
type team struct {
	id, name, description string
	created               time.Time
	members               []string
	channels              []*chat
}

// newChat stores a chat. The caller holds t.mu and announces it.
func (t *Tenant) newChat(id, kind, topic, creator string) *chat {
	at := now()
	c := &chat{id: id, kind: kind, topic: topic, creator: creator, created: at, updated: at,
		byID: map[string]*message{}, views: map[string]*viewpoint{}}
	t.chats[id] = c
	t.chatOrder = append(t.chatOrder, id)
	return c
}

// join adds a member. The caller holds t.mu.
func (t *Tenant) join(c *chat, person, role string, visibleFrom time.Time) *member {
	m := &member{id: membershipID(t.cfg.Tenant, c.id, person), person: person, role: role, visibleFrom: visibleFrom}
	c.members = append(c.members, m)
	if c.kind != channel {
		t.chatsOf[person] = append(t.chatsOf[person], c)
	}
	return m
}

// part removes a member. The caller holds t.mu.
func (t *Tenant) part(c *chat, gone *member) {
	c.members = without(c.members, gone)
	t.chatsOf[gone.person] = without(t.chatsOf[gone.person], c)
}

func without[T comparable](list []T, gone T) []T {
	kept := make([]T, 0, len(list))
	for _, x := range list {
		if x != gone {
			kept = append(kept, x)
		}
	}
	return kept
}
