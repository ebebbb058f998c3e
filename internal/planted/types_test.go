package planted

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// typeChecker checks packages with changed files without building them. What it has read it keeps.
type typeChecker struct {
	set      *token.FileSet
	exports  map[string]string // what compiled packages export, by import path
	importer types.Importer
	parsed   map[string]*ast.File
}

func newTypeChecker(t *testing.T) *typeChecker {
	t.Helper()
	list := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./internal/...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("list packages: %v", err)
	}
	c := &typeChecker{set: token.NewFileSet(), exports: map[string]string{}, parsed: map[string]*ast.File{}}
	c.importer = importer.ForCompiler(c.set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(c.exports[path]) })
	for line := range strings.Lines(string(out)) {
		if path, file, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			c.exports[path] = file
		}
	}
	return c
}

// check finds the first mistake of a package in a folder of the tree, with changed files in place of the real ones.
func (c *typeChecker) check(dir string, changed map[string]string) error {
	pkg, err := build.Default.ImportDir(filepath.Join(root, dir), 0)
	if err != nil {
		return err
	}
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		file := dir + "/" + name
		text, planted := changed[file]
		parsed, known := c.parsed[file]
		switch {
		case planted:
			parsed, err = parser.ParseFile(c.set, file, text, parser.SkipObjectResolution)
		case !known:
			parsed, err = parser.ParseFile(c.set, filepath.Join(root, file), nil, parser.SkipObjectResolution)
			c.parsed[file] = parsed
		}
		if err != nil {
			return err
		}
		files = append(files, parsed)
	}
	_, err = (&types.Config{Importer: c.importer}).Check(dir, c.set, files, nil)
	return err
}
