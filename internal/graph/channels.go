package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// ChannelScopes is what writing in channels needs beside DefaultScopes. Reading what stands there needs ScopeReadChannels, which an
// administrator has to consent to. [permissions-reference]
var ChannelScopes = []string{"Team.ReadBasic.All", "Channel.ReadBasic.All", "ChannelMessage.Send"}

// ScopeReadChannels lets one read the messages of channels.
const ScopeReadChannels = "ChannelMessage.Read.All"

// Identifiers of teams and channels.
type (
	// TeamID names a team: a GUID.
	TeamID string
	// ChannelID names a channel: "19:…@thread.tacv2".
	ChannelID string
)

// Team is a team of which the caller is a member.
type Team struct {
	ID   TeamID `json:"id"`
	Name string `json:"displayName"`
}

// Channel is a channel of a team.
type Channel struct {
	ID     ChannelID `json:"id"`
	Name   string    `json:"displayName"`
	WebURL string    `json:"webUrl"`
}

// JoinedTeams lists the caller's teams. [api: user-list-joinedteams]
func (c *Client) JoinedTeams(ctx context.Context) ([]Team, error) {
	var all []Team
	err := pages(ctx, c, request{op: "list teams", method: http.MethodGet, path: "/me/joinedTeams"}, nil, func(t Team) bool { all = append(all, t); return true })
	return all, err
}

// Channels lists the channels of a team. [api: channel-list]
func (c *Client) Channels(ctx context.Context, team TeamID) ([]Channel, error) {
	var all []Channel
	err := pages(ctx, c, request{op: "list channels", method: http.MethodGet, path: "/teams/" + seg(team) + "/channels"}, nil,
		func(ch Channel) bool { all = append(all, ch); return true })
	return all, err
}

func channelPath(team TeamID, ch ChannelID) string {
	return "/teams/" + seg(team) + "/channels/" + seg(ch) + "/messages"
}

// ChannelThread is a message of a channel with the answers to it, newest first.
type ChannelThread struct {
	ChatMessage
	Replies []ChatMessage `json:"replies"`
}

// ChannelThreads walks the threads of a channel, the last changed first, until visit returns false. [api: channel-list-messages]
func (c *Client) ChannelThreads(ctx context.Context, team TeamID, ch ChannelID, visit func(ChannelThread) bool) error {
	return pages(ctx, c, request{op: "list channel messages", method: http.MethodGet, path: channelPath(team, ch),
		query: url.Values{"$top": {"50"}, "$expand": {"replies"}}}, nil, visit)
}

// PostToChannel begins a thread in a channel. [api: chatmessage-post]
func (c *Client) PostToChannel(ctx context.Context, team TeamID, ch ChannelID, n NewMessage) (ChatMessage, error) {
	var m ChatMessage
	r := request{op: "post channel message", method: http.MethodPost, path: channelPath(team, ch), body: n.body()}
	if err := c.do(ctx, r, &m); err != nil {
		return ChatMessage{}, err
	}
	if m.ID == "" {
		return ChatMessage{}, &Error{Op: r.op, Status: http.StatusCreated, unclear: true, err: errors.New("the answer names no message")}
	}
	return m, nil
}

// MessagesBefore reads at most n messages of a chat, newest first: those that were created before a moment, or the newest of all when
// it is zero; more says that there may be others. Graph ignores the filter silently unless the order is on the same property.
func (c *Client) MessagesBefore(ctx context.Context, chat ChatID, before time.Time, n int) (list []ChatMessage, more bool, err error) {
	q := url.Values{"$top": {fmt.Sprint(min(n, 50))}, "$orderby": {"createdDateTime desc"}}
	if !before.IsZero() {
		q.Set("$filter", "createdDateTime lt "+timestamp(before))
	}
	err = pages(ctx, c, request{op: "list chat messages", method: http.MethodGet, path: "/chats/" + seg(chat) + "/messages", query: q}, nil, func(m ChatMessage) bool {
		list = append(list, m)
		return len(list) < n
	})
	return list, len(list) == n, err
}

// MarkChatRead says that the caller has read a chat. [api: chat-markchatreadforuser]
func (c *Client) MarkChatRead(ctx context.Context, id ChatID, user UserID, tenant string) error {
	return c.do(ctx, request{op: "mark chat read", method: http.MethodPost, path: "/chats/" + seg(id) + "/markChatReadForUser",
		body: map[string]any{"user": map[string]string{"id": string(user), "tenantId": tenant}}}, nil)
}
