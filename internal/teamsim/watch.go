package teamsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	watchBuffer    = 256
	watchHeartbeat = 15 * time.Second
)

// watcher is one browser client that follows events.
type watcher struct {
	person string
	events chan watchEvent
	lost   bool // it was too slow; its connection is closed and the browser asks anew
}

type watchEvent struct {
	name string
	data []byte
}

type watchedMessage struct {
	ChangeType changeType `json:"changeType"`
	ChatID     string     `json:"chatId"`
	MessageID  string     `json:"messageId"`
}

// watchMessage tells the browser clients of members. The caller holds t.mu.
func (t *Tenant) watchMessage(c *chat, m *message, kind changeType) {
	if len(t.watchers) == 0 {
		return
	}
	t.tell("message", watchedMessage{kind, c.id, m.id}, func(person string) bool {
		member := c.member(person)
		return member != nil && member.visible(m)
	})
}

// watchChat tells members, and somebody who just left, that a chat changed.
func (t *Tenant) watchChat(c *chat, also string) {
	t.tell("chat", map[string]string{"chatId": c.id}, func(person string) bool {
		return person == also || c.member(person) != nil
	})
}

// watchPresence tells everybody.
func (t *Tenant) watchPresence(person string) {
	p := t.presence[person]
	t.tell("presence", map[string]any{"id": person, "presence": p.Presence}, func(string) bool { return true })
}

func (t *Tenant) tell(name string, data any, who func(person string) bool) {
	if len(t.watchers) == 0 {
		return
	}
	raw, err := json.Marshal(data)
	if err != nil {
		t.log.Error("event not built", "event", name, "err", err)
		return
	}
	for w := range t.watchers {
		if w.lost || !who(w.person) {
			continue
		}
		select {
		case w.events <- watchEvent{name, raw}:
		default:
			w.lost = true
			close(w.events)
		}
	}
}

// serveEvents streams events to the browser client as Server-Sent Events.
func (t *Tenant) serveEvents(w http.ResponseWriter, r *http.Request) {
	token := t.tokenOf("Bearer " + r.FormValue("token"))
	if token == nil {
		http.Error(w, "unknown token", http.StatusUnauthorized)
		return
	}
	self := &watcher{person: token.person, events: make(chan watchEvent, watchBuffer)}
	t.mu.Lock()
	t.watchers[self] = struct{}{}
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		delete(t.watchers, self)
		t.mu.Unlock()
	}()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	if _, err := fmt.Fprint(w, "retry: 1000\n: connected\n\n"); err != nil || out.Flush() != nil {
		return
	}
	beat := time.NewTicker(watchHeartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case e, open := <-self.events:
			if !open {
				return
			}
			_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", e.name, e.data)
		case <-beat.C:
			_, err = fmt.Fprint(w, ": heartbeat\n\n")
		}
		if err != nil || out.Flush() != nil {
			return
		}
	}
}
