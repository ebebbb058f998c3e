package teamsim

import (
	"fmt"
	"net/http"
)

// subscriptionFor finds one of the caller's own subscriptions.
func (t *Tenant) subscriptionFor(c *call) (*subscription, answer) {
	s := t.subs[c.vars["subscription"]]
	if s == nil || s.app != c.token.app || s.person != c.caller() {
		return nil, fail(http.StatusNotFound, "ResourceNotFound", "The object was not found.")
	}
	return s, answer{}
}

func (t *Tenant) listSubscriptions(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := []wireSubscription{}
	for _, id := range t.subOrder {
		if s := t.subs[id]; s.app == c.token.app && s.person == c.caller() {
			w := s.wire(c.base, false)
			w.Context = ""
			list = append(list, w)
		}
	}
	return ok(page{Context: c.base + "/v1.0/$metadata#subscriptions", Value: list})
}

func (t *Tenant) getSubscription(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, a := t.subscriptionFor(c)
	if s == nil {
		return a
	}
	return ok(s.wire(c.base, false))
}

func (t *Tenant) deleteSubscription(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, a := t.subscriptionFor(c)
	if s == nil {
		return a
	}
	t.forget(s)
	return noContent()
}

// forget ends a subscription. The caller holds t.mu.
func (t *Tenant) forget(s *subscription) {
	delete(t.subs, s.id)
	t.subOrder = without(t.subOrder, s.id)
	for _, topic := range s.topics {
		if delete(t.subsBy[topic], s.id); len(t.subsBy[topic]) == 0 {
			delete(t.subsBy, topic)
		}
	}
	s.held = nil
	s.round++
	t.dropNotices(s)
}

// reauthorize gives Graph a fresh token [api: subscription-reauthorize].
func (t *Tenant) reauthorize(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, a := t.subscriptionFor(c)
	if s == nil {
		return a
	}
	t.trust(s, c.token)
	return noContent()
}

// updateSubscription is PATCH [api: subscription-update]: end of life, notification URL
// and certificate; the rest is fixed.
func (t *Tenant) updateSubscription(c *call) answer {
	var body subscriptionBody
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	if body.Resource != "" || body.ChangeType != "" || body.ClientState != nil || body.LifecycleURL != "" {
		return invalidRequest("Only expirationDateTime, notificationUrl and the encryption certificate can be updated.")
	}
	t.mu.Lock()
	s, a := t.subscriptionFor(c)
	t.mu.Unlock()
	if s == nil {
		return a
	}
	var cert *encryptionCert
	if body.Certificate != "" || body.CertificateID != "" {
		var err error
		if cert, err = t.readEncryptionCert(body.Certificate, body.CertificateID); err != nil {
			return invalidRequest("%v", err)
		}
	}
	if body.NotifyURL != "" {
		if !t.hookAllowed(body.NotifyURL) {
			return invalidRequest("The notification URL '%s' must be an absolute https address.", body.NotifyURL)
		}
		if err := t.handshake(c.ctx, body.NotifyURL); err != nil {
			return handshakeFailed(err)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.subs[s.id] != s {
		return fail(http.StatusNotFound, "ResourceNotFound", "The object was not found.")
	}
	if body.Expires != nil {
		if a := s.expireAt(*body.Expires); a.status != 0 {
			return a
		}
	}
	if body.NotifyURL != "" {
		s.notifyURL = body.NotifyURL
	}
	if cert != nil {
		s.cert = cert
	}
	t.trust(s, c.token)
	return ok(s.wire(c.base, true))
}

// RemoveSubscription ends a subscription from Microsoft's side and tells its lifecycle
// URL: subscriptionRemoved.
func (t *Tenant) RemoveSubscription(id string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.subs[id]
	if s == nil {
		return fmt.Errorf("remove subscription %s: unknown", id)
	}
	t.forget(s)
	t.lifecycle(s, "subscriptionRemoved")
	return nil
}
