package teams

import (
	"context"
	"sync"
	"time"

	"trialog/internal/account"
	"trialog/internal/graph"
)

// markerTrust is how long posts must have kept their markers before posting goes at its full pace again.
const markerTrust = 10 * time.Minute

// unmarked remembers that posts of an account come back without their markers: Teams' clean-up has changed, or a policy of the tenant
// rewrites messages. Posts are then known by their ids and words only, and go one at a time.
type unmarked struct {
	mu    sync.Mutex
	last  account.Unmarked
	noted time.Time
}

// see takes in whether a post came back with its marker. It returns what holds now, whether that is news, and whether it is to be stored.
func (u *unmarked) see(kept bool, at time.Time) (now account.Unmarked, news, store bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	lost := !u.last.At.IsZero()
	switch {
	case kept && (!lost || at.Sub(u.last.At) < markerTrust):
		return u.last, false, false
	case kept:
		u.last = account.Unmarked{}
		return u.last, true, true
	case !lost:
		u.last.Since = at
	}
	u.last.At = at
	store = !lost || at.Sub(u.noted) >= noteEvery
	if store {
		u.noted = at
	}
	return u.last, !lost, store
}

func (u *unmarked) lost() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return !u.last.At.IsZero()
}

// recallMarkers reads what an earlier run knew.
func (r *run) recallMarkers(ctx context.Context) error {
	last, err := account.LastUnmarked(ctx, r.Store, r.id)
	r.unmarked.mu.Lock()
	defer r.unmarked.mu.Unlock()
	r.unmarked.last = last
	return err
}

// noteMarker takes in whether a post of ours came back with its marker. What people or policies changed tells nothing, nor do old posts.
func (e *ear) noteMarker(ctx context.Context, m graph.ChatMessage) error {
	if m.Edited != nil || withheld(m) || newer(e.t.LastRemote, string(m.ID)) {
		return nil
	}
	kept := markerOf(e.t, m) != ""
	now, news, store := e.unmarked.see(kept, time.Now().UTC())
	switch {
	case news && kept:
		e.Log.InfoContext(ctx, "teams: posts keep their markers again", "account", e.run.id)
	case news:
		e.Log.WarnContext(ctx, "teams: marker lost, posting one at a time", "account", e.run.id, "conversation", e.t.Conversation)
	}
	if !store {
		return nil
	}
	return account.NoteUnmarked(ctx, e.Store, e.run.id, now)
}
