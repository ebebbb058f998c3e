package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pgConnector, pgConn and pgRows put pgx under database/sql: just what this package uses. pgx keeps the prepared statements of each
// connection by their text.
type pgConnector struct{ config *pgx.ConnConfig }

// Connect opens one connection.
func (c pgConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, c.config.Copy())
	if err != nil {
		return nil, err
	}
	return &pgConn{conn: conn, used: time.Now()}, nil
}

// Driver is part of driver.Connector.
func (c pgConnector) Driver() driver.Driver { return pgDriver{} }

type pgDriver struct{}

// Open opens a connection by its URL.
func (pgDriver) Open(url string) (driver.Conn, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	return pgConnector{config}.Connect(context.Background())
}

type pgConn struct {
	conn *pgx.Conn
	used time.Time
}

// idleCheck is how long a connection may lie unused before it is asked whether it lives.
const idleCheck = time.Second

// ExecContext runs a statement that returns no rows.
func (c *pgConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	tag, err := c.conn.Exec(ctx, query, pgArgs(args)...)
	if err != nil {
		return nil, c.fault(err)
	}
	if query == commit && tag.String() == "ROLLBACK" {
		return nil, errFailed
	}
	return driver.RowsAffected(tag.RowsAffected()), nil
}

// QueryContext runs a statement that returns rows. An error of the statement shows up here and not at the end of the rows.
func (c *pgConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.conn.Query(ctx, query, pgArgs(args)...)
	if err != nil {
		return nil, c.fault(err)
	}
	r := &pgRows{conn: c, rows: rows}
	r.ready = rows.Next()
	if err := rows.Err(); err != nil {
		rows.Close()
		return nil, c.fault(err)
	}
	return r, nil
}

// CheckNamedValue lets lists of text through, which PostgreSQL takes as arrays.
func (c *pgConn) CheckNamedValue(v *driver.NamedValue) (err error) {
	if _, ok := v.Value.([]string); ok {
		return nil
	}
	v.Value, err = driver.DefaultParameterConverter.ConvertValue(v.Value)
	return err
}

// BeginTx starts a transaction.
func (c *pgConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	begin := "BEGIN"
	switch level := opts.Isolation; level {
	case 0:
	case driver.IsolationLevel(4): // sql.LevelRepeatableRead
		begin += " ISOLATION LEVEL REPEATABLE READ"
	default:
		return nil, fmt.Errorf("begin: isolation level %d is not used here", level)
	}
	if opts.ReadOnly {
		begin += " READ ONLY"
	}
	if _, err := c.conn.Exec(ctx, begin); err != nil {
		return nil, c.fault(err)
	}
	return pgTx{c}, nil
}

// Begin is part of driver.Conn; database/sql calls BeginTx.
func (c *pgConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// Prepare makes a statement of its own; pgx has prepared it by the second use.
func (c *pgConn) Prepare(query string) (driver.Stmt, error) { return pgStmt{c, query}, nil }

// Close ends the connection.
func (c *pgConn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return c.conn.Close(ctx)
}

// Ping asks whether the connection lives.
func (c *pgConn) Ping(ctx context.Context) error { return c.conn.Ping(ctx) }

// IsValid keeps dead connections out of the pool, and those with a transaction left open.
func (c *pgConn) IsValid() bool {
	return !c.conn.IsClosed() && c.conn.PgConn().TxStatus() == 'I'
}

// ResetSession checks a connection that comes out of the pool.
func (c *pgConn) ResetSession(ctx context.Context) error {
	if !c.IsValid() || time.Since(c.used) > idleCheck && c.conn.Ping(ctx) != nil {
		return driver.ErrBadConn
	}
	c.used = time.Now()
	return nil
}

// fault tells database/sql when nothing has been sent, so that it may try another connection.
func (c *pgConn) fault(err error) error {
	if c.conn.IsClosed() && pgconn.SafeToRetry(err) {
		return driver.ErrBadConn
	}
	if c.conn.IsClosed() {
		return fmt.Errorf("%w: %w", errLost, err)
	}
	return err
}

// errLost says that the connection broke while a statement was under way.
var errLost = errors.New("the connection to the database was lost")

// errFailed says that COMMIT found a transaction in which a statement had failed: PostgreSQL then rolls back and calls that success.
var errFailed = errors.New("a statement of the transaction had failed")

// commit ends a transaction.
const commit = "COMMIT"

func pgArgs(named []driver.NamedValue) []any {
	args := make([]any, len(named))
	for i, v := range named {
		args[i] = v.Value
	}
	return args
}

type pgTx struct{ c *pgConn }

// Commit ends the transaction.
func (t pgTx) Commit() error {
	_, err := t.c.ExecContext(context.Background(), commit, nil)
	return err
}

// Rollback ends the transaction without effect.
func (t pgTx) Rollback() error {
	_, err := t.c.conn.Exec(context.Background(), "ROLLBACK")
	return err
}

type pgStmt struct {
	c     *pgConn
	query string
}

// Close has nothing to give back.
func (s pgStmt) Close() error { return nil }

// NumInput leaves counting to PostgreSQL.
func (s pgStmt) NumInput() int { return -1 }

// ExecContext runs the statement.
func (s pgStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.c.ExecContext(ctx, s.query, args)
}

// QueryContext runs the statement for its rows.
func (s pgStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.c.QueryContext(ctx, s.query, args)
}

// Exec is part of driver.Stmt; database/sql calls ExecContext.
func (s pgStmt) Exec(args []driver.Value) (driver.Result, error) {
	return s.ExecContext(context.Background(), numbered(args))
}

// Query is part of driver.Stmt; database/sql calls QueryContext.
func (s pgStmt) Query(args []driver.Value) (driver.Rows, error) {
	return s.QueryContext(context.Background(), numbered(args))
}

func numbered(args []driver.Value) []driver.NamedValue {
	named := make([]driver.NamedValue, len(args))
	for i, v := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return named
}

type pgRows struct {
	conn  *pgConn
	rows  pgx.Rows
	ready bool // the next row has been read already
}

// Columns names the columns.
func (r *pgRows) Columns() []string {
	fields := r.rows.FieldDescriptions()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// Close drops what has not been read.
func (r *pgRows) Close() error {
	r.rows.Close()
	return nil
}

// Next reads a row into the few types that database/sql knows.
func (r *pgRows) Next(dest []driver.Value) error {
	if !r.ready {
		r.rows.Close()
		if err := r.rows.Err(); err != nil {
			return r.conn.fault(err)
		}
		return io.EOF
	}
	values, err := r.rows.Values()
	if err != nil {
		return err
	}
	for i, v := range values {
		if dest[i], err = pgValue(v); err != nil {
			return err
		}
	}
	r.ready = r.rows.Next()
	return nil
}

func pgValue(v any) (driver.Value, error) {
	switch v := v.(type) {
	case nil, int64, string, []byte, bool, float64, time.Time:
		return v, nil
	case int32:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case float32:
		return float64(v), nil
	case driver.Valuer:
		return v.Value()
	}
	return nil, fmt.Errorf("a column of type %T is not used here", v)
}
