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

// Account is a Microsoft Teams integration account: an application registered in one Microsoft tenant. Secret, Certificate, CertKey and
// OldKeys are sealed in the database and open here.
type Account struct {
	ID       chat.AccountID
	Name     string
	Tenant   string
	ClientID string
	// Secret or Certificate (PEM of a certificate and its key) proves to Microsoft who we are; one of them is empty.
	Secret      string
	Certificate string
	Settings    AccountSettings
	// Cert (DER) and CertKey (PKCS #8) are for the encryption of notifications.
	Cert, CertKey []byte
	// OldKeys open what Microsoft encrypted before it learnt of Cert.
	OldKeys []OldKey
}

// OldKey is the key of an encryption certificate that was replaced. It is kept until no notification for it can come any more.
type OldKey struct {
	Cert  []byte    `json:"cert"`
	Key   []byte    `json:"key"`
	Until time.Time `json:"until"`
}

// AccountSettings are what administrators choose for an account.
type AccountSettings struct {
	// Locale is the language of the lines that the product writes into threads: "de" or "en"; empty for "en".
	Locale string `json:"locale,omitempty"`
	// ThirdMember is an Entra object id that joins threads of two where Microsoft gives two people no group chat.
	ThirdMember string `json:"thirdMember,omitempty"`
	// TimeZone is that of times in threads, e.g. "Europe/Berlin"; empty for the server's.
	TimeZone string `json:"timeZone,omitempty"`
	// Expires is when the secret or certificate ends; zero when nobody said.
	Expires time.Time `json:"expires,omitzero"`
	// Without names features that are switched off; their permissions are not asked for.
	Without []string `json:"without,omitempty"`
	// ReplacedBy is the account that took this one's place. Nobody signs in here any more; what runs goes on until it ends.
	ReplacedBy chat.AccountID `json:"replacedBy,omitempty"`
}

// PutAccount creates or replaces an account and signals TopicLink.
func (s *Store) PutAccount(ctx context.Context, a Account) error {
	return s.ChangeAccounts(ctx, func(tx *AccountsTx) error { return tx.Put(ctx, a) })
}

// AccountsTx is a transaction over the integration accounts. Only one is open at a time, on all nodes.
type AccountsTx struct {
	s  *Store
	tx *Tx
}

// ChangeAccounts reads and writes accounts, and audits it, in one transaction; it signals TopicLink.
func (s *Store) ChangeAccounts(ctx context.Context, change func(*AccountsTx) error) error {
	err := s.Update(ctx, func(tx *Tx) error {
		// Whoever comes second waits here on PostgreSQL; SQLite has one writer anyway.
		if _, err := tx.Exec(ctx, `INSERT INTO counters (name, value) VALUES ('accounts', 1) ON CONFLICT (name) DO UPDATE SET value = counters.value + 1`); err != nil {
			return err
		}
		if err := change(&AccountsTx{s, tx}); err != nil {
			return err
		}
		tx.Signal(Hint{Topic: TopicLink})
		return nil
	})
	if err != nil {
		return fmt.Errorf("change accounts: %w", err)
	}
	return nil
}

// Put creates or replaces an account.
func (t *AccountsTx) Put(ctx context.Context, a Account) error {
	settings, err := json.Marshal(a.Settings)
	if err != nil {
		return fmt.Errorf("put account %s: %w", a.ID, err)
	}
	old, err := json.Marshal(a.OldKeys)
	if err != nil {
		return fmt.Errorf("put account %s: %w", a.ID, err)
	}
	secret, err1 := t.s.Seal([]byte(a.Secret), []byte("account|"+a.ID))
	key, err2 := t.s.Seal(a.CertKey, []byte("account-cert|"+a.ID))
	certificate, err3 := t.s.Seal([]byte(a.Certificate), []byte("account-certificate|"+a.ID))
	oldKeys, err4 := t.s.Seal(old, []byte("account-old-keys|"+a.ID))
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return fmt.Errorf("put account %s: %w", a.ID, err)
	}
	_, err = t.tx.Exec(ctx, `INSERT INTO accounts (id, name, tenant, client_id, secret, settings, cert, cert_key, certificate, old_keys)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, tenant = excluded.tenant, client_id = excluded.client_id, secret = excluded.secret,
		settings = excluded.settings, cert = excluded.cert, cert_key = excluded.cert_key, certificate = excluded.certificate, old_keys = excluded.old_keys`,
		string(a.ID), a.Name, a.Tenant, a.ClientID, secret, string(settings), a.Cert, key, certificate, oldKeys)
	return err
}

