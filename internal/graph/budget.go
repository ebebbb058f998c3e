package graph

import (
	"container/heap"
	"context"
	"slices"
	"sync"
	"time"
)

// Priority orders those who wait for the same budget. Lower goes first.
type Priority int

// The priorities: what somebody waits for on a screen, before the history of a new thread, before catching up.
const (
	Live Priority = iota
	History
	CatchUp
)

// Budget keeps calls within Microsoft's rates: one pace for the application in a tenant, and so many calls in a window of time for
// each chat. Callers wait in the order of priority, then of arrival. [includes: throttling-teams]
type Budget struct {
	every  time.Duration // between two calls of the tenant
	burst  int           // calls to one chat within window
	window time.Duration
	born   time.Time // what an earlier process did just before is not known

	mu    sync.Mutex
	next  time.Time              // when the tenant may call again
	chats map[ChatID][]time.Time // the latest calls, at most burst of them, oldest first
	queue waiters
	count int64
	timer *time.Timer
}

// NewBudget allows perSecond calls a second in all, and burst calls within a window to each chat; no bound for a chat if burst is 0.
func NewBudget(perSecond float64, burst int, window time.Duration) *Budget {
	return &Budget{every: time.Duration(float64(time.Second) / perSecond), burst: burst, window: window, born: time.Now(), chats: map[ChatID][]time.Time{}}
}

// shortWindow is up to where a chat that was never called waits as if an earlier process had called it just before.
const shortWindow = 5 * time.Second

// free is when a chat may be called again; b.mu is held.
func (b *Budget) free(chat ChatID) time.Time {
	if chat == "" || b.burst == 0 {
		return time.Time{}
	}
	calls := b.chats[chat]
	switch {
	case len(calls) >= b.burst:
		return calls[len(calls)-b.burst].Add(b.window)
	case len(calls) == 0 && b.window <= shortWindow:
		return b.born.Add(b.window)
	}
	return time.Time{}
}

// Recall tells of calls to a chat that an earlier process made, oldest first. It changes nothing once the chat was called.
func (b *Budget) Recall(chat ChatID, calls []time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(calls) > 0 && len(b.chats[chat]) == 0 {
		b.chats[chat] = slices.Clone(calls[max(0, len(calls)-b.burst):])
	}
}

// called counts a call to a chat; b.mu is held.
func (b *Budget) called(chat ChatID, at time.Time) {
	if chat == "" || b.burst == 0 {
		return
	}
	calls := append(b.chats[chat], at)
	b.chats[chat] = calls[max(0, len(calls)-b.burst):]
}

type waiter struct {
	chat     ChatID
	priority Priority
	order    int64
	granted  chan struct{}
	gone     bool
}

// waiters is a heap by priority and arrival.
type waiters []*waiter

func (w waiters) Len() int { return len(w) }
func (w waiters) Less(i, j int) bool {
	if w[i].priority != w[j].priority {
		return w[i].priority < w[j].priority
	}
	return w[i].order < w[j].order
}
func (w waiters) Swap(i, j int) { w[i], w[j] = w[j], w[i] }

// Push is for container/heap.
func (w *waiters) Push(x any) { *w = append(*w, x.(*waiter)) }

// Pop is for container/heap.
func (w *waiters) Pop() any {
	old := *w
	last := old[len(old)-1]
	*w = old[:len(old)-1]
	return last
}

// Wait returns when the caller may make one call to the chat ("" for calls that concern none).
func (b *Budget) Wait(ctx context.Context, chat ChatID, p Priority) error {
	w := &waiter{chat: chat, priority: p, granted: make(chan struct{})}
	b.mu.Lock()
	b.count++
	w.order = b.count
	heap.Push(&b.queue, w)
	b.grant()
	b.mu.Unlock()
	select {
	case <-w.granted:
		return nil
	case <-ctx.Done():
		b.mu.Lock()
		defer b.mu.Unlock()
		w.gone = true
		return ctx.Err()
	}
}

// grant lets go whoever may call now and sets the timer for the next; b.mu is held.
func (b *Budget) grant() {
	now := time.Now()
	var blocked []*waiter
	wake := time.Time{}
	for len(b.queue) > 0 {
		if now.Before(b.next) {
			wake = earlier(wake, b.next)
			break
		}
		w := heap.Pop(&b.queue).(*waiter)
		if w.gone {
			continue
		}
		if until := b.free(w.chat); now.Before(until) {
			wake = earlier(wake, until)
			blocked = append(blocked, w)
			continue
		}
		b.next = now.Add(b.every)
		b.called(w.chat, now)
		close(w.granted)
	}
	for _, w := range blocked {
		heap.Push(&b.queue, w)
	}
	b.forget(now)
	if !wake.IsZero() {
		if b.timer != nil {
			b.timer.Stop()
		}
		b.timer = time.AfterFunc(wake.Sub(now), func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.grant()
		})
	}
}

// forget drops chats whose pause is over.
func (b *Budget) forget(now time.Time) {
	if len(b.chats) < 1000 {
		return
	}
	for chat, calls := range b.chats {
		if now.After(calls[len(calls)-1].Add(b.window)) {
			delete(b.chats, chat)
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
