package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"trialog/internal/chat"
)

// lockSeats locks the agents whose seats the batch counts, in the order of their ids and before any conversation, so that two nodes neither
// count at once nor wait for each other.
func (b *batch) lockSeats(ctx context.Context) error {
	agents := map[chat.AgentID]bool{}
	for _, o := range b.ops {
		if o.write != nil && o.write.Seats != nil {
			agents[o.write.Seats.Agent] = true
		}
	}
	for _, agent := range slices.Sorted(maps.Keys(agents)) {
		var id string
		if err := b.tx.QueryRow(ctx, "SELECT a.id FROM agents a WHERE a.id = $1"+b.s.dialect.rowLock("a"), string(agent)).Scan(&id); err != nil {
			return fmt.Errorf("lock the seats of %s: %w", agent, err)
		}
	}
	return nil
}

// full reports whether the agent has all the seats already, with what the batch has changed so far.
func (b *batch) full(ctx context.Context, s *Seats) (bool, error) {
	if s == nil {
		return false, nil
	}
	rows, err := b.tx.Query(ctx, "SELECT "+snapshotColumns+" FROM "+withHeads+" WHERE c.id IN (SELECT conversation FROM parts WHERE agent = $1)", string(s.Agent))
	if err != nil {
		return false, fmt.Errorf("count the seats of %s: %w", s.Agent, err)
	}
	stored, err := scanSnapshots(rows)
	if err != nil {
		return false, fmt.Errorf("count the seats of %s: %w", s.Agent, err)
	}
	taken := 0
	for _, w := range b.work {
		if w != nil && sits(w.state, s.Agent) {
			taken++
		}
	}
	for _, snap := range stored {
		if b.work[snap.state.ID] == nil && sits(snap.state, s.Agent) {
			taken++
		}
	}
	return taken >= s.Most, nil
}

// sits reports whether the agent takes part in a conversation that is not over; an offer takes no seat.
func sits(c *chat.Conversation, agent chat.AgentID) bool {
	p, ok := c.AgentIn(agent)
	return ok && p.Present() && c.Status != chat.Closed
}
