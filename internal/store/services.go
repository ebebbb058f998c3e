package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

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
	// Alias is what customers see with NameAlias.
	Alias string `json:"alias,omitempty"`
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
