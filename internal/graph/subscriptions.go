package graph

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Subscription asks Graph to tell us of changes. [api: resources/subscription]
type Subscription struct {
	ID            SubscriptionID `json:"id,omitempty"`
	ChangeType    string         `json:"changeType,omitempty"`
	Resource      string         `json:"resource,omitempty"`
	NotifyURL     string         `json:"notificationUrl,omitempty"`
	LifecycleURL  string         `json:"lifecycleNotificationUrl,omitempty"`
	Expires       time.Time      `json:"expirationDateTime"`
	ClientState   string         `json:"clientState,omitempty"`
	ResourceData  bool           `json:"includeResourceData,omitempty"`
	Certificate   string         `json:"encryptionCertificate,omitempty"` // base64 of the DER
	CertificateID string         `json:"encryptionCertificateId,omitempty"`
}

// MaxSubscription is how long a subscription for messages can live. [change-notifications-overview]
const MaxSubscription = 4320 * time.Minute

// AllMessagesOf is the resource for all messages of all chats of a person.
func AllMessagesOf(u UserID) string { return "/users/" + string(u) + "/chats/getAllMessages" }

// subscribeTimeout leaves room for the two handshakes that Graph makes while our POST is open, 10 s each.
const subscribeTimeout = 30 * time.Second

// CreateSubscription creates a subscription. Graph calls both addresses while the call is open. [api: subscription-post-subscriptions]
func (c *Client) CreateSubscription(ctx context.Context, s Subscription) (Subscription, error) {
	var made Subscription
	r := request{op: "subscribe", method: http.MethodPost, path: "/subscriptions", body: s, limit: subscribeTimeout}
	if err := c.do(ctx, r, &made); err != nil {
		return Subscription{}, err
	}
	if made.ID == "" {
		return Subscription{}, &Error{Op: r.op, Status: http.StatusCreated, unclear: true, err: errors.New("the answer names no subscription")}
	}
	return made, nil
}

// RenewSubscription puts off a subscription's end; it also renews Graph's authority to deliver. [api: subscription-update]
func (c *Client) RenewSubscription(ctx context.Context, id SubscriptionID, expires time.Time) (Subscription, error) {
	var made Subscription
	err := c.do(ctx, request{op: "renew subscription", method: http.MethodPatch, path: "/subscriptions/" + seg(id),
		body: map[string]string{"expirationDateTime": timestamp(expires)}, limit: subscribeTimeout}, &made)
	return made, err
}

// Reauthorize renews Graph's authority to deliver, which ends with the access token that created or renewed the subscription.
// [change-notifications-lifecycle-events]
func (c *Client) Reauthorize(ctx context.Context, id SubscriptionID) error {
	return c.do(ctx, request{op: "reauthorize subscription", method: http.MethodPost, path: "/subscriptions/" + seg(id) + "/reauthorize"}, nil)
}

// DeleteSubscription ends a subscription.
func (c *Client) DeleteSubscription(ctx context.Context, id SubscriptionID) error {
	return c.do(ctx, request{op: "unsubscribe", method: http.MethodDelete, path: "/subscriptions/" + seg(id)}, nil)
}

// Subscriptions lists the subscriptions of this application for this person.
func (c *Client) Subscriptions(ctx context.Context) ([]Subscription, error) {
	var all []Subscription
	err := pages(ctx, c, request{op: "list subscriptions", method: http.MethodGet, path: "/subscriptions"}, nil,
		func(s Subscription) bool { all = append(all, s); return true })
	return all, err
}
