//go:debug rsa1024min=0
package worlds

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	count  = flag.Int("worlds", 24, "how many worlds to play")
	first  = flag.Uint64("first", 1, "seed of the first world")
	single = flag.Uint64("seed", 0, "play one world only, and tell its story")
	acts   = flag.String("only", "", "with -seed: numbers of the acts to play, with commas between them; all others are left out")
	longs  = flag.Int("long", 32, "one of how many worlds is long, by chance: it is part of what a seed means")
	keep   = flag.Bool("keep-going", false, "play on after a world that is wrong")
	procs  = flag.Int("procs", runtime.NumCPU(), "how many processes play; each plays one world at a time, on one core")

	// What the processes that play are told by the one that counts.
	player = flag.Bool("player", false, "play and tell the counting process")
	stride = flag.Uint64("stride", 1, "what to add to a seed for the next")
	runs   = flag.Int("shrink", 60, "how often a wrong world is played again with fewer acts")
)

// result is what a playing process tells about a world.
type result struct {
	Seed   uint64
	Faults map[string]int

	Unclear, Twice int // outcomes; posts that stood twice for a moment

	Trace string
	Wrong []string `json:",omitempty"`
	Acts  []string `json:",omitempty"` // of a world that is wrong: as few as are needed to make it so
	Only  string   `json:",omitempty"` // their numbers
	Story []string `json:",omitempty"` // when asked for
}

// mark begins a line that is a result.
const mark = "@world "

// TestWorlds plays worlds on all cores, and prints how often each misfortune happened.
func TestWorlds(t *testing.T) {
	if *player {
		perform(t)
		return
	}
	c := newTally(t, *procs)
	began := time.Now()
	seeds, n := *first, *count
	if *single != 0 {
		seeds, n = *single, 1
	}
	if err := c.run(t, seeds, n); err != nil {
		t.Error(err)
	}
	c.report(t, time.Since(began))
}

// sweepEvery is after how many worlds a playing process collects its garbage. In a world it does not: that would take goroutines' turns.
const sweepEvery = 8

// maxMemory is how much a single world may take before garbage is collected all the same.
const maxMemory = 1 << 30

// warmUp is the seed of a world that every playing process plays first: what is made once in a process is made in it.
const warmUp = 1 << 40

// perform is the part of a process that plays.
func perform(t *testing.T) {
	runtime.MemProfileRate = 0 // it draws from what chance is drawn from, too
	debug.SetMemoryLimit(maxMemory)
	debug.SetGCPercent(-1)
	f := newFixtures(t)
	bubble(t, f, warmUp, nil)
	for n := range uint64(*count) {
		if n%sweepEvery == 0 {
			runtime.GC()
			time.Sleep(time.Millisecond) // for what finalizers there are
		}
		v := bubble(t, f, *first+n**stride, numbers(*acts))
		r := result{Seed: v.seed, Faults: v.faults, Unclear: v.unclear, Twice: v.twice, Wrong: v.wrong, Trace: v.trace()}
		if *single != 0 {
			r.Story = v.story
		}
		if len(v.wrong) > 0 && *acts == "" && *runs > 0 {
			r.Acts, r.Only = shrink(t, f, v)
		}
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("%s%s\n", mark, line)
	}
}

func numbers(list string) map[int]bool {
	if list == "" {
		return nil
	}
	only := map[int]bool{}
	for _, text := range strings.Split(list, ",") {
		if n, err := strconv.Atoi(text); err == nil {
			only[n] = true
		}
	}
	return only
}

// tally adds up what happened in many worlds.
type tally struct {
	procs  int  // that play
	keep   bool // play on after a world that is wrong
	shrink int
	log    func(format string, args ...any) // tells at once what a long run would tell at its end

	mu      sync.Mutex
	worlds  int
	faults  map[string]int
	sum     int
	unclear int
	twice   int
	calmest result
	bad     []result
	traces  map[uint64]string // by seed
	story   []string
}

func newTally(t *testing.T, procs int) *tally {
	return &tally{procs: procs, log: t.Logf, keep: *keep, shrink: *runs, faults: map[string]int{}, traces: map[uint64]string{}}
}

// add counts a world; it reports whether that was right.
func (c *tally) add(r result) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.worlds++
	n := faultsOf(r)
	c.sum, c.unclear, c.twice = c.sum+n, c.unclear+r.Unclear, c.twice+r.Twice
	if c.worlds == 1 || n < faultsOf(c.calmest) {
		c.calmest = r
	}
	for kind, times := range r.Faults {
		c.faults[kind] += times
	}
	if len(r.Wrong) > 0 {
		c.bad = append(c.bad, r)
		c.log("world %d is wrong: %s", r.Seed, r.Wrong[0])
	}
	if c.worlds%progressEvery == 0 {
		c.log("%d worlds, %d of them wrong", c.worlds, len(c.bad))
	}
	c.traces[r.Seed] = r.Trace
	c.story = append(c.story, r.Story...)
	return len(r.Wrong) == 0
}

