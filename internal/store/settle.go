package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"trialog/internal/chat"
)

// errUnknown marks a COMMIT whose answer was lost: it may or may not have happened, so nothing may be tried again.
var errUnknown = errors.New("the outcome of the commit is unknown")

// errAlone rolls back a transaction whose only write was refused.
var errAlone = errors.New("the only write was refused")

// settle commits ops as one transaction. If that fails for a reason that one of them may have caused, it halves them until the cause
// is alone, so that nobody fails for another's fault. Order is kept.
func (s *Store) settle(ops []*op) {
	err := s.try(ops)
	switch {
	case err == nil || errors.Is(err, errAlone):
	case errors.Is(err, errUnknown) || s.dialect.down(err):
		s.log.Error("commit", "writes", len(ops), "error", err)
		for _, o := range ops {
			o.err = unavailable("commit", err)
		}
	case len(ops) == 1:
		ops[0].err = s.refusal(err)
	default:
		s.settle(ops[:len(ops)/2])
		s.settle(ops[len(ops)/2:])
	}
}

// refusal words the failure of a single write.
func (s *Store) refusal(err error) error {
	switch {
	case s.dialect.duplicate(err):
		return fmt.Errorf("%w: %w", errKeyConflict, err)
	case s.dialect.clash(err):
		return unavailable("commit", err)
	}
	return fmt.Errorf("commit: %w", err)
}

// try runs ops in one transaction. On error nothing of it is visible, except with errUnknown.
func (s *Store) try(ops []*op) (err error) {
	ctx := context.Background()
	if s.dialect.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.dialect.timeout)
		defer cancel()
	}
	if s.fails(PointBegin) {
		return errFailed
	}
	c, err := s.begin(ctx)
	if err != nil {
		return err
	}
	b := newBatch(s, &Tx{q: c.conn, stmts: c.stmts, ctx: ctx}, ops)
	// A leader that panics would never hand on: nobody could write any more.
	if err := s.contained("batch", func() error { return b.run(ctx) }); err != nil {
		return errors.Join(err, c.rollback())
	}
	s.reach("commit")
	if s.fails(PointCommit) {
		return errors.Join(errFailed, c.rollback())
	}
	if err := c.commit(ctx); err != nil {
		b.forget()
		return err
	}
	if s.fails(PointAnswer) {
		b.forget()
		return fmt.Errorf("%w: %w", errUnknown, errFailed)
	}
	s.reach("committed")
	b.publish()
	return nil
}

// reach calls the hook of tests, if there is one.
func (s *Store) reach(point string) {
	if s.hook != nil {
		s.hook(point)
	}
}

// writing is a transaction on the connection that writes.
type writing struct {
	s     *Store
	conn  *sql.Conn
	stmts *statements
}

// begin takes the connection and starts a transaction. A pooled connection may have died unnoticed: then it takes another.
func (s *Store) begin(ctx context.Context) (*writing, error) {
	for tries := 0; ; tries++ {
		w, err := s.writing(ctx)
		if err != nil {
			return nil, fmt.Errorf("begin: %w", err)
		}
		if _, err = w.conn.ExecContext(ctx, s.dialect.begin); err == nil {
			return w, nil
		}
		w.discard()
		if tries == 2 || ctx.Err() != nil {
			return nil, fmt.Errorf("begin: %w", err)
		}
	}
}

// writing takes a connection: with SQLite the leader's own, which keeps its prepared statements; else one of the pool.
func (s *Store) writing(ctx context.Context) (*writing, error) {
	if s.queue.stmts != nil {
		return &writing{s: s, conn: s.queue.stmts.conn, stmts: s.queue.stmts}, nil
	}
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writing{s: s, conn: conn}
	if s.dialect.postgres == nil {
		s.queue.stmts = &statements{conn: conn, text: map[string]*sql.Stmt{}}
		w.stmts = s.queue.stmts
	}
	return w, nil
}

// commit ends the transaction. errUnknown unless the database said that it did not happen.
func (w *writing) commit(ctx context.Context) error {
	err := w.s.dialect.commit(ctx, w.conn)
	if err == nil {
		return w.release()
	}
	if !w.s.dialect.said(err) {
		w.discard()
		return fmt.Errorf("%w: %w", errUnknown, err)
	}
	return errors.Join(fmt.Errorf("commit: %w", err), w.rollback())
}

// rollback ends the transaction without effect; a connection that can't is thrown away, which has the same effect.
func (w *writing) rollback() error {
	if _, err := w.conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
		w.discard()
		return nil
	}
	return w.release()
}

// release returns a pooled connection. The commit stands whatever happens to it.
func (w *writing) release() error {
	if w.stmts != nil {
		return nil
	}
	if err := w.conn.Close(); err != nil {
		w.s.log.Warn("release connection", "error", err)
	}
	return nil
}

// discard closes the connection for good.
func (w *writing) discard() {
	if w.stmts != nil {
		w.s.queue.stmts = nil
		w.stmts.close(w.s.log)
	}
	// Raw throws the connection away when its function says that it is bad.
	if err := w.conn.Raw(func(any) error { return driver.ErrBadConn }); err != nil && !errors.Is(err, driver.ErrBadConn) {
		w.s.log.Warn("discard connection", "error", err)
	}
	if err := w.conn.Close(); err != nil && !errors.Is(err, sql.ErrConnDone) && !errors.Is(err, driver.ErrBadConn) {
		w.s.log.Warn("discard connection", "error", err)
	}
}

func (p *statements) close(log *slog.Logger) {
	for _, stmt := range p.text {
		if err := stmt.Close(); err != nil {
			log.Warn("close statement", "error", err)
		}
	}
}

// contained calls a function from outside; its panic becomes its error.
func (s *Store) contained(what string, fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panic in a write", "in", what, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("%s panicked", what)
		}
	}()
	return fn()
}

// errKeyConflict is the answer to another body under a known key.
var errKeyConflict = chat.Refuse(chat.Conflict, "key_conflict", "Something else was sent under this id before.")
