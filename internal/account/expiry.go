package account

import (
	"context"
	"math"
	"slices"
	"time"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/store"
)

// Days before the end of a secret from which people are warned, and from which the warning can't be put away.
const (
	warnDays   = 30
	urgentDays = 15
)

// DaysLeft is how many days a secret still works, counted up; 0 or less when it is over.
func DaysLeft(expires, now time.Time) int {
	return int(math.Ceil(expires.Sub(now).Hours() / 24))
}

// Notice is something that people at the desk should know of an account.
type Notice struct {
	Code    string         `json:"code" enum:"secret_expires,secret_expired,agents_need_sign_in,markers_lost"`
	Level   string         `json:"level" enum:"warning,urgent" doc:"A warning can be put away for a day."`
	Account chat.AccountID `json:"account"`
	Name    string         `json:"name"`
	Days    int            `json:"days" doc:"Until the secret ends."`
	Until   string         `json:"until,omitempty" doc:"The day on which it ends, YYYY-MM-DD."`
	Agents  int            `json:"agents" doc:"Who has to sign in again."`
	Admin   bool           `json:"admin" doc:"Whether the reader can do something about it."`
}

// Notices lists what somebody should know: administrators of all accounts, agents of those that they signed in with.
func (s *Accounts) Notices(ctx context.Context, who auth.Staff) ([]Notice, error) {
	all, err := s.cfg.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	links, err := s.cfg.Store.Links(ctx)
	if err != nil {
		return nil, err
	}
	admin, list := who.Has(auth.RoleAdministrator), []Notice{}
	for _, a := range all {
		affected := slices.ContainsFunc(links, func(l store.Link) bool { return l.Account == a.ID && l.Agent == who.Agent })
		if a.Settings.ReplacedBy != "" || !admin && !affected {
			continue
		}
		if n, ok := expiry(a, time.Now()); ok {
			n.Admin = admin
			list = append(list, n)
		}
		if n := waiting(links, a.ID); admin && n > 0 {
			list = append(list, Notice{Code: "agents_need_sign_in", Level: "warning", Account: a.ID, Name: a.Name, Agents: n, Admin: true})
		}
		lost, err := LastUnmarked(ctx, s.cfg.Store, a.ID)
		if err != nil {
			return nil, err
		}
		if admin && !lost.At.IsZero() {
			list = append(list, markersLost(a))
		}
	}
	return list, nil
}

// markersLost warns that Microsoft Teams takes the hidden markers out of our posts.
func markersLost(a store.Account) Notice {
	return Notice{Code: "markers_lost", Level: "warning", Account: a.ID, Name: a.Name, Admin: true}
}

// expiry says whether the end of a secret is near.
func expiry(a store.Account, now time.Time) (Notice, bool) {
	at := a.Settings.Expires
	if at.IsZero() {
		return Notice{}, false
	}
	n := Notice{Code: "secret_expires", Level: "warning", Account: a.ID, Name: a.Name, Days: DaysLeft(at, now), Until: at.UTC().Format(time.DateOnly)}
	if n.Days <= urgentDays {
		n.Level = "urgent"
	}
	if n.Days <= 0 {
		n.Code = "secret_expired"
	}
	return n, n.Days <= warnDays
}

func waiting(links []store.Link, id chat.AccountID) (n int) {
	for _, l := range links {
		if l.Account == id && l.State == store.LinkNeedsSignIn {
			n++
		}
	}
	return n
}
