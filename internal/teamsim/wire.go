package teamsim

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// stampLayout is how Graph writes times of chats and messages.
const stampLayout = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string {
	if t.IsZero() {
		return "0001-01-01T00:00:00Z"
	}
	return t.UTC().Format(stampLayout)
}

func stampOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// page is a collection answer.
type page struct {
	Context  string `json:"@odata.context,omitempty"`
	Count    *int   `json:"@odata.count,omitempty"`
	NextLink string `json:"@odata.nextLink,omitempty"`
	Delta    string `json:"@odata.deltaLink,omitempty"`
	Value    any    `json:"value"`
}

type wireIdentity struct {
	Type             string  `json:"@odata.type,omitempty"`
	ID               string  `json:"id"`
	DisplayName      *string `json:"displayName"`
	UserIdentityType string  `json:"userIdentityType,omitempty"`
	TenantID         string  `json:"tenantId,omitempty"`
}

type wireIdentitySet struct {
	Type        string        `json:"@odata.type,omitempty"`
	Application *wireIdentity `json:"application"`
	Device      *wireIdentity `json:"device"`
	User        *wireIdentity `json:"user"`
}

type wireBody struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

type wireAttachment struct {
	ID           string  `json:"id"`
	ContentType  *string `json:"contentType"`
	ContentURL   *string `json:"contentUrl"`
	Content      *string `json:"content"`
	Name         *string `json:"name"`
	ThumbnailURL *string `json:"thumbnailUrl"`
	TeamsAppID   *string `json:"teamsAppId"`
}

type wireMention struct {
	ID          int            `json:"id"`
	MentionText string         `json:"mentionText"`
	Mentioned   map[string]any `json:"mentioned"`
}

type wireReaction struct {
	ReactionType string          `json:"reactionType"`
	DisplayName  *string         `json:"displayName"`
	ContentURL   *string         `json:"reactionContentUrl"`
	Created      string          `json:"createdDateTime"`
	User         wireIdentitySet `json:"user"`
}

type wireHistory struct {
	Modified string       `json:"modifiedDateTime"`
	Actions  string       `json:"actions"`
	Reaction wireReaction `json:"reaction"`
}

type wirePolicy struct {
	DLPAction         string  `json:"dlpAction"`
	JustificationText *string `json:"justificationText"`
	UserAction        string  `json:"userAction"`
	VerdictDetails    string  `json:"verdictDetails"`
	PolicyTip         any     `json:"policyTip"`
}

type wireChannelIdentity struct {
	TeamID    string `json:"teamId"`
	ChannelID string `json:"channelId"`
}

type wireMessage struct {
	Context         string               `json:"@odata.context,omitempty"`
	ID              string               `json:"id"`
	ReplyToID       *string              `json:"replyToId"`
	Etag            string               `json:"etag"`
	MessageType     string               `json:"messageType"`
	Created         string               `json:"createdDateTime"`
	Modified        string               `json:"lastModifiedDateTime"`
	Edited          *string              `json:"lastEditedDateTime"`
	Deleted         *string              `json:"deletedDateTime"`
	Subject         *string              `json:"subject"`
	Summary         *string              `json:"summary"`
	ChatID          *string              `json:"chatId"`
	Importance      string               `json:"importance"`
	Locale          string               `json:"locale"`
	WebURL          *string              `json:"webUrl"`
	ChannelIdentity *wireChannelIdentity `json:"channelIdentity"`
	PolicyViolation *wirePolicy          `json:"policyViolation"`
	EventDetail     any                  `json:"eventDetail"`
	From            *wireIdentitySet     `json:"from"`
	Body            wireBody             `json:"body"`
	Attachments     []wireAttachment     `json:"attachments"`
	Mentions        []wireMention        `json:"mentions"`
	Reactions       []wireReaction       `json:"reactions"`
	MessageHistory  []wireHistory        `json:"messageHistory"`
	Replies         *[]wireMessage       `json:"replies,omitempty"`
	RepliesNext     string               `json:"replies@odata.nextLink,omitempty"`
	HostedContents  *[]wireHosted        `json:"hostedContents,omitempty"`
}

