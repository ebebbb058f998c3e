package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"trialog/internal/chat"
)

// lock locks the heads of the batch's conversations in the order of their numbers, so that two nodes never wait for each other, and finds
// their states: cached ones where the version is the stored one.
func (b *batch) lock(ctx context.Context) error {
	ids := map[chat.ConversationID]bool{}
	for _, o := range b.ops {
		switch {
		case o.write != nil:
			ids[o.write.Conversation] = true
		case o.create != nil:
			ids[o.create.ID] = true
		}
	}
	if len(ids) == 0 {
		return nil
	}
	sorted := slices.Sorted(maps.Keys(ids)) // only so that runs are alike
	var stale []chat.ConversationID
	for chunk := range slices.Chunk(sorted, maxIn) {
		if err := b.lockChunk(ctx, chunk, &stale); err != nil {
			return fmt.Errorf("lock conversations: %w", err)
		}
	}
	for chunk := range slices.Chunk(stale, maxIn) {
		if err := b.load(ctx, chunk); err != nil {
			return fmt.Errorf("load conversations: %w", err)
		}
	}
	return nil
}

func (b *batch) lockChunk(ctx context.Context, ids []chat.ConversationID, stale *[]chat.ConversationID) error {
	list, args := b.s.dialect.in(ids)
	rows, err := b.tx.Query(ctx, "SELECT c.id, h.version FROM "+withHeads+" WHERE c.id IN "+list+" ORDER BY c.number"+b.s.dialect.rowLock("h"), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id chat.ConversationID
		var version int64
		if err := rows.Scan(&id, &version); err != nil {
			return err
		}
		if snap, ok := b.s.hot.snapshot(id); ok && snap.version == version {
			b.found(id, snap)
			continue
		}
		*stale = append(*stale, id)
	}
	return rows.Err()
}

func (b *batch) load(ctx context.Context, ids []chat.ConversationID) error {
	list, args := b.s.dialect.in(ids)
	rows, err := b.tx.Query(ctx, "SELECT "+snapshotColumns+" FROM "+withHeads+" WHERE c.id IN "+list, args...)
	if err != nil {
		return err
	}
	snaps, err := scanSnapshots(rows)
	for _, snap := range snaps {
		b.s.hot.drop(snap.state.ID) // another node has been here: recent entries may be missing
		b.found(snap.state.ID, snap)
	}
	return err
}

func (b *batch) found(id chat.ConversationID, snap snapshot) {
	b.work[id] = &work{state: snap.state, before: snap.state, at: snap.at, version: snap.version, body: snap.bytes - snap.head, head: snap.head}
}

// lookUp finds out which keys of the batch are known.
func (b *batch) lookUp(ctx context.Context) error {
	var args []any
	for _, o := range b.ops {
		if o.write == nil || o.write.Key == "" {
			continue
		}
		if w := b.work[o.write.Conversation]; w != nil {
			args = append(args, w.state.Number, o.write.Key)
		}
	}
	for chunk := range slices.Chunk(args, 2*maxIn) {
		if err := b.lookUpChunk(ctx, chunk); err != nil {
			return fmt.Errorf("look up keys: %w", err)
		}
	}
	return nil
}

func (b *batch) lookUpChunk(ctx context.Context, args []any) (err error) {
	n := roundUp(len(args) / 2)
	for len(args) < 2*n {
		args = append(args[:len(args):len(args)], args[0], args[1])
	}
	// The first tuple says that numbers are numbers; PostgreSQL takes arguments in VALUES for text.
	rows, err := b.tx.Query(ctx, "WITH w (c, k) AS (VALUES (0, ''),"+b.s.dialect.tuples(n, 2)+`)
		SELECT e.conversation, e.key, e.seq, e.print, e.writes FROM w CROSS JOIN entries e WHERE e.conversation = w.c AND e.key = w.k`, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var k entryKey
		var w written
		if err := rows.Scan(&k.number, &k.key, &w.first, &w.print, &w.count); err != nil {
			return err
		}
		b.keys[k] = w
	}
	return rows.Err()
}

// store writes the new entries and states.
func (b *batch) store(ctx context.Context) error {
	if len(b.rows) == 0 {
		return nil
	}
	if err := b.insertEntries(ctx); err != nil {
		return fmt.Errorf("insert entries: %w", err)
	}
	changed := make([]*work, 0, len(b.work))
	for _, w := range b.work {
		if w != nil && len(w.fresh) > 0 {
			changed = append(changed, w)
		}
	}
	slices.SortFunc(changed, func(v, w *work) int { return cmp.Compare(v.state.Number, w.state.Number) })
	if err := b.storeBodies(ctx, changed); err != nil {
		return fmt.Errorf("write conversations: %w", err)
	}
	if err := b.insertHeads(ctx, changed); err != nil {
		return fmt.Errorf("write heads: %w", err)
	}
	for _, w := range changed {
		if err := b.settleParts(ctx, w); err != nil {
			return fmt.Errorf("write parts: %w", err)
		}
	}
	return nil
}

