package teams

import (
	"context"
	"errors"
	"fmt"
	"io"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/media"
	"trialog/internal/store"
)

// read turns a message into content, fetching its files, and says whether it is for the back room only: because a line of it begins
// with "//", or because it quotes a private line.
func (e *ear) read(ctx context.Context, m graph.ChatMessage, p chat.Participant) (content chat.Content, private bool, err error) {
	f := fetcher{ear: e, by: p, message: m, called: map[string]chat.Participant{}, asked: map[string]int{}}
	content = parse(m, outside{
		file:   func(r remote) chat.Node { return f.fetch(ctx, r) },
		quoted: func(id graph.MessageID) chat.Seq { return f.quoted(ctx, id) },
		calls:  f.calls,
	})
	if f.later != nil {
		return nil, false, f.later
	}
	content, marked := unmark(content)
	if content, err = e.requote(ctx, content); err != nil {
		return nil, false, err
	}
	if len(content) == 0 {
		content = chat.Content{{T: chat.Placeholder, What: "unknown"}} // nothing but a quote of what does not cross
	}
	return content, marked || f.quotesPrivate, f.rename(ctx, content)
}

// requote lets quotes say what the line says here. Teams quotes a post of ours as a whole, its heads with their names and the lines around, and a
// message of an expert in a version that may not have been told of yet, and may have turned private.
func (e *ear) requote(ctx context.Context, nodes []chat.Node) ([]chat.Node, error) {
	var kept []chat.Node
	for _, n := range nodes {
		var err error
		switch {
		case n.T == chat.Quote && n.Ref == ownPost:
			continue
		case n.T == chat.Quote && n.Ref != 0:
			n.Text, n.Kids, err = e.says(ctx, n.Ref)
		default:
			n.Kids, err = e.requote(ctx, n.Kids)
		}
		if err != nil {
			return nil, err
		}
		kept = append(kept, n)
	}
	return kept, nil
}

// says returns who said a line, and what it says by now; nothing when it was deleted.
func (e *ear) says(ctx context.Context, seq chat.Seq) (author string, content []chat.Node, err error) {
	line, err := e.Store.Entry(ctx, e.c.ID, seq)
	if err != nil {
		return "", nil, err
	}
	p, _ := e.c.Participant(line.Author)
	content = line.Content
	for x, err := range e.walk(ctx, e.c.ID, seq, e.c.Last) {
		if err != nil {
			return "", nil, err
		}
		if x.Ref == seq && (x.Kind == chat.Edit || x.Kind == chat.Delete) {
			content = x.Content
		}
	}
	if line.Via != chat.ViaTeams {
		content, _ = e.c.ForExperts(seq, content)
	}
	return p.Known(), content, nil
}

// fetcher gets what one message refers to.
type fetcher struct {
	*ear
	by            chat.Participant
	message       graph.ChatMessage
	called        map[string]chat.Participant // whom the message calls how
	quotesPrivate bool
	later         error          // something could not be had for the moment
	asked         map[string]int // how many files of a name the message has referred to so far: pasted pictures often bear one name
}

// errQuotesUnknown says that what a message quotes is not known yet: a post whose outcome is unclear, or a message that nobody told of.
var errQuotesUnknown = errors.New("what is quoted is not known yet")

// quoted returns the line that a message of the thread is, or 0. Of one that is not known it can't be told whether it holds something
// private: the thread is read back, and if it stays unknown, what quotes it is private. So is what quotes words that were not let in: of
// somebody who takes no part, or of a post that stood twice. [R20]
func (f *fetcher) quoted(ctx context.Context, id graph.MessageID) chat.Seq {
	seq, known, err := f.lineOf(ctx, id)
	switch {
	case err != nil:
		f.later = err
		return 0
	case !known && !f.back && f.tries < heldBack:
		f.later = errQuotesUnknown
		f.lanes.catchUp(f.c.ID)
		return 0
	case seq == 0:
		f.quotesPrivate = f.quotesPrivate || !known
		return 0
	case seq == ownPost:
		return ownPost
	}
	quoted, err := f.Store.Entry(ctx, f.c.ID, seq)
	if err != nil {
		f.later = err
		return 0
	}
	f.quotesPrivate = f.quotesPrivate || quoted.Audience == chat.BackRoom
	return seq
}

