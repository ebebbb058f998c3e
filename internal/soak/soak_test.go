package soak

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"trialog/internal/store/storetest"
)

var (
	kills   = flag.Int("kills", 8, "how many processes to kill, all databases together")
	seconds = flag.Int("seconds", 6, "how long misfortunes go on")
	slots   = flag.Int("talks", 4, "conversations at once on each database")
	calm    = flag.Duration("calm", 0, "how long all may take to come to rest afterwards; 0: only what holds at any moment is checked")
	disk    = flag.Bool("disk", false, "put the embedded database on a small disk and let it fill up")
	clock   = flag.Bool("clock", false, "build the program with a clock that can be turned, and turn it")
)

// TestSoak plays both databases at the same time.
func TestSoak(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		soak(t, "sqlite", "", 1)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		soak(t, "postgres", storetest.Postgres(t).URL, 2)
	})
}

func soak(t *testing.T, name, database string, nodes int) {
	w := newWorld(t, name, database, nodes)
	w.settle()
	length := time.Duration(*seconds) * time.Second
	playing, stop := context.WithCancel(w.life)
	talks := make(chan struct{})
	go func() {
		defer close(talks)
		w.play(playing, *slots, min(max(length/6, 4*time.Second), time.Minute))
	}()
	pause(w.life, time.Second)
	w.torment(*kills/2, length, *calm == 0)
	stop()
	<-talks
	rested := *calm > 0
	if rested {
		w.rest(*calm)
	}
	pause(w.life, 2*time.Second) // what has arrived reaches the screens
	w.check(rested)
	w.report()
}

// report prints the figures, and what is wrong.
func (w *world) report() {
	slices.Sort(w.ready)
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d killed", w.name, w.counts["killed"])
	if n := len(w.ready); n > 0 {
		fmt.Fprintf(&b, ", ready again after %v (p50), %v (p99), %v (longest)", w.ready[n/2].Round(time.Millisecond),
			w.ready[n*99/100].Round(time.Millisecond), w.ready[n-1].Round(time.Millisecond))
	}
	fmt.Fprintf(&b, "\n  %6d conversations", len(w.talks))
	for _, what := range slices.Sorted(maps.Keys(w.counts)) {
		fmt.Fprintf(&b, "\n  %6d %s", w.counts[what], what)
	}
	for _, kind := range []string{lost, doubled, reordered, leaked, differs, stalled, refused, ended} {
		fmt.Fprintf(&b, "\n  %6d %s", w.faults[kind], strings.ToUpper(kind))
	}
	w.t.Log(b.String())
	shown := map[string]int{}
	for _, wrong := range w.wrong {
		kind, _, _ := strings.Cut(wrong, ":")
		if shown[kind]++; shown[kind] <= 5 {
			w.t.Error(wrong)
		}
	}
	if w.counts["acknowledged lines"] == 0 || w.counts["killed"] == 0 {
		w.t.Error("nothing was proved: nobody was acknowledged or nothing was killed")
	}
}

// TestMain keeps the flags of this package apart from those of a plain run, and leaves nothing behind.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	removeProgram()
	os.Exit(code)
}
