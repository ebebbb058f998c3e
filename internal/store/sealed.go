package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keyring seals secrets with AES-256-GCM. The key file holds one key a line, 32 bytes in base64: the first seals, all open. To rotate,
// put a new key on top; what the old ones sealed stays readable and moves over whenever it is written anew.
type keyring struct {
	seal   cipher.AEAD
	sealID []byte
	open   map[string]cipher.AEAD // by key id
	random func([]byte)
}

const (
	keyBytes   = 32
	keyIDBytes = 4
)

var errSealed = errors.New("open secret: it was sealed with another key, for another purpose, or has been changed")

// loadKeys reads the key file. The one in the data directory is created when missing; one that was named must be there.
func loadKeys(cfg Config, random func([]byte)) (*keyring, error) {
	path := cfg.KeyFile
	if path == "" {
		path = filepath.Join(cfg.Dir, "key")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			key := make([]byte, keyBytes)
			random(key)
			// os.CreateTemp makes files that only their owner may read.
			if _, err := writeFile(path, strings.NewReader(base64.StdEncoding.EncodeToString(key)+"\n")); err != nil {
				return nil, fmt.Errorf("create key file: %w", err)
			}
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	k := &keyring{open: map[string]cipher.AEAD{}, random: random}
	for i, line := range bytes.Fields(text) {
		if err := k.add(line); err != nil {
			return nil, fmt.Errorf("key file, key %d: %w", i+1, err)
		}
	}
	if k.seal == nil {
		return nil, errors.New("the key file holds no key")
	}
	return k, nil
}

func (k *keyring) add(line []byte) error {
	key, err := base64.StdEncoding.DecodeString(string(line))
	if err != nil || len(key) != keyBytes {
		return fmt.Errorf("it must be %d bytes in base64", keyBytes)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append([]byte("trialog key id "), key...))
	id := sum[:keyIDBytes]
	k.open[string(id)] = gcm
	if k.seal == nil {
		k.seal, k.sealID = gcm, id
	}
	return nil
}

// Seal encrypts a secret for storage. aad says what it belongs to (account and agent, say) and must be given again to open it, so that
// a sealed secret moved to another row opens there no more. The result begins with the id of the key.
func (s *Store) Seal(plaintext, aad []byte) ([]byte, error) {
	nonce := make([]byte, s.keys.seal.NonceSize())
	s.keys.random(nonce)
	sealed := append(bytes.Clone(s.keys.sealID), nonce...)
	return s.keys.seal.Seal(sealed, nonce, plaintext, aad), nil
}

// Open decrypts what Seal made.
func (s *Store) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < keyIDBytes {
		return nil, errSealed
	}
	gcm := s.keys.open[string(sealed[:keyIDBytes])]
	if gcm == nil || len(sealed) < keyIDBytes+gcm.NonceSize() {
		return nil, errSealed
	}
	nonce, rest := sealed[keyIDBytes:keyIDBytes+gcm.NonceSize()], sealed[keyIDBytes+gcm.NonceSize():]
	plain, err := gcm.Open(nil, nonce, rest, aad)
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
