package teamsim

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const repliesShown = 200 // of $expand=replies

func teamRoutes() []route {
	read := []string{channelRead, "ChannelMessage.ReadWrite"}
	send := []string{"ChannelMessage.Send", "ChannelMessage.ReadWrite"}
	channels := []string{"Channel.ReadBasic.All"}
	return []route{
		{method: "GET", template: "/users/{user}/joinedTeams", scopes: []string{"Team.ReadBasic.All"}, rate: rateJoinedTeams, serve: (*Tenant).joinedTeams},
		{method: "GET", template: "/teams/{team}/channels", scopes: channels, rate: rateChannels, serve: (*Tenant).listChannels},
		{method: "GET", template: "/teams/{team}/channels/{channel}", scopes: channels, rate: rateChannels, serve: (*Tenant).getChannel},
		{method: "GET", template: "/teams/{team}/channels/{channel}/members", scopes: []string{"ChannelMember.Read.All", "Channel.ReadBasic.All"}, rate: rateGet, serve: (*Tenant).channelMembers},
		{method: "GET", template: "/teams/{team}/channels/{channel}/filesFolder", scopes: []string{fileRead, fileReadAll, fileWrite, fileWriteAll}, rate: rateGet, serve: (*Tenant).filesFolder},
		{method: "GET", template: "/teams/{team}/channels/{channel}/messages", scopes: read, rate: rateGetChannelMessage, serve: (*Tenant).channelMessages},
		{method: "POST", template: "/teams/{team}/channels/{channel}/messages", scopes: send, rate: ratePostChannelMessage, serve: (*Tenant).postToChannel},
		{method: "GET", template: "/teams/{team}/channels/{channel}/messages/delta", scopes: read, rate: rateGetChannelMessage, serve: (*Tenant).channelDelta},
		{method: "GET", template: "/teams/{team}/channels/{channel}/messages/{message}", scopes: read, rate: rateGetChannelMessage, serve: (*Tenant).channelMessage},
		{method: "PATCH", template: "/teams/{team}/channels/{channel}/messages/{message}", scopes: []string{"ChannelMessage.ReadWrite", "ChannelMessage.Send"}, rate: rateWrite, serve: (*Tenant).editChannelMessage},
		{method: "POST", template: "/teams/{team}/channels/{channel}/messages/{message}/softDelete", scopes: []string{"ChannelMessage.ReadWrite", "ChannelMessage.Send"}, rate: rateWrite, serve: (*Tenant).deleteChannelMessage},
		{method: "GET", template: "/teams/{team}/channels/{channel}/messages/{message}/replies", scopes: read, rate: rateGetChannelMessage, serve: (*Tenant).listReplies},
		{method: "POST", template: "/teams/{team}/channels/{channel}/messages/{message}/replies", scopes: send, rate: ratePostChannelMessage, serve: (*Tenant).postReply},
		{method: "GET", template: "/teams/{team}/channels/{channel}/messages/{message}/replies/{reply}", scopes: read, rate: rateGetChannelMessage, serve: (*Tenant).getReply},
		{method: "GET", template: "/teams/{team}/channels/{channel}/messages/{message}/hostedContents/{hosted}/$value", scopes: read, rate: rateGet, serve: (*Tenant).channelHosted},
	}
}

// AddTeam makes a team with channels; the first person owns it. It returns the team's id.
func (t *Tenant) AddTeam(name string, channels []string, members ...string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	team := &team{id: t.guid(), name: name, description: name, created: now()}
	for _, who := range members {
		p := t.lookup(who)
		if p == nil {
			return "", fmt.Errorf("add team %q: no person %q", name, who)
		}
		if !slices.Contains(team.members, p.ID) {
			team.members = append(team.members, p.ID)
		}
	}
	for _, topic := range channels {
		c := t.newChat("19:"+t.hexID()+"@thread.tacv2", channel, topic, "")
		c.team = team
		for i, id := range team.members {
			role := ""
			if i == 0 {
				role = "owner"
			}
			t.join(c, id, role, time.Time{})
		}
		team.channels = append(team.channels, c)
	}
	t.teams[team.id] = team
	t.teamOrder = append(t.teamOrder, team.id)
	return team.id, nil
}

