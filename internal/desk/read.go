package desk

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Conversation returns the state of the actor's conversation. It is shared and must not be changed.
func (d *Desk) Conversation(ctx context.Context, a Actor) (*chat.Conversation, error) {
	return d.store.Conversation(ctx, a.Conversation)
}

// Entries returns what the actor may see after a seq, oldest first, and the log position that reaches: everything up to upTo has
// been looked at, so the next call goes on from there.
func (d *Desk) Entries(ctx context.Context, a Actor, after chat.Seq, limit int) (entries []chat.Entry, upTo chat.Seq, err error) {
	if after < 0 {
		return nil, 0, chat.RefuseField("after", "bad_cursor", "A cursor is not negative.")
	}
	all, err := d.store.Entries(ctx, a.Conversation, after, limit)
	if err != nil {
		return nil, 0, err
	}
	upTo = after
	if len(all) > 0 {
		upTo = all[len(all)-1].Seq
	}
	seen, err := d.project(ctx, a, all)
	return seen, upTo, err
}

// Holds reports whether the log has an entry of that number and moment. It has not where it was set back to a backup since the reader
// got it.
func (d *Desk) Holds(ctx context.Context, a Actor, seq chat.Seq, at time.Time) (bool, error) {
	e, err := d.store.Entry(ctx, a.Conversation, seq)
	if chat.IsKind(err, chat.NotFound) {
		return false, nil
	}
	return err == nil && e.At.UnixMicro() == at.UnixMicro(), err
}

// EntriesBefore returns what the actor may see of the at most limit entries before a seq, oldest first, and the log position where they
// begin: the next call goes on from there. 0: nothing is before.
func (d *Desk) EntriesBefore(ctx context.Context, a Actor, before chat.Seq, limit int) (entries []chat.Entry, from chat.Seq, err error) {
	all, err := d.store.EntriesBefore(ctx, a.Conversation, before, limit)
	if err != nil || len(all) == 0 {
		return []chat.Entry{}, 0, err
	}
	entries, err = d.project(ctx, a, all)
	return entries, all[0].Seq, err
}

// project is what the actor may see of entries.
func (d *Desk) project(ctx context.Context, a Actor, all []chat.Entry) ([]chat.Entry, error) {
	c := &chat.Conversation{}
	if a.Kind == chat.Customer && slices.ContainsFunc(all, func(e chat.Entry) bool { return e.Content.NamesPeople() }) {
		var err error
		if c, err = d.store.Conversation(ctx, a.Conversation); err != nil {
			return nil, err
		}
	}
	seen := make([]chat.Entry, 0, len(all))
	for _, e := range all {
		if v, ok := c.Project(a.Kind, e); ok {
			seen = append(seen, v)
		}
	}
	return seen, nil
}

// MarkDelivered records that everything up to a seq reached the actor's screen.
func (d *Desk) MarkDelivered(ctx context.Context, a Actor, seq chat.Seq) error {
	return d.advance(ctx, a, seq, 0)
}

// MarkRead records that the actor has seen everything up to a seq.
func (d *Desk) MarkRead(ctx context.Context, a Actor, seq chat.Seq) error {
	return d.advance(ctx, a, seq, seq)
}

// advance moves the actor's cursors; nobody can have read beyond the end of the log.
func (d *Desk) advance(ctx context.Context, a Actor, delivered, read chat.Seq) error {
	if a.Participant == 0 {
		return nil
	}
	c, err := d.store.Conversation(ctx, a.Conversation)
	if err != nil {
		return err
	}
	if delivered < 0 || delivered > c.Last {
		return chat.RefuseField("seq", "bad_cursor", "There is no line %d.", delivered)
	}
	return d.store.Advance(ctx, a.Conversation, a.Participant, delivered, read)
}

// Typing tells the others that the actor types, or has stopped. It is never stored.
func (d *Desk) Typing(ctx context.Context, a Actor, on bool) error {
	data, err := json.Marshal(struct {
		Participant chat.ParticipantID `json:"participant"`
		On          bool               `json:"on"`
	}{a.Participant, on})
	if err != nil {
		return err
	}
	d.store.Signal(ctx, store.Hint{Conversation: a.Conversation, Topic: store.TopicTyping, Data: data})
	return nil
}
