package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"trialog/internal/web"
)

// Config says how to build an App. Data and PublicURL must be set; the zero value of everything else works.
type Config struct {
	// PublicURL is where browsers and Microsoft reach this installation: scheme and host, e.g. "https://chat.example.org".
	PublicURL string
	// Data is the data directory: the embedded database, files, and the sealing key unless KeyFile names another.
	Data    string
	KeyFile string
	// DatabaseURL is postgres://… for several nodes; empty for the embedded database.
	DatabaseURL string
	// LoginURL and GraphURL are for national clouds and the simulated tenant; empty for Microsoft's public cloud.
	LoginURL, GraphURL string
	// AllowedOrigins are the sites that may embed the widget, e.g. "https://www.example.org"; "*" for any.
	AllowedOrigins []string
	// VisitorKey is the secret with which a site signs who its visitors are; empty when no site does.
	VisitorKey []byte
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// ChatStarts is how many chats strangers may start a minute from one network; 0 for a sensible bound, negative for none.
	ChatStarts int
	// FileLimit is the largest file in bytes that crosses; 0 for 25 MB.
	FileLimit int64
	// Stage turns the demonstration's stage on. It tells passwords to everybody.
	Stage *web.Demo
	// UI is the built interface.
	UI fs.FS
	// HTTP reaches Microsoft; nil for a client of its own.
	HTTP *http.Client
	Rand io.Reader    // ids, keys; nil for crypto/rand
	Log  *slog.Logger // nil for slog.Default
	// CrashAt, for tests, is asked at every durable step of the connector and of the store, and ends it there, as a kill would, when it
	// says so.
	CrashAt func(point string) bool
	// Shared, for tests, says that other processes serve the same embedded database.
	Shared bool
}

func (c Config) withDefaults() (Config, error) {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
		return c, fmt.Errorf("public URL %q: want scheme and host only, such as https://chat.example.org", c.PublicURL)
	}
	c.PublicURL = u.Scheme + "://" + u.Host
	if c.Data == "" {
		return c, errors.New("no data directory is given")
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	} else {
		c.Rand = &sharedReader{from: c.Rand}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c, nil
}

// starts turns the one number that operators set into the limits of chat starts.
func (c Config) starts() web.StartLimits {
	switch {
	case c.ChatStarts < 0:
		return web.StartLimits{Burst: 1 << 30, Interval: time.Nanosecond, Rate: rate.Inf}
	case c.ChatStarts == 0:
		return web.StartLimits{}
	}
	return web.StartLimits{Burst: 2 * c.ChatStarts, Interval: time.Minute / time.Duration(c.ChatStarts)}
}

// sharedReader lets all parts read from one source.
type sharedReader struct {
	mu   sync.Mutex
	from io.Reader
}

// Read reads from the source, one caller at a time.
func (r *sharedReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.from.Read(p)
}
