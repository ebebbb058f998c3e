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
	return foldersOut{folders}, err
}

type folderIn struct {
	Folder string `path:"folder"`
	Offset int    `query:"offset" minimum:"0" maximum:"1000000" doc:"How many people to leave out."`
	Limit  int    `query:"limit" minimum:"0" maximum:"650" doc:"How many people at most; 200 when it is 0."`
}

func (s *Server) directoryFolder(ctx context.Context, who auth.Session, in *folderIn) (directory.Folder, error) {
	limit := in.Limit
	if limit == 0 {
		limit = directory.PageSize
	}
	return s.cfg.Directory.Folder(ctx, who.Agent, in.Folder, in.Offset, limit)
}

type peopleIn struct {
	Body struct {
		People []chat.Person `json:"people" nullable:"false"`
	}
}

// presenceOut is what may have changed about people.
type presenceOut struct {
	People []presentPerson `json:"people"`
}

type presentPerson struct {
	Account  chat.AccountID      `json:"account"`
	ID       chat.PersonID       `json:"id"`
	Presence *directory.Presence `json:"presence,omitempty"`
	AtDesk   *directory.AtDesk   `json:"atDesk,omitempty"`
}

func (s *Server) directoryPresence(ctx context.Context, who auth.Session, in *peopleIn) (presenceOut, error) {
	people, err := s.cfg.Directory.Present(ctx, who.Agent, in.Body.People)
	out := presenceOut{make([]presentPerson, len(people))}
	for i, p := range people {
		out.People[i] = presentPerson{p.Account, p.ID, p.Presence, p.AtDesk}
	}
	return out, err
}

type starIn struct {
	Body struct {
		Account chat.AccountID `json:"account"`
		ID      chat.PersonID  `json:"id"`
		On      bool           `json:"on"`
	}
}

func (s *Server) star(ctx context.Context, who auth.Session, in *starIn) (nothing, error) {
	b := in.Body
	return nothing{}, s.cfg.Directory.Star(ctx, who.Agent, chat.Person{Account: b.Account, ID: b.ID}, b.On)
}

type suggestionsOut struct {
	People []directory.Suggestion `json:"people"`
}

func (s *Server) suggestions(ctx context.Context, a desk.Actor, _ *struct{}) (suggestionsOut, error) {
	people, err := s.cfg.Directory.Suggest(ctx, a.Agent, a.Conversation)
	return suggestionsOut{people}, err
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
		if found.Kind != directory.Expert {
			return invitedOut{}, chat.RefuseField(fmt.Sprintf("people[%d]", i), "not_an_expert", "Only people of Microsoft Teams can be invited.")
		}
		// Whoever was found is invited, not who was asked for: their account may have been replaced since the browser learned of it.
		guests[i] = desk.Guest{Person: chat.Person{Account: found.Account, ID: found.ID}, Name: found.Name}
		if guests[i].Person, err = s.asPresent(ctx, a, guests[i].Person); err != nil {
			return invitedOut{}, err
		}
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

// asPresent returns the expert who takes part already and is the same person: they may have been invited under an account that was replaced since.
func (s *Server) asPresent(ctx context.Context, a desk.Actor, who chat.Person) (chat.Person, error) {
	c, err := s.cfg.Store.Conversation(ctx, a.Conversation)
	if err != nil {
		return who, err
	}
	for _, p := range c.Present(chat.Expert) {
		if p.Person == nil || p.Person.ID != who.ID || p.Person.Account == who.Account {
			continue
		}
		same, err := s.cfg.Directory.Person(ctx, a.Agent, *p.Person)
		if err == nil && same.Account == who.Account {
			return *p.Person, nil
		}
		if err != nil && !chat.IsKind(err, chat.NotFound) && !chat.IsKind(err, chat.Conflict) {
			return who, err
		}
	}
	return who, nil
}
