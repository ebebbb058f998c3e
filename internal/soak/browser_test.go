package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"trialog/internal/chat"
)

// answerTime is how long people's programs wait for an answer before they ask again.
const answerTime = 4 * time.Second

// api is one person's way to a server over HTTP.
type api struct {
	client         *http.Client
	base           string // e.g. http://127.0.0.1:8080/api/v1
	bearer, origin string
}

// problem is a refusal as servers word it.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Retry  bool   `json:"retry"` // on live connections, where there is no status
}

func (p *problem) Error() string { return fmt.Sprintf("%d %s: %.300s", p.Status, p.Code, p.Detail) }

// passing reports whether the same request may work later.
func (p *problem) passing() bool {
	return p.Retry || p.Status >= 500 || p.Status == http.StatusTooManyRequests || p.Status == http.StatusRequestTimeout
}

func (a *api) call(ctx context.Context, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var r io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, r)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "Origin": a.origin, "Authorization": a.bearer} {
		if value != "" && (body != nil || name != "Content-Type") {
			req.Header.Set(name, value)
		}
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 400 {
		p := &problem{}
		if json.Unmarshal(answer, p) != nil {
			p.Detail = string(answer)
		}
		p.Status = resp.StatusCode
		return p
	}
	if into == nil {
		return nil
	}
	if raw, ok := into.(*[]byte); ok {
		*raw = answer
		return nil
	}
	return json.Unmarshal(answer, into)
}

// insist repeats a request until it works or is refused for good.
func (a *api) insist(ctx context.Context, method, path string, body, into any) error {
	for {
		err := a.call(ctx, method, path, body, into)
		var refused *problem
		if err == nil || ctx.Err() != nil || errors.As(err, &refused) && !refused.passing() {
			return err
		}
		pause(ctx, time.Duration(50+rand.IntN(250))*time.Millisecond)
	}
}

// frame is what comes down a live connection.
type frame struct {
	Type         string            `json:"type"`
	ID           string            `json:"id"`
	Seq          chat.Seq          `json:"seq"`
	UpTo         chat.Seq          `json:"upTo"`
	Conversation json.RawMessage   `json:"conversation"`
	Entries      []json.RawMessage `json:"entries"`
	Problem      *problem          `json:"problem"`
}

// browser is one person's window: a live connection that comes back by itself, and lines that are sent until they are answered.
type browser struct {
	*api
	tickets, path string
	connected     func(ctx context.Context, b *browser) error // says what to send first
	came          func(f frame, raw []byte)

	mu      sync.Mutex
	ws      *websocket.Conn
	waiting map[string]chan frame
}

// Close codes after which a browser doesn't come back.
const closeSignedOut, closeOver = websocket.StatusCode(4001), websocket.StatusCode(4003)

// stay keeps the live connection until ctx ends or the server says that there is nothing more to come.
func (b *browser) stay(ctx context.Context) {
	for ctx.Err() == nil {
		err := b.once(ctx)
		if websocket.CloseStatus(err) == closeOver {
			return
		}
		pause(ctx, time.Duration(50+rand.IntN(400))*time.Millisecond)
	}
}

// once is one live connection from its beginning to its end.
func (b *browser) once(ctx context.Context) error {
	var t struct{ Ticket string }
	if err := b.call(ctx, "POST", b.tickets, map[string]any{}, &t); err != nil {
		return err
	}
	dialing, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	ws, _, err := websocket.Dial(dialing, strings.Replace(b.base, "http", "ws", 1)+b.path+"?ticket="+t.Ticket,
		&websocket.DialOptions{HTTPHeader: http.Header{"Origin": {b.origin}}})
	if err != nil {
		return err
	}
	defer ws.CloseNow()
	ws.SetReadLimit(64 << 20)
	b.use(ws)
	defer b.use(nil)
	if err := b.connected(ctx, b); err != nil {
		return err
	}
	for {
		_, raw, err := ws.Read(ctx)
		if err != nil {
			return err
		}
		var f frame
		if err := json.Unmarshal(raw, &f); err != nil {
			return err
		}
		if f.Type == "ack" || f.Type == "nack" {
			b.answered(f)
			continue
		}
		b.came(f, raw)
	}
}

func (b *browser) use(ws *websocket.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ws = ws
}

func (b *browser) answered(f frame) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, ok := b.waiting[f.ID]; ok {
		delete(b.waiting, f.ID)
		c <- f
	}
}

// up sends a frame on the live connection.
func (b *browser) up(ctx context.Context, f map[string]any) error {
	b.mu.Lock()
	ws := b.ws
	b.mu.Unlock()
	if ws == nil {
		return errors.New("not connected")
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return ws.Write(ctx, websocket.MessageText, raw)
}

// command sends a command on the live connection and waits for its answer. Whoever gets none makes a new connection, as a browser does.
func (b *browser) command(ctx context.Context, id string, f map[string]any) (chat.Seq, error) {
	answer := make(chan frame, 1)
	b.mu.Lock()
	b.waiting[id] = answer
	ws := b.ws
	b.mu.Unlock()
	defer b.answered(frame{ID: id})
	if err := b.up(ctx, f); err != nil {
		return 0, err
	}
	select {
	case got := <-answer:
		if got.Type == "nack" {
			return 0, got.Problem
		}
		return got.Seq, nil
	case <-time.After(answerTime):
		ws.CloseNow()
		return 0, errors.New("no answer")
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// posting is a line as both ways to send it want it.
type posting struct {
	id, path    string
	live, plain map[string]any
}

// post sends a line over and over, on the live connection or by POST, until it is acknowledged or refused for good. sent counts how often.
func (b *browser) post(ctx context.Context, p posting) (seq chat.Seq, sent int, err error) {
	for {
		sent++
		if rand.IntN(3) > 0 {
			seq, err = b.command(ctx, p.id, p.live)
		} else {
			seq, err = b.plain(ctx, p)
		}
		var refused *problem
		if err == nil || ctx.Err() != nil || errors.As(err, &refused) && !refused.passing() {
			return seq, sent, err
		}
		pause(ctx, time.Duration(50+rand.IntN(300))*time.Millisecond)
	}
}

func (b *browser) plain(ctx context.Context, p posting) (chat.Seq, error) {
	var posted struct{ Seq chat.Seq }
	err := b.call(ctx, "POST", p.path, p.plain, &posted)
	return posted.Seq, err
}
