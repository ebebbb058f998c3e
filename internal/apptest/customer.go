package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"

	"trialog/internal/chat"
)

// api is one person's way to the server: plain HTTP like anybody else's.
type api struct {
	client *http.Client
	base   string // e.g. "https://trialog.test/api/v1"
	bearer string
	origin string
}

// Problem is a refusal as the server words it (RFC 9457).
type Problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Field  string `json:"field"`
}

func (p *Problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail) }

// call sends body as JSON (or as it is, if it is an io.Reader) and decodes the answer into out, unless out is nil.
func (a *api) call(ctx context.Context, method, path string, body, out any) error {
	var r io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case io.Reader:
		r, kind = b, "application/octet-stream"
	default:
		enc, err := json.Marshal(b)
		if err != nil {
			return err
		}
		r = bytes.NewReader(enc)
	}
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, r)
	if err != nil {
		return err
	}
	if r != nil {
		req.Header.Set("Content-Type", kind)
	}
	if a.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+a.bearer)
	}
	if a.origin != "" {
		req.Header.Set("Origin", a.origin)
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
		p := &Problem{Status: resp.StatusCode}
		if json.Unmarshal(answer, p) != nil || p.Code == "" {
			return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, answer)
		}
		return p
	}
	if raw, ok := out.(*[]byte); ok {
		*raw = answer
		return nil
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// Log is what a person's screen has got so far, by seq.
type Log struct {
	mu      sync.Mutex
	entries []chat.Entry
	bytes   int64
	raw     []byte // every byte that came down, for leak checks
	errs    []error
}

// add takes entries in; a seq that is no higher than the last one is an error of the server.
// With anew, what came before is forgotten.
func (l *Log) add(entries []chat.Entry, anew bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if anew {
		l.entries = nil
	}
	for _, e := range entries {
		if n := len(l.entries); n > 0 && e.Seq <= l.entries[n-1].Seq {
			l.errs = append(l.errs, fmt.Errorf("entry %d came after %d", e.Seq, l.entries[n-1].Seq))
			continue
		}
		l.entries = append(l.entries, e)
	}
}

// Entries returns what has come so far.
func (l *Log) Entries() []chat.Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]chat.Entry(nil), l.entries...)
}

// position tells the server how far the log has come, as members of a JSON object.
func (l *Log) position() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) == 0 {
		return `"after":0`
	}
	e := l.entries[len(l.entries)-1]
	return fmt.Sprintf(`"after":%d,"at":%q`, e.Seq, e.At.Format(time.RFC3339Nano))
}

func (l *Log) saw(frame []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.raw = append(l.raw, frame...)
}

// Raw returns every byte that came down the live connection.
func (l *Log) Raw() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.raw)
}

// Err returns what was wrong with the order of what came.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.errs) > 0 {
		return l.errs[0]
	}
	return nil
}

// Customer is a customer with a widget: the same calls, in the same order, as the widget makes.
type Customer struct {
	*api
	w    *World
	Name string
	ID   chat.ConversationID
	// Number is the conversation's number, as people say it.
	Number int64
	Seen   Log
	count  int
	live   context.CancelFunc
	mu     sync.Mutex
}

// Open starts a chat and connects.
func (w *World) Open(ctx context.Context, name, service, text string) (*Customer, error) {
	c := &Customer{w: w, Name: name, api: &api{client: w.Net.Client(), base: w.URL + "/api/v1", origin: "https://shop.test"}}
	var opened struct {
		Token        string `json:"token"`
		Conversation struct {
			ID     chat.ConversationID `json:"id"`
			Number int64               `json:"number"`
		} `json:"conversation"`
	}
	body := map[string]any{"name": name, "locale": "de", "page": map[string]string{"url": "https://shop.test/hilfe", "title": "Hilfe"}}
	if service != "" {
		body["service"] = service
	}
	if text != "" {
		body["text"], body["id"] = text, c.next()
	}
	if err := c.call(ctx, "POST", "/visitor/conversations", body, &opened); err != nil {
		return nil, err
	}
	c.bearer, c.ID, c.Number = opened.Token, opened.Conversation.ID, opened.Conversation.Number
	w.mu.Lock()
	w.customers = append(w.customers, c)
	w.mu.Unlock()
	return c, c.Connect(ctx)
}

