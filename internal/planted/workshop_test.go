package planted

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// workshop builds and runs tests with and without bugs.
type workshop struct {
	t      *testing.T
	dir    string
	sound  map[string]string // tests of the tree as it is, by package
	passed map[string]bool   // what the tree as it is passes: catchers, worlds
}

// worldsAtOnce is how many worlds are played between two looks at the clock. worldTime bounds how long they may take: in a bubble that
// never comes to rest, time does not pass.
const (
	worldsAtOnce = 25
	worldTime    = 10 * time.Second
)

// try plants a bug and says whether it is caught.
func (w *workshop) try(b bug) verdict {
	began := time.Now()
	planted, err := b.plant()
	if err != nil {
		w.t.Fatalf("%s: %v", b.name, err)
	}
	v := verdict{bug: b}
	binary := w.build(b.name, b.catcher.pkg, planted)
	defer os.Remove(binary)
	if b.catcher.worlds() {
		w.playWorlds(binary, &v)
	} else {
		v.caught, v.why = w.runTests(binary, b.catcher)
	}
	v.took = time.Since(began)
	if !v.caught {
		w.t.Errorf("%s survived (%s; breaks %s): %s", b.name, v.why, b.breaks, b.what)
	}
	return v
}

// build builds the tests of a package with changed files in place of the real ones.
func (w *workshop) build(name, pkg string, changed map[string]string) string {
	w.t.Helper()
	replace := w.overlay(changed)
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		w.t.Fatal(err)
	}
	overlay := filepath.Join(w.dir, "overlay.json")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		w.t.Fatal(err)
	}
	binary := filepath.Join(w.dir, name+".test")
	build := exec.Command("go", "test", "-c", "-ldflags=-s -w", "-overlay", overlay, "-o", binary, "./"+pkg)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		w.t.Fatalf("build %s with %s: %v\n%s", pkg, name, err, out)
	}
	return binary
}

// overlay writes changed files and says what they replace, beside what the tree is built with anyway.
func (w *workshop) overlay(changed map[string]string) map[string]string {
	w.t.Helper()
	var base struct{ Replace map[string]string }
	if *beside != "" {
		text, err := os.ReadFile(*beside)
		if err == nil {
			err = json.Unmarshal(text, &base)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	replace := map[string]string{}
	maps.Copy(replace, base.Replace)
	for file, text := range changed {
		real, err := filepath.Abs(filepath.Join(root, file))
		if err != nil {
			w.t.Fatal(err)
		}
		instead := filepath.Join(w.dir, strings.ReplaceAll(file, "/", "-"))
		if err := os.WriteFile(instead, []byte(text), 0o600); err != nil {
			w.t.Fatal(err)
		}
		replace[real] = instead
	}
	return replace
}

// asIs returns the tests of a package without any bug.
func (w *workshop) asIs(pkg string) string {
	if w.sound[pkg] == "" {
		w.sound[pkg] = w.build("sound-"+strings.ReplaceAll(pkg, "/", "-"), pkg, nil)
	}
	return w.sound[pkg]
}

// runTests lets the tests of a catcher look for a bug. They must pass without it.
func (w *workshop) runTests(binary string, c catcher) (caught bool, why string) {
	args := []string{"-test.run", "^" + strings.ReplaceAll(c.tests, "/", "$/^") + "$", "-test.timeout", "10m"}
	if !w.passed[c.String()] {
		if out, failed := w.run(w.asIs(c.pkg), c.pkg, args); failed {
			w.t.Fatalf("%s fails without any bug:\n%s", c, out)
		} else if strings.Contains(out, "no tests to run") {
			w.t.Fatalf("%s names no test", c)
		}
		w.passed[c.String()] = true
	}
	out, failed := w.run(binary, c.pkg, args)
	if !failed {
		return false, "the tests pass"
	}
	return true, complaint(out)
}

// playWorlds lets world after world look for a bug. A world counts that fails with the bug and not without.
func (w *workshop) playWorlds(binary string, v *verdict) {
	for end, next := time.Now().Add(*budget), *first; ; {
		v.seeds = next - *first
		if v.seeds >= *seeds || time.Now().After(end) {
			v.why = fmt.Sprintf("%d worlds saw nothing", v.seeds)
			return
		}
		n := min(worldsAtOnce, *seeds-v.seeds)
		out, failed := w.run(binary, worlds, some(next, n))
		if !failed {
			next += n
			continue
		}
		world, why := firstWrong(out)
		if world == 0 { // it broke down altogether
			world, why = next, complaint(out)
		} else {
			next, n = world, 1
		}
		if w.fine(next, n) {
			v.seeds, v.caught, v.why = world-*first+1, true, why
			return
		}
		w.t.Logf("world %d fails without any bug, too", world)
		next += n
	}
}

// fine reports whether worlds are right without any bug.
func (w *workshop) fine(first, n int) bool {
	these := fmt.Sprintf("%d worlds from %d", n, first)
	if !w.passed[these] {
		_, failed := w.run(w.asIs(worlds), worlds, some(first, n))
		w.passed[these] = !failed
	}
	return w.passed[these]
}

// some are the arguments for n worlds.
func some(first, n int) []string {
	return []string{"-test.run", "^TestWorlds$", "-test.timeout", (time.Minute + time.Duration(n)*worldTime).String(),
		"-first", strconv.Itoa(first), "-worlds", strconv.Itoa(n), "-long", "2"}
}

// grace is how long tests may go on after the first complaint: a bug may keep a world from ever coming to rest.
const grace = 5 * time.Second

// run runs a test binary in the directory of its package.
func (w *workshop) run(binary, pkg string, args []string) (out string, failed bool) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	heard := &listener{complained: func() { time.AfterFunc(grace, cancel) }}
	cmd := exec.CommandContext(ctx, binary, append(args, "-test.v")...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Join(root, pkg), heard, heard
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited && ctx.Err() == nil {
		w.t.Fatal(err)
	}
	return heard.String(), err != nil
}

// listener keeps what tests print, and notices when a world complains.
type listener struct {
	bytes.Buffer
	complained func() // called once
}

func (l *listener) Write(p []byte) (int, error) {
	n, err := l.Buffer.Write(p)
	if l.complained != nil && wrongWorld.Match(l.Bytes()) {
		l.complained()
		l.complained = nil
	}
	return n, err
}

var wrongWorld = regexp.MustCompile(`world ([0-9]+) \([^\n]*\n\s*([^\n]*)`)

// firstWrong finds the first world that complained, and its first complaint.
func firstWrong(out string) (world int, why string) {
	for _, found := range wrongWorld.FindAllStringSubmatch(out, -1) {
		if n, err := strconv.Atoi(found[1]); err == nil && (world == 0 || n < world) {
			world, why = n, short(found[2])
		}
	}
	return world, why
}

var fileAndLine = regexp.MustCompile(`^[a-z_]+\.go:[0-9]+: (.+)`)

// complaint finds the first thing that tests say is wrong: what they call a failure, else the first line that they log.
func complaint(out string) string {
	logged := "it failed without a word"
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		for _, sign := range []string{"FAIL: ", "panic:", "fatal error:"} {
			if strings.HasPrefix(line, sign) {
				return short(line)
			}
		}
		if found := fileAndLine.FindStringSubmatch(line); found != nil && !strings.Contains(line, " level=") {
			logged = short(found[1])
		}
	}
	return logged
}

// short keeps a line of the table a line.
func short(s string) string {
	const enough = 110
	if r := []rune(s); len(r) > enough {
		return string(r[:enough]) + "…"
	}
	return s
}
