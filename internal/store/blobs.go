package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"trialog/internal/chat"
)

// blobs is the folder of file contents, spread over sub-folders by the first two characters of their ids.
type blobs struct{ dir string }

func openBlobs(dir string) (blobs, error) {
	b := blobs{filepath.Join(dir, "blobs")}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return b, fmt.Errorf("open blobs: %w", err)
	}
	return b, nil
}

// PutBlob stores the bytes of a file, durably, and returns their number. Under the id there is either everything or nothing.
func (s *Store) PutBlob(ctx context.Context, id chat.FileID, r io.Reader) (size int64, err error) {
	path, err := s.blobs.path(id)
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, fmt.Errorf("put blob %s: %w", id, err)
	}
	size, err = writeFile(path, reading{ctx, r})
	if err != nil {
		return 0, fmt.Errorf("put blob %s: %w", id, err)
	}
	if err := syncDir(s.blobs.dir); err != nil {
		return 0, fmt.Errorf("put blob %s: %w", id, err)
	}
	return size, nil
}

// OpenBlob opens the bytes of a file for reading; the caller closes it. Error: chat.NotFound "no_file".
func (s *Store) OpenBlob(ctx context.Context, id chat.FileID) (*os.File, error) {
	path, err := s.blobs.path(id)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errNoFile
	case err != nil:
		return nil, fmt.Errorf("open blob %s: %w", id, err)
	}
	return f, nil
}

// DeleteBlob deletes the bytes of a file; bytes that are not there are deleted.
func (s *Store) DeleteBlob(ctx context.Context, id chat.FileID) error {
	path, err := s.blobs.path(id)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("delete blob %s: %w", id, err)
	}
	return syncDir(filepath.Dir(path))
}

// path says where a blob is. Only what NewID makes is an id, so that none leads out of the folder.
func (b blobs) path(id chat.FileID) (string, error) {
	if len(id) < 16 || strings.Trim(string(id), "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return "", errNoFile
	}
	return filepath.Join(b.dir, string(id[:2]), string(id)), nil
}

// writeFile writes path by way of a temporary file: bytes synced, then renamed, then the folder synced.
func writeFile(path string, r io.Reader) (size int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	size, err = io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return 0, err
	}
	return size, syncDir(filepath.Dir(path))
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// reading ends a copy when its context ends.
type reading struct {
	ctx context.Context
	r   io.Reader
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
