package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
	"trialog/internal/strictjson"
)

const (
	pingEvery    = 25 * time.Second
	writeTimeout = 10 * time.Second
	pageSize     = 200             // entries in one frame
	commandLimit = 64 << 10        // bytes of one command
	queued       = 32              // answers waiting for the writer
	commandRate  = rate.Limit(100) // commands a second that one connection may send, with twice as many at once
)

// conn is what connections of staff and customers share.
type conn struct {
	*Gateway
	ws    *websocket.Conn
	out   chan []byte // answers and one-off frames, from the reader to the writer
	limit *rate.Limiter
	sub   *store.Subscription
}

func newConn(g *Gateway, ws *websocket.Conn) *conn {
	ws.SetReadLimit(commandLimit)
	return &conn{Gateway: g, ws: ws, out: make(chan []byte, queued), limit: rate.NewLimiter(commandRate, int(2*commandRate))}
}

// command is any frame a browser sends.
type command struct {
	Type         string              `json:"type"`
	ID           string              `json:"id,omitempty"`
	Conversation chat.ConversationID `json:"conversation,omitempty"`
	After        chat.Seq            `json:"after,omitempty"`
	At           time.Time           `json:"at,omitzero"` // of the entry After
	Seq          chat.Seq            `json:"seq,omitempty"`
	Ref          chat.Seq            `json:"ref,omitempty"`
	Audience     chat.Audience       `json:"audience,omitempty"`
	Text         string              `json:"text,omitempty"`
	Content      chat.Content        `json:"content,omitempty"`
	Files        []chat.FileID       `json:"files,omitempty"`
	Emoji        string              `json:"emoji,omitempty"`
	Withdrawn    bool                `json:"withdrawn,omitempty"`
	On           bool                `json:"on,omitempty"`
}

func (c command) line() desk.Line {
	return desk.Line{ID: c.ID, Audience: c.Audience, Text: c.Text, Content: c.Content, Files: c.Files}
}

