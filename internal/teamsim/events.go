package teamsim

import "time"

// eventDetail is what a system event message tells [system-messages].
type eventDetail struct {
	kind        string // membersAdded, membersDeleted, membersLeft, chatRenamed
	initiator   string
	members     []string
	visibleFrom time.Time
	chat, name  string
}

// wireEvent shows an event. Members carry no names, as in reality.
func (t *Tenant) wireEvent(e *eventDetail) map[string]any {
	initiator := t.user(e.initiator)
	out := map[string]any{
		"@odata.type": "#microsoft.graph." + e.kind + "EventMessageDetail",
		"initiator":   map[string]any{"application": nil, "device": nil, "user": initiator},
	}
	switch e.kind {
	case "chatRenamed":
		out["chatId"], out["chatDisplayName"] = e.chat, e.name
		return out
	case "membersAdded":
		out["visibleHistoryStartDateTime"] = stamp(e.visibleFrom)
	}
	members := make([]wireIdentity, 0, len(e.members))
	for _, id := range e.members {
		members = append(members, wireIdentity{Type: "#microsoft.graph.teamworkUserIdentity", ID: id, UserIdentityType: "aadUser", TenantID: t.cfg.Tenant})
	}
	out["members"] = members
	return out
}

// announce writes a system event into the chat and notifies it. The caller holds t.mu.
func (t *Tenant) announce(c *chat, e *eventDetail) {
	id, at := t.nextID(c)
	m := &message{id: id, created: at, modified: at, listed: t.listedFrom(), contentType: "html",
		content: "<systemEventMessage/>", importance: "normal", locale: "en-us", event: e}
	c.add(m)
	t.messageChanged(c, m, changeCreated)
}
