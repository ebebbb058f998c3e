package teamsim

import (
	"maps"
	"net/http"
	"strings"
)

// firedNames name the kinds of faults in FaultCounts.
var firedNames = map[FaultKind]string{Refuse: "refused", Reset: "reset", BlackHole: "black hole", CommitThenStatus: "committed, then 5xx",
	CommitThenReset: "committed, then reset", CommitThenHang: "committed, then silence", Zombie: "zombie", Garbage: "garbage answer",
	NoID: "answer without id", OtherChat: "answer of another chat", Hold: "held"}

// FaultCounts tells how often each kind of misfortune has really happened so far; "over the rate: …" counts requests of one kind
// that broke the published rates without any fault.
func (t *Tenant) FaultCounts() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.fired)
}

// fire counts one. The caller holds t.mu.
func (t *Tenant) fire(kind string) {
	if t.fired == nil {
		t.fired = map[string]int{}
	}
	t.fired[kind]++
}

// fireFault counts what befell a request. The caller holds t.mu.
func (t *Tenant) fireFault(f *Fault) {
	if f == nil {
		return
	}
	name := firedNames[f.Kind]
	if f.Kind == Refuse && f.Status == http.StatusTooManyRequests {
		name = "throttled, " + pauses(f.RetryAfter)
	}
	t.fire(name)
}

// pauses names what a Retry-After header says.
func pauses(header string) string {
	switch {
	case header == "":
		return "no pause named"
	case strings.HasSuffix(header, "GMT"):
		return "a date in the past"
	case header == "0":
		return "no pause"
	case header == "86400":
		return "a day"
	case strings.Contains(header, "."):
		return "a fraction"
	}
	return "an honest pause"
}
