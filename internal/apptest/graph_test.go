package apptest

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"trialog/internal/teamsim/graphcheck"
)

var update = flag.Bool("update", false, "write what comes out into the docs")

// described is Microsoft's description of Graph; the error says that it is not there.
var described = sync.OnceValues(graphcheck.Open)

// used are the operations of the description that the product has called in the scenarios so far.
var used struct {
	sync.Mutex
	operations map[string]bool
	scenarios  int
}

// call is a request by method and the end of its path.
type call struct{ method, ends string }

// undescribed are calls whose pages Microsoft has, but which the description at hand leaves out: making a folder [api:
// driveitem-post-children] and reading a shared file [api: driveitem-get-content].
var undescribed = []call{{"POST", "/children"}, {"GET", "/driveItem/content"}}

// checked holds every call to Microsoft and every answer of the simulated tenant against Microsoft's description, unknown properties
// refused, and notes which operations the product uses.
func checked(t *testing.T) func(http.Handler) http.Handler {
	d, err := described()
	if err != nil {
		t.Logf("NOT CHECKED AGAINST MICROSOFT'S DESCRIPTION: %v", err)
		return nil
	}
	return func(next http.Handler) http.Handler {
		inner := d.Handler(t, next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if name := d.Name(r.Method, r.URL); name != "" {
				used.Lock()
				if used.operations == nil {
					used.operations = map[string]bool{}
				}
				used.operations[name] = true
				used.Unlock()
			}
			if slices.ContainsFunc(undescribed, func(u call) bool { return u.method == r.Method && strings.HasSuffix(r.URL.Path, u.ends) }) {
				next.ServeHTTP(w, r)
				return
			}
			inner.ServeHTTP(w, r)
		})
	}
}

// operationsDoc is the table of operations that people read.
const operationsDoc = "../../docs/graph-operations.md"

// checkOperations holds the table in the docs against what the scenarios used; it needs all of them.
func checkOperations(t *testing.T, scenarios int) {
	d, err := described()
	if err != nil || used.scenarios < scenarios || t.Failed() {
		return
	}
	var b strings.Builder
	b.WriteString("# Operations of Microsoft Graph\n\nWritten by `go test ./internal/apptest -run TestScenarios -update` from Microsoft's own description. The simulated tenant implements all of them\n" +
		"(`go test ./internal/teamsim -run TestEveryOperation` calls each once); the product uses those marked, and every call and answer in the scenarios is checked\nagainst the description, unknown properties refused.\n\n| operation | simulated tenant | product |\n|---|---|---|\n")
	all := d.Operations()
	slices.Sort(all)
	n := 0
	for _, name := range all {
		mark := ""
		if used.operations[name] {
			mark, n = "used", n+1
		}
		fmt.Fprintf(&b, "| `%s` | ✓ | %s |\n", name, mark)
	}
	fmt.Fprintf(&b, "\n%d of %d operations are used by the product.\n", n, len(all))
	if *update {
		if err := os.WriteFile(operationsDoc, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	written, err := os.ReadFile(operationsDoc)
	if err != nil || string(written) != b.String() {
		t.Errorf("%s is not what the scenarios used (%v): run with -update", operationsDoc, err)
	}
}
