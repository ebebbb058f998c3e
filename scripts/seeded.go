//go:build ignore

// seeded writes an overlay for the Go toolchain, under which a process can repeat itself: inside of a testing/synctest bubble, what
// select, maps and timers of the same moment leave to chance comes from a seed, and nothing is left to the real clock. It changes a few
// lines of the installed Go, and refuses when it does not find them. (go run scripts/seeded.go folder)
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// change replaces text that stands exactly once in a file of the installed Go.
type change struct{ file, old, new string }

const state = `
// seeded is where chance inside of bubbles comes from. Each use has its own. What depends on what a process has done before draws
// from elsewhere: maps, since how many are made depends on pools that outlive a bubble, and the caches of the runtime itself.
var seeded struct {
	on, maps                uint64
	numbers, selects, timers uint64
}

//go:linkname worldsReseed trialog/internal/worlds.reseed
func worldsReseed(seed uint64) {
	seeded.on, seeded.numbers, seeded.selects, seeded.timers = 1, seed<<8, seed<<8+1, seed<<8+2
	seeded.maps = seededNext(&seeded.numbers)
	getg().m.p.ptr().schedtick = 0
}

//go:nosplit
func inSeededBubble() bool { return seeded.on != 0 && getg().bubble != nil }

//go:nosplit
func seededNext(state *uint64) uint64 {
	*state += 0x9e3779b97f4a7c15
	z := *state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// seededRand is what programs draw.
//
//go:linkname seededRand
func seededRand() uint64 {
	if !inSeededBubble() {
		return rand()
	}
	return seededNext(&seeded.numbers)
}

// seededOrder is a number below n for what happens at the same moment inside of a bubble.
//
//go:nosplit
func seededOrder(state *uint64, n uint32) uint32 {
	if !inSeededBubble() {
		return cheaprandn(n)
	}
	return uint32(uint64(uint32(seededNext(state)>>32)) * uint64(n) >> 32)
}
`

const births = `
// born counts children of contexts.
var born atomic.Uint64

// byBirth lists the children of a context, oldest first.
func byBirth(children map[canceler]uint64) (list []canceler) {
	for child, at := range children {
		i := len(list)
		list = append(list, child)
		for ; i > 0 && children[list[i-1]] > at; i-- {
			list[i] = list[i-1]
		}
		list[i] = child
	}
	return list
}
`

var changes = []change{
	// Hashes of strings, and with them the order of large maps, are the same in every process.
	{"runtime/rand.go", "	seed := &globalRand.seed\n", "	seed := &globalRand.seed\n	startupRand = nil\n"},
	{"runtime/rand.go", "		if readRandom(seed[:]) != len(seed) || allZero(seed[:]) {", "		seed[0] = 1\n		if allZero(seed[:]) {"},
	// Chance inside of bubbles.
	{"runtime/rand.go", "func rand() uint64 {\n", "func rand() uint64 {\n	if inSeededBubble() {\n		return seeded.maps\n	}\n"}, // compiled code asks it for small maps
	{"math/rand/v2/rand.go", "//go:linkname runtime_rand runtime.rand\n", "//go:linkname runtime_rand runtime.seededRand\n"},
	{"math/rand/rand.go", "//go:linkname runtime_rand runtime.rand\n", "//go:linkname runtime_rand runtime.seededRand\n"},
	{"os/tempfile.go", "//go:linkname runtime_rand runtime.rand\n", "//go:linkname runtime_rand runtime.seededRand\n"},
	{"runtime/rand.go", "	return uint32(rand())\n}\n\n// rand returns", "	return uint32(maps_rand())\n}\n\n// rand returns"},
	{"runtime/rand.go", "func maps_rand() uint64 {\n", "func maps_rand() uint64 {\n	if inSeededBubble() {\n		return seeded.maps\n	}\n"},
	{"runtime/select.go", "cheaprandn(uint32(norder + 1))", "seededOrder(&seeded.selects, uint32(norder+1))"},
	{"runtime/time.go", "t.rand = cheaprand()", "t.rand = seededOrder(&seeded.timers, 1<<31)"},
	{"runtime/rand.go", "// randn is like rand() % n but faster.\n", state[1:] + "\n// randn is like rand() % n but faster.\n"},
	// Contexts are cancelled in the order in which they were made, not in that of their addresses.
	{"context/context.go", "	children map[canceler]struct{} //", "	children map[canceler]uint64 //"},
	{"context/context.go", "p.children = make(map[canceler]struct{})", "p.children = make(map[canceler]uint64)"},
	{"context/context.go", "p.children[child] = struct{}{}", "p.children[child] = born.Add(1)"},
	{"context/context.go", "for child := range c.children {", "for _, child := range byBirth(c.children) {"},
	{"context/context.go", "// cancel closes c.done, cancels each", births[1:] + "\n// cancel closes c.done, cancels each"},
	// No goroutine loses its turn because real time has passed,
	{"runtime/proc.go", "func retake(now int64) uint32 {\n", "func retake(now int64) uint32 {\n	if seeded.on != 0 {\n		return 0\n	}\n"},
	// and no mutex becomes fair because of it.
	{"runtime/sema.go", "func internal_sync_nanotime() int64 {\n", "func internal_sync_nanotime() int64 {\n	if seeded.on != 0 {\n		return 0\n	}\n"},
}

func main() {
	if len(os.Args) != 2 {
		fail("usage: go run scripts/seeded.go folder")
	}
	dir, err := filepath.Abs(os.Args[1])
	if err != nil {
		fail(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		fail(err)
	}
	texts := map[string]string{}
	source := filepath.Join(runtime.GOROOT(), "src")
	for _, c := range changes {
		if texts[c.file] == "" {
			text, err := os.ReadFile(filepath.Join(source, c.file))
			if err != nil {
				fail(err)
			}
			texts[c.file] = string(text)
		}
		if n := strings.Count(texts[c.file], c.old); n != 1 {
			fail(fmt.Sprintf("%s of %s has changed: %q stands %d times in it; see what became of it and correct scripts/seeded.go", c.file, runtime.Version(), c.old, n))
		}
		texts[c.file] = strings.Replace(texts[c.file], c.old, c.new, 1)
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for file, text := range texts {
		path := filepath.Join(dir, strings.ReplaceAll(file, "/", "-"))
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			fail(err)
		}
		overlay.Replace[filepath.Join(source, file)] = path
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		fail(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), list, 0o644); err != nil {
		fail(err)
	}
}

func fail(why any) {
	fmt.Fprintln(os.Stderr, "seeded:", why)
	os.Exit(1)
}
