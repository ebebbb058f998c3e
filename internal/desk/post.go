package desk

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Line is something a participant sends: Text as typed, or Content as a tree, and files uploaded before.
type Line struct {
	ID       string // client id; a repeat with the same body returns the first seq
	Audience chat.Audience
	Text     string
	Content  chat.Content
	Files    []chat.FileID
}

// Posted says where a line stands in the log. It is durable.
type Posted struct {
	Seq    chat.Seq  `json:"seq"`
	At     time.Time `json:"at"`
	Repeat bool      `json:"-"`
}

// Post says a line.
func (d *Desk) Post(ctx context.Context, a Actor, l Line) (Posted, error) {
	content, err := d.content(ctx, a, l)
	if err != nil {
		return Posted{}, err
	}
	return d.append(ctx, a, act{id: l.ID, what: chat.Message, audience: l.Audience, content: content},
		func(c *chat.Conversation, line chat.Line) ([]chat.Entry, error) { return c.Post(line) })
}

// Edit replaces the content of the actor's own line ref. Files of the original stay unless the new content says otherwise. A line that was
// taken back stays so: only Teams lets people undo that.
func (d *Desk) Edit(ctx context.Context, a Actor, ref chat.Seq, l Line) (Posted, error) {
	original, err := d.visible(ctx, a, ref)
	if err != nil {
		return Posted{}, err
	}
	l.Audience = original.Audience
	if len(l.Files) == 0 && l.Content == nil {
		for _, f := range original.Content.Files() {
			l.Files = append(l.Files, f.ID)
		}
	}
	content, err := d.content(ctx, a, l)
	if err != nil {
		return Posted{}, err
	}
	return d.append(ctx, a, act{id: l.ID, what: chat.Edit, ref: ref, content: content},
		func(c *chat.Conversation, line chat.Line) ([]chat.Entry, error) { return c.EditLine(original, line) })
}

// Delete takes the actor's own line ref back.
func (d *Desk) Delete(ctx context.Context, a Actor, id string, ref chat.Seq) (Posted, error) {
	original, err := d.visible(ctx, a, ref)
	if err != nil {
		return Posted{}, err
	}
	return d.append(ctx, a, act{id: id, what: chat.Delete, ref: ref},
		func(c *chat.Conversation, line chat.Line) ([]chat.Entry, error) { return c.DeleteLine(original, line) })
}

// React puts an emoji on line ref, or takes it back.
func (d *Desk) React(ctx context.Context, a Actor, id string, ref chat.Seq, emoji string, withdrawn bool) (Posted, error) {
	if n := utf8.RuneCountInString(emoji); n < 1 || n > 16 || chat.Clean(emoji) != emoji {
		return Posted{}, chat.RefuseField("emoji", "bad_emoji", "A reaction is one emoji.")
	}
	original, err := d.visible(ctx, a, ref)
	if err != nil {
		return Posted{}, err
	}
	return d.append(ctx, a, act{id: id, what: chat.Reaction, ref: ref, emoji: emoji, withdrawn: withdrawn},
		func(c *chat.Conversation, line chat.Line) ([]chat.Entry, error) {
			return c.React(original, line, emoji, withdrawn)
		})
}

// act is one thing done under a client id; all of it goes into the fingerprint.
type act struct {
	id        string
	what      chat.EntryKind
	audience  chat.Audience
	ref       chat.Seq
	content   chat.Content
	emoji     string
	withdrawn bool
}

func (d *Desk) append(ctx context.Context, a Actor, do act, decide func(*chat.Conversation, chat.Line) ([]chat.Entry, error)) (Posted, error) {
	k, err := key(a.Participant, do.id)
	if err != nil {
		return Posted{}, err
	}
	fp, err := print(do.what, do.audience, do.ref, do.content, do.emoji, do.withdrawn)
	if err != nil {
		return Posted{}, err
	}
	line := chat.Line{By: a.Participant, Audience: do.audience, Content: do.content, Key: k}
	return d.write(ctx, store.Write{Conversation: a.Conversation, Key: k, Print: fp,
		Decide: func(c *chat.Conversation) ([]chat.Entry, error) { return decide(c, line) }})
}

// write appends and reports the last of the new entries.
func (d *Desk) write(ctx context.Context, w store.Write) (Posted, error) {
	done, err := d.store.Append(ctx, w)
	if err != nil {
		return Posted{}, err
	}
	if len(done.Entries) == 0 {
		return Posted{Repeat: true}, nil
	}
	last := done.Entries[len(done.Entries)-1]
	return Posted{Seq: last.Seq, At: last.At, Repeat: done.Repeat}, nil
}

// content builds and checks the tree of a line.
func (d *Desk) content(ctx context.Context, a Actor, l Line) (chat.Content, error) {
	field := "content"
	content := l.Content
	if content == nil {
		field, content = "text", chat.FromText(l.Text)
	} else if l.Text != "" {
		return nil, chat.RefuseField("text", "text_and_content", "Send either text or content.")
	}
	for _, f := range content.Files() {
		return nil, chat.RefuseField(field, "bad_file", "Name files by their ids in files, not inside the content (%s).", f.ID)
	}
	if len(l.Files) > chat.MaxFiles {
		return nil, chat.RefuseField("files", "too_many_files", "A message may carry at most %d files.", chat.MaxFiles)
	}
	for i, id := range l.Files {
		f, err := d.file(ctx, a.Conversation, id)
		if err = errors.Join(err, d.mayOpen(ctx, a, id)); err != nil {
			return nil, chat.RefuseField(fmt.Sprintf("files[%d]", i), "no_file", "There is no such file.")
		}
		content = append(content, chat.Node{T: chat.FileNode, File: &f})
	}
	if l.Audience == chat.Everyone {
		if err := d.keepsPrivate(ctx, a, field, content); err != nil {
			return nil, err
		}
	}
	return content, content.Validate(field)
}

// keepsPrivate refuses content for everyone that quotes a private line.
func (d *Desk) keepsPrivate(ctx context.Context, a Actor, field string, content chat.Content) error {
	for _, ref := range content.Quotes() {
		quoted, err := d.visible(ctx, a, ref)
		if err != nil {
			return err
		}
		if quoted.Audience != chat.Everyone {
			return chat.RefuseField(field, "quotes_private", "A message to everyone can't quote a private one.")
		}
	}
	return nil
}

// visible reads line ref if the actor may see it; what one may not see does not exist.
func (d *Desk) visible(ctx context.Context, a Actor, ref chat.Seq) (chat.Entry, error) {
	none := chat.RefuseField("ref", "no_line", "There is no such line.")
	if ref < 1 {
		return chat.Entry{}, none
	}
	e, err := d.store.Entry(ctx, a.Conversation, ref)
	if chat.IsKind(err, chat.NotFound) {
		return chat.Entry{}, none
	}
	if err != nil {
		return chat.Entry{}, err
	}
	if !chat.Sees(a.Kind, e.Audience) {
		return chat.Entry{}, none
	}
	return e, nil
}
