package store

import (
	"context"
	"errors"
	"strings"

	"trialog/internal/chat"
)

// running are the conversations in which an agent takes part: few, however many are over.
const running = "WHERE c.id IN (SELECT conversation FROM parts) "

// ConferencesOf counts the conversations that are not closed and in which a person takes part as an expert, or is on the way in.
func (s *Store) ConferencesOf(ctx context.Context, who chat.Person) (int, error) {
	list, err := s.conversations(ctx, running+"AND c.body LIKE $1 ESCAPE '!'", mentions(string(who.ID)))
	n := 0
	for _, c := range list {
		if p, ok := c.ExpertIn(who); ok && p.Present() {
			n++
		}
	}
	return n, err
}

// WithOffers lists the conversations that are not closed and in which an offer to colleagues is open.
func (s *Store) WithOffers(ctx context.Context) ([]*chat.Conversation, error) {
	list, err := s.conversations(ctx, running+`AND c.body LIKE '%"offer":{%'`)
	var open []*chat.Conversation
	for _, c := range list {
		for _, p := range c.Participants {
			if p.Open() {
				open = append(open, c)
				break
			}
		}
	}
	return open, err
}

// FileShown reports whether an entry for everyone shows a file.
func (s *Store) FileShown(ctx context.Context, id chat.ConversationID, file chat.FileID) (shown bool, err error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT "+entryColumns+" FROM entries WHERE conversation = "+numberOf+" AND audience = 'everyone' AND body LIKE $2 ESCAPE '!'",
		string(id), mentions(string(file)))
	if err != nil {
		return false, s.outcome("look for file", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() && !shown {
		e, err := scanEntry(rows)
		if err != nil {
			return false, err
		}
		shown = e.Content.Shows(file)
	}
	return shown, rows.Err()
}

// mentions is the pattern of JSON that holds a text, in a quick first look.
func mentions(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
}
