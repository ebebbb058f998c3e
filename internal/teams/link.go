package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"trialog/internal/account"
	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// Link is an agent's Microsoft Teams switch as the profile shows it. JSON: TeamsLink of docs/api.md.
type Link struct {
	State       string               `json:"state"` // off, disconnected, connected, needs_sign_in
	Account     *LinkAccount         `json:"account,omitempty"`
	Choices     []LinkAccount        `json:"choices,omitempty"` // accounts to choose from, when there are several
	Name        string               `json:"name,omitempty"`
	Username    string               `json:"username,omitempty"`
	Since       *time.Time           `json:"since,omitempty"`
	Reason      string               `json:"reason,omitempty"`
	Missing     []string             `json:"missing,omitempty"`     // permissions that were not granted
	Permissions []account.Permission `json:"permissions,omitempty"` // what works, feature by feature
	Optional    []string             `json:"optional,omitempty" doc:"Permissions that channels need and that were not granted."`
}

// LinkAccount names an integration account.
type LinkAccount struct {
	ID   chat.AccountID `json:"id"`
	Name string         `json:"name"`
}

// reasonReplaced says that another account has taken the place of the one that an agent signed in with.
const reasonReplaced = "account_replaced"

// Link reads an agent's switch.
func (k *Connector) Link(ctx context.Context, agent chat.AgentID) (Link, error) {
	choices := k.choices()
	if len(choices) == 0 {
		return Link{State: "off"}, nil
	}
	view := Link{State: "disconnected"}
	for _, a := range choices {
		view.Choices = append(view.Choices, LinkAccount{a.ID, a.Name})
	}
	if len(choices) == 1 {
		view.Account, view.Choices = &view.Choices[0], nil
	}
	l, ok, err := k.current(ctx, agent)
	if err != nil || !ok {
		return view, err
	}
	a, _ := k.account(l.Account)
	view.State, view.Name, view.Username, view.Reason, view.Since = string(l.State), l.Name, l.Username, l.Reason, &l.Since
	view.Account = &LinkAccount{a.ID, a.Name}
	view.Permissions, view.Missing = account.Permissions(a, l.Scopes), account.Missing(a, l.Scopes)
	if a.Settings.ReplacedBy != "" {
		view.State, view.Reason = string(store.LinkNeedsSignIn), reasonReplaced
	}
	view.Optional = missing(l.Scopes, append([]string{graph.ScopeReadChannels}, graph.ChannelScopes...))
	return view, nil
}

// current is the sign-in by which an agent works: the latest with an account that nothing has replaced, else the latest. Earlier ones
// carry the conferences that run through them until those end.
func (k *Connector) current(ctx context.Context, agent chat.AgentID) (l store.Link, ok bool, err error) {
	all, err := k.Store.LinksOf(ctx, agent)
	if err != nil {
		return l, false, err
	}
	l, ok = k.latest(all)
	return l, ok, nil
}

// latest picks among the links of one agent, the latest first.
func (k *Connector) latest(links []store.Link) (l store.Link, ok bool) {
	for _, x := range links {
		a, known := k.account(x.Account)
		if known && a.Settings.ReplacedBy == "" {
			return x, true
		}
		if known && !ok {
			l, ok = x, true
		}
	}
	return l, ok
}

