package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"trialog/internal/chat"
)

// Cursor says how far a participant has got: Delivered to one of their devices, Read by them. Read is never beyond Delivered.
type Cursor struct {
	Participant chat.ParticipantID `json:"participant"`
	Delivered   chat.Seq           `json:"delivered"`
	Read        chat.Seq           `json:"read"`
}

// move is an Advance on its way into a commit.
type move struct {
	conversation chat.ConversationID
	Cursor
}

// Advance moves a participant's cursors on; they never go back, and what was read was delivered. Many of them share one statement.
// The caller sees to it that the conversation, the participant and the seqs exist.
func (s *Store) Advance(ctx context.Context, id chat.ConversationID, participant chat.ParticipantID, delivered, read chat.Seq) error {
	m := &move{conversation: id, Cursor: Cursor{Participant: participant, Delivered: max(delivered, read), Read: read}}
	if err := s.commit(ctx, &op{move: m}); err != nil {
		return fmt.Errorf("advance cursor of %d in %s: %w", participant, id, err)
	}
	return nil
}

// Cursors lists the cursors of a conversation by participant. Who never advanced has none.
func (s *Store) Cursors(ctx context.Context, id chat.ConversationID) (cursors []Cursor, err error) {
	rows, err := s.query(ctx, "SELECT participant, delivered, read FROM cursors WHERE conversation = $1 ORDER BY participant", string(id))
	if err != nil {
		return nil, s.outcome("read cursors of "+string(id), err)
	}
	defer func() { err = s.outcome("read cursors of "+string(id), errors.Join(err, rows.Close())) }()
	for rows.Next() {
		var c Cursor
		if err := rows.Scan(&c.Participant, &c.Delivered, &c.Read); err != nil {
			return nil, err
		}
		cursors = append(cursors, c)
	}
	return cursors, rows.Err()
}

// moves writes the batch's cursors, one row for each participant, in one order on every node.
func (b *batch) moves(ctx context.Context) error {
	type place struct {
		conversation chat.ConversationID
		participant  chat.ParticipantID
	}
	merged := map[place]move{}
	for _, o := range b.ops {
		if m := o.move; m != nil {
			at := place{m.conversation, m.Participant}
			known := merged[at]
			merged[at] = move{m.conversation, Cursor{m.Participant, max(m.Delivered, known.Delivered), max(m.Read, known.Read)}}
		}
	}
	if len(merged) == 0 {
		return nil
	}
	all := make([]move, 0, len(merged))
	for _, m := range merged {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b move) int {
		return cmp.Or(cmp.Compare(a.conversation, b.conversation), cmp.Compare(a.Participant, b.Participant))
	})
	args := make([]any, 0, 4*len(all))
	for i, m := range all {
		args = append(args, string(m.conversation), int64(m.Participant), int64(m.Delivered), int64(m.Read))
		if i == 0 || all[i-1].conversation != m.conversation {
			b.sent = append(b.sent, notice{Hint: Hint{Conversation: m.conversation, Topic: TopicCursors}})
		}
	}
	err := b.insert(ctx, "INSERT INTO cursors (conversation, participant, delivered, read) VALUES ",
		` ON CONFLICT (conversation, participant) DO UPDATE SET
		delivered = CASE WHEN excluded.delivered > cursors.delivered THEN excluded.delivered ELSE cursors.delivered END,
		read = CASE WHEN excluded.read > cursors.read THEN excluded.read ELSE cursors.read END`, 4, args)
	if err != nil {
		return fmt.Errorf("write cursors: %w", err)
	}
	return nil
}
