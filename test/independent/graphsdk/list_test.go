package graphsdk

import (
	"testing"

	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/chats"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// texts pages through a chat and returns what people wrote; system events are left out.
func (u *user) texts(t *testing.T, chat string, ask chats.ItemMessagesRequestBuilderGetQueryParameters) []string {
	t.Helper()
	first, err := u.chats.ByChatId(chat).Messages().Get(t.Context(), &chats.ItemMessagesRequestBuilderGetRequestConfiguration{QueryParameters: &ask})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := core.NewPageIterator[models.ChatMessageable](first, u.adapter, models.CreateChatMessageCollectionResponseFromDiscriminatorValue)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	err = pages.Iterate(t.Context(), func(m models.ChatMessageable) bool {
		if deref(m.GetMessageType()) == models.MESSAGE_CHATMESSAGETYPE {
			out = append(out, content(m))
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
