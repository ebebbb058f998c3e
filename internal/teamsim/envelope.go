package teamsim

import (
	"fmt"
	"slices"
)

type wireNotification struct {
	SubscriptionID string            `json:"subscriptionId"`
	ChangeType     changeType        `json:"changeType,omitempty"`
	LifecycleEvent string            `json:"lifecycleEvent,omitempty"`
	ClientState    *string           `json:"clientState"`
	Expiration     string            `json:"subscriptionExpirationDateTime"`
	Resource       string            `json:"resource,omitempty"`
	TenantID       string            `json:"tenantId"`
	ResourceData   map[string]string `json:"resourceData,omitempty"`
	Encrypted      *encryptedContent `json:"encryptedContent,omitempty"`
}

type wireNotifications struct {
	Value  []wireNotification `json:"value"`
	Tokens []string           `json:"validationTokens,omitempty"`
}

// envelope is the body of one POST [change-notifications-with-resource-data].
func (t *Tenant) envelope(batch []*notice) ([]byte, error) {
	out := wireNotifications{}
	var apps []string
	for _, n := range batch {
		item, err := t.item(n)
		if err != nil {
			return nil, err
		}
		out.Value = append(out.Value, item)
		if item.Encrypted != nil && !slices.Contains(apps, n.sub.app) {
			apps = append(apps, n.sub.app)
		}
	}
	for _, app := range apps {
		token, err := t.validationToken(app)
		if err != nil {
			return nil, err
		}
		out.Tokens = append(out.Tokens, token)
	}
	if f := batch[0].forge; f != "" {
		if batch[0].attempts == 0 {
			t.mu.Lock()
			t.fire("forged: " + string(f))
			t.mu.Unlock()
		}
		if err := t.forge(f, &out); err != nil {
			return nil, err
		}
	}
	return marshal(out)
}

func (t *Tenant) item(n *notice) (wireNotification, error) {
	t.mu.Lock()
	s := n.sub
	item := wireNotification{SubscriptionID: s.id, ChangeType: n.change, LifecycleEvent: n.event, ClientState: orNull(s.clientState),
		Expiration: s.expires.UTC().Format("2006-01-02T15:04:05.9999999-07:00"), TenantID: t.cfg.Tenant}
	cert := s.cert
	t.mu.Unlock()
	if n.event != "" {
		return item, nil
	}
	item.Resource = n.resource
	item.ResourceData = map[string]string{"id": n.id, "@odata.type": n.data, "@odata.id": n.resource}
	if n.body == nil || cert == nil {
		return item, nil
	}
	sealed, err := cert.seal(n.body, t.cfg.Rand)
	if err != nil {
		return item, fmt.Errorf("encrypt notification: %w", err)
	}
	item.Encrypted = sealed
	return item, nil
}
