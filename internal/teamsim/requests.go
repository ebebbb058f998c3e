package teamsim

import (
	"maps"
	"sync"
	"time"
)

// requestsKept bounds the request log; counters never forget.
const requestsKept = 20_000

// Request is one request the tenant answered.
type Request struct {
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Status int       `json:"status"` // 0: the connection was broken or left silent
	Person string    `json:"person"` // display name; empty without a person's token
	App    string    `json:"app"`    // client id of the token
	At     time.Time `json:"at"`
}

type requestLog struct {
	mu     sync.Mutex
	last   []Request
	counts map[string]int
}

func (l *requestLog) add(r Request, kind string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.last) >= requestsKept {
		l.last = append(l.last[:0:0], l.last[requestsKept/2:]...)
	}
	l.last = append(l.last, r)
	l.counts[kind]++
}

// Requests lists the latest requests to Graph and the identity platform, oldest first.
func (t *Tenant) Requests() []Request {
	t.requests.mu.Lock()
	defer t.requests.mu.Unlock()
	return append([]Request(nil), t.requests.last...)
}

// RequestCounts counts all requests so far by "METHOD template", for instance
// "POST /chats/{chat}/messages".
func (t *Tenant) RequestCounts() map[string]int {
	t.requests.mu.Lock()
	defer t.requests.mu.Unlock()
	return maps.Clone(t.requests.counts)
}
