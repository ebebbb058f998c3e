package teamsim

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
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

// needsTeams refuses people without a Teams licence.
func (t *Tenant) needsTeams(c *call) (answer, bool) {
	p := t.people[c.caller()]
	if p == nil || !p.NoTeams {
		return answer{}, false
	}
	if t.faults.NoTeamsCode != 0 {
		return fail(t.faults.NoTeamsCode, codeFor(t.faults.NoTeamsCode), "Failed to get license information for the user."), true
	}
	return forbidden("Failed to get license information for the user. Ensure user has a valid Office365 license assigned to them."), true
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

type newChatBody struct {
	ChatType string          `json:"chatType"`
	Topic    *string         `json:"topic"`
	Members  []newMemberBody `json:"members"`
}

type newMemberBody struct {
	Type        string     `json:"@odata.type"`
	Bind        string     `json:"user@odata.bind"`
	UserID      string     `json:"userId"`
	Roles       []string   `json:"roles"`
	TenantID    string     `json:"tenantId"`
	VisibleFrom *time.Time `json:"visibleHistoryStartDateTime"`
}

var boundUser = regexp.MustCompile(`/users(?:\('([^']+)'\)|/([^/]+))$`)

// bound is the user a member body points at.
func (b newMemberBody) bound() string {
	if m := boundUser.FindStringSubmatch(b.Bind); m != nil {
		id, err := url.PathUnescape(m[1] + m[2])
		if err == nil {
			return id
		}
	}
	return b.UserID
}

// createChat is POST /chats [api: chat-post].
func (t *Tenant) createChat(c *call) answer {
	var body newChatBody
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if a, refused := t.needsTeams(c); refused {
		return a
	}
	people, roles, a := t.bindMembers(body.Members)
	if a.status != 0 {
		return a
	}
	if !slices.Contains(people, c.caller()) {
		return badRequest("The caller must be one of the members of the chat.")
	}
	switch body.ChatType {
	case oneOnOne:
		return t.createOneOnOne(c, body, people, roles)
	case group:
		return t.createGroup(c, body, people, roles)
	}
	return badRequest("Invalid chat type '%s'.", body.ChatType)
}

// bindMembers resolves the members of a request and checks their roles.
func (t *Tenant) bindMembers(list []newMemberBody) (people, roles []string, a answer) {
	if len(list) > maxAddAtOnce+1 {
		return nil, nil, badRequest("At most %d members can be added in one request.", maxAddAtOnce)
	}
	for _, b := range list {
		p, role, a := t.bindMember(b)
		if a.status != 0 {
			return nil, nil, a
		}
		if slices.Contains(people, p.ID) {
			return nil, nil, badRequest("Duplicate chat members is specified in the request body.")
		}
		people, roles = append(people, p.ID), append(roles, role)
	}
	return people, roles, answer{}
}

func (t *Tenant) bindMember(b newMemberBody) (*Person, string, answer) {
	if b.Type != "" && b.Type != "#microsoft.graph.aadUserConversationMember" {
		return nil, "", badRequest("Member type '%s' is not supported.", b.Type)
	}
	id := b.bound()
	if id == "" {
		return nil, "", badRequest("Bind requests not supported for containment navigation property: 'user@odata.bind' is missing.")
	}
	p := t.lookup(id)
	if p == nil {
		return nil, "", notFound("Failed to find the user '%s'.", id)
	}
	if p.NoTeams {
		return nil, "", forbidden("The user '%s' is not allowed to use chats.", p.ID)
	}
	if len(b.Roles) != 1 || !slices.Contains([]string{"owner", "guest"}, strings.ToLower(b.Roles[0])) {
		return nil, "", badRequest("Invalid role specified for member: exactly one of 'owner' and 'guest' is expected.")
	}
	role := strings.ToLower(b.Roles[0])
	if p.Guest != (role == "guest") {
		return nil, "", badRequest("Invalid role '%s' specified for member '%s'.", role, p.ID)
	}
	return p, role, answer{}
}

func (t *Tenant) createOneOnOne(c *call, body newChatBody, people, roles []string) answer {
	if len(people) != 2 {
		return badRequest("Exactly two members must be specified for a chat of type oneOnOne.")
	}
	if body.Topic != nil && *body.Topic != "" {
		return badRequest("Topic is not supported for a chat of type oneOnOne.")
	}
	return t.chatCreated(c, t.pairChat(people[0], people[1], roles[0], roles[1]))
}

// pairChat returns the one-to-one chat of two people, making it if needed.
func (t *Tenant) pairChat(a, b, roleA, roleB string) *chat {
	first, second := min(a, b), max(a, b)
	id := "19:" + first + "_" + second + "@unq.gbl.spaces"
	if ch := t.chats[id]; ch != nil {
		return ch
	}
	ch := t.newChat(id, oneOnOne, "", a)
	t.join(ch, a, roleA, time.Time{})
	t.join(ch, b, roleB, time.Time{})
	t.chatChanged(ch, changeCreated)
	return ch
}

func (t *Tenant) createGroup(c *call, body newChatBody, people, roles []string) answer {
	if len(people) < 2 {
		return badRequest("A chat needs at least two members.")
	}
	if len(people) == 2 {
		switch t.faults.PairGroup {
		case PairAsOneOnOne:
			return t.chatCreated(c, t.pairChat(people[0], people[1], roles[0], roles[1]))
		case PairRefused:
			return badRequest("A chat of type group needs at least three members.")
		}
	}
	topic := ""
	if body.Topic != nil {
		topic = *body.Topic
	}
	if refusal := checkTopic(topic); refusal.status != 0 {
		return refusal
	}
	people, roles = t.dropMember(c, people, roles)
	ch := t.newChat("19:"+t.hexID()+"@thread.v2", group, topic, c.caller())
	var added []string
	for i, id := range people {
		t.join(ch, id, roles[i], time.Time{})
		if id != c.caller() {
			added = append(added, id)
		}
	}
	t.chatChanged(ch, changeCreated)
	t.announce(ch, &eventDetail{kind: "membersAdded", initiator: c.caller(), members: added})
	return t.chatCreated(c, ch)
}

// checkTopic refuses what Teams refuses in a chat's name.
func checkTopic(topic string) answer {
	if len([]rune(topic)) > 250 || strings.Contains(topic, ":") {
		return badRequest("The topic must have at most 250 characters and no colon.")
	}
	return answer{}
}

// dropMember plays msgraph-sdk-dotnet #1849: a member goes missing at creation.
func (t *Tenant) dropMember(c *call, people, roles []string) ([]string, []string) {
	if t.faults.DropMemberNext == 0 || c.teams {
		return people, roles
	}
	t.faults.DropMemberNext--
	for i := len(people) - 1; i >= 0; i-- {
		if people[i] != c.caller() {
			return slices.Delete(people, i, i+1), slices.Delete(roles, i, i+1)
		}
	}
	return people, roles
}

func (t *Tenant) chatCreated(c *call, ch *chat) answer {
	w := t.wireChat(ch, c.caller(), c.base)
	w.Context = c.base + "/v1.0/$metadata#chats/$entity"
	return created(w).with("Location", c.base+"/v1.0/chats('"+ch.id+"')")
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

type forUserBody struct {
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Read *time.Time `json:"lastMessageReadDateTime"`
}

// viewFor reads the body of the …ForUser actions, which must name the caller.
func (t *Tenant) viewFor(c *call) (*viewpoint, forUserBody, answer) {
	var body forUserBody
	if err := c.decode(&body); err != nil {
		return nil, body, badRequest("Invalid request body: %v", err)
	}
	ch, _, a := t.chatFor(c)
	if ch == nil {
		return nil, body, a
	}
	if !strings.EqualFold(body.User.ID, c.caller()) {
		return nil, body, forbidden("The user in the request body must match the signed-in user.")
	}
	return ch.view(c.caller()), body, answer{}
}

// hideChat serves hideForUser and unhideForUser [api: chat-hideforuser].
func (t *Tenant) hideChat(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	view, _, a := t.viewFor(c)
	if view == nil {
		return a
	}
	view.hidden = strings.EqualFold(c.segments[len(c.segments)-1], "hideForUser")
	return noContent()
}

// markRead serves markChatReadForUser and markChatUnreadForUser [api: chat-markchatreadforuser].
func (t *Tenant) markRead(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	view, body, a := t.viewFor(c)
	if view == nil {
		return a
	}
	view.read = now()
	if strings.EqualFold(c.segments[len(c.segments)-1], "markChatUnreadForUser") {
		view.read = time.Time{}
		if body.Read != nil {
			view.read = body.Read.UTC()
		}
	}
	return noContent()
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
