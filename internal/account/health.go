package account

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Health is how an account is doing now. It is read from what is durable, so every node says the same.
type Health struct {
	At          time.Time     `json:"at"`
	Account     View          `json:"account"`
	Notices     []Notice      `json:"notices"`
	Refused     string        `json:"refused,omitempty" doc:"What Microsoft refuses for a reason that lies in the account, such as a wrong secret or the want of consent."`
	Agents      []AgentHealth `json:"agents"`
	Lag         Lag           `json:"lag"`
	Throttle    Throttle      `json:"throttle"`
	Unmarked    *Unmarked     `json:"unmarked,omitempty" doc:"Posts lose their hidden markers in Microsoft Teams: they go one at a time."`
	Lanes       []LaneHealth  `json:"lanes" doc:"Those that are not simply idle or sending."`
	Sending     int           `json:"sending" doc:"Lanes that are at work."`
	DeadLetters []Letter      `json:"deadLetters" doc:"The latest of them."`
	Dead        int           `json:"dead" doc:"How many notifications were set aside."`
}

// AgentHealth is one agent's sign-in and what hangs on it.
type AgentHealth struct {
	Agent        chat.AgentID        `json:"agent"`
	Name         string              `json:"name" doc:"At the desk."`
	Username     string              `json:"username" doc:"At Microsoft."`
	State        store.LinkState     `json:"state"`
	Reason       string              `json:"reason,omitempty"`
	Since        time.Time           `json:"since"`
	Permissions  []Permission        `json:"permissions"`
	Subscription *SubscriptionHealth `json:"subscription,omitempty" doc:"Absent: nothing is heard of this agent's chats."`
}

// SubscriptionHealth is what Microsoft promised to tell of an agent's chats.
type SubscriptionHealth struct {
	Until      time.Time  `json:"until"`
	Alive      bool       `json:"alive"`
	Authorized time.Time  `json:"authorized" doc:"When Microsoft last got a fresh token."`
	Heard      *time.Time `json:"heard,omitempty" doc:"The last notification."`
	Echoed     *time.Time `json:"echoed,omitempty" doc:"When one of our own posts came back last."`
}

// Lag is how far things are behind.
type Lag struct {
	OldestWaiting *time.Time `json:"oldestWaiting,omitempty" doc:"When the oldest notification came that is not worked off."`
	OldestUnsent  *time.Time `json:"oldestUnsent,omitempty" doc:"When the oldest line was written that is not in Microsoft Teams."`
}

// Throttle is how Microsoft holds an account back.
type Throttle struct {
	Last  *time.Time `json:"last,omitempty" doc:"When Microsoft last asked for a pause."`
	Op    string     `json:"op,omitempty" doc:"Of which call."`
	Asked int        `json:"asked,omitempty" doc:"For how many seconds; 0 when it did not say."`
	Until *time.Time `json:"until,omitempty" doc:"When the last lane goes on that waits."`
}

// LaneHealth is a conference that does not simply run.
type LaneHealth struct {
	Conversation chat.ConversationID `json:"conversation"`
	Number       int64               `json:"number"`
	Service      string              `json:"service"`
	Agent        chat.AgentID        `json:"agent" doc:"Whose sign-in carries it."`
	AgentName    string              `json:"agentName"`
	State        store.LaneState     `json:"state"`
	Reason       string              `json:"reason,omitempty"`
	Detail       string              `json:"detail,omitempty"`
	Since        time.Time           `json:"since"`
	NotBefore    *time.Time          `json:"notBefore,omitempty"`
}

// Letter is a notification that could not be worked off.
type Letter struct {
	ID           string              `json:"id"`
	At           time.Time           `json:"at"`
	Tries        int                 `json:"tries"`
	Reason       string              `json:"reason" doc:"What the last try met; for operators, in English."`
	Conversation chat.ConversationID `json:"conversation,omitempty"`
	Number       int64               `json:"number,omitempty"`
}

// Throttled is the last time that Microsoft asked for a pause.
type Throttled struct {
	At    time.Time     `json:"at"`
	Op    string        `json:"op"`
	After time.Duration `json:"after"`
}

func throttleKey(id chat.AccountID) string { return "account.throttled|" + string(id) }

// NoteThrottled remembers it.
func NoteThrottled(ctx context.Context, st *store.Store, id chat.AccountID, t Throttled) error {
	b, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("note throttling: %w", err)
	}
	return st.PutSetting(ctx, throttleKey(id), string(b))
}

// LastThrottled returns what NoteThrottled remembers.
func LastThrottled(ctx context.Context, st *store.Store, id chat.AccountID) (t Throttled, err error) {
	text, known, err := st.Setting(ctx, throttleKey(id))
	if err == nil && known {
		err = json.Unmarshal([]byte(text), &t)
	}
	return t, err
}

// Unmarked is that our own posts come back from Microsoft Teams without their hidden markers.
type Unmarked struct {
	Since time.Time `json:"since"`
	At    time.Time `json:"at" doc:"The last of them."`
}

func unmarkedKey(id chat.AccountID) string { return "account.unmarked|" + string(id) }

// NoteUnmarked remembers it; the zero value forgets it.
func NoteUnmarked(ctx context.Context, st *store.Store, id chat.AccountID, u Unmarked) error {
	b, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("note lost markers: %w", err)
	}
	return st.PutSetting(ctx, unmarkedKey(id), string(b))
}

// LastUnmarked returns what NoteUnmarked remembers.
func LastUnmarked(ctx context.Context, st *store.Store, id chat.AccountID) (u Unmarked, err error) {
	text, known, err := st.Setting(ctx, unmarkedKey(id))
	if err == nil && known {
		err = json.Unmarshal([]byte(text), &u)
	}
	return u, err
}

// Notices of one account, as an administrator reads them.
func noticesOf(a store.Account, links []store.Link) []Notice {
	list := []Notice{}
	if n, near := expiry(a, time.Now()); near && a.Settings.ReplacedBy == "" {
		n.Admin = true
		list = append(list, n)
	}
	if n := waiting(links, a.ID); n > 0 {
		list = append(list, Notice{Code: "agents_need_sign_in", Level: "warning", Account: a.ID, Name: a.Name, Agents: n, Admin: true})
	}
	return list
}

// Base is the part of an account's health that can be told without the connector.
func (s *Accounts) Base(ctx context.Context, a store.Account) (Health, error) {
	h := Health{At: time.Now().UTC(), Agents: []AgentHealth{}, Lanes: []LaneHealth{}, DeadLetters: []Letter{}}
	var err error
	if h.Account, err = s.View(ctx, a); err != nil {
		return h, err
	}
	links, err := s.cfg.Store.Links(ctx)
	if err != nil {
		return h, err
	}
	h.Notices = noticesOf(a, links)
	refused, err := LastRefusal(ctx, s.cfg.Store, a.ID)
	if err != nil {
		return h, err
	}
	h.Refused = string(refused.Problem)
	lost, err := LastUnmarked(ctx, s.cfg.Store, a.ID)
	if err != nil {
		return h, err
	}
	if !lost.At.IsZero() {
		h.Unmarked = &lost
		h.Notices = append(h.Notices, markersLost(a))
	}
	t, err := LastThrottled(ctx, s.cfg.Store, a.ID)
	if err == nil && !t.At.IsZero() {
		h.Throttle = Throttle{Last: &t.At, Op: t.Op, Asked: int(t.After.Seconds())}
	}
	return h, err
}
