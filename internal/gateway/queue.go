package gateway

import (
	"context"
	"sync"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Waiting customers are told their place anew at most every placesEvery, and for each of them placeEach longer: when the first of a
// long queue is accepted, all move up.
const (
	placesEvery = 300 * time.Millisecond
	placeEach   = time.Millisecond
)

// longestQueue bounds how many waiting conversations are watched.
const longestQueue = 10_000

// queue tells connections what changed about conversations that wait for an agent, which concern every agent and every customer
// who waits. Everything else reaches a connection through its own subscription.
type queue struct {
	mu       sync.Mutex
	staff    map[*nudge]struct{}
	visitors map[*nudge]struct{}
	places   map[chat.ConversationID]int // in the queue, from 1; replaced whole
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
	waiting := map[chat.ConversationID]bool{}
	look := time.NewTimer(0) // when to read the queue as a whole: a database that fails for a moment ends nothing
	defer look.Stop()
	places := time.NewTimer(placesEvery)
	places.Stop()
	defer places.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
			fresh, err := g.waiting(ctx)
			if err != nil {
				g.Log.WarnContext(ctx, "read the queue", "err", err)
				look.Reset(time.Second)
				continue
			}
			waiting = fresh
			places.Reset(placesEvery + time.Duration(len(waiting))*placeEach)
		case <-places.C:
			if err := g.order(ctx); err != nil {
				g.Log.WarnContext(ctx, "read the queue", "err", err)
				places.Reset(time.Second)
				continue
			}
			g.queue.ring(g.queue.visitors)
		case <-sub.C():
			moved := false
			for _, h := range sub.Take() {
				if h.Topic == store.TopicAll {
					look.Reset(0)
				}
				if h.Topic == store.TopicLog {
					moved = g.watch(ctx, waiting, h.Conversation) || moved
				}
			}
			if moved {
				places.Reset(placesEvery + time.Duration(len(waiting))*placeEach)
			}
		}
	}
}

// waiting reads the queue as it is.
func (g *Gateway) waiting(ctx context.Context) (map[chat.ConversationID]bool, error) {
	queue, err := g.Store.Queue(ctx, longestQueue)
	if err != nil {
		return nil, err
	}
	waiting := make(map[chat.ConversationID]bool, len(queue))
	for _, id := range queue {
		waiting[id] = true
	}
	return waiting, nil
}

// order reads everybody's place once for all connections.
func (g *Gateway) order(ctx context.Context) error {
	queue, err := g.Store.Queue(ctx, longestQueue)
	if err != nil {
		return err
	}
	places := make(map[chat.ConversationID]int, len(queue))
	for i, id := range queue {
		places[id] = i + 1
	}
	g.queue.mu.Lock()
	defer g.queue.mu.Unlock()
	g.queue.places = places
	return nil
}

// place is where a conversation stands in the queue; 0 when it does not wait.
func (q *queue) place(id chat.ConversationID) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.places[id]
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
