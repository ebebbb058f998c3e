package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

func TestFavourites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		star := func(agent chat.AgentID, id chat.PersonID, name string) error {
			return s.PutFavourite(ctx, agent, store.Favourite{Person: chat.Person{Account: "contoso", ID: id}, Body: json.RawMessage(`{"name":"` + name + `"}`)})
		}
		for _, name := range []string{"Omar", "Erik", "Omar H."} {
			id := chat.PersonID(name[:1])
			if err := star("anna", id, name); err != nil {
				t.Fatal(err)
			}
		}
		if err := star("ben", "M", "Mei"); err != nil {
			t.Fatal(err)
		}
		names := func(agent chat.AgentID) (all []string) {
			for _, f := range must[[]store.Favourite](t)(s.Favourites(ctx, agent)) {
				all = append(all, string(f.Person.ID)+" "+string(f.Body))
			}
			return all
		}
		if diff := cmp.Diff([]string{`O {"name":"Omar H."}`, `E {"name":"Erik"}`}, names("anna")); diff != "" {
			t.Errorf("a star that is renewed keeps its place (-want +got):\n%s", diff)
		}
		if err := s.DropFavourite(ctx, "anna", chat.Person{Account: "contoso", ID: "O"}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{`E {"name":"Erik"}`}, names("anna")); diff != "" {
			t.Errorf("after a star was taken away (-want +got):\n%s", diff)
		}
		if len(names("ben")) != 1 {
			t.Error("ben's star went with anna's")
		}
		for i := range store.MaxFavourites - 1 {
			if err := star("anna", chat.PersonID(fmt.Sprint(i)), "x"); err != nil {
				t.Fatal(err)
			}
		}
		if err := star("anna", "one-more", "x"); !chat.IsKind(err, chat.Conflict) {
			t.Errorf("one too many: %v", err)
		}
		if err := star("anna", "E", "Erik L."); err != nil {
			t.Errorf("renewing a star of a full list: %v", err)
		}
	})
}

func TestColleaguesAndPhotos(t *testing.T) {
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		ctx := context.Background()
		agent := func(login string) chat.AgentID {
			return must[store.Agent](t)(s.CreateAgent(ctx, store.Agent{Login: login, Name: login, Roles: []string{"agent"}})).ID
		}
		zoe, anna, ben := agent("zoe"), agent("anna"), agent("ben")
		for who, team := range map[chat.AgentID]string{anna: "Technik", ben: "Rechnung"} {
			if err := s.PutTeam(ctx, who, team); err != nil {
				t.Fatal(err)
			}
		}
		_, open := s.NewToken()
		_, over := s.NewToken()
		for hash, expires := range map[*[]byte]time.Duration{&open: time.Hour, &over: -time.Hour} {
			who := anna
			if hash == &over {
				who = ben
			}
			if err := s.CreateSession(ctx, store.Session{TokenHash: *hash, Agent: who, ExpiresAt: time.Now().Add(expires)}); err != nil {
				t.Fatal(err)
			}
		}
		version := must[string](t)(s.PutPhoto(ctx, anna, []byte("jpeg")))
		got := must[[]store.Colleague](t)(s.Colleagues(ctx))
		want := []store.Colleague{{ID: ben, Login: "ben", Name: "ben", Team: "Rechnung"},
			{ID: anna, Login: "anna", Name: "anna", Team: "Technik", SignedIn: true, Photo: version}, {ID: zoe, Login: "zoe", Name: "zoe"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("colleagues (-want +got):\n%s", diff)
		}
		if a := must[store.Agent](t)(s.Agent(ctx, anna)); a.Photo != version {
			t.Errorf("anna's photo is %q, want %q", a.Photo, version)
		}
		photo, again, err := s.Photo(ctx, anna)
		if err != nil || string(photo) != "jpeg" || again != version {
			t.Errorf("photo: %q %q %v", photo, again, err)
		}
		if other := must[string](t)(s.PutPhoto(ctx, anna, []byte("another"))); other == version {
			t.Error("another photo has the same version")
		}
		if err := s.DropPhoto(ctx, anna); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Photo(ctx, anna); !chat.IsKind(err, chat.NotFound) {
			t.Errorf("photo after it was deleted: %v", err)
		}
		if n := len(must[map[chat.AgentID]string](t)(s.PhotoVersions(ctx))); n != 0 {
			t.Errorf("%d photos are left", n)
		}
	})
}
