package web

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/directory"
)

type foldersOut struct {
	Folders []directory.Folder `json:"folders"`
}

func (s *Server) directory(ctx context.Context, who auth.Session, _ *struct{}) (foldersOut, error) {
	folders, err := s.cfg.Directory.Folders(ctx, who.Agent)
	if err == nil && len(folders) == 0 {
		folders = []directory.Folder{{ID: "teams-chats", State: directory.Off, People: []directory.Person{}}}
	}
	return foldersOut{folders}, err
}

type searchIn struct {
	Q string `query:"q" doc:"Part of a name."`
}

// maxQuery is the longest search in characters.
const maxQuery = 100

func (s *Server) directorySearch(ctx context.Context, who auth.Session, in *searchIn) (directory.Found, error) {
	words := strings.Join(strings.Fields(chat.Clean(in.Q)), " ")
	if words == "" {
		return directory.Found{People: []directory.Person{}, State: directory.OK}, nil
	}
	if utf8.RuneCountInString(words) > maxQuery {
		return directory.Found{}, chat.RefuseField("q", "too_long", "At most %d characters.", maxQuery)
	}
	return s.cfg.Directory.Search(ctx, who.Agent, words)
}

type inviteIn struct {
	Body struct {
		People []chat.Person `json:"people" nullable:"false"`
		Share  *struct {
			From      chat.Seq      `json:"from,omitempty" doc:"The first line; default all."`
			Hide      []chat.Seq    `json:"hide,omitempty" nullable:"false" doc:"Single lines to leave out."`
			HideFiles []chat.FileID `json:"hideFiles,omitempty" nullable:"false" doc:"Single files to leave out."`
			Lifted    []chat.Lift   `json:"lifted,omitempty" nullable:"false" doc:"Lines to leave unmasked, each with a reason."`
		} `json:"share,omitempty" doc:"What was chosen in the preview; default everything, with the masks of the service."`
	}
}

type invitedOut struct {
	Invited []chat.Participant `json:"invited"`
	Already []chat.Participant `json:"already"`
}

// invite looks up who is meant: a name never comes from the browser.
func (s *Server) invite(ctx context.Context, a desk.Actor, in *inviteIn) (invitedOut, error) {
	people := in.Body.People
	if len(people) > desk.MaxGuests {
		people = people[:0] // the desk refuses by number; nobody is looked up for that
	}
	guests := make([]desk.Guest, len(people))
	for i, p := range people {
		found, err := s.cfg.Directory.Person(ctx, a.Agent, p)
		if chat.IsKind(err, chat.NotFound) {
			return invitedOut{}, chat.RefuseField(fmt.Sprintf("people[%d]", i), "no_person", "There is no such person.")
		}
		if err != nil {
			return invitedOut{}, err
		}
		guests[i] = desk.Guest{Person: p, Name: found.Name}
	}
	var choice *desk.Choice
	if s := in.Body.Share; s != nil {
		choice = &desk.Choice{From: s.From, Hide: s.Hide, HideFiles: s.HideFiles, Lifted: s.Lifted}
	}
	out := invitedOut{[]chat.Participant{}, []chat.Participant{}}
	invited, already, err := s.cfg.Desk.Invite(ctx, a, guests, choice)
	out.Invited, out.Already = append(out.Invited, invited...), append(out.Already, already...)
	return out, err
}
