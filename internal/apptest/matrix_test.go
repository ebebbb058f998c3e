package apptest

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

var slice = flag.Int("slice", 60, "every how many-th case of the crash matrix to play beside the named points; 1: all, with a table")

// crash is one case of the matrix: the server dies when it comes to a point for the nth time, and what is started then may die as well.
type crash struct {
	point   string
	nth     int
	standby bool   // another node, which was running all the time, takes over
	then    string // where the next one dies, if not ""
}

func (c crash) String() string {
	name := fmt.Sprintf("%s_%d", c.point, c.nth)
	if c.standby {
		name += " other node"
	}
	if c.then != "" {
		name += " then " + c.then
	}
	return strings.ReplaceAll(name, " ", "_")
}

// named reports whether a point is one that the connector names, a step of a lane or a hook; the others are the store's writes and reads.
func named(point string) bool { return !strings.Contains(point, " ") }

// inLane reports whether a named point is a step of a lane.
func inLane(point string) bool {
	part, _, _ := strings.Cut(point, ".")
	return named(point) && !slices.Contains([]string{"link", "subscribe", "hook", "inbox", "hear"}, part)
}

// pointsOf tells the story in peace and counts how often it comes by every crash point.
func pointsOf(t *testing.T, standby bool) map[string]int {
	t.Helper()
	times := map[string]int{}
	synctest.Test(t, func(t *testing.T) {
		for _, p := range tellStory(t, crash{standby: standby}).w.Points() {
			times[p]++
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	return times
}

// matrix lists every crash there is: each point, the first and the last time, with recovery on the same and on another node, and every
// ordered pair of a lane's steps.
func matrix(t *testing.T, points map[string]int) (all []crash) {
	t.Helper()
	for _, standby := range []bool{false, true} {
		if standby {
			points = pointsOf(t, true)
		}
		for _, p := range slices.Sorted(maps.Keys(points)) {
			for _, nth := range slices.Compact([]int{1, points[p]}) {
				all = append(all, crash{point: p, nth: nth, standby: standby})
			}
		}
	}
	for _, first := range slices.Sorted(maps.Keys(points)) {
		for _, second := range slices.Sorted(maps.Keys(points)) {
			if inLane(first) && inLane(second) {
				all = append(all, crash{point: first, nth: 1, then: second})
			}
		}
	}
	return all
}

// playAll plays crashes, and prints the table when it plays all of them.
func playAll(t *testing.T, crashes []crash) {
	var mu sync.Mutex
	failed := map[crash]bool{}
	t.Run("cases", func(t *testing.T) {
		for _, c := range crashes {
			t.Run(c.String(), func(t *testing.T) {
				t.Parallel()
				t.Cleanup(func() {
					mu.Lock()
					defer mu.Unlock()
					failed[c] = t.Failed()
				})
				synctest.Test(t, func(t *testing.T) { tellStory(t, c) })
			})
		}
	})
	if *slice == 1 {
		t.Log(table(failed))
	}
}

// table shows how it went: a line for each point, and for each first of a pair.
func table(failed map[crash]bool) string {
	type cell struct{ row, column string }
	type count struct{ all, bad int }
	cells, rows := map[cell]count{}, map[string]bool{}
	bad := 0
	for c, f := range failed {
		column := map[bool]string{false: "same node", true: "other node"}[c.standby]
		if c.then != "" {
			column = "then any"
		}
		n := cells[cell{c.point, column}]
		if n.all++; f {
			n.bad++
			bad++
		}
		cells[cell{c.point, column}], rows[c.point] = n, true
	}
	columns := []string{"same node", "other node", "then any"}
	var b strings.Builder
	fmt.Fprintf(&b, "%d crashes, %d failed\n%-34s%-14s%-14s%-14s", len(failed), bad, "point", columns[0], columns[1], columns[2])
	for _, row := range slices.SortedFunc(maps.Keys(rows), cmp.Compare) {
		fmt.Fprintf(&b, "\n%-34s", row)
		for _, column := range columns {
			n := cells[cell{row, column}]
			text := "-"
			switch {
			case n.bad > 0:
				text = fmt.Sprintf("FAILED %d/%d", n.bad, n.all)
			case n.all > 0:
				text = fmt.Sprintf("%d ok", n.all)
			}
			fmt.Fprintf(&b, "%-14s", text)
		}
	}
	return b.String()
}
