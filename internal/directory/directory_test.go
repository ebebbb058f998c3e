package directory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/directory"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// crowd is a source of n people that counts of how many presence was asked for at once.
func crowd(n int, asked *[]int) directory.Source {
	people := make([]directory.Person, n)
	for i := range people {
		people[i] = directory.Person{Kind: directory.Expert, Account: "contoso", ID: chat.PersonID(fmt.Sprint(i)), Name: fmt.Sprintf("Person %05d", i)}
	}
	return directory.Source{
		Owns: func(_ context.Context, a chat.AccountID) bool { return a == "contoso" },
		Folder: func(context.Context, chat.AgentID) (directory.Folder, error) {
			return directory.Folder{ID: "teams-chats", State: directory.OK, People: people}, nil
		},
		Search: func(context.Context, chat.AgentID, string) (directory.Found, error) {
			return directory.Found{State: directory.NotSignedIn}, nil
		},
		Person: func(_ context.Context, _ chat.AgentID, who chat.Person) (directory.Person, error) {
			for _, p := range people {
				if p.ID == who.ID {
					return p, nil
				}
			}
			return directory.Person{}, chat.Refuse(chat.NotFound, "no_person", "No.")
		},
		Present: func(_ context.Context, _ chat.AgentID, some []directory.Person) { *asked = append(*asked, len(some)) },
	}
}

// TestFoldersComeInPages: a folder of ten thousand comes a page at a time, and presence is asked for no more than one page of people.
func TestFoldersComeInPages(t *testing.T) {
	var asked []int
	d := directory.New(storetest.Open(t, storetest.SQLite(t)), crowd(10_000, &asked))
	ctx := t.Context()
	folders, err := d.Folders(ctx, "anna")
	if err != nil || len(folders) != 2 || folders[0].ID != directory.FolderFavourites || folders[0].State != directory.Empty {
		t.Fatalf("folders: %+v %v", folders, err)
	}
	if f := folders[1]; len(f.People) != directory.PageSize || f.Total != 10_000 {
		t.Errorf("first page: %d of %d people", len(f.People), f.Total)
	}
	for _, test := range []struct{ offset, limit, want, first int }{
		{200, 200, 200, 200}, {9_900, 500, 100, 9_900}, {0, 1_000_000, directory.MaxPresent, 0}, {20_000, 10, 0, -1}, {-5, 10, 10, 0}, {0, -1, 1, 0},
	} {
		f, err := d.Folder(ctx, "anna", "teams-chats", test.offset, test.limit)
		if err != nil || len(f.People) != test.want || f.Total != 10_000 {
			t.Errorf("from %d at most %d: %d of %d people, %v; want %d", test.offset, test.limit, len(f.People), f.Total, err, test.want)
		}
		if test.first >= 0 && f.People[0].Name != fmt.Sprintf("Person %05d", test.first) {
			t.Errorf("from %d: begins with %s", test.offset, f.People[0].Name)
		}
	}
	if most := slices.Max(asked); most > directory.MaxPresent {
		t.Errorf("presence of %d people was asked for at once", most)
	}
	if _, err := d.Folder(ctx, "anna", "nonsense", 0, 10); !chat.IsKind(err, chat.NotFound) {
		t.Errorf("a folder that is not there: %v", err)
	}
	if _, err := d.Present(ctx, "anna", make([]chat.Person, directory.MaxPresent+1)); !chat.IsKind(err, chat.Invalid) {
		t.Errorf("presence of too many: %v", err)
	}
}

func TestColleaguesAreFoundBesideExperts(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	ctx := t.Context()
	ids := map[string]chat.AgentID{}
	for _, name := range []string{"Anna Becker", "Jürgen Groß", "Ben Okafor"} {
		a, err := s.CreateAgent(ctx, store.Agent{Login: strings.ToLower(name[:3]), Name: name, Roles: []string{"agent"}})
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = a.ID
	}
	if err := s.PutTeam(ctx, ids["Ben Okafor"], "Rechnung"); err != nil {
		t.Fatal(err)
	}
	if err := s.PutService(ctx, store.Service{ID: "rechnung", Name: "Rechnung"}); err != nil {
		t.Fatal(err)
	}
	away := func(context.Context) (map[chat.AgentID]string, error) {
		return map[chat.AgentID]string{ids["Ben Okafor"]: "break"}, nil
	}
	var asked []int
	d := directory.New(s, directory.Agents(s, away), crowd(1, &asked), directory.Services(s))
	for query, want := range map[string]string{"jurgen": "Jürgen Groß", "rech": "Ben Okafor|Rechnung", "GROSS": "", "anna": "", "ben oka": "Ben Okafor"} {
		found, err := d.Search(ctx, ids["Anna Becker"], query)
		var names []string
		for _, p := range found.People {
			names = append(names, p.Name)
		}
		if got := strings.Join(names, "|"); err != nil || got != want || found.State != directory.NotSignedIn {
			t.Errorf("%q finds %q (%s, %v), want %q", query, got, found.State, err, want)
		}
	}
	ben := chat.Person{Account: directory.AgentsAccount, ID: chat.PersonID(ids["Ben Okafor"])}
	if err := d.Star(ctx, ids["Anna Becker"], ben, true); err != nil {
		t.Fatal(err)
	}
	folder, err := d.Folder(ctx, ids["Anna Becker"], directory.FolderFavourites, 0, 10)
	if err != nil || len(folder.People) != 1 || folder.People[0].Name != "Ben Okafor" || folder.People[0].AtDesk == nil || folder.People[0].AtDesk.NotReady != "break" {
		t.Errorf("favourites: %+v %v", folder, err)
	}
	if err := d.Star(ctx, ids["Anna Becker"], chat.Person{Account: "@agents", ID: "nobody"}, true); !chat.IsKind(err, chat.NotFound) {
		t.Errorf("a star for nobody: %v", err)
	}
}
