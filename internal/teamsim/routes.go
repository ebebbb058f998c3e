package teamsim

import (
	"net/http"
	"strings"
)

// operation answers one kind of request.
type operation func(*Tenant, *call) answer

// route binds an operation to a path template. Scopes lists the permissions of which one
// is enough; none means that any signed-in person may call.
type route struct {
	method   string
	template string
	parts    []string
	scopes   []string
	rate     rateClass
	serve    operation
	public   bool // works with an application's own token
}

// routeTable holds the routes by number of segments.
type routeTable map[int][]*route

const (
	chatRead      = "Chat.Read"
	chatWrite     = "Chat.ReadWrite"
	chatBasic     = "Chat.ReadBasic"
	memberWrite   = "ChatMember.ReadWrite"
	memberRead    = "ChatMember.Read"
	channelRead   = "ChannelMessage.Read.All"
	fileWrite     = "Files.ReadWrite"
	fileWriteAll  = "Files.ReadWrite.All"
	fileRead      = "Files.Read"
	fileReadAll   = "Files.Read.All"
	presenceRead  = "Presence.Read.All"
	userRead      = "User.Read"
	userBasicRead = "User.ReadBasic.All"
	userReadAll   = "User.Read.All"
)

func buildRoutes() routeTable {
	table := routeTable{}
	for _, group := range [][]route{chatRoutes(), messageRoutes(), peopleRoutes(), teamRoutes(), driveRoutes(), subscriptionRoutes()} {
		for _, r := range group {
			r.parts = strings.Split(strings.Trim(r.template, "/"), "/")
			table[len(r.parts)] = append(table[len(r.parts)], &r)
		}
	}
	return table
}

// find picks the route of a request. Fixed segments win over {names} because they are
// listed first.
func (table routeTable) find(c *call) (*route, answer) {
	if c.method == http.MethodPost && len(c.segments) == 1 && c.segments[0] == "$batch" {
		return &route{method: "POST", template: "/$batch", public: true, serve: (*Tenant).batch}, answer{}
	}
	if r, vars := drivePath(c); r != nil {
		c.vars = vars
		return r, answer{}
	}
	var wrongMethod bool
	for _, r := range table[len(c.segments)] {
		vars, fits := fit(r.parts, c.segments)
		if !fits {
			continue
		}
		if r.method == c.method {
			c.vars = vars
			return r, answer{}
		}
		wrongMethod = true
	}
	if wrongMethod {
		return nil, fail(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	}
	return nil, badRequest("Resource not found for the segment '%s'.", c.segments[len(c.segments)-1])
}

func fit(parts, segments []string) (map[string]string, bool) {
	var vars map[string]string
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			if vars == nil {
				vars = map[string]string{}
			}
			vars[strings.Trim(part, "{}")] = segments[i]
			continue
		}
		if !strings.EqualFold(part, segments[i]) {
			return nil, false
		}
	}
	return vars, true
}

// missing lists the accepted permissions when the token has none of them.
func (r *route) missing(have scopeSet) string {
	if len(r.scopes) == 0 {
		return ""
	}
	for _, s := range r.scopes {
		if have.has(s) {
			return ""
		}
	}
	return strings.Join(r.scopes, ", ")
}

