package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"trialog/internal/app"
	"trialog/internal/localca"
	"trialog/internal/teamsim"
	"trialog/ui"
)

// teamsimCmd runs the simulated tenant, over plain HTTP and over TLS with a CA of its own, on loopback addresses only.
type teamsimCmd struct {
	Addr     string   `help:"Where to listen." default:"127.0.0.1:8090" env:"TRIALOG_TEAMS_ADDR"`
	TLSAddr  string   `name:"tls-addr" help:"Where to listen with TLS." default:"127.0.0.1:8091" env:"TRIALOG_TEAMS_TLS_ADDR"`
	CA       string   `name:"ca" help:"File to write the CA's certificate to." default:"teamsim-ca.pem" type:"path"`
	Demo     bool     `help:"Begin with people, chats and the demo's application."`
	Redirect []string `help:"Redirect URIs of the demo's application." default:"http://127.0.0.1:8080/api/v1/teams/callback"`
	Seed     uint64   `help:"Makes ids and probabilistic faults repeatable." default:"1"`
}

// Run serves until ctx ends.
func (t *teamsimCmd) Run(ctx context.Context, c *console) error {
	for _, addr := range []string{t.Addr, t.TLSAddr} {
		if err := loopback(addr); err != nil {
			return err
		}
	}
	client, err := fs.Sub(ui.Files(), "teams")
	if err != nil {
		return fmt.Errorf("open the Teams client: %w", err)
	}
	tenant, err := teamsim.New(teamsim.Config{Seed: t.Seed, AllowHTTP: true, Client: client, Log: c.log})
	if err != nil {
		return err
	}
	if t.Demo {
		if err := teamsim.Demo(tenant); err != nil {
			return err
		}
		a := app.DemoSeed(tenant.ID()).Account
		tenant.AddApp(teamsim.App{ClientID: a.ClientID, Secret: a.Secret, Name: "Trialog", RedirectURIs: t.Redirect,
			Consented: []string{"ChatMember.ReadWrite"}}) // needs an administrator; the rest each agent consents to
	}
	secure, err := t.tlsConfig()
	if err != nil {
		return err
	}
	c.log.Info("simulated tenant", "addr", t.Addr, "tls", t.TLSAddr, "ca", t.CA)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return tenant.Run(ctx) })
	g.Go(func() error { return listen(ctx, t.Addr, nil, tenant.Handler()) })
	g.Go(func() error { return listen(ctx, t.TLSAddr, secure, tenant.Handler()) })
	return g.Wait()
}

// loopback refuses to offer a tenant without secrets to anybody but this machine.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("the simulated tenant listens on loopback addresses only, not on %s", addr)
	}
	return nil
}

// listen serves h on addr until ctx ends.
func listen(ctx context.Context, addr string, secure *tls.Config, h http.Handler) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	if secure != nil {
		l = tls.NewListener(l, secure)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return ctx.Err()
}

// tlsConfig makes a CA, writes its certificate to t.CA and returns a configuration with a certificate for loopback names.
func (t *teamsimCmd) tlsConfig() (*tls.Config, error) {
	ca, err := localca.New("Trialog simulated tenant CA")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(t.CA, ca.PEM(), 0o644); err != nil {
		return nil, fmt.Errorf("write CA: %w", err)
	}
	return ca.Server()
}
