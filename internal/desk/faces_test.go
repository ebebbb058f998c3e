package desk_test

import (
	"testing"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// TestFacesFollowTheNamesOfAgents: a customer sees the photo of an agent who is shown under the full name, now and when coming in, and of
// nobody else; what the service shows of experts does not matter.
func TestFacesFollowTheNamesOfAgents(t *testing.T) {
	alias := store.ServiceSettings{AgentNames: store.NameAlias, AgentAlias: "Team"}
	first := store.ServiceSettings{AgentNames: store.NameFirst}
	for what, c := range map[string]struct {
		joined, now store.ServiceSettings
		agent       store.Agent
		want        int
	}{
		"full names":                          {store.ServiceSettings{}, store.ServiceSettings{AgentNames: store.NameFull}, store.Agent{Name: "Anna Becker"}, 1},
		"experts by their first names":        {store.ServiceSettings{ExpertNames: store.NameFirst}, store.ServiceSettings{ExpertNames: store.NameFirst}, store.Agent{Name: "Anna Becker"}, 1},
		"nickname":                            {store.ServiceSettings{}, store.ServiceSettings{}, store.Agent{Name: "Anna Becker", Nickname: "Anni"}, 0},
		"first names, agent of one name":      {first, first, store.Agent{Name: "Anna"}, 0},
		"full names since, came in by first":  {first, store.ServiceSettings{}, store.Agent{Name: "Anna Becker"}, 0},
		"alias since, came in by full name":   {store.ServiceSettings{}, alias, store.Agent{Name: "Anna Becker"}, 0},
		"alias without words: the role alone": {store.ServiceSettings{AgentNames: store.NameAlias}, store.ServiceSettings{}, store.Agent{Name: "Anna Becker"}, 0},
	} {
		t.Run(what, func(t *testing.T) {
			ctx := t.Context()
			s := storetest.Open(t, storetest.SQLite(t))
			d := desk.New(desk.Config{Store: s})
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			set := func(v store.ServiceSettings) { must(s.PutService(ctx, store.Service{ID: "s", Name: "S", Settings: v})) }
			set(c.joined)
			c.agent.Login, c.agent.Roles, c.agent.Capacity = "anna", []string{"agent"}, 4
			a, err := s.CreateAgent(ctx, c.agent)
			must(err)
			_, err = s.PutPhoto(ctx, a.ID, []byte("jpeg"))
			must(err)
			o, err := d.Open(ctx, desk.Opening{Visitor: chat.Visitor{Name: "Karla"}})
			must(err)
			_, err = d.Accept(ctx, a.ID, o.Conversation.ID)
			must(err)
			set(c.now)
			karla, err := d.Customer(ctx, o.Token)
			must(err)
			if faces, err := d.Faces(ctx, karla); err != nil || len(faces) != c.want {
				t.Errorf("the customer sees %v, %v; want %d", faces, err, c.want)
			}
		})
	}
}
