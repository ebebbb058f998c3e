package auth

import (
	"strconv"
	"testing"

	"github.com/alexedwards/argon2id"

	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// A password is changed while whoever has a session of the account saves the profile again and again.
func TestZwPasswordChangeHolds(t *testing.T) {
	ctx := t.Context()
	s := storetest.Open(t, storetest.SQLite(t))
	a := New(Config{Store: s, Hash: argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}})
	anna, err := a.CreateStaff(ctx, NewStaff{Login: "anna", Password: "old password", Name: "Anna", Locale: "de"})
	if err != nil {
		t.Fatal(err)
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			name := "A" + strconv.Itoa(i)
			_, _ = a.UpdateProfile(ctx, anna.Agent, Profile{Nickname: &name})
		}
	}()
	lost := 0
	for i := range 50 {
		password := "new password " + strconv.Itoa(i)
		if err := a.SetPassword(ctx, anna.Agent, password); err != nil {
			t.Fatal(err)
		}
		var r store.Agent
		for range 20 { // let what is under way finish
			if r, err = s.Agent(ctx, anna.Agent); err != nil {
				t.Fatal(err)
			}
		}
		if ok, _ := argon2id.ComparePasswordAndHash(password, r.PasswordHash); !ok {
			lost++
		}
	}
	close(stop)
	<-done
	if lost > 0 {
		t.Fatalf("%d of 50 changes of the password were undone by a change of the nickname", lost)
	}
}
