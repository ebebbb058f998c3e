package teams

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// begin starts a thread for a conversation that has none, once an expert is on the way in.
func (x *lane) begin(ctx context.Context, c *chat.Conversation) (time.Duration, error) {
	experts := inviting(c)
	if len(experts) == 0 || c.Status == chat.Closed {
		return idle, nil
	}
	by, link, ok, err := x.beginner(ctx, c, experts[0])
	if err != nil {
		return idle, err
	}
	if !ok || link.Account != x.run.id {
		if experts[0].Person.Account != x.run.id {
			return idle, nil // another account's work
		}
		return now, x.failAll(ctx, experts, "not_signed_in", "")
	}
	if link.State != store.LinkConnected {
		return now, x.failAll(ctx, experts, reasonNeedsSignIn, "")
	}
	service, err := x.Store.Service(ctx, c.Service)
	if err != nil {
		return idle, err
	}
	t := store.Thread{Conversation: x.id, Account: x.run.id, Agent: by.Agent, Sender: link.Person, Topic: topic(service.Name, c), State: store.LaneIdle, Since: time.Now().UTC()}
	return now, x.crashes("thread.begun", x.Store.PutThread(ctx, &t))
}

// beginner is the agent in whose name the thread begins: who invited, or, when that one had left before the invitation was tried again, another
// who takes part and can carry it.
func (x *lane) beginner(ctx context.Context, c *chat.Conversation, e chat.Participant) (by chat.Participant, link store.Link, ok bool, err error) {
	by, _ = c.Participant(e.InvitedBy)
	link, ok, err = x.current(ctx, by.Agent)
	if err != nil || by.Present() || e.Person.Account != x.run.id {
		return by, link, ok, err
	}
	others, err := x.successors(ctx, c)
	if err != nil || len(others) == 0 {
		return by, link, ok, err
	}
	return others[0].agent, others[0].link, true, nil
}

// refusedInTopics are characters that Teams does not take in a title; "#" marks the number that conferences are found by.
var refusedInTopics = strings.NewReplacer(":", " ", "#", " ")

