// Package app builds the program from its Config, and runs and stops its long-lived parts. It is the one place that knows all others:
// whoever must not import each other (the HTTP surface and the Microsoft Teams connector, say) meets here as plain functions.
//
// Constructors start nothing. Run starts every long-lived part in one errgroup and returns when all have ended.
package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"trialog/internal/account"
	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/directory"
	"trialog/internal/gateway"
	"trialog/internal/graph"
	"trialog/internal/store"
	"trialog/internal/teams"
	"trialog/internal/web"
)

// App is the whole server.
type App struct {
	Store    *store.Store
	Desk     *desk.Desk
	Auth     *auth.Auth
	Accounts *account.Accounts
	Teams    *teams.Connector
	Handler  http.Handler // what browsers, widgets and Microsoft reach
	Ops      http.Handler // what operators reach, on a private address

	cfg     Config
	gateway *gateway.Gateway
}

// New opens the store and builds everything on it. Nothing runs until Run.
func New(ctx context.Context, c Config) (*App, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	a := &App{cfg: c}
	if a.Store, err = store.Open(ctx, store.Config{URL: c.DatabaseURL, Dir: c.Data, KeyFile: c.KeyFile, Rand: c.Rand, Log: c.Log, Shared: c.Shared, CrashAt: c.CrashAt}); err != nil {
		return nil, err
	}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.Store.Close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context) (err error) {
	c := a.cfg
	a.Desk = desk.New(desk.Config{Store: a.Store, Log: c.Log, FileLimit: c.FileLimit})
	a.Auth = auth.New(auth.Config{Store: a.Store, Rand: c.Rand})
	microsoftIs := graph.Endpoint{LoginURL: c.LoginURL, GraphURL: c.GraphURL, HTTP: c.HTTP}
	a.Accounts = account.New(account.Config{Store: a.Store, Endpoint: microsoftIs, PublicURL: c.PublicURL, Rand: c.Rand})
	a.Teams, err = teams.New(ctx, teams.Config{Store: a.Store, Desk: a.Desk, PublicURL: c.PublicURL, Node: nodeName(), Rand: c.Rand, Log: c.Log,
		Endpoint: microsoftIs, Rotate: a.Accounts.RotateKey, CrashAt: c.CrashAt})
	if err != nil {
		return err
	}
	microsoft := a.microsoft()
	a.gateway = gateway.New(gateway.Config{Store: a.Store, Desk: a.Desk, Log: c.Log, Staff: a.redeemStaff, Visitor: a.redeemVisitor, Focus: microsoft.Focus,
		Me: func(ctx context.Context, agent chat.AgentID) (any, error) {
			return web.LoadMe(ctx, a.Auth, microsoft, agent)
		}})
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &accountMetrics{a})
	a.Handler, err = web.New(web.Config{Store: a.Store, Desk: a.Desk, Auth: a.Auth, Directory: a.directory(), Microsoft: microsoft, Accounts: a.administration(),
		StaffLive: a.gateway.StaffHandler(), VisitorLive: a.gateway.VisitorHandler(), PublicURL: c.PublicURL, AllowedOrigins: c.AllowedOrigins,
		VisitorKey: c.VisitorKey, TrustedProxies: c.TrustedProxies, Starts: c.starts(), UI: c.UI, Demo: c.Stage, Metrics: metrics, Rand: c.Rand, Log: c.Log})
	a.Ops = web.OpsHandler(a.Store.Ping, metrics, c.Log)
	return err
}

// directory is whom agents can find, in the order of the folders.
func (a *App) directory() *directory.Directory {
	return directory.New(a.Store, directory.Agents(a.Store, nil), a.Teams.Source(), directory.Services(a.Store))
}

// microsoft is what the connector offers to browsers.
func (a *App) microsoft() web.Microsoft {
	return web.Microsoft{
		Link:              func(ctx context.Context, agent chat.AgentID) (any, error) { return a.Teams.Link(ctx, agent) },
		Start:             a.Teams.StartSignIn,
		StartWithChannels: a.Teams.StartWithChannels,
		Finish:            a.Teams.FinishSignIn,
		Disable:           a.Teams.Disable,
		Carries:           func(ctx context.Context, agent chat.AgentID) (any, error) { return a.Teams.Carries(ctx, agent) },
		Talks:             a.Teams.Talks(),
		Focus:             a.Teams.Focus, RetryLane: a.Teams.Retry, MayRemove: a.Teams.MayRemove, Hooks: a.Teams.Hooks(),
	}
}

func (a *App) redeemStaff(ctx context.Context, ticket string) (gateway.StaffSession, error) {
	who, err := a.Auth.RedeemStaff(ctx, ticket)
	return gateway.StaffSession{Agent: who.Agent, Alive: func(ctx context.Context) bool { return a.Auth.Alive(ctx, who) }}, err
}

// redeemVisitor lets the customer of a conversation in, who is its first participant.
func (a *App) redeemVisitor(ctx context.Context, ticket string) (desk.Actor, error) {
	id, err := a.Auth.RedeemVisitor(ctx, ticket)
	return desk.Actor{Conversation: id, Participant: 1, Kind: chat.Customer}, err
}

// Run runs the long-lived parts until ctx ends or one of them fails, and tells live connections to come back later.
func (a *App) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	part := func(name string, run func(context.Context) error) {
		g.Go(func() error {
			if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				return fmt.Errorf("%s: %w", name, err)
			}
			return ctx.Err()
		})
	}
	part("store", a.Store.Run)
	part("gateway", a.gateway.Run)
	part("offers", a.Desk.WatchOffers)
	part("teams", a.Teams.Run)
	g.Go(func() error {
		<-ctx.Done()
		a.gateway.Shutdown()
		return nil
	})
	return g.Wait()
}

// Close closes the store. Run must have ended.
func (a *App) Close() error { return a.Store.Close() }

// nodeName names this machine among the nodes. Two processes of one machine are told apart by their incarnation.
func nodeName() string {
	name, err := os.Hostname()
	if err != nil {
		return "node"
	}
	return name
}
