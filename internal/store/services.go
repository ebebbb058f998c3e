package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"trialog/internal/chat"
)

// Service is a topic customers ask about.
type Service struct {
	ID       chat.ServiceID
	Name     string
	Settings ServiceSettings
}

// ServiceSettings are what administrators choose for a service.
type ServiceSettings struct {
	// ExpertNames says how customers see experts; empty for NameFull.
	ExpertNames NamePolicy `json:"expertNames,omitempty"`
	// Alias is what customers see with NameAlias; empty shows the role alone.
	Alias string `json:"alias,omitempty"`
	// AgentNames and AgentAlias say the same of agents. An agent's chat nickname stands in for the full name.
	AgentNames NamePolicy `json:"agentNames,omitempty"`
	AgentAlias string     `json:"agentAlias,omitempty"`
	// ExpertsPrivate puts what experts write into the back room; an agent publishes single lines.
	ExpertsPrivate bool `json:"expertsPrivate,omitempty"`
	// AnswerMinutes is after how long without an answer of an expert the agents are told; 0 for DefaultAnswerMinutes, -1 for never.
	AnswerMinutes int `json:"answerMinutes,omitempty"`
	// ExpertLimit is in how many running conferences an expert may be at once to be invited to one more; 0 for no limit.
	ExpertLimit int `json:"expertLimit,omitempty"`
	// Masks are what experts do not get to read; nil for DefaultMasks.
	Masks *chat.Masks `json:"masks,omitempty"`
}

// DefaultAnswerMinutes is how long an answer is waited for where the service says nothing else.
const DefaultAnswerMinutes = 3

// DefaultMasks hide what nobody needs to help.
var DefaultMasks = chat.Masks{Cards: true, IBANs: true}

// AnswerWithin is how long an expert's answer is waited for; 0 for ever.
func (s ServiceSettings) AnswerWithin() time.Duration {
	switch {
	case s.AnswerMinutes < 0:
		return 0
	case s.AnswerMinutes == 0:
		return DefaultAnswerMinutes * time.Minute
	}
	return time.Duration(s.AnswerMinutes) * time.Minute
}

// LiveMasks are the masks of lines that nobody looked through before they went to experts.
func (s ServiceSettings) LiveMasks() chat.Masks {
	if s.Masks == nil {
		return DefaultMasks
	}
	return *s.Masks
}

// NamePolicy says how much of an expert's name customers see.
type NamePolicy string

// The name policies.
const (
	NameFull  NamePolicy = "full"
	NameFirst NamePolicy = "first"
	NameAlias NamePolicy = "alias"
)

// PutService creates or replaces a service.
func (s *Store) PutService(ctx context.Context, v Service) error {
	settings, err := json.Marshal(v.Settings)
	if err != nil {
		return fmt.Errorf("put service %s: %w", v.ID, err)
	}
	err = s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO services (id, name, settings) VALUES ($1, $2, $3)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, settings = excluded.settings`, string(v.ID), v.Name, string(settings))
		return err
	})
	if err != nil {
		return fmt.Errorf("put service %s: %w", v.ID, err)
	}
	return nil
}

// Service returns a service. Error: chat.NotFound "no_service".
func (s *Store) Service(ctx context.Context, id chat.ServiceID) (Service, error) {
	list, err := s.services(ctx, "WHERE id = $1", string(id))
	if err != nil {
		return Service{}, err
	}
	if len(list) == 0 {
		return Service{}, chat.Refuse(chat.NotFound, "no_service", "There is no such service.")
	}
	return list[0], nil
}

// Services lists all services by name.
func (s *Store) Services(ctx context.Context) ([]Service, error) {
	return s.services(ctx, "ORDER BY name, id")
}

func (s *Store) services(ctx context.Context, where string, args ...any) ([]Service, error) {
	return collect(ctx, s, "read services", func(rows *sql.Rows) (v Service, err error) {
		var settings []byte
		if err := rows.Scan(&v.ID, &v.Name, &settings); err != nil {
			return v, err
		}
		return v, json.Unmarshal(settings, &v.Settings)
	}, "SELECT id, name, settings FROM services "+where, args...)
}
