package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"trialog/internal/chat"
)

// FileRecord is what is known of a stored file; its bytes are the blob of the same id.
type FileRecord struct {
	chat.File
	Conversation chat.ConversationID
	Uploader     chat.ParticipantID
	CreatedAt    time.Time
}

// AddFile records a file whose blob is stored already; an empty CreatedAt becomes now.
func (s *Store) AddFile(ctx context.Context, f FileRecord) error {
	if f.CreatedAt.IsZero() {
		f.CreatedAt = now()
	}
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO files (id, conversation, uploader, name, size, type, width, height, created)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, string(f.ID), string(f.Conversation), int64(f.Uploader), f.Name, f.Size, f.Type,
			f.Width, f.Height, f.CreatedAt.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("add file %s: %w", f.ID, err)
	}
	return nil
}

// File returns the record of a file. Error: chat.NotFound "no_file".
func (s *Store) File(ctx context.Context, id chat.FileID) (FileRecord, error) {
	list, err := s.files(ctx, "WHERE id = $1", string(id))
	if err != nil {
		return FileRecord{}, err
	}
	if len(list) == 0 {
		return FileRecord{}, errNoFile
	}
	return list[0], nil
}

// FilesOf lists the files of a conversation, oldest first.
func (s *Store) FilesOf(ctx context.Context, id chat.ConversationID) ([]FileRecord, error) {
	return s.files(ctx, "WHERE conversation = $1 ORDER BY created, id", string(id))
}

func (s *Store) files(ctx context.Context, where, arg string) ([]FileRecord, error) {
	return collect(ctx, s, "read files", func(rows *sql.Rows) (f FileRecord, err error) {
		var created int64
		err = rows.Scan(&f.ID, &f.Conversation, &f.Uploader, &f.Name, &f.Size, &f.Type, &f.Width, &f.Height, &created)
		f.CreatedAt = fromMicro(created)
		return f, err
	}, "SELECT id, conversation, uploader, name, size, type, width, height, created FROM files "+where, arg)
}

var errNoFile = chat.Refuse(chat.NotFound, "no_file", "There is no such file.")
