package teams

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// read turns a message into content, fetching its files, and says whether it is for the back room only: because a line of it begins
// with "//", or because it quotes a private line.
func (e *ear) read(ctx context.Context, m graph.ChatMessage, p chat.Participant) (content chat.Content, private bool, err error) {
	f := fetcher{ear: e, by: p, message: m, called: map[string]chat.Participant{}, words: map[chat.Seq]string{}}
	content = parse(m, outside{
		file:   func(r remote) chat.Node { return f.fetch(ctx, r) },
		quoted: func(id graph.MessageID) chat.Seq { return f.quoted(ctx, id) },
		calls:  f.calls,
	})
	if f.later != nil {
		return nil, false, f.later
	}
	content, marked := unmark(content)
	private = marked || f.quotesPrivate
	err = f.rename(ctx, content, private)
	return content, private, err
}

// fetcher gets what one message refers to.
type fetcher struct {
	*ear
	by            chat.Participant
	message       graph.ChatMessage
	called        map[string]chat.Participant // whom the message calls how
	words         map[chat.Seq]string         // of quoted lines of ours
	quotesPrivate bool
	later         error // something could not be had for the moment
}

// quoted returns the line that a message of the thread is, or 0.
func (f *fetcher) quoted(ctx context.Context, id graph.MessageID) chat.Seq {
	seq, err := f.lineOf(ctx, id)
	if err != nil {
		f.later = err
		return 0
	}
	if seq == 0 {
		return 0
	}
	quoted, err := f.Store.Entry(ctx, f.c.ID, seq)
	if err != nil {
		f.later = err
		return 0
	}
	f.quotesPrivate = f.quotesPrivate || quoted.Audience == chat.BackRoom
	return seq
}

func (f *fetcher) lineOf(ctx context.Context, id graph.MessageID) (chat.Seq, error) {
	h, known, err := f.Store.HeardOf(ctx, f.c.ID, string(id))
	if err != nil || known {
		return h.Seq, err
	}
	p, known, err := f.Store.PostByMessage(ctx, f.c.ID, string(id))
	if err != nil || !known || p.Last == 0 {
		return 0, err
	}
	if err := f.quotesPost(ctx, p); err != nil {
		return 0, err
	}
	return f.lastLine(ctx, p)
}

// quotesPost looks at the lines of a post of ours that is quoted. One private line makes the quotation private, since it holds the words
// of all. If there is but one line, its words are what is quoted, without the head that experts read above it.
func (f *fetcher) quotesPost(ctx context.Context, p store.Post) error {
	list, err := f.Store.Entries(ctx, f.c.ID, p.First-1, int(p.Last-p.First)+1)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(slices.Clone(list), func(e chat.Entry) bool { return !relayed(e) })
	f.quotesPrivate = f.quotesPrivate || slices.ContainsFunc(list, func(e chat.Entry) bool { return e.Audience == chat.BackRoom })
	if len(list) == 1 && list[0].Kind == chat.Message {
		f.words[list[0].Seq] = list[0].Content.PlainText()
	}
	return nil
}

// fetch stores a file that a message refers to and returns it, or a placeholder that names it when it can't be had.
func (f *fetcher) fetch(ctx context.Context, r remote) chat.Node {
	instead := chat.Node{T: chat.Placeholder, What: "file", Text: oneLine(r.Name)}
	if f.later != nil {
		return instead
	}
	file, err := f.get(ctx, r)
	var refusal *chat.Error
	switch {
	case err == nil:
		return chat.Node{T: chat.FileNode, File: &file}
	case errors.As(err, &refusal) && refusal.Kind != chat.Unavailable && refusal.Kind != chat.Busy:
		f.tell(ctx, refusal.Code, r.Name)
	case graph.Permanent(err):
		reason, _ := graph.Reason(err)
		f.tell(ctx, "file_in_"+reason, r.Name)
	case f.tries < heldBack:
		f.later = fmt.Errorf("fetch a file: %w", err)
	default:
		f.tell(ctx, "file_in_unreachable", r.Name)
	}
	f.Log.WarnContext(ctx, "teams: file can't be had", "conversation", f.c.ID, "tries", f.tries, "err", err)
	return instead
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
	client := f.client(f.t.Agent)
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
	name := r.Name
	if name == "" {
		name = "file"
	}
	return f.Desk.FileFromThread(ctx, f.c.ID, f.by.ID, name, body)
}
