package teams

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"trialog/internal/graph"
	"trialog/internal/store"
)

// hookRoot is where Microsoft's notifications come in. Below it stand a subscription's unguessable path and, for lifecycle events,
// "/lifecycle".
const hookRoot = "/hooks/graph/"

// maxValidation is how long a validation token may be. [S24]
const maxValidation = 2 << 10

// Hooks takes Microsoft's notifications in. A body is stored durably before it is acknowledged, and looked at later: Microsoft counts an
// answer after 3 s as late and drops notifications when too many are. [change-notifications-delivery-webhooks]
func (k *Connector) Hooks() http.Handler { return http.HandlerFunc(k.hook) }

func (k *Connector) hook(w http.ResponseWriter, r *http.Request) {
	path, _ := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, hookRoot), "/lifecycle")
	sub, known, err := k.Store.SubscriptionAt(r.Context(), path)
	if err != nil {
		k.Log.ErrorContext(r.Context(), "teams: look up subscription of a notification", "err", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if token := r.URL.Query().Get("validationToken"); token != "" {
		k.shakeHands(w, r, token, known)
		return
	}
	if !known { // of a subscription that we have given up: a refusal would only make Microsoft repeat it for hours
		w.WriteHeader(http.StatusAccepted)
		return
	}
	k.take(w, r, sub)
}

// missed lets the threads of an agent be read back: Microsoft will tell again of what could not be stored, but behind what comes first.
func (k *Connector) missed(sub store.TeamsSubscription) {
	k.mu.Lock()
	r := k.runs[sub.Account]
	k.mu.Unlock()
	if r != nil {
		r.missed.Store(sub.Agent, true)
	}
}

// shakeHands answers Microsoft's question whether the address is ours and wants notifications. It comes while our request to subscribe
// is still open, so nothing here may wait for that.
func (k *Connector) shakeHands(w http.ResponseWriter, r *http.Request, token string, known bool) {
	if !known || len(token) > maxValidation {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, err := io.WriteString(w, token); err != nil {
		k.Log.WarnContext(r.Context(), "teams: handshake not delivered", "err", err)
	}
}

// take stores a notification. One that can't be stored is refused, so that Microsoft sends it again.
func (k *Connector) take(w http.ResponseWriter, r *http.Request, sub store.TeamsSubscription) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, graph.MaxNotification))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		k.Log.WarnContext(r.Context(), "teams: notification too large, dropped", "account", sub.Account)
		w.WriteHeader(http.StatusAccepted)
		return
	case err != nil: // broken off on the way
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if k.crash("hook.body") {
		panic(http.ErrAbortHandler)
	}
	if err := k.Store.PutDelivery(r.Context(), sub.Account, sub.Path, body); err != nil {
		k.Log.ErrorContext(r.Context(), "teams: notification not stored", "err", err)
		k.missed(sub)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if k.crash("hook.stored") {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusAccepted)
	k.Store.Signal(r.Context(), store.Hint{Topic: topicInbox})
}
