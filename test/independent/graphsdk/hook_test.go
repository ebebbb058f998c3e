package graphsdk

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"trialog/test/independent/tenant"
)

// hook is a subscriber's endpoint, over TLS as Graph demands.
type hook struct {
	url   string
	posts chan delivery

	mu    sync.Mutex
	shook []string // paths that answered a handshake
}

// delivery is the body of one POST, by the names of Microsoft's page. [change-notifications-with-resource-data]
type delivery struct {
	Value            []notification
	ValidationTokens []string
}

type notification struct {
	SubscriptionID, ChangeType, ClientState, TenantID, Resource string
	EncryptedContent                                            *sealed
}

type sealed struct {
	Data, DataSignature, DataKey, EncryptionCertificateID, EncryptionCertificateThumbprint string
}

func listen(t *testing.T) *hook {
	t.Helper()
	h := &hook{posts: make(chan delivery, 100)}
	h.url = tenant.Listen(t, h)
	return h
}

// ServeHTTP answers handshakes with the token as plain text, and everything else with 202.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if token := r.URL.Query().Get("validationToken"); token != "" {
		h.mu.Lock()
		h.shook = append(h.shook, r.URL.Path)
		h.mu.Unlock()
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, token) // an asker that has gone will ask again
		return
	}
	var d delivery
	if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.posts <- d
	w.WriteHeader(http.StatusAccepted)
}

// next waits for the notification of a change.
func (h *hook) next(t *testing.T, change string) (notification, []string) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case d := <-h.posts:
			for _, n := range d.Value {
				if n.ChangeType == change {
					return n, d.ValidationTokens
				}
			}
		case <-late:
			t.Fatalf("no notification of %q came", change)
		}
	}
}
