package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"trialog/internal/chat"
)

// Agent is somebody's account at the desk.
type Agent struct {
	ID           chat.AgentID
	Login        string // unique; compared as it is, so callers fold its case
	Name         string
	Nickname     string // what customers (unless their service hides it) and experts read, if set
	Locale       string
	PasswordHash string
	Roles        []string
	Capacity     int // how many conversations at once; 0 for no bound
	Settings     json.RawMessage
	CreatedAt    time.Time
	Photo        string // version of the photo; read only, see PutPhoto
}

var (
	errNoAgent    = chat.Refuse(chat.NotFound, "no_agent", "There is no such agent.")
	errLoginTaken = chat.Refuse(chat.Conflict, "login_taken", "This login is taken.")
)

// CreateAgent stores a new agent; an empty ID and CreatedAt are filled in. Error: chat.Conflict "login_taken".
func (s *Store) CreateAgent(ctx context.Context, a Agent) (Agent, error) {
	if a.ID == "" {
		a.ID = chat.AgentID(s.NewID())
	}
	if a.CreatedAt.IsZero() {
		a.CreatedAt = now()
	}
	roles, settings, err := a.encode()
	if err != nil {
		return Agent{}, err
	}
	err = s.Update(ctx, func(tx *Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO agents (id, login, name, nickname, locale, password_hash, roles, capacity, settings, created)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			string(a.ID), a.Login, a.Name, a.Nickname, a.Locale, a.PasswordHash, roles, a.Capacity, settings, a.CreatedAt.UnixMicro())
		return one(n, err, errLoginTaken)
	})
	if err != nil {
		return Agent{}, fmt.Errorf("create agent %s: %w", a.ID, err)
	}
	return a, nil
}

// UpdateAgent stores all fields of a known agent but CreatedAt and PasswordHash, and signals TopicAgent. Errors: chat.NotFound "no_agent", chat.Conflict
// "login_taken".
func (s *Store) UpdateAgent(ctx context.Context, a Agent) error {
	roles, settings, err := a.encode()
	if err != nil {
		return err
	}
	err = s.Update(ctx, func(tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE agents SET login = $2, name = $3, nickname = $4, locale = $5, roles = $6, capacity = $7,
			settings = $8 WHERE id = $1`, string(a.ID), a.Login, a.Name, a.Nickname, a.Locale, roles, a.Capacity, settings)
		if err != nil && s.dialect.duplicate(err) {
			return errLoginTaken
		}
		tx.Signal(Hint{Agent: a.ID, Topic: TopicAgent})
		return one(n, err, errNoAgent)
	})
	if err != nil {
		return fmt.Errorf("update agent %s: %w", a.ID, err)
	}
	return nil
}

// SetPasswordHash stores an agent's password apart from all else, so that whoever changes a profile meanwhile does not bring an old one back.
// Error: chat.NotFound "no_agent".
func (s *Store) SetPasswordHash(ctx context.Context, id chat.AgentID, hash string) error {
	return s.Update(ctx, func(tx *Tx) error {
		n, err := tx.Exec(ctx, "UPDATE agents SET password_hash = $2 WHERE id = $1", string(id), hash)
		return one(n, err, errNoAgent)
	})
}

func (a Agent) encode() (roles, settings string, err error) {
	r, err := json.Marshal(a.Roles)
	if err != nil {
		return "", "", fmt.Errorf("encode roles of agent %s: %w", a.ID, err)
	}
	settings, err = document(a.Settings)
	return string(r), settings, err
}

// AgentByLogin returns the agent with that login. Error: chat.NotFound "no_agent".
func (s *Store) AgentByLogin(ctx context.Context, login string) (Agent, error) {
	return s.agent(ctx, "WHERE login = $1", login)
}

// Agent returns an agent. Error: chat.NotFound "no_agent".
func (s *Store) Agent(ctx context.Context, id chat.AgentID) (Agent, error) {
	return s.agent(ctx, "WHERE id = $1", string(id))
}

func (s *Store) agent(ctx context.Context, where, arg string) (Agent, error) {
	list, err := s.agents(ctx, where, arg)
	if err != nil {
		return Agent{}, err
	}
	if len(list) == 0 {
		return Agent{}, errNoAgent
	}
	return list[0], nil
}

// Agents lists all agents by login.
func (s *Store) Agents(ctx context.Context) ([]Agent, error) { return s.agents(ctx, "ORDER BY login") }

func (s *Store) agents(ctx context.Context, where string, args ...any) ([]Agent, error) {
	return collect(ctx, s, "read agents", func(rows *sql.Rows) (a Agent, err error) {
		var roles, settings string
		var created int64
		err = rows.Scan(&a.ID, &a.Login, &a.Name, &a.Nickname, &a.Locale, &a.PasswordHash, &roles, &a.Capacity, &settings, &created, &a.Photo)
		if err != nil {
			return a, err
		}
		a.Settings, a.CreatedAt = json.RawMessage(settings), fromMicro(created)
		return a, json.Unmarshal([]byte(roles), &a.Roles)
	}, `SELECT id, login, name, nickname, locale, password_hash, roles, capacity, settings, created, COALESCE(version, '')
		FROM agents LEFT JOIN photos ON photos.agent = agents.id `+where, args...)
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, s *Store, what string, scan func(*sql.Rows) (T, error), query string, args ...any) (list []T, err error) {
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return nil, s.outcome(what, fmt.Errorf("%s: %w", what, err))
	}
	defer func() {
		if err = errors.Join(err, rows.Close()); err != nil {
			list, err = nil, s.outcome(what, fmt.Errorf("%s: %w", what, err))
		}
	}()
	for rows.Next() {
		t, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}

// one turns "no row changed" into a refusal.
func one(n int64, err, refusal error) error {
	if err == nil && n == 0 {
		return refusal
	}
	return err
}

// document checks a JSON document that comes from a caller; none is an empty object.
func document(raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "{}", nil
	}
	if !json.Valid(raw) {
		return "", errors.New("encode document: it is no JSON")
	}
	return string(raw), nil
}

// now is the present as the database keeps it: UTC, whole microseconds.
func now() time.Time { return fromMicro(time.Now().UnixMicro()) }

// fromMicro reads a time from the database.
func fromMicro(us int64) time.Time { return time.UnixMicro(us).UTC() }
