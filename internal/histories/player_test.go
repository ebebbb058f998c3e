package histories

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"trialog/internal/chat"
)

// door is a way into one conversation for one participant.
type door interface {
	// try does a call once. Again says that nobody knows whether it happened, or that it may be repeated.
	try(ctx context.Context, c call) (a answer, again bool, err error)
}

// tries bounds how often a call is repeated before its client gives up.
const tries = 40

// insist repeats a call until it is answered. A call whose client gives up is lost. Through all of it, it is one call: a line under one client id
// happens once, however often it is sent.
func insist(ctx context.Context, d door, c call) (answer, error) {
	for range tries {
		a, again, err := d.try(ctx, c)
		if err != nil || !again {
			return a, err
		}
	}
	return answer{lost: true}, nil
}

// memory is what the clients of one participant share, as tabs of one browser do: what was said, and under which ids.
type memory struct {
	mu    sync.Mutex
	calls []call
	own   []chat.Seq
	ids   int
}

// fresh is an id that nobody has used. Ids count: tabs that repeat each other meet at the newest.
func (m *memory) fresh() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ids++
	return fmt.Sprintf("n%d", m.ids)
}

func (m *memory) keep(c call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, c)
}

// mine notes a line of one's own.
func (m *memory) mine(c call, a answer) {
	if c.verb != say || a.seq == 0 || a.lost {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.own = append(m.own, a.seq)
}

// before is a call made before, rather a new one.
func (m *memory) before(rng *rand.Rand) (call, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.calls) == 0 {
		return call{}, false
	}
	return m.calls[max(0, len(m.calls)-1-rng.IntN(4))], true
}

// line is the seq of a line of one's own, or now and then of anything else.
func (m *memory) line(rng *rand.Rand) chat.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.own) == 0 || rng.IntN(8) == 0 {
		return chat.Seq(rng.IntN(len(m.own)+8) - 1)
	}
	return m.own[rng.IntN(len(m.own))]
}

// player is one client who calls at random.
type player struct {
	h      *history
	client int
	door   door
	by     chat.ParticipantID
	viewer chat.Kind
	shared *memory
	rng    *rand.Rand
	seen   chat.Seq // the newest seq that it has read
	ends   bool     // it may end the chat
}

// draw thinks of a call.
func (p *player) draw() call {
	c := call{by: p.by, viewer: p.viewer, audience: chat.Everyone}
	n := p.rng.IntN(100)
	switch {
	case n < 14:
		c.verb, c.from = read, max(0, p.seen-chat.Seq(p.rng.IntN(12)))
	case n < 22:
		c.verb, c.from = page, max(0, p.seen-chat.Seq(p.rng.IntN(3)))
	case n < 30:
		c.verb = state
	case n < 42:
		return p.repeat()
	case n < 54:
		c.verb, c.ref = edit, p.shared.line(p.rng)
	case n < 60:
		c.verb, c.ref = erase, p.shared.line(p.rng)
	default:
		c.verb = say
		if p.viewer == chat.Agent && p.rng.IntN(4) == 0 {
			c.audience = chat.BackRoom
		}
	}
	return p.signed(c)
}

// signed gives what adds a line an id and a text.
func (p *player) signed(c call) call {
	if c.verb == read || c.verb == page || c.verb == state {
		return c
	}
	c.id = p.shared.fresh()
	if c.verb != erase {
		c.text = fmt.Sprintf("%s %d of %d", c.id, p.rng.IntN(1000), p.client)
	}
	p.shared.keep(c)
	return c
}

// repeat sends an earlier line again, sometimes with another body.
func (p *player) repeat() call {
	c, ok := p.shared.before(p.rng)
	if !ok {
		return p.signed(call{verb: say, by: p.by, viewer: p.viewer, audience: chat.Everyone})
	}
	if p.rng.IntN(4) == 0 && c.verb == say {
		c.text += " changed"
	}
	return c
}

// play makes calls and records them.
func (p *player) play(ctx context.Context, calls int) error {
	for i := range calls {
		c := p.draw()
		if p.ends && i == calls-calls/10 {
			c = call{verb: end, by: p.by, viewer: p.viewer}
		}
		began := p.h.now()
		a, err := insist(ctx, p.door, c)
		if err != nil {
			return fmt.Errorf("client %d: %s: %w", p.client, describe(c, a), err)
		}
		p.h.note(p.client, began, c, a)
		p.shared.mine(c, a)
		if n := len(a.lines); n > 0 {
			p.seen = max(p.seen, a.lines[n-1].seq)
		}
	}
	return nil
}

// refused is what a client is told of an error, and whether the same call may be repeated.
func refused(err error) (a answer, again bool, fatal error) {
	var r *chat.Error
	switch {
	case errors.As(err, &r):
		return answer{code: r.Code}, r.Kind == chat.Busy || r.Kind == chat.Unavailable, nil
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return answer{}, true, nil
	}
	return answer{}, false, err
}
