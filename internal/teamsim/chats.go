package teamsim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	maxPage        = 50
	maxChatMembers = 250 // [limits-specifications-teams]
	maxAddAtOnce   = 200
	expandedCap    = 25 // members in $expand=members
)

// chatFor finds a chat the caller may use.
func (t *Tenant) chatFor(c *call) (*chat, *member, answer) {
	if a, refused := t.needsTeams(c); refused {
		return nil, nil, a
	}
	if user := c.vars["user"]; user != "" {
		if p := t.lookup(user); p == nil || p.ID != c.caller() {
			return nil, nil, forbidden("User id in the request URL must match the signed-in user.")
		}
	}
	ch := t.chats[c.vars["chat"]]
	if ch == nil || ch.gone || ch.kind == channel {
		return nil, nil, notFound("Could not find the chat '%s'.", c.vars["chat"])
	}
	m := ch.member(c.caller())
	if m == nil {
		return nil, nil, notInChat()
	}
	return ch, m, answer{}
}

// needsTeams refuses callers without a Teams licence.
func (t *Tenant) needsTeams(c *call) (answer, bool) {
	p := t.people[c.caller()]
	if p == nil || !p.NoTeams {
		return answer{}, false
	}
	return t.noLicence(), true
}

// noLicence is said of somebody without a Teams licence: of the caller, and of people whom the caller wants to put into a chat. The words do
// not tell which. (microsoft-teams-apps-requestateam #355, msgraph-sdk-powershell #1666)
func (t *Tenant) noLicence() answer {
	status := cmp.Or(t.faults.NoTeamsCode, http.StatusForbidden)
	return fail(status, codeFor(status), "Failed to get license information for the user. Ensure user has a valid Office365 license assigned to them.")
}

