package graphsdk

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

func TestMention(t *testing.T) {
	u, chat := group(t)
	m := message(models.HTML_BODYTYPE, `<p>Kannst du kurz schauen, <at id="0">Erik Lind</at>?</p>`)
	who := models.NewIdentity()
	id, name, zero := u.at.PersonID(t, erik), erik, int32(0)
	who.SetId(&id)
	who.SetDisplayName(&name)
	who.SetAdditionalData(map[string]any{"userIdentityType": "aadUser"})
	mentioned := models.NewChatMessageMentionedIdentitySet()
	mentioned.SetUser(who)
	mention := models.NewChatMessageMention()
	mention.SetId(&zero)
	mention.SetMentionText(&name)
	mention.SetMentioned(mentioned)
	m.SetMentions([]models.ChatMessageMentionable{mention})

	got := u.read(t, chat, deref(u.post(t, chat, m).GetId()))
	list := got.GetMentions()
	if len(list) != 1 || deref(list[0].GetMentionText()) != erik || list[0].GetMentioned() == nil || deref(list[0].GetMentioned().GetUser().GetId()) != id {
		t.Fatalf("mentions %v", list)
	}
	if !strings.Contains(content(got), `<at id="0">Erik Lind</at>`) {
		t.Errorf("body %q", content(got))
	}
}

func TestReferenceAttachment(t *testing.T) {
	u, chat := group(t)
	const file = "153fa47d-18c9-4179-be08-9879815a9f90"
	address := "https://contoso-my.sharepoint.com/personal/anna_becker/Documents/Microsoft%20Teams%20Chat%20Files/Vertrag.pdf"
	m := message(models.HTML_BODYTYPE, fmt.Sprintf(`<p>Der Vertrag:</p><attachment id="%s"></attachment>`, file))
	m.SetAttachments([]models.ChatMessageAttachmentable{reference(file, address, "Vertrag.pdf")})
	got := u.read(t, chat, deref(u.post(t, chat, m).GetId()))
	if list := got.GetAttachments(); len(list) != 1 || deref(list[0].GetId()) != file || deref(list[0].GetContentType()) != "reference" || deref(list[0].GetContentUrl()) != address || deref(list[0].GetName()) != "Vertrag.pdf" {
		t.Fatalf("attachments %v", list)
	}
	if !strings.Contains(content(got), `<attachment id="`+file+`"></attachment>`) {
		t.Errorf("body %q", content(got))
	}
	// An edit must send them again, or they are gone.
	if _, err := u.chats.ByChatId(chat).Messages().ByChatMessageId(deref(got.GetId())).Patch(t.Context(), message(models.HTML_BODYTYPE, "<p>Doch nicht.</p>"), nil); err != nil {
		t.Fatal(err)
	}
	if left := u.read(t, chat, deref(got.GetId())); len(left.GetAttachments()) != 0 {
		t.Errorf("left after an edit without attachments: %d", len(left.GetAttachments()))
	}
}

func reference(id, address, name string) models.ChatMessageAttachmentable {
	kind := "reference"
	a := models.NewChatMessageAttachment()
	a.SetId(&id)
	a.SetContentType(&kind)
	a.SetContentUrl(&address)
	a.SetName(&name)
	return a
}

func TestHostedImage(t *testing.T) {
	u, chat := group(t)
	png, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	if err != nil {
		t.Fatal(err)
	}
	kind := "image/png"
	image := models.NewChatMessageHostedContent()
	image.SetContentBytes(png)
	image.SetContentType(&kind)
	image.SetAdditionalData(map[string]any{"@microsoft.graph.temporaryId": "1"})
	m := message(models.HTML_BODYTYPE, `<p>Siehe <img src="../hostedContents/1/$value" alt="Punkt"></p>`)
	m.SetHostedContents([]models.ChatMessageHostedContentable{image})
	sent := u.post(t, chat, m)

	contents := u.chats.ByChatId(chat).Messages().ByChatMessageId(deref(sent.GetId())).HostedContents()
	list, err := contents.Get(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.GetValue()) != 1 {
		t.Fatalf("%d hosted contents", len(list.GetValue()))
	}
	id := deref(list.GetValue()[0].GetId())
	// Ids end in "=" signs, which the SDK escapes.
	got, err := contents.ByChatMessageHostedContentId(id).Content().Get(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, png) {
		t.Errorf("got %d bytes, sent %d", len(got), len(png))
	}
	if want := u.at.Graph() + "/chats/" + chat + "/messages/" + deref(sent.GetId()) + "/hostedContents/" + id + "/$value"; !strings.Contains(content(sent), want) {
		t.Errorf("body %q, want a link to %s", content(sent), want)
	}
}
