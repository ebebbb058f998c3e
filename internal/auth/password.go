package auth

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// passwords makes and checks hashes in the PHC format of the argon2 reference implementation.
type passwords struct {
	params argon2id.Params
	rand   io.Reader
	slots  chan struct{} // bounds the memory of hashes under way
}

// hash returns the hash of a password with a salt of its own.
func (p passwords) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, p.params.SaltLength)
	if _, err := io.ReadFull(p.rand, salt); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	key := argon2.IDKey(canonical(password), salt, p.params.Iterations, p.params.Memory, p.params.Parallelism, p.params.KeyLength)
	return p.encode(salt, key), nil
}

func (p passwords) encode(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.params.Memory, p.params.Iterations, p.params.Parallelism,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// nobody is the hash of no password: checking against it takes as long as against any other.
func (p passwords) nobody() string {
	return p.encode(make([]byte, p.params.SaltLength), make([]byte, p.params.KeyLength))
}

// matches reports whether the hash is the password's.
func (p passwords) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer p.leave()
	ok, err := argon2id.ComparePasswordAndHash(string(canonical(password)), hash)
	if err != nil {
		return false, fmt.Errorf("check password: %w", err)
	}
	return ok, nil
}

func (p passwords) enter(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p passwords) leave() { <-p.slots }

// canonical makes the same bytes of a password whatever keyboard it was typed on (NIST SP 800-63B §5.1.1.2).
func canonical(password string) []byte { return norm.NFKC.Bytes([]byte(password)) }
