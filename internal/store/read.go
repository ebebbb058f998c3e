package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"trialog/internal/chat"
)

// Conversation returns the present state, shared: read only. Error: chat.ErrNoConversation.
func (s *Store) Conversation(ctx context.Context, id chat.ConversationID) (*chat.Conversation, error) {
	cached, known := s.hot.snapshot(id)
	if !known {
		return s.conversation(ctx, "c.id = $1", string(id))
	}
	// The bodies travel only if the cached state is not the stored one.
	var snap snapshot
	var body, head sql.NullString
	err := s.queryRow(ctx, `SELECT h.at, h.version, CASE WHEN h.version = $2 THEN NULL ELSE c.body END,
		CASE WHEN h.version = $2 THEN NULL ELSE h.body END FROM `+withHeads+` WHERE c.id = $1`, string(id), cached.version).
		Scan(&snap.at, &snap.version, &body, &head)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, chat.ErrNoConversation
	case err != nil:
		return nil, s.outcome("read conversation "+string(id), err)
	case !body.Valid:
		return cached.state, nil
	}
	if err := snap.decode([]byte(body.String), []byte(head.String)); err != nil {
		return nil, err
	}
	s.hot.learn(snap)
	return snap.state, nil
}

// ConversationByToken returns the conversation whose customer's token has this hash. Error: chat.ErrNoConversation.
func (s *Store) ConversationByToken(ctx context.Context, hash []byte) (*chat.Conversation, error) {
	return s.conversation(ctx, "c.token_hash = $1", hash)
}

func (s *Store) conversation(ctx context.Context, where string, arg any) (*chat.Conversation, error) {
	list, err := s.conversations(ctx, "WHERE "+where, arg)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, chat.ErrNoConversation
	}
	return list[0], nil
}

// Waiting lists conversations that no agent has accepted, oldest first, at most limit.
func (s *Store) Waiting(ctx context.Context, limit int) ([]*chat.Conversation, error) {
	return s.conversations(ctx, "WHERE c.status = 'waiting' ORDER BY c.opened, c.number LIMIT $1", limit)
}

