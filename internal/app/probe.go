package app

import (
	"context"

	"trialog/internal/teams"
)

// ProbeRequest names who takes part in a probe.
type ProbeRequest = teams.ProbeRequest

// Probe asks the tenant of an agent what only a real one can answer; see teams.Probe. login names the agent at the desk.
func (a *App) Probe(ctx context.Context, login string, r ProbeRequest) ([]teams.Answer, error) {
	who, err := a.Auth.StaffByLogin(ctx, login)
	if err != nil {
		return nil, err
	}
	r.Agent = who.Agent
	return a.Teams.Probe(ctx, r)
}
