package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"trialog/internal/app"
	"trialog/internal/teamsim"
)

// demoCmd runs `trialog teamsim` and `trialog serve` as processes of their own, as in real life they are; a server that dies, for
// whatever reason, is started again on the same data.
type demoCmd struct {
	Addr     string `help:"Where the server listens." default:"127.0.0.1:8080" env:"TRIALOG_ADDR"`
	OpsAddr  string `help:"Where health and metrics are served." default:"" env:"TRIALOG_OPS_ADDR"`
	Teams    string `name:"teams-addr" help:"Where the simulated tenant listens." default:"127.0.0.1:8090" env:"TRIALOG_TEAMS_ADDR"`
	TeamsTLS string `name:"teams-tls-addr" help:"The same over TLS, with a CA of its own." default:"127.0.0.1:8091" env:"TRIALOG_TEAMS_TLS_ADDR"`
	Data     string `help:"Data directory; emptied at the start." default:"data/demo" env:"TRIALOG_DATA"`
	Chats    string `help:"JSON file with conversations that the stage can play." default:"../shared/data/service-chats.json" env:"TRIALOG_DEMO_CHATS"`
}

// Run starts everything and prints the addresses.
func (d *demoCmd) Run(ctx context.Context, c *console) error {
	if err := d.fresh(); err != nil {
		return err
	}
	for _, addr := range []string{d.Addr, d.Teams, d.TeamsTLS} {
		if err := free(addr); err != nil {
			return err
		}
	}
	if err := d.seed(ctx, c); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return keepRunning(ctx, c, exec.Command(self, "teamsim", "--demo", "--addr", d.Teams, "--tls-addr", d.TeamsTLS, "--ca", d.caFile(), "--redirect", d.url()+"/api/v1/teams/callback"))
	})
	g.Go(func() error {
		args := []string{"serve", "--addr", d.Addr, "--data", d.Data, "--public-url", d.url(), "--login-url", "http://" + d.Teams,
			"--graph-url", "http://" + d.Teams, "--stage", "http://" + d.Teams, "--stage-chats", d.Chats}
		if d.OpsAddr != "" {
			args = append(args, "--ops-addr", d.OpsAddr)
		}
		return keepRunning(ctx, c, exec.Command(self, args...))
	})
	if err := answers(ctx, d.Addr, d.Teams); err != nil {
		return err
	}
	d.welcome(c)
	return g.Wait()
}

func (d *demoCmd) url() string    { return "http://" + d.Addr }
func (d *demoCmd) caFile() string { return filepath.Join(d.Data, "teamsim-ca.pem") }

// fresh empties the data directory, but only one that an earlier demo made.
func (d *demoCmd) fresh() error {
	mark := filepath.Join(d.Data, ".demo")
	entries, err := os.ReadDir(d.Data)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read %s: %w", d.Data, err)
	}
	if len(entries) > 0 {
		if _, err := os.Stat(mark); err != nil {
			return fmt.Errorf("%s holds data that no demo made; choose another directory with --data", d.Data)
		}
		if err := os.RemoveAll(d.Data); err != nil {
			return fmt.Errorf("empty %s: %w", d.Data, err)
		}
	}
	if err := os.MkdirAll(d.Data, 0o700); err != nil {
		return fmt.Errorf("create %s: %w", d.Data, err)
	}
	return os.WriteFile(mark, nil, 0o600)
}

func (d *demoCmd) seed(ctx context.Context, c *console) error {
	a, err := app.New(ctx, app.Config{Data: d.Data, PublicURL: d.url(), LoginURL: "http://" + d.Teams, GraphURL: "http://" + d.Teams, Log: c.log})
	if err != nil {
		return err
	}
	return errors.Join(a.Seed(ctx, app.DemoSeed(teamsim.DefaultTenant)), a.Close())
}

func (d *demoCmd) welcome(c *console) {
	fmt.Fprintf(c.out, `
Trialog is running.

  stage     %[1]s/stage     customer, agent and expert side by side: begin here
  desk      %[1]s/          agents anna and ben, administrator admin, password demo
  shop      %[1]s/demo      a customer's page with the widget
  Teams     http://%[2]s/teams/     the simulated Microsoft Teams: act as an expert

  simulated Microsoft sign-in and Graph: http://%[2]s and https://%[3]s (CA: %[4]s)

Stop with Ctrl+C.
`, d.url(), d.Teams, d.TeamsTLS, d.caFile())
}

// free refuses an address that somebody listens on already, before anything is started.
func free(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%s is taken: %w", addr, err)
	}
	return l.Close()
}

// answers waits until all addresses take connections.
func answers(ctx context.Context, addrs ...string) error {
	for _, addr := range addrs {
		for {
			conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", addr)
			if err == nil {
				conn.Close()
				break
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	return nil
}

// keepRunning runs a process until ctx ends and starts it again when it dies. A process that dies five times within ten seconds is
// beyond help.
func keepRunning(ctx context.Context, c *console, template *exec.Cmd) error {
	deaths := 0
	for since := time.Now(); ; {
		cmd := exec.Command(template.Path, template.Args[1:]...)
		cmd.Stdout, cmd.Stderr = c.out, os.Stderr
		cmd.SysProcAttr = dieWithParent()
		err := runUntil(ctx, cmd)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(since) > 10*time.Second {
			since, deaths = time.Now(), 0
		}
		if deaths++; deaths >= 5 {
			return fmt.Errorf("%s keeps dying: %w", template.Args[1], err)
		}
		c.log.Warn("process died, starting it again", "process", template.Args[1], "err", err)
		time.Sleep(200 * time.Millisecond)
	}
}

// runUntil runs a process; when ctx ends it is asked to stop, and after ten seconds made to.
func runUntil(ctx context.Context, cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	err := cmd.Process.Signal(syscall.SIGTERM)
	select {
	case exited := <-done:
		return errors.Join(err, exited)
	case <-time.After(10 * time.Second):
		return errors.Join(err, cmd.Process.Kill(), <-done)
	}
}
