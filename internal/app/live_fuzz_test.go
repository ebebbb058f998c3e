package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"trialog/internal/badinput"
)

// between parts the frames of an input.
const between = "\x1e"

// secret is what the agent says behind the customer's back.
const secret = "only-for-the-back-room"

// live is a surface with a network address, for live connections.
type live struct {
	*surface
	server *httptest.Server
}

func openLive(f *testing.F) *live {
	f.Helper()
	s := open(f)
	l := &live{s, httptest.NewServer(s.Handler)}
	f.Cleanup(l.server.Close)
	w := s.do(f, request{method: "POST", path: "/conversations/" + string(s.id) + "/messages", cookie: s.agent, body: []byte(`{"id":"s","audience":"backroom","text":"` + secret + `"}`)})
	if w.Code != 201 {
		f.Fatalf("%d %s", w.Code, w.Body)
	}
	return l
}

// dial opens a live connection.
func (l *live) dial(ctx context.Context, t *testing.T, ticket request, path string) *websocket.Conn {
	t.Helper()
	var one struct{ Ticket string }
	if w := l.do(t, ticket); json.Unmarshal(w.Body.Bytes(), &one) != nil || one.Ticket == "" {
		t.Fatalf("ticket: %d %s", w.Code, w.Body)
	}
	ws, _, err := websocket.Dial(ctx, strings.Replace(l.server.URL, "http", "ws", 1)+"/api/v1"+path+"?ticket="+one.Ticket, nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(16 << 20)
	return ws
}

// send sends frames of a stranger and then one of ours.
func send(ctx context.Context, ws *websocket.Conn, frames []byte, binary bool, last ...string) error {
	kind := websocket.MessageText
	if binary {
		kind = websocket.MessageBinary
	}
	for _, f := range bytes.Split(frames, []byte(between)) {
		if err := ws.Write(ctx, kind, f); err != nil {
			return err
		}
	}
	for _, f := range last {
		if err := ws.Write(ctx, websocket.MessageText, []byte(f)); err != nil {
			return err
		}
	}
	return nil
}

// listen reads until our own frame is answered or the connection is closed, and looks at everything that comes down.
func listen(ctx context.Context, t *testing.T, ws *websocket.Conn, id string, types []string) {
	t.Helper()
	for {
		_, raw, err := ws.Read(ctx)
		if err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				t.Fatal("no answer")
			}
			if status := websocket.CloseStatus(err); status == websocket.StatusInternalError {
				t.Fatalf("closed with %v", err)
			}
			return
		}
		var f struct {
			Type, ID string
			Problem  struct{ Code, Detail string }
		}
		if err := json.Unmarshal(raw, &f); err != nil || !slices.Contains(types, f.Type) {
			t.Fatalf("sent down: %s", raw)
		}
		if f.Type == "nack" && (f.Problem.Code == "" || f.Problem.Detail == "" || f.Problem.Code == "internal") {
			t.Fatalf("refused without words: %s", raw)
		}
		if !slices.Contains(types, "summary") && bytes.Contains(raw, []byte(secret)) {
			t.Fatalf("the customer gets %s", raw)
		}
		if (f.Type == "ack" || f.Type == "nack") && f.ID == id {
			return
		}
	}
}

// addFrames seeds frames with every command and every bad input.
func addFrames(f *testing.F, commands ...string) {
	f.Helper()
	f.Add([]byte(strings.Join(commands, between)), false)
	for i, b := range badinput.Texts() {
		text, err := json.Marshal(b.Text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(strings.ReplaceAll(commands[i%len(commands)], `"x"`, string(text))), false)
		f.Add([]byte(`{"type":"hello","after":0}`+between+`{"type":"post","id":"b","text":"`+b.Text+`"}`), false)
	}
	for _, s := range []string{`{"type":"hello","after":-1}`, `{"type":"hello","after":9223372036854775807}`, `{"TYPE":"post","id":"q","text":"x"}`, `{"type":"post","type":"end","id":"q"}`, "null", "[]", "", `{"type":"hello"} {}`,
		strings.Repeat("[", 100), `{"type":"hello","after":0}` + between + `{"type":"read","seq":-5}` + between + `{"type":"read","seq":99999999}` + between + `{"type":"typing"}`} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
}

// FuzzVisitorFrames: whatever a customer's connection carries, every frame that comes down is one of ours, nothing private is in it, and the
// connection still answers or is closed.
func FuzzVisitorFrames(f *testing.F) {
	l := openLive(f)
	addFrames(f, `{"type":"hello","after":0}`, `{"type":"post","id":"v1","text":"x"}`, `{"type":"edit","id":"v2","ref":2,"text":"x"}`, `{"type":"delete","id":"v3","ref":2}`, `{"type":"read","seq":2}`, `{"type":"typing","on":true}`,
		`{"type":"post","id":"v4","text":"x","files":["x"]}`, `{"type":"post","id":"v5","audience":"backroom","content":[{"t":"p","kids":[{"t":"text","text":"x"}]}]}`)
	f.Fuzz(func(t *testing.T, frames []byte, binary bool) {
		if bytes.Contains(bytes.ToLower(frames), []byte("end")) {
			return // the chat is needed
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		ws := l.dial(ctx, t, request{method: "POST", path: "/visitor/tickets", token: l.token}, "/visitor/live")
		defer ws.CloseNow()
		if send(ctx, ws, frames, binary, `{"type":"hello","after":1000000000,"id":"h"}`, `{"type":"post","id":"last","text":"still here"}`) == nil {
			listen(ctx, t, ws, "last", []string{"ack", "nack", "view", "entries", "typing", "cursors"})
		}
		l.alive(t)
	})
}

// FuzzStaffFrames: the same for an agent's connection.
func FuzzStaffFrames(f *testing.F) {
	l := openLive(f)
	at := fmt.Sprintf(`"conversation":%q`, l.id)
	addFrames(f, `{"type":"open",`+at+`,"after":0}`, `{"type":"post","id":"w1",`+at+`,"audience":"everyone","text":"x"}`, `{"type":"post","id":"w2",`+at+`,"audience":"backroom","content":[{"t":"p","kids":[{"t":"text","text":"x"}]}]}`,
		`{"type":"edit","id":"w3",`+at+`,"ref":4,"text":"x"}`, `{"type":"delete","id":"w4",`+at+`,"ref":2}`, `{"type":"react","id":"w5",`+at+`,"ref":2,"emoji":"x"}`, `{"type":"read",`+at+`,"seq":2}`, `{"type":"typing",`+at+`,"on":true}`,
		`{"type":"shut",`+at+`}`, `{"type":"open","conversation":"x","after":0}`)
	f.Fuzz(func(t *testing.T, frames []byte, binary bool) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		ws := l.dial(ctx, t, request{method: "POST", path: "/tickets", cookie: l.agent}, "/live")
		defer ws.CloseNow()
		if send(ctx, ws, frames, binary, `{"type":"post","id":"last",`+at+`,"audience":"everyone","text":"still here"}`) == nil {
			listen(ctx, t, ws, "last", []string{"ack", "nack", "lists", "summary", "gone", "entries", "typing", "me", "teamsMessage"})
		}
		l.alive(t)
	})
}
