package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"trialog/internal/outside"
	"trialog/internal/store"
)

// shared is the server of this test process; a second one would only cost seconds.
var shared struct {
	once sync.Once
	*server
	err error
}

// server is a running PostgreSQL.
type server struct {
	port      int
	databases atomic.Int64
	alive     io.WriteCloser // its end, which comes with the process at the latest, stops the server
}

var errMissing = errors.New("PostgreSQL is not installed (Debian: apt install postgresql)")

// databaseURL makes a fresh database.
func databaseURL(tb testing.TB) string {
	tb.Helper()
	s := running(tb)
	name := fmt.Sprintf("t%d", s.databases.Add(1))
	s.admin(tb, "CREATE DATABASE "+name)
	tb.Cleanup(func() { s.admin(tb, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return s.url(name)
}

// Synced makes the PostgreSQL server sync for the rest of the process, as in production. Only measurements need it.
func Synced(tb testing.TB) {
	tb.Helper()
	s := running(tb)
	s.admin(tb, "ALTER SYSTEM SET fsync = on")
	s.admin(tb, "SELECT pg_reload_conf()")
}

func running(tb testing.TB) *server {
	tb.Helper()
	shared.once.Do(func() { shared.server, shared.err = start() })
	switch {
	case errors.Is(shared.err, errMissing) && os.Getenv("CI") != "true":
		tb.Skipf("SKIPPED, NOT TESTED: %v", shared.err)
	case shared.err != nil:
		tb.Fatalf("start PostgreSQL: %v", shared.err)
	}
	return shared.server
}

func (s *server) url(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// admin runs a statement as the server's administrator.
func (s *server) admin(tb testing.TB, statement string) {
	tb.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		tb.Fatalf("connect to PostgreSQL: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// start makes a new cluster and starts a server on it.
func start() (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	attr, uid, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "trialog-postgres-")
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, uid, -1); err != nil {
		return nil, err
	}
	port, release, err := outside.FreePort()
	if err != nil {
		return nil, err
	}
	defer release() // by then the server listens there
	data := filepath.Join(dir, "data")
	run := func(name string, args ...string) error {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.Dir, cmd.SysProcAttr = dir, attr
		log, err := os.CreateTemp(dir, name+"-*.log") // not a pipe: the server would keep it open
		if err != nil {
			return err
		}
		defer log.Close()
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Run(); err != nil {
			text, _ := os.ReadFile(log.Name()) // the first error is the one to tell
			return fmt.Errorf("%s: %w: %s", name, err, text)
		}
		return nil
	}
	if err := run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return nil, err
	}
	options := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200", port)
	if err := os.WriteFile(filepath.Join(data, "postgresql.auto.conf"), []byte("fsync = 'off'\n"), 0o600); err != nil {
		return nil, err
	}
	if err := os.Chown(filepath.Join(data, "postgresql.auto.conf"), uid, -1); err != nil {
		return nil, err
	}
	if err := run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "server.log"), "-o", options, "start"); err != nil {
		return nil, err
	}
	alive, err := keeper(filepath.Join(bin, "pg_ctl"), data, dir, attr)
	return &server{port: port, alive: alive}, err
}

// keeper starts a shell that waits for the end of this process, stops the server and deletes its folder.
func keeper(pgctl, data, dir string, attr *syscall.SysProcAttr) (io.WriteCloser, error) {
	cmd := exec.Command("/bin/sh", "-c", `cat >/dev/null; "$0" -D "$1" -m immediate stop >/dev/null 2>&1; rm -rf "$2"`, pgctl, data, dir)
	own := *attr
	own.Setsid = true // what ends the tests must not end it first
	cmd.Dir, cmd.SysProcAttr = "/", &own
	alive, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return alive, cmd.Start()
}

// binaries finds the folder with initdb and pg_ctl: the newest Debian one, or that on the path.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errMissing
	}
	return filepath.Dir(path), nil
}

// unprivileged says as whom to run PostgreSQL, which refuses to run as root.
func unprivileged() (*syscall.SysProcAttr, int, error) {
	if os.Getuid() != 0 {
		return &syscall.SysProcAttr{}, os.Getuid(), nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return nil, 0, err
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return nil, 0, err
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, uid, nil
	}
	return nil, 0, errors.New("there is neither a user postgres nor nobody to run it as")
}

// Cut ends all connections to a store's database, as a restart of the server would.
func Cut(tb testing.TB, cfg store.Config) error {
	tb.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, cfg.URL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	return err
}
