package graphsdk

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/chats"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"trialog/test/independent/tenant"
)

const (
	anna = "Anna Becker"
	erik = "Erik Lind"
	mei  = "Mei Tanaka"
	omar = "Omar Haddad"
)

func TestListWithMembersAndPreviews(t *testing.T) {
	u := signIn(t, tenant.Start(t), anna)
	top := int32(50)
	list, err := u.chats.Get(t.Context(), &chats.ChatsRequestBuilderGetRequestConfiguration{QueryParameters: &chats.ChatsRequestBuilderGetQueryParameters{
		Expand: []string{"members", "lastMessagePreview"}, Orderby: []string{"lastMessagePreview/createdDateTime desc"}, Top: &top}})
	if err != nil {
		t.Fatal(err)
	}
	// The demonstration's four chats of Anna, the latest first.
	var with []string
	for _, chat := range list.GetValue() {
		if deref(chat.GetChatType()) != models.ONEONONE_CHATTYPE {
			t.Errorf("chat type %v", chat.GetChatType())
		}
		if !strings.HasSuffix(deref(chat.GetId()), "@unq.gbl.spaces") || deref(chat.GetTenantId()) != u.at.ID() || deref(chat.GetWebUrl()) == "" {
			t.Errorf("chat %s of tenant %s at %s", deref(chat.GetId()), deref(chat.GetTenantId()), deref(chat.GetWebUrl()))
		}
		for _, m := range chat.GetMembers() {
			person, isUser := m.(models.AadUserConversationMemberable)
			if !isUser {
				t.Fatalf("a member is a %T", m)
			}
			if deref(person.GetUserId()) != u.id {
				with = append(with, deref(person.GetDisplayName()))
			}
		}
		if p := chat.GetLastMessagePreview(); p == nil || deref(p.GetBody().GetContent()) == "" || p.GetFrom().GetUser() == nil || p.GetCreatedDateTime() == nil {
			t.Errorf("preview %v", p)
		}
	}
	if want := []string{erik, mei, omar, "Lucía Romero"}; !slices.Equal(with, want) {
		t.Errorf("chats with %q, want %q", with, want)
	}
}

func TestPageThroughChats(t *testing.T) {
	u := signIn(t, tenant.Start(t), "Ben Okafor") // begins without chats
	var want []string
	for i := range 7 {
		want = append(want, deref(u.create(t, models.GROUP_CHATTYPE, fmt.Sprint("Service ", i), erik, mei).GetId()))
	}
	top := int32(2)
	first, err := u.chats.Get(t.Context(), &chats.ChatsRequestBuilderGetRequestConfiguration{QueryParameters: &chats.ChatsRequestBuilderGetQueryParameters{Top: &top}})
	if err != nil {
		t.Fatal(err)
	}
	if len(first.GetValue()) != 2 || first.GetOdataNextLink() == nil {
		t.Fatalf("the first page has %d chats, next link %v", len(first.GetValue()), first.GetOdataNextLink())
	}
	pages, err := core.NewPageIterator[models.Chatable](first, u.adapter, models.CreateChatCollectionResponseFromDiscriminatorValue)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := pages.Iterate(t.Context(), func(c models.Chatable) bool { got = append(got, deref(c.GetId())); return true }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("paged through %q, want %q", got, want)
	}
}

func TestCreateChats(t *testing.T) {
	u := signIn(t, tenant.Start(t), anna)
	pair := u.create(t, models.ONEONONE_CHATTYPE, "", "Zoë van den Berg")
	if again := u.create(t, models.ONEONONE_CHATTYPE, "", "Zoë van den Berg"); deref(again.GetId()) != deref(pair.GetId()) {
		t.Errorf("a pair has two one-to-one chats: %s, %s", deref(pair.GetId()), deref(again.GetId()))
	}
	group := u.create(t, models.GROUP_CHATTYPE, "Service 4711 – Müller", erik, mei)
	if id := deref(group.GetId()); deref(group.GetChatType()) != models.GROUP_CHATTYPE || !strings.HasSuffix(id, "@thread.v2") {
		t.Errorf("group chat %s is a %v", id, group.GetChatType())
	}
	read, err := u.chats.ByChatId(deref(group.GetId())).Get(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if deref(read.GetTopic()) != "Service 4711 – Müller" || read.GetCreatedDateTime() == nil {
		t.Errorf("read back: topic %q, created %v", deref(read.GetTopic()), read.GetCreatedDateTime())
	}
	_, err = u.chats.ByChatId("19:00000000000000000000000000000000@thread.v2").Get(t.Context(), nil)
	wantCode(t, "a chat nobody made", err, http.StatusNotFound, "NotFound")
}

func TestMembers(t *testing.T) {
	u := signIn(t, tenant.Start(t), anna)
	chat := u.chats.ByChatId(deref(u.create(t, models.GROUP_CHATTYPE, "Members", erik, mei).GetId()))
	if _, err := chat.Members().Post(t.Context(), u.member(t, omar), nil); err != nil {
		t.Fatalf("add a member: %v", err)
	}
	list := u.members(t, chat)
	if len(list) != 4 || list[omar] == "" {
		t.Fatalf("members %v, want four with Omar", list)
	}
	if err := chat.Members().ByConversationMemberId(list[omar]).Delete(t.Context(), nil); err != nil {
		t.Fatalf("remove a member: %v", err)
	}
	if list := u.members(t, chat); len(list) != 3 || list[omar] != "" {
		t.Errorf("members %v, want three without Omar", list)
	}
	pair := u.chats.ByChatId(deref(u.create(t, models.ONEONONE_CHATTYPE, "", erik).GetId()))
	_, err := pair.Members().Post(t.Context(), u.member(t, omar), nil)
	wantCode(t, "a third in a one-to-one chat", err, http.StatusForbidden, "Forbidden")
}

// members maps names to membership ids.
func (u *user) members(t *testing.T, chat *chats.ChatItemRequestBuilder) map[string]string {
	t.Helper()
	list, err := chat.Members().Get(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range list.GetValue() {
		out[deref(m.GetDisplayName())] = deref(m.GetId())
	}
	return out
}