type wireHosted struct {
	Context      string  `json:"@odata.context,omitempty"`
	ID           string  `json:"id"`
	ContentBytes *string `json:"contentBytes"`
	ContentType  *string `json:"contentType"`
}

type wireMember struct {
	Context     string   `json:"@odata.context,omitempty"`
	Type        string   `json:"@odata.type"`
	ID          string   `json:"id"`
	Roles       []string `json:"roles"`
	DisplayName *string  `json:"displayName"`
	VisibleFrom string   `json:"visibleHistoryStartDateTime"`
	UserID      string   `json:"userId"`
	Email       *string  `json:"email"`
	TenantID    string   `json:"tenantId"`
}

type wireViewpoint struct {
	IsHidden bool   `json:"isHidden"`
	LastRead string `json:"lastMessageReadDateTime"`
}

type wirePreview struct {
	ID          string           `json:"id"`
	Created     string           `json:"createdDateTime"`
	IsDeleted   bool             `json:"isDeleted"`
	MessageType string           `json:"messageType"`
	EventDetail any              `json:"eventDetail"`
	Body        wireBody         `json:"body"`
	From        *wireIdentitySet `json:"from"`
}

type wireChat struct {
	Context           string         `json:"@odata.context,omitempty"`
	ID                string         `json:"id"`
	Topic             *string        `json:"topic"`
	Created           string         `json:"createdDateTime"`
	Updated           string         `json:"lastUpdatedDateTime"`
	ChatType          string         `json:"chatType"`
	WebURL            string         `json:"webUrl"`
	TenantID          string         `json:"tenantId"`
	OnlineMeetingInfo any            `json:"onlineMeetingInfo"`
	Viewpoint         *wireViewpoint `json:"viewpoint"`
	HiddenForAll      bool           `json:"isHiddenForAllMembers"`
	MembersContext    string         `json:"members@odata.context,omitempty"`
	Members           *[]wireMember  `json:"members,omitempty"`
	PreviewContext    string         `json:"lastMessagePreview@odata.context,omitempty"`
	Preview           *wirePreview   `json:"lastMessagePreview,omitempty"`
}

// knowsEnums tells whether the caller asked for enum values added later [best-practices-concept].
func knowsEnums(h http.Header) bool {
	for _, v := range h.Values("Prefer") {
		if strings.Contains(strings.ToLower(v), "include-unknown-enum-members") {
			return true
		}
	}
	return false
}

// user is a person as the sender or target of something.
func (t *Tenant) user(id string) *wireIdentity {
	p := t.people[id]
	if p == nil {
		return &wireIdentity{Type: "#microsoft.graph.teamworkUserIdentity", ID: id, UserIdentityType: "aadUser", TenantID: t.cfg.Tenant}
	}
	return &wireIdentity{Type: "#microsoft.graph.teamworkUserIdentity", ID: id, DisplayName: &p.Name, UserIdentityType: "aadUser", TenantID: t.cfg.Tenant}
}

