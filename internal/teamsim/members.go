package teamsim

import (
	"net/http"
	"time"
)

// listMembers is GET /chats/{id}/members [api: chat-list-members].
func (t *Tenant) listMembers(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, _, a := t.chatFor(c)
	if ch == nil {
		return a
	}
	list := make([]wireMember, 0, len(ch.members))
	for _, m := range ch.members {
		list = append(list, t.wireMember(m))
	}
	count := len(list)
	return ok(page{Context: c.base + "/v1.0/$metadata#chats('" + ch.id + "')/members", Count: &count, Value: list})
}

// getMember is GET /chats/{id}/members/{membership-id}.
func (t *Tenant) getMember(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, _, a := t.chatFor(c)
	if ch == nil {
		return a
	}
	m := ch.memberByID(c.vars["member"])
	if m == nil {
		return notFound("Could not find the member.")
	}
	w := t.wireMember(m)
	w.Context = c.base + "/v1.0/$metadata#chats('" + ch.id + "')/members/$entity"
	return ok(w)
}

// addMember is POST /chats/{id}/members [api: chat-post-members]. Without
// visibleHistoryStartDateTime the newcomer sees nothing that was said before.
func (t *Tenant) addMember(c *call) answer {
	var body newMemberBody
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, _, a := t.chatFor(c)
	if ch == nil {
		return a
	}
	if ch.kind != group {
		return fail(http.StatusForbidden, "Forbidden", `{"errorCode":"209","message":"{\r\n  \"subCode\": \"RosterAddMemberBlocked\"}"}`).inner("209")
	}
	p, role, a := t.bindMember(body)
	if p == nil {
		return a
	}
	if ch.member(p.ID) != nil {
		return badRequest("User '%s' is already a member of the chat.", p.ID)
	}
	if len(ch.members) >= maxChatMembers {
		return badRequest("The chat has reached its limit of %d members.", maxChatMembers)
	}
	from := time.UnixMilli(max(now().UnixMilli(), ch.lastID+1)).UTC() // after everything said so far
	if body.VisibleFrom != nil {
		from = body.VisibleFrom.UTC()
	}
	if from.Year() <= 1 {
		from = time.Time{}
	}
	m := t.join(ch, p.ID, role, from)
	ch.updated = now()
	t.memberChanged(ch, m, changeCreated)
	t.announce(ch, &eventDetail{kind: "membersAdded", initiator: c.caller(), members: []string{p.ID}, visibleFrom: from})
	return answer{status: http.StatusCreated}.with("Location", "/chats('"+ch.id+"')/members('"+m.id+"')")
}

// removeMember is DELETE /chats/{id}/members/{membership-id}; removing oneself is leaving
// [api: chat-delete-members].
func (t *Tenant) removeMember(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, self, a := t.chatFor(c)
	if ch == nil {
		return a
	}
	if ch.kind != group {
		return badRequest("Members can be removed from chats of type group only.")
	}
	m := ch.memberByID(c.vars["member"])
	if m == nil {
		return notFound("Could not find the member.")
	}
	t.part(ch, m)
	ch.updated = now()
	kind := "membersDeleted"
	if m == self {
		kind = "membersLeft"
	}
	t.memberChanged(ch, m, changeDeleted)
	t.announce(ch, &eventDetail{kind: kind, initiator: c.caller(), members: []string{m.person}})
	return noContent()
}
