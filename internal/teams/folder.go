package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/directory"
	"trialog/internal/graph"
	"trialog/internal/store"
)

const (
	folderID     = directory.FolderTeamsChats
	folderFresh  = 10 * time.Minute // how long a list is shown without asking Microsoft
	folderPeople = 2000             // people in the folder at most
	folderChats  = 2000             // chats looked through at most
	searchPeople = 25
)

// recent is what is cached of an agent's folder.
type recent struct {
	Dirty  bool               `json:"dirty,omitempty"` // a chat has changed since
	People []directory.Person `json:"people"`
}

// Source fills the folder "Microsoft Teams Chats" – the people with whom an agent has recent one-to-one chats – and searches the tenant.
func (k *Connector) Source() directory.Source {
	return directory.Source{Owns: k.owns, Folder: k.folder, Search: k.search, Person: k.lookUp, Present: k.present}
}

func (k *Connector) owns(_ context.Context, id chat.AccountID) bool {
	_, ok := k.account(id)
	return ok
}

// signedIn returns the agent's working link, or the state to show instead.
func (k *Connector) signedIn(ctx context.Context, agent chat.AgentID) (l store.Link, state directory.State, err error) {
	if len(k.choices()) == 0 {
		return l, directory.Off, nil
	}
	l, ok, err := k.current(ctx, agent)
	switch {
	case err != nil:
		return l, "", err
	case !ok:
		return l, directory.NotSignedIn, nil
	case l.State != store.LinkConnected:
		return l, directory.NeedsSignIn, nil
	}
	if a, _ := k.account(l.Account); a.Settings.ReplacedBy != "" {
		l.Reason = reasonReplaced
		return l, directory.NeedsSignIn, nil
	}
	return l, directory.OK, nil
}

func (k *Connector) folder(ctx context.Context, agent chat.AgentID) (directory.Folder, error) {
	l, state, err := k.signedIn(ctx, agent)
	f := directory.Folder{ID: folderID, State: state}
	if err != nil || state == directory.Off || state == directory.NotSignedIn {
		return f, err
	}
	cached, asOf, known, err := k.cached(ctx, l)
	if err != nil {
		return f, err
	}
	if state == directory.NeedsSignIn {
		f.Reason = l.Reason
	} else if !known || cached.Dirty || time.Since(asOf) > folderFresh {
		switch fresh, at, err := k.refresh(ctx, l); {
		case err == nil:
			cached, asOf, known = fresh, at, true
		case needsSignIn(err):
			f.State = directory.NeedsSignIn
		default:
			k.Log.WarnContext(ctx, "teams: folder can't be read", "agent", agent, "err", err)
			f.State = directory.Stale
			f.Reason, _ = graph.Reason(err)
		}
	}
	f.People = cached.People
	if known {
		f.AsOf = &asOf
	}
	for i := range f.People {
		f.People[i].Kind = directory.Expert // what was cached by an older version does not say it
	}
	if f.State == directory.OK && len(f.People) == 0 {
		f.State = directory.Empty
	}
	return f, nil
}

func (k *Connector) cached(ctx context.Context, l store.Link) (c recent, asOf time.Time, known bool, err error) {
	body, asOf, known, err := k.Store.People(ctx, l.Account, l.Agent)
	if err == nil && known {
		err = json.Unmarshal(body, &c)
	}
	return c, asOf, known, err
}

func (k *Connector) cache(ctx context.Context, l store.Link, asOf time.Time, c recent) error {
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("cache folder of %s: %w", l.Agent, err)
	}
	return k.Store.PutPeople(ctx, l.Account, l.Agent, asOf, body)
}

// refresh asks Microsoft anew and caches the answer.
func (k *Connector) refresh(ctx context.Context, l store.Link) (c recent, at time.Time, err error) {
	c.People, err = patiently(ctx, func() ([]directory.Person, error) { return k.listRecent(ctx, l) })
	at = time.Now().UTC()
	if err == nil {
		err = k.cache(ctx, l, at, c)
	}
	return c, at, err
}

