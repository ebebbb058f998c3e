package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Chat types. Whatever else Graph says is passed on as it is. [api: resources/chat]
const (
	OneOnOne = "oneOnOne"
	Group    = "group"
	Meeting  = "meeting"
)

// Chat is a Teams chat.
type Chat struct {
	ID       ChatID    `json:"id"`
	Topic    string    `json:"topic"`
	Type     string    `json:"chatType"`
	Created  time.Time `json:"createdDateTime"`
	WebURL   string    `json:"webUrl"`
	TenantID string    `json:"tenantId"`
	Members  []Member  `json:"members"`            // only when expanded
	Last     *Preview  `json:"lastMessagePreview"` // in lists only
	View     *View     `json:"viewpoint"`
}

// View is how the caller sees a chat.
type View struct {
	Read *time.Time `json:"lastMessageReadDateTime"`
}

// Preview is the newest message of a chat in a list.
type Preview struct {
	ID      MessageID `json:"id"`
	Created time.Time `json:"createdDateTime"`
	From    *From     `json:"from"`
}

// Member is somebody's membership of a chat. Name and mail may be missing.
type Member struct {
	ID       MembershipID `json:"id"`
	Roles    []string     `json:"roles"`
	Name     string       `json:"displayName"`
	UserID   UserID       `json:"userId"`
	Email    string       `json:"email"`
	TenantID string       `json:"tenantId"`
}

// Chats walks the caller's chats, those with the newest message first, with members and previews, until visit returns false.
// [api: chat-list]
func (c *Client) Chats(ctx context.Context, pace Pace, visit func(Chat) bool) error {
	return pages(ctx, c, request{op: "list chats", method: http.MethodGet, path: "/me/chats", query: url.Values{
		"$expand": {"members,lastMessagePreview"}, "$top": {"50"}, "$orderby": {"lastMessagePreview/createdDateTime desc"}}}, pace, visit)
}

// CheckChats reads one of the caller's chats, only to see whether the caller may use Teams at all. [contract §10.7]
func (c *Client) CheckChats(ctx context.Context) error {
	return c.do(ctx, request{op: "list chats", method: http.MethodGet, path: "/me/chats", query: url.Values{"$top": {"1"}}}, nil)
}

// Chat reads one chat with its members. [api: chat-get]
func (c *Client) Chat(ctx context.Context, id ChatID) (Chat, error) {
	var chat Chat
	err := c.do(ctx, request{op: "read chat", method: http.MethodGet, path: "/chats/" + seg(id), query: url.Values{"$expand": {"members"}}}, &chat)
	return chat, err
}

// NewChat is a chat to be created. The caller must be among the members.
type NewChat struct {
	Type    string // OneOnOne or Group
	Topic   string // Group only
	Members []NewMember
}

// NewMember is somebody to be put into a chat. History, for AddMember only, says from when on old messages are visible: nil for none,
// the zero time for all.
type NewMember struct {
	User    UserID
	Role    string // owner or guest; owner when empty
	History *time.Time
}

// WholeHistory shows a new member everything.
var WholeHistory = &time.Time{}

func (c *Client) member(m NewMember) map[string]any {
	role := m.Role
	if role == "" {
		role = "owner"
	}
	body := map[string]any{"@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": []string{role},
		"user@odata.bind": c.end.base() + "/users('" + string(m.User) + "')"}
	if m.History != nil {
		body["visibleHistoryStartDateTime"] = m.History.UTC().Format(time.RFC3339)
	}
	return body
}

// CreateChat creates a chat. It is not idempotent for groups; of one-to-one chats there is only ever one, which is returned. The answer
// has no members: read them. [api: chat-post]
func (c *Client) CreateChat(ctx context.Context, n NewChat) (Chat, error) {
	members := make([]map[string]any, len(n.Members))
	for i, m := range n.Members {
		m.History = nil
		members[i] = c.member(m)
	}
	body := map[string]any{"chatType": n.Type, "members": members}
	if n.Topic != "" {
		body["topic"] = n.Topic
	}
	var chat Chat
	r := request{op: opCreateChat, method: http.MethodPost, path: "/chats", body: body}
	if err := c.do(ctx, r, &chat); err != nil {
		return Chat{}, err
	}
	if chat.ID == "" || chat.Type == "" {
		return Chat{}, &Error{Op: r.op, Status: http.StatusCreated, unclear: true, err: errors.New("the answer names no chat")}
	}
	return chat, nil
}

// Members lists the members of a chat, in no order, and says when that was by Microsoft's clock, in whole seconds.
// [api: chat-list-members]
func (c *Client) Members(ctx context.Context, id ChatID) (all []Member, at time.Time, err error) {
	err = pages(ctx, c, request{op: "list chat members", method: http.MethodGet, path: "/chats/" + seg(id) + "/members", at: &at}, nil,
		func(m Member) bool { all = append(all, m); return true })
	return all, at, err
}

