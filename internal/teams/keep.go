package teams

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// How subscriptions are kept alive. Microsoft keeps the token by which one was made or renewed and stops delivering when that lapses,
// after about an hour. [webhooks-lifecycle]
const (
	subscribeFor   = graph.MaxSubscription - time.Hour
	renewBefore    = subscribeFor / 2
	authorizeEvery = 45 * time.Minute
	doubtEvery     = 10 * time.Second // how long after authorising it a subscription is above suspicion
)

// keepSubscriptions keeps one subscription for every connected agent of the account, until ctx ends.
func (r *run) keepSubscriptions(ctx context.Context) error {
	failures := map[chat.AgentID]setback{}
	for {
		next, err := r.lookAfter(ctx, failures)
		if err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "teams: look after subscriptions", "account", r.id, "err", err)
			next = 5 * time.Second
		}
		var later <-chan time.Time
		if next > 0 {
			later = time.After(next)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.keep:
		case <-later:
		}
	}
}

// setback says how often in a row an agent's subscription could not be looked after and, where Microsoft refused a fresh token, until when it
// is left alone: every token that is fetched rings the keeper, and it would be tried again at once and for ever.
type setback struct {
	n        int
	until    time.Time
	signedIn time.Time // a newer sign-in does not wait
}

// left is how long the subscription of a sign-in is still left alone.
func (s setback) left(l store.Link) time.Duration {
	if !s.signedIn.Equal(l.Since) {
		return 0
	}
	return max(0, time.Until(s.until))
}

// lookAfter does what is due for every agent and says when something will be due next; 0 for never.
func (r *run) lookAfter(ctx context.Context, failures map[chat.AgentID]setback) (next time.Duration, err error) {
	if err := r.keepKey(ctx); err != nil {
		return 0, err
	}
	links, err := r.Store.Links(ctx)
	if err != nil {
		return 0, err
	}
	for _, l := range links {
		if l.Account != r.id || l.State != store.LinkConnected {
			continue
		}
		if former, err := r.former(ctx, l); err != nil {
			return 0, err
		} else if former {
			if err := r.unlink(ctx, l); err != nil {
				return 0, err
			}
			continue
		}
		if wait := failures[l.Agent].left(l); wait > 0 {
			next = soonest(next, wait)
			continue
		}
		due, err := r.lookAfterOne(ctx, l)
		switch {
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case signedOut(err):
			continue // a new sign-in rings
		case err != nil:
			n := failures[l.Agent].n + 1
			due = backoff(n)
			if after, throttled := graph.Throttled(err); throttled && after > 0 {
				due = after
			}
			failures[l.Agent] = setback{n: n}
			if graph.Unauthorized(err) {
				failures[l.Agent] = setback{n, time.Now().Add(due), l.Since}
			}
			r.Log.WarnContext(ctx, "teams: subscription", "agent", l.Agent, "err", err)
		default:
			delete(failures, l.Agent)
		}
		next = soonest(next, max(due, time.Second))
	}
	return next, nil
}

// soonest is the shorter of two pauses, of which the first may be 0 for none.
func soonest(next, due time.Duration) time.Duration {
	if next == 0 {
		return due
	}
	return min(next, due)
}

// lookAfterOne makes, renews or reauthorises an agent's subscription and says when it will need something again.
func (r *run) lookAfterOne(ctx context.Context, l store.Link) (time.Duration, error) {
	sub, ok, err := r.Store.SubscriptionOf(ctx, r.id, l.Agent)
	if err != nil {
		return 0, err
	}
	if !ok || sub.ID == "" || time.Now().After(sub.Expires) {
		if sub, err = r.subscribe(ctx, l, sub); err != nil {
			return 0, err
		}
	}
	switch {
	case time.Until(sub.Expires) <= renewBefore, r.oldCert(sub):
		err = r.renew(ctx, &sub)
	case since(sub.Authorized) >= authorizeEvery:
		err = r.reauthorize(ctx, &sub)
	}
	if graph.Missing(err) {
		if err := r.Store.DropSubscription(ctx, r.id, l.Agent); err != nil {
			return 0, err
		}
		return time.Second, nil // gone at Microsoft: made anew at once
	}
	if err != nil {
		return 0, err
	}
	return min(time.Until(sub.Expires)-renewBefore, authorizeEvery-time.Since(sub.Authorized)), nil
}

