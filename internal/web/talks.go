package web

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/directory"
	"trialog/internal/media"
)

// talks returns how agents write in Microsoft Teams outside of conversations.
func (s *Server) talks() (directory.Talks, error) {
	if s.cfg.Microsoft.Talks.Open == nil {
		return directory.Talks{}, errTeamsOff
	}
	return s.cfg.Microsoft.Talks, nil
}

type openTalkIn struct{ Body chat.Person }

func (s *Server) openTalk(ctx context.Context, who auth.Session, in *openTalkIn) (directory.Talk, error) {
	t, err := s.talks()
	if err != nil {
		return directory.Talk{}, err
	}
	return t.Open(ctx, who.Agent, in.Body)
}

// ChatPath is the chat that a path names. It is exported for huma, which looks into exported fields only, like the two below.
type ChatPath struct {
	Chat string `path:"chat"`
}

// ChannelPath is the channel that a path names.
type ChannelPath struct {
	Team    string `path:"team"`
	Channel string `path:"channel"`
}

func (c ChatPath) place() directory.Place { return directory.Place{Chat: c.Chat} }
func (c ChannelPath) place() directory.Place {
	return directory.Place{Team: c.Team, Channel: c.Channel}
}

type readChatIn struct {
	ChatPath
	Before string `query:"before" doc:"The cursor that came with the page after."`
}

func (s *Server) readChat(ctx context.Context, who auth.Session, in *readChatIn) (directory.Lines, error) {
	t, err := s.talks()
	if err != nil {
		return directory.Lines{}, err
	}
	return t.Read(ctx, who.Agent, in.place(), in.Before)
}

type readChannelIn struct{ ChannelPath }

func (s *Server) readChannel(ctx context.Context, who auth.Session, in *readChannelIn) (directory.Lines, error) {
	t, err := s.talks()
	if err != nil {
		return directory.Lines{}, err
	}
	return t.Read(ctx, who.Agent, in.place(), "")
}

type saidBody struct {
	ID      string       `json:"id" doc:"A client id: sending it again posts nothing new."`
	Text    string       `json:"text,omitempty"`
	Content chat.Content `json:"content,omitempty"`
}

type sayInChatIn struct {
	ChatPath
	Body saidBody
}

func (s *Server) sayInChat(ctx context.Context, who auth.Session, in *sayInChatIn) (directory.Line, error) {
	return s.say(ctx, who, in.place(), in.Body)
}

type sayInChannelIn struct {
	ChannelPath
	Body saidBody
}

func (s *Server) sayInChannel(ctx context.Context, who auth.Session, in *sayInChannelIn) (directory.Line, error) {
	return s.say(ctx, who, in.place(), in.Body)
}

var clientID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (s *Server) say(ctx context.Context, who auth.Session, at directory.Place, b saidBody) (directory.Line, error) {
	t, err := s.talks()
	if err != nil {
		return directory.Line{}, err
	}
	if !clientID.MatchString(b.ID) {
		return directory.Line{}, chat.RefuseField("id", "bad_id", "A client id has 1 to 64 letters, digits, '-' or '_'.")
	}
	field, content := "content", b.Content
	if content == nil {
		field, content = "text", chat.FromText(b.Text)
	}
	if err := content.Validate(field); err != nil {
		return directory.Line{}, err
	}
	return t.Say(ctx, who.Agent, at, b.ID, content)
}

type seenChatIn struct {
	exchanged
	ChatPath
	Body *struct{}
}

func (s *Server) seenChat(ctx context.Context, who auth.Session, in *seenChatIn) (nothing, error) {
	t, err := s.talks()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, t.Seen(ctx, who.Agent, in.place())
}

func (s *Server) channels(ctx context.Context, who auth.Session, _ *struct{}) (directory.Channels, error) {
	t, err := s.talks()
	if err != nil {
		return directory.Channels{State: directory.Off, Teams: []directory.Team{}}, nil
	}
	return t.Channels(ctx, who.Agent)
}

// FilePath is the file of a message that a path names.
type FilePath struct {
	Message string `path:"message"`
	N       int    `path:"n" minimum:"0" maximum:"99"`
}

type chatFileIn struct {
	ChatPath
	FilePath
}

func (s *Server) chatFile(ctx context.Context, who auth.Session, in *chatFileIn) (func(huma.Context), error) {
	return s.talkFile(ctx, who, in.place(), in.FilePath)
}

type channelFileIn struct {
	ChannelPath
	FilePath
}

func (s *Server) channelFile(ctx context.Context, who auth.Session, in *channelFileIn) (func(huma.Context), error) {
	return s.talkFile(ctx, who, in.place(), in.FilePath)
}

// talkFile fetches a file in the agent's name and hands it on, looked at like anything that strangers upload: the browser never gets
// Microsoft's address or our token.
func (s *Server) talkFile(ctx context.Context, who auth.Session, at directory.Place, f FilePath) (_ func(huma.Context), err error) {
	t, err := s.talks()
	if err != nil {
		return nil, err
	}
	name, body, err := t.File(ctx, who.Agent, at, f.Message, f.N)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	kept, err := os.CreateTemp("", "trialog-talk-*")
	if err != nil {
		return nil, fmt.Errorf("keep file of a talk: %w", err)
	}
	if err := os.Remove(kept.Name()); err != nil { // it lives as long as it is open
		return nil, fmt.Errorf("keep file of a talk: %w", err)
	}
	info, err := media.Inspect(name, body, s.cfg.Desk.FileLimit(), kept)
	if err == nil {
		_, err = kept.Seek(0, io.SeekStart)
	}
	if err != nil {
		s.closeTemp(ctx, kept)
		return nil, err
	}
	file := chat.File{Name: info.Name, Size: info.Size, Type: info.Type, Width: info.Width, Height: info.Height}
	return func(hc huma.Context) {
		defer s.closeTemp(ctx, kept)
		r, w := humago.Unwrap(hc)
		s.serve(w, r, file, kept)
	}, nil
}

func (s *Server) closeTemp(ctx context.Context, f *os.File) {
	if err := f.Close(); err != nil {
		s.log.WarnContext(ctx, "close temporary file", "err", err)
	}
}
