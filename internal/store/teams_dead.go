package store

import (
	"context"
	"database/sql"
	"time"

	"trialog/internal/chat"
)

// DeadDeliveries counts the notifications of an account that were set aside.
func (s *Store) DeadDeliveries(ctx context.Context, account chat.AccountID) (int, error) {
	n, _, err := first(collect(ctx, s, "count dead deliveries", func(rows *sql.Rows) (n int, err error) {
		err = rows.Scan(&n)
		return n, err
	}, "SELECT count(*) FROM inbox WHERE account = $1 AND tries >= $2", string(account), MaxTries))
	return n, err
}

// DeadLetters lists notifications of an account that were set aside, the latest first.
func (s *Store) DeadLetters(ctx context.Context, account chat.AccountID, limit int) ([]Delivery, error) {
	return s.deliveries(ctx, "WHERE account = $1 AND tries >= $2 ORDER BY received DESC, id LIMIT $3", string(account), MaxTries, limit)
}

// OldestDelivery is when the oldest notification came that still waits to be worked off; zero when none does.
func (s *Store) OldestDelivery(ctx context.Context, account chat.AccountID) (time.Time, error) {
	at, ok, err := first(collect(ctx, s, "read oldest delivery", func(rows *sql.Rows) (at int64, err error) {
		err = rows.Scan(&at)
		return at, err
	}, "SELECT received FROM inbox WHERE account = $1 AND tries < $2 ORDER BY received LIMIT 1", string(account), MaxTries))
	if err != nil || !ok {
		return time.Time{}, err
	}
	return fromMicro(at), nil
}

var errNoLetter = chat.Refuse(chat.NotFound, "no_letter", "There is no such notification any more.")

// ReplayDelivery has a notification that was set aside tried anew, and audits it. Error: chat.NotFound "no_letter".
func (s *Store) ReplayDelivery(ctx context.Context, account chat.AccountID, id string, by AuditRecord) error {
	return s.settleDelivery(ctx, "UPDATE inbox SET tries = 0, due = 0 WHERE account = $1 AND id = $2 AND tries >= $3", account, id, by)
}

// DiscardDelivery removes a notification that was set aside, and audits it. Error: chat.NotFound "no_letter".
func (s *Store) DiscardDelivery(ctx context.Context, account chat.AccountID, id string, by AuditRecord) error {
	return s.settleDelivery(ctx, "DELETE FROM inbox WHERE account = $1 AND id = $2 AND tries >= $3", account, id, by)
}

func (s *Store) settleDelivery(ctx context.Context, statement string, account chat.AccountID, id string, by AuditRecord) error {
	return s.Update(ctx, func(tx *Tx) error {
		n, err := tx.Exec(ctx, statement, string(account), id, MaxTries)
		if err := one(n, err, errNoLetter); err != nil {
			return err
		}
		return tx.audit(ctx, s.NewID(), by)
	})
}