type ack struct {
	Type string    `json:"type"` // "ack"
	ID   string    `json:"id"`
	Seq  chat.Seq  `json:"seq,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

type nack struct {
	Type    string  `json:"type"` // "nack"
	ID      string  `json:"id"`
	Problem problem `json:"problem"`
}

// read performs commands in the order they come, until the connection ends.
func (c *conn) read(ctx context.Context, do func(context.Context, command) (desk.Posted, error)) error {
	for {
		kind, frame, err := c.ws.Read(ctx)
		if err != nil {
			return err
		}
		cmd, err := decode(kind, frame)
		var posted desk.Posted
		if err == nil {
			if !c.limit.Allow() {
				err = chat.Refuse(chat.Busy, "too_fast", "Too many commands at once.")
			} else {
				err = c.apart(func() (err error) { posted, err = do(ctx, cmd); return err })
			}
		}
		if ctx.Err() != nil {
			return ctx.Err() // the connection is gone: that a command broke off with it is nobody's fault
		}
		if cmd.ID == "" && err == nil {
			continue
		}
		var answer any = ack{Type: "ack", ID: cmd.ID, Seq: posted.Seq, At: posted.At}
		if err != nil {
			answer = nack{Type: "nack", ID: cmd.ID, Problem: c.problem(err)}
		}
		if err := c.send(ctx, answer); err != nil {
			return err
		}
	}
}

// decode reads one command, as strictly as the rest of the API reads JSON. The id is told, as far as it can be made out, so that the browser
// knows what is refused.
func decode(kind websocket.MessageType, frame []byte) (command, error) {
	var cmd command
	if kind == websocket.MessageText && strictjson.Unmarshal(frame, &cmd) == nil {
		return cmd, nil
	}
	var named struct {
		ID string `json:"id"`
	}
	bad := chat.Refuse(chat.Invalid, "bad_command", "This is not a command.")
	if json.Unmarshal(frame, &named) != nil {
		return command{}, bad
	}
	return command{ID: named.ID}, bad
}

// send hands a frame to the writer.
func (c *conn) send(ctx context.Context, v any) error {
	select {
	case c.out <- encode(v):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// events are the reasons beside answers for which a writer wakes. A nil channel never does.
type events struct {
	wake   func(context.Context) error // the store hints
	alive  func(context.Context) bool  // asked at every ping: does the sign-in still hold
	opened <-chan chat.ConversationID
	open   func(context.Context, chat.ConversationID) error
	gather <-chan time.Time
	flush  func(context.Context) error
	queue  *nudge // the queue of waiting conversations changed
	nudged func(context.Context) error
}

// write sends frames until the connection ends.
func (c *conn) write(ctx context.Context, on events) error {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.done.Done():
			return closing{closeRestart, "restart"}
		case frame := <-c.out:
			err = c.put(ctx, frame)
		case <-c.sub.C():
			err = c.apart(func() error { return on.wake(ctx) })
		case id := <-on.opened:
			err = c.apart(func() error { return on.open(ctx, id) })
		case <-on.queue.bell:
			err = c.apart(func() error { return on.nudged(ctx) })
		case <-on.gather:
			err = c.apart(func() error { return on.flush(ctx) })
		case <-ping.C:
			if !on.alive(ctx) {
				return closing{closeSignedOut, "signed out"}
			}
			err = c.ping(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// apart runs f on a stack of its own, which is given back when it is done: work needs many times the stack that waiting for it needs.
func (c *conn) apart(f func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if panicked := recover(); panicked != nil {
				c.Log.Error("panic in live connection", "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
				done <- errPanic
			}
		}()
		done <- f()
	}()
	return <-done
}

var errPanic = errors.New("panic")

func (c *conn) put(ctx context.Context, frame []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	err := c.ws.Write(ctx, websocket.MessageText, frame)
	if errors.Is(err, context.DeadlineExceeded) {
		return closing{closeSlow, "too slow"}
	}
	return err
}

func (c *conn) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return c.ws.Ping(ctx)
}

// closing is an end of the connection that the browser should be told about.
type closing struct {
	code   websocket.StatusCode
	reason string
}

func (c closing) Error() string { return c.reason }

// run reads and writes until one of them ends, then closes the connection.
func (c *conn) run(ctx context.Context, reader, writer func(context.Context) error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		err := reader(ctx)
		cancel()
		ended <- err
	}()
	err := writer(ctx)
	var end closing
	if errors.As(err, &end) {
		c.ws.Close(end.code, end.reason)
	} else {
		if err != nil && ctx.Err() == nil && websocket.CloseStatus(err) < 0 {
			c.Log.Debug("live connection ended", "err", err)
		}
		c.ws.CloseNow()
	}
	cancel()
	if err := <-ended; errors.As(err, &end) {
		c.Log.Debug("live connection closed by its reader", "reason", end.reason)
	}
}

// position is how far a browser has a log.
type position struct {
	cursor chat.Seq
	at     time.Time // of the entry at cursor, as the browser has it; zero once it was looked at
	anew   bool      // the browser is to forget what it has
}

// find begins anew where what the browser has is not in the log.
func (p *position) find(ctx context.Context, d *desk.Desk, a desk.Actor) error {
	if p.at.IsZero() {
		return nil
	}
	ok, err := d.Holds(ctx, a, p.cursor, p.at)
	if err != nil {
		return err
	}
	if p.at = (time.Time{}); !ok {
		p.cursor, p.anew = 0, true
	}
	return nil
}

type entriesFrame struct {
	Type         string              `json:"type"` // "entries"
	Conversation chat.ConversationID `json:"conversation,omitempty"`
	Entries      []chat.Entry        `json:"entries"`
	UpTo         chat.Seq            `json:"upTo"`
	Anew         bool                `json:"anew,omitempty"` // the first of all: what the browser has is not in the log any more
}

type typingFrame struct {
	Type         string              `json:"type"` // "typing"
	Conversation chat.ConversationID `json:"conversation,omitempty"`
	Participant  chat.ParticipantID  `json:"participant"`
	On           bool                `json:"on"`
}

// typing turns a hint into a frame, unless the reader itself is the one who types.
func typing(h store.Hint, me chat.ParticipantID) (typingFrame, bool) {
	f := typingFrame{}
	if err := json.Unmarshal(h.Data, &f); err != nil || f.Participant == me {
		return f, false
	}
	f.Type, f.Conversation = "typing", h.Conversation
	return f, true
}
