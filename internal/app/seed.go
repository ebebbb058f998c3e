package app

import (
	"context"
	"fmt"

	"trialog/internal/account"
	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/store"
)

// Seed is what an installation begins with.
type Seed struct {
	Services []store.Service
	Staff    []SeedStaff
	Account  *SeedAccount // nil for none
}

// SeedStaff is somebody who signs in at the desk.
type SeedStaff struct {
	Login, Password, Name, Nickname, Locale string
	Team                                    string   // "" for none
	Roles                                   []string // agent when empty
	Capacity                                int      // chats at once; 0 for no bound
}

// SeedAccount is a Microsoft Teams integration account.
type SeedAccount struct {
	ID, Name                 string
	Tenant, ClientID, Secret string
	Certificate              string // PEM with key, in place of the secret
	Expires                  string // the day on which the secret ends, YYYY-MM-DD
	Locale, TimeZone         string
}

// Seed creates what the seed names. It is meant for an empty installation; an agent who exists already is an error. Passwords may be as
// short as one likes: everybody may know them.
func (a *App) Seed(ctx context.Context, s Seed) error {
	for _, v := range s.Services {
		if err := a.Store.PutService(ctx, v); err != nil {
			return err
		}
	}
	for _, p := range s.Staff {
		if err := a.addStaff(ctx, p, true); err != nil {
			return err
		}
	}
	if s.Account == nil {
		return nil
	}
	return a.PutAccount(ctx, *s.Account)
}

// AddStaff creates somebody who can sign in at the desk.
func (a *App) AddStaff(ctx context.Context, p SeedStaff) error { return a.addStaff(ctx, p, false) }

func (a *App) addStaff(ctx context.Context, p SeedStaff, demo bool) error {
	n := auth.NewStaff{Login: p.Login, Password: p.Password, Name: p.Name, Nickname: p.Nickname, Locale: p.Locale, Capacity: p.Capacity, Demo: demo}
	for _, r := range p.Roles {
		n.Roles = append(n.Roles, auth.Role(r))
	}
	who, err := a.Auth.CreateStaff(ctx, n)
	if err != nil {
		return fmt.Errorf("create agent %s: %w", p.Login, err)
	}
	return a.Store.PutTeam(ctx, who.Agent, p.Team)
}

// SetPassword changes somebody's password and ends all their sessions.
func (a *App) SetPassword(ctx context.Context, login, password string) error {
	who, err := a.Auth.StaffByLogin(ctx, login)
	if err != nil {
		return err
	}
	return a.Auth.SetPassword(ctx, who.Agent, password)
}

// EnsureService gives a fresh installation a service to ask about.
func (a *App) EnsureService(ctx context.Context) error {
	list, err := a.Store.Services(ctx)
	if err != nil || len(list) > 0 {
		return err
	}
	return a.Store.PutService(ctx, store.Service{ID: "service", Name: "Service"})
}

// PutAccount creates an integration account, or changes it. What is empty stays as it is.
func (a *App) PutAccount(ctx context.Context, n SeedAccount) error {
	given := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	_, err := a.Accounts.Put(ctx, "system", chat.AccountID(n.ID), account.Form{Name: given(n.Name), Tenant: given(n.Tenant), ClientID: given(n.ClientID),
		Secret: given(n.Secret), Certificate: given(n.Certificate), Expires: given(n.Expires), Locale: given(n.Locale), TimeZone: given(n.TimeZone)})
	return err
}

// DemoSeed is what `trialog demo` begins with, in the simulated tenant of that id.
func DemoSeed(tenant string) Seed {
	return Seed{
		Services: []store.Service{
			{ID: "technik", Name: "Technik"},
			{ID: "rechnung", Name: "Rechnung", Settings: store.ServiceSettings{ExpertNames: store.NameFirst}},
			{ID: "versand", Name: "Versand"},
		},
		Staff: []SeedStaff{
			{Login: "anna", Password: "demo", Name: "Anna Becker", Team: "Kundenservice", Capacity: 4},
			{Login: "ben", Password: "demo", Name: "Ben Okafor", Team: "Kundenservice", Capacity: 4},
			{Login: "admin", Password: "demo", Name: "Ada Lovelace", Team: "Kundenservice", Capacity: 4, Roles: []string{string(auth.RoleAgent), string(auth.RoleAdministrator)}},
		},
		Account: &SeedAccount{ID: "contoso", Name: "Contoso", Tenant: tenant, ClientID: "5f1b2c3d-0000-4000-8000-74726961606c",
			Secret: "demo-secret-of-the-simulated-tenant", Locale: "de", TimeZone: "Europe/Berlin"},
	}
}
