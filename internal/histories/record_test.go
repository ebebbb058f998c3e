package histories

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"trialog/internal/chat"
)

// history is what the clients of one conversation called and were answered. Its clock only counts: it tells what came before what.
type history struct {
	mu    sync.Mutex
	clock int64
	calls []porcupine.Operation
}

// now is the next moment.
func (h *history) now() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock++
	return h.clock
}

// note records a call that began at a moment and has just been answered.
func (h *history) note(client int, began int64, c call, a answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock++
	h.calls = append(h.calls, porcupine.Operation{ClientId: client, Input: c, Call: began, Output: a, Return: h.clock})
}

// patience is how long the search for an order may take. A right history takes milliseconds; of a wrong one it may be that not all orders can be
// ruled out in any time.
const patience = 20 * time.Second

// check returns an error when no order explains the answers, given the lines that the conversation began with. A lost call may still happen at
// any later time.
func (h *history) check(begin []line) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, o := range h.calls {
		if o.Output.(answer).lost {
			h.calls[i].Return = h.clock + 1
		}
	}
	m := model(begin)
	result, info := porcupine.CheckOperationsVerbose(m, h.calls, patience)
	if result == porcupine.Ok {
		return nil
	}
	picture := filepath.Join(os.TempDir(), fmt.Sprintf("trialog-history-%d.html", time.Now().UnixNano()))
	if err := porcupine.VisualizePath(m, info, picture); err != nil {
		return fmt.Errorf("no order explains %d calls (%s), and there is no picture of them: %w", len(h.calls), result, err)
	}
	return fmt.Errorf("no order explains %d calls (%s); the longest that fits part of them: %s", len(h.calls), result, picture)
}

// size is how many calls were answered.
func (h *history) size() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.calls)
}

// truth holds a log that has come to rest against INV2 and INV4: numbers are dense from 1 and every key stands once.
func truth(entries []chat.Entry) error {
	keys := map[string]chat.Seq{}
	for i, e := range entries {
		if e.Seq != chat.Seq(i+1) {
			return fmt.Errorf("INV2: place %d of the log has seq %d", i+1, e.Seq)
		}
		if first, known := keys[e.Key]; known && e.Key != "" {
			return fmt.Errorf("INV4: key %s stands at %d and at %d", e.Key, first, e.Seq)
		}
		keys[e.Key] = e.Seq
	}
	return nil
}
