//go:build ignore

// seeded writes an overlay for the Go toolchain, under which a process can repeat itself: inside of a testing/synctest bubble, what
// select, maps and timers of the same moment leave to chance comes from a seed, and nothing is left to the real clock. It changes a few
// lines of the installed Go's runtime, and refuses when it does not find them. (go run scripts/seeded.go folder)
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// change replaces text that stands exactly once in a file of package runtime.
type change struct{ file, old, new string }

const state = `
// seeded is where chance inside of bubbles comes from. Each use has its own: what the scheduler draws is not moved by what others draw,
// and maps draw nothing, since how many are made depends on pools and caches that outlive a bubble.
var seeded struct {
	on, maps        uint64
	numbers, orders uint64
}

//go:linkname worldsReseed trialog/internal/worlds.reseed
func worldsReseed(seed uint64) {
	seeded.on, seeded.numbers, seeded.orders = 1, seed<<8, seed<<8+1
	seeded.maps = seededNext(&seeded.orders)
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
`

var changes = []change{
	// Hashes of strings, and with them the order of large maps, are the same in every process.
	{"rand.go", "	seed := &globalRand.seed\n", "	seed := &globalRand.seed\n	startupRand = nil\n"},
	{"rand.go", "		if readRandom(seed[:]) != len(seed) || allZero(seed[:]) {", "		seed[0] = 1\n		if allZero(seed[:]) {"},
	// Chance inside of bubbles.
	{"rand.go", "func rand() uint64 {\n", "func rand() uint64 {\n	if inSeededBubble() {\n		return seededNext(&seeded.numbers)\n	}\n"},
	{"rand.go", "	return uint32(rand())\n}\n\n// rand returns", "	return uint32(maps_rand())\n}\n\n// rand returns"},
	{"rand.go", "func maps_rand() uint64 {\n", "func maps_rand() uint64 {\n	if inSeededBubble() {\n		return seeded.maps\n	}\n"},
	{"rand.go", "func cheaprand() uint32 {\n", "func cheaprand() uint32 {\n	if inSeededBubble() {\n		return uint32(seededNext(&seeded.orders) >> 32)\n	}\n"},
	{"rand.go", "// randn is like rand() % n but faster.\n", state[1:] + "\n// randn is like rand() % n but faster.\n"},
	// No goroutine loses its turn because real time has passed,
	{"proc.go", "func retake(now int64) uint32 {\n", "func retake(now int64) uint32 {\n	if seeded.on != 0 {\n		return 0\n	}\n"},
	// and no mutex becomes fair because of it.
	{"sema.go", "func internal_sync_nanotime() int64 {\n", "func internal_sync_nanotime() int64 {\n	if seeded.on != 0 {\n		return 0\n	}\n"},
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
	source := filepath.Join(runtime.GOROOT(), "src", "runtime")
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
		path := filepath.Join(dir, file)
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
