package apptest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"trialog/internal/app"
	"trialog/internal/auth"
	"trialog/internal/store"
	"trialog/internal/teamsim"
)

// furnished are the files of a data directory in which everybody is known, by the language of its threads. To make them takes longer than
// most of what happens in a world, and they are the same in every one.
var furnished struct {
	mu sync.Mutex
	in map[string]map[string][]byte
}

// furnish makes dir a data directory with what `trialog demo` begins with.
func furnish(dir, locale string) error {
	furnished.mu.Lock()
	defer furnished.mu.Unlock()
	files, ok := furnished.in[locale]
	if !ok {
		if err := seed(dir, locale); err != nil {
			return err
		}
		files = map[string][]byte{}
		for _, name := range []string{"trialog.db", "key"} {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			files[name] = content
		}
		if furnished.in == nil {
			furnished.in = map[string]map[string][]byte{}
		}
		furnished.in[locale] = files
		return nil
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func seed(dir, locale string) error {
	ctx := context.Background()
	a, err := app.New(ctx, app.Config{Data: dir, PublicURL: "https://" + serverHost, LoginURL: "https://" + loginHost,
		GraphURL: "https://" + graphHost, Rand: seeded(1 << 60)})
	if err != nil {
		return err
	}
	return errors.Join(a.Seed(ctx, app.Seed{
		Services: []store.Service{{ID: "technik", Name: "Technik"}, {ID: "rechnung", Name: "Rechnung"}},
		Staff: []app.SeedStaff{
			{Login: "anna", Password: "demo", Name: "Anna Becker"},
			{Login: "ben", Password: "demo", Name: "Ben Okafor"},
			{Login: "admin", Password: "demo", Name: "Ada Lovelace", Roles: []string{string(auth.RoleAgent), string(auth.RoleAdministrator)}},
		},
		Account: &app.SeedAccount{ID: "contoso", Name: "Contoso", Tenant: teamsim.DefaultTenant, ClientID: clientID, Secret: secret,
			Locale: locale},
	}), a.Close())
}
