package teamsim_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	notifyURL    = "https://desk.example/notify?a=b"
	lifecycleURL = "https://desk.example/lifecycle"
)

// notification is one item of a POST to a hook.
type notification struct {
	SubscriptionID string
	ChangeType     string
	ClientState    string
	LifecycleEvent string
	TenantID       string
	Resource       string
	ResourceData   map[string]string
	Encrypted      *struct {
		Data, DataSignature, DataKey string
		CertID                       string `json:"encryptionCertificateId"`
		Thumbprint                   string `json:"encryptionCertificateThumbprint"`
	} `json:"encryptedContent"`
	tokens []string
	at     time.Time
	post   int
}

// hook is a subscriber's endpoint. Its knobs may be changed while it serves.
type hook struct {
	w *world

	mu         sync.Mutex
	got        []notification
	handshakes []string // path and query, token decoded
	posts      int
	status     int           // answered to notifications; 202 when zero
	delay      time.Duration // before answering notifications
	mute       string        // path whose handshake is not answered properly
	slowShake  time.Duration
}

// listen starts the endpoint of the world's application.
func (w *world) listen() *hook {
	h := &hook{w: w}
	w.net.serve(w.T, h, "desk.example")
	return h
}

func (h *hook) set(change func(*hook)) { h.mu.Lock(); change(h); h.mu.Unlock() }

// ServeHTTP answers handshakes and takes notifications.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	status, delay, mute, slow := h.status, h.delay, h.mute, h.slowShake
	h.mu.Unlock()
	if token := r.URL.Query().Get("validationToken"); token != "" {
		h.mu.Lock()
		h.handshakes = append(h.handshakes, r.Method+" "+r.URL.Path+" "+r.URL.Query().Get("a")+" "+r.Header.Get("Content-Type"))
		h.mu.Unlock()
		time.Sleep(slow)
		w.Header().Set("Content-Type", "text/plain")
		if r.URL.Path == mute {
			token += "!"
		}
		fmt.Fprint(w, token)
		return
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return // the simulator gave up on this answer
	}
	var body struct {
		Value            []notification
		ValidationTokens []string
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		h.w.Errorf("hook: %v in %s", err, raw)
	}
	if d, err := description(); err == nil {
		if err := d.Body("changeNotificationCollection", raw); err != nil {
			h.w.Errorf("notification: %v in %s", err, raw)
		}
	}
	time.Sleep(delay)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.posts++
	if status == 0 {
		status = http.StatusAccepted
		for _, n := range body.Value {
			n.tokens, n.at, n.post = body.ValidationTokens, time.Now(), h.posts
			h.got = append(h.got, n)
		}
	}
	w.WriteHeader(status)
}

// take returns what has arrived so far and forgets it.
func (h *hook) take() []notification {
	h.mu.Lock()
	defer h.mu.Unlock()
	got := h.got
	h.got = nil
	return got
}

func (h *hook) count() int { h.mu.Lock(); defer h.mu.Unlock(); return h.posts }

// keyPair is the subscriber's certificate.
type keyPair struct {
	key  *rsa.PrivateKey
	cert string // base64 DER
	der  []byte
}

// testKey is made once: it takes longer than everything else.
var testKey = sync.OnceValues(func() (keyPair, error) { return newKeyPair(2048) })

func newKeyPair(bits int) (keyPair, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return keyPair{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return keyPair{key, base64.StdEncoding.EncodeToString(der), der}, err
}

// open decrypts a notification as [change-notifications-with-resource-data] says.
func (k keyPair) open(t *testing.T, n notification) map[string]any {
	t.Helper()
	plain, err := k.decrypt(n)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := description(); err == nil && strings.HasSuffix(n.ResourceData["@odata.type"], "chatMessage") {
		if err := d.Body("chatMessage", plain); err != nil {
			t.Errorf("resource data: %v", err)
		}
	}
	var out map[string]any
	if err := json.Unmarshal(plain, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func (k keyPair) decrypt(n notification) ([]byte, error) {
	if n.Encrypted == nil {
		return nil, fmt.Errorf("no encrypted content")
	}
	b64 := base64.StdEncoding
	sealed, err := b64.DecodeString(n.Encrypted.DataKey)
	if err != nil {
		return nil, err
	}
	key, err := rsa.DecryptOAEP(sha1.New(), nil, k.key, sealed, nil)
	if err != nil {
		return nil, err
	}
	data, err := b64.DecodeString(n.Encrypted.Data)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(data)
	if b64.EncodeToString(mac.Sum(nil)) != n.Encrypted.DataSignature {
		return nil, fmt.Errorf("the signature does not fit")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(data, data)
	return data[:len(data)-int(data[len(data)-1])], nil
}

func (k keyPair) thumbprint() string {
	sum := sha1.Sum(k.der)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// subscriptionBody asks for a resource with everything set; changes replace or, when nil,
// remove properties.
func subscriptionBody(t *testing.T, resource string, changes ...any) map[string]any {
	t.Helper()
	k, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{"changeType": "created,updated,deleted", "resource": resource, "notificationUrl": notifyURL, "lifecycleNotificationUrl": lifecycleURL,
		"expirationDateTime": time.Now().Add(72 * time.Hour).UTC().Format(time.RFC3339), "clientState": "state-1",
		"includeResourceData": true, "encryptionCertificate": k.cert, "encryptionCertificateId": "cert-1"}
	for i := 0; i+1 < len(changes); i += 2 {
		name := changes[i].(string)
		if delete(body, name); changes[i+1] != nil {
			body[name] = changes[i+1]
		}
	}
	return body
}

// subscribe subscribes to all messages of a person and returns the id.
func (g *graph) subscribe(changes ...any) string {
	g.w.Helper()
	return g.post("/subscriptions", subscriptionBody(g.w.T, "/users/"+g.me+"/chats/getAllMessages", changes...)).want(g.w, 201).text("id")
}
