package gateway

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"trialog/internal/chat"
	"trialog/internal/desk"
)

// ticksEvery is how often at most a connection notes how far its screen is. Ticks may lag a little; the log may not wait for them.
const ticksEvery = 500 * time.Millisecond

// ticks notes how far a reader's screen is, gathering what comes in quick succession into one write. The zero value is ready.
type ticks struct {
	mu      sync.Mutex
	seq     chat.Seq // reached
	noted   chat.Seq
	pending bool
}

// reached says that everything up to seq is on the screen.
func (t *ticks) reached(d *desk.Desk, log *slog.Logger, a desk.Actor, seq chat.Seq) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seq = max(t.seq, seq)
	if t.pending || t.seq == t.noted {
		return
	}
	t.pending = true
	time.AfterFunc(ticksEvery, func() {
		if err := t.flush(context.Background(), d, a); err != nil {
			log.Warn("note delivery", "conversation", a.Conversation, "err", err)
		}
	})
}

// flush writes what has been reached and not noted yet.
func (t *ticks) flush(ctx context.Context, d *desk.Desk, a desk.Actor) error {
	t.mu.Lock()
	seq, noted := t.seq, t.noted
	t.pending, t.noted = false, t.seq
	t.mu.Unlock()
	if seq == noted {
		return nil
	}
	return d.MarkDelivered(ctx, a, seq)
}