func (t *Tenant) joinedTeams(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.lookup(c.vars["user"])
	if p == nil || p.ID != c.caller() {
		return forbidden("User id in the request URL must match the signed-in user.")
	}
	list := []map[string]any{}
	for _, id := range t.teamOrder {
		if team := t.teams[id]; slices.Contains(team.members, p.ID) {
			list = append(list, map[string]any{"id": team.id, "createdDateTime": nil, "displayName": team.name, "description": team.description,
				"internalId": nil, "isArchived": false, "visibility": nil, "webUrl": nil, "tenantId": t.cfg.Tenant})
		}
	}
	count := len(list)
	return ok(page{Context: c.base + "/v1.0/$metadata#teams", Count: &count, Value: list})
}

func (t *Tenant) teamFor(c *call) (*team, answer) {
	team := t.teams[c.vars["team"]]
	if team == nil {
		return nil, notFound("No team found with Group Id %s", c.vars["team"])
	}
	if !slices.Contains(team.members, c.caller()) {
		return nil, fail(http.StatusForbidden, "Forbidden", "Caller is not a member of the team.").inner("AclCheckFailed")
	}
	return team, answer{}
}

func (t *Tenant) channelFor(c *call) (*chat, answer) {
	team, a := t.teamFor(c)
	if team == nil {
		return nil, a
	}
	ch := t.chats[c.vars["channel"]]
	if ch == nil || ch.team != team {
		return nil, notFound("Could not find the channel '%s'.", c.vars["channel"])
	}
	return ch, answer{}
}

func (t *Tenant) wireChannel(ch *chat) map[string]any {
	return map[string]any{"id": ch.id, "createdDateTime": stamp(ch.created), "displayName": ch.topic, "description": nil, "email": "",
		"tenantId": t.cfg.Tenant, "webUrl": "https://teams.microsoft.com/l/channel/" + escapeID(ch.id) + "/" + escapeID(ch.topic) + "?groupId=" + ch.team.id + "&tenantId=" + t.cfg.Tenant,
		"membershipType": "standard", "isArchived": false, "isFavoriteByDefault": nil}
}

func (t *Tenant) listChannels(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	team, a := t.teamFor(c)
	if team == nil {
		return a
	}
	list := []map[string]any{}
	for _, ch := range team.channels {
		list = append(list, t.wireChannel(ch))
	}
	count := len(list)
	return ok(page{Context: c.base + "/v1.0/$metadata#teams('" + team.id + "')/channels", Count: &count, Value: list})
}

func (t *Tenant) getChannel(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, a := t.channelFor(c)
	if ch == nil {
		return a
	}
	w := t.wireChannel(ch)
	w["@odata.context"] = c.base + "/v1.0/$metadata#teams('" + ch.team.id + "')/channels/$entity"
	return ok(w)
}

func (t *Tenant) channelMembers(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, a := t.channelFor(c)
	if ch == nil {
		return a
	}
	list := []wireMember{}
	for _, m := range ch.members {
		list = append(list, t.wireMember(m))
	}
	count := len(list)
	return ok(page{Context: c.base + "/v1.0/$metadata#teams('" + ch.team.id + "')/channels('" + ch.id + "')/members", Count: &count, Value: list})
}