func chatRoutes() []route {
	list := []string{chatBasic, chatRead, chatWrite}
	return []route{
		{method: "GET", template: "/chats", scopes: list, rate: rateListChats, serve: (*Tenant).listChats},
		{method: "GET", template: "/users/{user}/chats", scopes: list, rate: rateListChats, serve: (*Tenant).listChats},
		{method: "POST", template: "/chats", scopes: []string{"Chat.Create", chatWrite}, rate: rateWrite, serve: (*Tenant).createChat},
		{method: "GET", template: "/users/{user}/chats/getAllMessages", rate: rateNone, serve: (*Tenant).exportMessages},
		{method: "GET", template: "/chats/getAllMessages", rate: rateNone, serve: (*Tenant).exportMessages},
		{method: "GET", template: "/chats/{chat}", scopes: list, rate: rateListChats, serve: (*Tenant).getChat},
		{method: "GET", template: "/users/{user}/chats/{chat}", scopes: list, rate: rateListChats, serve: (*Tenant).getChat},
		{method: "PATCH", template: "/chats/{chat}", scopes: []string{chatWrite}, rate: rateWrite, serve: (*Tenant).renameChat},
		{method: "DELETE", template: "/chats/{chat}", scopes: []string{"Chat.ManageDeletion.All"}, rate: rateWrite, serve: (*Tenant).deleteChat},
		{method: "POST", template: "/chats/{chat}/hideForUser", scopes: []string{chatWrite}, rate: rateWrite, serve: (*Tenant).hideChat},
		{method: "POST", template: "/chats/{chat}/unhideForUser", scopes: []string{chatWrite}, rate: rateWrite, serve: (*Tenant).hideChat},
		{method: "POST", template: "/chats/{chat}/markChatReadForUser", scopes: []string{chatWrite}, rate: rateWrite, serve: (*Tenant).markRead},
		{method: "POST", template: "/chats/{chat}/markChatUnreadForUser", scopes: []string{chatWrite}, rate: rateWrite, serve: (*Tenant).markRead},
		{method: "GET", template: "/chats/{chat}/members", scopes: append(list, memberRead, memberWrite), rate: rateGet, serve: (*Tenant).listMembers},
		{method: "POST", template: "/chats/{chat}/members", scopes: []string{memberWrite, chatWrite}, rate: rateAddMember, serve: (*Tenant).addMember},
		{method: "GET", template: "/chats/{chat}/members/{member}", scopes: append(list, memberRead, memberWrite), rate: rateGet, serve: (*Tenant).getMember},
		{method: "DELETE", template: "/chats/{chat}/members/{member}", scopes: []string{memberWrite}, rate: rateRemoveMember, serve: (*Tenant).removeMember},
	}
}

func messageRoutes() []route {
	read, write := []string{chatRead, chatWrite}, []string{chatWrite}
	send := []string{"ChatMessage.Send", chatWrite}
	return []route{
		{method: "GET", template: "/chats/{chat}/messages", scopes: read, rate: rateGetMessage, serve: (*Tenant).listMessages},
		{method: "GET", template: "/users/{user}/chats/{chat}/messages", scopes: read, rate: rateGetMessage, serve: (*Tenant).listMessages},
		{method: "POST", template: "/chats/{chat}/messages", scopes: send, rate: ratePostMessage, serve: (*Tenant).postMessage},
		{method: "POST", template: "/chats/{chat}/messages/replyWithQuote", scopes: send, rate: ratePostMessage, serve: (*Tenant).replyWithQuote},
		{method: "GET", template: "/chats/{chat}/messages/delta", rate: rateGetMessage, serve: (*Tenant).chatDelta},
		{method: "GET", template: "/chats/{chat}/messages/{message}", scopes: read, rate: rateGetMessage, serve: (*Tenant).getMessage},
		{method: "GET", template: "/users/{user}/chats/{chat}/messages/{message}", scopes: read, rate: rateGetMessage, serve: (*Tenant).getMessage},
		{method: "PATCH", template: "/chats/{chat}/messages/{message}", scopes: write, rate: rateWrite, serve: (*Tenant).editMessage},
		{method: "POST", template: "/chats/{chat}/messages/{message}/softDelete", rate: rateNone, serve: modelOnly},
		{method: "POST", template: "/chats/{chat}/messages/{message}/undoSoftDelete", rate: rateNone, serve: modelOnly},
		{method: "POST", template: "/users/{user}/chats/{chat}/messages/{message}/softDelete", scopes: write, rate: rateWrite, serve: (*Tenant).softDelete},
		{method: "POST", template: "/users/{user}/chats/{chat}/messages/{message}/undoSoftDelete", scopes: write, rate: rateWrite, serve: (*Tenant).undoSoftDelete},
		{method: "POST", template: "/chats/{chat}/messages/{message}/setReaction", scopes: send, rate: rateWrite, serve: (*Tenant).setReaction},
		{method: "POST", template: "/chats/{chat}/messages/{message}/unsetReaction", scopes: send, rate: rateWrite, serve: (*Tenant).unsetReaction},
		{method: "GET", template: "/chats/{chat}/messages/{message}/hostedContents", scopes: read, rate: rateGet, serve: (*Tenant).listHosted},
		{method: "GET", template: "/chats/{chat}/messages/{message}/hostedContents/{hosted}", scopes: read, rate: rateGet, serve: (*Tenant).getHosted},
		{method: "GET", template: "/chats/{chat}/messages/{message}/hostedContents/{hosted}/$value", scopes: read, rate: rateGet, serve: (*Tenant).hostedBytes},
	}
}

// modelOnly answers the forms that Microsoft's model has but no page documents.
func modelOnly(_ *Tenant, c *call) answer {
	return badRequest("Resource not found for the segment '%s'.", c.segments[len(c.segments)-1])
}
