package teamsim

import (
	"net/http"
	"strings"
	"time"
)

// How the tenant answers a request to create a group chat of two people. Microsoft
// documents no minimum, and reports differ.
const (
	PairAllowed    = ""         // a real group chat
	PairAsOneOnOne = "oneOnOne" // the one-to-one chat of the pair is handed back
	PairRefused    = "refused"  // 400
)

// Values of Faults.CleanUp. How Teams cleans messages up is documented nowhere, and may change.
const (
	CleanUpKeeps    = ""         // an empty abbr with a title survives
	CleanUpStrips   = "strips"   // no abbr survives
	CleanUpRewrites = "rewrites" // abbr survives with another title
	CleanUpFlattens = "flattens" // nothing but words and line breaks survives
)

// Values of Faults.RetryAfter. Any other text is sent as it is.
const (
	RetryAfterHonest = ""     // the seconds that really have to pass
	RetryAfterNone   = "none" // no header at all (docs issues #6482, #13054)
	RetryAfterPast   = "past" // an HTTP date in the past
)

// Faults are the knobs of a hostile tenant; the zero value conforms. Probabilities are
// 0…1 and decided by a generator with the tenant's seed, so that one seed gives one
// course of events. They hit Graph requests of applications, never the Teams client.
type Faults struct {
	Offline      bool    `json:"offline"`      // Microsoft cannot be reached; connections break
	ThrottleNext int     `json:"throttleNext"` // so many requests get 429
	ThrottleP    float64 `json:"throttleP"`
	RetryAfter   string  `json:"retryAfter"`  // see RetryAfterHonest …; e.g. "0", "86400", "2.128"
	ErrorNext    int     `json:"errorNext"`   // so many requests fail before commit
	ErrorP       float64 `json:"errorP"`      // 5xx before commit
	ErrorStatus  int     `json:"errorStatus"` // 500, 502, 503 or 504; 0: any of them
	ResetP       float64 `json:"resetP"`      // connection reset before commit

	// These hit requests that write, after or instead of their answer.
	LostAnswerP float64       `json:"lostAnswerP"` // committed, then 5xx, reset or silence
	ZombieP     float64       `json:"zombieP"`     // fails now, commits within ZombieDelay
	ZombieDelay time.Duration `json:"zombieDelay"` // 30 s when zero
	BadAnswerP  float64       `json:"badAnswerP"`  // 201 with garbage, without id, or of another chat

	ListLag     time.Duration `json:"listLag"`     // messages appear in lists this much later
	EmptyPageP  float64       `json:"emptyPageP"`  // an empty page that still has a nextLink
	CleanUp     string        `json:"cleanUp"`     // what becomes of hidden marks in messages, see CleanUpKeeps …
	SharedIDs   bool          `json:"sharedIDs"`   // message ids are whole seconds, so that chats share them
	StrictRate  bool          `json:"strictRate"`  // 1 rps per chat over all kinds of requests
	NoTeamsCode int           `json:"noTeamsCode"` // status for people without Teams; 403 when zero

	NotifyLatency    time.Duration `json:"notifyLatency"` // 100 ms when zero; negative: none
	NotifyFirst      bool          `json:"notifyFirst"`   // the echo arrives before the answer to the POST
	NotifyDuplicateP float64       `json:"notifyDuplicateP"`
	NotifyReorderP   float64       `json:"notifyReorderP"` // overtaken by the next ones
	NotifyDelayP     float64       `json:"notifyDelayP"`
	NotifyDelay      time.Duration `json:"notifyDelay"` // 10 min when zero
	NotifyLossP      float64       `json:"notifyLossP"`
	NotifyTamperP    float64       `json:"notifyTamperP"` // corrupted on its way
	NotifyTamper     Forgery       `json:"notifyTamper"`  // how; any when empty
	JudgeAfter       int           `json:"judgeAfter"`    // answers before an endpoint counts as slow; 100 when zero

	TokenLife     time.Duration `json:"tokenLife"`     // access tokens; 60–90 min when zero
	TokenError    int           `json:"tokenError"`    // AADSTS code of every token request
	RefreshOnce   bool          `json:"refreshOnce"`   // a refresh token dies with its use
	AdminApproval bool          `json:"adminApproval"` // users may not consent to content scopes
	KeepLapsed    bool          `json:"keepLapsed"`    // a lapsed token does not pause notifications

	PairGroup      string   `json:"pairGroup"`      // PairAllowed, PairAsOneOnOne or PairRefused
	DropMemberNext int      `json:"dropMemberNext"` // so many new group chats lose their last member
	BlockWords     []string `json:"blockWords"`     // messages containing one are blocked by policy (DLP)
	RefuseBigImage bool     `json:"refuseBigImage"` // inline images over 1 MB get 400
}

// SetFaults changes the knobs while the tenant runs.
func (t *Tenant) SetFaults(change func(*Faults)) {
	t.mu.Lock()
	change(&t.faults)
	t.mu.Unlock()
	t.nudge()
}

// CurrentFaults is a copy of the knobs.
func (t *Tenant) CurrentFaults() Faults {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.faults
}

// FaultKind says what happens to a request.
type FaultKind int

// What a scripted fault does.
const (
	Refuse           FaultKind = iota // answer Status; nothing is committed
	Reset                             // break the connection; nothing is committed
	BlackHole                         // stay silent; nothing is committed
	CommitThenStatus                  // commit, then answer Status
	CommitThenReset                   // commit, then break the connection
	CommitThenHang                    // commit, then stay silent
	Zombie                            // answer Status now (0: reset), commit after Delay
	Garbage                           // commit, answer 201 with a body that is no JSON
	NoID                              // commit, answer 201 without an id
	OtherChat                         // commit, answer 201 with another chat's id
	Hold                              // wait Delay, then go on normally
)