// warm fills the folder of an agent who has just been connected, so that the picker has it at once. It can wait: an open picker asks again.
func (r *run) warm(ctx context.Context, agent chat.AgentID) {
	l, ok, err := r.Store.LinkOf(ctx, r.id, agent)
	if err == nil && ok {
		_, _, err = r.refresh(ctx, l)
	}
	if err != nil && ctx.Err() == nil {
		r.Log.WarnContext(ctx, "teams: folder can't be filled yet", "agent", agent, "err", err)
	}
}

// patiently repeats a reading call that Microsoft asks to make a little later, because a person is looking at the screen.
func patiently[T any](ctx context.Context, call func() (T, error)) (v T, err error) {
	for range 4 {
		v, err = call()
		after, throttled := graph.Throttled(err)
		if !throttled || after > 5*time.Second {
			return v, err
		}
		select {
		case <-ctx.Done():
			return v, ctx.Err()
		case <-time.After(max(after, time.Second)):
		}
	}
	return v, err
}

// soil marks an agent's folder as changed: the next to open it asks Microsoft.
func (r *run) soil(ctx context.Context, agent chat.AgentID) error {
	l, ok, err := r.Store.LinkOf(ctx, r.id, agent)
	if err != nil || !ok {
		return err
	}
	c, asOf, known, err := r.cached(ctx, l)
	if err != nil || !known || c.Dirty {
		return err
	}
	c.Dirty = true
	return r.cache(ctx, l, asOf, c)
}

// listRecent asks Microsoft with whom the agent has written one to one, the latest first. Chats in which nobody ever wrote, group chats and
// people of other tenants are left out. [api: chat-list]
func (k *Connector) listRecent(ctx context.Context, l store.Link) ([]directory.Person, error) {
	account, _ := k.account(l.Account)
	people, seen, chats := []directory.Person{}, map[graph.UserID]bool{}, 0
	err := k.client(l.Account, l.Agent).Chats(ctx, pace(k.chats, string(l.Person), graph.Live), func(c graph.Chat) bool {
		chats++
		if p, ok := partner(c, l, account); ok && !seen[graph.UserID(p.ID)] {
			seen[graph.UserID(p.ID)] = true
			people = append(people, p)
		}
		return len(people) < folderPeople && chats < folderChats
	})
	return people, err
}

// partner is the other one of a one-to-one chat.
func partner(c graph.Chat, l store.Link, a store.Account) (directory.Person, bool) {
	if c.Type != graph.OneOnOne || c.Last == nil {
		return directory.Person{}, false
	}
	for _, m := range c.Members {
		foreign := m.TenantID != "" && !strings.EqualFold(m.TenantID, a.Tenant)
		if m.UserID == "" || chat.PersonID(m.UserID) == l.Person || foreign || oneLine(m.Name) == "" {
			continue
		}
		last := c.Last.Created
		return directory.Person{Kind: directory.Expert, Account: l.Account, ID: chat.PersonID(m.UserID), Name: oneLine(m.Name), LastChatAt: &last,
			Chat: string(c.ID), Unread: fresh(c, l)}, true
	}
	return directory.Person{}, false
}

// fresh reports whether the newest message of a chat is another's and the agent has not read it.
func fresh(c graph.Chat, l store.Link) bool {
	own := c.Last.From != nil && c.Last.From.User != nil && chat.PersonID(c.Last.From.User.ID) == l.Person
	return !own && c.View != nil && c.View.Read != nil && c.Last.Created.After(*c.View.Read)
}

// present adds presence where the agent is signed in.
func (k *Connector) present(ctx context.Context, agent chat.AgentID, people []directory.Person) {
	l, state, err := k.signedIn(ctx, agent)
	if err != nil {
		k.Log.WarnContext(ctx, "teams: presence can't be read", "agent", agent, "err", err)
	} else if state == directory.OK {
		k.addPresence(ctx, l, people)
	}
}

