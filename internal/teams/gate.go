package teams

import (
	"context"
	"sync"

	"trialog/internal/chat"
)

// gates lets one at a time hear a conversation's thread, so that a notification can't overtake what is just being read back. Who waits
// does so on a channel: no lock is held while calling out.
type gates struct {
	mu   sync.Mutex
	open map[chat.ConversationID]*gate
}

type gate struct {
	pass  chan struct{} // capacity 1: held by the one who hears
	users int           // guarded by gates.mu
}

// enter waits for its turn; leave must be called.
func (g *gates) enter(ctx context.Context, id chat.ConversationID) (leave func(), err error) {
	g.mu.Lock()
	if g.open == nil {
		g.open = map[chat.ConversationID]*gate{}
	}
	at := g.open[id]
	if at == nil {
		at = &gate{pass: make(chan struct{}, 1)}
		g.open[id] = at
	}
	at.users++
	g.mu.Unlock()
	select {
	case at.pass <- struct{}{}:
		return func() { <-at.pass; g.drop(id, at) }, nil
	case <-ctx.Done():
		g.drop(id, at)
		return nil, ctx.Err()
	}
}

func (g *gates) drop(id chat.ConversationID, at *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at.users--; at.users == 0 {
		delete(g.open, id)
	}
}
