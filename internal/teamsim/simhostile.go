package teamsim

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// simFail is FailNext for outside checkers: {"match":"POST /chats/*/messages",
// "kind":"zombie","status":504,"delay":"20s","times":2,"retryAfter":"5","aadsts":50173}.
func (t *Tenant) simFail(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Match      string `json:"match"`
		Kind       string `json:"kind"`
		Status     int    `json:"status"`
		Code       string `json:"code"`
		Message    string `json:"message"`
		RetryAfter string `json:"retryAfter"`
		Delay      string `json:"delay"`
		AADSTS     int    `json:"aadsts"`
		Times      int    `json:"times"`
	}
	if !readSim(w, r, &body) {
		return
	}
	kind := slices.Index(faultNames(), body.Kind)
	if body.Kind == "" {
		kind = int(Refuse)
	}
	var delay time.Duration
	var err error
	if body.Delay != "" {
		delay, err = time.ParseDuration(body.Delay)
	}
	switch {
	case err != nil:
		simError(w, http.StatusBadRequest, err)
		return
	case kind < 0 || body.Match == "":
		simError(w, http.StatusBadRequest, fmt.Errorf("match is needed, and kind must be one of %v", faultNames()))
		return
	}
	t.FailNext(body.Match, Fault{Kind: FaultKind(kind), Status: body.Status, Code: body.Code, Message: body.Message,
		RetryAfter: body.RetryAfter, Delay: delay, AADSTS: body.AADSTS, Times: body.Times})
	w.WriteHeader(http.StatusNoContent)
}

// faultNames are the names of FaultKind, in its order.
func faultNames() []string {
	return []string{"refuse", "reset", "blackHole", "commitThenStatus", "commitThenReset", "commitThenHang", "zombie", "garbage", "noID", "otherChat", "hold"}
}

// simSubscriptions plays Microsoft's side of subscriptions: {"remove":"<id>"},
// {"expire":true}, {"lapse":true} or {"forge":"signature"}.
func (t *Tenant) simSubscriptions(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Remove string  `json:"remove"`
		Expire bool    `json:"expire"`
		Lapse  bool    `json:"lapse"`
		Forge  Forgery `json:"forge"`
	}
	if !readSim(w, r, &body) {
		return
	}
	if body.Remove != "" {
		if err := t.RemoveSubscription(body.Remove); err != nil {
			simError(w, http.StatusNotFound, err)
			return
		}
	}
	if body.Forge != "" && body.Forge != Replay && !slices.Contains(forgeries(), body.Forge) {
		simError(w, http.StatusBadRequest, fmt.Errorf("forge must be one of %v", append(forgeries(), Replay)))
		return
	}
	forged := 0
	if body.Forge != "" {
		forged = t.Forge(body.Forge)
	}
	if body.Lapse {
		t.LapseTokens()
	}
	if body.Expire {
		t.ExpireSubscriptions()
	}
	writeJSON(w, http.StatusOK, map[string]any{"forged": forged, "subscriptions": t.Subscriptions()})
}

// simDisable blocks or unblocks a sign-in: {"person":"<id>","disabled":true}.
func (t *Tenant) simDisable(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Person   string `json:"person"`
		Disabled bool   `json:"disabled"`
	}
	if !readSim(w, r, &body) {
		return
	}
	if err := t.Disable(body.Person, body.Disabled); err != nil {
		simError(w, http.StatusNotFound, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