// Queue lists the conversations that no agent has accepted, oldest first, at most limit.
func (s *Store) Queue(ctx context.Context, limit int) (ids []chat.ConversationID, err error) {
	rows, err := s.query(ctx, "SELECT id FROM conversations WHERE status = 'waiting' ORDER BY opened, number LIMIT $1", limit)
	if err != nil {
		return nil, s.outcome("read the queue", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id chat.ConversationID
		if err := rows.Scan(&id); err != nil {
			return nil, s.outcome("read the queue", err)
		}
		ids = append(ids, id)
	}
	return ids, s.outcome("read the queue", rows.Err())
}

// Place returns a conversation's place among those that no agent has accepted, from 1.
func (s *Store) Place(ctx context.Context, id chat.ConversationID) (place int, err error) {
	err = s.queryRow(ctx, "SELECT count(*) FROM conversations WHERE status = 'waiting' AND (opened, number) <= (SELECT opened, number FROM conversations WHERE id = $1)",
		string(id)).Scan(&place)
	return place, s.outcome("read a place in the queue", err)
}

// OfAgent lists the conversations that are not closed and in which the agent takes part now, or may by an open offer, oldest first.
func (s *Store) OfAgent(ctx context.Context, agent chat.AgentID) ([]*chat.Conversation, error) {
	return s.conversations(ctx, "WHERE c.id IN (SELECT conversation FROM parts WHERE agent = $1) ORDER BY c.opened, c.number", string(agent))
}

func (s *Store) conversations(ctx context.Context, where string, args ...any) ([]*chat.Conversation, error) {
	rows, err := s.query(ctx, "SELECT "+snapshotColumns+" FROM "+withHeads+" "+where, args...)
	if err != nil {
		return nil, s.outcome("read conversations", err)
	}
	snaps, err := scanSnapshots(rows)
	if err != nil {
		return nil, s.outcome("read conversations", err)
	}
	list := make([]*chat.Conversation, len(snaps))
	for i, snap := range snaps {
		list[i] = snap.state
		s.hot.learn(snap)
	}
	return list, nil
}

// snapshotColumns are what scanSnapshots reads from withHeads.
const (
	snapshotColumns = "h.at, h.version, c.body, h.body"
	withHeads       = "conversations c JOIN heads h ON h.conversation = c.number"
)

// scanSnapshots reads rows of conversations and closes them.
func scanSnapshots(rows *sql.Rows) (snaps []snapshot, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	var body, head sql.RawBytes
	for rows.Next() {
		var snap snapshot
		if err := rows.Scan(&snap.at, &snap.version, &body, &head); err != nil {
			return nil, err
		}
		if err := snap.decode(body, head); err != nil {
			return nil, err
		}
		snaps = append(snaps, snap)
	}
	return snaps, rows.Err()
}

// numberOf is the number of the conversation whose id is the first argument.
const numberOf = "(SELECT number FROM conversations WHERE id = $1)"

// Entries returns entries that follow after, ascending and without a gap, at most limit. It may return fewer than there are; none
// means that the reader has reached the end. An unknown conversation has none.
func (s *Store) Entries(ctx context.Context, id chat.ConversationID, after chat.Seq, limit int) ([]chat.Entry, error) {
	if s.crash("reading") {
		return nil, unavailable("read entries", errClosed)
	}
	if entries := s.hot.after(id, after, limit); len(entries) > 0 {
		return entries, nil
	}
	last, err := s.last(ctx, id)
	if err != nil {
		return nil, err
	}
	entries, err := s.entries(ctx, id, "seq > $2 ORDER BY seq LIMIT $3", int64(after), limit)
	if err != nil {
		return nil, err
	}
	return entries, complete(entries, after, last, limit)
}

// last is where a conversation's log ends at least; 0 when there is no such conversation.
func (s *Store) last(ctx context.Context, id chat.ConversationID) (chat.Seq, error) {
	if snap, known := s.hot.snapshot(id); known {
		return snap.state.Last, nil
	}
	c, err := s.Conversation(ctx, id)
	if errors.Is(err, chat.ErrNoConversation) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return c.Last, nil
}

// EntriesBefore returns the last entries before a seq, ascending, at most limit.
func (s *Store) EntriesBefore(ctx context.Context, id chat.ConversationID, before chat.Seq, limit int) ([]chat.Entry, error) {
	return s.entries(ctx, id, "seq < $2 ORDER BY seq DESC LIMIT $3", int64(before), limit)
}

// Entry returns one entry. Error: chat.NotFound "no_entry".
func (s *Store) Entry(ctx context.Context, id chat.ConversationID, seq chat.Seq) (chat.Entry, error) {
	if entries := s.hot.after(id, seq-1, 1); len(entries) == 1 {
		return entries[0], nil
	}
	entries, err := s.entries(ctx, id, "seq = $2", int64(seq))
	if err != nil {
		return chat.Entry{}, err
	}
	if len(entries) == 0 {
		return chat.Entry{}, chat.Refuse(chat.NotFound, "no_entry", "There is no such message.")
	}
	return entries[0], nil
}

// EntryByKey returns the entry that was appended under a key, if there is one.
func (s *Store) EntryByKey(ctx context.Context, id chat.ConversationID, key string) (chat.Entry, bool, error) {
	entries, err := s.entries(ctx, id, "key = $2", key)
	if err != nil || len(entries) == 0 {
		return chat.Entry{}, false, err
	}
	return entries[0], true, nil
}

// entries reads those of a conversation that a condition chooses, in a row; its arguments count from $2.
func (s *Store) entries(ctx context.Context, id chat.ConversationID, where string, args ...any) ([]chat.Entry, error) {
	args = append([]any{string(id)}, args...)
	rows, err := s.query(ctx, "SELECT "+entryColumns+" FROM entries WHERE conversation = "+numberOf+" AND "+where, args...)
	if err != nil {
		return nil, s.outcome("read entries", err)
	}
	entries, err := scanEntries(rows)
	if err != nil {
		return nil, s.outcome("read entries", fmt.Errorf("read entries of %s: %w", id, err))
	}
	return entries, nil
}

// Unread counts the messages of others after a seq that the participant may see.
func (s *Store) Unread(ctx context.Context, id chat.ConversationID, participant chat.ParticipantID, after chat.Seq) (int, error) {
	c, err := s.Conversation(ctx, id)
	if err != nil {
		return 0, err
	}
	if after >= c.Last {
		return 0, nil
	}
	p, ok := c.Participant(participant)
	if !ok {
		return 0, chat.Refuse(chat.NotFound, "no_participant", "There is no such participant.")
	}
	sees := func(a chat.Audience) int { return flag(chat.Sees(p.Kind, a)) }
	var n int
	err = s.queryRow(ctx, `SELECT COUNT(*) FROM entries WHERE conversation = `+numberOf+` AND seq > $2 AND kind = 'message' AND author <> $3
		AND (audience = 'everyone' AND $4 = 1 OR audience = 'staff' AND $5 = 1 OR audience = 'backroom' AND $6 = 1)`,
		string(id), int64(after), int64(participant), sees(chat.Everyone), sees(chat.Staff), sees(chat.BackRoom)).Scan(&n)
	return n, s.outcome("count unread in "+string(id), err)
}

// flag is how the database spells a boolean.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