// listChats is GET /me/chats [api: chat-list].
func (t *Tenant) listChats(c *call) answer {
	if user := c.vars["user"]; user != "" {
		t.mu.Lock()
		p := t.lookup(user)
		t.mu.Unlock()
		if p == nil || p.ID != c.caller() {
			return forbidden("User id in the request URL must match the signed-in user.")
		}
	}
	if a, refused := refuseOptions(c, "$search", "$skip"); refused {
		return a
	}
	top, a := pageSize(c, 20)
	if a.status != 0 {
		return a
	}
	byMessage := false
	if order := c.query.Get("$orderby"); order != "" {
		if !strings.EqualFold(strings.Join(strings.Fields(order), " "), "lastMessagePreview/createdDateTime desc") {
			return badRequest("QueryOptions to order by '%s' is not supported.", order)
		}
		byMessage = true
	}
	filter, err := parseFilter(c.query.Get("$filter"))
	if err != nil {
		return badRequest("Invalid filter clause: %v", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if a, refused := t.needsTeams(c); refused {
		return a
	}
	return t.chatPage(c, top, byMessage, filter)
}

// chatPage builds one page of the caller's chats. The caller holds t.mu.
func (t *Tenant) chatPage(c *call, top int, byMessage bool, filter filter) answer {
	rows := t.sortedChats(c.caller(), byMessage)
	from, a := readSkip(c)
	if a.status != 0 {
		return a
	}
	value, next := []wireChat{}, ""
	lastKey := from
	for _, row := range rows {
		if from != (pageKey{}) && !row.key.after(from) || !filter.chat(t, row.chat) {
			continue
		}
		if len(value) == top {
			next = c.nextLink(lastKey)
			break
		}
		value = append(value, t.expandChat(c, row.chat))
		lastKey = row.key
	}
	if t.roll(t.faults.EmptyPageP) && len(value) > 0 {
		value, next = []wireChat{}, c.nextLink(from)
	}
	count := len(value)
	return ok(page{Context: c.base + "/v1.0/$metadata#chats", Count: &count, NextLink: next, Value: value})
}

type chatRow struct {
	chat *chat
	key  pageKey
}

// sortedChats lists a person's chats, newest first: by last message or by last change.
func (t *Tenant) sortedChats(person string, byMessage bool) []chatRow {
	rows := make([]chatRow, 0, len(t.chatsOf[person]))
	for _, ch := range t.chatsOf[person] {
		if ch.gone {
			continue
		}
		at := ch.updated
		if latest := ch.latest(ch.member(person)); latest != nil && (byMessage || latest.created.After(at)) {
			at = latest.created
		} else if byMessage {
			at = ch.created
		}
		rows = append(rows, chatRow{ch, pageKey{at.UnixMilli(), ch.id}})
	}
	slices.SortFunc(rows, func(a, b chatRow) int { return a.key.compare(b.key) })
	return rows
}

// expandChat adds members and last message as $expand asks.
func (t *Tenant) expandChat(c *call, ch *chat) wireChat {
	w := t.wireChat(ch, c.caller(), c.base)
	expand := strings.ToLower(c.query.Get("$expand"))
	if strings.Contains(expand, "members") {
		list := []wireMember{}
		for _, m := range ch.members {
			if len(list) < expandedCap {
				list = append(list, t.wireMember(m))
			}
		}
		w.Members = &list
	}
	if strings.Contains(expand, "lastmessagepreview") {
		if latest := ch.latest(ch.member(c.caller())); latest != nil {
			full := t.wireMessage(ch, latest, c.base, knowsEnums(c.header))
			w.Preview = &wirePreview{ID: full.ID, Created: full.Created, IsDeleted: full.Deleted != nil,
				MessageType: full.MessageType, EventDetail: full.EventDetail, Body: full.Body, From: full.From}
		}
	}
	return w
}

// getChat is GET /chats/{id} [api: chat-get].
func (t *Tenant) getChat(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, _, a := t.chatFor(c)
	if ch == nil {
		return a
	}
	w := t.expandChat(c, ch)
	w.Preview = nil // exists in the list only [api: resources/chat]
	w.Context = c.base + "/v1.0/$metadata#chats/$entity"
	return ok(w)
}

// renameChat is PATCH /chats/{id} [api: chat-patch].
func (t *Tenant) renameChat(c *call) answer {
	var body struct {
		Topic *string `json:"topic"`
	}
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	if body.Topic == nil {
		return badRequest("Only the topic of a chat can be updated.")
	}
	if refusal := checkTopic(*body.Topic); refusal.status != 0 {
		return refusal
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, _, a := t.chatFor(c)
	if ch == nil {
		return a
	}
	if ch.kind != group {
		return badRequest("Chat topic update is only supported for chats of type group.")
	}
	if ch.topic != *body.Topic {
		ch.topic, ch.updated = *body.Topic, now()
		t.chatChanged(ch, changeUpdated)
		t.announce(ch, &eventDetail{kind: "chatRenamed", initiator: c.caller(), chat: ch.id, name: ch.topic})
	}
	w := t.wireChat(ch, c.caller(), c.base)
	w.Context = c.base + "/v1.0/$metadata#chats/$entity"
	return ok(w)
}

// deleteChat is for tenant administrators; nobody here has the permission.
func (t *Tenant) deleteChat(*call) answer {
	return forbidden("Missing role permissions on the request.")
}

// exportMessages is the export API: application permission only [api: chats-getallmessages].
func (t *Tenant) exportMessages(*call) answer {
	return fail(http.StatusPreconditionFailed, "PreconditionFailed", "Requested API is not supported in delegated context")
}

// chatLink is where a person opens the chat in the Teams client.
func (t *Tenant) chatLink(c *chat, base string) string {
	host := "https://teams.microsoft.com"
	if t.cfg.Client != nil && t.cfg.GraphURL == "" {
		host = base + "/teams"
	}
	return host + "/l/chat/" + url.PathEscape(c.id) + "/0?tenantId=" + t.cfg.Tenant
}

func (k pageKey) compare(o pageKey) int {
	return cmp.Or(cmp.Compare(o.at, k.at), cmp.Compare(o.id, k.id))
}
