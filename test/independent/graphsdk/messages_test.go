package graphsdk

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/chats"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"trialog/test/independent/tenant"
)

// group is a fresh chat of Anna, Erik and Mei, for Anna.
func group(t *testing.T) (*user, string) {
	t.Helper()
	u := signIn(t, tenant.Start(t), anna)
	return u, deref(u.create(t, models.GROUP_CHATTYPE, "", erik, mei).GetId())
}

func TestTextAndHTML(t *testing.T) {
	u, chat := group(t)
	for _, c := range []struct {
		kind             models.BodyType
		sent, want, name string
	}{
		{models.TEXT_BODYTYPE, "1 < 2 & „ja“ 🙂", "1 < 2 & „ja“ 🙂", "text"},
		{models.HTML_BODYTYPE, "<p>Hallo <strong>Erik</strong><script>alert(1)</script></p>", "<p>Hallo <strong>Erik</strong></p>", "html"},
	} {
		sent := u.post(t, chat, message(c.kind, c.sent))
		got := u.read(t, chat, deref(sent.GetId()))
		if content(got) != c.want || deref(got.GetBody().GetContentType()) != c.kind {
			t.Errorf("%s: %q as %v", c.name, content(got), got.GetBody().GetContentType())
		}
		if deref(got.GetFrom().GetUser().GetId()) != u.id || deref(got.GetChatId()) != chat || deref(got.GetEtag()) == "" || got.GetCreatedDateTime() == nil {
			t.Errorf("%s: from %s, chat %s, etag %s", c.name, deref(got.GetFrom().GetUser().GetId()), deref(got.GetChatId()), deref(got.GetEtag()))
		}
		time.Sleep(time.Second) // one post per second and chat is what Teams allows
	}
	_, err := u.chats.ByChatId(chat).Messages().Post(t.Context(), message(models.TEXT_BODYTYPE, strings.Repeat("x", 30_000)), nil)
	wantCode(t, "30,000 characters", err, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge")
}

func TestListFilteredAndPaged(t *testing.T) {
	u, chat := group(t)
	var sent []models.ChatMessageable
	for i := range 4 {
		sent = append(sent, u.post(t, chat, message(models.TEXT_BODYTYPE, fmt.Sprint("message ", i))))
		time.Sleep(time.Second)
	}
	since := fmt.Sprint("lastModifiedDateTime gt ", sent[1].GetLastModifiedDateTime().UTC().Format("2006-01-02T15:04:05.000Z"))
	order := []string{"lastModifiedDateTime desc"}
	for _, c := range []struct {
		name string
		ask  chats.ItemMessagesRequestBuilderGetQueryParameters
		want string
	}{
		{"filter with order", chats.ItemMessagesRequestBuilderGetQueryParameters{Filter: &since, Orderby: order}, "message 3, message 2"},
		{"filter without order is ignored", chats.ItemMessagesRequestBuilderGetQueryParameters{Filter: &since}, "message 3, message 2, message 1, message 0"},
		{"newest first", chats.ItemMessagesRequestBuilderGetQueryParameters{Orderby: []string{"createdDateTime desc"}}, "message 3, message 2, message 1, message 0"},
	} {
		if got := strings.Join(u.texts(t, chat, c.ask), ", "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	top := int32(2)
	if got := u.texts(t, chat, chats.ItemMessagesRequestBuilderGetQueryParameters{Top: &top}); strings.Join(got, ", ") != "message 3, message 2, message 1, message 0" {
		t.Errorf("paged: %q", got)
	}
	_, err := u.chats.ByChatId(chat).Messages().Get(t.Context(), &chats.ItemMessagesRequestBuilderGetRequestConfiguration{
		QueryParameters: &chats.ItemMessagesRequestBuilderGetQueryParameters{Orderby: []string{"createdDateTime asc"}}})
	wantCode(t, "ascending order", err, http.StatusBadRequest, "BadRequest")
}

func TestEditDeleteReact(t *testing.T) {
	u, chat := group(t)
	first := u.post(t, chat, message(models.HTML_BODYTYPE, "<p>First</p>"))
	builder := u.chats.ByChatId(chat).Messages().ByChatMessageId(deref(first.GetId()))
	if _, err := builder.Patch(t.Context(), message(models.HTML_BODYTYPE, "<p>Second</p>"), nil); err != nil {
		t.Fatalf("edit: %v", err)
	}
	edited := u.read(t, chat, deref(first.GetId()))
	if content(edited) != "<p>Second</p>" || edited.GetLastEditedDateTime() == nil || deref(edited.GetEtag()) == deref(first.GetEtag()) {
		t.Errorf("edited: %q at %v, etag %s", content(edited), edited.GetLastEditedDateTime(), deref(edited.GetEtag()))
	}
	time.Sleep(time.Second)

	heart := chats.NewItemMessagesItemSetReactionPostRequestBody()
	emoji := "❤️"
	heart.SetReactionType(&emoji)
	if err := builder.SetReaction().Post(t.Context(), heart, nil); err != nil {
		t.Fatalf("react: %v", err)
	}
	reacted := u.read(t, chat, deref(first.GetId()))
	if r := reacted.GetReactions(); len(r) != 1 || deref(r[0].GetUser().GetUser().GetId()) != u.id || deref(r[0].GetReactionType()) == "" {
		t.Errorf("reactions %v", r)
	}
	if !reacted.GetLastEditedDateTime().Equal(*edited.GetLastEditedDateTime()) || !reacted.GetLastModifiedDateTime().After(*edited.GetLastModifiedDateTime()) {
		t.Errorf("a reaction must move lastModifiedDateTime only")
	}
	time.Sleep(time.Second)

	remove := chats.NewItemMessagesItemSoftDeleteRequestBuilder(u.at.Graph()+"/users/"+u.id+"/chats/"+chat+"/messages/"+deref(first.GetId())+"/softDelete", u.adapter)
	if err := remove.Post(t.Context(), nil); err != nil {
		t.Fatalf("delete: %v", err)
	}
	if gone := u.read(t, chat, deref(first.GetId())); gone.GetDeletedDateTime() == nil || content(gone) != "" {
		t.Errorf("deleted at %v, body %q", gone.GetDeletedDateTime(), content(gone))
	}
}
