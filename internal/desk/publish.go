package desk

import (
	"context"
	"fmt"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// publishTries is how often Publish looks again whether what it said is still the newest.
const publishTries = 5

// Publish says an expert's private line ref to the customer. Doing it again changes nothing, unless the private line was edited since:
// then the published one is. What the line quotes of other private lines is left out. Where several agents publish while the expert edits,
// the customer gets one line, and its last version is the newest.
func (d *Desk) Publish(ctx context.Context, a Actor, ref chat.Seq) (done Posted, err error) {
	private, err := d.visible(ctx, a, ref)
	if err != nil {
		return Posted{}, err
	}
	for try := range publishTries {
		v, err := d.versions(ctx, a.Conversation, private)
		switch {
		case err != nil:
			return done, err
		case try > 0 && (v.deleted || v.published == 0):
			return done, nil // taken back meanwhile, by somebody who has seen it
		case v.deleted:
			return done, chat.RefuseField("ref", "deleted", "This line was deleted.")
		}
		content := v.content.Without(func(seq chat.Seq) bool {
			quoted, err := d.store.Entry(ctx, a.Conversation, seq)
			return err != nil || quoted.Audience != chat.Everyone
		})
		if err := content.Validate("ref"); err != nil {
			return done, err
		}
		if said, err := v.says(content); said || err != nil {
			if try == 0 {
				done = Posted{Seq: v.said.Seq, At: v.said.At, Repeat: true}
			}
			return done, err
		}
		k := fmt.Sprintf("p%d:%d", ref, v.basis)
		done, err = d.write(ctx, store.Write{Conversation: a.Conversation, Key: k,
			Decide: func(c *chat.Conversation) ([]chat.Entry, error) {
				return c.Publish(a.Participant, private, content, v.published, k)
			}})
		if err != nil {
			return Posted{}, err
		}
		if !done.Repeat {
			d.audit(ctx, a, "publish", map[string]any{"line": ref, "as": done.Seq})
		}
	}
	return done, nil
}

// versions is how a private line and what was published of it stand now.
type versions struct {
	content   chat.Content // of the private line
	deleted   bool
	published chat.Seq   // 0: nothing, or it was taken back
	said      chat.Entry // the published line, or its last edit
	// basis is the entry that publishing follows from: as long as nothing is published, the private line or the last taking back, whatever
	// was edited, so that it is published once; then the newest entry about either line.
	basis chat.Seq
}

// says reports whether the published line says the content already.
func (v versions) says(content chat.Content) (bool, error) {
	if v.published == 0 {
		return false, nil
	}
	said, err := print(v.said.Content)
	if err != nil {
		return false, err
	}
	wanted, err := print(content)
	return said == wanted, err
}

func (d *Desk) versions(ctx context.Context, id chat.ConversationID, private chat.Entry) (versions, error) {
	v := versions{content: private.Content, basis: private.Seq}
	err := d.each(ctx, id, private.Seq, func(e chat.Entry) {
		ofPublished := v.published != 0 && e.Ref == v.published
		switch {
		case e.Published() && e.Ref == private.Seq:
			v.published, v.said, v.basis = e.Seq, e, e.Seq
		case e.Kind == chat.Edit && e.Ref == private.Seq:
			v.content, v.deleted = e.Content, false // private lines come from Teams, where a deletion can be undone
			if v.published != 0 {
				v.basis = e.Seq
			}
		case e.Kind == chat.Delete && e.Ref == private.Seq:
			v.deleted = true
		case e.Kind == chat.Edit && ofPublished:
			v.said, v.basis = e, e.Seq
		case e.Kind == chat.Delete && ofPublished:
			v.published, v.basis = 0, e.Seq
		}
	})
	return v, err
}
