package teams

import (
	"context"
	"crypto/rsa"
	"crypto/subtle"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// inboxBatch is how many notifications are looked at together, so that those that came out of order can be put in order.
const inboxBatch = 100

// workInbox works off what the hook stored, until ctx ends. What fails for the moment is tried again, ever later; meanwhile nothing
// newer of the same chat overtakes it.
func (r *run) workInbox(ctx context.Context) error {
	for {
		again, err := r.emptyInbox(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "teams: read notifications", "account", r.id, "err", err)
			again = 5 * time.Second
		}
		var later <-chan time.Time
		if again > 0 {
			later = time.After(again)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.inbox:
		case <-later:
		}
	}
}

// emptyInbox works once at all that waits and says when to look again at what failed; 0 for never.
func (r *run) emptyInbox(ctx context.Context) (time.Duration, error) {
	var again time.Duration
	var last store.Delivery
	stuck := map[graph.ChatID]bool{}
	for {
		list, err := r.Store.Deliveries(ctx, r.id, last, inboxBatch)
		if err != nil || len(list) == 0 {
			return again, err
		}
		if err := r.readMissed(ctx); err != nil {
			return again, err
		}
		b := &batch{run: r, stuck: stuck}
		for _, d := range list {
			if err := b.add(ctx, d); err != nil {
				return again, err
			}
		}
		if err := b.work(ctx); err != nil {
			return again, err
		}
		failed, err := b.finish(ctx)
		if err != nil {
			return again, err
		}
		if failed > 0 && (again == 0 || failed < again) {
			again = failed
		}
		if len(list) < inboxBatch || b.sealed == len(list) { // Microsoft's keys can't be had, and the next would fare no better
			return again, nil
		}
		last = list[len(list)-1]
	}
}

// readMissed has the threads read back of agents of whom a notification could not be stored.
func (r *run) readMissed(ctx context.Context) (err error) {
	r.missed.Range(func(agent, _ any) bool {
		r.missed.Delete(agent)
		if err = r.catchUpAll(ctx, agent.(chat.AgentID)); err != nil {
			r.missed.Store(agent, true)
		}
		return err == nil
	})
	return err
}

// batch is a handful of notifications being worked off.
type batch struct {
	*run
	opened []*opened
	sealed int // of them that could not be opened
	told   []told
	stuck  map[graph.ChatID]bool // chats of which something failed for the moment
}

// opened is a notification that was found authentic.
type opened struct {
	store.Delivery
	failed bool
	waits  bool   // only for an earlier message of its chat: that is no try
	why    string // of the failure
}

// errBehind says that an earlier message of the same chat can't be taken in yet.
var errBehind = errors.New("an earlier message of the same chat is stuck")

// maxWhy is how much of an error is kept for the health page.
const maxWhy = 300

// fail notes why a notification has to be tried again: the first line of the error, which names no message's text.
func (o *opened) fail(err error) {
	o.waits = errors.Is(err, errBehind) && (o.waits || !o.failed)
	o.failed = true
	if o.why == "" {
		o.why, _, _ = strings.Cut(err.Error(), "\n")
		o.why = strings.ToValidUTF8(o.why[:min(len(o.why), maxWhy)], "")
	}
}

// told is a message of which a notification tells.
type told struct {
	graph.ChatMessage
	agent chat.AgentID // whose subscription told
	by    *opened
}

// add checks and opens one notification. One that is not authentic is dropped.
func (b *batch) add(ctx context.Context, d store.Delivery) error {
	o := &opened{Delivery: d}
	var messages []graph.ChatMessage
	var agent chat.AgentID
	err := contained(func() (err error) {
		messages, agent, err = b.open(ctx, d)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, graph.ErrForged):
		b.count(b.id, Forged)
		b.Log.WarnContext(ctx, "teams: notification is not authentic, dropped", "account", b.id, "err", err)
		if d.Reason != "" { // it could not be checked when it came, and Microsoft's keys may have changed since
			if err := b.readInstead(ctx, d); err != nil {
				return err
			}
		}
	case err != nil:
		b.Log.WarnContext(ctx, "teams: notification can't be opened", "account", b.id, "tries", d.Tries, "err", err)
		o.fail(err)
		b.sealed++
	}
	b.opened = append(b.opened, o)
	for _, m := range messages {
		b.told = append(b.told, told{m, agent, o})
	}
	return nil
}

