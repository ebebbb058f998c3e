package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"trialog/internal/app"
)

// migrateCmd brings the database up to date, which opening it does.
type migrateCmd struct{ storage }

// Run opens and closes the store.
func (m *migrateCmd) Run(ctx context.Context, c *console) error {
	return m.with(ctx, c, func(*app.App) error {
		fmt.Fprintln(c.out, "The database is up to date.")
		return nil
	})
}

// userCmd manages agents by hand.
type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Create an agent."`
	Password userPasswordCmd `cmd:"" help:"Change an agent's password and end all sessions."`
}

type userAddCmd struct {
	storage
	Login    string   `arg:"" help:"What the agent signs in with."`
	Name     string   `required:"" help:"Full name."`
	Nickname string   `help:"What customers and experts read instead of the name."`
	Locale   string   `help:"Language: de or en; empty for the browser's."`
	Role     []string `help:"agent, supervisor or administrator." default:"agent"`
	Capacity int      `help:"Chats at once; 0 for no bound." default:"4"`
	Password string   `help:"The password; read from standard input when empty." env:"TRIALOG_NEW_PASSWORD"`
}

// Run creates the agent.
func (u *userAddCmd) Run(ctx context.Context, c *console) error {
	password, err := passwordOr(u.Password, os.Stdin)
	if err != nil {
		return err
	}
	return u.with(ctx, c, func(a *app.App) error {
		if err := a.AddStaff(ctx, app.SeedStaff{Login: u.Login, Name: u.Name, Nickname: u.Nickname, Locale: u.Locale, Roles: u.Role,
			Capacity: u.Capacity, Password: password}); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "Agent %s (%s) can sign in.\n", u.Login, u.Name)
		return nil
	})
}

type userPasswordCmd struct {
	storage
	Login    string `arg:"" help:"Whose password."`
	Password string `help:"The new password; read from standard input when empty." env:"TRIALOG_NEW_PASSWORD"`
}

// Run changes the password.
func (u *userPasswordCmd) Run(ctx context.Context, c *console) error {
	password, err := passwordOr(u.Password, os.Stdin)
	if err != nil {
		return err
	}
	return u.with(ctx, c, func(a *app.App) error { return a.SetPassword(ctx, u.Login, password) })
}

// passwordOr returns the given password, or the first line of in: a password on the command line can be read by others.
func passwordOr(given string, in io.Reader) (string, error) {
	return secretOr(given, in, "password")
}

func secretOr(given string, in io.Reader, what string) (string, error) {
	if given != "" {
		return given, nil
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line != "" {
		return line, nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read %s: %w", what, err)
	}
	return "", fmt.Errorf("no %s is given", what)
}

// accountCmd sets the integration account up by hand.
type accountCmd struct {
	storage
	ID       string `arg:"" optional:"" help:"Short name of the account." default:"microsoft-teams"`
	Name     string `help:"What people read." default:"Microsoft Teams"`
	Tenant   string `required:"" help:"Directory (tenant) ID: a GUID."`
	ClientID string `name:"client-id" required:"" help:"Application (client) ID."`
	Secret   string `help:"Client secret; read from standard input when empty." env:"TRIALOG_CLIENT_SECRET"`
	Locale   string `help:"Language of what is written into Teams: de or en." default:"en"`
	TimeZone string `help:"Time zone of times there, e.g. Europe/Berlin." env:"TRIALOG_TIME_ZONE"`
}

// Run creates or changes the account.
func (n *accountCmd) Run(ctx context.Context, c *console) error {
	secret, err := secretOr(n.Secret, os.Stdin, "client secret")
	if err != nil {
		return err
	}
	return n.with(ctx, c, func(a *app.App) error {
		if err := a.PutAccount(ctx, app.SeedAccount{ID: n.ID, Name: n.Name, Tenant: n.Tenant, ClientID: n.ClientID, Secret: secret,
			Locale: n.Locale, TimeZone: n.TimeZone}); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "Account %s is stored. Its redirect URI is your public URL with /api/v1/teams/callback.\n", n.ID)
		return nil
	})
}

// versionCmd prints what was built.
type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(c *console) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this program carries no build information")
	}
	revision := "unknown"
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	fmt.Fprintf(c.out, "trialog %s (%s, revision %s)\n", info.Main.Version, info.GoVersion, revision)
	return nil
}
