package soak

import (
	"net"
	"sync"
	"time"
)

// mode is what a wire does with what comes in.
type mode int

const (
	through  mode = iota
	refusing      // every connection is reset, those that stand and those that come
	silent        // nothing gets through, nothing is answered; what was sent arrives when the wire is mended
)

// wire carries TCP connections to one of its ends, each to the next that takes it: a balancer when there are several, and with one the
// line to a party that can be cut off.
type wire struct {
	listener net.Listener
	ends     []string

	mu     sync.Mutex
	mended *sync.Cond
	mode   mode
	next   int
	open   map[*net.TCPConn]bool
}

func newWire(ends ...string) (*wire, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &wire{listener: l, ends: ends, open: map[*net.TCPConn]bool{}}
	w.mended = sync.NewCond(&w.mu)
	go w.serve()
	return w, nil
}

func (w *wire) addr() string { return w.listener.Addr().String() }
func (w *wire) url() string  { return "http://" + w.addr() }

func (w *wire) serve() {
	for {
		c, err := w.listener.Accept()
		if err != nil {
			return // closed
		}
		go w.carry(c.(*net.TCPConn))
	}
}

// set changes what the wire does; refusing breaks what stands.
func (w *wire) set(m mode) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mode = m
	if m == refusing {
		for c := range w.open {
			reset(c)
		}
	}
	w.mended.Broadcast()
}

func (w *wire) close() {
	w.listener.Close()
	w.set(refusing)
}

// reset ends a connection without a goodbye.
func reset(c *net.TCPConn) {
	_ = c.SetLinger(0) // fails on what is closed already
	c.Close()
}

func (w *wire) carry(in *net.TCPConn) {
	out := w.dial()
	if out == nil || !w.keep(in, out) {
		reset(in)
		if out != nil {
			reset(out)
		}
		return
	}
	var both sync.WaitGroup
	both.Go(func() { w.pump(in, out) })
	both.Go(func() { w.pump(out, in) })
	both.Wait()
	w.mu.Lock()
	delete(w.open, in)
	delete(w.open, out)
	w.mu.Unlock()
}

func (w *wire) dial() *net.TCPConn {
	w.mu.Lock()
	w.next++
	first := w.next
	w.mu.Unlock()
	for i := range w.ends {
		if c, err := net.DialTimeout("tcp", w.ends[(first+i)%len(w.ends)], time.Second); err == nil {
			return c.(*net.TCPConn)
		}
	}
	return nil
}

func (w *wire) keep(conns ...*net.TCPConn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.mode == refusing {
		return false
	}
	for _, c := range conns {
		w.open[c] = true
	}
	return true
}

// pump carries bytes one way until either end is gone.
func (w *wire) pump(to, from *net.TCPConn) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		w.mu.Lock()
		for w.mode == silent {
			w.mended.Wait()
		}
		w.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
