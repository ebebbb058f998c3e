package teams

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"math"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// readAhead is how many entries a lane looks at to fill one post.
const readAhead = 400

// relay does the next thing in the log: it posts a block of lines, or carries out what stands between blocks (somebody comes or goes,
// a line is changed, the conversation ends). Everything happens in the order of the log.
func (x *lane) relay(ctx context.Context, c *chat.Conversation, t *store.Thread) (time.Duration, error) {
	entries, err := x.Store.Entries(ctx, x.id, t.Cursor, readAhead)
	if err != nil || len(entries) == 0 {
		return idle, err
	}
	if len(c.Present(chat.Expert)) == 0 {
		if pause, done, err := x.relayAlone(ctx, c, t); done || err != nil {
			return pause, err
		}
	}
	b, err := x.gather(ctx, c, t, entries)
	if err != nil {
		return idle, err
	}
	if b.html != "" {
		return x.post(ctx, t, b)
	}
	if b.to > t.Cursor {
		t.Cursor = b.to
		return now, x.Store.PutThread(ctx, t)
	}
	return x.barrier(ctx, c, t, entries[0])
}

// relayAlone is what there is to do while no expert is there to read: what is said waits for whoever is invited next, or is passed over
// when the conversation has ended. done is false when somebody's leaving, or only the farewell, is still to be carried out.
func (x *lane) relayAlone(ctx context.Context, c *chat.Conversation, t *store.Thread) (pause time.Duration, done bool, err error) {
	if leaves, err := x.leaves(ctx, c, t); leaves || err != nil {
		return now, false, err
	}
	if acted, err := x.changeAhead(ctx, c, t); acted || err != nil {
		return now, true, err
	}
	if c.Status == chat.Closed {
		if t.Cursor >= c.Last-1 {
			return now, false, nil
		}
		t.Cursor, t.Resend = c.Last-1, 0
		return now, true, x.Store.PutThread(ctx, t)
	}
	if t.State != store.LaneIdle {
		return now, true, x.put(ctx, t, store.LaneIdle, "", "")
	}
	pause, err = x.await(ctx, c, t)
	return pause, true, err
}

// leaves reports whether somebody's leaving waits to be carried out.
func (x *lane) leaves(ctx context.Context, c *chat.Conversation, t *store.Thread) (bool, error) {
	for e, err := range x.ahead(ctx, t.Cursor, c.Last) {
		if err != nil || e.Kind == chat.LeftFact {
			return err == nil, err
		}
	}
	return false, nil
}

// ahead walks through the entries after one, up to another.
func (x *lane) ahead(ctx context.Context, after, upTo chat.Seq) iter.Seq2[chat.Entry, error] {
	return x.walk(ctx, x.id, after, upTo)
}

// walk walks through the entries of a conversation after one, up to another, page by page.
func (r *run) walk(ctx context.Context, id chat.ConversationID, after, upTo chat.Seq) iter.Seq2[chat.Entry, error] {
	return func(yield func(chat.Entry, error) bool) {
		for after < upTo {
			page, err := r.Store.Entries(ctx, id, after, readAhead)
			if err != nil {
				yield(chat.Entry{}, err)
				return
			}
			if len(page) == 0 {
				return
			}
			for _, e := range page {
				if after = e.Seq; after > upTo || !yield(e, nil) {
					return
				}
			}
		}
	}
}

// isBarrier reports whether an entry has to be carried out on its own, after everything before it stands in the thread.
func isBarrier(e chat.Entry) bool {
	switch e.Kind {
	case chat.Edit, chat.Delete, chat.Reaction:
		return e.Via != chat.ViaTeams
	case chat.LeftFact, chat.ClosedFact:
		return true
	case chat.Invitation:
		return e.Fact != nil && e.Fact.State == chat.Inviting
	}
	return false
}

// shown reports whether a line stands in the thread: it is for experts, and the agent who invited them did not leave it out.
func shown(c *chat.Conversation, e chat.Entry) bool { return chat.Crosses(e) && !c.Hidden(e.Seq) }

// block is a run of neighbouring entries rendered as one post. Those from..to that are not for the thread are passed over.
type block struct {
	from, to chat.Seq
	at       time.Time // when the last of them was written
	lines    int       // that are for the thread
	cut      []chat.Seq
	html     string
	message  graph.NewMessage
}

// gather renders as many neighbouring lines as fit into one post, up to the next barrier.
func (x *lane) gather(ctx context.Context, c *chat.Conversation, t *store.Thread, entries []chat.Entry) (block, error) {
	b := block{from: t.Cursor + 1, to: t.Cursor}
	r, err := x.renderer(ctx, c, t)
	if err != nil {
		return b, err
	}
	newest, err := x.changes(ctx, t.Cursor, max(c.Last, entries[len(entries)-1].Seq))
	if err != nil {
		return b, err
	}
	end := blockEnd(t)
	for _, e := range entries {
		if isBarrier(e) && !passed(t, e) || e.Seq > end {
			break
		}
		if shown(c, e) {
			if t.MaxEntries > 0 && b.lines >= t.MaxEntries {
				break
			}
			fits, err := r.add(ctx, e, newest[e.Seq])
			if err != nil {
				return b, err
			}
			if !fits {
				break
			}
			b.lines++
		}
		b.to, b.at = e.Seq, e.At
	}
	b.html, b.message = r.done(b.lines)
	b.cut = r.cut
	return b, nil
}

