// Package auth says who is speaking: staff sign in by login and password and are known by a session afterwards; live connections are
// let in by one-use tickets; sites that may embed the widget are known by their origins. What somebody may do is decided elsewhere,
// where it is done.
//
// Passwords are kept as argon2id hashes, session tokens and tickets as SHA-256 of 256 random bits. An unknown login costs the same
// work as a known one. Wrong passwords are limited per login and per address, and only so many are checked at once, because each
// takes memory; both limits are this node's own. All methods may be called from many goroutines; none outlives its call.
package auth

import (
	"crypto/rand"
	"io"
	"time"

	"github.com/alexedwards/argon2id"

	"trialog/internal/store"
)

// How long sign-ins hold. A session ends when it was not used for sessionIdle, and sessionLife after it began in any case.
const (
	sessionIdle = 12 * time.Hour
	sessionLife = 30 * 24 * time.Hour
	touchEvery  = 5 * time.Minute // how often at most the use of a session is recorded
	ticketLife  = 30 * time.Second
)

// SessionLife is how long a session can last at most; the cookie need not be kept longer.
const SessionLife = sessionLife

// Limits of wrong passwords: so many at once, then one each interval.
const (
	perLogin       = 10
	loginRefill    = 90 * time.Second
	perAddress     = 50
	addressRefill  = 20 * time.Second
	checkedAtOnce  = 4 // passwords that are checked at the same time
	minPassword    = 8 // characters
	maxPassword    = 256
	rememberedKeys = 100_000
)

// Config says what an Auth works with.
type Config struct {
	Store *store.Store
	Rand  io.Reader // salts; default crypto/rand
	// Hash sets the cost of password hashes; the zero value is OWASP's argon2id recommendation (19 MiB, 2 passes, 1 lane).
	Hash argon2id.Params
}

// Auth knows staff and their sessions.
type Auth struct {
	store     *store.Store
	passwords passwords
	logins    *Buckets
	addresses *Buckets
}

// New returns an Auth.
func New(c Config) *Auth {
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Hash == (argon2id.Params{}) {
		c.Hash = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	}
	return &Auth{
		store:     c.Store,
		passwords: passwords{params: c.Hash, rand: c.Rand, slots: make(chan struct{}, checkedAtOnce)},
		logins:    NewBuckets(perLogin, loginRefill, rememberedKeys),
		addresses: NewBuckets(perAddress, addressRefill, rememberedKeys),
	}
}
