package web

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"trialog/internal/auth"
	"trialog/internal/chat"
)

// client returns the address a request comes from, as the trusted proxies tell it. The zero Addr is an unknown one.
func (s *Server) client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	at := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.proxy(at); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = hop.Unmap()
	}
	return at
}

func (s *Server) proxy(a netip.Addr) bool {
	for _, p := range s.cfg.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// prefix returns the network of a request's address: a whole IPv4 address, or the IPv6 prefix that one customer line gets. It is
// what limits go by and what the log keeps.
func (s *Server) prefix(r *http.Request) string {
	at := s.client(r)
	bits := 32
	if at.Is6() {
		bits = 56
	}
	p, err := at.WithZone("").Prefix(bits)
	if err != nil || !p.IsValid() { // an unknown address has an invalid prefix and no error
		return "unknown"
	}
	return p.String()
}

// StartLimits bounds how many chats strangers start on this node.
type StartLimits struct {
	Burst    int           // at once from one network; default 20
	Interval time.Duration // then one each interval; default 6 s
	Rate     rate.Limit    // starts a second from all together; default 50, with four times as many at once
}

// starts counts anonymous chat starts.
type starts struct {
	each *auth.Buckets
	all  *rate.Limiter
}

// knownNetworks is how many networks are remembered.
const knownNetworks = 50_000

func newStarts(l StartLimits) *starts {
	if l.Burst == 0 {
		l.Burst = 20
	}
	if l.Interval == 0 {
		l.Interval = 6 * time.Second
	}
	if l.Rate == 0 {
		l.Rate = 50
	}
	return &starts{each: auth.NewBuckets(l.Burst, l.Interval, knownNetworks), all: rate.NewLimiter(l.Rate, int(min(4*l.Rate, 1<<20)))}
}

// allow counts one start from a network, or refuses it.
func (st *starts) allow(network string) error {
	if wait, ok := st.each.Take(network); !ok {
		return &auth.Slow{Refusal: chat.Refuse(chat.Busy, "too_many_chats", "Too many chats were started from here. Please wait a little."), After: wait}
	}
	if !st.all.Allow() {
		st.each.Return(network)
		return &auth.Slow{Refusal: chat.Refuse(chat.Busy, "busy", "Too many chats are being started. Please try again."), After: retryAfter}
	}
	return nil
}

// uploads counts uploads under way per conversation: pictures are read whole, so they cost memory.
type uploads struct {
	mu  sync.Mutex
	now map[chat.ConversationID]int
}

const uploadsAtOnce = 4

// begin counts an upload until the returned function is called.
func (u *uploads) begin(id chat.ConversationID) (end func(), err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.now == nil {
		u.now = map[chat.ConversationID]int{}
	}
	if u.now[id] >= uploadsAtOnce {
		return nil, chat.Refuse(chat.Busy, "too_many_uploads", "At most %d files can be sent at the same time.", uploadsAtOnce)
	}
	u.now[id]++
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.now[id]--; u.now[id] == 0 {
			delete(u.now, id)
		}
	}, nil
}
