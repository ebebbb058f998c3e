package planted

import (
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	which  = flag.String("bugs", "", "plant the bugs whose names match this pattern")
	first  = flag.Int("first", 1001, "seed of the first world")
	seeds  = flag.Int("seeds", 2000, "within how many worlds a bug must be caught")
	beside = flag.String("beside", "", "an overlay file that the worlds are built with anyway; GOFLAGS holds for all else")
	budget = flag.Duration("budget", 30*time.Minute, "how long the worlds may look for one bug")
)

// verdict is what became of one bug.
type verdict struct {
	bug    bug
	caught bool
	seeds  int    // worlds played up to the one that caught it
	why    string // what the catcher said first
	took   time.Duration
}

func (v verdict) String() string {
	outcome := "SURVIVED"
	if v.caught {
		outcome = "caught"
	}
	seeds := "-"
	if v.bug.catcher.worlds() {
		seeds = fmt.Sprint(v.seeds)
	}
	return fmt.Sprintf("%-28s %-8s %6s %6.0fs  %-34s %s", v.bug.name, outcome, seeds, v.took.Seconds(), v.bug.catcher, v.why)
}

// TestBugsAreCaught plants the bugs one after the other and lets each be caught. It takes long, so it is run for bugs that are named.
func TestBugsAreCaught(t *testing.T) {
	if *which == "" {
		t.Skip("make planted plants all bugs")
	}
	pattern, err := regexp.Compile(*which)
	if err != nil {
		t.Fatal(err)
	}
	w := &workshop{t: t, dir: t.TempDir(), sound: map[string]string{}, passed: map[string]bool{}}
	var all []verdict
	for _, b := range bugs(t) {
		if !pattern.MatchString(b.name) {
			continue
		}
		v := w.try(b)
		t.Log(v)
		all = append(all, v)
	}
	if len(all) == 0 {
		t.Fatalf("no bug is called %s", *which)
	}
	t.Log(summary(all))
}

// summary counts, and says how soon the worlds caught what they caught.
func summary(all []verdict) string {
	caught, took := 0, []int{}
	for _, v := range all {
		if !v.caught {
			continue
		}
		caught++
		if v.bug.catcher.worlds() {
			took = append(took, v.seeds)
		}
	}
	text := []string{fmt.Sprintf("%d of %d bugs caught", caught, len(all))}
	if len(took) > 0 {
		slices.Sort(took)
		text = append(text, fmt.Sprintf("%d by worlds: within %d seeds in the median, %d at most", len(took), took[len(took)/2], took[len(took)-1]))
	}
	return strings.Join(text, "; ")
}
