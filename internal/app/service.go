package app

import (
	"context"
	"errors"
	"slices"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// ServiceChange is what an operator changes of a service; what is nil stays as it is stored.
type ServiceChange struct {
	ID                                               string
	Name                                             *string
	ExpertNames, ExpertAlias, AgentNames, AgentAlias *string
	ExpertsPrivate                                   *bool
	AnswerMinutes, ExpertLimit                       *int
	Masks                                            *[]string // of cards, ibans, emails, phones
}

// ChangeService creates a service or changes it, and returns its name.
func (a *App) ChangeService(ctx context.Context, n ServiceChange) (name string, err error) {
	v, err := a.Store.Service(ctx, chat.ServiceID(n.ID))
	if chat.IsKind(err, chat.NotFound) {
		v, err = store.Service{ID: chat.ServiceID(n.ID), Name: n.ID}, nil
	}
	if err != nil {
		return "", err
	}
	n.apply(&v)
	if v.Settings.AgentNames == store.NameAlias && v.Settings.AgentAlias == "" {
		return "", errors.New("an alias for agents is missing: customers would read nothing in the place of their names")
	}
	return v.Name, a.Store.PutService(ctx, v)
}

func (n ServiceChange) apply(v *store.Service) {
	set(&v.Name, n.Name)
	set((*string)(&v.Settings.ExpertNames), n.ExpertNames)
	set(&v.Settings.Alias, n.ExpertAlias)
	set((*string)(&v.Settings.AgentNames), n.AgentNames)
	set(&v.Settings.AgentAlias, n.AgentAlias)
	set(&v.Settings.ExpertsPrivate, n.ExpertsPrivate)
	set(&v.Settings.AnswerMinutes, n.AnswerMinutes)
	set(&v.Settings.ExpertLimit, n.ExpertLimit)
	if n.Masks != nil {
		has := func(name string) bool { return slices.Contains(*n.Masks, name) }
		v.Settings.Masks = &chat.Masks{Cards: has("cards"), IBANs: has("ibans"), Emails: has("emails"), Phones: has("phones")}
	}
}

// set changes what was given.
func set[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}
