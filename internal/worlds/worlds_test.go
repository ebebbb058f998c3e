package worlds

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	count  = flag.Int("worlds", 24, "how many worlds to play")
	first  = flag.Uint64("first", 1, "seed of the first world")
	single = flag.Uint64("seed", 0, "play one world only, and tell its story")
	tell   = flag.Bool("tell", false, "keep the servers' logs in the story")
	keep   = flag.Bool("keep-going", false, "play on after a world that is wrong")
)

// tally adds up what happened in many worlds.
type tally struct {
	mu     sync.Mutex
	worlds int
	faults map[string]int
	most   int // faults of the calmest world
	bad    []uint64
}

func (c *tally) add(w *world) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.worlds++
	sum := 0
	for _, counts := range []map[string]int{w.counts, w.tenant.FaultCounts()} {
		for kind, n := range counts {
			if !strings.HasPrefix(kind, overRate) {
				sum += n
			}
			c.faults[kind] += n
		}
	}
	c.most += sum
	if len(w.wrong) > 0 {
		c.bad = append(c.bad, w.seed)
	}
}

// TestWorlds plays worlds on all cores, and prints how often each misfortune happened.
func TestWorlds(t *testing.T) {
	if *single != 0 {
		*tell = true
		w := bubble(t, *single)
		t.Log(strings.Join(w.story, "\n"))
		report(t, w)
		return
	}
	c := &tally{faults: map[string]int{}}
	began := time.Now()
	var next atomic.Uint64
	t.Run("seeds", func(t *testing.T) {
		for worker := range 2 {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				for !t.Failed() || *keep {
					n := next.Add(1) - 1
					if n >= uint64(*count) {
						return
					}
					w := bubble(t, *first+n)
					c.add(w)
					report(t, w)
				}
			})
		}
	})
	took := time.Since(began)
	t.Logf("%d worlds in %.1f s (%.1f a second), %d faults in a world on average", c.worlds, took.Seconds(), float64(c.worlds)/took.Seconds(), c.most/max(1, c.worlds))
	for _, kind := range slices.Sorted(maps.Keys(c.faults)) {
		t.Logf("  %-32s %9d", kind, c.faults[kind])
	}
	if len(c.bad) > 0 {
		t.Logf("wrong: %v", c.bad)
	}
}

// report fails the test with what is wrong in a world, and says how to see its story.
func report(t *testing.T, w *world) {
	if len(w.wrong) == 0 {
		return
	}
	t.Errorf("world %d (go test ./internal/worlds -seed %d -v):\n  %s", w.seed, w.seed, strings.Join(w.wrong[:min(len(w.wrong), 12)], "\n  "))
}

// TestMain keeps the flags of this package apart from those of a plain run.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(m.Run())
}
