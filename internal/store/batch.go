package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"trialog/internal/chat"
)

// batch is one transaction: several writes, few statements.
type batch struct {
	s    *Store
	tx   *Tx
	ops  []*op
	now  int64                         // microseconds
	work map[chat.ConversationID]*work // nil for a conversation that does not exist
	keys map[entryKey]written          // what is known under the keys of this batch
	rows []entryRow
	sent []notice
}

// work is a locked conversation.
type work struct {
	state   *chat.Conversation // after the writes so far; never changed in place
	before  *chat.Conversation // as found; nil when created in this batch
	token   []byte             // only when created
	opening int                // how many entries it was created with; only when created
	at      int64              // of the newest entry
	version int64              // of the stored row
	body    int                // encoded size of what changes rarely
	head    int                // and of what every entry changes
	fresh   []chat.Entry       // appended in this batch
	bytes   int                // encoded size of fresh
}

type entryKey struct {
	number int64
	key    string
}

// written is what was appended under a key.
type written struct {
	print   string
	first   chat.Seq
	count   int
	entries []chat.Entry // nil when they are in the database only
}

type entryRow struct {
	conversation int64
	entry        *chat.Entry
	key          any // string or nil
	print        string
	writes       int
	body         string
}

func newBatch(s *Store, tx *Tx, ops []*op) *batch {
	b := &batch{s: s, tx: tx, ops: ops, now: time.Now().UnixMicro(), work: map[chat.ConversationID]*work{}, keys: map[entryKey]written{}}
	for _, o := range ops {
		o.appended, o.err = Appended{}, nil
	}
	return b
}

// run does everything up to the commit. An error fails the whole transaction; refusals stay with their op.
func (b *batch) run(ctx context.Context) error {
	if err := b.changes(ctx); err != nil {
		return err
	}
	if err := b.lockSeats(ctx); err != nil {
		return err
	}
	if err := b.lock(ctx); err != nil {
		return err
	}
	if err := b.lookUp(ctx); err != nil {
		return err
	}
	numbers, err := b.numbers(ctx)
	if err != nil {
		return err
	}
	for _, o := range b.ops {
		b.s.reach("op")
		switch {
		case o.create != nil:
			err = b.create(ctx, o, &numbers)
		case o.write != nil:
			err = b.append(ctx, o)
		}
		if err != nil {
			return err
		}
	}
	if err := b.store(ctx); err != nil {
		return err
	}
	if err := b.moves(ctx); err != nil {
		return err
	}
	b.sent = append(b.sent, b.tx.hints...)
	told := slices.Clip(b.sent)
	for _, o := range b.ops {
		if o.signal != nil {
			told = append(told, *o.signal)
		}
	}
	return b.s.dialect.notify(ctx, b.tx, b.s.payloads(told))
}

