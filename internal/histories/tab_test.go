package histories

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"trialog/internal/chat"
)

// tab is a browser tab with a live connection. It sends what it writes at once and again after every reconnect, in order, until each line is
// acknowledged; it may have several lines under way.
type tab struct {
	caller
	*session
	h      *history
	client int
	rng    *rand.Rand
	shared *memory
	nodes  []string // addresses that it may connect to

	mu      sync.Mutex
	ws      *websocket.Conn // guarded by mu; nil: not connected
	waiting []*underway     // guarded by mu: sent and not answered, oldest first
	pos     chat.Seq        // guarded by mu: where the screen is
	screen  []chat.Entry    // guarded by mu: what came down
	shown   map[string]any  // guarded by mu: how the conversation stands, by frames
	news    chan struct{}   // something came down
	wrong   error           // guarded by mu
	gone    chan struct{}   // closed when the reader of the connection has ended
	began   int64           // guarded by mu: when this connection asked for the state
	first   bool            // guarded by mu: it has not been told yet
}

// underway is a line that waits for its acknowledgement.
type underway struct {
	call
	began int64
}

// play writes lines, and now and then loses its connection.
func (t *tab) play(ctx context.Context, calls int) error {
	for range calls {
		if t.rng.IntN(15) == 0 {
			t.hangUp()
		}
		if err := t.connect(ctx); err != nil {
			return err
		}
		if t.rng.IntN(6) == 0 {
			if err := t.look(ctx); err != nil {
				return err
			}
			continue
		}
		if err := t.write(ctx); err != nil {
			return err
		}
		if err := t.until(ctx, "fewer lines are under way", func() bool { return len(t.waiting) < 4 }); err != nil {
			return err
		}
	}
	return t.until(ctx, "everything is acknowledged", func() bool { return len(t.waiting) == 0 })
}

// hangUp breaks the connection without a goodbye.
func (t *tab) hangUp() {
	t.mu.Lock()
	ws, gone := t.ws, t.gone
	t.mu.Unlock()
	if ws != nil {
		ws.CloseNow()
		<-gone
	}
}

// connect connects, unless it is, and sends again what is not acknowledged.
func (t *tab) connect(ctx context.Context) error {
	t.mu.Lock()
	connected := t.ws != nil
	t.mu.Unlock()
	if connected {
		return nil
	}
	t.at = t.nodes[t.rng.IntN(len(t.nodes))]
	began := t.h.now()
	ws, err := t.dial(ctx)
	if err != nil {
		return err
	}
	ws.SetReadLimit(16 << 20)
	t.mu.Lock()
	t.ws, t.gone, t.began, t.first = ws, make(chan struct{}), began, true
	gone, pos, again := t.gone, t.pos, slices.Clone(t.waiting)
	t.mu.Unlock()
	t.saw(event{what: resumed, after: pos})
	go t.listen(ctx, ws, gone)
	if err := t.send(ctx, ws, t.hello(pos)); err != nil {
		return err
	}
	for _, u := range again {
		if err := t.send(ctx, ws, t.command(u.call)); err != nil {
			return err
		}
	}
	return nil
}

func (t *tab) dial(ctx context.Context) (*websocket.Conn, error) {
	var one struct{ Ticket string }
	live := "/live"
	tickets := "/tickets"
	if t.caller.viewer == chat.Customer {
		live, tickets = "/visitor/live", "/visitor/tickets"
	}
	for {
		if err := t.ask(ctx, "POST", tickets, struct{}{}, &one); err == nil {
			break
		} else if !errors.Is(err, errLost) {
			return nil, err
		}
	}
	ws, _, err := websocket.Dial(ctx, strings.Replace(t.at, "http", "ws", 1)+"/api/v1"+live+"?ticket="+url.QueryEscape(one.Ticket), nil)
	return ws, err
}

// hello asks for everything after a seq.
func (t *tab) hello(after chat.Seq) any {
	if t.caller.viewer == chat.Customer {
		return map[string]any{"type": "hello", "after": after}
	}
	return map[string]any{"type": "open", "conversation": t.id, "after": after}
}

