package soak

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// clockEnv names the file in which a program that was built with skewedTime finds by how many seconds its clock is wrong.
const clockEnv = "TRIALOG_SOAK_CLOCK"

// A process's clock can't be moved apart from the machine's: time namespaces know no wall clock, and a program of Go asks no library that
// could be replaced. So the program under test is built with a time package whose Now adds what stands in a mapped file. The monotonic
// clock goes on, as it does when an operator sets the clock. Nothing of this is in the product.
const skewSource = `package time

import (
	"syscall"
	"unsafe"
)

var skewPage = func() []byte {
	name, ok := syscall.Getenv("` + clockEnv + `")
	if !ok {
		return nil
	}
	fd, err := syscall.Open(name, syscall.O_RDONLY, 0)
	if err != nil {
		panic("open clock: " + err.Error())
	}
	page, err := syscall.Mmap(fd, 0, 8, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		panic("map clock: " + err.Error())
	}
	return page
}()

func skew() int64 {
	if skewPage == nil {
		return 0
	}
	return *(*int64)(unsafe.Pointer(&skewPage[0]))
}
`

// skewedTime writes the changed time package and the file that tells the compiler of it, always in the same place: what was compiled
// once, which is everything, is found again.
func skewedTime() (overlay string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "trialog-soak")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	original := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	source, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	const ask = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(source), ask) != 1 {
		return "", fmt.Errorf("%s is not the time package we know", original)
	}
	changed := map[string]string{
		original: strings.Replace(string(source), ask, ask+"\tsec += skew()\n", 1),
		filepath.Join(filepath.Dir(original), "skew.go"): skewSource,
	}
	replace := map[string]string{}
	for path, text := range changed {
		replace[path] = filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(replace[path], []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, raw, 0o600)
}

// setClock makes a file's readers live that much later, or earlier, from now on.
func setClock(file string, by time.Duration) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt(binary.NativeEndian.AppendUint64(nil, uint64(by/time.Second)), 0)
	return err
}