// subscribe makes an agent's subscription. It is stored, with a path of its own, before Microsoft is asked: the handshakes come while
// the call is open, and if its outcome stays unclear, the path tells which of Microsoft's subscriptions is the one.
func (r *run) subscribe(ctx context.Context, l store.Link, old store.TeamsSubscription) (store.TeamsSubscription, error) {
	a, ok := r.account(r.id)
	if !ok {
		return old, fmt.Errorf("no account %s", r.id)
	}
	adopted, found, err := r.adopt(ctx, l, old)
	if err != nil || found {
		return adopted, err
	}
	path, _ := r.Store.NewToken()
	state, _ := r.Store.NewToken()
	sub := store.TeamsSubscription{Account: r.id, Agent: l.Agent, Path: path, State: state, Cert: certID(a.Cert)}
	if err := r.Store.PutSubscription(ctx, sub); err != nil {
		return sub, err
	}
	if r.crash("subscribe.intent") {
		<-ctx.Done()
		return sub, ctx.Err()
	}
	began := time.Now()
	if err := r.others.Wait(ctx, "", graph.Live); err != nil {
		return sub, err
	}
	made, err := r.freshClient(r.id, l.Agent).CreateSubscription(ctx, graph.Subscription{
		ChangeType: "created,updated,deleted", Resource: graph.AllMessagesOf(graph.UserID(l.Person)),
		NotifyURL: r.hookURL(path), LifecycleURL: r.hookURL(path) + "/lifecycle", Expires: began.Add(subscribeFor).UTC(),
		ClientState: state, ResourceData: true, Certificate: base64.StdEncoding.EncodeToString(a.Cert), CertificateID: sub.Cert,
	})
	if err != nil {
		return sub, err
	}
	if r.crash("subscribe.called") {
		<-ctx.Done()
		return sub, ctx.Err()
	}
	return r.subscribed(ctx, sub, made, began)
}

func (k *Connector) hookURL(path string) string { return k.PublicURL + hookRoot + path }

// subscribed records that Microsoft tells us of an agent's chats from now on, and reads back what happened before.
func (r *run) subscribed(ctx context.Context, sub store.TeamsSubscription, made graph.Subscription, authorized time.Time) (store.TeamsSubscription, error) {
	sub.ID, sub.Expires, sub.Authorized = string(made.ID), made.Expires, authorized
	if err := r.Store.PutSubscription(ctx, sub); err != nil {
		return sub, err
	}
	r.Log.InfoContext(ctx, "teams: subscribed", "agent", sub.Agent, "until", sub.Expires)
	r.warm(ctx, sub.Agent)
	return sub, r.catchUpAll(ctx, sub.Agent)
}

// adopt looks among the subscriptions that Microsoft has for one that we asked for and whose making we did not hear the end of. Any
// other for the same messages is ended, since Microsoft allows one. [change-notifications-overview]
func (r *run) adopt(ctx context.Context, l store.Link, old store.TeamsSubscription) (adopted store.TeamsSubscription, found bool, err error) {
	if err := r.others.Wait(ctx, "", graph.Live); err != nil {
		return old, false, err
	}
	list, err := r.client(r.id, l.Agent).Subscriptions(ctx)
	if err != nil {
		return old, false, err
	}
	for _, s := range list {
		if !strings.EqualFold(strings.TrimPrefix(s.Resource, "/"), strings.TrimPrefix(graph.AllMessagesOf(graph.UserID(l.Person)), "/")) {
			continue
		}
		if !found && old.Path != "" && s.NotifyURL == r.hookURL(old.Path) && time.Now().Before(s.Expires) {
			found = true
			if adopted, err = r.subscribed(ctx, old, s, time.Unix(0, 0)); err != nil {
				return adopted, true, err
			}
			continue
		}
		if err := r.client(r.id, l.Agent).DeleteSubscription(ctx, s.ID); err != nil && !graph.Missing(err) {
			return adopted, found, err
		}
	}
	return adopted, found, nil
}

