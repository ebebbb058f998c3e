package histories

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"testing"
	"time"

	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

var (
	many  = flag.Int("histories", 1, "how often each kind of history is played")
	long  = flag.Int("calls", 240, "how many calls each makes")
	first = flag.Uint64("first", 1, "seed of the first")
)

// series plays one kind of history again and again, each time on a fresh database.
func series(t *testing.T, configure func(testing.TB) store.Config, play func(t *testing.T, cfg store.Config, seed uint64) (histories, calls int)) {
	began, histories, calls := time.Now(), 0, 0
	for seed := *first; seed < *first+uint64(*many) && !t.Failed(); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h, c := play(t, configure(t), seed)
			histories, calls = histories+h, calls+c
		})
	}
	t.Logf("%d histories, %d calls, in %s", histories, calls, time.Since(began).Round(time.Millisecond))
}

// TestHistoriesOfVerbs plays against the verbs and the store, with caches of every size; PostgreSQL loses its connections once.
func TestHistoriesOfVerbs(t *testing.T) {
	caches := []int{8 << 10, 0, 1}
	on := func(nodes int) func(*testing.T, store.Config, uint64) (int, int) {
		return func(t *testing.T, cfg store.Config, seed uint64) (int, int) {
			cfg.CacheBytes, cfg.Shared = caches[seed%3], nodes > 1
			var cut func(context.Context) error
			if cfg.URL != "" {
				cut = func(context.Context) error {
					time.Sleep(time.Duration(20+seed%5*60) * time.Millisecond)
					return storetest.Cut(t, cfg)
				}
			}
			return playDesk(t, machines(t, cfg, nodes), seed, *long, cut)
		}
	}
	t.Run("sqlite", func(t *testing.T) { series(t, storetest.SQLite, on(1)) })
	t.Run("sqlite of two processes", func(t *testing.T) { series(t, storetest.SQLite, on(2)) })
	t.Run("postgres of two nodes", func(t *testing.T) { series(t, storetest.Postgres, on(2)) })
}

// TestHistoriesOfTabs plays through HTTP and live connections that break, with answers that get lost.
func TestHistoriesOfTabs(t *testing.T) {
	on := func(nodes int) func(*testing.T, store.Config, uint64) (int, int) {
		return func(t *testing.T, cfg store.Config, seed uint64) (int, int) {
			return playSite(t, cfg, nodes, seed, *long)
		}
	}
	t.Run("sqlite", func(t *testing.T) { series(t, storetest.SQLite, on(1)) })
	t.Run("postgres of two nodes", func(t *testing.T) { series(t, storetest.Postgres, on(2)) })
}

// asJSON is what travels of a value.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
