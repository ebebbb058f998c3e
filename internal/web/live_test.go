package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"trialog/internal/chat"
	"trialog/internal/desk"
)

// screen is a live connection and what comes down it.
type screen struct {
	*world
	ws     *websocket.Conn
	frames chan liveFrame
}

type liveFrame struct {
	Type         string
	Conversation json.RawMessage
	Participant  chat.ParticipantID
	On           bool
}

// dial opens a live connection with a ticket.
func (w *world) dial(path string, ticket request) *screen {
	w.t.Helper()
	var t ticketOut
	w.want(201, ticket, &t)
	ws, _, err := websocket.Dial(w.t.Context(), strings.Replace(w.url, "http", "ws", 1)+apiRoot+path+"?ticket="+query(t.Ticket), &websocket.DialOptions{HTTPClient: http.DefaultClient})
	w.must(err)
	w.t.Cleanup(func() { ws.CloseNow() })
	s := &screen{world: w, ws: ws, frames: make(chan liveFrame, 100)}
	go func() {
		defer close(s.frames)
		for {
			_, raw, err := ws.Read(w.t.Context())
			var f liveFrame
			if err != nil || json.Unmarshal(raw, &f) != nil {
				return
			}
			s.frames <- f
		}
	}()
	return s
}

func (s *screen) send(format string, args ...any) {
	s.t.Helper()
	s.must(s.ws.Write(s.t.Context(), websocket.MessageText, fmt.Appendf(nil, format, args...)))
}

// until waits for a frame.
func (s *screen) until(what string, ok func(liveFrame) bool) {
	s.t.Helper()
	late := time.After(5 * time.Second)
	for {
		select {
		case f, open := <-s.frames:
			if !open {
				s.t.Fatalf("the connection ended before %s", what)
			}
			if ok(f) {
				return
			}
		case <-late:
			s.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// summary waits for a summary that says something.
func (s *screen) summary(what string, ok func(desk.Summary) bool) {
	s.t.Helper()
	s.until(what, func(f liveFrame) bool {
		var sum desk.Summary
		return f.Type == "summary" && json.Unmarshal(f.Conversation, &sum) == nil && ok(sum)
	})
}

// TestDeskFollowsWhatIsInNoLine: what happens to a conversation and is no line of it reaches the desk, too: how far the customer has read, that
// the customer types, comes and goes. It reaches the desk for the agent's own conversations, also while another one is open.
func TestDeskFollowsWhatIsInNoLine(t *testing.T) {
	w := start(t, nil)
	lena, anna := w.lena(), w.signIn("anna")
	anna.accept(lena.id)
	atDesk := w.dial("/live", anna.call("POST", "/tickets", ""))
	atDesk.until("the lists", func(f liveFrame) bool { return f.Type == "lists" })
	widget := w.dial("/visitor/live", lena.call("POST", "/visitor/tickets", ""))
	widget.send(`{"type":"hello","after":0}`)
	atDesk.summary("the customer's return", func(s desk.Summary) bool { return !s.CustomerAway })
	widget.send(`{"type":"read","seq":2}`)
	atDesk.summary("what the customer has read", func(s desk.Summary) bool {
		return len(s.Cursors) > 0 && s.Cursors[0].Participant == 1 && s.Cursors[0].Read == 2
	})
	atDesk.send(`{"type":"open","conversation":%q,"after":0}`, lena.id)
	atDesk.until("the lines", func(f liveFrame) bool { return f.Type == "entries" })
	widget.send(`{"type":"typing","on":true}`)
	atDesk.until("the customer's typing", func(f liveFrame) bool { return f.Type == "typing" && f.Participant == 1 && f.On })
	atDesk.send(`{"type":"shut","conversation":%q}`, lena.id)
	w.must(widget.ws.Close(websocket.StatusNormalClosure, ""))
	atDesk.summary("the customer's leaving", func(s desk.Summary) bool { return s.CustomerAway })
}

// TestOpeningTellsWhoIsAway: only live connections know whether the customer is there. Whoever reads a waiting chat by a call, and then opens
// it live, learns it all the same.
func TestOpeningTellsWhoIsAway(t *testing.T) {
	w := start(t, nil)
	lena, anna := w.lena(), w.signIn("anna")
	atDesk := w.dial("/live", anna.call("POST", "/tickets", ""))
	atDesk.until("the lists", func(f liveFrame) bool { return f.Type == "lists" })
	anna.want(200, anna.call("GET", anna.at(lena.id), ""), nil)
	atDesk.send(`{"type":"open","conversation":%q,"after":2}`, lena.id)
	atDesk.summary("the customer's absence", func(s desk.Summary) bool { return s.CustomerAway })
}