// command is a line as a live connection takes it.
func (t *tab) command(c call) any {
	_, m := c.body(t.caller.viewer)
	m["type"] = map[verb]string{say: "post", edit: "edit", erase: "delete"}[c.verb]
	if t.caller.viewer == chat.Agent {
		m["conversation"] = t.id
	}
	return m
}

// send sends a frame. A connection that has broken meanwhile is no error: everything is sent again on the next one.
func (t *tab) send(ctx context.Context, ws *websocket.Conn, v any) error {
	frame, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := ws.Write(ctx, websocket.MessageText, frame); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return nil
}

// write sends a line.
func (t *tab) write(ctx context.Context) error {
	c := call{verb: say, by: t.by, viewer: t.caller.viewer, audience: chat.Everyone, id: t.shared.fresh()}
	switch n := t.rng.IntN(10); {
	case n < 2:
		c.verb, c.ref = edit, t.shared.line(t.rng)
	case n < 3:
		c.verb, c.ref = erase, t.shared.line(t.rng)
	case n < 5 && c.viewer == chat.Agent:
		c.audience = chat.BackRoom
	}
	if c.verb != erase {
		c.text = fmt.Sprintf("%s of %s", c.id, t.name)
	}
	t.saw(event{what: sent, id: c.id})
	t.mu.Lock()
	ws := t.ws
	t.waiting = append(t.waiting, &underway{call: c, began: t.h.now()})
	t.mu.Unlock()
	if ws == nil {
		return nil
	}
	return t.send(ctx, ws, t.command(c))
}

// look reads with a call of its own, as a tab does that was restored.
func (t *tab) look(ctx context.Context) error {
	t.mu.Lock()
	c := call{verb: read, viewer: t.caller.viewer, from: max(0, t.pos-chat.Seq(t.rng.IntN(10)))}
	t.mu.Unlock()
	t.session.mu.Lock()
	at := len(t.events) // what came down meanwhile is not what the call must know of
	t.session.mu.Unlock()
	began := t.h.now()
	for {
		entries, err := t.caller.read(ctx, c.from)
		if errors.Is(err, errLost) {
			continue
		}
		if err != nil {
			return err
		}
		t.h.note(t.client, began, c, answer{lines: linesOf(entries), upTo: -1})
		t.session.mu.Lock()
		t.events = slices.Insert(t.events, at, event{what: fetched, after: c.from, entries: entries})
		t.session.mu.Unlock()
		return nil
	}
}

