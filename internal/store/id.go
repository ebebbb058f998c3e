package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"io"
	"strings"
)

// NewID returns a new id: 26 lower-case base32 characters, 128 random bits. It serves for conversations, files and all else that
// strangers see.
func (s *Store) NewID() string { return s.randomText(16) }

// NewToken returns a new secret of 256 random bits and its hash. Only the hash is ever stored.
func (s *Store) NewToken() (token string, hash []byte) {
	token = s.randomText(32)
	return token, HashToken(token)
}

// OpeningOf derives the id of a conversation and the token of its customer from a secret that the customer's browser has chosen, so that an
// opening whose answer got lost can be repeated.
func OpeningOf(secret string) (id, token string) {
	of := func(what string, n int) string {
		sum := sha256.Sum256([]byte("trialog " + what + ": " + secret))
		return text(sum[:n])
	}
	return of("conversation", 16), of("token", 32)
}

// HashToken returns what is stored of a token: its SHA-256. Tokens are random, so no slow hash is needed.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func (s *Store) randomText(n int) string {
	b := make([]byte, n)
	s.random(b)
	return text(b)
}

func text(b []byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// random fills b from the configured source. A source that fails is replaced by the operating system's, which can't.
func (s *Store) random(b []byte) {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	if _, err := io.ReadFull(s.rand, b); err != nil {
		s.log.Error("random source failed, using the system's", "error", err)
		s.rand = rand.Reader
		rand.Read(b)
	}
}
