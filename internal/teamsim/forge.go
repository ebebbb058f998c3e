package teamsim

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Forgery is a way in which a notification is not genuine.
type Forgery string

// Ways to forge a notification. All but Replay spoil exactly one thing.
const (
	WrongClientState    Forgery = "clientState"
	UnknownSubscription Forgery = "subscription"
	WrongSignature      Forgery = "signature" // validation token signed by a stranger's key
	WrongAudience       Forgery = "audience"
	WrongIssuer         Forgery = "issuer"
	WrongSender         Forgery = "sender" // appid is not Microsoft's
	ForeignTenant       Forgery = "tenant"
	ExpiredToken        Forgery = "expired"
	NoToken             Forgery = "noToken"
	TamperedData        Forgery = "data"    // HMAC does not fit
	UnknownKey          Forgery = "key"     // encryptionCertificateId nobody knows
	BrokenDataKey       Forgery = "dataKey" // cannot be unwrapped
	Replay              Forgery = "replay"  // an old notification again, unchanged
)

func forgeries() []Forgery {
	return []Forgery{WrongClientState, UnknownSubscription, WrongSignature, WrongAudience, WrongIssuer, WrongSender,
		ForeignTenant, ExpiredToken, NoToken, TamperedData, UnknownKey, BrokenDataKey}
}

// sentCopy is a notification that was delivered, kept for forgeries.
type sentCopy struct{ notice notice }

// remember keeps the last delivered notice of each subscription.
func (t *Tenant) remember(n *notice) {
	if n.event != "" || n.forge != "" {
		return
	}
	for i := range t.lastSent {
		if t.lastSent[i].notice.sub == n.sub {
			t.lastSent[i].notice = *n
			return
		}
	}
	t.lastSent = append(t.lastSent, sentCopy{*n})
}

// Forge sends every subscriber that ever got a notification a forged copy of its last
// one. All but a Replay tell of a message that nobody wrote. It reports how many were sent.
func (t *Tenant) Forge(kind Forgery) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	sent := 0
	for _, c := range t.lastSent {
		if t.subs[c.notice.sub.id] != c.notice.sub {
			continue
		}
		n := c.notice
		n.forge, n.attempts, n.first, n.due = kind, 0, time.Now(), time.Now()
		if kind != Replay {
			n.lie()
		}
		t.enqueue(&n)
		sent++
	}
	return sent
}

// lie makes a notification tell of a message that nobody wrote.
func (n *notice) lie() {
	var told map[string]any
	if json.Unmarshal(n.body, &told) != nil {
		return // it tells of no message
	}
	id := strconv.FormatInt(time.Now().UnixMilli(), 10)
	told["messageType"], told["eventDetail"], told["deletedDateTime"] = "message", nil, nil
	told["id"], told["etag"], told["body"] = id, id, map[string]string{"contentType": "html", "content": "<p>" + Forged + "</p>"}
	body, err := json.Marshal(told)
	if err != nil {
		return
	}
	n.body, n.resource, n.id = body, strings.Replace(n.resource, n.id, id, 1), id
}

// Forged is what forged notifications say.
const Forged = "Forged."

// forge spoils one thing about a POST.
func (t *Tenant) forge(kind Forgery, out *wireNotifications) error {
	item := &out.Value[0]
	wrong := "not the client state"
	switch kind {
	case Replay:
		return nil
	case WrongClientState:
		item.ClientState = &wrong
		return nil
	case UnknownSubscription:
		item.SubscriptionID = t.traceID()
		return nil
	case NoToken:
		out.Tokens = nil
		return nil
	case TamperedData, UnknownKey, BrokenDataKey:
		return tamper(kind, item)
	}
	return t.forgeToken(kind, item, out)
}

func tamper(kind Forgery, item *wireNotification) error {
	if item.Encrypted == nil {
		return nil
	}
	field := &item.Encrypted.Data
	switch kind {
	case UnknownKey:
		item.Encrypted.CertID = "unknown-" + item.Encrypted.CertID
		return nil
	case BrokenDataKey:
		field = &item.Encrypted.DataKey
	}
	raw, err := base64.StdEncoding.DecodeString(*field)
	if err != nil {
		return fmt.Errorf("forge notification: %w", err)
	}
	raw[len(raw)/2] ^= 0x55
	*field = base64.StdEncoding.EncodeToString(raw)
	return nil
}

// strangersKey is a key that nobody published. Making one takes long, and one stranger is as good as another.
var strangersKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// forgeToken replaces the validation token by a wrong one.
func (t *Tenant) forgeToken(kind Forgery, item *wireNotification, out *wireNotifications) error {
	t.mu.Lock()
	app := ""
	if s := t.subs[item.SubscriptionID]; s != nil {
		app = s.app
	}
	t.mu.Unlock()
	claims := t.validationClaims(app)
	key, err := t.keys.signing()
	if err != nil {
		return err
	}
	switch kind {
	case WrongSignature:
		priv, err := strangersKey()
		if err != nil {
			return fmt.Errorf("forge notification: %w", err)
		}
		key = &signingKey{id: key.id, priv: priv}
	case WrongAudience:
		claims["aud"] = t.traceID()
	case WrongIssuer:
		claims["iss"] = "https://sts.windows.net/" + t.traceID() + "/"
	case WrongSender:
		claims["appid"] = t.traceID()
	case ForeignTenant:
		foreign := t.traceID()
		claims["tid"], claims["iss"], item.TenantID = foreign, "https://sts.windows.net/"+foreign+"/", foreign
	case ExpiredToken:
		claims["exp"] = time.Now().Add(-2 * time.Hour).Unix()
	}
	token, err := signJWT(key, claims)
	if err != nil {
		return err
	}
	out.Tokens = []string{token}
	return nil
}
