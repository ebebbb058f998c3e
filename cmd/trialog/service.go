package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"trialog/internal/app"
	"trialog/internal/chat"
	"trialog/internal/store"
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
	Masks          *[]string `help:"What is masked for experts: cards, ibans, emails, phones." enum:"cards,ibans,emails,phones,none" sep:","`
}

// Run creates or changes the service.
func (s *serviceCmd) Run(ctx context.Context, c *console) error {
	return s.with(ctx, c, func(a *app.App) error {
		service, err := a.Store.Service(ctx, chat.ServiceID(s.ID))
		if chat.IsKind(err, chat.NotFound) {
			service, err = store.Service{ID: chat.ServiceID(s.ID), Name: s.ID}, nil
		}
		if err != nil {
			return err
		}
		s.change(&service)
		if service.Settings.AgentNames == store.NameAlias && service.Settings.AgentAlias == "" {
			return errors.New("say by --agent-alias what customers read for agents")
		}
		if err := a.Store.PutService(ctx, service); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "Service %s (%s) is stored.\n", service.ID, service.Name)
		return nil
	})
}

func (s *serviceCmd) change(v *store.Service) {
	set(&v.Name, s.Name)
	set((*string)(&v.Settings.ExpertNames), s.ExpertNames)
	set(&v.Settings.Alias, s.ExpertAlias)
	set((*string)(&v.Settings.AgentNames), s.AgentNames)
	set(&v.Settings.AgentAlias, s.AgentAlias)
	set(&v.Settings.ExpertsPrivate, s.ExpertsPrivate)
	set(&v.Settings.AnswerMinutes, s.AnswerMinutes)
	set(&v.Settings.ExpertLimit, s.ExpertLimit)
	if s.Masks != nil {
		has := func(name string) bool { return slices.Contains(*s.Masks, name) }
		v.Settings.Masks = &chat.Masks{Cards: has("cards"), IBANs: has("ibans"), Emails: has("emails"), Phones: has("phones")}
	}
}

// set changes what a flag was given for.
func set[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}
