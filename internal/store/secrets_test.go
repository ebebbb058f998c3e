package store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

func TestSealedSecrets(t *testing.T) {
	cfg := storetest.SQLite(t)
	s := storetest.Open(t, cfg)
	secret, aad := []byte("refresh token"), []byte("account:agent")
	sealed := must[[]byte](t)(s.Seal(secret, aad))
	if bytes.Contains(sealed, secret) || bytes.Equal(sealed, must[[]byte](t)(s.Seal(secret, aad))) {
		t.Error("a sealed secret must hide its text and its repetition")
	}
	if got := must[[]byte](t)(s.Open(sealed, aad)); !bytes.Equal(got, secret) {
		t.Errorf("opened %q", got)
	}
	damaged := bytes.Clone(sealed)
	damaged[len(damaged)-1] ^= 1
	for name, try := range map[string][2][]byte{
		"another row": {sealed, []byte("account:other")}, "damage": {damaged, aad}, "too short": {sealed[:9], aad}, "nothing": {nil, aad},
	} {
		if got, err := s.Open(try[0], try[1]); err == nil {
			t.Errorf("%s: opened %q", name, got)
		}
	}

	path := filepath.Join(cfg.Dir, "key")
	info := must[os.FileInfo](t)(os.Stat(path))
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key file has mode %v", info.Mode())
	}
	again := storetest.Open(t, cfg)
	if got := must[[]byte](t)(again.Open(sealed, aad)); !bytes.Equal(got, secret) {
		t.Errorf("after a restart: opened %q", got)
	}

	// A new key on top seals; the old one still opens.
	fresh := storetest.SQLite(t)
	storetest.Open(t, fresh)
	both := string(must[[]byte](t)(os.ReadFile(filepath.Join(fresh.Dir, "key")))) + string(must[[]byte](t)(os.ReadFile(path)))
	cfg.KeyFile = filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(cfg.KeyFile, []byte(both), 0o600); err != nil {
		t.Fatal(err)
	}
	rotated := storetest.Open(t, cfg)
	if got := must[[]byte](t)(rotated.Open(sealed, aad)); !bytes.Equal(got, secret) {
		t.Errorf("after rotation: opened %q", got)
	}
	if _, err := s.Open(must[[]byte](t)(rotated.Seal(secret, aad)), aad); err == nil {
		t.Error("the old key opened what the new one sealed")
	}
	for _, text := range []string{"", "short", strings.Repeat("!", 44)} {
		if err := os.WriteFile(cfg.KeyFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := store.Open(context.Background(), cfg); err == nil {
			s.Close()
			t.Errorf("started with the key file %q", text)
		}
	}
	cfg.KeyFile += ".missing"
	if s, err := store.Open(context.Background(), cfg); err == nil {
		s.Close()
		t.Error("started without the key file it was told to use")
	}
}

func TestBlobs(t *testing.T) {
	cfg := storetest.SQLite(t)
	s := storetest.Open(t, cfg)
	ctx := context.Background()
	id := chat.FileID(s.NewID())
	content := strings.Repeat("some bytes ", 100_000)
	if n, err := s.PutBlob(ctx, id, strings.NewReader(content)); err != nil || n != int64(len(content)) {
		t.Fatalf("put: %d %v", n, err)
	}
	f := must[*os.File](t)(s.OpenBlob(ctx, id))
	defer f.Close()
	if got := must[[]byte](t)(io.ReadAll(f)); string(got) != content {
		t.Errorf("read %d bytes, want %d", len(got), len(content))
	}
	broken := chat.FileID(s.NewID())
	failing := io.MultiReader(strings.NewReader("half"), iotestErr{})
	if _, err := s.PutBlob(ctx, broken, failing); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("put of a broken upload: got %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.PutBlob(cancelled, broken, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("put after cancel: got %v", err)
	}
	if _, err := s.OpenBlob(ctx, broken); !chat.IsKind(err, chat.NotFound) {
		t.Errorf("open of a broken upload: got %v, want nothing there", err)
	}
	if left := must[[]string](t)(filepath.Glob(filepath.Join(cfg.Dir, "blobs", "*", ".new-*"))); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for range 2 {
		if err := s.DeleteBlob(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.OpenBlob(ctx, id); !chat.IsKind(err, chat.NotFound) {
		t.Errorf("open after delete: got %v", err)
	}
	for _, id := range []chat.FileID{"", "../../../../etc/passwd", "aaaaaaaaaaaaaaaaaaaaaaaaa/", "..aaaaaaaaaaaaaaaaaaaaaa"} {
		if _, err := s.PutBlob(ctx, id, strings.NewReader("x")); !chat.IsKind(err, chat.NotFound) {
			t.Errorf("put under %q: got %v", id, err)
		}
	}
}

// iotestErr is an upload that breaks off.
type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestIDsComeFromTheGivenSource(t *testing.T) {
	cfg := storetest.SQLite(t)
	cfg.Rand = strings.NewReader(strings.Repeat("x", 64+16)) // the key, the node's name, one id; then it fails
	s := storetest.Open(t, cfg)
	first := s.NewID()
	seen := map[string]bool{}
	for range 1000 {
		id := s.NewID()
		if len(id) != 26 || seen[id] || id == first && len(seen) > 3 {
			t.Fatalf("id %q: %d characters, seen before: %v", id, len(id), seen[id])
		}
		if len(seen) > 3 || id != first {
			seen[id] = true
		}
	}
	if want := "pb4hq6dypb4hq6dypb4hq6dypa"; first != want {
		t.Errorf("got id %s, want %s from the source", first, want)
	}
}
