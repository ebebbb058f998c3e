package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Holder says who holds a lease: a node and which run of its process. A restarted node is another holder, so it never mistakes its
// predecessor's lease for its own.
type Holder struct {
	Node        string
	Incarnation string
}

// Lease is the right to do a piece of work until a moment.
type Lease struct {
	Name   string
	Holder Holder
	// Until is judged by the database's clock when several nodes share it. A holder must stop before its own clock says that less than
	// a safe margin of the granted time is left.
	Until time.Time
	// Fence grows with every change of holder: a write that carries an older one is late.
	Fence int64
}

// Acquire takes the lease for ttl if it is free, has expired, or is the holder's own already. ok is false when somebody else holds it;
// the lease is then theirs.
func (s *Store) Acquire(ctx context.Context, name string, h Holder, ttl time.Duration) (l Lease, ok bool, err error) {
	err = s.Update(ctx, func(tx *Tx) error {
		now, err := s.dialect.now(ctx, tx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO leases (name, node, incarnation, until, fence) VALUES ($1, $2, $3, $4, 1)
			ON CONFLICT (name) DO UPDATE SET node = excluded.node, incarnation = excluded.incarnation, until = excluded.until,
			fence = leases.fence + CASE WHEN leases.node = excluded.node AND leases.incarnation = excluded.incarnation THEN 0 ELSE 1 END
			WHERE leases.until <= $5 OR (leases.node = excluded.node AND leases.incarnation = excluded.incarnation)`,
			name, h.Node, h.Incarnation, now+ttl.Microseconds(), now)
		if err != nil {
			return err
		}
		l, err = readLease(ctx, tx, name)
		ok = l.Holder == h
		return err
	})
	if err != nil {
		return Lease{}, false, fmt.Errorf("acquire lease %s: %w", name, err)
	}
	return l, ok, nil
}

// Renew prolongs the holder's own lease by ttl from now. ok is false when it is lost: it expired or somebody else has it.
func (s *Store) Renew(ctx context.Context, name string, h Holder, ttl time.Duration) (l Lease, ok bool, err error) {
	err = s.Update(ctx, func(tx *Tx) error {
		now, err := s.dialect.now(ctx, tx)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "UPDATE leases SET until = $4 WHERE name = $1 AND node = $2 AND incarnation = $3 AND until > $5",
			name, h.Node, h.Incarnation, now+ttl.Microseconds(), now)
		if ok = err == nil && n == 1; !ok {
			return err
		}
		l, err = readLease(ctx, tx, name)
		return err
	})
	if err != nil {
		return Lease{}, false, fmt.Errorf("renew lease %s: %w", name, err)
	}
	return l, ok, nil
}

// Release gives the holder's own lease back; one that is not theirs stays as it is.
func (s *Store) Release(ctx context.Context, name string, h Holder) error {
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "UPDATE leases SET until = 0 WHERE name = $1 AND node = $2 AND incarnation = $3", name, h.Node, h.Incarnation)
		return err
	})
	if err != nil {
		return fmt.Errorf("release lease %s: %w", name, err)
	}
	return nil
}

func readLease(ctx context.Context, tx *Tx, name string) (Lease, error) {
	l := Lease{Name: name}
	var until int64
	err := tx.QueryRow(ctx, "SELECT node, incarnation, until, fence FROM leases WHERE name = $1", name).
		Scan(&l.Holder.Node, &l.Holder.Incarnation, &until, &l.Fence)
	l.Until = fromMicro(until)
	if errors.Is(err, sql.ErrNoRows) {
		return l, nil
	}
	return l, err
}