// wireMessage shows a message. full tells whether later enum values may appear.
func (t *Tenant) wireMessage(c *chat, m *message, base string, full bool) wireMessage {
	w := wireMessage{
		ID: m.id, Etag: m.etag(), MessageType: "message", Created: stamp(m.created), Modified: stamp(m.modified),
		ReplyToID: orNull(m.replyTo), Edited: stampOrNull(m.edited), Deleted: stampOrNull(m.deleted), Subject: orNull(m.subject),
		Importance: m.importance, Locale: m.locale, Body: wireBody{m.contentType, strings.ReplaceAll(m.content, hostedRoot, base+"/v1.0")},
		Attachments: m.attachments, Mentions: m.mentions, Reactions: []wireReaction{}, MessageHistory: []wireHistory{},
	}
	if c.kind == channel {
		w.ChannelIdentity = &wireChannelIdentity{c.team.id, c.id}
		web := "https://teams.microsoft.com/l/message/" + c.id + "/" + m.id
		w.WebURL = &web
	} else {
		w.ChatID = &c.id
	}
	if m.from != "" {
		w.From = &wireIdentitySet{User: t.user(m.from)}
	}
	for _, r := range m.reactions {
		w.Reactions = append(w.Reactions, t.wireReaction(r))
	}
	for _, h := range m.history {
		w.MessageHistory = append(w.MessageHistory, wireHistory{stamp(h.at), h.action, t.wireReaction(h.reaction)})
	}
	if m.event != nil {
		w.MessageType, w.EventDetail = systemType(full), t.wireEvent(m.event)
	}
	t.hideBody(m, &w)
	if w.Attachments == nil {
		w.Attachments = []wireAttachment{}
	}
	if w.Mentions == nil {
		w.Mentions = []wireMention{}
	}
	return w
}

// hideBody empties what is deleted or blocked.
func (t *Tenant) hideBody(m *message, w *wireMessage) {
	if m.blocked {
		w.PolicyViolation = &wirePolicy{DLPAction: "blockAccess", UserAction: "none", VerdictDetails: "none"}
	}
	if m.blocked || !m.deleted.IsZero() {
		w.Body = wireBody{ContentType: m.contentType}
		w.Attachments, w.Mentions = nil, nil
	}
	if !m.deleted.IsZero() {
		w.Reactions = []wireReaction{}
	}
}

func systemType(full bool) string {
	if full {
		return "systemEventMessage"
	}
	return "unknownFutureValue"
}

func (t *Tenant) wireReaction(r reaction) wireReaction {
	kind, name := legacyReaction(r.emoji)
	user := t.user(r.person)
	user.DisplayName = nil
	return wireReaction{ReactionType: kind, DisplayName: orNull(name), Created: stamp(r.at), User: wireIdentitySet{User: user}}
}

// legacyReaction gives the six old reactions the names under which they are read.
func legacyReaction(emoji string) (kind, name string) {
	switch strings.TrimSuffix(emoji, "\ufe0f") {
	case "👍", "like":
		return "like", "Like"
	case "❤", "heart":
		return "heart", "Heart"
	case "😆", "laugh":
		return "laugh", "Laugh"
	case "😮", "surprised":
		return "surprised", "Surprised"
	case "😢", "sad":
		return "sad", "Sad"
	case "😡", "angry":
		return "angry", "Angry"
	}
	return emoji, ""
}

func (t *Tenant) wireMember(m *member) wireMember {
	w := wireMember{Type: "#microsoft.graph.aadUserConversationMember", ID: m.id, Roles: []string{},
		VisibleFrom: stamp(m.visibleFrom), UserID: m.person, TenantID: t.cfg.Tenant}
	if m.role != "" {
		w.Roles = []string{m.role}
	}
	if p := t.people[m.person]; p != nil {
		w.DisplayName, w.Email = &p.Name, orNull(p.Mail)
	}
	return w
}

func (t *Tenant) wireChat(c *chat, viewer string, base string) wireChat {
	w := wireChat{ID: c.id, Topic: orNull(c.topic), Created: stamp(c.created), Updated: stamp(c.updated),
		ChatType: c.kind, TenantID: t.cfg.Tenant, WebURL: t.chatLink(c, base)}
	if v := c.view(viewer); v != nil {
		w.Viewpoint = &wireViewpoint{v.hidden, stamp(v.read)}
	}
	return w
}

// membershipID is opaque to clients; this is how it is made today.
func membershipID(tenant, chat, person string) string {
	return base64.StdEncoding.EncodeToString([]byte("0##" + tenant + "##" + chat + "##" + person))
}
