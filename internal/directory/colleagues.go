package directory

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
	"unicode"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Accounts of those who are of this installation. No integration account is named like that.
const (
	AgentsAccount   chat.AccountID = "@agents"
	ServicesAccount chat.AccountID = "@services"
)

// searchOwn is how many agents or services one search finds at most.
const searchOwn = 25

// Agents fills the folder "Users by team". notReady, which may be nil, says which agents take no chats now, and why.
func Agents(s *store.Store, notReady func(context.Context) (map[chat.AgentID]string, error)) Source {
	list := func(ctx context.Context, agent chat.AgentID) ([]Person, error) {
		colleagues, err := s.Colleagues(ctx)
		var away map[chat.AgentID]string
		if err == nil && notReady != nil {
			away, err = notReady(ctx)
		}
		if err != nil {
			return nil, err
		}
		people := make([]Person, 0, len(colleagues))
		for _, c := range colleagues {
			if c.ID == agent {
				continue // nobody looks for themselves
			}
			people = append(people, Person{Kind: Agent, Account: AgentsAccount, ID: chat.PersonID(c.ID), Name: c.Name, Team: c.Team, Photo: c.Photo,
				AtDesk: &AtDesk{SignedIn: c.SignedIn, Chats: c.Chats, NotReady: away[c.ID]}})
		}
		return people, nil
	}
	return own(FolderUsers, AgentsAccount, list)
}

// Services fills the folder "Services".
func Services(s *store.Store) Source {
	return own(FolderServices, ServicesAccount, func(ctx context.Context, _ chat.AgentID) ([]Person, error) {
		services, err := s.Services(ctx)
		people := make([]Person, 0, len(services))
		for _, v := range services {
			people = append(people, Person{Kind: Service, Account: ServicesAccount, ID: chat.PersonID(v.ID), Name: v.Name})
		}
		return people, err
	})
}

// own is a source whose people stand in our own tables.
func own(folder string, account chat.AccountID, list func(context.Context, chat.AgentID) ([]Person, error)) Source {
	return Source{
		Owns: func(_ context.Context, a chat.AccountID) bool { return a == account },
		Folder: func(ctx context.Context, agent chat.AgentID) (Folder, error) {
			people, err := list(ctx, agent)
			return Folder{ID: folder, State: stateOf(people), People: people}, err
		},
		Search: func(ctx context.Context, agent chat.AgentID, words string) (Found, error) {
			people, err := list(ctx, agent)
			found := []Person{}
			for _, p := range people {
				if len(found) < searchOwn && matches(p.Name+" "+p.Team, words) {
					found = append(found, p)
				}
			}
			return Found{People: found, State: stateOf(found)}, err
		},
		Person: func(ctx context.Context, agent chat.AgentID, who chat.Person) (Person, error) {
			people, err := list(ctx, agent)
			if err != nil {
				return Person{}, err
			}
			for _, p := range people {
				if p.ID == who.ID {
					return p, nil
				}
			}
			return Person{}, errNoPerson
		},
		Present: func(ctx context.Context, agent chat.AgentID, people []Person) {
			all, err := list(ctx, agent)
			if err != nil {
				return // a list without presence is better than none
			}
			byID := make(map[chat.PersonID]Person, len(all))
			for _, p := range all {
				byID[p.ID] = p
			}
			for i, p := range people {
				now, ok := byID[p.ID]
				if !ok {
					p.AtDesk, now = nil, p // the account is no more
				}
				people[i] = now // a star keeps the name, the team and the photo of its day
			}
		},
	}
}

func stateOf(people []Person) State {
	if len(people) == 0 {
		return Empty
	}
	return OK
}

// matches reports whether every word of the query begins a word of the text, whatever the case and the accents. An empty query matches
// everything, one of signs alone nothing.
func matches(text, query string) bool {
	if strings.TrimSpace(query) != "" && strings.IndexFunc(query, letterOrDigit) < 0 {
		return false
	}
	words := wordsOf(text)
	for _, q := range wordsOf(query) {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, q) }) {
			return false
		}
	}
	return true
}

// wordsOf splits names and queries alike, so that a name is found as it is written. Marks belong to their letters: many scripts write
// vowels so.
func wordsOf(s string) []string {
	return strings.FieldsFunc(fold(s), func(r rune) bool { return !letterOrDigit(r) && !unicode.IsMark(r) })
}

func letterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func fold(s string) string {
	folded, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		folded = s // half a character: compared as it stands
	}
	return strings.ToLower(folded)
}
