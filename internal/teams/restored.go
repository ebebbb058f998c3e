package teams

import (
	"context"
	"slices"
	"time"

	"trialog/internal/store"
)

// attempted reports whether a marker is that of a post that is under way, or was given up.
func attempted(t store.Thread, marker string) bool {
	return t.Attempt != nil && t.Attempt.Marker == marker || slices.ContainsFunc(t.GivenUp, func(g store.GivenUp) bool { return g.Marker == marker })
}

// standsAt returns the index of the post with that marker among those that stand in the thread beyond the cursor, or -1.
func standsAt(t *store.Thread, marker string) int {
	return slices.IndexFunc(t.Standing, func(s store.Post) bool { return s.Marker == marker })
}

// recallAhead is how many entries beyond the cursor are looked through for posts that stand in the thread already.
const recallAhead = 5 * readAhead

// recognise finds out which lines posts hold that carry our markers and that nothing here knows of: the database was set back to a backup
// from before they were posted. What is beyond the cursor will not be posted again. What the log does not hold any more can't be told from
// the marker; it stays in the thread. [reliability F28]
func (x *lane) recognise(ctx context.Context, t *store.Thread, strange map[string]string) error {
	account, ok := x.account(x.run.id)
	if len(strange) == 0 || !ok {
		return nil
	}
	entries, err := x.Store.Entries(ctx, x.id, t.Cursor, recallAhead)
	if err != nil {
		return err
	}
	known := 0
	note := func(p store.Post) {
		if p.Message = strange[p.Marker]; p.Message == "" {
			return
		}
		known++
		if standsAt(t, p.Marker) < 0 {
			t.Standing = append(t.Standing, p)
		}
	}
	if strange[x.mark(account, *t, "late", 0, 0, time.Time{})] != "" {
		known, t.LateAnswered = known+1, true
	}
	for i, first := range entries {
		for _, last := range entries[i:min(i+readAhead, len(entries))] {
			note(store.Post{First: first.Seq, Last: last.Seq, Marker: x.mark(account, *t, "post", first.Seq, last.Seq, last.At)})
		}
	}
	x.Log.WarnContext(ctx, "teams: posts of ours that are not known here, as after a restored backup", "conversation", x.id, "lines known", known, "lines unknown", len(strange)-known)
	return nil
}
