package apptest

import (
	"runtime"
	"strings"
	"unicode"
)

// pointOf names a crash point. The connector's have names of their own; the store's are called after the verb, the lane's step or the
// reader that came to the store: "desk.Post before" is where nothing is durable yet, "desk.Post after" where it is and nobody knows.
func pointOf(point string) string {
	if point != "before" && point != "after" && point != "reading" {
		return point
	}
	pc := make([]uintptr, 40)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	first := ""
	for {
		f, more := frames.Next()
		name, ours := strings.CutPrefix(f.Function, "trialog/internal/")
		if ours && !strings.HasPrefix(name, "store.") && !strings.HasPrefix(name, "apptest.") {
			pkg, fn := verb(name)
			if first == "" {
				first = pkg + "." + fn
			}
			if !strings.HasPrefix(first, pkg+".") {
				break // whoever called that package is another
			}
			if pkg != "teams" && unicode.IsUpper(rune(fn[0])) {
				first = pkg + "." + fn
				break
			}
		}
		if !more {
			break
		}
	}
	return first + " " + point
}

// verb cuts "desk.(*Desk).Post.func1" down to "desk" and "Post".
func verb(name string) (pkg, fn string) {
	pkg, fn, _ = strings.Cut(name, ".")
	if _, method, ok := strings.Cut(fn, ")."); ok {
		fn = method
	}
	fn, _, _ = strings.Cut(fn, ".")
	return pkg, fn
}
