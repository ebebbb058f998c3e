package directory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"trialog/internal/chat"
	"trialog/internal/desk"
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

// TestNamesAreFoundAsTheyAreWritten: who types a name as it stands in the list finds it, whatever is between its letters.
func TestNamesAreFoundAsTheyAreWritten(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	ctx := t.Context()
	names := []string{"Anna-Lena Vogt", "Siobhán O'Brien", "Vogt, Anna", "Support (DE)", "2nd-Level", "Dr. Ada Lovelace", "राम शर्मा"}
	for i, name := range names {
		if _, err := s.CreateAgent(ctx, store.Agent{Login: fmt.Sprint("agent", i), Name: name, Roles: []string{"agent"}}); err != nil {
			t.Fatal(err)
		}
	}
	d := directory.New(s, directory.Agents(s, nil))
	found := func(query string) (list []string) {
		f, err := d.Search(ctx, "nobody", query)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range f.People {
			list = append(list, p.Name)
		}
		return list
	}
	for _, name := range names {
		if list := found(name); !slices.Contains(list, name) {
			t.Errorf("who types %q finds %q", name, list)
		}
	}
	for query, want := range map[string]int{"": len(names), " ": len(names), "-": 0, "( )": 0, "ा": 0, "anna-": 2, "o’b": 1, "lena-anna": 1, "brien-x": 0, "रा": 1} {
		if list := found(query); len(list) != want {
			t.Errorf("%q finds %q, want %d", query, list, want)
		}
	}
}

// TestFavouritesAreOfToday: colleagues and services are listed among the favourites by what they are called now.
func TestFavouritesAreOfToday(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ben, err := s.CreateAgent(ctx, store.Agent{Login: "ben", Name: "Ben Okafor", Roles: []string{"agent"}})
	must(err)
	must(s.PutService(ctx, store.Service{ID: "rechnung", Name: "Rechnung"}))
	var asked []int
	d := directory.New(s, directory.Agents(s, nil), crowd(1, &asked), directory.Services(s))
	for _, who := range []chat.Person{{Account: directory.AgentsAccount, ID: chat.PersonID(ben.ID)}, {Account: directory.ServicesAccount, ID: "rechnung"}, {Account: "contoso", ID: "0"}} {
		must(d.Star(ctx, "anna", who, true))
	}
	ben.Name = "Ben Adeyemi"
	must(s.UpdateAgent(ctx, ben))
	must(s.PutTeam(ctx, ben.ID, "Technik"))
	photo, err := s.PutPhoto(ctx, ben.ID, []byte("jpeg"))
	must(err)
	must(s.PutService(ctx, store.Service{ID: "rechnung", Name: "Buchhaltung"}))
	f, err := d.Folder(ctx, "anna", directory.FolderFavourites, 0, 10)
	must(err)
	if len(f.People) != 3 || f.People[0].Name != "Ben Adeyemi" || f.People[0].Team != "Technik" || f.People[0].Photo != photo || f.People[0].Kind != directory.Agent || f.People[0].AtDesk == nil {
		t.Fatalf("the colleague is %+v", f.People)
	}
	if f.People[1].Name != "Buchhaltung" || f.People[1].Kind != directory.Service || f.People[2].Name != "Person 00000" {
		t.Errorf("service and expert are %+v", f.People[1:])
	}
}

// TestStarUnderThePresentAccount: a star is kept under the account that the source finds somebody in, so that it can be taken away again.
func TestStarUnderThePresentAccount(t *testing.T) {
	var asked []int
	source := crowd(1, &asked)
	source.Owns = func(_ context.Context, a chat.AccountID) bool { return a == "contoso" || a == "replaced" }
	d := directory.New(storetest.Open(t, storetest.SQLite(t)), source)
	ctx := t.Context()
	for _, account := range []chat.AccountID{"replaced", "contoso"} {
		if err := d.Star(ctx, "anna", chat.Person{Account: account, ID: "0"}, true); err != nil {
			t.Fatal(err)
		}
	}
	f, err := d.Folder(ctx, "anna", directory.FolderFavourites, 0, 10)
	if err != nil || len(f.People) != 1 || f.People[0].Account != "contoso" {
		t.Fatalf("favourites: %+v %v", f.People, err)
	}
	if err := d.Star(ctx, "anna", chat.Person{Account: "contoso", ID: "0"}, false); err != nil {
		t.Fatal(err)
	}
	if f, err := d.Folder(ctx, "anna", directory.FolderFavourites, 0, 10); err != nil || len(f.People) != 0 {
		t.Errorf("favourites without the star: %+v %v", f.People, err)
	}
}

// TestSuggestionsOfThePresentAccount: experts are suggested of the account by which the agent works, not of one that was replaced or deleted.
func TestSuggestionsOfThePresentAccount(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	atDesk := desk.New(desk.Config{Store: s})
	must(s.PutService(ctx, store.Service{ID: "s", Name: "S"}))
	anna, err := s.CreateAgent(ctx, store.Agent{Login: "anna", Name: "Anna", Roles: []string{"agent"}, Capacity: 9})
	must(err)
	account := func(id, by chat.AccountID) {
		must(s.PutAccount(ctx, store.Account{ID: id, Cert: []byte{1}, Settings: store.AccountSettings{ReplacedBy: by}}))
	}
	// contoso was replaced by contoso-2 and then put back: its sign-in is the older one and the present one. That with "gone" is the newest.
	account("contoso", "")
	account("contoso-2", "contoso")
	for n, id := range []chat.AccountID{"contoso", "contoso-2", "gone"} {
		_, err := s.PutLink(ctx, store.Link{Account: id, Agent: anna.ID, Person: "anna", State: store.LinkConnected, Since: time.Now().Add(time.Duration(n) * time.Hour)})
		must(err)
	}
	for _, who := range []chat.Person{{Account: "contoso", ID: "erik"}, {Account: "contoso-2", ID: "mei"}, {Account: "gone", ID: "omar"}} {
		o, err := atDesk.Open(ctx, desk.Opening{Visitor: chat.Visitor{Name: "Karla"}})
		must(err)
		id := o.Conversation.ID
		_, err = atDesk.Accept(ctx, anna.ID, id)
		must(err)
		a, err := atDesk.Agent(ctx, anna.ID, id)
		must(err)
		in, _, err := atDesk.Invite(ctx, a, []desk.Guest{{Person: who, Name: string(who.ID)}}, nil)
		must(err)
		must(atDesk.ExpertJoined(ctx, id, in[0].ID))
		must(s.PutThread(ctx, &store.Thread{Conversation: id, Account: who.Account, Agent: anna.ID, Chat: string(id)}))
	}
	o, err := atDesk.Open(ctx, desk.Opening{Visitor: chat.Visitor{Name: "Lena"}})
	must(err)
	d := directory.New(s, directory.Source{Owns: func(context.Context, chat.AccountID) bool { return true }})
	suggested := func() (list []string) {
		people, err := d.Suggest(ctx, anna.ID, o.Conversation.ID)
		must(err)
		for _, p := range people {
			list = append(list, p.Name)
		}
		return list
	}
	if list := suggested(); !slices.Equal(list, []string{"erik"}) {
		t.Errorf("of the account that was put back: %q are suggested", list)
	}
	account("contoso", "contoso-3")
	if list := suggested(); !slices.Equal(list, []string{"mei"}) {
		t.Errorf("all accounts replaced: %q are suggested, want those of the newest sign-in", list)
	}
}