// readInstead has the threads read back of which a notification would have told.
func (r *run) readInstead(ctx context.Context, d store.Delivery) error {
	sub, ok, err := r.Store.SubscriptionAt(ctx, d.Path)
	if err != nil || !ok {
		return err
	}
	return r.catchUpAll(ctx, sub.Agent)
}

// open checks that a notification comes from Microsoft and is meant for the subscription at whose address it came, and decrypts it.
// That it decrypts proves nothing: anybody may encrypt with our certificate. [S23]
func (r *run) open(ctx context.Context, d store.Delivery) (messages []graph.ChatMessage, agent chat.AgentID, err error) {
	env, err := graph.ParseNotifications(d.Body)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", graph.ErrForged, err)
	}
	sub, ok, err := r.Store.SubscriptionAt(ctx, d.Path)
	if err != nil || !ok {
		return nil, "", err // the subscription is no more
	}
	account, ok := r.account(r.id)
	if !ok {
		return nil, "", nil
	}
	if hasContent(env) {
		if err := r.keys.ValidateTokens(ctx, env.ValidationTokens, account.Tenant, account.ClientID, d.At); err != nil {
			return nil, "", err
		}
	}
	if err := r.noteHeard(ctx, sub.Agent, false); err != nil {
		return nil, "", err
	}
	if sub.ID == "" && d.Tries < heldBack {
		return nil, "", errSubscriptionInMaking
	}
	for _, n := range env.Items {
		if !meant(n, sub, account) {
			r.count(r.id, Foreign)
			r.Log.WarnContext(ctx, "teams: item of a notification is not for this subscription, dropped", "account", r.id)
			continue
		}
		if n.Lifecycle != "" {
			if err := r.lifecycle(ctx, sub, n.Lifecycle); err != nil {
				return nil, "", err
			}
			continue
		}
		m, err := decrypt(n, account, d.At)
		if err != nil {
			r.Log.WarnContext(ctx, "teams: item of a notification can't be read, dropped", "account", r.id, "err", err)
			if err := r.catchUpAll(ctx, sub.Agent); err != nil {
				return nil, "", err
			}
			continue
		}
		messages = append(messages, m)
	}
	return messages, sub.Agent, nil
}

func hasContent(env graph.Envelope) bool {
	for _, n := range env.Items {
		if n.Lifecycle == "" {
			return true
		}
	}
	return false
}

// errSubscriptionInMaking says that Microsoft tells of a subscription whose id it has not told us yet. If that takes long, the item is
// dropped: when the subscription stands, its threads are read back.
var errSubscriptionInMaking = errors.New("the subscription is being made")

// meant reports whether an item carries what only Microsoft and we know of the subscription.
func meant(n graph.Notification, sub store.TeamsSubscription, account store.Account) bool {
	return subtle.ConstantTimeCompare([]byte(n.ClientState), []byte(sub.State)) == 1 &&
		sub.ID != "" && string(n.SubscriptionID) == sub.ID &&
		(n.TenantID == "" || strings.EqualFold(n.TenantID, account.Tenant))
}

// resource is the shape of an item's address: chats('ID')/messages('ID'). [change-notifications-with-resource-data]
var resource = regexp.MustCompile(`^/?chats\('([^']+)'\)/messages\('([0-9]+)'\)$`)

