package teamsim

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"sync"
)

var guidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

func isGUID(s string) bool { return guidPattern.MatchString(s) }

// guid makes a repeatable id out of the seed. The caller holds t.mu.
func (t *Tenant) guid() string {
	hi, lo := t.names.Uint64(), t.names.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xfff, 0x8000|lo>>48&0x3fff, lo&0xffffffffffff)
}

// hexID makes 32 repeatable hexadecimal digits. The caller holds t.mu.
func (t *Tenant) hexID() string { return fmt.Sprintf("%016x%016x", t.names.Uint64(), t.names.Uint64()) }

// secret makes n unguessable bytes as base64url. When the random source fails there is
// nothing sensible a server could issue, so the error travels up.
func (t *Tenant) secret(n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(t.cfg.Rand, b); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// traceID is a random GUID for answers (request-id, trace ids); it needs no seed.
func (t *Tenant) traceID() string {
	var b [16]byte
	if _, err := io.ReadFull(t.cfg.Rand, b[:]); err != nil {
		return "00000000-0000-4000-8000-000000000000"
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// sharedReader lets many goroutines read from one source.
type sharedReader struct {
	mu   sync.Mutex
	from io.Reader
}

// Read reads from the source, one caller at a time.
func (r *sharedReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.from.Read(p)
}
