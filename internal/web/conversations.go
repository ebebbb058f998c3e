package web

import (
	"context"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/desk"
)

// Page sizes of logs, in entries.
const (
	staffPage   = 200
	visitorPage = 500
	maxPage     = 1000
)

func (s *Server) lists(ctx context.Context, who auth.Session, _ *struct{}) (desk.Lists, error) {
	return s.cfg.Desk.Lists(ctx, who.Agent)
}

type window struct {
	After  chat.Seq `query:"after" doc:"Entries after this seq, oldest first."`
	Before chat.Seq `query:"before" doc:"Instead: the last entries before this seq."`
	Limit  int      `query:"limit"`
}

// size returns how many entries are asked for.
func (w *window) size(standard int) (int, error) {
	switch {
	case w.Limit < 0 || w.Limit > maxPage:
		return 0, chat.RefuseField("limit", "bad_limit", "Between 1 and %d entries.", maxPage)
	case w.After < 0:
		return 0, chat.RefuseField("after", "bad_cursor", "A cursor is not negative.")
	case w.Before < 0:
		return 0, chat.RefuseField("before", "bad_cursor", "A cursor is not negative.")
	case w.Limit == 0:
		return standard, nil
	}
	return w.Limit, nil
}

type conversationOut struct {
	Conversation desk.Summary `json:"conversation"`
	Entries      []chat.Entry `json:"entries"`
}

func (s *Server) conversation(ctx context.Context, a desk.Actor, in *window) (conversationOut, error) {
	entries, err := s.entries(ctx, a, in, staffPage)
	if err != nil {
		return conversationOut{}, err
	}
	sum, err := s.summary(ctx, a.Agent, a.Conversation)
	return conversationOut{sum, entries}, err
}

// summary returns what an agent sees of a conversation; one the agent may not see does not exist.
func (s *Server) summary(ctx context.Context, agent chat.AgentID, id chat.ConversationID) (desk.Summary, error) {
	sum, _, err := s.cfg.Desk.Summary(ctx, agent, id)
	if err == nil && sum.ID == "" {
		err = chat.ErrNoConversation
	}
	return sum, err
}

// entries reads a page. A page that holds nothing the actor may see is not an answer: reading goes on until there is something, or
// nothing more.
func (s *Server) entries(ctx context.Context, a desk.Actor, in *window, standard int) ([]chat.Entry, error) {
	size, err := in.size(standard)
	if err != nil {
		return nil, err
	}
	for before := in.Before; before > 0; {
		entries, from, err := s.cfg.Desk.EntriesBefore(ctx, a, before, size)
		if err != nil || len(entries) > 0 || from == 0 {
			return entries, err
		}
		before = from
	}
	for after := in.After; ; {
		entries, upTo, err := s.cfg.Desk.Entries(ctx, a, after, size)
		if err != nil || len(entries) > 0 || upTo == after {
			return entries, err
		}
		after = upTo
	}
}

type oneConversation struct {
	ID   chat.ConversationID `path:"id"`
	Body *struct{}
}

func (s *Server) accept(ctx context.Context, who auth.Session, in *oneConversation) (desk.Summary, error) {
	if _, err := s.cfg.Desk.Accept(ctx, who.Agent, in.ID); err != nil {
		return desk.Summary{}, err
	}
	return s.summary(ctx, who.Agent, in.ID)
}

type lineIn struct {
	Body struct {
		ID       string        `json:"id" doc:"Client id: the same id with the same body again returns the first seq."`
		Audience chat.Audience `json:"audience" doc:"everyone or backroom"`
		Text     string        `json:"text,omitempty"`
		Content  chat.Content  `json:"content,omitempty" nullable:"false"`
		Files    []chat.FileID `json:"files,omitempty" nullable:"false"`
	}
}

func (s *Server) post(ctx context.Context, a desk.Actor, in *lineIn) (desk.Posted, error) {
	b := in.Body
	return s.cfg.Desk.Post(ctx, a, desk.Line{ID: b.ID, Audience: b.Audience, Text: b.Text, Content: b.Content, Files: b.Files})
}

type editIn struct {
	Body struct {
		ID      string       `json:"id"`
		Ref     chat.Seq     `json:"ref" doc:"The line that is changed."`
		Text    string       `json:"text,omitempty"`
		Content chat.Content `json:"content,omitempty" nullable:"false"`
	}
}

func (s *Server) edit(ctx context.Context, a desk.Actor, in *editIn) (desk.Posted, error) {
	b := in.Body
	return s.cfg.Desk.Edit(ctx, a, b.Ref, desk.Line{ID: b.ID, Text: b.Text, Content: b.Content})
}

type deleteIn struct {
	Body struct {
		ID  string   `json:"id"`
		Ref chat.Seq `json:"ref"`
	}
}

func (s *Server) delete(ctx context.Context, a desk.Actor, in *deleteIn) (desk.Posted, error) {
	return s.cfg.Desk.Delete(ctx, a, in.Body.ID, in.Body.Ref)
}

type reactIn struct {
	Body struct {
		ID        string   `json:"id"`
		Ref       chat.Seq `json:"ref"`
		Emoji     string   `json:"emoji"`
		Withdrawn bool     `json:"withdrawn,omitempty"`
	}
}

func (s *Server) react(ctx context.Context, a desk.Actor, in *reactIn) (desk.Posted, error) {
	b := in.Body
	return s.cfg.Desk.React(ctx, a, b.ID, b.Ref, b.Emoji, b.Withdrawn)
}

type oneParticipant struct {
	N    chat.ParticipantID `path:"n" doc:"The participant's number."`
	Body *struct{}
}

func (s *Server) retryInvitation(ctx context.Context, a desk.Actor, in *oneParticipant) (nothing, error) {
	return nothing{}, s.cfg.Desk.RetryInvitation(ctx, a, in.N)
}

func (s *Server) remove(ctx context.Context, a desk.Actor, in *oneParticipant) (nothing, error) {
	if may := s.cfg.Microsoft.MayRemove; may != nil {
		if err := may(ctx, a.Conversation); err != nil {
			return nothing{}, err
		}
	}
	return nothing{}, s.cfg.Desk.Remove(ctx, a, in.N)
}

type readIn struct {
	Body struct {
		Seq chat.Seq `json:"seq"`
	}
}

func (s *Server) read(ctx context.Context, a desk.Actor, in *readIn) (nothing, error) {
	return nothing{}, s.cfg.Desk.MarkRead(ctx, a, in.Body.Seq)
}

type typingIn struct {
	Body struct {
		On bool `json:"on"`
	}
}

func (s *Server) typing(ctx context.Context, a desk.Actor, in *typingIn) (nothing, error) {
	return nothing{}, s.cfg.Desk.Typing(ctx, a, in.Body.On)
}

func (s *Server) focus(ctx context.Context, a desk.Actor, _ *bare) (nothing, error) {
	if f := s.cfg.Microsoft.Focus; f != nil {
		f(ctx, a.Conversation)
	}
	return nothing{}, nil
}

func (s *Server) close(ctx context.Context, a desk.Actor, _ *bare) (nothing, error) {
	return nothing{}, s.cfg.Desk.Close(ctx, a)
}
