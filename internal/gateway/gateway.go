// Package gateway holds the live connections of browsers. Each connection is a reader of the log with its own cursor: entries go
// down in seq order, commands come up and are answered with the seq they got. A connection keeps nothing that a reconnect with the
// last seq would not bring back, so a slow one is dropped rather than waited for.
//
// Goroutines: per connection one that reads commands and performs them in order, and one that writes; the writer is woken by the
// store's hints and reads the log from its cursor. Both outlive the request that began them and end with the connection or with
// Shutdown; what they do runs on stacks that are given back. Run watches the queue of waiting conversations, which concerns everybody.
package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/coder/websocket"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
)

// Config says what the gateway works with.
type Config struct {
	Store *store.Store
	Desk  *desk.Desk
	Log   *slog.Logger
	// Staff and Visitor redeem a one-use ticket. A ticket that is wrong, used or too old closes the connection with code
	// 4012, any other refusal with 4001.
	Staff   func(ctx context.Context, ticket string) (StaffSession, error)
	Visitor func(ctx context.Context, ticket string) (desk.Actor, error)
	// Me returns what the browser of an agent should know about the agent (JSON Me of docs/api.md).
	Me func(ctx context.Context, agent chat.AgentID) (any, error)
	// Focus is told when an agent opens a conversation. May be nil.
	Focus func(ctx context.Context, conversation chat.ConversationID)
}

// StaffSession is who an agent's connection speaks for, and whether that sign-in still holds.
type StaffSession struct {
	Agent chat.AgentID
	Alive func(ctx context.Context) bool
}

// Gateway serves live connections.
type Gateway struct {
	Config
	done context.Context // ended by Shutdown
	stop context.CancelFunc

	queue queue

	mu       sync.Mutex
	visitors map[chat.ConversationID]int // connected widgets per conversation, on this node
}

// New returns a Gateway.
func New(c Config) *Gateway {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	done, stop := context.WithCancel(context.Background())
	return &Gateway{Config: c, done: done, stop: stop, visitors: map[chat.ConversationID]int{},
		queue: queue{staff: map[*nudge]struct{}{}, visitors: map[*nudge]struct{}{}}}
}

// Shutdown tells every connection to come back later, with jitter (close code 4012).
func (g *Gateway) Shutdown() { g.stop() }

// Close codes of live connections: whether to reconnect is part of the code.
const (
	closeSignedOut websocket.StatusCode = 4001 // do not reconnect
	closeOver      websocket.StatusCode = 4003 // do not reconnect
	closeSlow      websocket.StatusCode = 4008 // reconnect and resume
	closeRestart   websocket.StatusCode = 4012 // reconnect with jitter
)

// StaffHandler serves the live connection of agents.
func (g *Gateway) StaffHandler() http.Handler {
	return g.handler(false, func(ctx context.Context, ws *websocket.Conn, ticket string) (func(context.Context), error) {
		session, err := g.Staff(ctx, ticket)
		s := &staff{conn: newConn(g, ws), agent: session.Agent, session: session, open: map[chat.ConversationID]*opened{}}
		return s.serve, err
	})
}

// VisitorHandler serves the live connection of customers. Any site may embed the widget, so the origin is not what lets one in:
// the ticket is.
func (g *Gateway) VisitorHandler() http.Handler {
	return g.handler(true, func(ctx context.Context, ws *websocket.Conn, ticket string) (func(context.Context), error) {
		actor, err := g.Visitor(ctx, ticket)
		v := &visitor{conn: newConn(g, ws), actor: actor}
		return v.serve, err
	})
}

// handler takes connections in. Each is served apart from the request, whose stack, headers and buffers are given back: most connections
// are silent most of the time.
func (g *Gateway) handler(anyOrigin bool, redeem func(ctx context.Context, ws *websocket.Conn, ticket string) (serve func(context.Context), err error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled, InsecureSkipVerify: anyOrigin})
		if err != nil {
			return // Accept has answered
		}
		serve, err := redeem(r.Context(), ws, r.URL.Query().Get("ticket"))
		if err != nil {
			g.refuse(ws, err)
			return
		}
		go func() {
			defer g.contain(ws)
			serve(context.Background()) // ends with the connection or with Shutdown
		}()
	})
}

// contain keeps a panic to its connection.
func (g *Gateway) contain(ws *websocket.Conn) {
	if panicked := recover(); panicked != nil {
		g.Log.Error("panic in live connection", "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
		ws.CloseNow()
	}
}

func (g *Gateway) refuse(ws *websocket.Conn, err error) {
	var refused *chat.Error
	if errors.As(err, &refused) && refused.Code == "bad_ticket" {
		ws.Close(closeRestart, refused.Code) // late or repeated: whoever may have a ticket comes back with another one
		return
	}
	if errors.As(err, &refused) && refused.Kind != chat.Unavailable {
		ws.Close(closeSignedOut, refused.Code)
		return
	}
	g.Log.Error("redeem live ticket", "err", err)
	ws.Close(closeRestart, "unavailable")
}

// arrive counts a connected widget of a conversation and tells the others when it is the first; the returned function undoes it.
func (g *Gateway) arrive(ctx context.Context, id chat.ConversationID) (leave func()) {
	if g.count(id, 1) == 1 {
		g.Store.Signal(ctx, store.Hint{Conversation: id, Topic: store.TopicPresence})
	}
	return func() {
		if g.count(id, -1) == 0 {
			g.Store.Signal(context.WithoutCancel(ctx), store.Hint{Conversation: id, Topic: store.TopicPresence})
		}
	}
}

func (g *Gateway) count(id chat.ConversationID, by int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.visitors[id] += by
	n := g.visitors[id]
	if n == 0 {
		delete(g.visitors, id)
	}
	return n
}

func (g *Gateway) away(id chat.ConversationID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.visitors[id] == 0
}

// problem is a refusal as a nack carries it.
type problem struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Field  string `json:"field,omitempty"`
	Retry  bool   `json:"retry,omitempty"` // the same command may succeed later
}

func (g *Gateway) problem(err error) problem {
	var refused *chat.Error
	if errors.As(err, &refused) {
		return problem{Code: refused.Code, Detail: refused.Text, Field: refused.Field,
			Retry: refused.Kind == chat.Busy || refused.Kind == chat.Unavailable}
	}
	g.Log.Error("live command", "err", err)
	return problem{Code: "internal", Detail: "Something went wrong on our side.", Retry: true}
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("gateway: encode frame: " + err.Error()) // only our own structs come here
	}
	return b
}
