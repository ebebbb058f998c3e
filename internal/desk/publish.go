package desk

import (
	"context"
	"fmt"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Publish says an expert's private line ref to the customer. Doing it again changes nothing, unless the private line was edited since:
// then the published one is. What the line quotes of other private lines is left out.
func (d *Desk) Publish(ctx context.Context, a Actor, ref chat.Seq) (Posted, error) {
	private, err := d.visible(ctx, a, ref)
	if err != nil {
		return Posted{}, err
	}
	v, err := d.versions(ctx, a.Conversation, private)
	if err != nil {
		return Posted{}, err
	}
	if v.deleted {
		return Posted{}, chat.RefuseField("ref", "deleted", "This line was deleted.")
	}
	content := v.content.Without(func(seq chat.Seq) bool {
		quoted, err := d.store.Entry(ctx, a.Conversation, seq)
		return err != nil || quoted.Audience != chat.Everyone
	})
	if err := content.Validate("ref"); err != nil {
		return Posted{}, err
	}
	k := fmt.Sprintf("p%d:%d", ref, v.version)
	done, err := d.write(ctx, store.Write{Conversation: a.Conversation, Key: k,
		Decide: func(c *chat.Conversation) ([]chat.Entry, error) {
			return c.Publish(a.Participant, private, content, v.published, k)
		}})
	if err == nil && !done.Repeat {
		d.audit(ctx, a, "publish", map[string]any{"line": ref, "as": done.Seq})
	}
	return done, err
}

// versions is how a private line and what was published of it stand now.
type versions struct {
	content   chat.Content // of the private line
	deleted   bool
	published chat.Seq // 0: nothing, or it was taken back
	version   chat.Seq // the last entry that makes publishing mean something new
}

func (d *Desk) versions(ctx context.Context, id chat.ConversationID, private chat.Entry) (versions, error) {
	v := versions{content: private.Content, version: private.Seq}
	err := d.each(ctx, id, private.Seq, func(e chat.Entry) {
		switch {
		case e.Published() && e.Ref == private.Seq:
			v.published = e.Seq
		case e.Kind == chat.Edit && e.Ref == private.Seq:
			v.content, v.version, v.deleted = e.Content, e.Seq, false // private lines come from Teams, where a deletion can be undone
		case e.Kind == chat.Delete && e.Ref == private.Seq:
			v.deleted = true
		case e.Kind == chat.Delete && e.Ref == v.published && v.published != 0:
			v.published, v.version = 0, e.Seq
		}
	})
	return v, err
}
