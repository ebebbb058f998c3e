package memnet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"syscall"
)

// Calls returns a client like Client's, but without connections: a request is a call of the host's handler, and its answer arrives whole.
// That costs a twentieth, and it is all that ordinary requests need; what streams or takes the connection over needs Client. A handler
// that panics breaks the answer off, as a server would; unless it did so with http.ErrAbortHandler, panicked is told.
func (n *Network) Calls(panicked func(value any, stack []byte)) *http.Client {
	return &http.Client{Transport: &calls{n, panicked}}
}

type calls struct {
	net      *Network
	panicked func(any, []byte)
}

// RoundTrip calls the handler and waits for it, for the end of the request's context or for the death of the host.
func (c *calls) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, hangUp := context.WithCancelCause(r.Context())
	defer hangUp(context.Canceled)
	handler, leave, err := c.net.call(r.URL.Hostname(), hangUp)
	if err != nil {
		return nil, errors.Join(err, closed(r.Body))
	}
	done := make(chan *answer, 1)
	go func() {
		defer leave()
		done <- c.serve(handler, served(ctx, r))
	}()
	select {
	case a := <-done:
		if a.broken {
			return nil, errors.Join(io.EOF, closed(r.Body))
		}
		return a.response(r), closed(r.Body)
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), closed(r.Body))
	}
}

func closed(body io.Closer) error {
	if body == nil {
		return nil
	}
	return body.Close()
}

// call finds the handler of a host. hangUp is called when the host dies before leave.
func (n *Network) call(name string, hangUp context.CancelCauseFunc) (handler http.Handler, leave func(), err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.hosts[name]
	if h == nil {
		return nil, nil, &net.OpError{Op: "dial", Net: "memory", Err: syscall.ECONNREFUSED}
	}
	h.last++
	number := h.last
	h.calls[number] = hangUp
	return h.server.Handler, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(h.calls, number)
	}, nil
}

// served is a request as the handler sees it.
func served(ctx context.Context, r *http.Request) *http.Request {
	in := r.WithContext(ctx)
	in.Header = maps.Clone(r.Header)
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "192.0.2.1:1234"
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if in.Header == nil {
		in.Header = http.Header{}
	}
	return in
}

func (c *calls) serve(handler http.Handler, r *http.Request) (a *answer) {
	a = &answer{header: http.Header{}}
	defer func() {
		if p := recover(); p != nil {
			a.broken = true
			if p != http.ErrAbortHandler {
				c.panicked(p, debug.Stack())
			}
		}
	}()
	handler.ServeHTTP(a, r)
	return a
}

// answer gathers what a handler writes.
type answer struct {
	header http.Header
	sent   http.Header // what header was when the status was written
	status int
	body   bytes.Buffer
	broken bool
}

// Header returns what will be sent with the status.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader sets the status, once.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status, a.sent = status, maps.Clone(a.header)
	}
}

// Write adds to the body.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		if a.header.Get("Content-Type") == "" {
			a.header.Set("Content-Type", http.DetectContentType(p))
		}
		a.WriteHeader(http.StatusOK)
	}
	return a.body.Write(p)
}

func (a *answer) response(r *http.Request) *http.Response {
	a.WriteHeader(http.StatusOK)
	return &http.Response{Status: strconv.Itoa(a.status) + " " + http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.sent, Body: io.NopCloser(bytes.NewReader(a.body.Bytes())), ContentLength: int64(a.body.Len()), Request: r}
}
