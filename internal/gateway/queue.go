package gateway

import (
	"context"
	"fmt"
	"sync"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// placesEvery is how often at most waiting customers are told their place anew.
const placesEvery = 300 * time.Millisecond

// queue tells connections what changed about conversations that wait for an agent, which concern every agent and every customer
// who waits. Everything else reaches a connection through its own subscription.
type queue struct {
	mu       sync.Mutex
	staff    map[*nudge]struct{}
	visitors map[*nudge]struct{}
}

// nudge is a bell with a list of conversations beside it.
type nudge struct {
	bell chan struct{} // capacity 1
	mu   sync.Mutex
	ids  map[chat.ConversationID]bool
}

func newNudge() *nudge {
	return &nudge{bell: make(chan struct{}, 1), ids: map[chat.ConversationID]bool{}}
}

func (n *nudge) ring(ids ...chat.ConversationID) {
	n.mu.Lock()
	for _, id := range ids {
		n.ids[id] = true
	}
	n.mu.Unlock()
	select {
	case n.bell <- struct{}{}:
	default:
	}
}

// take returns the conversations rung for and forgets them.
func (n *nudge) take() map[chat.ConversationID]bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	ids := n.ids
	n.ids = map[chat.ConversationID]bool{}
	return ids
}

func (q *queue) join(to map[*nudge]struct{}) (n *nudge, leave func()) {
	n = newNudge()
	q.mu.Lock()
	defer q.mu.Unlock()
	to[n] = struct{}{}
	return n, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(to, n)
	}
}

func (q *queue) ring(to map[*nudge]struct{}, ids ...chat.ConversationID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for n := range to {
		n.ring(ids...)
	}
}

// Run watches the conversations that wait for an agent until ctx ends.
func (g *Gateway) Run(ctx context.Context) error {
	sub := g.Store.Subscribe(store.Filter{All: true})
	defer sub.Close()
	waiting, err := g.waiting(ctx)
	if err != nil {
		return err
	}
	places := time.NewTimer(placesEvery)
	places.Stop()
	defer places.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-places.C:
			g.queue.ring(g.queue.visitors)
		case <-sub.C():
			moved := false
			for _, h := range sub.Take() {
				if h.Topic == store.TopicAll {
					moved = true
					if waiting, err = g.waiting(ctx); err != nil {
						return err
					}
				}
				if h.Topic == store.TopicLog {
					moved = g.watch(ctx, waiting, h.Conversation) || moved
				}
			}
			if moved {
				places.Reset(placesEvery)
			}
		}
	}
}

// waiting reads the queue as it is.
func (g *Gateway) waiting(ctx context.Context) (map[chat.ConversationID]bool, error) {
	queue, err := g.Store.Waiting(ctx, 10_000)
	if err != nil {
		return nil, fmt.Errorf("read the queue: %w", err)
	}
	waiting := make(map[chat.ConversationID]bool, len(queue))
	for _, c := range queue {
		waiting[c.ID] = true
	}
	return waiting, nil
}

// watch looks at a conversation that changed: agents hear of it while it waits and when it no longer does. It reports whether it
// came or went.
func (g *Gateway) watch(ctx context.Context, waiting map[chat.ConversationID]bool, id chat.ConversationID) (moved bool) {
	c, err := g.Store.Conversation(ctx, id)
	if err != nil {
		if ctx.Err() == nil {
			g.Log.Warn("look at a conversation of the queue", "conversation", id, "err", err)
		}
		return false
	}
	was, is := waiting[id], c.Status == chat.Waiting
	if is || was {
		g.queue.ring(g.queue.staff, id)
	}
	if is {
		waiting[id] = true
	} else {
		delete(waiting, id)
	}
	return was != is
}
