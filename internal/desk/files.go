package desk

import (
	"context"
	"errors"
	"fmt"
	"io"

	"trialog/internal/chat"
	"trialog/internal/media"
	"trialog/internal/store"
)

// AddFile stores a file that the actor is about to send. It is checked by its bytes, stripped of metadata if it is a picture, and
// durable when AddFile returns. A file over the limit is refused with kind TooLarge.
func (d *Desk) AddFile(ctx context.Context, a Actor, name string, r io.Reader) (chat.File, error) {
	c, err := d.store.Conversation(ctx, a.Conversation)
	if err != nil {
		return chat.File{}, err
	}
	if err := c.MaySpeak(a.Participant); err != nil {
		return chat.File{}, err
	}
	return d.addFile(ctx, a.Conversation, a.Participant, name, r)
}

func (d *Desk) addFile(ctx context.Context, conversation chat.ConversationID, by chat.ParticipantID, name string, r io.Reader) (chat.File, error) {
	f := chat.File{ID: chat.FileID(d.store.NewID())}
	pr, pw := io.Pipe()
	var info media.Info
	inspected := make(chan error, 1)
	go func() {
		var err error
		info, err = media.Inspect(name, r, d.fileLimit, pw)
		pw.CloseWithError(err)
		inspected <- err
	}()
	_, stored := d.store.PutBlob(ctx, f.ID, pr)
	pr.CloseWithError(errors.New("blob store stopped reading"))
	if err := <-inspected; err != nil {
		var refused *chat.Error
		if stored == nil || errors.As(err, &refused) {
			return chat.File{}, fmt.Errorf("inspect file: %w", err)
		}
	}
	if stored != nil {
		return chat.File{}, fmt.Errorf("store file %s: %w", f.ID, stored)
	}
	f.Name, f.Size, f.Type, f.Width, f.Height = info.Name, info.Size, info.Type, info.Width, info.Height
	if err := d.store.AddFile(ctx, store.FileRecord{File: f, Conversation: conversation, Uploader: by}); err != nil {
		return chat.File{}, fmt.Errorf("record file %s: %w", f.ID, err)
	}
	return f, nil
}

// OpenFile opens a file of the actor's conversation. The caller closes it. For customers only their own files exist, and those that a line
// for everyone shows.
func (d *Desk) OpenFile(ctx context.Context, a Actor, id chat.FileID) (chat.File, io.ReadSeekCloser, error) {
	if err := d.mayOpen(ctx, a, id); err != nil {
		return chat.File{}, nil, err
	}
	return d.FileForThread(ctx, a.Conversation, id)
}

// mayOpen refuses files that do not exist for the actor.
func (d *Desk) mayOpen(ctx context.Context, a Actor, id chat.FileID) error {
	f, err := d.store.File(ctx, id)
	if err != nil || a.Kind != chat.Customer || f.Conversation == a.Conversation && f.Uploader == a.Participant {
		return err
	}
	shown, err := d.store.FileShown(ctx, a.Conversation, id)
	if err == nil && !shown {
		err = errNoFile
	}
	return err
}

var errNoFile = chat.Refuse(chat.NotFound, "no_file", "There is no such file.")

// FileActor lets an agent open a file by its id alone: it finds the conversation the file belongs to.
func (d *Desk) FileActor(ctx context.Context, agent chat.AgentID, id chat.FileID) (Actor, error) {
	f, err := d.store.File(ctx, id)
	if err != nil {
		return Actor{}, err
	}
	return d.Onlooker(ctx, agent, f.Conversation)
}

// file finds a file of the conversation; a file of another one does not exist.
func (d *Desk) file(ctx context.Context, conversation chat.ConversationID, id chat.FileID) (chat.File, error) {
	f, err := d.store.File(ctx, id)
	if err != nil {
		return chat.File{}, err
	}
	if f.Conversation != conversation {
		return chat.File{}, errNoFile
	}
	return f.File, nil
}
