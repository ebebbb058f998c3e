package teams

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

// lanes holds the lanes of an account that have work. A lane's goroutine ends when there is nothing left to do and nothing to wait
// for; what wakes it later starts it again from what is durable.
type lanes struct {
	r *run

	mu      sync.Mutex
	ctx     context.Context // nil before run
	running map[chat.ConversationID]*lane
	early   map[chat.ConversationID]*lane // woken before run
	wg      sync.WaitGroup
}

func newLanes(r *run) *lanes {
	return &lanes{r: r, running: map[chat.ConversationID]*lane{}, early: map[chat.ConversationID]*lane{}}
}

// run lets lanes work until ctx ends, and waits for them.
func (l *lanes) run(ctx context.Context) error {
	l.mu.Lock()
	l.ctx = ctx
	early := l.early
	l.early = nil
	l.mu.Unlock()
	for id, x := range early {
		l.with(id, func(y *lane) {
			y.behind, y.taken = y.behind || x.behind, y.taken || x.taken
			maps.Copy(y.evidence, x.evidence)
		})
	}
	<-ctx.Done()
	l.mu.Lock()
	l.ctx = nil
	l.early = map[chat.ConversationID]*lane{}
	l.mu.Unlock()
	l.wg.Wait()
	return ctx.Err()
}

// wake lets a conversation's lane look at what there is to do.
func (l *lanes) wake(id chat.ConversationID) { l.with(id, func(*lane) {}) }

// takeUp lets a conversation's lane go on where an earlier run of the program, or what a backup holds of it, left off.
func (l *lanes) takeUp(id chat.ConversationID) {
	l.with(id, func(x *lane) { x.behind, x.taken = true, true })
}

// catchUp lets a conversation's lane read its thread back.
func (l *lanes) catchUp(id chat.ConversationID) { l.with(id, func(x *lane) { x.behind = true }) }

// departed lets a conversation's lane read its thread back because a message says that somebody is gone: once, however often it is told.
func (l *lanes) departed(id chat.ConversationID, message graph.MessageID) {
	l.with(id, func(x *lane) {
		if x.departure != message {
			x.departure, x.behind = message, true
		}
	})
}

// confirm tells a lane that a notification showed one of its markers.
func (l *lanes) confirm(id chat.ConversationID, marker, message string) {
	l.with(id, func(x *lane) { x.evidence[marker] = message })
}

// with changes a lane under the lock and wakes it, starting it if need be.
func (l *lanes) with(id chat.ConversationID, change func(*lane)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx == nil {
		if l.early[id] == nil {
			l.early[id] = newLane(l.r, id)
		}
		change(l.early[id])
		return
	}
	x := l.running[id]
	if x == nil {
		x = newLane(l.r, id)
		l.running[id] = x
		ctx := l.ctx
		l.wg.Go(func() { x.work(ctx, l) })
	}
	change(x)
	ring(x.bell)
}

// wakeAll lets all lanes look: a sign-in may have changed.
func (l *lanes) wakeAll() {
	l.mu.Lock()
	ctx := l.ctx
	l.mu.Unlock()
	if ctx == nil {
		return
	}
	threads, err := l.r.Store.OpenThreads(ctx, l.r.id)
	if err != nil {
		l.r.Log.Error("teams: list open threads", "err", err)
		return
	}
	for _, t := range threads {
		l.wake(t.Conversation)
	}
}

// lookAround finds work after hints may have been lost. It looks at what is stored; Microsoft is not asked.
func (l *lanes) lookAround() {
	l.mu.Lock()
	ctx := l.ctx
	l.mu.Unlock()
	if ctx == nil {
		return
	}
	if err := l.r.awaken(ctx, l.wake); err != nil && ctx.Err() == nil {
		l.r.Log.Error("teams: look for work", "err", err)
	}
}

// lane is the relay into the thread of one conversation.
type lane struct {
	*run
	id   chat.ConversationID
	bell chan struct{} // capacity 1

	// Guarded by lanes.mu.
	behind   bool              // the thread is to be read back
	reading  bool              // it is being read back
	taken    bool              // the lane was taken up from an earlier run
	evidence map[string]string // marker → message that a notification showed
	// departure is the last message for which the thread was read back because somebody is gone.
	departure graph.MessageID

	failures int // in a row, of our own storage or network

	// How long is to be waited until what was given up can't be carried out any more, by a clock that nobody sets.
	stepped                     bool // what is stored was seen
	settling, hidden, rechecked deadline
}

func newLane(r *run, id chat.ConversationID) *lane {
	return &lane{run: r, id: id, bell: make(chan struct{}, 1), evidence: map[string]string{}}
}

// Pauses after which a step is tried again.
const (
	idle = time.Duration(-1) // nothing to do until somebody wakes the lane
	now  = time.Duration(0)
)

// work steps until there is nothing left to do or wait for.
func (x *lane) work(ctx context.Context, l *lanes) {
	for {
		pause, err := x.step(ctx)
		x.stepped = true
		if errors.Is(err, errCrashed) {
			<-ctx.Done() // as if the process were gone
			return
		}
		if err != nil && ctx.Err() == nil {
			pause = x.stumble(ctx, err)
		} else {
			x.failures = 0
		}
		if pause == idle && l.retire(x) || ctx.Err() != nil {
			return
		}
		x.wait(ctx, pause)
	}
}

// stumble logs a failure that is neither Microsoft's refusal nor a person's and says how long to wait.
func (x *lane) stumble(ctx context.Context, err error) time.Duration {
	x.failures++
	x.Log.WarnContext(ctx, "teams: lane stumbled", "conversation", x.id, "failures", x.failures, "err", err)
	return min(time.Second<<min(x.failures, 6), time.Minute)
}

// retire takes an idle lane out, unless it was woken meanwhile.
func (l *lanes) retire(x *lane) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-x.bell:
		ring(x.bell)
		return false
	default:
	}
	delete(l.running, x.id)
	return true
}

// wait waits for the pause to pass or for somebody to wake the lane.
func (x *lane) wait(ctx context.Context, pause time.Duration) {
	if pause == now {
		select {
		case <-x.bell:
		default:
		}
		return
	}
	var after <-chan time.Time
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-ctx.Done():
	case <-x.bell:
	case <-after:
	}
}

// takeBehind reports, once, whether the thread is to be read back.
func (x *lane) takeBehind() bool {
	x.lanes.mu.Lock()
	defer x.lanes.mu.Unlock()
	behind := x.behind
	x.behind, x.reading = false, behind
	return behind
}

// isTaken reports whether the lane was taken up from an earlier run and has not looked yet whether its thread was made then.
func (x *lane) isTaken() bool {
	x.lanes.mu.Lock()
	defer x.lanes.mu.Unlock()
	return x.taken
}

// looked notes that it has.
func (x *lane) looked() {
	x.lanes.mu.Lock()
	defer x.lanes.mu.Unlock()
	x.taken = false
}

// isBehind reports whether a thread is about to be read back: older messages than the one just told of may come to light.
func (l *lanes) isBehind(id chat.ConversationID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.running[id]
	return x != nil && (x.behind || x.reading)
}

// shown returns the message that a notification showed for a marker, or "".
func (x *lane) shown(marker string) string {
	x.lanes.mu.Lock()
	defer x.lanes.mu.Unlock()
	return x.evidence[marker]
}

// echoed reports, once, whether a notification showed that message of ours.
func (x *lane) echoed(message string) bool {
	x.lanes.mu.Lock()
	defer x.lanes.mu.Unlock()
	for marker, m := range x.evidence {
		if m == message {
			delete(x.evidence, marker)
			return true
		}
	}
	return false
}
