package app

import (
	"context"
	"fmt"

	"trialog/internal/teams"
)

// Diagnosis is one line of what `trialog doctor` says.
type Diagnosis struct {
	OK      bool
	Subject string
	Text    string
}

// Diagnose checks the installation: the database, services, and every integration account down to its agents' sign-ins.
func (a *App) Diagnose(ctx context.Context) ([]Diagnosis, error) {
	if err := a.Store.Ping(ctx); err != nil {
		return []Diagnosis{{Subject: "Database", Text: err.Error()}}, nil
	}
	list := []Diagnosis{{true, "Database", "answers, and its schema is up to date"}}
	services, err := a.Store.Services(ctx)
	if err != nil {
		return list, err
	}
	list = append(list, Diagnosis{len(services) > 0, "Services", fmt.Sprintf("%d; customers need at least one", len(services))})
	accounts, err := a.Store.Accounts(ctx)
	if err != nil {
		return list, err
	}
	if len(accounts) == 0 {
		list = append(list, Diagnosis{true, "Microsoft Teams", "no integration account is set up; see `trialog account --help`"})
	}
	for _, account := range accounts {
		found, err := a.Teams.Diagnose(ctx, account)
		for _, f := range found {
			list = append(list, Diagnosis{f.OK, "Account " + account.Name, wordOf(f)})
		}
		if err != nil {
			return list, err
		}
	}
	return list, nil
}

// findings words the codes of findings; %s is the detail.
var findings = map[string]string{
	"config_secret":      "Microsoft refuses the client secret or certificate (%s): it is wrong or has expired. Make a new one in the app registration.",
	"config_client":      "The client ID is unknown in this tenant, or the application is disabled (%s).",
	"config_tenant":      "The directory (tenant) ID is unknown or malformed (%s).",
	"config_redirect":    "A redirect URI or permission is missing in the app registration (%s).",
	"consent":            "An administrator has to consent to the permissions (%s).",
	"unreachable":        "Microsoft can't be reached: %s",
	"needs_sign_in":      "%s has to sign in at Microsoft again, in the profile.",
	"missing_permission": "The permission %s is missing.",
}

func wordOf(f teams.Finding) string {
	switch {
	case f.Code == "credentials":
		return "Microsoft accepts tenant, client ID and secret"
	case f.Code == "subscription" && f.OK:
		return f.Detail + " hears what experts write"
	case f.Code == "subscription":
		return f.Detail + " does not hear what experts write yet: is the server running, and reachable from Microsoft?"
	case f.Code == "dead_letters" && f.OK:
		return "no notification was set aside"
	case f.Code == "dead_letters":
		return f.Detail + " notifications could not be worked off and were set aside"
	}
	if text, ok := findings[f.Code]; ok {
		return fmt.Sprintf(text, f.Detail)
	}
	return fmt.Sprintf("Microsoft refuses (%s %s)", f.Code, f.Detail)
}
