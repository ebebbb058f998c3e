package teams

import (
	"context"
	"errors"
	"fmt"
	"time"

	"trialog/internal/account"
	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// errNeedsSignIn says that an agent must sign in at Microsoft before anything can be done in their name.
var errNeedsSignIn = errors.New("the agent has to sign in at Microsoft")

// tokens hands out access tokens in one agent's name. One refresh is under way at most; who comes meanwhile waits for its outcome.
// It implements graph.TokenSource.
type tokens struct {
	k *Connector
	signIn
	gate chan struct{} // capacity 1: held while looking or refreshing

	access  graph.Secret // guarded by gate, like all below
	expires time.Time
	person  chat.PersonID // whose it is
}

// signIn names an agent's sign-in with an account.
type signIn struct {
	account chat.AccountID
	agent   chat.AgentID
}

// tokensOf returns the tokens of a sign-in.
func (k *Connector) tokensOf(account chat.AccountID, agent chat.AgentID) *tokens {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := signIn{account, agent}
	t := k.tokens[s]
	if t == nil {
		t = &tokens{k: k, signIn: s, gate: make(chan struct{}, 1)}
		k.tokens[s] = t
	}
	return t
}

// client calls Graph in an agent's name.
func (k *Connector) client(account chat.AccountID, agent chat.AgentID) *graph.Client {
	return graph.NewClient(k.endpoint(account), k.tokensOf(account, agent))
}

// freshClient is client for calls after which Microsoft keeps the token and acts by it: it should be as young as can be.
func (k *Connector) freshClient(account chat.AccountID, agent chat.AgentID) *graph.Client {
	return graph.NewClient(k.endpoint(account), freshTokens{k.tokensOf(account, agent)})
}

const (
	expiryMargin = 5 * time.Minute  // how long before its end a token is no longer used
	freshMargin  = 55 * time.Minute // and one that Microsoft keeps; tokens live 60 to 90 minutes
)

// Token returns an access token other than the one Graph has refused. Errors: errNeedsSignIn, or what the refresh met.
func (t *tokens) Token(ctx context.Context, refused graph.Secret) (graph.Secret, error) {
	return t.token(ctx, refused, expiryMargin)
}

// freshTokens hands out tokens that were refreshed only just.
type freshTokens struct{ *tokens }

// Token is tokens.Token for a young token.
func (t freshTokens) Token(ctx context.Context, refused graph.Secret) (graph.Secret, error) {
	return t.token(ctx, refused, freshMargin)
}

// token returns an access token that lives at least as long as margin, or has just been refreshed.
func (t *tokens) token(ctx context.Context, refused graph.Secret, margin time.Duration) (graph.Secret, error) {
	select {
	case t.gate <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-t.gate }()
	link, ok, err := t.k.Store.LinkOf(ctx, t.account, t.agent)
	if err != nil {
		return "", err
	}
	if !ok || link.State != store.LinkConnected {
		t.access = ""
		return "", errNeedsSignIn
	}
	fresh := t.access != "" && t.access != refused && time.Now().Add(margin).Before(t.expires)
	if fresh && t.person == link.Person {
		return t.access, nil
	}
	return t.refresh(ctx, link)
}

// refresh trades the refresh token and stores the new one, unless a newer one has been stored meanwhile.
func (t *tokens) refresh(ctx context.Context, link store.Link) (graph.Secret, error) {
	a, ok := t.k.account(link.Account)
	if !ok {
		return "", fmt.Errorf("no account %s", link.Account)
	}
	app := t.k.app(a)
	token, err := app.Refresh(ctx, graph.Secret(link.Refresh))
	if nerr := account.NoteRefresh(context.WithoutCancel(ctx), t.k.Store, link.Account, err); nerr != nil {
		return "", nerr
	}
	if graph.NeedsSignIn(err) {
		link.State, link.Reason = store.LinkNeedsSignIn, string(graph.ProblemOf(err))
		t.k.Log.WarnContext(ctx, "teams: sign-in is no longer accepted", "agent", t.agent, "err", err)
		if _, perr := t.k.Store.PutLink(ctx, link); perr != nil {
			return "", perr
		}
		return "", errNeedsSignIn
	}
	if err != nil {
		return "", err
	}
	link.Refresh, link.Scopes = string(token.Refresh), token.Scopes
	// The new token is stored even if the caller has gone: Microsoft may not take the old one again.
	stored, err := t.k.Store.PutLink(context.WithoutCancel(ctx), link)
	if err != nil {
		return "", err
	}
	if !stored {
		return t.overtaken(ctx, link, token.Access)
	}
	t.access, t.expires, t.person = token.Access, token.Expires, link.Person
	return t.access, nil
}

// overtaken is what becomes of a token when the sign-in was changed while it was fetched: it serves this once, unless the agent has switched
// Microsoft Teams off or signed in as somebody else.
func (t *tokens) overtaken(ctx context.Context, was store.Link, access graph.Secret) (graph.Secret, error) {
	t.access = ""
	link, ok, err := t.k.Store.LinkOf(ctx, t.account, t.agent)
	if err != nil {
		return "", err
	}
	if !ok || link.State != store.LinkConnected || link.Person != was.Person {
		return "", errNeedsSignIn
	}
	return access, nil
}

// adopt takes over the token of a fresh sign-in.
func (t *tokens) adopt(ctx context.Context, who graph.SignIn) error {
	select {
	case t.gate <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-t.gate }()
	t.access, t.expires, t.person = who.Access, who.Expires, chat.PersonID(who.ObjectID)
	return nil
}

// app is an account's application at Microsoft.
func (k *Connector) app(a store.Account) *graph.App { return account.App(a, k.Endpoint, k.PublicURL) }

// Challenged takes in that Graph wants more to be proven than the sign-in proved: the agent has to sign in again, and what is wanted goes
// into that sign-in. [claims-challenge]
func (t *tokens) Challenged(ctx context.Context, claims string) error {
	select {
	case t.gate <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-t.gate }()
	link, ok, err := t.k.Store.LinkOf(ctx, t.account, t.agent)
	if err != nil {
		return err
	}
	t.access = ""
	if ok && link.State == store.LinkConnected {
		link.State, link.Reason, link.Claims = store.LinkNeedsSignIn, "claims", claims
		t.k.Log.WarnContext(ctx, "teams: Microsoft wants the sign-in to be confirmed", "agent", t.agent)
		if _, err := t.k.Store.PutLink(context.WithoutCancel(ctx), link); err != nil {
			return err
		}
	}
	return errNeedsSignIn
}
