package apptest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"trialog/internal/app"
)

// life is the server from one start to its end. It ends by a stop, which is orderly, or by a death, as by kill -9: from that moment
// nothing that it does happens anywhere. The network is gone, calls under way break off, and no write reaches the disk any more.
type life struct {
	app     *app.App
	ctx     context.Context
	end     context.CancelFunc
	stopped chan struct{} // closed when all its goroutines have ended
	dead    atomic.Bool
}

// Boot starts the server on the world's data directory.
func (w *World) Boot() {
	w.T.Helper()
	w.serve(w.boot())
}

// boot starts a server that nobody comes to yet.
func (w *World) boot() *life {
	w.T.Helper()
	l := &life{stopped: make(chan struct{})}
	l.ctx, l.end = context.WithCancel(w.ctx)
	client := w.Net.Client()
	client.Transport = &mortal{client.Transport, l}
	log := slog.New(slog.NewTextHandler(logWriter{w.T, l}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	w.boots++
	a, err := app.New(w.ctx, app.Config{
		PublicURL: w.URL, Data: w.dir, AllowedOrigins: []string{"https://shop.test"}, LoginURL: "https://" + loginHost, GraphURL: "https://" + graphHost,
		HTTP: client, Rand: seeded(w.opts.Seed + w.boots), Log: log, ChatStarts: w.opts.ChatStarts, CrashAt: func(point string) bool { return w.reaches(l, pointOf(point)) },
		Shared: w.opts.Standby,
	})
	w.must(err)
	l.app = a
	w.Go(func() {
		defer close(l.stopped)
		if err := a.Run(l.ctx); err != nil && !errors.Is(err, context.Canceled) && !l.dead.Load() {
			w.T.Errorf("server: %v", err)
		}
	})
	return l
}

// serve lets everybody come to a server.
func (w *World) serve(l *life) {
	w.mu.Lock()
	w.App, w.life = l.app, l
	w.mu.Unlock()
	w.Net.Handle(serverHost, l.app.Handler)
}

// Stop ends the server as an operator does.
func (w *World) Stop() {
	l := w.life
	w.Net.Handle(serverHost, nil)
	l.end()
	<-l.stopped
	if !l.dead.Load() {
		w.must(l.app.Close())
	}
}

// Kill ends the server without a goodbye: whatever was not durable is gone.
func (w *World) Kill() {
	w.die(w.life)
	<-w.life.stopped
}

// DieAt arms a crash point: the server dies when it comes there for the nth time from now on. From now on, too, Points counts.
func (w *World) DieAt(point string, nth int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deadly, w.nth, w.deadlyThen, w.points = point, nth, "", nil
}

// DieTwice arms two crash points: the server dies at the first, and what is started then at the second.
func (w *World) DieTwice(first, second string) {
	w.DieAt(first, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deadlyThen = second
}

// Dead reports whether the server has died and not been started again.
func (w *World) Dead() bool { return w.life.dead.Load() }

// Points lists the crash points that the servers of this world came by, in order.
func (w *World) Points() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.points...)
}

// reaches notes that a server is at a crash point and reports whether it ends there.
func (w *World) reaches(l *life, point string) bool {
	if l.dead.Load() {
		return true
	}
	w.mu.Lock()
	fatal := false
	if w.life == l {
		w.points = append(w.points, point)
		if w.deadly == point {
			w.nth--
			fatal = w.nth == 0
		}
	}
	if fatal {
		w.deadly, w.nth, w.deadlyThen = w.deadlyThen, 1, ""
		w.deaths++
	}
	w.mu.Unlock()
	if fatal {
		w.die(l)
	}
	return fatal
}

// die is called on any goroutine, also on one of the server's own, so it waits for nothing but a transaction under way.
func (w *World) die(l *life) {
	if l.dead.Swap(true) {
		return
	}
	w.Net.Handle(serverHost, nil)
	if err := l.app.Close(); err != nil {
		w.T.Errorf("close the store of a dead server: %v", err)
	}
	l.end()
}

// Again starts the server after its end, or lets the one that stands by take over, and lets everybody's screens connect again.
func (w *World) Again() error {
	<-w.life.stopped
	if w.standby != nil {
		w.serve(w.standby)
		w.standby = nil
	} else {
		w.Boot()
	}
	agents, customers := w.people()
	for _, a := range agents {
		if err := a.Connect(w.ctx); err != nil {
			return err
		}
	}
	for _, c := range customers {
		if err := c.Connect(w.ctx); err != nil {
			return err
		}
	}
	return nil
}

// mortal is the server's way to Microsoft. Calls break off when the server dies.
type mortal struct {
	http.RoundTripper
	l *life
}

var errDead = errors.New("the process is dead")

// RoundTrip carries out one request, unless the server is dead.
func (m *mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.l.dead.Load() {
		return nil, errDead
	}
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(m.l.ctx, cancel)
	resp, err := m.RoundTripper.RoundTrip(r.WithContext(ctx))
	if err != nil || m.l.dead.Load() {
		stop()
		cancel()
		if err == nil {
			return nil, errors.Join(errDead, resp.Body.Close())
		}
		return nil, err
	}
	resp.Body = &mortalBody{resp.Body, func() { stop(); cancel() }}
	return resp, nil
}

// mortalBody lets go of the request when it is closed.
type mortalBody struct {
	io.ReadCloser
	done func()
}

// Close closes the body.
func (b *mortalBody) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}

// logWriter sends a server's log to the test's; the dead are silent.
type logWriter struct {
	t testing.TB
	l *life
}

// Write takes one record.
func (l logWriter) Write(p []byte) (int, error) {
	if !l.l.dead.Load() {
		l.t.Log(strings.TrimSpace(string(p)))
	}
	return len(p), nil
}
