package desk

import (
	"context"
	"io"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// The verbs of this file are for the connector, which speaks for experts and for the thread. It is trusted to have checked who
// wrote what; the rules of the conversation still hold.

// InvitationProgress moves an expert's invitation on; reason and detail say why it failed. A step that does not follow from the
// present state changes nothing.
func (d *Desk) InvitationProgress(ctx context.Context, id chat.ConversationID, expert chat.ParticipantID, to chat.State, reason, detail string) error {
	return d.decide(ctx, id, func(c *chat.Conversation) ([]chat.Entry, error) { return c.Progress(expert, to, reason, detail) })
}

// ExpertJoined records that Microsoft Teams lists the expert as member of the thread.
func (d *Desk) ExpertJoined(ctx context.Context, id chat.ConversationID, expert chat.ParticipantID) error {
	return d.decide(ctx, id, func(c *chat.Conversation) ([]chat.Entry, error) { return c.ExpertJoined(expert) })
}

// ExpertLeft ends an expert's part: reason is chat.ReasonLeft or chat.ReasonRemoved.
func (d *Desk) ExpertLeft(ctx context.Context, id chat.ConversationID, expert chat.ParticipantID, reason string) error {
	return d.decide(ctx, id, func(c *chat.Conversation) ([]chat.Entry, error) { return c.Leave(expert, reason) })
}

// ThreadLine is something that was written inside the thread.
type ThreadLine struct {
	By       chat.ParticipantID
	Key      string // "t:" and what names the message and its version at Graph
	Audience chat.Audience
	Content  chat.Content
}

func (t ThreadLine) line() chat.Line {
	return chat.Line{By: t.By, Audience: t.Audience, Content: t.Content, Key: t.Key, Via: chat.ViaTeams}
}

// FromThread takes a line in from the thread. An expert who writes has joined, whatever the member list said so far; what experts write is
// private where the service says so. After the end of the conversation the refusal is of kind Gone.
func (d *Desk) FromThread(ctx context.Context, id chat.ConversationID, t ThreadLine) (Posted, error) {
	c, err := d.store.Conversation(ctx, id)
	if err != nil {
		return Posted{}, err
	}
	if p, ok := c.Participant(t.By); ok && p.Kind == chat.Expert && p.Present() && p.JoinedAt == nil {
		if err := d.ExpertJoined(ctx, id, t.By); err != nil {
			return Posted{}, err
		}
	}
	if p, ok := c.Participant(t.By); ok && p.Kind == chat.Expert && t.Audience == chat.Everyone {
		service, err := d.serviceOf(ctx, c)
		if err != nil {
			return Posted{}, err
		}
		if service.Settings.ExpertsPrivate {
			t.Audience = chat.BackRoom
		}
	}
	return d.write(ctx, store.Write{Conversation: id, Key: t.Key,
		Decide: func(c *chat.Conversation) ([]chat.Entry, error) { return c.Post(t.line()) }})
}

// ThreadEdit takes in a new version of line ref from the thread.
func (d *Desk) ThreadEdit(ctx context.Context, id chat.ConversationID, ref chat.Seq, t ThreadLine) (Posted, error) {
	return d.fromThread(ctx, id, ref, t, func(c *chat.Conversation, original chat.Entry) ([]chat.Entry, error) {
		return c.EditLine(original, t.line())
	})
}

// ThreadDelete takes in that line ref was deleted in the thread.
func (d *Desk) ThreadDelete(ctx context.Context, id chat.ConversationID, ref chat.Seq, t ThreadLine) (Posted, error) {
	return d.fromThread(ctx, id, ref, t, func(c *chat.Conversation, original chat.Entry) ([]chat.Entry, error) {
		return c.DeleteLine(original, t.line())
	})
}

// ThreadReact takes in a reaction from the thread, or that it was taken back.
func (d *Desk) ThreadReact(ctx context.Context, id chat.ConversationID, ref chat.Seq, t ThreadLine, emoji string, withdrawn bool) (Posted, error) {
	return d.fromThread(ctx, id, ref, t, func(c *chat.Conversation, original chat.Entry) ([]chat.Entry, error) {
		return c.React(original, t.line(), emoji, withdrawn)
	})
}

func (d *Desk) fromThread(ctx context.Context, id chat.ConversationID, ref chat.Seq, t ThreadLine, decide func(*chat.Conversation, chat.Entry) ([]chat.Entry, error)) (Posted, error) {
	original, err := d.store.Entry(ctx, id, ref)
	if err != nil {
		return Posted{}, err
	}
	return d.write(ctx, store.Write{Conversation: id, Key: t.Key,
		Decide: func(c *chat.Conversation) ([]chat.Entry, error) { return decide(c, original) }})
}

// Notice tells an audience something it should know, once per key: for example that a file could not cross.
func (d *Desk) Notice(ctx context.Context, id chat.ConversationID, key string, audience chat.Audience, ref chat.Seq, reason, detail string) error {
	_, err := d.store.Append(ctx, store.Write{Conversation: id, Key: key, Decide: func(*chat.Conversation) ([]chat.Entry, error) {
		return []chat.Entry{{Audience: audience, Kind: chat.Notice, Key: key, Ref: ref, Fact: &chat.Fact{Reason: reason, Detail: detail}}}, nil
	}})
	return err
}

// NobodyAnswered tells staff that an expert has not answered since asked. Nothing happens when an answer or a reminder came meanwhile.
func (d *Desk) NobodyAnswered(ctx context.Context, id chat.ConversationID, expert chat.ParticipantID, asked time.Time) error {
	return d.decide(ctx, id, func(c *chat.Conversation) ([]chat.Entry, error) { return c.Silence(expert, asked) })
}

// FileFromThread stores a file that an expert sent.
func (d *Desk) FileFromThread(ctx context.Context, id chat.ConversationID, by chat.ParticipantID, name string, r io.Reader) (chat.File, error) {
	return d.addFile(ctx, id, by, name, r)
}

// FileForThread opens a file of the conversation. The caller closes it.
func (d *Desk) FileForThread(ctx context.Context, conversation chat.ConversationID, id chat.FileID) (chat.File, io.ReadSeekCloser, error) {
	f, err := d.file(ctx, conversation, id)
	if err != nil {
		return chat.File{}, nil, err
	}
	blob, err := d.store.OpenBlob(ctx, id)
	if err != nil {
		return chat.File{}, nil, err
	}
	return f, blob, nil
}

func (d *Desk) decide(ctx context.Context, id chat.ConversationID, decide func(*chat.Conversation) ([]chat.Entry, error)) error {
	_, err := d.store.Append(ctx, store.Write{Conversation: id, Decide: decide})
	return err
}
