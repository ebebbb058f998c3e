package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Tx is a transaction. Statements use $1, $2 … on both databases; times are microseconds, booleans 0 or 1, JSON is text. Close the
// rows of one query before the next statement. A Tx is valid only inside the function it was handed to, on that goroutine.
type Tx struct {
	q     querier
	stmts *statements     // prepared statements, nil where the driver keeps its own
	ctx   context.Context // replaces the caller's context where others share the transaction
	hints []notice        // sent once committed
}

// querier is what *sql.Conn and *sql.Tx have in common.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Exec runs a statement and returns how many rows it changed. Inside Update the end of ctx does not interrupt it, because other
// writes share the transaction.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (rows int64, err error) {
	var r sql.Result
	if stmt, err := tx.prepared(query); err != nil {
		return 0, err
	} else if stmt != nil {
		r, err = stmt.ExecContext(tx.context(ctx), args...)
		if err != nil {
			return 0, err
		}
		return r.RowsAffected()
	}
	if r, err = tx.q.ExecContext(tx.context(ctx), query, args...); err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Query runs a statement that returns rows, which the caller closes.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt, err := tx.prepared(query); err != nil {
		return nil, err
	} else if stmt != nil {
		return stmt.QueryContext(tx.context(ctx), args...)
	}
	return tx.q.QueryContext(tx.context(ctx), query, args...)
}

// QueryRow runs a statement that returns at most one row; Scan says sql.ErrNoRows when there is none.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt, err := tx.prepared(query); err == nil && stmt != nil {
		return stmt.QueryRowContext(tx.context(ctx), args...)
	}
	return tx.q.QueryRowContext(tx.context(ctx), query, args...)
}

// Signal sends a hint once the transaction has committed, to other nodes as part of it.
func (tx *Tx) Signal(h Hint) { tx.hints = append(tx.hints, notice{Hint: h}) }

func (tx *Tx) context(ctx context.Context) context.Context {
	if tx.ctx != nil {
		return tx.ctx
	}
	return ctx
}

func (tx *Tx) prepared(query string) (*sql.Stmt, error) {
	if tx.stmts == nil {
		return nil, nil
	}
	return tx.stmts.prepare(tx.context(context.Background()), query)
}

// statements keeps the prepared statements of the one connection that writes to SQLite.
type statements struct {
	conn *sql.Conn
	text map[string]*sql.Stmt
}

// maxStatements bounds the prepared statements; callers with changing texts would otherwise grow them for ever.
const maxStatements = 200

func (p *statements) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt := p.text[query]; stmt != nil {
		return stmt, nil
	}
	if len(p.text) >= maxStatements {
		for text, stmt := range p.text {
			if err := stmt.Close(); err != nil {
				return nil, fmt.Errorf("close statement: %w", err)
			}
			delete(p.text, text)
		}
	}
	stmt, err := p.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.text[query] = stmt
	return stmt, nil
}

// View runs fn in a transaction that only reads and sees one state of the database throughout.
func (s *Store) View(ctx context.Context, fn func(tx *Tx) error) error {
	t, err := s.reader.BeginTx(ctx, &sql.TxOptions{Isolation: s.dialect.isolation, ReadOnly: s.dialect.postgres != nil})
	if err != nil {
		return unavailable("view", err)
	}
	defer t.Rollback() // nothing to keep
	return s.outcome("view", fn(&Tx{q: t}))
}

// outcome turns a database that is down into a refusal that may be repeated; all else stays as it is.
func (s *Store) outcome(what string, err error) error {
	if err != nil && s.dialect.down(err) {
		return unavailable(what, err)
	}
	return err
}
