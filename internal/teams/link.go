package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// Link is an agent's Microsoft Teams switch as the profile shows it. JSON: TeamsLink of docs/api.md.
type Link struct {
	State    string       `json:"state"` // off, disconnected, connected, needs_sign_in
	Account  *LinkAccount `json:"account,omitempty"`
	Name     string       `json:"name,omitempty"`
	Username string       `json:"username,omitempty"`
	Since    *time.Time   `json:"since,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	Missing  []string     `json:"missing,omitempty"` // permissions that were not granted
	Granted  []string     `json:"granted,omitempty"` // those that were
	Optional []string     `json:"optional,omitempty" doc:"Permissions that channels need and that were not granted."`
}

// LinkAccount names the integration account.
type LinkAccount struct {
	ID   chat.AccountID `json:"id"`
	Name string         `json:"name"`
}

// Link reads an agent's switch.
func (k *Connector) Link(ctx context.Context, agent chat.AgentID) (Link, error) {
	account, ok := k.firstAccount()
	if !ok {
		return Link{State: "off"}, nil
	}
	view := Link{State: "disconnected", Account: &LinkAccount{account.ID, account.Name}}
	l, ok, err := k.Store.LinkOf(ctx, agent)
	if err != nil || !ok {
		return view, err
	}
	view.State, view.Name, view.Username, view.Reason, view.Since = string(l.State), l.Name, l.Username, l.Reason, &l.Since
	view.Missing, view.Granted = missing(l.Scopes, graph.DefaultScopes), granted(l.Scopes)
	view.Optional = missing(l.Scopes, append([]string{graph.ScopeReadChannels}, graph.ChannelScopes...))
	return view, nil
}

// purposeSignIn keeps the states of sign-ins apart from other one-use things.
const purposeSignIn = "teams-sign-in"

// signInTime is how long a sign-in may take.
const signInTime = 10 * time.Minute

// signInState is what must come back unchanged from Microsoft's page.
type signInState struct {
	Agent    chat.AgentID
	Session  string // the browser session that began it
	Account  chat.AccountID
	Verifier string
	Nonce    string
	Channels bool // asks for what channels need, too
}

// scopes is what a sign-in asks for. Channels are asked for only when the agent wants them: a tenant that does not grant them must
// not keep anybody from signing in.
func (s signInState) scopes() []string {
	if !s.Channels {
		return graph.DefaultScopes
	}
	return slices.Concat(graph.DefaultScopes, graph.ChannelScopes)
}

// StartSignIn returns where to send the agent's browser. session binds the sign-in to the browser that began it.
func (k *Connector) StartSignIn(ctx context.Context, agent chat.AgentID, session, locale string) (string, error) {
	return k.startSignIn(ctx, agent, session, locale, false)
}

// StartWithChannels is StartSignIn for an agent who wants to write in channels, too.
func (k *Connector) StartWithChannels(ctx context.Context, agent chat.AgentID, session, locale string) (string, error) {
	return k.startSignIn(ctx, agent, session, locale, true)
}

func (k *Connector) startSignIn(ctx context.Context, agent chat.AgentID, session, locale string, channels bool) (string, error) {
	account, ok := k.firstAccount()
	if !ok {
		return "", chat.Refuse(chat.Conflict, "no_account", "No Microsoft Teams account is set up for this installation.")
	}
	state, hash := k.Store.NewToken()
	nonce, _ := k.Store.NewToken()
	s := signInState{Agent: agent, Session: session, Account: account.ID, Verifier: graph.NewVerifier(), Nonce: nonce, Channels: channels}
	data, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("begin sign-in: %w", err)
	}
	if err := k.Store.PutOnce(ctx, purposeSignIn, hash, data, time.Now().Add(signInTime)); err != nil {
		return "", err
	}
	app := k.app(account)
	app.Scopes = s.scopes()
	return app.AuthURL(graph.AuthRequest{State: state, Nonce: nonce, Verifier: s.Verifier, Locale: locale}), nil
}

// FinishSignIn takes in what Microsoft sent the browser back with. The refusals' codes are for the reader to word: "sign_in_expired",
// or "sign_in_" and the class of Microsoft's refusal.
func (k *Connector) FinishSignIn(ctx context.Context, agent chat.AgentID, session string, q url.Values) error {
	data, ok, err := k.Store.TakeOnce(ctx, purposeSignIn, store.HashToken(q.Get("state")))
	if err != nil {
		return err
	}
	var s signInState
	if ok {
		err = json.Unmarshal(data, &s)
	}
	if err != nil || !ok || s.Agent != agent || s.Session != session {
		return chat.Refuse(chat.Conflict, "sign_in_expired", "This sign-in has expired or was begun elsewhere. Please start again.")
	}
	account, ok := k.account(s.Account)
	if !ok {
		return chat.Refuse(chat.Conflict, "no_account", "The Microsoft Teams account was removed meanwhile.")
	}
	if refused := graph.CallbackError(q); refused != nil {
		return k.refused(ctx, refused)
	}
	app := k.app(account)
	app.Scopes = s.scopes()
	who, err := app.Exchange(ctx, q.Get("code"), s.Verifier, s.Nonce)
	if err != nil {
		return k.refused(ctx, err)
	}
	return k.connect(ctx, s, who)
}

// connect stores a finished sign-in.
func (k *Connector) connect(ctx context.Context, s signInState, who graph.SignIn) error {
	link := store.Link{Account: s.Account, Agent: s.Agent, Person: chat.PersonID(who.ObjectID), Name: who.Name, Username: who.Username,
		Refresh: string(who.Refresh), Scopes: who.Scopes, State: store.LinkConnected, Since: time.Now()}
	old, had, err := k.Store.LinkOf(ctx, s.Agent)
	if err != nil {
		return err
	}
	if had && old.Person != link.Person {
		if err := k.Store.DeleteLink(ctx, s.Agent); err != nil { // subscription and folder are another person's
			return err
		}
	}
	if err := k.tokensOf(s.Agent).adopt(ctx, who); err != nil {
		return err
	}
	if k.crash("link.adopted") {
		return errCrashed
	}
	if _, err := k.Store.PutLink(ctx, link); err != nil {
		return err
	}
	if k.crash("link.stored") {
		return errCrashed
	}
	if err := k.doubt(ctx, s.Agent); err != nil { // Microsoft delivers by the token of the old sign-in, which may have been revoked
		return err
	}
	return k.note(ctx, s.Agent, "link_teams")
}

func (k *Connector) note(ctx context.Context, agent chat.AgentID, action string) error {
	return k.Store.Audit(ctx, store.AuditRecord{Actor: "agent:" + string(agent), Action: action, Object: "agent:" + string(agent)})
}

// refused turns Microsoft's refusal into one that the profile page can word.
func (k *Connector) refused(ctx context.Context, err error) error {
	k.Log.WarnContext(ctx, "teams: sign-in refused", "err", err)
	var auth *graph.AuthError
	if !errors.As(err, &auth) {
		return err
	}
	return chat.Refuse(chat.Conflict, "sign_in_"+string(auth.Class), "Microsoft refused the sign-in (%s).", auth.Class)
}

// Disable forgets an agent's sign-in and ends its subscription. Threads that the agent carries pause.
func (k *Connector) Disable(ctx context.Context, agent chat.AgentID) error {
	link, ok, err := k.Store.LinkOf(ctx, agent)
	if err != nil || !ok {
		return err
	}
	sub, ok, err := k.Store.SubscriptionOf(ctx, link.Account, agent)
	if err != nil {
		return err
	}
	if ok && sub.ID != "" {
		if err := k.client(agent).DeleteSubscription(ctx, graph.SubscriptionID(sub.ID)); err != nil && !graph.Missing(err) {
			k.Log.WarnContext(ctx, "teams: subscription stays until it expires", "agent", agent, "err", err)
		}
	}
	if err := k.Store.DeleteLink(ctx, agent); err != nil {
		return err
	}
	k.talks.forget(agent)
	return k.note(ctx, agent, "unlink_teams")
}
