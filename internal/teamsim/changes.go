package teamsim

import (
	"maps"
	"slices"
	"time"
)

// change is something that subscriptions may want to know. body makes the resource as a
// reader of a subscription sees it.
type change struct {
	kind     changeType
	resource string // "chats('…')/messages('…')"
	id, data string // resourceData: id and @odata.type
	body     func(s *subscription) any
}

// messageChanged tells everybody who may read a message. The caller holds t.mu.
func (t *Tenant) messageChanged(c *chat, m *message, kind changeType) {
	topics := []string{"msgs:chat:" + c.id}
	resource := "chats('" + c.id + "')/messages('" + m.id + "')"
	if c.kind == channel {
		topics = []string{"channel:" + c.id}
		resource = "teams('" + c.team.id + "')/channels('" + c.id + "')/messages('" + m.id + "')"
		if m.replyTo != "" {
			resource = "teams('" + c.team.id + "')/channels('" + c.id + "')/messages('" + m.replyTo + "')/replies('" + m.id + "')"
		}
	} else {
		for _, member := range c.members {
			if member.visible(m) {
				topics = append(topics, "msgs:user:"+member.person)
			}
		}
	}
	t.notify(topics, change{kind: kind, resource: resource, id: m.id, data: "#Microsoft.Graph.chatMessage", body: func(s *subscription) any {
		w := t.wireMessage(c, m, s.base, s.full)
		w.Replies, w.HostedContents = &[]wireMessage{}, &[]wireHosted{}
		return w
	}})
	t.watchMessage(c, m, kind)
}

// chatChanged tells about a new or renamed chat.
func (t *Tenant) chatChanged(c *chat, kind changeType) {
	topics := []string{"chat:" + c.id}
	for _, member := range c.members {
		topics = append(topics, "chats:user:"+member.person)
	}
	t.notify(topics, change{kind: kind, resource: "chats('" + c.id + "')", id: c.id, data: "#Microsoft.Graph.chat",
		body: func(s *subscription) any { return t.wireChat(c, s.person, s.base) }})
	t.watchChat(c, "")
}

// memberChanged tells about somebody who came or went.
func (t *Tenant) memberChanged(c *chat, m *member, kind changeType) {
	topics := []string{"members:" + c.id}
	if kind == changeCreated {
		topics = append(topics, "chats:user:"+m.person)
	}
	t.notify(topics, change{kind: kind, resource: "chats('" + c.id + "')/members('" + m.id + "')", id: m.id,
		data: "#Microsoft.Graph.aadUserConversationMember", body: func(*subscription) any { return t.wireMember(m) }})
	t.watchChat(c, m.person)
}

// presenceChanged tells about somebody's availability.
func (t *Tenant) presenceChanged(person string) {
	t.notify([]string{"presence:" + person}, change{kind: changeUpdated, resource: "communications/presences('" + person + "')", id: person,
		data: "#Microsoft.Graph.presence", body: func(*subscription) any { return t.wirePresence(person) }})
	t.watchPresence(person)
}

// notify queues a notice for every subscription that listens, each once.
func (t *Tenant) notify(topics []string, ch change) {
	seen := map[string]bool{}
	for _, topic := range topics {
		subs := t.subsBy[topic]
		for _, id := range slices.Sorted(maps.Keys(subs)) {
			s := subs[id]
			if seen[id] || !slices.Contains(s.changes, string(ch.kind)) {
				continue
			}
			seen[id] = true
			t.queueNotice(s, ch)
		}
	}
}

// queueNotice lets the faults have their way with a notification.
func (t *Tenant) queueNotice(s *subscription, ch change) {
	at := time.Now()
	n := &notice{sub: s, address: s.notifyURL, change: ch.kind, resource: ch.resource, id: ch.id, data: ch.data, first: at, due: at.Add(t.latency())}
	if s.withData {
		raw, err := marshal(ch.body(s))
		if err != nil {
			t.log.Error("notification not built", "resource", ch.resource, "err", err)
			return
		}
		n.body = raw
	}
	if t.roll(t.faults.NotifyLossP) {
		t.delivered.Lost++
		t.fire("notification lost")
		return
	}
	if t.roll(t.faults.NotifyDelayP) {
		t.fire("notification delayed")
		delay := t.faults.NotifyDelay
		if delay == 0 {
			delay = 10 * time.Minute
		}
		n.due = n.due.Add(delay)
	}
	if t.roll(t.faults.NotifyReorderP) {
		t.fire("notification overtaken")
		n.due = n.due.Add(time.Duration(t.chance.Int64N(int64(3 * time.Second))))
	}
	if t.roll(t.faults.NotifyTamperP) {
		n.forge = t.faults.NotifyTamper
		if n.forge == "" {
			n.forge = forgeries()[t.chance.IntN(len(forgeries()))]
		}
	}
	t.enqueue(n)
	if t.roll(t.faults.NotifyDuplicateP) {
		twin := *n
		twin.due = n.due.Add(time.Duration(t.chance.Int64N(int64(2 * time.Second))))
		t.delivered.Duplicated++
		t.fire("notification doubled")
		t.enqueue(&twin)
	}
}

// latency is how long a notification is on its way at least.
func (t *Tenant) latency() time.Duration {
	switch l := t.faults.NotifyLatency; {
	case l < 0:
		return 0
	case l == 0:
		return 100 * time.Millisecond
	default:
		return l
	}
}