func (b *batch) insertEntries(ctx context.Context) error {
	const columns = 11
	args := make([]any, 0, columns*len(b.rows))
	for _, r := range b.rows {
		e := r.entry
		args = append(args, r.conversation, int64(e.Seq), e.At.UnixMicro(), int64(e.Author), string(e.Audience), string(e.Kind),
			r.key, r.print, int64(r.writes), r.body, sumOf([]byte(r.body)))
	}
	return b.insert(ctx, "INSERT INTO entries (conversation, seq, at, author, audience, kind, key, print, writes, body, sum) VALUES ", "", columns, args)
}

// insertHeads writes what every entry changes.
func (b *batch) insertHeads(ctx context.Context, changed []*work) error {
	const columns = 4
	args := make([]any, 0, columns*len(changed))
	for _, w := range changed {
		text, err := encodeHead(w.state)
		if err != nil {
			return err
		}
		w.version++
		w.head = len(text)
		args = append(args, w.state.Number, w.version, w.at, text)
	}
	return b.insert(ctx, "INSERT INTO heads (conversation, version, at, body) VALUES ",
		" ON CONFLICT (conversation) DO UPDATE SET version = excluded.version, at = excluded.at, body = excluded.body", columns, args)
}

// storeBodies writes what changes rarely.
func (b *batch) storeBodies(ctx context.Context, changed []*work) error {
	const columns = 7
	var args []any
	for _, w := range changed {
		c := w.state
		if !bodyChanged(w.before, c, w.fresh) {
			continue
		}
		text, err := encodeBody(c)
		if err != nil {
			return err
		}
		w.body = len(text)
		if w.before == nil {
			args = append(args, c.Number, string(c.ID), string(c.Service), string(c.Status), w.token, c.OpenedAt.UnixMicro(), text)
			continue
		}
		_, err = b.tx.Exec(ctx, "UPDATE conversations SET status = $2, body = $3 WHERE number = $1", c.Number, string(c.Status), text)
		if err != nil {
			return err
		}
	}
	return b.insert(ctx, "INSERT INTO conversations (number, id, service, status, token_hash, opened, body) VALUES ", "", columns, args)
}

// insert runs a statement of several rows in chunks of few different sizes, so that its texts stay prepared.
func (b *batch) insert(ctx context.Context, head, tail string, columns int, args []any) error {
	for len(args) > 0 {
		n := roundDown(len(args) / columns)
		if _, err := b.tx.Exec(ctx, head+b.s.dialect.tuples(n, columns)+tail, args[:n*columns]...); err != nil {
			return err
		}
		args = args[n*columns:]
	}
	return nil
}

// settleParts keeps the table of who takes part in step, and queues the hint.
func (b *batch) settleParts(ctx context.Context, w *work) error {
	before, after := takingPart(w.before), takingPart(w.state)
	all := slices.Clone(after)
	for _, a := range before {
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	b.sent = append(b.sent, notice{Hint: Hint{Conversation: w.state.ID, Topic: TopicLog}, agents: all})
	if slices.Equal(before, after) {
		return nil
	}
	if _, err := b.tx.Exec(ctx, "DELETE FROM parts WHERE conversation = $1", string(w.state.ID)); err != nil {
		return err
	}
	for _, a := range after {
		if _, err := b.tx.Exec(ctx, "INSERT INTO parts (conversation, agent) VALUES ($1, $2)", string(w.state.ID), string(a)); err != nil {
			return err
		}
	}
	return nil
}

// takingPart lists the agents who take part in a conversation that is not closed, or have been offered to.
func takingPart(c *chat.Conversation) []chat.AgentID {
	if c == nil || c.Status == chat.Closed {
		return nil
	}
	var agents []chat.AgentID
	for _, p := range c.Participants {
		if p.Kind == chat.Agent && p.Present() {
			agents = append(agents, p.Agent)
		}
	}
	for _, p := range c.Participants {
		if !p.Open() {
			continue
		}
		for _, a := range p.Offer.Agents {
			if !slices.Contains(agents, a) {
				agents = append(agents, a)
			}
		}
	}
	return agents
}

// maxIn is the longest list of arguments in one statement, maxRows the most rows one inserts.
const (
	maxIn   = 256
	maxRows = 64
)

// in builds a list of placeholders for ids, filled up to one of few lengths with repetitions of the last id.
func (d *dialect) in(ids []chat.ConversationID) (list string, args []any) {
	n := roundUp(len(ids))
	args = make([]any, n)
	for i := range args {
		args[i] = string(ids[min(i, len(ids)-1)])
	}
	return d.tuples(1, n), args
}

// tuples builds "(…), (…)": rows of columns placeholders.
func (d *dialect) tuples(rows, columns int) string {
	var t strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			t.WriteByte('(')
		case i%columns == 0:
			t.WriteString("),(")
		default:
			t.WriteByte(',')
		}
		t.WriteString(d.placeholder(i + 1))
	}
	t.WriteByte(')')
	return t.String()
}

// roundUp returns the smallest power of four that is at least n; n is at most maxIn.
func roundUp(n int) int {
	p := 1
	for p < n {
		p *= 4
	}
	return p
}

// roundDown returns the largest power of two that is at most n and maxRows.
func roundDown(n int) int {
	p := 1
	for p*2 <= min(n, maxRows) {
		p *= 2
	}
	return p
}
