package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"trialog/internal/web"
)

// drain is how long requests that are under way may take to end when the server stops.
const drain = 5 * time.Second

// Serve listens on addr, and on opsAddr unless it is empty, and runs everything until ctx ends. It returns nil then.
func (a *App) Serve(ctx context.Context, addr, opsAddr string) error {
	listeners := map[string]http.Handler{addr: a.Handler}
	if opsAddr != "" {
		listeners[opsAddr] = a.Ops
	}
	g, ctx := errgroup.WithContext(ctx)
	for addr, h := range listeners {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
		if err != nil {
			return fmt.Errorf("listen on %s: %w", addr, err)
		}
		a.cfg.Log.InfoContext(ctx, "listening", "addr", l.Addr())
		server := web.NewHTTPServer(h, a.cfg.Log)
		g.Go(func() error {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve on %s: %w", addr, err)
			}
			return nil
		})
		g.Go(func() error {
			<-ctx.Done()
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
			defer cancel()
			if err := server.Shutdown(stop); err != nil {
				return server.Close()
			}
			return nil
		})
	}
	g.Go(func() error { return a.Run(ctx) })
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
