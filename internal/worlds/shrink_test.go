package worlds

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// shrink finds few acts of a wrong world that are enough to make it wrong in the same way: first it leaves misfortunes out, then what
// people do, ever smaller parts of them.
func shrink(t *testing.T, f *fixtures, v *verdict) (acts []string, only string) {
	s := &shrinking{runs: *runs, kept: v.plan, wrong: func(kept []act) bool {
		again := bubble(t, f, v.seed, numbersOf(kept))
		return slices.ContainsFunc(again.wrong, func(w string) bool { return broken(w) == broken(v.wrong[0]) })
	}}
	if !s.wrong(s.kept) {
		return []string{"all, and not every time"}, ""
	}
	s.leaveOut(func(a act) bool { return a.misfortune })
	s.leaveOut(func(a act) bool { return !a.misfortune })
	var list []string
	for _, a := range s.kept {
		acts, list = append(acts, a.String()), append(list, fmt.Sprint(a.number))
	}
	return acts, strings.Join(list, ",")
}

// broken names the invariant that a message is about.
func broken(message string) string {
	for _, word := range strings.Fields(message) {
		if strings.HasPrefix(word, "INV") {
			return word
		}
	}
	return ""
}

func numbersOf(acts []act) map[int]bool {
	only := map[int]bool{}
	for _, a := range acts {
		only[a.number] = true
	}
	return only
}

// shrinking leaves out what something does not need to go wrong.
type shrinking struct {
	kept  []act
	wrong func([]act) bool
	runs  int
}

// leaveOut tries to do without acts of one sort: halves, quarters … down to single ones.
func (s *shrinking) leaveOut(sort func(act) bool) {
	count := func() (n int) {
		for _, a := range s.kept {
			if sort(a) {
				n++
			}
		}
		return n
	}
	for size := count(); size > 0; size /= 2 {
		for from := 0; from < count() && s.runs > 0; {
			s.runs--
			fewer := without(s.kept, sort, from, from+size)
			if s.wrong(fewer) {
				s.kept = fewer
			} else {
				from += size
			}
		}
	}
}

// without leaves out the acts of a sort from one place among them to another.
func without(acts []act, sort func(act) bool, from, to int) (rest []act) {
	n := 0
	for _, a := range acts {
		if sort(a) {
			if n++; n > from && n <= to {
				continue
			}
		}
		rest = append(rest, a)
	}
	return rest
}

func TestShrinkingFindsWhatIsNeeded(t *testing.T) {
	var plan []act
	for n := range 40 {
		plan = append(plan, act{number: n + 1, misfortune: n%2 == 0})
	}
	s := &shrinking{kept: plan, runs: 200, wrong: func(kept []act) bool {
		only := numbersOf(kept)
		return only[3] && only[17] && only[22]
	}}
	s.leaveOut(func(a act) bool { return a.misfortune })
	s.leaveOut(func(a act) bool { return !a.misfortune })
	if only := numbersOf(s.kept); len(only) != 3 || !s.wrong(s.kept) {
		t.Errorf("kept %v", s.kept)
	}
}
