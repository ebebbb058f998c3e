package graphsdk

import (
	"testing"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// member binds somebody as the page of chat-post does.
func (u *user) member(t *testing.T, person string) models.ConversationMemberable {
	t.Helper()
	m := models.NewAadUserConversationMember()
	m.SetRoles([]string{"owner"})
	m.SetAdditionalData(map[string]any{"user@odata.bind": "https://graph.microsoft.com/v1.0/users('" + u.at.PersonID(t, person) + "')"})
	return m
}

// create starts a chat of the user and others.
func (u *user) create(t *testing.T, kind models.ChatType, topic string, people ...string) models.Chatable {
	t.Helper()
	chat := models.NewChat()
	chat.SetChatType(&kind)
	if topic != "" {
		chat.SetTopic(&topic)
	}
	p, _ := u.at.Person(u.id)
	members := []models.ConversationMemberable{u.member(t, p.Name)}
	for _, person := range people {
		members = append(members, u.member(t, person))
	}
	chat.SetMembers(members)
	made, err := u.chats.Post(t.Context(), chat, nil)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// message is a message with only a body.
func message(kind models.BodyType, content string) models.ChatMessageable {
	body := models.NewItemBody()
	body.SetContentType(&kind)
	body.SetContent(&content)
	m := models.NewChatMessage()
	m.SetBody(body)
	return m
}

// post sends a message and returns it as Graph answers.
func (u *user) post(t *testing.T, chat string, m models.ChatMessageable) models.ChatMessageable {
	t.Helper()
	sent, err := u.chats.ByChatId(chat).Messages().Post(t.Context(), m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// read gets one message.
func (u *user) read(t *testing.T, chat, id string) models.ChatMessageable {
	t.Helper()
	m, err := u.chats.ByChatId(chat).Messages().ByChatMessageId(id).Get(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func content(m models.ChatMessageable) string {
	if m.GetBody() == nil {
		return ""
	}
	return deref(m.GetBody().GetContent())
}