// AddMember adds somebody to a group chat. [api: chat-post-members]
func (c *Client) AddMember(ctx context.Context, id ChatID, m NewMember) error {
	return c.do(ctx, request{op: opAddMember, method: http.MethodPost, path: "/chats/" + seg(id) + "/members", body: c.member(m)}, nil)
}

// RemoveMember removes somebody, or the caller, from a group chat. [api: chat-delete-members]
func (c *Client) RemoveMember(ctx context.Context, id ChatID, m MembershipID) error {
	return c.do(ctx, request{op: "remove chat member", method: http.MethodDelete, path: "/chats/" + seg(id) + "/members/" + seg(m)}, nil)
}

// RenameChat gives a group chat another topic. [api: chat-patch]
func (c *Client) RenameChat(ctx context.Context, id ChatID, topic string) error {
	return c.do(ctx, request{op: "rename chat", method: http.MethodPatch, path: "/chats/" + seg(id), body: map[string]string{"topic": topic}}, nil)
}

// HideChat hides a chat from the caller's list. [api: chat-hideforuser]
func (c *Client) HideChat(ctx context.Context, id ChatID, user UserID, tenant string) error {
	return c.do(ctx, request{op: "hide chat", method: http.MethodPost, path: "/chats/" + seg(id) + "/hideForUser",
		body: map[string]any{"user": map[string]string{"id": string(user), "tenantId": tenant}}}, nil)
}

// User is a person of the tenant.
type User struct {
	ID         UserID `json:"id"`
	Name       string `json:"displayName"`
	Mail       string `json:"mail"`
	UPN        string `json:"userPrincipalName"`
	JobTitle   string `json:"jobTitle"`   // User.Read.All only
	Department string `json:"department"` // User.Read.All only
	Type       string `json:"userType"`
}

const userFields = "id,displayName,mail,userPrincipalName,jobTitle,department,userType"

// Me reads the signed-in person. [api: user-get]
func (c *Client) Me(ctx context.Context) (User, error) {
	var u User
	err := c.do(ctx, request{op: "read profile", method: http.MethodGet, path: "/me", query: url.Values{"$select": {userFields}}}, &u)
	return u, err
}

// User reads a person.
func (c *Client) User(ctx context.Context, id UserID) (User, error) {
	var u User
	err := c.do(ctx, request{op: "read user", method: http.MethodGet, path: "/users/" + seg(id), query: url.Values{"$select": {userFields}}}, &u)
	return u, err
}

// SearchUsers finds at most top people whose name or mail begins with the words. [search-query-parameter]
func (c *Client) SearchUsers(ctx context.Context, words string, top int) ([]User, error) {
	quoted := searchQuote(words)
	var all []User
	err := pages(ctx, c, request{op: "search users", method: http.MethodGet, path: "/users", header: http.Header{"Consistencylevel": {"eventual"}},
		query: url.Values{"$search": {fmt.Sprintf(`"displayName:%s" OR "mail:%s"`, quoted, quoted)}, "$select": {userFields},
			"$top": {strconv.Itoa(top)}, "$count": {"true"}}},
		nil, func(u User) bool { all = append(all, u); return len(all) < top })
	return all, err
}

// searchQuote keeps typed words from ending the search string.
func searchQuote(words string) string {
	clean := make([]rune, 0, len(words))
	for _, r := range words {
		if r == '"' || r == '\\' || r < ' ' {
			r = ' '
		}
		clean = append(clean, r)
	}
	return string(clean)
}

// Presence is whether somebody can be reached. [api: presence-get]
type Presence struct {
	ID           UserID `json:"id"`
	Availability string `json:"availability"`
	Activity     string `json:"activity"`
	OutOfOffice  *struct {
		Message string `json:"message"`
		Is      bool   `json:"isOutOfOffice"`
	} `json:"outOfOfficeSettings"`
}

// maxPresences is how many people one call may ask about. [api: cloudcommunications-getpresencesbyuserid]
const maxPresences = 650

// Presences asks about many people at once.
func (c *Client) Presences(ctx context.Context, ids []UserID) ([]Presence, error) {
	var all []Presence
	for len(ids) > 0 {
		n := min(len(ids), maxPresences)
		var p page[Presence]
		if err := c.do(ctx, request{op: "read presences", method: http.MethodPost, path: "/communications/getPresencesByUserId",
			body: map[string]any{"ids": ids[:n]}}, &p); err != nil {
			return all, err
		}
		all, ids = append(all, p.Value...), ids[n:]
	}
	return all, nil
}
