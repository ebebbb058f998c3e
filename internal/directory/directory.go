// Package directory answers whom an agent can find and invite: folders of people, each filled by a source. It keeps nothing itself;
// a source knows its people and how fresh its knowledge is. The JSON shapes are those of docs/api.md.
package directory

import (
	"context"
	"time"

	"trialog/internal/chat"
)

// Person is somebody who can be invited.
type Person struct {
	Account    chat.AccountID `json:"account"`
	ID         chat.PersonID  `json:"id"`
	Name       string         `json:"name"`
	JobTitle   string         `json:"jobTitle,omitempty"`
	Department string         `json:"department,omitempty"`
	Presence   *Presence      `json:"presence,omitempty"`
	LastChatAt *time.Time     `json:"lastChatAt,omitempty"`
}

// Presence is whether somebody can be reached, in Microsoft's words.
type Presence struct {
	Availability string `json:"availability"`
	Activity     string `json:"activity"`
	OutOfOffice  string `json:"outOfOffice,omitempty"`
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
)

// Folder is a folder of people, in the order in which to show them.
type Folder struct {
	ID     string     `json:"id"` // "teams-chats"
	State  State      `json:"state"`
	People []Person   `json:"people"`
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
	Owns   func(ctx context.Context, account chat.AccountID) bool
	Folder func(ctx context.Context, agent chat.AgentID) (Folder, error)
	Search func(ctx context.Context, agent chat.AgentID, words string) (Found, error)
	// Person looks up somebody by id, so that a name never has to be taken from a browser. Error: chat.NotFound "no_person".
	Person func(ctx context.Context, agent chat.AgentID, who chat.Person) (Person, error)
}

// Directory asks its sources.
type Directory struct{ sources []Source }

// New returns a Directory of those sources, in the order of their folders.
func New(sources ...Source) *Directory { return &Directory{sources: sources} }

// Folders returns all folders that the agent can invite from.
func (d *Directory) Folders(ctx context.Context, agent chat.AgentID) ([]Folder, error) {
	folders := []Folder{}
	for _, s := range d.sources {
		f, err := s.Folder(ctx, agent)
		if err != nil {
			return nil, err
		}
		if f.People == nil {
			f.People = []Person{}
		}
		folders = append(folders, f)
	}
	return folders, nil
}

// Search looks for people by name in all sources; State is the worst of theirs.
func (d *Directory) Search(ctx context.Context, agent chat.AgentID, words string) (Found, error) {
	all := Found{People: []Person{}, State: Off}
	for _, s := range d.sources {
		f, err := s.Search(ctx, agent, words)
		if err != nil {
			return Found{}, err
		}
		all.People, all.State = append(all.People, f.People...), f.State
	}
	return all, nil
}

// Person looks up somebody by id. Error: chat.NotFound "no_person".
func (d *Directory) Person(ctx context.Context, agent chat.AgentID, who chat.Person) (Person, error) {
	for _, s := range d.sources {
		if s.Owns(ctx, who.Account) {
			return s.Person(ctx, agent, who)
		}
	}
	return Person{}, chat.Refuse(chat.NotFound, "no_person", "There is no such person.")
}
