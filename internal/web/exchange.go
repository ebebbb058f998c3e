package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"trialog/internal/chat"
)

// How long a request may take to come in, and its answer to go out. Live connections take themselves out of this.
const (
	callTime = 60 * time.Second
	fileTime = 10 * time.Minute
)

// exchange is one request and its answer, as the outermost handler sees them.
type exchange struct {
	http.ResponseWriter
	id     string
	status int
	bytes  int64
}

type exchangeKey struct{}

// requestID returns the id that the caller of a request is told.
func requestID(ctx context.Context) string {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x.id
	}
	return ""
}

// WriteHeader notes the status.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(b)
	x.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController and the live connections through.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// outermost gives every request an id, time limits and common headers, contains panics, and writes the access log.
func (s *Server) outermost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		x := &exchange{ResponseWriter: w, id: s.boot + "-" + strconv.FormatUint(s.requests.Add(1), 36)}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		x.Header().Set("X-Request-Id", x.id)
		s.common(x.Header())
		s.limitTime(x, r)
		if r.Body != nil {
			r.Body = sent{r.Body}
		}
		defer func() {
			s.contain(x, r, recover())
			s.note(x, r, time.Since(began))
		}()
		next.ServeHTTP(x, r)
	})
}

// sent is the body of a request. That it breaks off is the sender's doing, and the same to us as one that does not come in time.
type sent struct{ io.ReadCloser }

// Read words a body that breaks off as errBroken.
func (b sent) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = errBroken{err}
	}
	return n, err
}

// errBroken is a net.Error that says timeout: what huma answers with 408, not as an error of ours.
type errBroken struct{ error }

func (errBroken) Timeout() bool   { return true }
func (errBroken) Temporary() bool { return false }
func (e errBroken) Unwrap() error { return e.error }

// limitTime bounds how long the request may take to come in and the answer to go out.
func (s *Server) limitTime(w http.ResponseWriter, r *http.Request) {
	limit := callTime
	if strings.Contains(r.URL.Path, "/files") {
		limit = fileTime
	}
	end := time.Now().Add(limit)
	c := http.NewResponseController(w)
	if err := errors.Join(c.SetReadDeadline(end), c.SetWriteDeadline(end)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.log.WarnContext(r.Context(), "limit time of request", "err", err)
	}
}

// contain turns a panic into an answer, if none has begun, and keeps it from spreading.
func (s *Server) contain(x *exchange, r *http.Request, panicked any) {
	if panicked == nil {
		return
	}
	if err, ok := panicked.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(panicked) // net/http's way of breaking off an answer
	}
	s.log.ErrorContext(r.Context(), "panic in request", "request", x.id, "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
	if x.status == 0 {
		s.refuse(x, r, errors.New("panic"))
		return
	}
	panic(http.ErrAbortHandler)
}

// note writes the access log and the counters: no query values, headers or bodies.
func (s *Server) note(x *exchange, r *http.Request, took time.Duration) {
	route := r.Pattern
	if route == "" {
		route = "none"
	}
	s.metrics.note(r.Method, route, x.status, took)
	level := slog.LevelInfo
	if x.status >= 500 {
		level = slog.LevelWarn
	}
	if !s.log.Enabled(r.Context(), level) {
		return
	}
	s.log.LogAttrs(r.Context(), level, "request", slog.String("request", x.id), slog.String("method", r.Method), slog.String("route", route),
		slog.String("from", s.prefix(r)), slog.Int("status", x.status), slog.Int64("bytes", x.bytes), slog.Duration("took", took))
}

// write writes a whole answer; a caller that went away is no error of ours.
func (s *Server) write(w http.ResponseWriter, b []byte) {
	if _, err := w.Write(b); err != nil {
		s.log.Debug("answer not delivered", "err", err)
	}
}

var (
	errNoRoute  = chat.Refuse(chat.NotFound, "no_route", "There is no such address.")
	errBadRoute = chat.Refuse(chat.Invalid, "bad_method", "This address does not take this method.")
)

// problems answers what a mux has no route for with problems instead of text.
func (s *Server) problems(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		var told verdict
		h.ServeHTTP(&told, r)
		if told.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", told.Header().Get("Allow"))
			s.refuse(w, r, errBadRoute)
			return
		}
		s.refuse(w, r, errNoRoute)
	})
}

// verdict takes what a mux says of a request it has no route for.
type verdict struct {
	header http.Header
	status int
}

// Header returns the answer's headers.
func (v *verdict) Header() http.Header {
	if v.header == nil {
		v.header = http.Header{}
	}
	return v.header
}

// Write takes the text, which nobody reads.
func (v *verdict) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader notes the status.
func (v *verdict) WriteHeader(status int) { v.status = status }