// lineOf finds the line that a message of the thread is, 0 for none and ownPost for a post of ours without one; known says whether the message was heard or is a post of ours.
func (f *fetcher) lineOf(ctx context.Context, id graph.MessageID) (seq chat.Seq, known bool, err error) {
	p, known, err := f.Store.PostByMessage(ctx, f.c.ID, string(id))
	if err != nil || known && p.Last == 0 {
		return ownPost, known, err
	}
	if !known { // asked second: of a post that people reacted to it is noted, too, that it was heard
		h, known, err := f.Store.HeardOf(ctx, f.c.ID, string(id))
		f.quotesPrivate = f.quotesPrivate || known && h.Seq == 0
		return h.Seq, known, err
	}
	if seq, err = f.quotable(ctx, p); seq == 0 {
		seq = ownPost
	}
	return seq, true, err
}

// quotable is the line of a post that a quote of the post is about: a private one if there is any, since the quote holds the whole post.
func (f *fetcher) quotable(ctx context.Context, p store.Post) (chat.Seq, error) {
	list, err := f.Store.Entries(ctx, f.c.ID, p.First-1, int(p.Last-p.First)+1)
	for _, x := range list {
		if x.Kind == chat.Message && x.Seq <= p.Last && shown(f.c, x) && x.Audience == chat.BackRoom {
			return x.Seq, err
		}
	}
	if err != nil {
		return 0, err
	}
	return f.lastLine(ctx, p)
}

// fetch stores a file that a message refers to and returns it, or a placeholder that names it when it can't be had.
func (f *fetcher) fetch(ctx context.Context, r remote) chat.Node {
	instead := chat.Node{T: chat.Placeholder, What: "file", Text: oneLine(r.Name)}
	if f.later != nil {
		return instead
	}
	name := media.SafeName(r.name())
	f.asked[name]++
	file, err := f.get(ctx, r)
	var refusal *chat.Error
	switch {
	case err == nil:
		return chat.Node{T: chat.FileNode, File: &file}
	case errors.As(err, &refusal) && refusal.Kind != chat.Unavailable && refusal.Kind != chat.Busy:
		f.tell(ctx, refusal.Code, r.Name)
	case !graph.Permanent(err) && f.tries < heldBack:
		f.later = fmt.Errorf("fetch a file: %w", err)
	default:
		had, ok, herr := f.had(ctx, name, f.asked[name])
		if f.later = herr; ok || herr != nil {
			return chat.Node{T: chat.FileNode, File: &had}
		}
		reason := "unreachable"
		if graph.Permanent(err) {
			reason, _ = graph.Reason(err)
		}
		f.tell(ctx, "file_in_"+reason, r.Name)
	}
	f.Log.WarnContext(ctx, "teams: file can't be had", "conversation", f.c.ID, "tries", f.tries, "err", err)
	return instead
}

// had finds the n-th file of that name among those that earlier versions of the message brought in: an agent who has taken the thread over may not open
// what was sent before, and who only corrects the words beside a file must not lose it because Microsoft does not hand it out just then.
func (f *fetcher) had(ctx context.Context, name string, n int) (file chat.File, found bool, err error) {
	for _, key := range []string{messageKeyOf(f.message.ID), messageKeyOf(f.message.ID) + ":p"} {
		line, ok, err := f.Store.EntryByKey(ctx, f.c.ID, key)
		if err != nil {
			return file, false, err
		}
		if !ok {
			continue
		}
		for x, err := range f.walk(ctx, f.c.ID, line.Seq-1, f.c.Last) {
			if err != nil {
				return file, false, err
			}
			if x.Seq != line.Seq && x.Ref != line.Seq {
				continue
			}
			alike := 0
			for _, known := range x.Content.Files() {
				if known.Name != name {
					continue
				}
				if alike++; alike == n {
					file, found = known, true
				}
			}
		}
	}
	return file, found, nil
}

// Codes of refusals of files, as internal/media gives them.
const (
	fileTooLarge = "file_too_large"
	fileEmpty    = "file_empty"
)

// tell says to the expert, in the thread, and to staff that a file could not cross.
func (f *fetcher) tell(ctx context.Context, reason, name string) {
	key := "n:file-in:" + string(f.message.ID) + ":" + oneLine(name)
	if err := f.Desk.Notice(ctx, f.c.ID, key, chat.BackRoom, 0, reason, oneLine(name)); err != nil {
		f.later = err
	}
}

func (f *fetcher) get(ctx context.Context, r remote) (chat.File, error) {
	if err := f.others.Wait(ctx, "", graph.Live); err != nil {
		return chat.File{}, err
	}
	client := f.client(f.t.Account, f.t.Agent)
	var body io.ReadCloser
	var err error
	if r.Picture {
		body, err = client.HostedContent(ctx, r.URL)
	} else {
		body, err = client.DownloadShared(ctx, r.URL)
	}
	if err != nil {
		return chat.File{}, err
	}
	defer body.Close()
	return f.Desk.FileFromThread(ctx, f.c.ID, f.by.ID, r.name(), body)
}