// addPresence adds who can be reached. A list without it is better than none.
func (k *Connector) addPresence(ctx context.Context, l store.Link, people []directory.Person) {
	if len(people) == 0 || !graph.HasScope(l.Scopes, "Presence.Read.All") {
		return
	}
	ids := make([]graph.UserID, len(people))
	for i, p := range people {
		ids[i] = graph.UserID(p.ID)
	}
	list, err := k.client(l.Account, l.Agent).Presences(ctx, ids)
	if err != nil {
		k.Log.WarnContext(ctx, "teams: presence can't be read", "agent", l.Agent, "err", err)
	}
	byID := map[chat.PersonID]*directory.Presence{}
	for _, p := range list {
		view := &directory.Presence{Availability: p.Availability, Activity: p.Activity}
		if p.OutOfOffice != nil && p.OutOfOffice.Is {
			view.Away, view.OutOfOffice = true, oneLine(p.OutOfOffice.Message)
		}
		byID[chat.PersonID(p.ID)] = view
	}
	for i := range people {
		people[i].Presence = byID[people[i].ID]
	}
}

// search finds anybody in the tenant by name or mail address.
func (k *Connector) search(ctx context.Context, agent chat.AgentID, words string) (directory.Found, error) {
	l, state, err := k.signedIn(ctx, agent)
	found := directory.Found{State: state, People: []directory.Person{}}
	if err != nil || state != directory.OK {
		return found, err
	}
	if !graph.HasScope(l.Scopes, "User.ReadBasic.All") {
		found.State = directory.Empty
		return found, nil
	}
	users, err := patiently(ctx, func() ([]graph.User, error) { return k.client(l.Account, agent).SearchUsers(ctx, words, searchPeople) })
	switch {
	case needsSignIn(err):
		found.State = directory.NeedsSignIn
		return found, nil
	case err != nil:
		k.Log.WarnContext(ctx, "teams: search failed", "agent", agent, "err", err)
		found.State = directory.Stale
		return found, nil
	}
	for _, u := range users {
		if chat.PersonID(u.ID) != l.Person && oneLine(u.Name) != "" {
			found.People = append(found.People, personOf(l.Account, u))
		}
	}
	if len(found.People) == 0 {
		found.State = directory.Empty
	}
	return found, nil
}

func personOf(a chat.AccountID, u graph.User) directory.Person {
	return directory.Person{Kind: directory.Expert, Account: a, ID: chat.PersonID(u.ID), Name: oneLine(u.Name), JobTitle: oneLine(u.JobTitle), Department: oneLine(u.Department)}
}

var errOtherAccount = chat.Refuse(chat.Conflict, "other_account", "This person belongs to another Microsoft Teams account than the one you are signed in with.")

// takesPlace reports whether people of an account go by the same ids in the present one: it is that one, or was replaced while both live in
// one tenant. Accounts side by side stay apart even there, because the agent has chosen between them. [docs/decisions/0009]
func (k *Connector) takesPlace(present, of chat.AccountID) bool {
	if present == of {
		return true
	}
	a, _ := k.account(of)
	return a.Settings.ReplacedBy != "" && slices.Contains(k.sameTenant(present), of)
}

// lookUp finds somebody by id, under the account that the agent is signed in with: in the folder, else at Microsoft.
func (k *Connector) lookUp(ctx context.Context, agent chat.AgentID, who chat.Person) (directory.Person, error) {
	l, err := k.linked(ctx, agent)
	if err != nil {
		return directory.Person{}, err
	}
	if !k.takesPlace(l.Account, who.Account) {
		return directory.Person{}, errOtherAccount
	}
	cached, _, _, err := k.cached(ctx, l)
	if err != nil {
		return directory.Person{}, err
	}
	for _, p := range cached.People {
		if p.ID == who.ID {
			return p, nil
		}
	}
	u, err := patiently(ctx, func() (graph.User, error) { return k.client(l.Account, agent).User(ctx, graph.UserID(who.ID)) })
	switch {
	case err == nil:
		return personOf(l.Account, u), nil
	case graph.Permanent(err) && !graph.Unauthorized(err):
		return directory.Person{}, chat.Refuse(chat.NotFound, "no_person", "There is no such person.")
	case needsSignIn(err):
		return directory.Person{}, chat.Refuse(chat.Conflict, "needs_sign_in", "The sign-in to Microsoft Teams has expired.")
	}
	var refusal *chat.Error
	if errors.As(err, &refusal) {
		return directory.Person{}, err
	}
	k.Log.WarnContext(ctx, "teams: person can't be read", "agent", agent, "err", err)
	return directory.Person{}, chat.Refuse(chat.Unavailable, "unreachable", "Microsoft Teams can't be reached.")
}
