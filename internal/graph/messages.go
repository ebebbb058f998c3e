package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// ChatMessage is a message as Graph shows it. [api: resources/chatmessage]
type ChatMessage struct {
	ID           MessageID        `json:"id"`
	ETag         string           `json:"etag"`
	Type         string           `json:"messageType"` // message, systemEventMessage …
	ChatID       ChatID           `json:"chatId"`
	Created      time.Time        `json:"createdDateTime"`
	Modified     time.Time        `json:"lastModifiedDateTime"`
	Edited       *time.Time       `json:"lastEditedDateTime"`
	Deleted      *time.Time       `json:"deletedDateTime"`
	Subject      string           `json:"subject"`
	From         *From            `json:"from"` // nil: system events, deleted people
	Body         Body             `json:"body"`
	Attachments  []Attachment     `json:"attachments"`
	Mentions     []Mention        `json:"mentions"`
	Reactions    []Reaction       `json:"reactions"`
	Event        *Event           `json:"eventDetail"`
	PolicyBroken *PolicyViolation `json:"policyViolation"`
}

// Body is what a message says. ContentType is "html" or "text".
type Body struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

// From is who sent something: exactly one of the two, or neither.
type From struct {
	User        *Who `json:"user"`
	Application *Who `json:"application"`
}

// Who is a person or application.
type Who struct {
	ID     UserID `json:"id"`
	Name   string `json:"displayName"`
	Type   string `json:"userIdentityType"`
	Tenant string `json:"tenantId"`
}

// UserID is the sender's object id, or "".
func (m ChatMessage) UserID() UserID {
	if m.From == nil || m.From.User == nil {
		return ""
	}
	return m.From.User.ID
}

// Attachment is a file, quote or card. ContentType "reference" is a file, "messageReference" a quote. [contract §6.2]
type Attachment struct {
	ID          string `json:"id"`
	ContentType string `json:"contentType"`
	ContentURL  string `json:"contentUrl,omitempty"`
	Content     string `json:"content,omitempty"`
	Name        string `json:"name,omitempty"`
}

// Mention names somebody. [api: resources/chatmessagemention]
type Mention struct {
	ID        int    `json:"id"`
	Text      string `json:"mentionText"`
	Mentioned *From  `json:"mentioned"`
}

// Reaction is somebody's emoji on a message.
type Reaction struct {
	Type string    `json:"reactionType"`
	At   time.Time `json:"createdDateTime"`
	User *From     `json:"user"`
}

// Event is what a system message tells. Kind is e.g. "#microsoft.graph.membersAddedEventMessageDetail". [system-messages]
type Event struct {
	Kind      string `json:"@odata.type"`
	Members   []Who  `json:"members"`
	Initiator *From  `json:"initiator"`
	Topic     string `json:"chatDisplayName"`
}

// PolicyViolation says that a policy blocked a message.
type PolicyViolation struct {
	Action string `json:"dlpAction"`
}

// NewMessage is a message to be posted.
type NewMessage struct {
	HTML        string
	Attachments []Attachment
	Hosted      []Hosted // pictures, placed in HTML as <img src="../hostedContents/ID/$value">
}

// Hosted is a picture that travels with a message.
type Hosted struct {
	ID    string // temporary, within the message
	Type  string
	Bytes []byte
}

type hostedContent struct {
	ID    string `json:"@microsoft.graph.temporaryId"`
	Bytes []byte `json:"contentBytes"`
	Type  string `json:"contentType"`
}

func (n NewMessage) body() map[string]any {
	body := map[string]any{"body": Body{ContentType: "html", Content: n.HTML}}
	if len(n.Attachments) > 0 {
		body["attachments"] = n.Attachments
	}
	var hosted []hostedContent
	for _, h := range n.Hosted {
		hosted = append(hosted, hostedContent{h.ID, h.Bytes, h.Type})
	}
	if len(hosted) > 0 {
		body["hostedContents"] = hosted
	}
	return body
}

// MaxHTML is how many bytes of HTML one message should hold; Graph refuses at about 28 KB including what it adds.
// [limits-specifications-teams]
const MaxHTML = 24_000

// PostMessage posts once. An error for which Ambiguous is true says nothing about whether the message stands in the chat.
// [api: chat-post-messages]
func (c *Client) PostMessage(ctx context.Context, chat ChatID, n NewMessage) (ChatMessage, error) {
	var m ChatMessage
	r := request{op: "post chat message", method: http.MethodPost, path: "/chats/" + seg(chat) + "/messages", body: n.body()}
	if err := c.do(ctx, r, &m); err != nil {
		return ChatMessage{}, err
	}
	if m.ID == "" || m.ChatID != chat {
		return ChatMessage{}, &Error{Op: r.op, Status: http.StatusCreated, unclear: true, err: fmt.Errorf("the answer is about message %q in chat %q", m.ID, m.ChatID)}
	}
	return m, nil
}