// All lists the accounts by id.
func (t *AccountsTx) All(ctx context.Context) (list []Account, err error) {
	rows, err := t.tx.Query(ctx, accountColumns)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		a, err := t.s.scanAccount(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// Running counts the conferences of an account that have not ended.
func (t *AccountsTx) Running(ctx context.Context, id chat.AccountID) (n int, err error) {
	err = t.tx.QueryRow(ctx, "SELECT count(*) FROM threads WHERE account = $1 AND ended = 0", string(id)).Scan(&n)
	return n, err
}

// SignedIn counts the agents who have signed in with an account.
func (t *AccountsTx) SignedIn(ctx context.Context, id chat.AccountID) (n int, err error) {
	err = t.tx.QueryRow(ctx, "SELECT count(*) FROM links WHERE account = $1", string(id)).Scan(&n)
	return n, err
}

// ForgetSettings forgets what PutSetting stored under these names.
func (t *AccountsTx) ForgetSettings(ctx context.Context, names ...string) error {
	for _, name := range names {
		if _, err := t.tx.Exec(ctx, "DELETE FROM settings WHERE key = $1", name); err != nil {
			return err
		}
	}
	return nil
}

// Drop forgets an account with the sign-ins of its agents and everything that was kept for it but the threads, which conversations
// refer to.
func (t *AccountsTx) Drop(ctx context.Context, id chat.AccountID) error {
	for _, table := range []string{"links", "subscriptions", "people", "inbox"} {
		if _, err := t.tx.Exec(ctx, "DELETE FROM "+table+" WHERE account = $1", string(id)); err != nil {
			return err
		}
	}
	_, err := t.tx.Exec(ctx, "DELETE FROM accounts WHERE id = $1", string(id))
	return err
}

// Audit records an act together with it.
func (t *AccountsTx) Audit(ctx context.Context, r AuditRecord) error {
	return t.tx.audit(ctx, t.s.NewID(), r)
}

const accountColumns = "SELECT id, name, tenant, client_id, secret, settings, cert, cert_key, certificate, old_keys FROM accounts ORDER BY id"

// Accounts lists the accounts by id.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	return collect(ctx, s, "read accounts", s.scanAccount, accountColumns)
}

func (s *Store) scanAccount(rows *sql.Rows) (a Account, err error) {
	var secret, key, settings, certificate, oldKeys []byte
	if err := rows.Scan(&a.ID, &a.Name, &a.Tenant, &a.ClientID, &secret, &settings, &a.Cert, &key, &certificate, &oldKeys); err != nil {
		return a, err
	}
	open := func(sealed []byte, purpose string) (plain []byte) {
		if len(sealed) > 0 && err == nil {
			plain, err = s.Open(sealed, []byte(purpose+"|"+string(a.ID)))
		}
		return plain
	}
	a.Secret, a.CertKey, a.Certificate = string(open(secret, "account")), open(key, "account-cert"), string(open(certificate, "account-certificate"))
	if old := open(oldKeys, "account-old-keys"); len(old) > 0 && err == nil {
		err = json.Unmarshal(old, &a.OldKeys)
	}
	if err == nil {
		err = json.Unmarshal(settings, &a.Settings)
	}
	return a, err
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
	// Claims are what Microsoft wants to see proven at the next sign-in, as JSON.
	Claims string
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
		if l.Version != 0 { // a link that was removed meanwhile does not come back
			n, err := tx.Exec(ctx, `UPDATE links SET person = $3, name = $4, username = $5, refresh = $6, scopes = $7, state = $8, reason = $9, since = $10, claims = $11,
				version = version + 1 WHERE account = $1 AND agent = $2 AND version = $12`,
				string(l.Account), string(l.Agent), string(l.Person), l.Name, l.Username, refresh, string(scopes), string(l.State), l.Reason, l.Since.UnixMicro(), l.Claims, l.Version)
			ok = n > 0
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO links (account, agent, person, name, username, refresh, scopes, state, reason, since, claims, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)
			ON CONFLICT (account, agent) DO UPDATE SET person = excluded.person, name = excluded.name, username = excluded.username,
			refresh = excluded.refresh, scopes = excluded.scopes, state = excluded.state, reason = excluded.reason, since = excluded.since,
			claims = excluded.claims, version = links.version + 1`,
			string(l.Account), string(l.Agent), string(l.Person), l.Name, l.Username, refresh, string(scopes), string(l.State), l.Reason,
			l.Since.UnixMicro(), l.Claims)
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

// LinkOf returns an agent's link with an account; ok is false when there is none.
func (s *Store) LinkOf(ctx context.Context, account chat.AccountID, agent chat.AgentID) (l Link, ok bool, err error) {
	return first(s.links(ctx, "WHERE account = $1 AND agent = $2", string(account), string(agent)))
}

// LinksOf lists an agent's links, the latest sign-in first.
func (s *Store) LinksOf(ctx context.Context, agent chat.AgentID) ([]Link, error) {
	return s.links(ctx, "WHERE agent = $1 ORDER BY since DESC, account", string(agent))
}

func (s *Store) links(ctx context.Context, where string, args ...any) ([]Link, error) {
	return collect(ctx, s, "read links", func(rows *sql.Rows) (l Link, err error) {
		var refresh, scopes []byte
		var since int64
		if err := rows.Scan(&l.Account, &l.Agent, &l.Person, &l.Name, &l.Username, &refresh, &scopes, &l.State, &l.Reason, &since, &l.Claims, &l.Version); err != nil {
			return l, err
		}
		open, err := s.Open(refresh, l.aad())
		if err != nil {
			return l, err
		}
		l.Refresh, l.Since = string(open), time.UnixMicro(since).UTC()
		err = json.Unmarshal(scopes, &l.Scopes)
		return l, err
	}, "SELECT account, agent, person, name, username, refresh, scopes, state, reason, since, claims, version FROM links "+where, args...)
}

// DeleteLink forgets an agent's sign-in with an account, its subscription and what was cached by it, and signals TopicLink.
func (s *Store) DeleteLink(ctx context.Context, account chat.AccountID, agent chat.AgentID) error {
	err := s.Update(ctx, func(tx *Tx) error {
		for _, table := range []string{"links", "subscriptions", "people"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE account = $1 AND agent = $2", string(account), string(agent)); err != nil {
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