// changes runs the functions of Update, each under a savepoint unless it is alone.
func (b *batch) changes(ctx context.Context) error {
	for _, o := range b.ops {
		if o.change == nil {
			continue
		}
		if err := b.change(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) change(ctx context.Context, o *op) error {
	alone, hints := len(b.ops) == 1, len(b.tx.hints)
	if !alone {
		if _, err := b.tx.Exec(ctx, "SAVEPOINT one"); err != nil {
			return err
		}
	}
	o.err = b.s.contained("update", func() error { return o.change(b.tx) })
	if o.err == nil && !alone {
		_, o.err = b.tx.Exec(ctx, "RELEASE SAVEPOINT one")
	}
	switch {
	case o.err == nil:
		return nil
	case b.s.dialect.clash(o.err) || b.s.dialect.down(o.err):
		return o.err
	case alone:
		return errAlone
	}
	b.tx.hints = b.tx.hints[:hints]
	_, err := b.tx.Exec(ctx, "ROLLBACK TO SAVEPOINT one")
	if err == nil {
		_, err = b.tx.Exec(ctx, "RELEASE SAVEPOINT one")
	}
	return err
}

// numbers takes a conversation number for every create and returns the first.
func (b *batch) numbers(ctx context.Context) (first int64, err error) {
	var n int64
	for _, o := range b.ops {
		if o.create != nil {
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	err = b.tx.QueryRow(ctx, `INSERT INTO counters (name, value) VALUES ('conversation', $1)
		ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING value`, n).Scan(&first)
	return first - n + 1, err
}

func (b *batch) create(ctx context.Context, o *op, number *int64) error {
	c := o.create
	if w := b.work[c.ID]; w != nil {
		return b.createdBefore(ctx, o, w)
	}
	w := &work{token: c.TokenHash, state: &chat.Conversation{ID: c.ID, Number: *number, Service: c.Service, Visitor: c.Visitor}}
	*number++
	b.work[c.ID] = w
	entries, err := b.add(w, "", "", c.entries)
	if err != nil {
		return err
	}
	w.opening = len(entries)
	o.appended = Appended{Conversation: w.state, Entries: entries}
	return nil
}

// createdBefore answers the repeat of a Create: with what the first one wrote, however much the repeat brings. A stranger may repeat an
// opening with a line that the first did not have.
func (b *batch) createdBefore(ctx context.Context, o *op, w *work) error {
	token, count := w.token, w.opening
	if w.before != nil {
		err := b.tx.QueryRow(ctx, `SELECT c.token_hash, e.writes FROM conversations c JOIN entries e ON e.conversation = c.number AND e.seq = 1
			WHERE c.id = $1`, string(o.create.ID)).Scan(&token, &count)
		if err != nil {
			return fmt.Errorf("look up the opening of %s: %w", o.create.ID, err)
		}
	}
	if !slices.Equal(token, o.create.TokenHash) {
		o.err = chat.Refuse(chat.Conflict, "conversation_exists", "There is another conversation under this id.")
		return nil
	}
	entries, err := b.entries(ctx, w, written{first: 1, count: count})
	o.appended = Appended{Conversation: w.state, Entries: entries, Repeat: true}
	return err
}

func (b *batch) append(ctx context.Context, o *op) error {
	w := b.work[o.write.Conversation]
	if w == nil {
		o.err = chat.ErrNoConversation
		return nil
	}
	key := entryKey{w.state.Number, o.write.Key}
	if known, ok := b.keys[key]; ok && key.key != "" {
		if known.print != o.write.Print {
			o.err = errKeyConflict
			return nil
		}
		entries, err := b.entries(ctx, w, known)
		o.appended = Appended{Conversation: w.state, Entries: entries, Repeat: true}
		return err
	}
	var drafts []chat.Entry
	o.err = b.s.contained("decide", func() (err error) {
		drafts, err = o.write.Decide(w.state.Clone())
		return err
	})
	if o.err != nil {
		return nil
	}
	if full, err := b.full(ctx, o.write.Seats); err != nil {
		return err
	} else if full && len(drafts) > 0 {
		o.err = o.write.Seats.Full
		return nil
	}
	entries, err := b.add(w, o.write.Key, o.write.Print, drafts)
	if err != nil {
		return err
	}
	if key.key != "" && len(entries) > 0 {
		b.keys[key] = written{print: o.write.Print, first: entries[0].Seq, count: len(entries), entries: entries}
	}
	o.appended = Appended{Conversation: w.state, Entries: entries}
	return nil
}

// add numbers and dates drafts, applies them to the state and queues their rows.
func (b *batch) add(w *work, key, print string, drafts []chat.Entry) ([]chat.Entry, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	entries := slices.Clone(drafts)
	state := w.state.Clone()
	w.at = max(b.now, w.at)
	at := time.UnixMicro(w.at).UTC()
	if key != "" {
		entries[0].Key = key
	}
	for i := range entries {
		e := &entries[i]
		e.Seq, e.At = state.Last+1, at
		state.Apply(*e)
		body, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("encode entry: %w", err)
		}
		row := entryRow{conversation: state.Number, entry: e, body: string(body)}
		if e.Key != "" {
			row.key = e.Key
		}
		if i == 0 {
			row.print, row.writes = print, len(entries)
		}
		b.rows = append(b.rows, row)
		w.bytes += len(body)
	}
	w.state = state
	w.fresh = append(w.fresh, entries...)
	return entries, nil
}

// entries returns what was written under a key before.
func (b *batch) entries(ctx context.Context, w *work, known written) ([]chat.Entry, error) {
	if known.entries != nil {
		return known.entries, nil
	}
	last := known.first + chat.Seq(known.count) - 1
	if w.before == nil || known.first > w.before.Last { // appended in this batch
		i := int(known.first - w.fresh[0].Seq)
		return w.fresh[i : i+known.count], nil
	}
	rows, err := b.tx.Query(ctx, "SELECT "+entryColumns+" FROM entries WHERE conversation = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq",
		w.state.Number, int64(known.first), int64(last))
	if err != nil {
		return nil, err
	}
	return scanEntries(rows)
}

// forget drops what is cached of the conversations of a commit whose outcome is unknown.
func (b *batch) forget() {
	for id := range b.work {
		b.s.hot.drop(id)
	}
}

// publish makes the committed states and entries known to readers and wakes them.
func (b *batch) publish() {
	for id, w := range b.work {
		if w != nil && len(w.fresh) > 0 {
			b.s.hot.put(id, snapshot{state: w.state, at: w.at, version: w.version, bytes: w.body + w.head, head: w.head}, w.fresh, w.bytes)
		}
	}
	b.s.hub.publish(slices.DeleteFunc(b.sent, func(notice) bool { return b.s.fails(PointHint) }))
}