// topic names a thread: service, customer and number. Teams takes 250 characters and no line feeds.
func topic(service string, c *chat.Conversation) string {
	short := func(s string, n int) string {
		s = strings.Join(strings.Fields(refusedInTopics.Replace(s)), " ")
		if utf8.RuneCountInString(s) > n {
			s = string([]rune(s)[:n-1]) + "…"
		}
		return s
	}
	parts := []string{short(service, 80), short(c.Visitor.Name, 80), fmt.Sprintf("#%d", c.Number)}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// create makes the chat in two durable steps: the intent, then the call. Creation is not idempotent, so an unclear outcome is verified
// like a post's.
func (x *lane) create(ctx context.Context, c *chat.Conversation, t *store.Thread) (time.Duration, error) {
	experts := inviting(c)
	if len(experts) == 0 || c.Status == chat.Closed {
		return now, x.Store.DropThread(ctx, x.id)
	}
	x.intend(t, "create", 0, 0, "")
	if x.isTaken() {
		// The invitation is older than this run. Where the database was set back to a backup, its thread is there already.
		t.Attempt.StartedAt = c.OpenedAt
		if made, ok, err := x.findCreated(ctx, t); err != nil {
			return idle, err
		} else if ok {
			t.Attempt.Ambiguous = true
			return now, x.created(ctx, t, made)
		}
		x.looked()
		t.Attempt.StartedAt = time.Now().UTC()
	}
	if err := x.put(ctx, t, store.LaneSending, "", ""); err != nil {
		return idle, err
	}
	if x.crash("create.intent") {
		return idle, errCrashed
	}
	made, err := x.callCreate(ctx, t, experts)
	if x.crash("create.called") {
		return idle, errCrashed
	}
	if err == nil {
		made, err = x.inspect(ctx, t, made)
	}
	switch {
	case err == nil:
		return now, x.created(ctx, t, made)
	case graph.Ambiguous(err) || errors.Is(err, errNotOurs):
		return now, x.unclear(ctx, t, err)
	case graph.Permanent(err) || errors.Is(err, errThreadRefused):
		return now, x.refusedThread(ctx, t, experts, err)
	}
	t.Attempt = nil
	if perr := x.Store.PutThread(ctx, t); perr != nil {
		return idle, perr
	}
	return idle, err
}

// errNotOurs says that what Microsoft answered is not the chat that was asked for.
var errNotOurs = errors.New("microsoft answered with another chat")

// inspect reads the chat that Microsoft says it made, before a line is posted there: the answer has no members, and one was seen to go
// missing; and an answer that is mixed up must not send a customer's chat to strangers. [contract §4.2]
func (x *lane) inspect(ctx context.Context, t *store.Thread, made graph.Chat) (graph.Chat, error) {
	if err := x.lists.Wait(ctx, graph.ChatID(made.ID), graph.Live); err != nil {
		return made, err
	}
	if err := x.chats.Wait(ctx, graph.ChatID(t.Sender), graph.Live); err != nil {
		return made, err
	}
	read, err := x.sender(t).Chat(ctx, made.ID)
	if err != nil {
		return made, fmt.Errorf("%w: %w", errNotOurs, err) // it may have been made all the same
	}
	if read.Type != graph.Group || !entitled(read.Topic, t) {
		return made, errNotOurs
	}
	return read, nil
}

// errThreadRefused says that Microsoft gives these people no group chat.
var errThreadRefused = errors.New("microsoft gives these people no group chat")

// callCreate creates the chat with all experts; when Microsoft refuses, perhaps because of one of them, with one at a time, so that one
// bad invitation does not fail the others.
func (x *lane) callCreate(ctx context.Context, t *store.Thread, experts []chat.Participant) (graph.Chat, error) {
	made, err := x.tryCreate(ctx, t, experts)
	if err == nil || len(experts) == 1 || !graph.Permanent(err) {
		return made, err
	}
	for _, e := range experts {
		made, err = x.tryCreate(ctx, t, []chat.Participant{e})
		if err == nil || !graph.Permanent(err) {
			return made, err
		}
	}
	return made, err
}

func (x *lane) tryCreate(ctx context.Context, t *store.Thread, experts []chat.Participant) (graph.Chat, error) {
	people := []graph.NewMember{{User: graph.UserID(t.Sender)}}
	for _, e := range experts {
		people = append(people, graph.NewMember{User: graph.UserID(e.Person.ID)})
	}
	made, err := x.createGroup(ctx, t, people)
	account, _ := x.account(x.run.id)
	third := graph.UserID(account.Settings.ThirdMember)
	pair := len(people) == 2 && (errors.Is(err, errThreadRefused) || graph.Permanent(err))
	if pair && third != "" && third != people[0].User && third != people[1].User {
		return x.createGroup(ctx, t, append(people, graph.NewMember{User: third}))
	}
	return made, err
}

// createGroup accepts only a group: whether Microsoft gives two people one is not documented, and a one-to-one chat must never be
// used, since two conferences with the same pair would mix in it.
func (x *lane) createGroup(ctx context.Context, t *store.Thread, people []graph.NewMember) (graph.Chat, error) {
	if err := x.others.Wait(ctx, "", graph.Live); err != nil {
		return graph.Chat{}, err
	}
	made, err := x.sender(t).CreateChat(ctx, graph.NewChat{Type: graph.Group, Topic: t.Topic, Members: people})
	if err == nil && made.Type != graph.Group {
		return made, errThreadRefused
	}
	return made, err
}

// created records the chat that Microsoft made, with those whom it lists.
func (x *lane) created(ctx context.Context, t *store.Thread, made graph.Chat) error {
	t.Chat, t.WebURL, t.Throttles, t.Heard = string(made.ID), made.WebURL, 0, made.Created
	t.CatchUp, t.Attempt = t.Attempt.Ambiguous, nil // somebody may have written there meanwhile
	for _, m := range made.Members {
		if m.UserID != "" && !strings.EqualFold(string(m.UserID), string(t.Sender)) {
			t.Members = append(t.Members, chat.PersonID(m.UserID))
		}
	}
	return x.crashes("create.stored", x.put(ctx, t, store.LaneSending, "", ""))
}

// refusedThread fails the invitations and forgets the thread, so that a retry starts afresh.
func (x *lane) refusedThread(ctx context.Context, t *store.Thread, experts []chat.Participant, err error) error {
	reason, detail := "thread_refused", ""
	if !errors.Is(err, errThreadRefused) {
		reason, detail = graph.Reason(blame(ctx, x.sender(t), pace(x.chats, string(t.Sender), graph.Live), err))
		if reason == "chat_gone" {
			reason = "person_unknown"
		}
		if reason == "internal" && len(experts) == 1 {
			reason = "thread_refused"
		}
	}
	x.Log.WarnContext(ctx, "teams: thread refused", "conversation", x.id, "err", err)
	if err := x.failAll(ctx, experts, reason, detail); err != nil {
		return err
	}
	return x.Store.DropThread(ctx, x.id)
}

func (x *lane) failAll(ctx context.Context, experts []chat.Participant, reason, detail string) error {
	var all error
	for _, e := range experts {
		all = errors.Join(all, x.Desk.InvitationProgress(ctx, x.id, e.ID, chat.Failed, reason, detail))
	}
	return all
}

// entitled reports whether a chat's title is the one that was asked for, or what somebody has added to it meanwhile. A title that merely
// shares the number is no proof: a customer's chat must not be told to strangers.
func entitled(title string, t *store.Thread) bool {
	_, added, ok := strings.Cut(title, t.Topic)
	return ok && (added == "" || !unicode.IsDigit(rune(added[0])))
}

// clocksDiffer is by how much our clock may be ahead of Microsoft's: an hour for one that somebody has set, minutes for one that drifts. [F22]
const clocksDiffer = 65 * time.Minute

// findCreated looks for the chat of an unclear creation among the agent's chats by its title. Of
// several, the oldest stays; the others are renamed so that nobody writes there.
func (x *lane) findCreated(ctx context.Context, t *store.Thread) (found graph.Chat, ok bool, err error) {
	var all []graph.Chat
	since := t.Attempt.StartedAt.Add(-clocksDiffer)
	if err := x.sender(t).Chats(ctx, pace(x.chats, string(t.Sender), graph.CatchUp), func(c graph.Chat) bool {
		if c.Type == graph.Group && entitled(c.Topic, t) && c.Created.After(since) {
			all = append(all, c)
		}
		return true
	}); err != nil || len(all) == 0 {
		return found, false, err
	}
	slices.SortFunc(all, func(a, b graph.Chat) int {
		return cmpOr(a.Created.Compare(b.Created), strings.Compare(string(a.ID), string(b.ID)))
	})
	for _, surplus := range all[1:] {
		x.Log.WarnContext(ctx, "teams: surplus thread renamed", "conversation", x.id)
		if err := x.sender(t).RenameChat(ctx, surplus.ID, "✕ "+strings.ReplaceAll(t.Topic, "#", "")); err != nil {
			return found, false, err
		}
	}
	return all[0], true, nil
}

func cmpOr(a, b int) int {
	if a != 0 {
		return a
	}
	return b
}
