package planted

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// root is the top of the tree, seen from this package.
const root = "../.."

// worlds is the package that catches a bug unless its file says otherwise.
const worlds = "internal/worlds"

// bug is a mistake in the product. Its file says in a sentence or two what is wrong, then
//
//	breaks: INV6
//	caught by: internal/apptest TestScenarios/revoked    (a package and a pattern; without this line the worlds)
//
// and then for every changed file its lines as a patch shows them: those that begin with "-" go, those with "+" come, others stay.
type bug struct {
	name    string
	what    string
	breaks  string
	catcher catcher
	changes []change
}

// catcher is what has to fail: the tests of a package that a pattern names.
type catcher struct{ pkg, tests string }

func (c catcher) worlds() bool { return c.pkg == worlds }

func (c catcher) String() string { return strings.TrimSpace(c.pkg + " " + c.tests) }

// change replaces a piece of a file, which must stand there exactly once.
type change struct{ file, old, new string }

// bugs reads all of testdata.
func bugs(t *testing.T) (list []bug) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bugs: %v", err)
	}
	for _, file := range files {
		b, err := read(file)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		list = append(list, b)
	}
	return list
}

func read(file string) (bug, error) {
	b := bug{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), catcher: catcher{pkg: worlds}}
	a, err := txtar.ParseFile(file)
	if err != nil {
		return b, err
	}
	for line := range strings.Lines(string(a.Comment)) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "breaks:"); ok {
			b.breaks = strings.TrimSpace(rest)
		} else if rest, ok := strings.CutPrefix(line, "caught by:"); ok {
			pkg, tests, _ := strings.Cut(strings.TrimSpace(rest), " ")
			b.catcher = catcher{pkg, tests}
		} else {
			b.what = strings.TrimSpace(b.what + " " + line)
		}
	}
	for _, f := range a.Files {
		b.changes = append(b.changes, patch(f))
	}
	if b.what == "" || b.breaks == "" || len(b.changes) == 0 {
		return b, fmt.Errorf("it must say what is wrong, what that breaks, and what to change")
	}
	return b, nil
}

// patch takes the two texts of a change apart.
func patch(f txtar.File) change {
	c := change{file: f.Name}
	for line := range strings.Lines(string(f.Data)) {
		sign, text := line[0], line[1:]
		if sign == '\n' {
			text = line
		}
		if sign != '+' {
			c.old += text
		}
		if sign != '-' {
			c.new += text
		}
	}
	return c
}

// plant returns the changed files with their new content.
func (b bug) plant() (map[string]string, error) {
	planted := map[string]string{}
	for _, c := range b.changes {
		text, begun := planted[c.file]
		if !begun {
			content, err := os.ReadFile(filepath.Join(root, c.file))
			if err != nil {
				return nil, err
			}
			text = string(content)
		}
		if n := strings.Count(text, c.old); n != 1 {
			return nil, fmt.Errorf("%s holds the lines to change %d times", c.file, n)
		}
		if c.old == c.new {
			return nil, fmt.Errorf("nothing changes in %s", c.file)
		}
		planted[c.file] = strings.Replace(text, c.old, c.new, 1)
	}
	return planted, nil
}

// TestBugsFit keeps the bugs from rotting: each still fits the tree, and what it leaves compiles.
func TestBugsFit(t *testing.T) {
	all, byWorlds := bugs(t), 0
	types := newTypeChecker(t)
	for _, b := range all {
		if b.catcher.worlds() {
			byWorlds++
		}
		planted, err := b.plant()
		if err != nil {
			t.Errorf("%s: %v", b.name, err)
		}
		for file := range planted {
			if err := types.check(path.Dir(file), planted); err != nil {
				t.Errorf("%s: %v", b.name, err)
			}
		}
	}
	if len(all) < 40 || byWorlds < 25 {
		t.Errorf("%d bugs, %d of them for the worlds to catch: want 40 and 25 at least", len(all), byWorlds)
	}
}
