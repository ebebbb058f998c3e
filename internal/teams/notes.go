package teams

import (
	"context"
	"time"

	"trialog/internal/account"
	"trialog/internal/chat"
	"trialog/internal/graph"
)

// noteEvery bounds how often what the health page shows is written down.
const noteEvery = 5 * time.Second

// notes remember what was written down lately. Only the goroutine that works the inbox off touches them.
type notes struct{ heard, echoed map[chat.AgentID]time.Time }

// noteHeard notes that a notification of an agent's subscription came, and whether it brought one of our own posts back.
func (r *run) noteHeard(ctx context.Context, agent chat.AgentID, echo bool) error {
	last := &r.notes.heard
	if echo {
		last = &r.notes.echoed
	}
	if *last == nil {
		*last = map[chat.AgentID]time.Time{}
	}
	at := time.Now()
	if at.Sub((*last)[agent]) < noteEvery {
		return nil
	}
	(*last)[agent] = at
	return r.Store.NoteHeard(ctx, r.id, agent, at, echo)
}

// endpoint is Microsoft as an account reaches it: whoever is asked for a pause notes it.
func (k *Connector) endpoint(id chat.AccountID) graph.Endpoint {
	end := k.Endpoint
	end.Throttled = func(op string, after time.Duration) { k.throttled(id, op, after) }
	return end
}

// throttled counts a request for a pause and writes it down, now and then, for the health page.
func (k *Connector) throttled(id chat.AccountID, op string, after time.Duration) {
	k.count(id, Throttled)
	k.mu.Lock()
	due := time.Since(k.throttleNoted[id]) >= noteEvery
	if due {
		k.throttleNoted[id] = time.Now()
	}
	k.mu.Unlock()
	if !due {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), noteEvery)
	defer cancel()
	if err := account.NoteThrottled(ctx, k.Store, id, account.Throttled{At: time.Now().UTC(), Op: op, After: after}); err != nil {
		k.Log.Warn("teams: note throttling", "account", id, "err", err)
	}
}
