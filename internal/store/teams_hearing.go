package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"trialog/internal/chat"
)

// TeamsSubscription asks Microsoft to tell us of an agent's chats. It is stored before Microsoft is asked, because the handshake comes
// to Path while the request is still open.
type TeamsSubscription struct {
	Account    chat.AccountID
	Agent      chat.AgentID
	ID         string // "" until Microsoft has answered
	Path       string // unguessable last part of our address
	State      string // the clientState that every item carries
	Expires    time.Time
	Authorized time.Time // when Microsoft last got a fresh token
	Cert       string    // names the certificate for which Microsoft encrypts
	// Heard is when a notification came last, Echoed when one of our own posts came back; zero for never. Noted, not put.
	Heard, Echoed time.Time
}

// PutSubscription stores an agent's subscription in place of the old one.
func (s *Store) PutSubscription(ctx context.Context, v TeamsSubscription) error {
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO subscriptions (account, agent, id, path, state, expires, authorized, cert) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (account, agent) DO UPDATE SET id = excluded.id, path = excluded.path, state = excluded.state,
			expires = excluded.expires, authorized = excluded.authorized, cert = excluded.cert`,
			string(v.Account), string(v.Agent), v.ID, v.Path, v.State, v.Expires.UnixMicro(), v.Authorized.UnixMicro(), v.Cert)
		return err
	})
	if err != nil {
		return fmt.Errorf("put subscription of %s: %w", v.Agent, err)
	}
	return nil
}

// NoteHeard records that a notification of an agent's subscription came, and whether it brought one of our own posts back.
func (s *Store) NoteHeard(ctx context.Context, account chat.AccountID, agent chat.AgentID, at time.Time, echo bool) error {
	column := "heard = $3"
	if echo {
		column = "heard = $3, echoed = $3"
	}
	return s.exec(ctx, "note notification", "UPDATE subscriptions SET "+column+" WHERE account = $1 AND agent = $2", string(account), string(agent), at.UnixMicro())
}

// SubscriptionOf returns an agent's subscription; ok is false when there is none.
func (s *Store) SubscriptionOf(ctx context.Context, account chat.AccountID, agent chat.AgentID) (v TeamsSubscription, ok bool, err error) {
	return first(s.subscriptions(ctx, "WHERE account = $1 AND agent = $2", string(account), string(agent)))
}

// SubscriptionAt returns the subscription whose address ends in path.
func (s *Store) SubscriptionAt(ctx context.Context, path string) (v TeamsSubscription, ok bool, err error) {
	return first(s.subscriptions(ctx, "WHERE path = $1", path))
}

// SubscriptionByID returns the subscription that Microsoft knows by an id.
func (s *Store) SubscriptionByID(ctx context.Context, account chat.AccountID, id string) (v TeamsSubscription, ok bool, err error) {
	return first(s.subscriptions(ctx, "WHERE account = $1 AND id = $2", string(account), id))
}

func (s *Store) subscriptions(ctx context.Context, where string, args ...any) ([]TeamsSubscription, error) {
	return collect(ctx, s, "read subscriptions", func(rows *sql.Rows) (v TeamsSubscription, err error) {
		var expires, authorized, heard, echoed int64
		err = rows.Scan(&v.Account, &v.Agent, &v.ID, &v.Path, &v.State, &expires, &authorized, &v.Cert, &heard, &echoed)
		v.Heard, v.Echoed = never(heard), never(echoed)
		v.Expires, v.Authorized = time.UnixMicro(expires).UTC(), time.UnixMicro(authorized).UTC()
		return v, err
	}, "SELECT account, agent, id, path, state, expires, authorized, cert, heard, echoed FROM subscriptions "+where, args...)
}

// never reads a time for which 0 means that it never was.
func never(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return fromMicro(us)
}

// DropSubscription forgets an agent's subscription.
func (s *Store) DropSubscription(ctx context.Context, account chat.AccountID, agent chat.AgentID) error {
	return s.exec(ctx, "drop subscription", "DELETE FROM subscriptions WHERE account = $1 AND agent = $2", string(account), string(agent))
}

// exec runs one statement as a durable write.
func (s *Store) exec(ctx context.Context, what, statement string, args ...any) error {
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, statement, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Delivery is a notification of Microsoft as it came.
type Delivery struct {
	ID      string
	Account chat.AccountID
	Path    string // at which subscription's address it came
	At      time.Time
	Tries   int
	Due     time.Time // when the next try counts
	Reason  string    // why the last try failed
	Body    []byte
}

// MaxTries is how often a delivery is worked at before it is set aside.
const MaxTries = 12

// PutDelivery stores a notification, durably.
func (s *Store) PutDelivery(ctx context.Context, account chat.AccountID, path string, body []byte) error {
	return s.exec(ctx, "put delivery", "INSERT INTO inbox (id, account, path, received, tries, body) VALUES ($1, $2, $3, $4, 0, $5)",
		s.NewID(), string(account), path, time.Now().UnixMicro(), body)
}

// Deliveries lists notifications of an account that wait to be worked off and came after one, oldest first; the zero Delivery is before all.
func (s *Store) Deliveries(ctx context.Context, account chat.AccountID, after Delivery, limit int) ([]Delivery, error) {
	at := int64(math.MinInt64)
	if after.ID != "" {
		at = after.At.UnixMicro()
	}
	return s.deliveries(ctx, "WHERE account = $1 AND tries < $2 AND (received, id) > ($3, $4) ORDER BY received, id LIMIT $5",
		string(account), MaxTries, at, after.ID, limit)
}

func (s *Store) deliveries(ctx context.Context, where string, args ...any) ([]Delivery, error) {
	return collect(ctx, s, "read deliveries", func(rows *sql.Rows) (d Delivery, err error) {
		var at, due int64
		err = rows.Scan(&d.ID, &d.Account, &d.Path, &at, &d.Tries, &due, &d.Reason, &d.Body)
		d.At, d.Due = time.UnixMicro(at).UTC(), fromMicro(due)
		return d, err
	}, "SELECT id, account, path, received, tries, due, reason, body FROM inbox "+where, args...)
}

// DropDelivery removes a notification that has been worked off.
func (s *Store) DropDelivery(ctx context.Context, id string) error {
	return s.exec(ctx, "drop delivery", "DELETE FROM inbox WHERE id = $1", id)
}

// RetryDelivery counts a failed try, why it failed, and when the next one counts. After MaxTries the delivery is set aside.
func (s *Store) RetryDelivery(ctx context.Context, id, reason string, due time.Time) error {
	return s.exec(ctx, "retry delivery", "UPDATE inbox SET tries = tries + 1, reason = $2, due = $3 WHERE id = $1", id, reason, due.UnixMicro())
}

// PutPeople caches the people of an agent's folder, as JSON.
func (s *Store) PutPeople(ctx context.Context, account chat.AccountID, agent chat.AgentID, asOf time.Time, body []byte) error {
	return s.exec(ctx, "put people", `INSERT INTO people (account, agent, as_of, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, agent) DO UPDATE SET as_of = excluded.as_of, body = excluded.body`, string(account), string(agent), asOf.UnixMicro(), string(body))
}

// People returns what is cached; ok is false when nothing is.
func (s *Store) People(ctx context.Context, account chat.AccountID, agent chat.AgentID) (body []byte, asOf time.Time, ok bool, err error) {
	type cached struct {
		body []byte
		asOf int64
	}
	v, ok, err := first(collect(ctx, s, "read people", func(rows *sql.Rows) (c cached, err error) {
		err = rows.Scan(&c.body, &c.asOf)
		return c, err
	}, "SELECT body, as_of FROM people WHERE account = $1 AND agent = $2", string(account), string(agent)))
	return v.body, time.UnixMicro(v.asOf).UTC(), ok, err
}

// PutUpload records where in an agent's drive a file of ours stands. v is encoded as JSON.
func (s *Store) PutUpload(ctx context.Context, file chat.FileID, agent chat.AgentID, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("put upload: %w", err)
	}
	return s.exec(ctx, "put upload", `INSERT INTO uploads (file, agent, body) VALUES ($1, $2, $3)
		ON CONFLICT (file, agent) DO UPDATE SET body = excluded.body`, string(file), string(agent), string(body))
}

// Upload reads what PutUpload recorded into v; ok is false when there is nothing.
func (s *Store) Upload(ctx context.Context, file chat.FileID, agent chat.AgentID, v any) (ok bool, err error) {
	body, ok, err := first(collect(ctx, s, "read upload", func(rows *sql.Rows) (b []byte, err error) {
		err = rows.Scan(&b)
		return b, err
	}, "SELECT body FROM uploads WHERE file = $1 AND agent = $2", string(file), string(agent)))
	if err != nil || !ok {
		return false, err
	}
	err = json.Unmarshal(body, v)
	return true, err
}
