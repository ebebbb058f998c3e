package web

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trialog/internal/chat"
	"trialog/internal/desk"
)

//go:embed transcript.html
var transcriptHTML string

// transcriptPage is the one template that ever sees what people wrote; html/template escapes all of it.
var transcriptPage = template.Must(template.New("transcript").Funcs(template.FuncMap{"marks": markSet, "size": sizeInWords, "href": safeHref}).Parse(transcriptHTML))

func markSet(marks []chat.Mark) map[string]bool {
	set := map[string]bool{}
	for _, m := range marks {
		set[string(m)] = true
	}
	return set
}

// safeHref checks a link once more; html/template itself knows no tel links.
func safeHref(raw string) template.URL {
	href, ok := chat.SafeHref(raw)
	if !ok {
		return "#"
	}
	return template.URL(href)
}

func sizeInWords(n int64) string {
	switch {
	case n >= 1<<20:
		return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
	case n >= 1<<10:
		return strconv.FormatInt(n>>10, 10) + " KB"
	}
	return strconv.FormatInt(n, 10) + " B"
}

// transcriptLine is a message with everything that happened to it, or a fact.
type transcriptLine struct {
	Seq          chat.Seq
	Stamp, Clock string
	Fact         string
	Who, Role    string
	Private      bool
	Edited       bool
	Deleted      bool
	Content      chat.Content
	Reactions    []string
	reacted      []reaction // whose they are
}

type reaction struct {
	by    chat.ParticipantID
	emoji string
}

func (s *Server) visitorTranscript(ctx context.Context, a desk.Actor, _ *struct{}) (func(huma.Context), error) {
	c, err := s.cfg.Desk.Conversation(ctx, a)
	if err != nil {
		return nil, err
	}
	return s.transcriptOf(ctx, a, c, c.Visitor.Locale)
}

// staffTranscript is the language of the browser, for staff who chose none.
type staffTranscript struct {
	Accept string `header:"Accept-Language"`
}

func (s *Server) transcript(ctx context.Context, a desk.Actor, in *staffTranscript) (func(huma.Context), error) {
	c, err := s.cfg.Desk.Conversation(ctx, a)
	if err != nil {
		return nil, err
	}
	locale := caller(ctx).session.Locale
	if locale == "" {
		locale = in.Accept
	}
	return s.transcriptOf(ctx, a, c, locale)
}

// transcriptOf writes down what the actor may see of a conversation, in the reader's language.
func (s *Server) transcriptOf(ctx context.Context, a desk.Actor, c *chat.Conversation, locale string) (func(huma.Context), error) {
	var all []chat.Entry
	for after := chat.Seq(0); ; {
		entries, upTo, err := s.cfg.Desk.Entries(ctx, a, after, maxPage)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
		if upTo == after {
			break
		}
		after = upTo
	}
	view, err := s.cfg.Desk.VisitorView(ctx, a)
	if err != nil {
		return nil, err
	}
	w := wordsFor(locale)
	page := struct {
		Words               words
		Lang, Title, Opened string
		Lines               []*transcriptLine
	}{w, w.Lang, fmt.Sprintf(w.Title, c.Number, view.Service), fmt.Sprintf(w.Opened, clock(c.OpenedAt)), transcriptLines(a.Kind, c, all, w)}
	var out bytes.Buffer
	if err := transcriptPage.Execute(&out, page); err != nil {
		return nil, fmt.Errorf("write transcript of %s: %w", c.ID, err)
	}
	return func(hc huma.Context) {
		_, rw := humago.Unwrap(hc)
		h := rw.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Disposition", disposition("attachment", fmt.Sprintf("trialog-%d.html", c.Number)))
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
		h.Set("Cache-Control", "private, no-store")
		s.write(rw, out.Bytes())
	}, nil
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// transcriptLines folds the log: edits, deletions and reactions go to the line they are about.
func transcriptLines(viewer chat.Kind, c *chat.Conversation, all []chat.Entry, w words) []*transcriptLine {
	name := func(id chat.ParticipantID) string {
		p, ok := c.Participant(id)
		known := p.Name
		if viewer == chat.Customer {
			known = p.PublicName
		}
		if !ok || known == "" {
			return w.kinds[p.Kind]
		}
		return known
	}
	var lines []*transcriptLine
	of := map[chat.Seq]*transcriptLine{}
	for _, e := range all {
		about := of[e.Ref]
		switch {
		case e.Kind == chat.Message:
			p, _ := c.Participant(e.Author)
			l := &transcriptLine{Seq: e.Seq, Stamp: e.At.UTC().Format(time.RFC3339), Clock: clock(e.At), Who: name(e.Author), Role: w.kinds[p.Kind],
				Private: e.Audience == chat.BackRoom, Content: e.Content}
			lines, of[e.Seq] = append(lines, l), l
		case e.System():
			if text := w.fact(e, name); text != "" {
				lines = append(lines, &transcriptLine{Seq: e.Seq, Stamp: e.At.UTC().Format(time.RFC3339), Clock: clock(e.At), Fact: text})
			}
		case about != nil:
			about.change(e)
		}
	}
	return lines
}

// change applies what happened to a line later.
func (l *transcriptLine) change(e chat.Entry) {
	switch e.Kind {
	case chat.Edit:
		if l.Deleted && e.Via != chat.ViaTeams {
			return
		}
		l.Content, l.Edited, l.Deleted = e.Content, true, false
	case chat.Delete:
		l.Content, l.Reactions, l.reacted, l.Deleted = nil, nil, nil, true
	case chat.Reaction:
		r := reaction{e.Author, e.Emoji}
		if i := slices.Index(l.reacted, r); e.Withdrawn && i >= 0 {
			l.reacted, l.Reactions = slices.Delete(l.reacted, i, i+1), slices.Delete(l.Reactions, i, i+1)
		} else if !e.Withdrawn && i < 0 {
			l.reacted, l.Reactions = append(l.reacted, r), append(l.Reactions, e.Emoji)
		}
	}
}
