// Package directory answers whom an agent can find, invite and write to: folders of people, each filled by a source, the agent's
// favourites among them (favourites.go), who solved the like before (suggest.go), and what an agent writes in Microsoft Teams outside
// of any conversation (talks.go). A source knows its people and how fresh its knowledge is; the only thing kept here is the stars. The
// JSON shapes are those of docs/api.md.
package directory

import (
	"context"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Kind says what somebody in the directory is.
type Kind string

// The kinds. Agents and services are of this installation; experts are people of a Microsoft tenant.
const (
	Expert  Kind = "expert"
	Agent   Kind = "agent"
	Service Kind = "service"
)

// Person is somebody, or a service, that can be found.
type Person struct {
	Kind       Kind           `json:"kind"`
	Account    chat.AccountID `json:"account"`
	ID         chat.PersonID  `json:"id"`
	Name       string         `json:"name"`
	JobTitle   string         `json:"jobTitle,omitempty"`
	Department string         `json:"department,omitempty"`
	Team       string         `json:"team,omitempty"` // of agents
	Photo      string         `json:"photo,omitempty" doc:"Version of an agent's photo."`
	Presence   *Presence      `json:"presence,omitempty"`
	AtDesk     *AtDesk        `json:"atDesk,omitempty"` // of agents
	LastChatAt *time.Time     `json:"lastChatAt,omitempty"`
	Chat       string         `json:"chat,omitempty" doc:"The agent's one-to-one chat with this person in Microsoft Teams."`
	Unread     bool           `json:"unread,omitempty"` // something in that chat is new to the agent
}

// Presence is whether somebody can be reached, in Microsoft's words.
type Presence struct {
	Availability string `json:"availability"`
	Activity     string `json:"activity"`
	OutOfOffice  string `json:"outOfOffice,omitempty" doc:"Their message while they are out of office; may be empty of words."`
	Away         bool   `json:"away,omitempty" doc:"They are out of office."`
}

// AtDesk is whether an agent of this installation can be reached.
type AtDesk struct {
	SignedIn bool   `json:"signedIn"`
	Chats    int    `json:"chats"`
	NotReady string `json:"notReady,omitempty" doc:"Why the agent takes no chats."`
}

// State says what is to be said of a folder or a search.
type State string

// The states of a folder.
const (
	OK          State = "ok"
	Empty       State = "empty"
	NotSignedIn State = "not_signed_in" // the agent has not enabled the source
	NeedsSignIn State = "needs_sign_in" // the sign-in is no longer accepted; People are the last known
	Stale       State = "stale"         // the source can't be reached; People are the last known
	Off         State = "off"           // this installation has no such source
	Missing     State = "missing_permission"
)

// Folders by their ids.
const (
	FolderFavourites = "favourites"
	FolderUsers      = "users"
	FolderServices   = "services"
	FolderTeamsChats = "teams-chats"
)

// Folder is a folder of people, in the order in which to show them. People is a part of it that begins at Offset; Total counts all.
type Folder struct {
	ID     string     `json:"id"`
	State  State      `json:"state"`
	People []Person   `json:"people"`
	Offset int        `json:"offset,omitempty"`
	Total  int        `json:"total"`
	AsOf   *time.Time `json:"asOf,omitempty"`
	Reason string     `json:"reason,omitempty"`
}

// Found is the outcome of a search.
type Found struct {
	People []Person `json:"people"`
	State  State    `json:"state"`
}

// Source fills one folder and searches behind it.
type Source struct {
	// Owns reports whether a person of that account is this source's.
	Owns func(ctx context.Context, account chat.AccountID) bool
	// Folder returns everybody; presence is asked for those who are shown.
	Folder func(ctx context.Context, agent chat.AgentID) (Folder, error)
	Search func(ctx context.Context, agent chat.AgentID, words string) (Found, error)
	// Person looks up somebody by id, so that a name never has to be taken from a browser. Error: chat.NotFound "no_person".
	Person func(ctx context.Context, agent chat.AgentID, who chat.Person) (Person, error)
	// Present adds who can be reached to at most MaxPresent people, and may renew what else is known of them. Nil where Folder and Search
	// have said so already.
	Present func(ctx context.Context, agent chat.AgentID, people []Person)
}

// Limits of one answer.
const (
	PageSize   = 200 // people of a folder unless the caller says how many
	MaxPresent = 650 // people of a page, or of one look at presence: one call to Microsoft
)

// Directory asks its sources.
type Directory struct {
	store   *store.Store
	sources []Source
}

// New returns a Directory of those sources, in the order of their folders; favourites come first.
func New(s *store.Store, sources ...Source) *Directory { return &Directory{store: s, sources: sources} }

// Folders returns the beginnings of all folders that the agent can invite from.
func (d *Directory) Folders(ctx context.Context, agent chat.AgentID) ([]Folder, error) {
	favourites, err := d.favourites(ctx, agent)
	if err != nil {
		return nil, err
	}
	folders := []Folder{favourites}
	for _, s := range d.sources {
		f, err := s.Folder(ctx, agent)
		if err != nil {
			return nil, err
		}
		folders = append(folders, d.page(ctx, agent, s, f, 0, PageSize))
	}
	return folders, nil
}

var errNoFolder = chat.Refuse(chat.NotFound, "no_folder", "There is no such folder.")

// Folder returns limit people of one folder, from the offset on. Error: chat.NotFound "no_folder".
func (d *Directory) Folder(ctx context.Context, agent chat.AgentID, id string, offset, limit int) (Folder, error) {
	if id == FolderFavourites {
		return d.favourites(ctx, agent)
	}
	for _, s := range d.sources {
		f, err := s.Folder(ctx, agent)
		if err != nil {
			return Folder{}, err
		}
		if f.ID == id {
			return d.page(ctx, agent, s, f, offset, limit), nil
		}
	}
	return Folder{}, errNoFolder
}

// page cuts a part out of a folder and says of those in it who can be reached.
func (d *Directory) page(ctx context.Context, agent chat.AgentID, s Source, f Folder, offset, limit int) Folder {
	f.Total = len(f.People)
	f.Offset = min(max(0, offset), f.Total)
	f.People = append([]Person{}, f.People[f.Offset:min(f.Offset+min(max(1, limit), MaxPresent), f.Total)]...)
	if s.Present != nil && f.State == OK {
		s.Present(ctx, agent, f.People)
	}
	return f
}

// Search looks for people by name in all sources; State is the worst of theirs.
func (d *Directory) Search(ctx context.Context, agent chat.AgentID, words string) (Found, error) {
	all := Found{People: []Person{}, State: Empty}
	if len(d.sources) == 0 {
		all.State = Off
	}
	for _, s := range d.sources {
		f, err := s.Search(ctx, agent, words)
		if err != nil {
			return Found{}, err
		}
		if s.Present != nil && f.State == OK {
			s.Present(ctx, agent, f.People)
		}
		all.People = append(all.People, f.People...)
		all.State = worse(all.State, f.State)
	}
	if all.State == Empty && len(all.People) > 0 {
		all.State = OK
	}
	return all, nil
}

// worse is the state that says more of what is missing.
func worse(a, b State) State {
	rank := map[State]int{OK: 0, Empty: 0, Off: 1, NotSignedIn: 2, Missing: 3, NeedsSignIn: 4, Stale: 5}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// Person looks up somebody by id. Error: chat.NotFound "no_person".
func (d *Directory) Person(ctx context.Context, agent chat.AgentID, who chat.Person) (Person, error) {
	for _, s := range d.sources {
		if s.Owns(ctx, who.Account) {
			return s.Person(ctx, agent, who)
		}
	}
	return Person{}, errNoPerson
}

var errNoPerson = chat.Refuse(chat.NotFound, "no_person", "There is no such person.")

// Present says who of at most MaxPresent people can be reached now. Of those of whom nothing is known, nothing is said.
func (d *Directory) Present(ctx context.Context, agent chat.AgentID, who []chat.Person) ([]Person, error) {
	if len(who) > MaxPresent {
		return nil, chat.RefuseField("people", "too_many_people", "At most %d people at once.", MaxPresent)
	}
	people := make([]Person, len(who))
	for i, w := range who {
		people[i] = Person{Account: w.Account, ID: w.ID}
	}
	return people, d.present(ctx, agent, people)
}

// present adds presence to people of any sources.
func (d *Directory) present(ctx context.Context, agent chat.AgentID, people []Person) error {
	for _, s := range d.sources {
		var own []Person
		var at []int
		for i, p := range people {
			if s.Owns(ctx, p.Account) {
				own, at = append(own, p), append(at, i)
			}
		}
		if s.Present == nil || len(own) == 0 {
			continue
		}
		s.Present(ctx, agent, own)
		for j, p := range own {
			people[at[j]] = p
		}
	}
	return ctx.Err()
}
