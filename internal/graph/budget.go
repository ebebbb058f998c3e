package graph

import (
	"container/heap"
	"context"
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

// Budget keeps calls within Microsoft's rates: one pace for the application in a tenant, and one for each chat. Callers wait in the
// order of priority, then of arrival. [includes: throttling-teams]
type Budget struct {
	every   time.Duration // between two calls of the tenant
	perChat time.Duration // between two calls of one chat

	mu    sync.Mutex
	next  time.Time // when the tenant may call again
	chats map[ChatID]time.Time
	queue waiters
	count int64
	timer *time.Timer
}

// NewBudget allows perSecond calls a second in all, and one call per perChat to each chat.
func NewBudget(perSecond float64, perChat time.Duration) *Budget {
	return &Budget{every: time.Duration(float64(time.Second) / perSecond), perChat: perChat, chats: map[ChatID]time.Time{}}
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
		if until := b.chats[w.chat]; w.chat != "" && now.Before(until) {
			wake = earlier(wake, until)
			blocked = append(blocked, w)
			continue
		}
		b.next = now.Add(b.every)
		if w.chat != "" {
			b.chats[w.chat] = now.Add(b.perChat)
		}
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
	for chat, until := range b.chats {
		if now.After(until) {
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
