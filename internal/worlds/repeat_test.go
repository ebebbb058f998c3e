package worlds

import (
	"flag"
	"slices"
	"testing"
	"testing/synctest"
)

var repeats = flag.Int("repeats", 50, "how many worlds are played twice to see whether they are the same")

// TestSameSeedSameTrace: all that happens in a world, and when, follows from its seed, whatever was played before it in its process.
func TestSameSeedSameTrace(t *testing.T) {
	if !seeded {
		t.Skip("without the overlay of scripts/seeded.go the order of what happens at the same moment is left to chance (make sim has it)")
	}
	once, again := newTally(t, 2), newTally(t, 1) // so that each world comes after others
	for _, c := range []*tally{once, again} {
		c.keep, c.shrink = true, 0
		if err := c.run(t, *first, *repeats); err != nil {
			t.Fatal(err)
		}
	}
	var differ []uint64
	for seed, trace := range once.traces {
		if again.traces[seed] != trace {
			differ = append(differ, seed)
		}
	}
	slices.Sort(differ)
	t.Logf("%d of %d worlds were the same twice", len(once.traces)-len(differ), len(once.traces))
	if len(differ) > 0 || len(once.traces) < *repeats {
		t.Errorf("%d worlds were played; not the same: %v", len(once.traces), differ)
	}
}

// TestSameSeedSamePlan: with or without it, people want the same and the same misfortunes are sent.
func TestSameSeedSamePlan(t *testing.T) {
	plan := func(seed uint64) (acts []string) {
		synctest.Test(t, func(t *testing.T) {
			w := &world{seed: seed}
			w.convs = []*conversation{{w: w, number: 1}, {w: w, number: 2}}
			w.draw()
			for _, a := range w.plan {
				acts = append(acts, a.String())
			}
		})
		return acts
	}
	for seed := range uint64(20) {
		if one, two := plan(seed), plan(seed); !slices.Equal(one, two) || len(one) < 60 {
			t.Errorf("seed %d: %d and %d acts", seed, len(one), len(two))
		}
	}
	if slices.Equal(plan(1), plan(2)) {
		t.Error("all seeds have the same plan")
	}
}
