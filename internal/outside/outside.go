// Package outside is test support for those who meet the product as a process on this machine.
package outside

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"testing"
)

// FreeAddr is a loopback address that nobody listens on, and that FreePort gives to nobody else while tb runs.
func FreeAddr(tb testing.TB) string {
	tb.Helper()
	port, release, err := FreePort()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(release)
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// Ports that systems do not give to connections going out: the lowest of those is 32768 on Linux, 49152 elsewhere.
const firstPort, endPort = 10000, 32768

// FreePort is a port of the loopback interface that nobody listens on, and that it gives to nobody else, in this process
// or another, before release. A process that is told to listen there does so later, and again after a restart; what the
// system calls free for a moment may have gone to somebody else by then.
func FreePort() (port int, release func(), err error) {
	for range 1000 {
		port = firstPort + rand.IntN(endPort-firstPort)
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		// Who listens speaks TCP: the number's other half, UDP, is the claim.
		var claim net.PacketConn
		if claim, err = net.ListenPacket("udp", addr); err != nil {
			continue
		}
		var l net.Listener
		if l, err = net.Listen("tcp", addr); err == nil {
			err = l.Close()
		}
		if err == nil {
			return port, func() { _ = claim.Close() }, nil // fails only when released already
		}
		_ = claim.Close() // the error to tell is why nobody can listen here
	}
	return 0, nil, fmt.Errorf("no free port: %w", err)
}

// Browser is an HTTP client with cookies of its own.
func Browser() (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &http.Client{Jar: secureJar{jar}}, nil
}

// secureJar gives back Secure cookies on a loopback address, as browsers do.
type secureJar struct{ *cookiejar.Jar }

func (j secureJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	j.Jar.SetCookies(secure(u), cookies)
}
func (j secureJar) Cookies(u *url.URL) []*http.Cookie { return j.Jar.Cookies(secure(u)) }

func secure(u *url.URL) *url.URL {
	s := *u
	s.Scheme = "https"
	return &s
}
