package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect holds all in which the two databases differ.
type dialect struct {
	goose     goose.Dialect
	begin     string             // starts a transaction that writes
	isolation sql.IsolationLevel // of View: one state throughout
	postgres  *pgx.ConnConfig    // nil with SQLite
	// migrationLock keeps two nodes from migrating at once.
	migrationLock, migrationUnlock string
	// timeout bounds one commit, 0 for none: a file does not hang, a network does.
	timeout time.Duration
}

// openDialect opens the connection pools for the configured database.
func openDialect(cfg Config, writer, reader **sql.DB) (*dialect, error) {
	switch {
	case cfg.URL == "" && cfg.Memory != "":
		return openSQLite(MemoryURL(cfg.Memory), writer, reader, "journal_mode(MEMORY)", "synchronous(OFF)", "temp_store(MEMORY)")
	case cfg.URL == "":
		file := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.Join(cfg.Dir, "trialog.db")}).EscapedPath()}
		return openSQLite(file, writer, reader, "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(4000)", "cache_size(-16000)", "temp_store(MEMORY)")
	}
	if !strings.HasPrefix(cfg.URL, "postgres://") && !strings.HasPrefix(cfg.URL, "postgresql://") {
		return nil, errors.New("the database URL must begin with postgres://")
	}
	c, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	db.SetConnMaxIdleTime(5 * time.Minute)
	*writer, *reader = db, db
	return &dialect{goose: goose.DialectPostgres, begin: "BEGIN", isolation: sql.LevelRepeatableRead, postgres: c, timeout: 15 * time.Second,
		migrationLock: "SELECT pg_advisory_lock(7260324)", migrationUnlock: "SELECT pg_advisory_unlock(7260324)"}, nil
}

// MemoryURL is where SQLite finds the database that Config.Memory names.
func MemoryURL(name string) url.URL {
	return url.URL{Scheme: "file", Opaque: "/" + url.PathEscape(name), RawQuery: "vfs=memdb"}
}

// openSQLite opens one connection that writes, with the given settings, and a pool that only reads.
func openSQLite(file url.URL, writer, reader **sql.DB, settings ...string) (*dialect, error) {
	dsn := func(pragmas ...string) string {
		q := file.Query()
		q["_pragma"] = append([]string{"busy_timeout(5000)", "foreign_keys(1)"}, pragmas...)
		file.RawQuery = q.Encode()
		return file.String()
	}
	w, err := sql.Open("sqlite", dsn(settings...))
	if err != nil {
		return nil, err
	}
	r, err := sql.Open("sqlite", dsn("query_only(1)"))
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.SetMaxOpenConns(1)
	r.SetMaxOpenConns(8)
	r.SetMaxIdleConns(8)
	*writer, *reader = w, r
	return &dialect{goose: goose.DialectSQLite3, begin: "BEGIN IMMEDIATE"}, nil
}

// placeholder names the i-th argument, from 1, of a generated statement whose arguments stand in order. SQLite looks numbered names
// up one by one, which is slow for thousands, so it gets nameless ones.
func (d *dialect) placeholder(i int) string {
	if d.postgres == nil {
		return "?"
	}
	return "$" + strconv.Itoa(i)
}

// now is the time by which leases are judged: the database's where several nodes share it, else this process's.
func (d *dialect) now(ctx context.Context, tx *Tx) (int64, error) {
	if d.postgres == nil {
		return time.Now().UnixMicro(), nil
	}
	var now int64
	err := tx.QueryRow(ctx, "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT").Scan(&now)
	return now, err
}

// notify sends payloads to the other nodes when the transaction commits.
func (d *dialect) notify(ctx context.Context, tx *Tx, payloads []string) error {
	if d.postgres == nil || len(payloads) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "SELECT pg_notify('trialog', p) FROM unnest($1::text[]) AS p", payloads)
	return err
}

// duplicate reports whether err is a broken UNIQUE or PRIMARY KEY.
func (d *dialect) duplicate(err error) bool {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case errors.As(err, &pg):
		return pg.Code == "23505"
	case errors.As(err, &lite):
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// commit ends the transaction on conn. PostgreSQL calls it a success when it rolls back because a statement had failed; here it is
// pgx.ErrTxCommitRollback.
func (d *dialect) commit(ctx context.Context, conn *sql.Conn) error {
	if d.postgres == nil {
		_, err := conn.ExecContext(ctx, "COMMIT")
		return err
	}
	return conn.Raw(func(c any) error {
		tag, err := c.(*stdlib.Conn).Conn().Exec(ctx, "COMMIT")
		if err == nil && tag.String() == "ROLLBACK" {
			return pgx.ErrTxCommitRollback
		}
		return err
	})
}

// rowLock ends a SELECT of which the rows of one table are to be locked. SQLite has one writer at a time and needs none.
func (d *dialect) rowLock(table string) string {
	if d.postgres == nil {
		return ""
	}
	return " FOR UPDATE OF " + table
}

// clash reports whether err is a deadlock or the like with another node: the same again alone will do.
func (d *dialect) clash(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && strings.HasPrefix(pg.Code, "40")
}

// said reports whether err is the database's own answer, as opposed to a lost connection.
func (d *dialect) said(err error) bool {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	return errors.Is(err, pgx.ErrTxCommitRollback) || errors.As(err, &pg) || errors.As(err, &lite)
}

// down reports whether err says that the database as a whole can't serve now, as opposed to one statement being wrong.
func (d *dialect) down(err error) bool {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case errors.As(err, &pg): // connection, resources, operator, system
		return strings.Contains("08 53 57 58", pg.Code[:2])
	case errors.As(err, &lite):
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT,
			sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL:
			return true
		}
		return false
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