// channelMessages lists root messages [api: channel-list-messages].
func (t *Tenant) channelMessages(c *call) answer {
	if a, refused := refuseOptions(c, "$select", "$search", "$skip", "$filter"); refused {
		return a
	}
	top, a := pageSize(c, 20)
	if a.status != 0 {
		return a
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, a := t.channelFor(c)
	if ch == nil {
		return a
	}
	out := t.messagePage(c, ch, top, false, func(m *message) bool { return m.replyTo == "" }, "teams('"+ch.team.id+"')/channels('"+ch.id+"')/messages")
	if rows, isPage := out.body.(page); isPage && c.query.Get("$expand") == "replies" {
		t.expandReplies(c, ch, rows.Value.([]wireMessage))
	}
	return out
}

func (t *Tenant) expandReplies(c *call, ch *chat, roots []wireMessage) {
	for i := range roots {
		replies := []wireMessage{}
		for _, m := range slices.Backward(ch.messages) {
			if m.replyTo != roots[i].ID {
				continue
			}
			if len(replies) == repliesShown {
				roots[i].RepliesNext = c.base + "/v1.0/teams/" + ch.team.id + "/channels/" + escapeID(ch.id) + "/messages/" + roots[i].ID + "/replies"
				break
			}
			replies = append(replies, t.wireMessage(ch, m, c.base, knowsEnums(c.header)))
		}
		roots[i].Replies = &replies
	}
}

func (t *Tenant) postToChannel(c *call) answer { return t.postIntoChannel(c, "") }

// postReply is POST …/messages/{id}/replies [api: chatmessage-post-replies].
func (t *Tenant) postReply(c *call) answer { return t.postIntoChannel(c, c.vars["message"]) }

func (t *Tenant) postIntoChannel(c *call, root string) answer {
	var body messageBody
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body was sent: %v", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, a := t.channelFor(c)
	if ch == nil {
		return a
	}
	if parent := ch.byID[root]; root != "" && (parent == nil || parent.replyTo != "") {
		return notFound("Could not find the message '%s'.", root)
	}
	m, a := t.compose(c, ch, body)
	if m == nil {
		return a
	}
	m.replyTo = root
	ch.add(m)
	t.messageChanged(ch, m, changeCreated)
	w := t.wireMessage(ch, m, c.base, knowsEnums(c.header))
	w.Context = c.base + "/v1.0/$metadata#teams('" + ch.team.id + "')/channels('" + ch.id + "')/messages/$entity"
	return created(w)
}

// channelMessageFor finds a message by the variable name of the route.
func (t *Tenant) channelMessageFor(c *call, name string) (*chat, *message, answer) {
	ch, a := t.channelFor(c)
	if ch == nil {
		return nil, nil, a
	}
	m := ch.byID[c.vars[name]]
	if m == nil || name == "reply" && m.replyTo != c.vars["message"] {
		return nil, nil, notFound("Could not find the message '%s'.", c.vars[name])
	}
	return ch, m, answer{}
}

func (t *Tenant) channelMessage(c *call) answer { return t.showChannelMessage(c, "message") }
func (t *Tenant) getReply(c *call) answer       { return t.showChannelMessage(c, "reply") }

func (t *Tenant) showChannelMessage(c *call, name string) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, m, a := t.channelMessageFor(c, name)
	if m == nil {
		return a
	}
	w := t.wireMessage(ch, m, c.base, knowsEnums(c.header))
	w.Context = c.base + "/v1.0/$metadata#teams('" + ch.team.id + "')/channels('" + ch.id + "')/messages/$entity"
	return ok(w)
}

func (t *Tenant) editChannelMessage(c *call) answer {
	var body messageBody
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body was sent: %v", err)
	}
	if a := checkMessage(body); a.status != 0 {
		return a
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, m, a := t.channelMessageFor(c, "message")
	if m == nil {
		return a
	}
	return t.edit(c, ch, m, body)
}

func (t *Tenant) deleteChannelMessage(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, m, a := t.channelMessageFor(c, "message")
	if m == nil {
		return a
	}
	if a, refused := ownOnly(c, m); refused {
		return a
	}
	if m.deleted.IsZero() {
		m.touch()
		m.deleted = m.modified
		t.messageChanged(ch, m, changeDeleted)
	}
	return noContent()
}

func (t *Tenant) listReplies(c *call) answer {
	top, a := pageSize(c, 20)
	if a.status != 0 {
		return a
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, root, a := t.channelMessageFor(c, "message")
	if root == nil {
		return a
	}
	return t.messagePage(c, ch, top, true, func(m *message) bool { return m.replyTo == root.id }, "teams('"+ch.team.id+"')/channels('"+ch.id+"')/messages('"+root.id+"')/replies")
}

func (t *Tenant) channelHosted(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, m, a := t.channelMessageFor(c, "message")
	if m == nil {
		return a
	}
	h := findHosted(m.hosted, c.vars["hosted"])
	if h == nil {
		return notFound("Could not find the hosted content.")
	}
	return answer{status: http.StatusOK, body: h.bytes}.with("Content-Type", h.contentType)
}

// channelDelta gives root messages changed since the last deltaLink [api: chatmessage-delta].
func (t *Tenant) channelDelta(c *call) answer {
	var since int64
	if token := c.query.Get("$deltatoken"); token != "" {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err == nil {
			since, err = strconv.ParseInt(string(raw), 10, 64)
		}
		if err != nil {
			return badRequest("Invalid delta token.")
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, a := t.channelFor(c)
	if ch == nil {
		return a
	}
	list, last := []wireMessage{}, since
	for _, row := range sortMessages(ch.messages, false) {
		if row.message.replyTo == "" && row.key.at > since {
			list = append(list, t.wireMessage(ch, row.message, c.base, knowsEnums(c.header)))
			last = max(last, row.key.at)
		}
	}
	token := base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(last, 10)))
	return ok(page{Context: c.base + "/v1.0/$metadata#Collection(chatMessage)", Delta: c.url() + "?$deltatoken=" + token, Value: list})
}
