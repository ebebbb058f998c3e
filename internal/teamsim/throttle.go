package teamsim

import (
	"strconv"
	"time"
)

// rateClass groups requests as the rate table does [includes: throttling-teams].
type rateClass int

const (
	rateNone rateClass = iota
	rateGetMessage
	ratePostMessage
	rateAddMember
	rateRemoveMember
	rateGet
	rateListChats
	rateWrite
	rateGetChannelMessage
	ratePostChannelMessage
	rateJoinedTeams
	rateChannels
	ratePresence
	rateSubscriptionWrite
	rateSubscriptionRead
)

// limit allows n requests per period for one key.
type limit struct {
	key    string
	n      int
	period time.Duration
}

// second is the period of "rps" limits, shortened so that a client which keeps exactly
// to one request per second is not refused for jitter on its way.
const second = 950 * time.Millisecond

// limiter counts requests in sliding windows; refused ones are not counted.
type limiter struct {
	windows map[string]*window
}

type window struct {
	times  []time.Time
	period time.Duration
}

// admit counts a request against all limits, or tells how long to wait.
func (l *limiter) admit(limits []limit) time.Duration {
	at := time.Now()
	var wait time.Duration
	for _, lim := range limits {
		w := l.windows[lim.key]
		if w == nil {
			w = &window{period: lim.period}
			l.windows[lim.key] = w
		}
		w.prune(at)
		if len(w.times) >= lim.n {
			wait = max(wait, w.times[len(w.times)-lim.n].Add(lim.period).Sub(at))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, lim := range limits {
		w := l.windows[lim.key]
		w.times = append(w.times, at)
	}
	l.shrink(at)
	return 0
}

func (w *window) prune(at time.Time) {
	i := 0
	for i < len(w.times) && !at.Before(w.times[i].Add(w.period)) {
		i++
	}
	w.times = w.times[i:]
}

// shrink forgets idle windows once there are many.
func (l *limiter) shrink(at time.Time) {
	if len(l.windows) < 20_000 {
		return
	}
	for key, w := range l.windows {
		if w.prune(at); len(w.times) == 0 {
			delete(l.windows, key)
		}
	}
}

// limitsFor lists what a request is counted against. The first column of Microsoft's
// table is per application and tenant, the last per chat, channel or other resource.
func limitsFor(c *call) []limit {
	app, chat, user := c.token.app, c.vars["chat"], c.token.person
	if chat == "" {
		chat = c.vars["channel"]
	}
	per := func(name string, n int) limit { return limit{name + "|" + app, n, second} }
	one := func(name, resource string) limit { return limit{name + "|" + app + "|" + resource, 1, second} }
	minute := func(name string) limit { return limit{name + "|" + app + "|" + chat, 4, time.Minute} }
	var out []limit
	switch c.route.rate {
	case rateGetMessage:
		out = []limit{per("gm", 20), one("gm", chat)}
	case ratePostMessage:
		out = []limit{per("pm", 20), one("pm", chat), {"pmu|" + user + "|" + chat, 1, second}}
	case rateAddMember:
		out = []limit{per("am", 30), minute("am")}
	case rateRemoveMember:
		out = []limit{per("rm", 30), minute("rm")}
	case rateGet:
		out = []limit{per("g", 30), one("g", user+c.path)}
	case rateListChats:
		out = []limit{per("g", 30), {"lc|" + app + "|" + user, 5, second}}
	case rateWrite:
		out = []limit{per("w", 30)}
		if chat != "" {
			out = append(out, one("w", chat))
		}
	case rateGetChannelMessage:
		out = []limit{per("gcm", 20), one("gcm", chat)}
	case ratePostChannelMessage:
		out = []limit{per("pcm", 50), one("pcm", chat)}
	case rateJoinedTeams:
		out = []limit{per("jt", 30)}
	case rateChannels:
		out = []limit{per("ch", 60), one("ch", user+c.path)}
	case ratePresence:
		out = []limit{{"pr|" + app, 1500, 30 * time.Second}}
	case rateSubscriptionWrite:
		out = []limit{{"sw|" + app, 1000, 20 * time.Second}, {"s|" + app, 5000, 20 * time.Second}}
	case rateSubscriptionRead:
		out = []limit{{"s|" + app, 5000, 20 * time.Second}}
	}
	if team := c.vars["team"]; team != "" {
		out = append(out, limit{"team|" + app + "|" + team, 4, second})
	}
	return append(out, limit{"all|" + app, 130_000, 10 * time.Second})
}

// throttle refuses a request that comes too early.
func (t *Tenant) throttle(c *call) (answer, bool) {
	if t.cfg.NoThrottle || c.teams || c.route.rate == rateNone {
		return answer{}, false
	}
	limits := limitsFor(c)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.faults.StrictRate && c.vars["chat"] != "" {
		limits = append(limits, limit{"any|" + c.token.app + "|" + c.vars["chat"], 1, second})
	}
	wait := t.limits.admit(limits)
	if wait <= 0 {
		return answer{}, false
	}
	t.fire("over the rate: " + c.route.method + " " + c.route.template)
	return throttled(t.retryAfter(wait)), true
}

// seconds words a wait as Retry-After does: whole seconds, at least one.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}
