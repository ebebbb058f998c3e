package teamsim

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var presenceFilter = regexp.MustCompile(`'([^']+)'`)

// resourceTopics tells what a resource listens to and checks the permission for it.
func (t *Tenant) resourceTopics(c *call, s *subscription) answer {
	resource, query, _ := strings.Cut(strings.TrimPrefix(s.resource, "/"), "?")
	sub := *c
	sub.path = "/" + resource
	if !t.resolvePath(&sub) {
		return invalidRequest("Invalid resource '%s'.", s.resource)
	}
	p := sub.segments
	t.mu.Lock()
	defer t.mu.Unlock()
	shape := strings.ToLower(strings.Join(p, "/"))
	switch {
	case shape == "chats/getallmessages", shape == "teams/getallmessages", shape == "chats", shape == "teams/allmessages":
		return forbidden("Operation: Create; Exception: the resource '%s' is not supported in delegated mode.", s.resource)
	case len(p) == 4 && p[0] == "users" && strings.EqualFold(p[3], "getAllMessages"):
		return t.userTopic(c, s, p[1], "message", "msgs:user:", chatRead, chatWrite)
	case len(p) == 3 && p[0] == "users" && p[2] == "chats":
		return t.userTopic(c, s, p[1], "chat", "chats:user:", chatBasic, chatRead, chatWrite)
	case len(p) == 3 && p[0] == "chats" && p[2] == "messages":
		return t.chatTopic(c, s, p[1], "message", "msgs:chat:", chatRead, chatWrite)
	case len(p) == 2 && p[0] == "chats":
		return t.chatTopic(c, s, p[1], "chat", "chat:", chatBasic, chatRead, chatWrite)
	case len(p) == 3 && p[0] == "chats" && p[2] == "members":
		return t.chatTopic(c, s, p[1], "member", "members:", memberRead, memberWrite, chatBasic, chatRead, chatWrite)
	case len(p) == 5 && p[0] == "teams" && p[2] == "channels" && p[4] == "messages":
		return t.channelTopic(c, s, p[1], p[3])
	case len(p) >= 2 && p[0] == "communications" && p[1] == "presences":
		return t.presenceTopics(c, s, p[2:], query)
	}
	return invalidRequest("Invalid resource '%s'.", s.resource)
}

func (t *Tenant) userTopic(c *call, s *subscription, user, kind, prefix string, scopes ...string) answer {
	p := t.lookup(user)
	if p == nil || p.ID != c.caller() {
		return forbidden("The user in the resource must be the signed-in user.")
	}
	s.kind, s.topics = kind, []string{prefix + p.ID}
	return needScope(c, scopes)
}

func (t *Tenant) chatTopic(c *call, s *subscription, id, kind, prefix string, scopes ...string) answer {
	ch := t.chats[id]
	if ch == nil || ch.gone || ch.kind == channel {
		return notFound("Could not find the chat '%s'.", id)
	}
	if ch.member(c.caller()) == nil {
		return notInChat()
	}
	s.kind, s.topics = kind, []string{prefix + id}
	return needScope(c, scopes)
}

func (t *Tenant) channelTopic(c *call, s *subscription, teamID, channelID string) answer {
	ch := t.chats[channelID]
	if ch == nil || ch.kind != channel || ch.team.id != teamID || !slices.Contains(ch.team.members, c.caller()) {
		return notFound("Could not find the channel.")
	}
	s.kind, s.topics = "message", []string{"channel:" + channelID}
	return needScope(c, []string{channelRead})
}

func (t *Tenant) presenceTopics(c *call, s *subscription, rest []string, query string) answer {
	s.kind = "presence"
	ids := rest
	if len(rest) == 0 {
		filter, err := url.QueryUnescape(query)
		if err != nil {
			return invalidRequest("Invalid resource '%s'.", s.resource)
		}
		for _, m := range presenceFilter.FindAllStringSubmatch(filter, -1) {
			ids = append(ids, m[1])
		}
	}
	if len(ids) == 0 || len(ids) > maxPresences {
		return invalidRequest("Between 1 and %d user ids are expected.", maxPresences)
	}
	for _, id := range ids {
		s.topics = append(s.topics, "presence:"+strings.ToLower(id))
	}
	return needScope(c, []string{presenceRead, "Presence.Read"})
}

func needScope(c *call, scopes []string) answer {
	r := route{scopes: scopes}
	if missing := r.missing(c.token.scopes); missing != "" {
		return forbidden("Operation: Create; Exception: caller does not have one of the required permissions '%s'.", missing)
	}
	return answer{}
}
