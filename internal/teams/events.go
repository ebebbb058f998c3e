package teams

import (
	"maps"

	"trialog/internal/chat"
)

// Event is something between us and Microsoft of which an operator wants to know how often it happens.
type Event string

// Events.
const (
	Throttled Event = "throttled" // Microsoft asked for a pause
	Unclear   Event = "unclear"   // whether a post or thread was made had to be found out
	Repeated  Event = "repeated"  // it had left no trace and was made again
	Doubled   Event = "doubled"   // a post stood twice for a while
	Overdue   Event = "overdue"   // no notification of an own post came in time
	Forged    Event = "forged"    // a notification did not come from Microsoft
	Foreign   Event = "foreign"   // a notification was not for the subscription at whose address it came
	Stranger  Event = "stranger"  // somebody wrote in a thread without a part in it
)

// Events lists all.
var Events = []Event{Throttled, Unclear, Repeated, Doubled, Overdue, Forged, Foreign, Stranger}

// count counts an event of an account.
func (k *Connector) count(id chat.AccountID, e Event) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.counts[id] == nil {
		k.counts[id] = map[Event]int{}
	}
	k.counts[id][e]++
}

// Counts returns how often what happened on this node since it started.
func (k *Connector) Counts(id chat.AccountID) map[Event]int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.counts[id])
}
