// Package ui carries the built interface inside the program: desk, widget and the simulated tenant's Teams client. `make ui` builds
// it; a program compiled without it has an empty folder here and says so on its pages.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built interface: the folders desk, widget and teams.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return dist // only a malformed name can fail, and this one is fixed
	}
	return files
}
