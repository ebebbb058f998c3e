package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// party is one person's live connection: it sends lines and waits for their acknowledgement, and notes what others said.
type party struct {
	ws    *websocket.Conn
	n     atomic.Int64
	mu    sync.Mutex
	acks  map[string]chan struct{}
	heard map[string]chan struct{} // text → this screen has it
	lines atomic.Int64
}

// seat is a party's part in one conversation: an agent has many on one connection. Customers' lines need no conversation.
type seat struct {
	*party
	conversation string
}

func dialParty(b *testing.B, url string, header http.Header) *party {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	b.Cleanup(cancel)
	ws, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPHeader: header, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		b.Fatalf("dial %s: %v", url, err)
	}
	ws.SetReadLimit(16 << 20)
	p := &party{ws: ws, acks: map[string]chan struct{}{}, heard: map[string]chan struct{}{}}
	go p.listen(ctx)
	return p
}

type frame struct {
	Type    string            `json:"type"`
	ID      string            `json:"id"`
	Entries []json.RawMessage `json:"entries"`
	Problem json.RawMessage   `json:"problem"`
}

func (p *party) listen(ctx context.Context) {
	for {
		_, b, err := p.ws.Read(ctx)
		if err != nil {
			return
		}
		var f frame
		if json.Unmarshal(b, &f) != nil {
			continue
		}
		switch f.Type {
		case "ack":
			p.done(p.acks, f.ID)
		case "nack":
			panic(fmt.Sprintf("refused: %s", f.Problem))
		case "entries":
			p.lines.Add(int64(len(f.Entries)))
			p.mu.Lock()
			waiting := len(p.heard) > 0
			p.mu.Unlock()
			for _, e := range f.Entries {
				if !waiting {
					break
				}
				if i := strings.Index(string(e), "ping-"); i >= 0 {
					p.done(p.heard, string(e[i:i+13]))
				}
			}
		}
	}
}

func (p *party) done(m map[string]chan struct{}, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c, ok := m[id]; ok {
		close(c)
		delete(m, id)
	}
}

func (p *party) expect(m map[string]chan struct{}, id string) chan struct{} {
	c := make(chan struct{})
	p.mu.Lock()
	m[id] = c
	p.mu.Unlock()
	return c
}

// say sends a line of about 120 bytes of text and waits until it is durable.
func (p seat) say(ctx context.Context, text string) error {
	id := fmt.Sprintf("b%d", p.n.Add(1))
	acked := p.expect(p.acks, id)
	line := map[string]any{"type": "post", "id": id, "text": text}
	if p.conversation != "" {
		line["conversation"], line["audience"] = p.conversation, "everyone"
	}
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if err := p.ws.Write(ctx, websocket.MessageText, b); err != nil {
		return err
	}
	select {
	case <-acked:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var filler = strings.Repeat("Seit heute früh blinkt das Modem rot. ", 3)

// result of a load.
type result struct {
	perSecond float64
	p50, p99  time.Duration
}

// durable lets every party say a line as soon as its last one is durable, for a while, with ever more parties, and returns the
// most durable lines a second whose p99 stays within 250 ms.
func durable(b *testing.B, pairs [][2]seat, each time.Duration) (best result) {
	b.Helper()
	var all []seat
	for _, p := range pairs {
		all = append(all, p[0], p[1])
	}
	for _, share := range []int{16, 4, 1} {
		if r := closedLoop(b, all[:max(1, len(all)/share)], each); r.p99 <= 250*time.Millisecond && r.perSecond > best.perSecond {
			best = r
		}
	}
	return best
}

func closedLoop(b *testing.B, parties []seat, length time.Duration) result {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	took := make([][]time.Duration, len(parties))
	var wg sync.WaitGroup
	start := time.Now()
	for i, p := range parties {
		wg.Go(func() {
			for ctx.Err() == nil {
				sent := time.Now()
				if p.say(ctx, filler) == nil {
					took[i] = append(took[i], time.Since(sent))
				}
			}
		})
	}
	wg.Wait()
	all := slices.Concat(took...)
	return summarize(all, time.Since(start))
}

func summarize(all []time.Duration, length time.Duration) result {
	if len(all) == 0 {
		return result{}
	}
	slices.Sort(all)
	return result{perSecond: float64(len(all)) / length.Seconds(), p50: all[len(all)/2], p99: all[len(all)*99/100]}
}

// acrossScreens measures, at 20 lines a second, from one person's send to the other's screen.
func acrossScreens(b *testing.B, pairs [][2]seat, n int) result {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var took []time.Duration
	start := time.Now()
	for i := range n {
		pair := pairs[i%len(pairs)]
		word := fmt.Sprintf("ping-%08d", i)
		heard := pair[1].expect(pair[1].heard, word)
		sent := time.Now()
		if err := pair[0].say(ctx, word+" "+filler); err != nil {
			b.Fatal(err)
		}
		select {
		case <-heard:
			took = append(took, time.Since(sent))
		case <-ctx.Done():
			b.Fatalf("line %d never reached the other screen", i)
		}
		time.Sleep(50*time.Millisecond - time.Since(sent))
	}
	return summarize(took, time.Since(start))
}
