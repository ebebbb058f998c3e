package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"trialog/internal/chat"
)

// Bounds of the write queue. One batch is one transaction.
const (
	maxQueue = 8192
	maxBatch = 2000
)

// op is one write on its way into a commit. Exactly one of the first five is set.
type op struct {
	write  *Write
	create *creation
	change func(*Tx) error
	move   *move
	signal *notice // told to other nodes only

	stage stage     // guarded by queue.mu
	wake  chan bool // capacity 1: true makes the waiting caller the leader, false says it is done

	// The outcome; the leader writes it before the wake-up.
	appended Appended
	err      error
}

// stage says where an op stands.
type stage int

const (
	queued stage = iota // may still be taken back
	taken               // belongs to a leader; its caller must wait, for its functions may be running
)

// queue gathers writes. The first caller that finds no leader becomes it and commits all that is queued as one transaction;
// whatever queues meanwhile is the next batch, and the first of those callers its leader. So there is no timer, no goroutine, and
// nobody serves others for longer than their own write takes.
type queue struct {
	mu      sync.Mutex
	ops     []*op         // guarded by mu
	leading bool          // guarded by mu: somebody commits or has been told to
	closed  bool          // guarded by mu
	idle    chan struct{} // guarded by mu: made by close while somebody leads; closed by the last leader
	stmts   *statements   // the leader's
}

// commit puts o through a group commit and returns once it is durable or refused.
func (s *Store) commit(ctx context.Context, o *op) error {
	if s.crash("before") {
		return unavailable("write", errClosed)
	}
	err := s.join(ctx, o)
	if err == nil && s.crash("after") {
		return unavailable("write", errClosed)
	}
	return err
}

// crash reports whether a test wants the process to end here.
func (s *Store) crash(point string) bool { return s.cfg.CrashAt != nil && s.cfg.CrashAt(point) }

// join makes o part of a commit. When ctx ends first, an op that is still queued is taken back; one that is already part of a
// transaction is waited for.
func (s *Store) join(ctx context.Context, o *op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	lead, err := s.queue.join(o)
	if err != nil {
		return err
	}
	if !lead {
		select {
		case lead = <-o.wake:
		case <-ctx.Done():
			if s.queue.leave(o) {
				return ctx.Err()
			}
			lead = <-o.wake
		}
	}
	if lead {
		ops := s.queue.take()
		s.settle(ops)
		s.queue.pass()
		for _, other := range ops {
			if other != o {
				other.wake <- false
			}
		}
	}
	return o.err
}

// join adds o and reports whether its caller is the leader.
func (q *queue) join(o *op) (lead bool, err error) {
	o.wake = make(chan bool, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return false, unavailable("write", errClosed)
	case len(q.ops) >= maxQueue:
		return false, chat.Refuse(chat.Busy, "busy", "Too many messages at once. Please try again.")
	}
	q.ops = append(q.ops, o)
	lead = !q.leading
	q.leading = true
	return lead, nil
}

// leave takes o back if no leader has it and its caller has not been made leader.
func (q *queue) leave(o *op) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if o.stage != queued {
		return false
	}
	for i, other := range q.ops {
		if other == o {
			q.ops = append(q.ops[:i], q.ops[i+1:]...)
			return true
		}
	}
	return false
}

// take hands the leader its batch, in order.
func (q *queue) take() []*op {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.ops), maxBatch)
	ops := q.ops[:n:n]
	q.ops = append(make([]*op, 0, max(64, len(q.ops)-n)), q.ops[n:]...)
	for _, o := range ops {
		o.stage = taken
	}
	return ops
}

// pass makes the first of those who queued meanwhile the next leader.
func (q *queue) pass() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.ops) > 0 {
		q.ops[0].stage = taken
		q.ops[0].wake <- true
		return
	}
	q.leading = false
	if q.idle != nil {
		close(q.idle)
		q.idle = nil
	}
}

// close refuses new writes and waits for those that have joined.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	var idle chan struct{}
	if q.leading {
		if q.idle == nil {
			q.idle = make(chan struct{})
		}
		idle = q.idle
	}
	q.mu.Unlock()
	if idle != nil {
		<-idle
	}
}

// release gives the leader's connection back; after close nobody leads.
func (q *queue) release(log *slog.Logger) {
	if q.stmts == nil {
		return
	}
	q.stmts.close(log)
	if err := q.stmts.conn.Close(); err != nil {
		log.Warn("release connection", "error", err)
	}
	q.stmts = nil
}

// Update runs fn in a transaction that commits together with other writes, durably, before Update returns. An error of fn undoes
// what fn did and is returned; it disturbs nobody else. fn must be short and must be ready to run more than once: if the common
// transaction fails, every part is tried again alone. It runs on the goroutine of whoever leads the commit.
func (s *Store) Update(ctx context.Context, fn func(tx *Tx) error) error {
	if err := s.commit(ctx, &op{change: fn}); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	return nil
}