// Fault is one scripted misfortune, see FailNext.
type Fault struct {
	Kind       FaultKind
	Status     int    // 503 when zero and a status is needed
	Code       string // Graph error code; by status when empty
	Message    string
	RetryAfter string        // header value, optional
	Delay      time.Duration // Zombie, Hold
	AADSTS     int           // for "POST /token" and "GET /authorize"
	Times      int           // how many matching requests; 1 when zero
}

type script struct {
	method  string
	pattern []string
	fault   Fault
}

// FailNext makes the next matching request fail. match is a method and a path below
// /v1.0, in which "*" stands for one segment and "**" for the rest, for instance
// "POST /chats/*/messages" or "* /**". The token and authorize endpoints are called
// "POST /token" and "GET /authorize". Requests of the Teams client never match.
func (t *Tenant) FailNext(match string, f Fault) {
	method, path, _ := strings.Cut(match, " ")
	if f.Times == 0 {
		f.Times = 1
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.scripted = append(t.scripted, &script{method: method, pattern: strings.Split(strings.Trim(path, "/"), "/"), fault: f})
}

// ClearFaults makes the tenant conform again: knobs to zero, scripts forgotten.
func (t *Tenant) ClearFaults() {
	t.mu.Lock()
	t.faults, t.scripted = Faults{}, nil
	t.mu.Unlock()
	t.nudge()
}

// takeScript finds and uses up a scripted fault for "METHOD /path".
func (t *Tenant) takeScript(request string) *Fault {
	method, path, _ := strings.Cut(request, " ")
	segments := strings.Split(strings.Trim(path, "/"), "/")
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, s := range t.scripted {
		if (s.method == "*" || s.method == method) && matchSegments(s.pattern, segments) {
			f := s.fault
			if s.fault.Times--; s.fault.Times <= 0 {
				t.scripted = append(t.scripted[:i:i], t.scripted[i+1:]...)
			}
			return &f
		}
	}
	return nil
}

func matchSegments(pattern, segments []string) bool {
	for i, p := range pattern {
		if p == "**" {
			return true
		}
		if i >= len(segments) || p != "*" && !strings.EqualFold(p, segments[i]) {
			return false
		}
	}
	return len(pattern) == len(segments)
}

// takeTokenError is the AADSTS code every token request gets, or 0.
func (t *Tenant) takeTokenError() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.faults.TokenError
}

// failToken plays a scripted fault at the token endpoint. It reports whether the request
// was answered.
func (t *Tenant) failToken(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	switch f.Kind {
	case Reset:
		panic(http.ErrAbortHandler) // the documented way to break a connection
	case BlackHole:
		<-r.Context().Done()
		return true
	case Hold:
		return !sleep(r.Context(), f.Delay)
	}
	if f.AADSTS == 0 {
		f.AADSTS = 90033
	}
	e := refuse(f.AADSTS, r.PostForm.Get("client_id"))
	if f.Status != 0 {
		e.status = f.Status
	}
	e.retry = f.RetryAfter
	t.writeAADError(w, r, e)
	return true
}

// roll decides one probability. The caller holds t.mu.
func (t *Tenant) roll(p float64) bool { return p > 0 && t.chance.Float64() < p }

// chooseFault decides what befalls a Graph request: a script first, then the knobs.
func (t *Tenant) chooseFault(c *call) *Fault {
	if c.teams {
		return nil
	}
	f := t.takeScript(c.method + " " + c.path)
	t.mu.Lock()
	defer t.mu.Unlock()
	if f == nil {
		f = t.rollFault(c)
	}
	t.fireFault(f)
	return f
}

// rollFault asks the knobs. The caller holds t.mu.
func (t *Tenant) rollFault(c *call) *Fault {
	k := &t.faults
	switch {
	case k.Offline:
		return &Fault{Kind: Reset}
	case k.ThrottleNext > 0:
		k.ThrottleNext--
		return &Fault{Status: http.StatusTooManyRequests, RetryAfter: t.retryAfter(time.Second)}
	case t.roll(k.ThrottleP):
		return &Fault{Status: http.StatusTooManyRequests, RetryAfter: t.retryAfter(time.Second)}
	case k.ErrorNext > 0:
		k.ErrorNext--
		return &Fault{Status: t.serverError()}
	case t.roll(k.ErrorP):
		return &Fault{Status: t.serverError()}
	case t.roll(k.ResetP):
		return &Fault{Kind: Reset}
	case c.method == http.MethodGet:
		return nil
	case t.roll(k.LostAnswerP):
		kind := []FaultKind{CommitThenStatus, CommitThenReset, CommitThenHang}[t.chance.IntN(3)]
		return &Fault{Kind: kind, Status: t.serverError()}
	case t.roll(k.ZombieP):
		longest := k.ZombieDelay
		if longest == 0 {
			longest = 30 * time.Second
		}
		return &Fault{Kind: Zombie, Status: t.serverError(), Delay: time.Duration(t.chance.Int64N(int64(longest)) + 1)}
	case t.roll(k.BadAnswerP):
		return &Fault{Kind: []FaultKind{Garbage, NoID, OtherChat}[t.chance.IntN(3)]}
	}
	return nil
}

func (t *Tenant) serverError() int {
	if t.faults.ErrorStatus != 0 {
		return t.faults.ErrorStatus
	}
	return []int{500, 502, 503, 504}[t.chance.IntN(4)]
}

// retryAfter words the header as the knob demands. The caller holds t.mu.
func (t *Tenant) retryAfter(wait time.Duration) string {
	switch t.faults.RetryAfter {
	case RetryAfterHonest:
		return seconds(wait)
	case RetryAfterNone:
		return ""
	case RetryAfterPast:
		return time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	}
	return t.faults.RetryAfter
}
