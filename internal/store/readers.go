package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// readStatements keeps the prepared statements of the connections that read from SQLite, where parsing a query costs more than running it.
// PostgreSQL's driver keeps its own.
type readStatements struct {
	mu   sync.Mutex
	text map[string]*sql.Stmt // nil: nothing is kept
}

// get returns the statement for a text, or nil when too many are kept already: texts are few, unless somebody builds them.
func (p *readStatements) get(ctx context.Context, db *sql.DB, query string) (*sql.Stmt, error) {
	stmt, full := p.known(query)
	if stmt != nil || full {
		return stmt, nil
	}
	stmt, err := db.PrepareContext(ctx, query) // without the lock: the database may let us wait
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	return p.keep(query, stmt)
}

// known returns the statement for a text, or nil; full says that no more are kept.
func (p *readStatements) known(query string) (stmt *sql.Stmt, full bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text[query], p.text == nil || len(p.text) >= maxStatements
}

// keep adds a statement, unless somebody else was faster or close came in between: then it returns theirs, or nil.
func (p *readStatements) keep(query string, stmt *sql.Stmt) (*sql.Stmt, error) {
	p.mu.Lock()
	other := p.text[query]
	if other == nil && p.text != nil {
		p.text[query] = stmt
		p.mu.Unlock()
		return stmt, nil
	}
	p.mu.Unlock()
	return other, stmt.Close()
}

func (p *readStatements) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all error
	for _, stmt := range p.text {
		all = errors.Join(all, stmt.Close())
	}
	p.text = nil
	return all
}

// query reads rows.
func (s *Store) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s.fails(PointRead) {
		return nil, errFailed
	}
	stmt, err := s.prepared.get(ctx, s.reader, query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return s.reader.QueryContext(ctx, query, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

// queryRow reads one row.
func (s *Store) queryRow(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := s.prepared.get(ctx, s.reader, query)
	if err != nil || stmt == nil {
		return s.reader.QueryRowContext(ctx, query, args...) // says itself what is wrong with the text
	}
	return stmt.QueryRowContext(ctx, args...)
}