// progressEvery is after how many worlds a long run tells how far it is.
const progressEvery = 5000

func faultsOf(r result) (n int) {
	for _, times := range r.Faults {
		n += times
	}
	return n
}

// run has n worlds played, from a seed on, by as many processes as there are cores.
func (c *tally) run(t *testing.T, from uint64, n int) error {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	share := uint64(max(1, min(c.procs, n)))
	failures := make([]error, share)
	var all sync.WaitGroup
	for i := range share {
		all.Go(func() {
			worlds := (uint64(n) + share - 1 - i) / share
			failures[i] = c.play(ctx, stop, "-first", fmt.Sprint(from+i), "-worlds", fmt.Sprint(worlds), "-stride", fmt.Sprint(share),
				"-seed", fmt.Sprint(*single), "-only", *acts, "-shrink", fmt.Sprint(c.shrink), "-long", fmt.Sprint(*longs))
		})
	}
	all.Wait()
	return errors.Join(failures...)
}

// play runs one process that plays, and counts what it tells. One core, no preemption: what else makes runs differ is in the seed.
func (c *tally) play(ctx context.Context, stop func(), args ...string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"-test.run=^TestWorlds$", "-test.timeout=0", "-player"}, args...)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	rest, last, err := c.listen(out, stop)
	ended := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return nil // somebody found something wrong, and stopped all
	case err != nil || ended != nil:
		return fmt.Errorf("a playing process ended: %w after world %d:\n%s", errors.Join(err, ended), last, strings.Join(rest, "\n"))
	}
	return nil
}

// listen counts the results among what a playing process prints; it returns the end of all else.
func (c *tally) listen(out io.Reader, stop func()) (rest []string, last uint64, err error) {
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if told, ok := strings.CutPrefix(line, mark); ok {
			var r result
			if err := json.Unmarshal([]byte(told), &r); err != nil {
				return rest, last, err
			}
			last = r.Seed
			if !c.add(r) && !c.keep {
				stop()
			}
		} else if line != "" {
			rest = append(rest[max(0, len(rest)-200):], strings.TrimSuffix(line, "\n"))
		}
		if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
			return rest, last, nil
		}
		if err != nil {
			return rest, last, err
		}
	}
}

// report prints what happened and fails the test for what must not be.
func (c *tally) report(t *testing.T, took time.Duration) {
	for _, line := range c.story {
		t.Log(line)
	}
	t.Logf("%d worlds in %.1f s (%.1f a second); faults in a world: %d on average, %d in the calmest (seed %d)", c.worlds, took.Seconds(),
		float64(c.worlds)/took.Seconds(), c.sum/max(1, c.worlds), faultsOf(c.calmest), c.calmest.Seed)
	for _, kind := range slices.Sorted(maps.Keys(c.faults)) {
		t.Logf("  %-36s %9d", kind, c.faults[kind])
	}
	t.Logf("%d posts stood twice for a moment, of %d requests with an unclear outcome", c.twice, c.unclear)
	if c.twice > 5+c.unclear/1000 { // G10; a few in few worlds are chance
		t.Errorf("more posts stood twice than one of a thousand unclear outcomes")
	}
	never := neverFired(c.faults)
	switch {
	case len(never) == 0:
	case c.worlds < enoughWorlds:
		t.Logf("did not happen in so few worlds: %s", strings.Join(never, ", "))
	default:
		t.Errorf("in %d worlds, these misfortunes never happened: %s", c.worlds, strings.Join(never, ", "))
	}
	if *acts == "" && c.worlds > 0 && faultsOf(c.calmest) < leastFaults {
		t.Errorf("only %d faults in world %d", faultsOf(c.calmest), c.calmest.Seed)
	}
	slices.SortFunc(c.bad, func(a, b result) int { return cmp.Compare(a.Seed, b.Seed) })
	for _, r := range c.bad {
		t.Errorf("world %d is wrong:\n  %s\n%s", r.Seed, strings.Join(r.Wrong[:min(len(r.Wrong), 12)], "\n  "), replay(r))
	}
}

// replay tells how to see a wrong world again, and what in it is to blame.
func replay(r result) string {
	command := fmt.Sprintf("go test ./internal/worlds -run TestWorlds -v -seed %d", r.Seed)
	only := " -only " + r.Only
	if seeded {
		command, only = fmt.Sprintf("make sim SEED=%d", r.Seed), " ONLY="+r.Only
	}
	if long := flag.Lookup("long"); long.Value.String() != long.DefValue && seeded {
		command += " LONG=" + long.Value.String()
	} else if long.Value.String() != long.DefValue {
		command += " -long " + long.Value.String()
	}
	if len(r.Acts) == 0 || r.Only == "" {
		return command
	}
	return fmt.Sprintf("these acts are enough:\n  %s\n%s%s", strings.Join(r.Acts, "\n  "), command, only)
}

// TestMain keeps the flags of this package apart from those of a plain run.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(m.Run())
}