// Message reads one message. [api: chatmessage-get]
func (c *Client) Message(ctx context.Context, chat ChatID, id MessageID) (ChatMessage, error) {
	var m ChatMessage
	err := c.do(ctx, request{op: "read chat message", method: http.MethodGet, path: messagePath(chat, id)}, &m)
	return m, err
}

func messagePath(chat ChatID, id MessageID) string {
	return "/chats/" + seg(chat) + "/messages/" + seg(id)
}

// Messages walks the messages of a chat by creation, newest first, until visit returns false. A nil error means that the walk was
// complete or ended by visit. [api: chat-list-messages]
func (c *Client) Messages(ctx context.Context, chat ChatID, pace Pace, visit func(ChatMessage) bool) error {
	return pages(ctx, c, request{op: "list chat messages", method: http.MethodGet, path: "/chats/" + seg(chat) + "/messages",
		query: url.Values{"$top": {"50"}, "$orderby": {"createdDateTime desc"}}}, pace, visit)
}

// ChangedSince walks the messages that were created, edited, deleted or reacted to after a moment, newest change first. Graph
// ignores the filter silently unless the order is on the same property.
func (c *Client) ChangedSince(ctx context.Context, chat ChatID, since time.Time, pace Pace, visit func(ChatMessage) bool) error {
	return pages(ctx, c, request{op: "list chat messages", method: http.MethodGet, path: "/chats/" + seg(chat) + "/messages",
		query: url.Values{"$top": {"50"}, "$orderby": {"lastModifiedDateTime desc"}, "$filter": {"lastModifiedDateTime gt " + timestamp(since)}}}, pace, visit)
}

// UpdateMessage replaces an own message. Attachments and pictures that are not sent again vanish. [api: chatmessage-update]
func (c *Client) UpdateMessage(ctx context.Context, chat ChatID, id MessageID, n NewMessage) error {
	return c.do(ctx, request{op: "edit chat message", method: http.MethodPatch, path: messagePath(chat, id), body: n.body()}, nil)
}

// SoftDelete takes an own message back. [api: chatmessage-softdelete]
func (c *Client) SoftDelete(ctx context.Context, me UserID, chat ChatID, id MessageID) error {
	return c.do(ctx, request{op: "delete chat message", method: http.MethodPost, path: "/users/" + seg(me) + messagePath(chat, id) + "/softDelete"}, nil)
}

// UndoSoftDelete brings an own message back. [api: chatmessage-undosoftdelete]
func (c *Client) UndoSoftDelete(ctx context.Context, me UserID, chat ChatID, id MessageID) error {
	return c.do(ctx, request{op: "restore chat message", method: http.MethodPost, path: "/users/" + seg(me) + messagePath(chat, id) + "/undoSoftDelete"}, nil)
}

// SetReaction puts the caller's emoji on a message. [api: chatmessage-setreaction]
func (c *Client) SetReaction(ctx context.Context, chat ChatID, id MessageID, emoji string) error {
	return c.do(ctx, request{op: "react to chat message", method: http.MethodPost, path: messagePath(chat, id) + "/setReaction", body: map[string]string{"reactionType": emoji}}, nil)
}

// UnsetReaction takes it back.
func (c *Client) UnsetReaction(ctx context.Context, chat ChatID, id MessageID, emoji string) error {
	return c.do(ctx, request{op: "take back reaction", method: http.MethodPost, path: messagePath(chat, id) + "/unsetReaction", body: map[string]string{"reactionType": emoji}}, nil)
}

// HostedContent opens a picture inside a message by the address that stands in its HTML; only Graph's own host is asked. The
// caller closes it. [api: chatmessagehostedcontent-get]
func (c *Client) HostedContent(ctx context.Context, address string) (io.ReadCloser, error) {
	if !c.end.onGraph(address) {
		return nil, &Error{Op: "read picture", Status: http.StatusBadRequest, err: errors.New("the picture is not on Graph's host")}
	}
	return c.stream(ctx, request{op: "read picture", method: http.MethodGet, path: address, limit: fileTimeout})
}

// stream performs a call whose answer is bytes.
func (c *Client) stream(ctx context.Context, r request) (io.ReadCloser, error) {
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	resp, err := c.send(ctx, r)
	if err != nil {
		cancel()
		return nil, err
	}
	return &streamed{resp.Body, cancel}, nil
}

// streamed ends its call's context when it is closed.
type streamed struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close closes the stream.
func (s *streamed) Close() error {
	defer s.cancel()
	return s.ReadCloser.Close()
}