// blockEnd is where the next block has to end, so that it carries the marker of one that may stand in the thread already.
func blockEnd(t *store.Thread) chat.Seq {
	if t.Resend > 0 {
		return t.Resend
	}
	for _, s := range t.Standing {
		switch {
		case s.First == t.Cursor+1:
			return s.Last
		case s.First > t.Cursor:
			return s.First - 1
		}
	}
	return math.MaxInt64
}

// post sends a block in two durable steps: the intent, then the call.
func (x *lane) post(ctx context.Context, t *store.Thread, b block) (time.Duration, error) {
	if err := x.tellCut(ctx, b.cut); err != nil {
		return idle, err
	}
	return x.send(ctx, t, "post", b, b.message)
}

// tellCut tells staff of lines that experts get shortened.
func (x *lane) tellCut(ctx context.Context, lines []chat.Seq) error {
	for _, seq := range lines {
		if err := x.Desk.Notice(ctx, x.id, noticeKey("cut", seq), chat.Staff, seq, "shortened", ""); err != nil {
			return err
		}
	}
	return nil
}

// single is a block of one entry.
func single(e chat.Entry) block { return block{from: e.Seq, to: e.Seq, at: e.At, lines: 1} }

func (x *lane) send(ctx context.Context, t *store.Thread, kind string, b block, m graph.NewMessage) (time.Duration, error) {
	account, ok := x.account(x.run.id)
	if !ok {
		return idle, errors.New("the account is gone")
	}
	marker := x.mark(account, *t, kind, b.from, b.to, b.at)
	m.HTML += markTag(marker)
	priority := graph.Live
	if t.Cursor == 0 || b.to-b.from > historyLines {
		priority = graph.History
	}
	x.intend(t, kind, b.from, b.to, marker)
	t.Attempt.Print = printOf(m.HTML)
	if i := standsAt(t, marker); i >= 0 {
		return now, x.confirm(ctx, t, graph.MessageID(t.Standing[i].Message))
	}
	if repeated(t) { // much may have happened since it was not found
		if found, _, err := x.verify(ctx, t, false); found || err != nil {
			return now, err
		}
	}
	if err := x.posts.Wait(ctx, graph.ChatID(t.Chat), priority); err != nil {
		return idle, err
	}
	if err := x.put(ctx, t, store.LaneSending, "", ""); err != nil {
		return idle, err
	}
	if x.crash(kind + ".intent") {
		return idle, errCrashed
	}
	posted, err := x.sender(t).PostMessage(ctx, graph.ChatID(t.Chat), m)
	if x.crash(kind + ".called") {
		return idle, errCrashed
	}
	switch {
	case err == nil:
		return now, x.confirm(ctx, t, posted.ID)
	case graph.Ambiguous(err):
		return now, x.unclear(ctx, t, err)
	}
	t.Attempt = nil // refused: nothing was posted
	if perr := x.Store.PutThread(ctx, t); perr != nil {
		return idle, perr
	}
	if graph.Permanent(err) {
		return now, x.blocked(ctx, t, b.lines, err)
	}
	return idle, err
}

// historyLines is how many lines in one post are history rather than talk.
const historyLines = 20

// blocked notes that Microsoft refuses a post for good. A block that is too large is split first, and then its only line is shortened.
func (x *lane) blocked(ctx context.Context, t *store.Thread, lines int, err error) error {
	reason, detail := graph.Reason(err)
	switch half := cmp.Or(t.MaxBytes, maxHTML) / 2; {
	case reason == "too_large" && lines > 1:
		t.MaxEntries = max(1, lines/2)
		return x.Store.PutThread(ctx, t)
	case reason == "too_large" && half >= leastBytes:
		t.MaxBytes = half
		return x.Store.PutThread(ctx, t)
	}
	x.Log.WarnContext(ctx, "teams: lane blocked", "conversation", x.id, "err", err)
	return x.put(ctx, t, store.LaneBlocked, reason, detail)
}

// barrier carries out an entry that stands between blocks and moves the cursor past it.
func (x *lane) barrier(ctx context.Context, c *chat.Conversation, t *store.Thread, e chat.Entry) (time.Duration, error) {
	if x.crash("barrier." + string(e.Kind)) {
		return idle, errCrashed
	}
	var err error
	switch e.Kind {
	case chat.Invitation:
		err = x.bringIn(ctx, c, t, e)
	case chat.LeftFact:
		err = x.putOut(ctx, c, t, e)
	case chat.Edit, chat.Delete:
		var pause time.Duration
		var said bool
		if pause, said, err = x.carryOut(ctx, c, t, e); said {
			return pause, err
		}
	case chat.Reaction:
		err = x.react(ctx, c, t, e)
	case chat.ClosedFact:
		return x.farewell(ctx, c, t, e)
	}
	if err := x.crashes("barrier."+string(e.Kind)+".done", err); err != nil {
		return idle, err
	}
	t.Cursor = e.Seq
	return now, x.crashes("barrier."+string(e.Kind)+".stored", x.Store.PutThread(ctx, t))
}

// farewell posts the closing line; the lane ends when that stands in the thread.
func (x *lane) farewell(ctx context.Context, c *chat.Conversation, t *store.Thread, e chat.Entry) (time.Duration, error) {
	account, _ := x.account(x.run.id)
	return x.send(ctx, t, "post", single(e), graph.NewMessage{HTML: wordsOf(account).closing(c)})
}

// answerLate answers, once, an expert who writes after the end.
func (x *lane) answerLate(ctx context.Context, c *chat.Conversation, t *store.Thread) (time.Duration, error) {
	account, _ := x.account(x.run.id)
	return x.send(ctx, t, "late", block{lines: 1}, graph.NewMessage{HTML: wordsOf(account).late(c)})
}
