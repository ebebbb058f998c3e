package teamsim

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

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
		return nil, "", t.noLicence()
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
	if len(people) == 2 && !c.teams {
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
	t.fire("member dropped")
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
