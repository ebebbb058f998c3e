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

// Account is a Microsoft Teams integration account: an application registered in one Microsoft tenant. Secret and CertKey are
// sealed in the database and open here.
type Account struct {
	ID       chat.AccountID
	Name     string
	Tenant   string
	ClientID string
	Secret   string
	Settings AccountSettings
	// Cert (DER) and CertKey (PKCS #8) are for the encryption of notifications.
	Cert, CertKey []byte
}

// AccountSettings are what administrators choose for an account.
type AccountSettings struct {
	// Locale is the language of the lines that the product writes into threads: "de" or "en"; empty for "en".
	Locale string `json:"locale,omitempty"`
	// ThirdMember is an Entra object id that joins threads of two where Microsoft gives two people no group chat.
	ThirdMember string `json:"thirdMember,omitempty"`
	// TimeZone is that of times in threads, e.g. "Europe/Berlin"; empty for the server's.
	TimeZone string `json:"timeZone,omitempty"`
}

// PutAccount creates or replaces an account and signals TopicLink.
func (s *Store) PutAccount(ctx context.Context, a Account) error {
	settings, err := json.Marshal(a.Settings)
	if err != nil {
		return fmt.Errorf("put account %s: %w", a.ID, err)
	}
	secret, err1 := s.Seal([]byte(a.Secret), []byte("account|"+a.ID))
	key, err2 := s.Seal(a.CertKey, []byte("account-cert|"+a.ID))
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("put account %s: %w", a.ID, err)
	}
	err = s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO accounts (id, name, tenant, client_id, secret, settings, cert, cert_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, tenant = excluded.tenant, client_id = excluded.client_id, secret = excluded.secret,
			settings = excluded.settings, cert = excluded.cert, cert_key = excluded.cert_key`,
			string(a.ID), a.Name, a.Tenant, a.ClientID, secret, string(settings), a.Cert, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("put account %s: %w", a.ID, err)
	}
	s.Signal(ctx, Hint{Topic: TopicLink})
	return nil
}

// Accounts lists the accounts by id.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	return collect(ctx, s, "read accounts", func(rows *sql.Rows) (a Account, err error) {
		var secret, key, settings []byte
		if err := rows.Scan(&a.ID, &a.Name, &a.Tenant, &a.ClientID, &secret, &settings, &a.Cert, &key); err != nil {
			return a, err
		}
		open, err := s.Open(secret, []byte("account|"+a.ID))
		if err != nil {
			return a, err
		}
		a.Secret = string(open)
		if a.CertKey, err = s.Open(key, []byte("account-cert|"+a.ID)); err != nil {
			return a, err
		}
		err = json.Unmarshal(settings, &a.Settings)
		return a, err
	}, "SELECT id, name, tenant, client_id, secret, settings, cert, cert_key FROM accounts ORDER BY id")
}

// LinkState says whether an agent's Microsoft sign-in works.
type LinkState string

// The states of a link.
const (
	LinkConnected   LinkState = "connected"
	LinkNeedsSignIn LinkState = "needs_sign_in"
)

// Link is an agent's Microsoft sign-in. Refresh is sealed in the database and open here.
type Link struct {
	Account  chat.AccountID
	Agent    chat.AgentID
	Person   chat.PersonID
	Name     string
	Username string
	Refresh  string
	Scopes   []string
	State    LinkState
	Reason   string
	Since    time.Time
	// Version grows with every write; see PutLink.
	Version int64
}

func (l Link) aad() []byte { return []byte("link|" + string(l.Account) + "|" + string(l.Agent)) }

// PutLink stores a link if the stored version is still l.Version (0: there is none, or whatever is there is replaced by a new
// sign-in), so that an older token never overwrites a newer one; ok is false when it is not. It signals TopicLink.
func (s *Store) PutLink(ctx context.Context, l Link) (ok bool, err error) {
	refresh, err := s.Seal([]byte(l.Refresh), l.aad())
	if err != nil {
		return false, fmt.Errorf("put link of %s: %w", l.Agent, err)
	}
	scopes, err := json.Marshal(l.Scopes)
	if err != nil {
		return false, fmt.Errorf("put link of %s: %w", l.Agent, err)
	}
	err = s.Update(ctx, func(tx *Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO links (account, agent, person, name, username, refresh, scopes, state, reason, since, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)
			ON CONFLICT (account, agent) DO UPDATE SET person = excluded.person, name = excluded.name, username = excluded.username,
			refresh = excluded.refresh, scopes = excluded.scopes, state = excluded.state, reason = excluded.reason, since = excluded.since,
			version = links.version + 1 WHERE links.version = $11 OR $12 = 0`,
			string(l.Account), string(l.Agent), string(l.Person), l.Name, l.Username, refresh, string(scopes), string(l.State), l.Reason,
			l.Since.UnixMicro(), l.Version, l.Version)
		ok = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("put link of %s: %w", l.Agent, err)
	}
	s.Signal(ctx, Hint{Topic: TopicLink, Agent: l.Agent})
	return ok, nil
}

// Links lists all links.
func (s *Store) Links(ctx context.Context) ([]Link, error) {
	return s.links(ctx, "ORDER BY account, agent")
}

// LinkOf returns an agent's link; ok is false when there is none.
func (s *Store) LinkOf(ctx context.Context, agent chat.AgentID) (l Link, ok bool, err error) {
	list, err := s.links(ctx, "WHERE agent = $1", string(agent))
	if err != nil || len(list) == 0 {
		return Link{}, false, err
	}
	return list[0], true, nil
}

func (s *Store) links(ctx context.Context, where string, args ...any) ([]Link, error) {
	return collect(ctx, s, "read links", func(rows *sql.Rows) (l Link, err error) {
		var refresh, scopes []byte
		var since int64
		if err := rows.Scan(&l.Account, &l.Agent, &l.Person, &l.Name, &l.Username, &refresh, &scopes, &l.State, &l.Reason, &since, &l.Version); err != nil {
			return l, err
		}
		open, err := s.Open(refresh, l.aad())
		if err != nil {
			return l, err
		}
		l.Refresh, l.Since = string(open), time.UnixMicro(since).UTC()
		err = json.Unmarshal(scopes, &l.Scopes)
		return l, err
	}, "SELECT account, agent, person, name, username, refresh, scopes, state, reason, since, version FROM links "+where, args...)
}

// DeleteLink forgets an agent's sign-in, its subscription and what was cached by it, and signals TopicLink.
func (s *Store) DeleteLink(ctx context.Context, agent chat.AgentID) error {
	err := s.Update(ctx, func(tx *Tx) error {
		for _, table := range []string{"links", "subscriptions", "people"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE agent = $1", string(agent)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete link of %s: %w", agent, err)
	}
	s.Signal(ctx, Hint{Topic: TopicLink, Agent: agent})
	return nil
}