// former reports whether a sign-in carries nothing any more, because the agent has signed in with another account since.
func (r *run) former(ctx context.Context, l store.Link) (bool, error) {
	now, ok, err := r.current(ctx, l.Agent)
	if err != nil || !ok || now.Account == l.Account {
		return false, err
	}
	threads, err := r.Store.OpenThreads(ctx, l.Account)
	return err == nil && !slices.ContainsFunc(threads, func(t store.Thread) bool { return t.Agent == l.Agent }), err
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

// appFor is the application as a sign-in uses it. Channels are asked for only when the agent wants them: a tenant that does not grant
// them must not keep anybody from signing in.
func (k *Connector) appFor(a store.Account, channels bool) *graph.App {
	app := k.app(a)
	if channels {
		app.Scopes = slices.Concat(app.Scopes, graph.ChannelScopes)
	}
	return app
}

// StartSignIn returns where to send the agent's browser. session binds the sign-in to the browser that began it; with is the account
// that the agent chose, or "" where there is nothing to choose. Errors: chat.Conflict "no_account", chat.Invalid "choose_account".
func (k *Connector) StartSignIn(ctx context.Context, agent chat.AgentID, session, locale string, with chat.AccountID) (string, error) {
	return k.startSignIn(ctx, agent, session, locale, with, false)
}

// StartWithChannels is StartSignIn for an agent who wants to write in channels, too.
func (k *Connector) StartWithChannels(ctx context.Context, agent chat.AgentID, session, locale string, with chat.AccountID) (string, error) {
	return k.startSignIn(ctx, agent, session, locale, with, true)
}

func (k *Connector) startSignIn(ctx context.Context, agent chat.AgentID, session, locale string, with chat.AccountID, channels bool) (string, error) {
	old, had, err := k.current(ctx, agent)
	if err != nil {
		return "", err
	}
	a, err := k.choose(with, old)
	if err != nil {
		return "", err
	}
	state, hash := k.Store.NewToken()
	nonce, _ := k.Store.NewToken()
	s := signInState{Agent: agent, Session: session, Account: a.ID, Verifier: graph.NewVerifier(), Nonce: nonce, Channels: channels}
	data, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("begin sign-in: %w", err)
	}
	if err := k.Store.PutOnce(ctx, purposeSignIn, hash, data, time.Now().Add(signInTime)); err != nil {
		return "", err
	}
	ask := graph.AuthRequest{State: state, Nonce: nonce, Verifier: s.Verifier, Locale: locale}
	if had && old.Account == a.ID {
		ask.Claims = old.Claims
	}
	return k.appFor(a, channels).AuthURL(ask), nil
}

// choose finds the account to sign in with: the one that was named, the only one, or the one of the present sign-in.
func (k *Connector) choose(with chat.AccountID, old store.Link) (store.Account, error) {
	all := k.choices()
	if with == "" && len(all) == 1 {
		return all[0], nil
	}
	if with == "" {
		with = old.Account
	}
	for _, a := range all {
		if a.ID == with {
			return a, nil
		}
	}
	if len(all) == 0 {
		return store.Account{}, chat.Refuse(chat.Conflict, "no_account", "No Microsoft Teams account is set up for this installation.")
	}
	return store.Account{}, chat.RefuseField("account", "choose_account", "Choose one of the accounts for Microsoft Teams.")
}

// FinishSignIn takes in what Microsoft sent the browser back with. The refusals' codes are for the reader to word: "sign_in_expired",
// "no_own_licence", or the graph.Problem that Microsoft named; Field then names the permissions that it is about.
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
	a, ok := k.account(s.Account)
	if !ok {
		return chat.Refuse(chat.Conflict, "no_account", "The Microsoft Teams account was removed meanwhile.")
	}
	if refused := graph.CallbackError(q); refused != nil {
		return k.refused(ctx, a, refused)
	}
	who, err := k.appFor(a, s.Channels).Exchange(ctx, q.Get("code"), s.Verifier, s.Nonce)
	if err != nil {
		return k.refused(ctx, a, err)
	}
	if err := k.mayUseTeams(ctx, a.ID, who); err != nil {
		return err
	}
	return k.connect(ctx, s, who)
}

