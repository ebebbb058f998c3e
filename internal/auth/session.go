package auth

import (
	"context"
	"encoding/hex"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Session is a sign-in that holds.
type Session struct {
	Staff
	hash []byte // of its token
}

// ID names the session where its token must not stand. It lets nobody in.
func (s Session) ID() string { return hex.EncodeToString(s.hash) }

var (
	errBadLogin    = &chat.Error{Kind: chat.Unauthenticated, Code: "bad_login", Text: "Login or password is wrong."}
	errNotSignedIn = &chat.Error{Kind: chat.Unauthenticated, Code: "not_signed_in", Text: "Please sign in."}
)

// Slow is a refusal of kind chat.Busy that says when to try again.
type Slow struct {
	Refusal *chat.Error
	After   time.Duration
}

// Error returns the refusal's sentence.
func (s *Slow) Error() string { return s.Refusal.Error() }

// Unwrap returns the refusal.
func (s *Slow) Unwrap() error { return s.Refusal }

// RetryAfter is how long to wait.
func (s *Slow) RetryAfter() time.Duration { return s.After }

// SignIn checks a login and a password that came from an address and begins a session; the token is shown to nobody else, ever.
// Errors: chat.Unauthenticated "bad_login", whichever of the two is wrong; *Slow "too_many_attempts".
func (a *Auth) SignIn(ctx context.Context, login, password, address string) (token string, s Session, err error) {
	login = foldLogin(login)
	if err := a.attempt(login, address); err != nil {
		return "", Session{}, err
	}
	record, err := a.store.AgentByLogin(ctx, login)
	known := err == nil
	if err != nil && !chat.IsKind(err, chat.NotFound) {
		return "", Session{}, err
	}
	hash := record.PasswordHash
	if !known || len(password) > 4*maxPassword {
		hash, known = a.passwords.nobody(), false
	}
	match, err := a.passwords.matches(ctx, password[:min(len(password), 4*maxPassword)], hash)
	if err != nil {
		return "", Session{}, err
	}
	if !known || !match {
		return "", Session{}, a.failed(ctx, record.ID)
	}
	a.logins.Return(login)
	a.addresses.Return(address)
	token, hashed := a.store.NewToken()
	now := time.Now()
	if err := a.store.CreateSession(ctx, store.Session{TokenHash: hashed, Agent: record.ID, ExpiresAt: now.Add(sessionIdle)}); err != nil {
		return "", Session{}, err
	}
	return token, Session{Staff: staffOf(record), hash: hashed}, a.audit(ctx, record.ID, "sign_in")
}

// attempt counts an attempt before the password is looked at, so that many at once count as many.
func (a *Auth) attempt(login, address string) error {
	wait, ok := a.addresses.Take(address)
	if ok {
		if wait, ok = a.logins.Take(login); !ok {
			a.addresses.Return(address)
		}
	}
	if ok {
		return nil
	}
	return &Slow{chat.Refuse(chat.Busy, "too_many_attempts", "Too many wrong passwords. Wait a little."), wait}
}

// failed notes a wrong password; what was typed as a login is not kept, for it may be a password.
func (a *Auth) failed(ctx context.Context, agent chat.AgentID) error {
	object := "agent:" + string(agent)
	if agent == "" {
		object = "agent:unknown"
	}
	if err := a.store.Audit(ctx, store.AuditRecord{Actor: "anonymous", Action: "sign_in_failed", Object: object}); err != nil {
		return err
	}
	return errBadLogin
}

// Session returns the session of a token and counts it as used. Error: chat.Unauthenticated "not_signed_in".
func (a *Auth) Session(ctx context.Context, token string) (Session, error) {
	if token == "" || len(token) > 128 {
		return Session{}, errNotSignedIn
	}
	return a.session(ctx, store.HashToken(token))
}

func (a *Auth) session(ctx context.Context, hash []byte) (Session, error) {
	record, err := a.store.SessionByHash(ctx, hash)
	if err != nil {
		return Session{}, err
	}
	now := time.Now()
	end := record.CreatedAt.Add(sessionLife)
	if !now.Before(end) {
		return Session{}, errNotSignedIn
	}
	if now.Sub(record.SeenAt) >= touchEvery {
		expires := now.Add(sessionIdle)
		if expires.After(end) {
			expires = end
		}
		if err := a.store.TouchSession(ctx, hash, now, expires); err != nil {
			return Session{}, err
		}
	}
	staff, err := a.Staff(ctx, record.Agent)
	if chat.IsKind(err, chat.NotFound) {
		return Session{}, errNotSignedIn
	}
	if err != nil {
		return Session{}, err
	}
	return Session{Staff: staff, hash: hash}, nil
}

// Alive reports whether a session still holds, and counts it as used. While the store does not answer, nobody is signed out.
func (a *Auth) Alive(ctx context.Context, s Session) bool {
	_, err := a.session(ctx, s.hash)
	return !chat.IsKind(err, chat.Unauthenticated)
}

// SignOut ends a session.
func (a *Auth) SignOut(ctx context.Context, s Session) error {
	if err := a.store.DeleteSession(ctx, s.hash); err != nil {
		return err
	}
	return a.audit(ctx, s.Agent, "sign_out")
}

// EndSessions ends all sessions of an account.
func (a *Auth) EndSessions(ctx context.Context, agent chat.AgentID) error {
	return a.store.DeleteSessionsOf(ctx, agent)
}
