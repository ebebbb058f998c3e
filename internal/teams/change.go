package teams

import (
	"context"
	"slices"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// passed reports whether a barrier has nothing left to do: a change of a line that has not been posted yet and is rendered in its
// newest version anyway.
func passed(t *store.Thread, e chat.Entry) bool {
	return (e.Kind == chat.Edit || e.Kind == chat.Delete) && e.Ref > t.Cursor
}

// changes finds the newest version of every line that is changed between two places in the log.
func (x *lane) changes(ctx context.Context, after, upTo chat.Seq) (map[chat.Seq]*chat.Entry, error) {
	newest := map[chat.Seq]*chat.Entry{}
	for e, err := range x.ahead(ctx, after, upTo) {
		if err != nil {
			return nil, err
		}
		if was := newest[e.Ref]; e.Kind == chat.Delete || e.Kind == chat.Edit && (was == nil || was.Kind != chat.Delete) { // what was taken back stays so
			newest[e.Ref] = &e
		}
	}
	return newest, nil
}

// changeAhead carries out the next change of a line that stands in the thread, ahead of the cursor: what was taken back must not stay
// there until somebody is invited. Changes that can only be said anew wait for somebody who reads them.
func (x *lane) changeAhead(ctx context.Context, c *chat.Conversation, t *store.Thread) (acted bool, err error) {
	var passed []chat.Seq
	for e, err := range x.ahead(ctx, t.Cursor, c.Last) {
		if err != nil {
			return false, err
		}
		if e.Kind != chat.Edit && e.Kind != chat.Delete || e.Ref > t.Cursor || t.Ahead.Done(e) {
			continue
		}
		p, ok, err := x.Store.PostWith(ctx, x.id, e.Ref)
		if err != nil {
			return false, err
		}
		if !ok || !changeable(t, p) {
			passed = append(passed, e.Seq)
			continue
		}
		if err := x.crashes("ahead.changed", x.change(ctx, c, t, e)); err != nil {
			return false, err
		}
		left := slices.DeleteFunc(t.Ahead.Passed, func(seq chat.Seq) bool { return seq <= e.Seq })
		t.Ahead = store.Ahead{Lines: t.Cursor, To: max(t.Ahead.To, e.Seq), Passed: append(passed, left...)}
		return true, x.crashes("ahead.stored", x.Store.PutThread(ctx, t))
	}
	return false, nil
}

// carryOut carries out an edit or deletion, unless that was done ahead, or is an edit that a newer change of the line follows: words that were
// taken back before they could be relayed are never shown. said is true when it took a post of its own, which moves the cursor.
func (x *lane) carryOut(ctx context.Context, c *chat.Conversation, t *store.Thread, e chat.Entry) (pause time.Duration, said bool, err error) {
	if e.Kind == chat.Edit {
		newer, err := x.changes(ctx, e.Seq, c.Last)
		if err != nil || newer[e.Ref] != nil {
			return now, false, err
		}
	}
	if !t.Ahead.Done(e) {
		if p, anew, err := x.needsSayingAnew(ctx, c, t, e); err != nil {
			return now, false, err
		} else if anew {
			return x.sayAnew(ctx, c, t, p, e)
		}
		if err := x.change(ctx, c, t, e); err != nil {
			return now, false, err
		}
	}
	if e.Kind != chat.Edit || !slices.Contains(t.Moved, e.Ref) {
		return now, false, nil
	}
	pause, err = x.correct(ctx, c, t, e) // its words stand in no post of ours yet
	return pause, true, err
}

// change carries an edit or deletion into the post that holds the line. Both ways of changing a message may be repeated freely.
func (x *lane) change(ctx context.Context, c *chat.Conversation, t *store.Thread, e chat.Entry) error {
	original, err := x.Store.Entry(ctx, x.id, e.Ref)
	if err != nil {
		return err
	}
	if original.Via == chat.ViaTeams || !shown(c, original) {
		return nil // experts change their own lines in Teams
	}
	p, ok, err := x.Store.PostWith(ctx, x.id, e.Ref)
	if err != nil || !ok {
		return err
	}
	t.Moved = slices.DeleteFunc(t.Moved, func(seq chat.Seq) bool { return seq == e.Ref })
	m, lines, fits, err := x.renderAgain(ctx, c, t, p, e.Seq)
	if err == nil && !fits && e.Kind == chat.Edit {
		t.Moved = append(t.Moved, e.Ref)
		m, lines, _, err = x.renderAgain(ctx, c, t, p, e.Seq)
	}
	if err != nil {
		return err
	}
	if err := x.takeDown(ctx, t, p, e); err != nil {
		return err
	}
	if err := x.posts.Wait(ctx, graph.ChatID(t.Chat), graph.Live); err != nil {
		return err
	}
	doubted := slices.Contains(t.Rewrite, p.Message)
	if err := x.doubtPost(ctx, t, p.Message); err != nil {
		return err
	}
	if lines == 1 && e.Kind == chat.Delete && p.First > 1 {
		err = x.sender(t).SoftDelete(ctx, graph.UserID(t.Sender), graph.ChatID(t.Chat), graph.MessageID(p.Message))
	} else {
		m.HTML += markTag(p.Marker)
		err = x.sender(t).UpdateMessage(ctx, graph.ChatID(t.Chat), graph.MessageID(p.Message), m)
	}
	if !doubted && !graph.Ambiguous(err) {
		t.Rewrite = slices.DeleteFunc(t.Rewrite, func(id string) bool { return id == p.Message })
	}
	return x.tolerate(ctx, e, err)
}

// doubtPost notes, before a post is changed, that it is to be written anew later: a change that we give up on may be carried out after a
// newer one, and then an old text would stand there.
func (x *lane) doubtPost(ctx context.Context, t *store.Thread, message string) error {
	t.Recheck = time.Now().Add(x.Settle).UTC()
	if !slices.Contains(t.Rewrite, message) {
		t.Rewrite = append(t.Rewrite, message)
	}
	return x.Store.PutThread(ctx, t)
}

// rewrite writes posts anew whose last change had an unclear outcome, in their newest version. That, too, may be carried out late, after
// a newer change: until all outcomes are clear, it is noted as still to be done.
func (x *lane) rewrite(ctx context.Context, c *chat.Conversation, t *store.Thread) error {
	t.Recheck = time.Now().Add(x.Settle).UTC()
	if err := x.Store.PutThread(ctx, t); err != nil {
		return err
	}
	posts, err := x.toRewrite(ctx, t)
	if err != nil {
		return err
	}
	for _, p := range posts {
		m, lines, _, err := x.renderAgain(ctx, c, t, p, max(t.Cursor, t.Ahead.To))
		if err != nil {
			return err
		}
		if lines == 0 && p.First > 1 {
			continue // it holds no lines that could change
		}
		if err := x.posts.Wait(ctx, graph.ChatID(t.Chat), graph.Live); err != nil {
			return err
		}
		m.HTML += markTag(p.Marker)
		err = x.sender(t).UpdateMessage(ctx, graph.ChatID(t.Chat), graph.MessageID(p.Message), m)
		if x.crash("rewrite.called") {
			return errCrashed
		}
		if err != nil && !graph.Permanent(err) {
			return err
		}
	}
	t.Rewrite, t.Recheck = nil, time.Now().UTC() // and once more, whether a post stands twice
	return x.Store.PutThread(ctx, t)
}

// toRewrite finds the posts that are to be written anew. One of two that stand twice is noted, and then known by its id: nobody looks in between.
func (x *lane) toRewrite(ctx context.Context, t *store.Thread) ([]store.Post, error) {
	leave, err := x.gates.enter(ctx, x.id)
	if err != nil {
		return nil, err
	}
	defer leave()
	var posts []store.Post
	for _, id := range t.Rewrite {
		p, ok, err := x.Store.PostByMessage(ctx, x.id, id)
		if err != nil {
			return nil, err
		}
		if ok && p.Last != 0 {
			posts = append(posts, p)
		}
	}
	return posts, nil
}

// renderAgain renders a post with all changes up to a seq. fits is false when not all of its lines fit into it in their newest versions; those
// that do not are said to stand elsewhere, as are those that were moved before.
func (x *lane) renderAgain(ctx context.Context, c *chat.Conversation, t *store.Thread, p store.Post, upTo chat.Seq) (m graph.NewMessage, n int, fits bool, err error) {
	as := *t
	as.Cursor, as.MaxBytes = p.First-1, 0
	r, err := x.renderer(ctx, c, &as)
	if err != nil {
		return m, 0, false, err
	}
	newest, err := x.changes(ctx, p.First-1, upTo)
	if err != nil {
		return m, 0, false, err
	}
	var lines []chat.Entry
	for e, err := range x.ahead(ctx, p.First-1, p.Last) {
		if err != nil {
			return m, 0, false, err
		}
		if shown(c, e) {
			lines = append(lines, e)
		}
	}
	r.uncut, fits = len(lines) > 1, true
	for _, e := range lines {
		if slices.Contains(t.Moved, e.Seq) {
			r.move(e)
			continue
		}
		ok, err := r.add(ctx, e, newest[e.Seq])
		if err != nil {
			return m, 0, false, err
		}
		if !ok {
			r.move(e)
			fits = false
		}
	}
	_, m = r.done(len(lines))
	return m, len(lines), fits, x.tellCut(ctx, r.cut)
}

// takeDown deletes the posts in which earlier words of a line were said that did not fit into its post.
func (x *lane) takeDown(ctx context.Context, t *store.Thread, p store.Post, change chat.Entry) error {
	for e, err := range x.ahead(ctx, p.Last, change.Seq-1) {
		if err != nil {
			return err
		}
		if e.Kind != chat.Edit || e.Ref != change.Ref {
			continue
		}
		said, ok, err := x.Store.PostWith(ctx, x.id, e.Seq)
		if err != nil {
			return err
		}
		if !ok || said.First != e.Seq || said.Last != e.Seq || !changeable(t, said) {
			continue
		}
		if err := x.posts.Wait(ctx, graph.ChatID(t.Chat), graph.Live); err != nil {
			return err
		}
		err = x.sender(t).SoftDelete(ctx, graph.UserID(t.Sender), graph.ChatID(t.Chat), graph.MessageID(said.Message))
		if err != nil && !graph.Permanent(err) {
			return err
		}
	}
	return nil
}

// react puts the reaction of somebody who is not in Teams on the message of the line, in the sender's name: it stands as long as anybody's does.
func (x *lane) react(ctx context.Context, c *chat.Conversation, t *store.Thread, e chat.Entry) error {
	line, err := x.Store.Entry(ctx, x.id, e.Ref)
	if err != nil || line.Via != chat.ViaTeams && !shown(c, line) || !chat.Sees(chat.Expert, e.Audience) {
		return err
	}
	message, err := x.messageOf(ctx, line)
	if err != nil || message == "" {
		return err
	}
	if e.Withdrawn {
		if others, err := x.reactionStands(ctx, x.id, e.Ref, e.Emoji, func(by chat.ParticipantID) bool { return by != e.Author && notExpert(c, by) }); others || err != nil {
			return err
		}
	}
	if err := x.posts.Wait(ctx, graph.ChatID(t.Chat), graph.Live); err != nil {
		return err
	}
	if e.Withdrawn {
		err = x.sender(t).UnsetReaction(ctx, graph.ChatID(t.Chat), message, e.Emoji)
	} else {
		err = x.sender(t).SetReaction(ctx, graph.ChatID(t.Chat), message, e.Emoji)
	}
	return x.tolerate(ctx, e, err)
}

// messageOf finds the message of a line: one written in Teams, or the post that holds it.
func (x *lane) messageOf(ctx context.Context, line chat.Entry) (graph.MessageID, error) {
	if id, ok := messageKey(line.Key); ok {
		return id, nil
	}
	p, _, err := x.Store.PostWith(ctx, x.id, line.Seq)
	return graph.MessageID(p.Message), err
}

// tolerate lets the lane go on when Microsoft refuses a change for good: staff are told, and nothing else waits for it.
func (x *lane) tolerate(ctx context.Context, e chat.Entry, err error) error {
	if !graph.Permanent(err) {
		return err
	}
	reason, detail := graph.Reason(err)
	x.Log.WarnContext(ctx, "teams: change refused", "conversation", x.id, "seq", e.Seq, "err", err)
	return x.Desk.Notice(ctx, x.id, noticeKey("change", e.Seq), chat.Staff, e.Ref, "change_refused_"+reason, detail)
}
