package main

import (
	"context"
	"fmt"

	"trialog/internal/app"
)

// serviceCmd sets a service up by hand. Flags that are not given leave what is stored.
type serviceCmd struct {
	storage
	ID             string    `arg:"" help:"Short name of the service."`
	Name           *string   `help:"What people read."`
	ExpertNames    *string   `help:"How customers see experts: full, first or alias." enum:"full,first,alias"`
	ExpertAlias    *string   `help:"What customers read for experts with alias."`
	AgentNames     *string   `help:"How customers see agents: full, first or alias." enum:"full,first,alias"`
	AgentAlias     *string   `help:"What customers read for agents with alias."`
	ExpertsPrivate *bool     `help:"What experts write is private; agents publish single lines." negatable:""`
	AnswerMinutes  *int      `help:"After how many minutes without an answer of an expert the agents are told; -1 for never."`
	ExpertLimit    *int      `help:"In how many running chats an expert may be to be invited to one more; 0 for no limit."`
	Masks          *[]string `help:"What is masked for experts: cards, ibans, emails, phones; or none." enum:"cards,ibans,emails,phones,none" sep:","`
}

// Run creates or changes the service.
func (s *serviceCmd) Run(ctx context.Context, c *console) error {
	return s.with(ctx, c, func(a *app.App) error {
		name, err := a.ChangeService(ctx, app.ServiceChange{ID: s.ID, Name: s.Name, ExpertNames: s.ExpertNames, ExpertAlias: s.ExpertAlias, AgentNames: s.AgentNames,
			AgentAlias: s.AgentAlias, ExpertsPrivate: s.ExpertsPrivate, AnswerMinutes: s.AnswerMinutes, ExpertLimit: s.ExpertLimit, Masks: s.Masks})
		if err == nil {
			fmt.Fprintf(c.out, "Service %s (%s) is stored.\n", s.ID, name)
		}
		return err
	})
}
