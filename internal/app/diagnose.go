package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"trialog/internal/account"
	"trialog/internal/graph"
	"trialog/internal/store"
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
	for _, of := range accounts {
		found, err := a.diagnoseAccount(ctx, of)
		for _, f := range found {
			list = append(list, Diagnosis{f.OK(), "Account " + of.Name, f.Sentence()})
		}
		if err != nil {
			return list, err
		}
	}
	return list, nil
}

// diagnoseAccount is the connection test and what the health page shows, as findings.
func (a *App) diagnoseAccount(ctx context.Context, of store.Account) ([]account.Finding, error) {
	var list []account.Finding
	if by := of.Settings.ReplacedBy; by != "" {
		list = append(list, account.Finding{State: "ok", Code: "replaced_account", Detail: string(by)})
	} else {
		found, err := a.Accounts.Test(ctx, of.ID)
		if list = append(list, found...); err != nil {
			return list, err
		}
	}
	h, err := a.Health(ctx, of.ID)
	if err != nil {
		return list, err
	}
	for _, one := range h.Agents {
		list = append(list, agentFindings(one, h.Lanes)...)
	}
	if len(h.Agents) == 0 {
		list = append(list, account.Finding{State: "unknown", Code: "no_agents"})
	}
	if h.Unmarked != nil {
		list = append(list, account.Finding{State: "bad", Code: "markers_lost", Detail: h.Unmarked.At.Format(time.RFC3339)})
	}
	if h.Dead > 0 {
		return append(list, account.Finding{State: "bad", Code: "dead_letters", Detail: strconv.Itoa(h.Dead)}), nil
	}
	return append(list, account.Finding{State: "ok", Code: "no_dead_letters"}), nil
}

func agentFindings(one account.AgentHealth, lanes []account.LaneHealth) []account.Finding {
	who := one.Name + " (" + one.Username + ")"
	if one.State != store.LinkConnected {
		return []account.Finding{{State: "bad", Code: "agent_sign_in", Detail: who}}
	}
	list := []account.Finding{{State: "ok", Code: "agent_connected", Detail: who}}
	if slices.ContainsFunc(lanes, func(l account.LaneHealth) bool { return l.Agent == one.Agent && l.Reason == graph.NoOwnLicence }) {
		list = append(list, account.Finding{State: "bad", Code: "agent_no_licence", Detail: who})
	}
	if one.Subscription == nil || !one.Subscription.Alive {
		return append(list, account.Finding{State: "bad", Code: "no_subscription", Detail: who})
	}
	return append(list, account.Finding{State: "ok", Code: "subscription", Detail: who})
}
