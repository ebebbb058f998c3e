// Package web is the HTTP surface: routes.go lists every route on one page, the other files hold what they do.
//
// Three kinds of callers, kept apart: customers come from any allowed site with a bearer token and no cookies; staff come from our own
// pages with a cookie and nowhere else; browsers fetch pages. The JSON API describes itself by OpenAPI 3.1 at /api/v1/openapi.json.
// JSON is read strictly (json.go), refusals are RFC 9457 problems (problem.go), every answer carries its security headers
// (headers.go). Handlers are short: who asks is settled before they run, what may be done is settled by package desk.
//
// A Server starts no goroutine. What it remembers (recent chat starts per address, compressed pages) is bounded and this node's own.
package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/directory"
	"trialog/internal/store"
)

// Config says what a Server works with. Store, Desk, Auth, Directory and PublicURL must be set.
type Config struct {
	Store     *store.Store
	Desk      *desk.Desk
	Auth      *auth.Auth
	Directory *directory.Directory
	Microsoft Microsoft
	Accounts  Administration
	// StaffLive and VisitorLive serve the live connections.
	StaffLive, VisitorLive http.Handler
	// PublicURL is where browsers reach this installation, such as https://chat.example.
	PublicURL string
	// AllowedOrigins are the sites that may embed the widget; "*" for any. Default: our own pages, and any in demo mode.
	AllowedOrigins []string
	// VisitorKey is the secret with which a site signs who its visitors are (HS256); empty when no site does.
	VisitorKey []byte
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Starts limits anonymous chat starts; the zero value has sensible limits.
	Starts StartLimits
	// UI is the built interface: folders desk and widget.
	UI fs.FS
	// Demo, if set, turns the stage on.
	Demo *Demo
	// Metrics takes the counters; may be nil.
	Metrics prometheus.Registerer
	Rand    io.Reader    // request ids; default crypto/rand
	Log     *slog.Logger // default slog.Default
}

// Microsoft is what the Microsoft Teams connector offers to browsers. Functions that are nil mean that this installation has no
// Microsoft Teams account.
type Microsoft struct {
	// Link returns TeamsLink of docs/api.md.
	Link func(ctx context.Context, agent chat.AgentID) (any, error)
	// Start returns the address at which the agent signs in at Microsoft; the session is the one that may finish it; with is the account
	// that the agent chose, if there are several. StartWithChannels asks for what writing in channels needs, too.
	Start             func(ctx context.Context, agent chat.AgentID, session, locale string, with chat.AccountID) (string, error)
	StartWithChannels func(ctx context.Context, agent chat.AgentID, session, locale string, with chat.AccountID) (string, error)
	// Finish takes in what Microsoft sent the browser back with. Refusals are chat.Errors; Field names the thing they are about.
	Finish func(ctx context.Context, agent chat.AgentID, session string, query url.Values) error
	// Disable revokes and forgets the agent's sign-in.
	Disable func(ctx context.Context, agent chat.AgentID) error
	// Carries lists the conferences that stop when an agent disables Microsoft Teams.
	Carries func(ctx context.Context, agent chat.AgentID) (any, error)
	// Talks is how agents write in Microsoft Teams outside of conversations.
	Talks directory.Talks
	// Focus is told that an agent opened or came back to a conversation.
	Focus func(ctx context.Context, conversation chat.ConversationID)
	// RetryLane sets a blocked lane going again.
	RetryLane func(ctx context.Context, conversation chat.ConversationID) error
	// MayRemove says whether the expert of a conversation can be taken out of its thread: that needs a permission of its own.
	MayRemove func(ctx context.Context, conversation chat.ConversationID) error
	// Hooks serves /hooks/graph/.
	Hooks http.Handler
}

// Server serves browsers, widgets and Microsoft's notifications.
type Server struct {
	cfg      Config
	log      *slog.Logger
	origins  auth.Origins
	public   *url.URL
	starts   *starts
	uploads  uploads
	pages    *pages
	metrics  *metrics
	table    []route
	handler  http.Handler
	openAPI  []byte
	boot     string        // begins every request id of this Server
	requests atomic.Uint64 // counts them
}

// New returns a Server.
func New(c Config) (*Server, error) {
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.AllowedOrigins == nil && c.Demo != nil {
		c.AllowedOrigins = []string{"*"}
	}
	s := &Server{cfg: c, log: c.Log, starts: newStarts(c.Starts), pages: newPages(c.UI), metrics: newMetrics(c.Metrics)}
	var err error
	if s.public, err = url.Parse(c.PublicURL); err != nil || s.public.Host == "" {
		return nil, fmt.Errorf("public URL %q: want scheme and host, such as https://chat.example", c.PublicURL)
	}
	if s.origins, err = auth.ParseOrigins(c.AllowedOrigins); err != nil {
		return nil, fmt.Errorf("allowed origins: %w", err)
	}
	prefix := make([]byte, 5)
	if _, err := io.ReadFull(c.Rand, prefix); err != nil {
		return nil, fmt.Errorf("make request ids: %w", err)
	}
	s.boot = hex.EncodeToString(prefix)
	s.table = s.routes()
	if s.handler, err = s.build(); err != nil {
		return nil, err
	}
	return s, nil
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// secure reports whether browsers reach us by TLS.
func (s *Server) secure() bool { return s.public.Scheme == "https" }