// rotateBefore is how long before its end an encryption certificate is replaced.
const rotateBefore = 30 * 24 * time.Hour

// keepKey replaces the certificate for which Microsoft encrypts before it ends.
func (r *run) keepKey(ctx context.Context) error {
	a, ok := r.account(r.id)
	if !ok || r.Rotate == nil {
		return nil
	}
	cert, err := x509.ParseCertificate(a.Cert)
	if err != nil {
		return fmt.Errorf("read encryption certificate of account %s: %w", r.id, err)
	}
	if time.Until(cert.NotAfter) > rotateBefore {
		return nil
	}
	if err := r.Rotate(ctx, "system", r.id); err != nil {
		return err
	}
	return r.loadAccounts(ctx)
}

// oldCert reports whether Microsoft encrypts for a certificate that was replaced.
func (r *run) oldCert(sub store.TeamsSubscription) bool {
	a, ok := r.account(r.id)
	return ok && sub.Cert != certID(a.Cert)
}

// renew puts off a subscription's end and says for which certificate to encrypt, which reauthorises it too. [api: subscription-update]
func (r *run) renew(ctx context.Context, sub *store.TeamsSubscription) error {
	a, ok := r.account(r.id)
	if !ok {
		return fmt.Errorf("no account %s", r.id)
	}
	began := time.Now()
	made, err := r.freshClient(r.id, sub.Agent).RenewSubscription(ctx, graph.SubscriptionID(sub.ID), began.Add(subscribeFor),
		base64.StdEncoding.EncodeToString(a.Cert), certID(a.Cert))
	if err != nil {
		return err
	}
	sub.Expires, sub.Authorized, sub.Cert = began.Add(subscribeFor).UTC(), began, certID(a.Cert)
	if !made.Expires.IsZero() {
		sub.Expires = made.Expires
	}
	return r.Store.PutSubscription(ctx, *sub)
}

func (r *run) reauthorize(ctx context.Context, sub *store.TeamsSubscription) error {
	began := time.Now()
	if err := r.freshClient(r.id, sub.Agent).Reauthorize(ctx, graph.SubscriptionID(sub.ID)); err != nil {
		return err
	}
	sub.Authorized = began
	return r.Store.PutSubscription(ctx, *sub)
}

// doubt has an agent's subscription looked at and reauthorised now: something says that Microsoft may not be delivering.
func (k *Connector) doubt(ctx context.Context, account chat.AccountID, agent chat.AgentID) error {
	sub, ok, err := k.Store.SubscriptionOf(ctx, account, agent)
	if err != nil || !ok {
		return err
	}
	if since(sub.Authorized) < doubtEvery {
		return nil
	}
	sub.Authorized = time.Unix(0, 0)
	if err := k.Store.PutSubscription(ctx, sub); err != nil {
		return err
	}
	k.Store.Signal(ctx, store.Hint{Agent: agent, Topic: store.TopicLink})
	return nil
}

// catchUpAll lets all lanes that an agent's sign-in carries read their threads back.
func (r *run) catchUpAll(ctx context.Context, agent chat.AgentID) error {
	threads, err := r.Store.OpenThreads(ctx, r.id)
	if err != nil {
		return err
	}
	for _, t := range threads {
		if t.Agent == agent && t.Chat != "" {
			r.lanes.catchUp(t.Conversation)
		}
	}
	return nil
}

// certID names the certificate for the encryption of notifications, so that a notification for another one is told apart.
func certID(cert []byte) string {
	sum := sha256.Sum256(cert)
	return hex.EncodeToString(sum[:16])
}