// until waits for something to come down that makes ok true, and reconnects when the connection ends.
func (t *tab) until(ctx context.Context, what string, ok func() bool) error {
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		t.mu.Lock()
		done, err, down := ok(), t.wrong, t.ws == nil
		t.mu.Unlock()
		if done || err != nil {
			return err
		}
		if down {
			if err := t.connect(ctx); err != nil {
				return err
			}
		}
		select {
		case <-t.news:
		case <-late.C:
			return fmt.Errorf("%s waits in vain until %s", t.name, what)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// listen takes what comes down a connection until it ends.
func (t *tab) listen(ctx context.Context, ws *websocket.Conn, gone chan struct{}) {
	defer close(gone)
	for {
		_, raw, err := ws.Read(ctx)
		t.mu.Lock()
		if err == nil {
			if err = t.take(raw); err != nil && !errors.Is(err, errLost) {
				t.wrong = err
			}
		}
		if err != nil {
			t.ws = nil
		}
		t.mu.Unlock()
		select {
		case t.news <- struct{}{}:
		default:
		}
		if err != nil {
			ws.CloseNow()
			return
		}
	}
}

// frame is anything that comes down.
type frame struct {
	Type         string           `json:"type"`
	ID           string           `json:"id"`
	Seq          chat.Seq         `json:"seq"`
	Problem      problem          `json:"problem"`
	Conversation json.RawMessage  `json:"conversation"`
	Mine         []map[string]any `json:"mine"`
	Entries      []chat.Entry     `json:"entries"`
	UpTo         chat.Seq         `json:"upTo"`
	Cursors      any              `json:"cursors"`
}

// take takes a frame in. It expects t.mu to be held.
func (t *tab) take(raw []byte) error {
	var f frame
	if err := json.Unmarshal(raw, &f); err != nil {
		return fmt.Errorf("%s is sent %s: %w", t.name, raw, err)
	}
	switch f.Type {
	case "ack":
		t.acked(f.ID, answer{seq: f.Seq})
	case "nack":
		if f.Problem.Retry {
			return errLost // sends everything again
		}
		if f.ID == "" {
			return fmt.Errorf("%s is refused: %s", t.name, f.Problem.Code)
		}
		t.acked(f.ID, answer{code: f.Problem.Code})
	case "entries":
		t.saw(event{what: streamed, entries: f.Entries, upTo: f.UpTo})
		t.screen, t.pos = append(t.screen, f.Entries...), f.UpTo
	case "cursors":
		t.shown["cursors"] = f.Cursors
	case "view", "summary":
		var m map[string]any
		if err := json.Unmarshal(f.Conversation, &m); err != nil {
			return err
		}
		return t.stands(m)
	case "lists":
		for _, m := range f.Mine {
			if err := t.stands(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// stands notes how the conversation stands, unless it is another one. The first time on a connection it is the answer to a question.
func (t *tab) stands(now map[string]any) error {
	var s standing
	if err := json.Unmarshal([]byte(asJSON(now)), &s); err != nil || s.ID != t.id {
		return err
	}
	t.shown = now
	t.saw(event{what: viewed, last: s.Last})
	if t.first {
		t.first = false
		t.h.note(t.client, t.began, call{verb: state, viewer: t.caller.viewer}, s.answer())
	}
	return nil
}

// acked notes the answer to a line. The server repeats what was repeated.
func (t *tab) acked(id string, a answer) {
	for i, u := range t.waiting {
		if u.id != id {
			continue
		}
		if a.code == "" {
			t.saw(event{what: acked, id: id, seq: a.seq})
			t.shared.keep(u.call) // not before: nobody else may write it first
		}
		t.h.note(t.client, u.began, u.call, a)
		t.shared.mine(u.call, a)
		t.waiting = slices.Delete(t.waiting, i, i+1)
		return
	}
}

// rest waits until the screen has everything, and compares it with a fresh look: what there was plus what came down is what there is. [INV9]
func (t *tab) rest(ctx context.Context, last chat.Seq) error {
	if err := t.until(ctx, fmt.Sprintf("the screen has %d", last), func() bool { return t.pos >= last }); err != nil {
		return err
	}
	different := ""
	for range 50 {
		var fresh struct {
			Conversation map[string]any
			Entries      []chat.Entry
		}
		if err := t.ask(ctx, "GET", t.root()+"?limit=1000", nil, &fresh); errors.Is(err, errLost) {
			continue
		} else if err != nil {
			return err
		}
		entries, err := t.caller.read(ctx, 0)
		if errors.Is(err, errLost) {
			continue
		}
		if err != nil {
			return err
		}
		if different = t.differs(fresh.Conversation, entries); different == "" {
			return nil
		}
		time.Sleep(100 * time.Millisecond) // ticks and summaries are gathered
	}
	return fmt.Errorf("INV9: %s differs from a fresh look: %s", t.name, different)
}

// differs compares the screen with a fresh look at the conversation.
func (t *tab) differs(now map[string]any, entries []chat.Entry) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	shown := maps.Clone(t.shown)
	delete(shown, "customerAway") // only live connections know
	if t.caller.viewer == chat.Customer {
		shown["last"] = float64(t.pos) // frames say how far they reach
	}
	return cmp.Diff(now, shown) + unlike(entries, t.screen)
}

// unlike words the first difference between what there is and a screen.
func unlike(entries, screen []chat.Entry) string {
	for i, e := range entries {
		if i >= len(screen) {
			return fmt.Sprintf("%d is missing", e.Seq)
		}
		if text(e) != text(screen[i]) {
			return fmt.Sprintf("%s in the place of %s", text(screen[i]), text(e))
		}
	}
	if len(screen) > len(entries) {
		return fmt.Sprintf("%d is too much", screen[len(entries)].Seq)
	}
	return ""
}