// connect stores a finished sign-in.
func (k *Connector) connect(ctx context.Context, s signInState, who graph.SignIn) error {
	link := store.Link{Account: s.Account, Agent: s.Agent, Person: chat.PersonID(who.ObjectID), Name: who.Name, Username: who.Username,
		Refresh: string(who.Refresh), Scopes: who.Scopes, State: store.LinkConnected, Since: time.Now()}
	old, had, err := k.Store.LinkOf(ctx, s.Account, s.Agent)
	if err != nil {
		return err
	}
	if had && old.Person != link.Person {
		if err := k.Store.DeleteLink(ctx, s.Account, s.Agent); err != nil { // subscription and folder are another person's
			return err
		}
	}
	tokens := k.tokensOf(s.Account, s.Agent)
	if err := tokens.adopt(ctx, who); err != nil {
		return err
	}
	if k.crash("link.adopted") {
		return errCrashed
	}
	if _, err := k.Store.PutLink(ctx, link); err != nil {
		// The agent reads that it failed. With its token in use, nobody would notice for an hour that what is stored is no longer accepted.
		return errors.Join(err, tokens.adopt(context.WithoutCancel(ctx), graph.SignIn{}))
	}
	if k.crash("link.stored") {
		return errCrashed
	}
	if err := account.NoteRefusal(ctx, k.Store, s.Account, ""); err != nil {
		return err
	}
	if err := k.doubt(ctx, s.Account, s.Agent); err != nil { // Microsoft delivers by the token of the old sign-in, which may have been revoked
		return err
	}
	return k.note(ctx, s.Agent, "link_teams")
}

func (k *Connector) note(ctx context.Context, agent chat.AgentID, action string) error {
	return k.Store.Audit(ctx, store.AuditRecord{Actor: "agent:" + string(agent), Action: action, Object: "agent:" + string(agent)})
}

// refused turns Microsoft's refusal into one that the profile page can word. One for want of consent is remembered for administrators.
func (k *Connector) refused(ctx context.Context, a store.Account, err error) error {
	k.Log.WarnContext(ctx, "teams: sign-in refused", "account", a.ID, "err", err)
	var auth *graph.AuthError
	if !errors.As(err, &auth) {
		return err
	}
	p := auth.Problem()
	refusal := chat.Refuse(chat.Conflict, string(p), "Microsoft refused the sign-in (%s).", p)
	if auth.Class == graph.Consent || auth.Class == graph.ConfigRedirect {
		refusal.Field = account.ScopesFor(a, p)
	}
	if auth.Class == graph.Consent && p != "declined" {
		if err := account.NoteRefusal(ctx, k.Store, a.ID, p); err != nil {
			return err
		}
	}
	return refusal
}

// Disable forgets an agent's sign-ins and ends their subscriptions. Threads that the agent carries pause.
func (k *Connector) Disable(ctx context.Context, agent chat.AgentID) error {
	links, err := k.Store.LinksOf(ctx, agent)
	if err != nil {
		return err
	}
	for _, l := range links {
		if err := k.unlink(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// unlink forgets one sign-in and ends its subscription.
func (k *Connector) unlink(ctx context.Context, l store.Link) error {
	if err := k.unsubscribe(ctx, l); err != nil {
		return err
	}
	if err := k.Store.DeleteLink(ctx, l.Account, l.Agent); err != nil {
		return err
	}
	k.talks.forget(l.Agent)
	return k.note(ctx, l.Agent, "unlink_teams")
}

// unsubscribe ends a sign-in's subscription at Microsoft, as well as can be: one that stays ends by itself within three days, and what it
// tells is dropped.
func (k *Connector) unsubscribe(ctx context.Context, l store.Link) error {
	sub, ok, err := k.Store.SubscriptionOf(ctx, l.Account, l.Agent)
	if err != nil || !ok || sub.ID == "" {
		return err
	}
	if err := k.client(l.Account, l.Agent).DeleteSubscription(ctx, graph.SubscriptionID(sub.ID)); err != nil && !graph.Missing(err) {
		k.Log.WarnContext(ctx, "teams: subscription stays until it expires", "agent", l.Agent, "err", err)
	}
	return nil
}

// Unsubscribe ends all subscriptions of an account at Microsoft, before it is deleted.
func (k *Connector) Unsubscribe(ctx context.Context, id chat.AccountID) error {
	links, err := k.Store.Links(ctx)
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.Account == id {
			if err := k.unsubscribe(ctx, l); err != nil {
				return err
			}
		}
	}
	return nil
}
