package teamsim

import (
	"context"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// Handler serves the whole tenant on one listener: Graph under /v1.0/, the identity
// platform under /{tenant}/, the browser client under /teams/ and the private API under
// /sim/. Paths are told apart by hand: as ServeMux patterns they would conflict.
func (t *Tenant) Handler() http.Handler {
	return http.HandlerFunc(t.dispatch)
}

func (t *Tenant) dispatch(w http.ResponseWriter, r *http.Request) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case "v1.0":
		if !allowOrigin(w, r) {
			t.serveGraph(w, r)
		}
	case "sim":
		if !allowOrigin(w, r) {
			t.serveSim(w, r)
		}
	case "personal":
		if !allowOrigin(w, r) {
			t.serveWebFile(w, r)
		}
	case "teams":
		t.serveClient(w, r)
	case "":
		http.Redirect(w, r, "/teams/", http.StatusFound)
	case "favicon.ico":
		http.NotFound(w, r)
	default:
		if t.CurrentFaults().Offline {
			panic(http.ErrAbortHandler) // Microsoft cannot be reached: break the connection
		}
		rec := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		t.serveLogin(rec, r)
		t.requests.add(Request{Method: r.Method, Path: r.URL.Path, Status: rec.status, At: time.Now()}, r.Method+" login")
	}
}

// allowOrigin lets browsers of any origin in, as Graph does, and answers preflights.
func allowOrigin(w http.ResponseWriter, r *http.Request) (done bool) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, ReadWriteConsistencyToken, Retry-After, WWW-Authenticate, x-ms-ags-diagnostic")
	if r.Method != http.MethodOptions {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, PUT, DELETE, OPTIONS")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	h.Set("Access-Control-Max-Age", "3600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// serveClient serves the built browser client; paths it has no file for belong to the
// client itself, so they get its start page.
func (t *Tenant) serveClient(w http.ResponseWriter, r *http.Request) {
	if t.cfg.Client == nil {
		http.Error(w, "the browser client is not part of this build", http.StatusNotFound)
		return
	}
	if r.URL.Path == "/teams" {
		http.Redirect(w, r, "/teams/", http.StatusFound)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/teams")
	name = strings.TrimPrefix(name, "/")
	if info, err := fs.Stat(t.cfg.Client, name); name == "" || err != nil || info.IsDir() {
		name = "index.html"
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if name == "index.html" {
		w.Header().Set("Cache-Control", "no-cache")
	}
	http.ServeFileFS(w, r, t.cfg.Client, name)
}

// statusRecorder remembers what was answered, for the request log.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// sleep waits and reports whether it got to the end.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
