// Package memnet is test support: a network of named hosts in memory, for tests inside a testing/synctest bubble, where real sockets
// would hang. Each connection is a net.Pipe; "https" is spoken in plain text. A Network starts no goroutine that outlives a
// connection, and no connection outlives its request (or its WebSocket), so nothing has to be closed when a bubble ends.
package memnet

import (
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
)

// Network connects clients with the handlers of named hosts. It is safe for concurrent use.
type Network struct {
	mu    sync.Mutex
	hosts map[string]*host // guarded by mu
}

// host is one running server and its open connections.
type host struct {
	server *http.Server
	conns  map[net.Conn]struct{}           // guarded by Network.mu
	calls  map[int]context.CancelCauseFunc // guarded by Network.mu: those under way, by number
	last   int                             // guarded by Network.mu: number of the last call
}

// New returns a Network without hosts.
func New() *Network { return &Network{hosts: map[string]*host{}} }

// Handle makes a handler answer for a host, whatever the port. Connections to the one that answered before break off, as when its
// process dies. A nil handler leaves nobody there: connections are refused.
func (n *Network) Handle(name string, handler http.Handler) {
	n.mu.Lock()
	old := n.hosts[name]
	delete(n.hosts, name)
	if handler != nil {
		n.hosts[name] = &host{server: &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}, conns: map[net.Conn]struct{}{},
			calls: map[int]context.CancelCauseFunc{}}
	}
	var cut []net.Conn
	if old != nil {
		for c := range old.conns {
			cut = append(cut, c)
		}
		for _, number := range slices.Sorted(maps.Keys(old.calls)) {
			old.calls[number](io.EOF)
		}
	}
	n.mu.Unlock()
	for _, c := range cut {
		_ = c.Close() // a pipe's Close never fails
	}
}

// Client returns a new client that reaches every host of the network and nothing else.
func (n *Network) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: n.dial, DialTLSContext: n.dial, DisableKeepAlives: true}}
}

func (n *Network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	ours, theirs := net.Pipe()
	n.mu.Lock()
	h := n.hosts[name]
	if h == nil {
		n.mu.Unlock()
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: syscall.ECONNREFUSED}
	}
	h.conns[theirs] = struct{}{}
	n.mu.Unlock()
	served := &conn{Conn: theirs, closed: func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(h.conns, theirs)
	}}
	// Serve takes the one connection, leaves it to a goroutine of its own, and returns.
	if err := h.server.Serve(&once{conn: served}); err != io.EOF {
		return nil, fmt.Errorf("serve %s: %w", name, err)
	}
	return ours, nil
}

// conn tells when it is closed.
type conn struct {
	net.Conn
	closed func()
}

// Close closes the connection.
func (c *conn) Close() error {
	c.closed()
	return c.Conn.Close()
}

// once is a listener with one connection to give.
type once struct{ conn net.Conn }

// Accept returns the connection, and then io.EOF.
func (o *once) Accept() (net.Conn, error) {
	c := o.conn
	if c == nil {
		return nil, io.EOF
	}
	o.conn = nil
	return c, nil
}

// Close does nothing: there is nothing behind it.
func (o *once) Close() error { return nil }

// Addr names the listener.
func (o *once) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "memory"} }