func (c *Customer) next() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	return fmt.Sprintf("%s-%d", letters(c.Name), c.count)
}

// letters keeps of a name what a client id may hold.
func letters(name string) string {
	id := []byte{'x'}
	for _, r := range []byte(name) {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			id = append(id, r)
		}
	}
	return string(id)
}

// Connect opens the live connection from where the screen is, and keeps it until Disconnect or the end of the world.
func (c *Customer) Connect(ctx context.Context) error {
	var t struct {
		Ticket string `json:"ticket"`
	}
	if err := c.call(ctx, "POST", "/visitor/tickets", map[string]any{}, &t); err != nil {
		return err
	}
	live, cancel := context.WithCancel(c.w.ctx)
	ws, err := c.w.dial(live, "/visitor/live", t.Ticket, c.client)
	if err != nil {
		cancel()
		return err
	}
	c.mu.Lock()
	c.live = cancel
	hello := fmt.Appendf(nil, `{"type":"hello",%s}`, c.Seen.position())
	c.mu.Unlock()
	if err := ws.Write(live, websocket.MessageText, hello); err != nil {
		cancel()
		return err
	}
	c.w.Go(func() { c.listen(live, ws) })
	return nil
}

// Disconnect cuts the live connection, as a tunnel or a reload does.
func (c *Customer) Disconnect() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live != nil {
		c.live()
		c.live = nil
	}
}

func (c *Customer) listen(ctx context.Context, ws *websocket.Conn) {
	defer ws.CloseNow()
	ws.SetReadLimit(64 << 20)
	for {
		_, frame, err := ws.Read(ctx)
		if err != nil {
			return
		}
		c.Seen.saw(frame)
		var f struct {
			Type    string       `json:"type"`
			Entries []chat.Entry `json:"entries"`
			Anew    bool         `json:"anew"`
		}
		if json.Unmarshal(frame, &f) == nil && f.Type == "entries" {
			c.Seen.add(f.Entries, f.Anew)
		}
	}
}

// posted is the answer to a line.
type posted struct {
	Seq chat.Seq `json:"seq"`
}

// Say sends a line with files and returns its seq.
func (c *Customer) Say(ctx context.Context, text string, files ...chat.FileID) (chat.Seq, error) {
	return c.SayAs(ctx, c.next(), text, files...)
}

// SayAs is Say under a client id of the caller's choice.
func (c *Customer) SayAs(ctx context.Context, id, text string, files ...chat.FileID) (chat.Seq, error) {
	body := map[string]any{"id": id}
	if text != "" {
		body["text"] = text
	}
	if len(files) > 0 {
		body["files"] = files
	}
	var p posted
	err := c.call(ctx, "POST", "/visitor/messages", body, &p)
	return p.Seq, err
}

// Edit replaces an own line.
func (c *Customer) Edit(ctx context.Context, ref chat.Seq, text string) error {
	return c.call(ctx, "POST", "/visitor/edits", map[string]any{"id": c.next(), "ref": ref, "text": text}, nil)
}

// Delete takes an own line back.
func (c *Customer) Delete(ctx context.Context, ref chat.Seq) error {
	return c.call(ctx, "POST", "/visitor/deletions", map[string]any{"id": c.next(), "ref": ref}, nil)
}

// End ends the chat.
func (c *Customer) End(ctx context.Context) error {
	return c.call(ctx, "POST", "/visitor/end", map[string]any{}, nil)
}

// Upload sends a file's bytes and returns what the server made of it.
func (c *Customer) Upload(ctx context.Context, name string, content []byte) (chat.File, error) {
	var f chat.File
	err := c.call(ctx, "POST", "/visitor/files?name="+url.QueryEscape(name), bytes.NewReader(content), &f)
	return f, err
}

// Download fetches a file's bytes.
func (c *Customer) Download(ctx context.Context, id chat.FileID) ([]byte, error) {
	var b []byte
	err := c.call(ctx, "GET", "/visitor/files/"+string(id), nil, &b)
	return b, err
}
