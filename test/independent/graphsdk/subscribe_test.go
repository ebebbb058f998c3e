package graphsdk

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	kiotajson "github.com/microsoft/kiota-serialization-json-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"trialog/test/independent/tenant"
)

const certificateID = "2026-11"

// subscription asks for all chat messages of a user, with their contents.
func (u *user) subscription(h *hook, k keyPair) models.Subscriptionable {
	changes, resource := "created,updated,deleted", "/users/"+u.id+"/chats/getAllMessages"
	notify, lifecycle := h.url+"/notify?a=b", h.url+"/lifecycle"
	state, id, cert, whole, until := "a secret", certificateID, base64.StdEncoding.EncodeToString(k.cert), true, time.Now().Add(2*time.Hour)
	s := models.NewSubscription()
	s.SetChangeType(&changes)
	s.SetResource(&resource)
	s.SetNotificationUrl(&notify)
	s.SetLifecycleNotificationUrl(&lifecycle)
	s.SetClientState(&state)
	s.SetIncludeResourceData(&whole)
	s.SetEncryptionCertificate(&cert)
	s.SetEncryptionCertificateId(&id)
	s.SetExpirationDateTime(&until)
	return s
}

func TestSubscribeAndDecrypt(t *testing.T) {
	u, chat := group(t)
	h, keys := listen(t), newKeyPair(t)
	made, err := u.subscriptions.Post(t.Context(), u.subscription(h, keys), nil)
	if err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	if slices.Sort(h.shook); !slices.Equal(h.shook, []string{"/lifecycle", "/notify"}) {
		t.Errorf("handshakes with %v", h.shook)
	}
	h.mu.Unlock()

	sent := u.post(t, chat, message(models.HTML_BODYTYPE, "<p>Grüße an <em>alle</em> 🙂</p>"))
	got := u.arrives(t, h, keys, "created", deref(made.GetId()))
	if deref(got.GetId()) != deref(sent.GetId()) || deref(got.GetChatId()) != chat || content(got) != content(sent) || deref(got.GetFrom().GetUser().GetId()) != u.id {
		t.Errorf("notified of %s in %s: %q", deref(got.GetId()), deref(got.GetChatId()), content(got))
	}
	if _, err := u.chats.ByChatId(chat).Messages().ByChatMessageId(deref(sent.GetId())).Patch(t.Context(), message(models.HTML_BODYTYPE, "<p>Anders</p>"), nil); err != nil {
		t.Fatal(err)
	}
	if got := u.arrives(t, h, keys, "updated", deref(made.GetId())); content(got) != "<p>Anders</p>" {
		t.Errorf("notified of the edit: %q", content(got))
	}
}

// arrives waits for a notification, checks everything a careful subscriber checks and lets the SDK read the decrypted message.
func (u *user) arrives(t *testing.T, h *hook, keys keyPair, change, subscription string) models.ChatMessageable {
	t.Helper()
	n, proofs := h.next(t, change)
	if n.SubscriptionID != subscription || n.ClientState != "a secret" || n.TenantID != u.at.ID() {
		t.Errorf("notification of %s, state %q, tenant %s", n.SubscriptionID, n.ClientState, n.TenantID)
	}
	if len(proofs) != 1 {
		t.Fatalf("%d validation tokens", len(proofs))
	}
	if err := checkProof(t.Context(), u.at, proofs[0]); err != nil {
		t.Errorf("validation token: %v", err)
	}
	if n.EncryptedContent == nil || n.EncryptedContent.EncryptionCertificateID != certificateID {
		t.Fatalf("encrypted content %+v", n.EncryptedContent)
	}
	raw, err := keys.open(n.EncryptedContent)
	if err != nil {
		t.Fatalf("decrypt: %v", err)
	}
	node, err := kiotajson.NewJsonParseNode(raw)
	if err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	read, err := node.GetObjectValue(models.CreateChatMessageFromDiscriminatorValue)
	if err != nil {
		t.Fatal(err)
	}
	m := read.(models.ChatMessageable)
	if want := fmt.Sprintf("chats('%s')/messages('%s')", deref(m.GetChatId()), deref(m.GetId())); n.Resource != want {
		t.Errorf("resource %s, want %s", n.Resource, want)
	}
	return m
}

func TestSubscriptionLife(t *testing.T) {
	u := signIn(t, tenant.Start(t), anna)
	h, keys := listen(t), newKeyPair(t)
	made, err := u.subscriptions.Post(t.Context(), u.subscription(h, keys), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = u.subscriptions.Post(t.Context(), u.subscription(h, keys), nil)
	wantCode(t, "the same again", err, http.StatusConflict, "Conflict")

	one := u.subscriptions.BySubscriptionId(deref(made.GetId()))
	later := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
	renewal := models.NewSubscription()
	renewal.SetExpirationDateTime(&later)
	renewed, err := one.Patch(t.Context(), renewal, nil)
	if err != nil {
		t.Fatalf("renew: %v", err)
	}
	if !renewed.GetExpirationDateTime().Equal(later) {
		t.Errorf("renewed until %v, want %v", renewed.GetExpirationDateTime(), later)
	}
	if err := one.Reauthorize().Post(t.Context(), nil); err != nil {
		t.Errorf("reauthorize: %v", err)
	}
	list, err := u.subscriptions.Get(t.Context(), nil)
	if err != nil || len(list.GetValue()) != 1 || deref(list.GetValue()[0].GetId()) != deref(made.GetId()) {
		t.Errorf("list: %v %v", list, err)
	}
	if err := one.Delete(t.Context(), nil); err != nil {
		t.Fatalf("delete: %v", err)
	}
	_, err = one.Get(t.Context(), nil)
	wantCode(t, "a deleted subscription", err, http.StatusNotFound, "ResourceNotFound")

	deaf := u.subscription(h, keys)
	nowhere := h.url[:len(h.url)-1] + "/notify"
	deaf.SetNotificationUrl(&nowhere)
	_, err = u.subscriptions.Post(t.Context(), deaf, nil)
	wantCode(t, "nobody answers the handshake", err, http.StatusBadRequest, "ValidationError")
}
