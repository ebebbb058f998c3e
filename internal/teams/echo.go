package teams

import (
	"context"
	"errors"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// errMayBeOurs says that a message begins like a post whose outcome is not known yet.
var errMayBeOurs = errors.New("a message may be a post whose outcome is unclear")

// own finds out whether a message is one of our posts, and which. A marker counts at its place and from our sender only, so that an
// expert who quotes a post is still heard. A post that was deleted or edited in Teams, or lost its marker there, is known by its id.
func (e *ear) own(ctx context.Context, m graph.ChatMessage) (p store.Post, ours bool, err error) {
	p, known, err := e.Store.PostByMessage(ctx, e.t.Conversation, string(m.ID))
	if err != nil || known {
		return p, known, err
	}
	marker := claim(e.t, m)
	if marker == "" {
		if resembles(e.t, m) && e.tries < heldBack {
			return p, false, errMayBeOurs
		}
		return p, false, nil
	}
	p, _, err = e.Store.PostByMarker(ctx, e.t.Conversation, marker)
	return p, true, err
}

// echo takes in that one of our posts stands in the thread, and how people reacted to it. A post that stands twice, because a request
// that we had given up on was carried out after all, loses the younger of the two.
func (e *ear) echo(ctx context.Context, m graph.ChatMessage, p store.Post, h store.Heard) error {
	marker := claim(e.t, m)
	if marker == "" && p.Message == string(m.ID) {
		marker = p.Marker
	}
	if marker != "" && m.Deleted == nil {
		if err := e.noteMarker(ctx, m); err != nil {
			return err
		}
		if p.Message != "" && p.Message != string(m.ID) {
			return e.doubled(ctx, p, string(m.ID))
		}
		if e.back && p.Message == "" && !attempted(e.t, marker) && e.strange[marker] == "" {
			e.strange[marker] = string(m.ID)
		}
		if !e.back { // what is read back does not show that Microsoft tells us of anything
			e.lanes.confirm(e.t.Conversation, marker, string(m.ID))
			if err := e.noteHeard(ctx, e.t.Agent, true); err != nil {
				return err
			}
		}
	}
	if p.Message == "" || p.Last == 0 || len(m.Reactions) == 0 && len(h.Reactions) == 0 {
		return nil
	}
	seq, err := e.lastLine(ctx, p)
	if err != nil || seq == 0 {
		return err
	}
	if err := e.reactions(ctx, m, seq, &h); err != nil {
		return err
	}
	return e.remember(ctx, m, h)
}

// lastLine is the line of a post that a reaction to the post is about: the last that people said, or the one that the post corrects.
func (e *ear) lastLine(ctx context.Context, p store.Post) (seq chat.Seq, err error) {
	list, err := e.Store.Entries(ctx, e.t.Conversation, p.First-1, int(p.Last-p.First)+1)
	for _, x := range list {
		if x.Kind == chat.Edit && p.First == p.Last {
			seq = x.Ref
		}
		if x.Kind == chat.Message && shown(e.c, x) && !x.Published() {
			seq = x.Seq
		}
	}
	return seq, err
}

// rewriteSoon has a post written anew in its newest version, which may be newer than what stands there.
func rewriteSoon(t *store.Thread, message string) {
	t.Rewrite = append(t.Rewrite, message)
	if t.Recheck.IsZero() {
		t.Recheck = time.Now().UTC()
	}
}

// doubled deletes the younger of two posts with one marker.
func (e *ear) doubled(ctx context.Context, p store.Post, other string) error {
	surplus := other
	if newer(p.Message, other) {
		if err := e.updateThread(ctx, e.t.Conversation, func(t *store.Thread) { rewriteSoon(t, other) }); err != nil {
			return err
		}
		if err := e.Store.RenamePost(ctx, e.t.Conversation, p.Message, other); err != nil {
			return err
		}
		e.lanes.wake(e.t.Conversation)
		surplus = p.Message
	}
	e.count(e.t.Account, Doubled)
	return e.deleteDoubled(ctx, e.t, graph.MessageID(surplus))
}
