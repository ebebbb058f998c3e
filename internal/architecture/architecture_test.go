// Package architecture checks the shape of the tree: which package may import which, and that each says what it is for.
package architecture

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows lists every package and what it may import of ours. Arrows point down: a package that is missing here, or an import that
// is missing in its row, fails. Test files may import whatever they test with.
var arrows = map[string][]string{
	"internal/chat":         {},
	"internal/strictjson":   {},
	"internal/media":        {"chat"},
	"internal/store":        {"chat"},
	"internal/desk":         {"chat", "media", "store"},
	"internal/directory":    {"chat", "store"},
	"internal/auth":         {"chat", "store"},
	"internal/graph":        {},
	"internal/account":      {"chat", "store", "auth", "graph"},
	"internal/teams":        {"chat", "media", "store", "desk", "directory", "graph", "account"},
	"internal/gateway":      {"chat", "strictjson", "store", "desk"},
	"internal/web":          {"chat", "media", "strictjson", "store", "desk", "directory", "auth", "account"},
	"internal/app":          {"chat", "store", "desk", "directory", "auth", "graph", "account", "teams", "gateway", "web"},
	"internal/teamsim":      {},
	"internal/localca":      {},
	"internal/architecture": {},
	"cmd/trialog":           {"app", "localca", "teamsim", "ui"},
	"ui":                    {},

	// Test support and tools: nothing above imports them outside of tests.
	"internal/memnet":             {},
	"internal/store/storetest":    {"store", "outside"},
	"internal/teamsim/graphcheck": {},
	"internal/graph/graphtest":    {},
	"internal/apptest":            {"account", "app", "auth", "chat", "memnet", "store", "teams", "teamsim"},
	"internal/worlds":             {},
	"internal/histories":          {},
	"internal/badinput":           {},
	"internal/soak":               {},
	"internal/outside":            {},
	"internal/planted":            {},
	"internal/bench":              {"app", "chat", "store", "desk", "teamsim", "store/storetest", "web"},
}

type pkg struct {
	ImportPath, Doc, Name string
	Imports               []string
	GoFiles               []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Doc,Name,Imports,GoFiles", "trialog/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestArrowsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "trialog/")
		allowed, known := arrows[name]
		if !known {
			t.Errorf("%s is not in the table of arrows", name)
			continue
		}
		for _, i := range p.Imports {
			dep, ours := strings.CutPrefix(i, "trialog/")
			if ours && !slices.Contains(allowed, strings.TrimPrefix(dep, "internal/")) {
				t.Errorf("%s must not import %s", name, dep)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && p.Name != "main" && !strings.HasPrefix(p.Doc, "Package "+p.Name) {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}
