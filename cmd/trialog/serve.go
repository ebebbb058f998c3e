package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"trialog/internal/app"
	"trialog/ui"
)

// storage is what every command that opens the store takes.
type storage struct {
	Data        string `help:"Data directory." default:"data" env:"TRIALOG_DATA" type:"path"`
	DatabaseURL string `help:"postgres://… for several nodes; empty for the embedded database." env:"TRIALOG_DATABASE_URL"`
	KeyFile     string `help:"File with the key that seals secrets; empty for one in the data directory." env:"TRIALOG_KEY_FILE" type:"path"`
}

// config is what these flags say; the public URL does not matter where nothing is served.
func (s storage) config(c *console) app.Config {
	return app.Config{Data: s.Data, DatabaseURL: s.DatabaseURL, KeyFile: s.KeyFile, PublicURL: "http://127.0.0.1:8080", Log: c.log}
}

// with opens the store, lets do work on it and closes it.
func (s storage) with(ctx context.Context, c *console, do func(*app.App) error) error {
	a, err := app.New(ctx, s.config(c))
	if err != nil {
		return err
	}
	return errors.Join(do(a), a.Close())
}

// serveCmd runs the server. With no flags at all it serves on one machine with embedded storage.
type serveCmd struct {
	storage
	Addr           string   `help:"Where to listen." default:"127.0.0.1:8080" env:"TRIALOG_ADDR"`
	OpsAddr        string   `help:"Private address for health, metrics and profiles; empty for none." env:"TRIALOG_OPS_ADDR"`
	PublicURL      string   `name:"public-url" help:"Where browsers and Microsoft reach this server; empty for http:// and the address." env:"TRIALOG_PUBLIC_URL"`
	LoginURL       string   `name:"login-url" help:"Microsoft's sign-in; for national clouds and the simulated tenant." env:"TRIALOG_LOGIN_URL"`
	GraphURL       string   `name:"graph-url" help:"Microsoft Graph; for national clouds and the simulated tenant." env:"TRIALOG_GRAPH_URL"`
	AllowedOrigins []string `help:"Sites that may embed the widget, or * for any." env:"TRIALOG_ALLOWED_ORIGINS"`
	VisitorKey     string   `help:"Secret with which a site signs who its visitors are." env:"TRIALOG_VISITOR_KEY"`
	TrustedProxies []string `help:"Networks whose X-Forwarded-For is believed." env:"TRIALOG_TRUSTED_PROXIES"`
	ChatStarts     int      `help:"Chats that strangers may start a minute from one network; 0 for no bound." default:"10" env:"TRIALOG_CHAT_STARTS"`
	FileLimit      int64    `help:"Largest file in MB that crosses." default:"25" env:"TRIALOG_FILE_LIMIT"`
	Stage          string   `help:"Turn the demonstration's stage on, with the simulated tenant at this address." hidden:""`
	StageChats     string   `help:"JSON file with conversations that the stage can play." hidden:""`
}

// Run serves until ctx ends.
func (s *serveCmd) Run(ctx context.Context, c *console) error {
	config, err := s.appConfig(c)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, config)
	if err != nil {
		return err
	}
	if err := a.EnsureService(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	return errors.Join(a.Serve(ctx, s.Addr, s.OpsAddr), a.Close())
}

func (s *serveCmd) appConfig(c *console) (app.Config, error) {
	config := s.storage.config(c)
	config.LoginURL, config.GraphURL, config.AllowedOrigins, config.VisitorKey = s.LoginURL, s.GraphURL, s.AllowedOrigins, []byte(s.VisitorKey)
	config.FileLimit, config.UI = s.FileLimit<<20, ui.Files()
	if config.ChatStarts = s.ChatStarts; s.ChatStarts == 0 {
		config.ChatStarts = -1
	}
	if config.PublicURL = s.PublicURL; s.PublicURL == "" {
		config.PublicURL = "http://" + reachable(s.Addr)
	}
	for _, p := range s.TrustedProxies {
		network, err := netip.ParsePrefix(p)
		if err != nil {
			return config, fmt.Errorf("trusted proxy %q: want a network, such as 10.0.0.0/8", p)
		}
		config.TrustedProxies = append(config.TrustedProxies, network)
	}
	if s.Stage == "" {
		return config, nil
	}
	var err error
	config.Stage, err = app.DemoStage(s.Stage, s.StageChats)
	return config, err
}

// reachable is an address that a browser on this machine can open.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host != "" && host != "0.0.0.0" && host != "::" {
		return addr
	}
	return net.JoinHostPort("127.0.0.1", port)
}