// decrypt opens an item that came at a moment and checks that it holds the message it says it does.
func decrypt(n graph.Notification, account store.Account, at time.Time) (m graph.ChatMessage, err error) {
	names := resource.FindStringSubmatch(n.Resource)
	if n.Encrypted == nil || names == nil {
		return m, fmt.Errorf("an item about %q without content", n.Resource)
	}
	key, err := certKey(account, n.Encrypted.CertificateID, at)
	if err != nil {
		return m, err
	}
	plain, err := graph.Decrypt(*n.Encrypted, key)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(plain, &m); err != nil {
		return m, fmt.Errorf("read message of notification: %w", err)
	}
	if string(m.ID) != names[2] || m.ChatID != "" && string(m.ChatID) != names[1] {
		return m, errors.New("the content is of another message than the item says")
	}
	m.ChatID = graph.ChatID(names[1])
	return m, nil
}

// certKey returns the private key of the certificate with that id: the present one, or one that was replaced lately.
func certKey(a store.Account, id string, now time.Time) (*rsa.PrivateKey, error) {
	der := a.CertKey
	if id != certID(a.Cert) {
		i := slices.IndexFunc(a.OldKeys, func(k store.OldKey) bool { return certID(k.Cert) == id && now.Before(k.Until) })
		if i < 0 {
			return nil, fmt.Errorf("encrypted for certificate %.40q, which is not ours", id)
		}
		der = a.OldKeys[i].Key
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read key of account %s: %w", a.ID, err)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("key of account %s is no RSA key", a.ID)
	}
	return private, nil
}

// lifecycle carries out what Microsoft says about a subscription. [change-notifications-lifecycle-events]
func (r *run) lifecycle(ctx context.Context, sub store.TeamsSubscription, event string) error {
	switch event {
	case "reauthorizationRequired":
		if err := r.doubt(ctx, sub.Account, sub.Agent); err != nil {
			return err
		}
	case "subscriptionRemoved":
		if err := r.Store.DropSubscription(ctx, sub.Account, sub.Agent); err != nil {
			return err
		}
	default: // "missed", or what Microsoft may add: look for what was not told
		if err := r.catchUpAll(ctx, sub.Agent); err != nil {
			return err
		}
	}
	ring(r.keep)
	return nil
}

// work takes in what the notifications tell, by the messages' ids, which are the time they were written: notifications come in any
// order. [change-notifications-delivery-webhooks]
func (b *batch) work(ctx context.Context) error {
	slices.SortStableFunc(b.told, func(x, y told) int { return compareIDs(string(x.ID), string(y.ID)) })
	for _, m := range b.told {
		if b.stuck[m.ChatID] {
			m.by.fail(errBehind)
			continue
		}
		err := contained(func() error { return b.hear(ctx, m.agent, m.ChatMessage, m.by.Tries) })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			b.Log.WarnContext(ctx, "teams: message can't be taken in yet", "account", b.id, "tries", m.by.Tries, "err", err)
			b.stuck[m.ChatID] = true
			m.by.fail(err)
		}
	}
	if b.crash("inbox.heard") {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// finish removes the notifications that were worked off and counts the tries of the others; it says when to try those again, 0 for
// never. A try counts only when it was due: how often something else comes meanwhile says nothing about how long we have tried.
func (b *batch) finish(ctx context.Context) (again time.Duration, err error) {
	for _, o := range b.opened {
		if !o.failed {
			if err := b.Store.DropDelivery(ctx, o.ID); err != nil {
				return again, err
			}
			continue
		}
		if o.waits {
			continue
		}
		wait := until(o.Due, backoff(store.MaxTries))
		if wait == 0 {
			wait = backoff(o.Tries + 1)
			if err := b.Store.RetryDelivery(ctx, o.ID, o.why, time.Now().Add(wait)); err != nil {
				return again, err
			}
		}
		if again == 0 || wait < again {
			again = wait
		}
	}
	return again, nil
}

// contained turns a panic into an error: a message that breaks us must not take the others with it.
func contained(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}
