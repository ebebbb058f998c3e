package teamsim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	shortestLife   = 45 * time.Minute
	longestLife    = 4320 * time.Minute // chatMessage, chat, conversationMember
	longestPresent = time.Hour          // presence
	lifecycleAbove = time.Hour          // beyond it a lifecycle URL is required
	tokenHold      = time.Hour          // how long Graph trusts the token that created or renewed
	warnBefore     = 15 * time.Minute   // reauthorizationRequired comes so much earlier
	perUserQuota   = 10
	tenantQuota    = 10_000
)

type changeType string

const (
	changeCreated changeType = "created"
	changeUpdated changeType = "updated"
	changeDeleted changeType = "deleted"
)

// subscription is one change-notification subscription [api: resources/subscription].
type subscription struct {
	id, app, person string
	resource        string
	topics          []string // what it listens to, see resourceTopics
	kind            string   // message, chat, member, presence
	changes         []string // sorted
	notifyURL       string
	lifecycleURL    string
	clientState     string
	expires         time.Time
	withData        bool
	cert            *encryptionCert
	full            bool   // asked for later enum values
	base            string // Graph's address for links in payloads
	lapses          time.Time
	issued          time.Time // of the token Graph holds
	round           int       // counts renewals, so that old timers do nothing
	held            []*notice // waiting for a fresh token
}

type wireSubscription struct {
	Context         string  `json:"@odata.context,omitempty"`
	ID              string  `json:"id"`
	Resource        string  `json:"resource"`
	ApplicationID   string  `json:"applicationId"`
	ChangeType      string  `json:"changeType"`
	ClientState     *string `json:"clientState"`
	NotificationURL string  `json:"notificationUrl"`
	QueryOptions    *string `json:"notificationQueryOptions"`
	LifecycleURL    *string `json:"lifecycleNotificationUrl"`
	Expiration      string  `json:"expirationDateTime"`
	CreatorID       string  `json:"creatorId"`
	IncludeData     *bool   `json:"includeResourceData"`
	TLS             string  `json:"latestSupportedTlsVersion"`
	Certificate     *string `json:"encryptionCertificate"`
	CertificateID   *string `json:"encryptionCertificateId"`
	NotifyURLAppID  *string `json:"notificationUrlAppId"`
}

func (s *subscription) wire(base string, withState bool) wireSubscription {
	w := wireSubscription{Context: base + "/v1.0/$metadata#subscriptions/$entity", ID: s.id, Resource: s.resource,
		ApplicationID: s.app, ChangeType: strings.Join(s.changes, ","), NotificationURL: s.notifyURL,
		LifecycleURL: orNull(s.lifecycleURL), Expiration: s.expires.UTC().Format(time.RFC3339Nano), CreatorID: s.person,
		IncludeData: &s.withData, TLS: "v1_2"}
	if withState {
		w.ClientState = orNull(s.clientState)
	}
	if s.cert != nil {
		w.CertificateID = &s.cert.id
	}
	return w
}

func subscriptionRoutes() []route {
	return []route{
		{method: "GET", template: "/subscriptions", rate: rateSubscriptionRead, serve: (*Tenant).listSubscriptions},
		{method: "POST", template: "/subscriptions", rate: rateSubscriptionWrite, serve: (*Tenant).createSubscription},
		{method: "GET", template: "/subscriptions/{subscription}", rate: rateSubscriptionRead, serve: (*Tenant).getSubscription},
		{method: "PATCH", template: "/subscriptions/{subscription}", rate: rateSubscriptionWrite, serve: (*Tenant).updateSubscription},
		{method: "DELETE", template: "/subscriptions/{subscription}", rate: rateSubscriptionWrite, serve: (*Tenant).deleteSubscription},
		{method: "POST", template: "/subscriptions/{subscription}/reauthorize", rate: rateSubscriptionWrite, serve: (*Tenant).reauthorize},
	}
}

type subscriptionBody struct {
	ChangeType    string     `json:"changeType"`
	Resource      string     `json:"resource"`
	NotifyURL     string     `json:"notificationUrl"`
	LifecycleURL  string     `json:"lifecycleNotificationUrl"`
	Expires       *time.Time `json:"expirationDateTime"`
	ClientState   *string    `json:"clientState"`
	WithData      bool       `json:"includeResourceData"`
	Certificate   string     `json:"encryptionCertificate"`
	CertificateID string     `json:"encryptionCertificateId"`
}

// createSubscription is POST /subscriptions [api: subscription-post-subscriptions]. The
// handshakes with both URLs happen while the request is still open.
func (t *Tenant) createSubscription(c *call) answer {
	var body subscriptionBody
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	s, a := t.draftSubscription(c, body)
	if s == nil {
		return a
	}
	t.mu.Lock()
	a = t.checkQuota(s)
	t.mu.Unlock()
	if a.status != 0 {
		return a
	}
	for _, address := range []string{s.notifyURL, s.lifecycleURL} {
		if address == "" {
			continue
		}
		if err := t.handshake(c.ctx, address); err != nil {
			return handshakeFailed(err)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.checkQuota(s); a.status != 0 { // somebody else may have been faster
		return a
	}
	s.id = t.guid()
	t.subs[s.id] = s
	t.subOrder = append(t.subOrder, s.id)
	for _, topic := range s.topics {
		if t.subsBy[topic] == nil {
			t.subsBy[topic] = map[string]*subscription{}
		}
		t.subsBy[topic][s.id] = s
	}
	t.trust(s, c.token)
	return created(s.wire(c.base, true)).with("Location", c.base+"/v1.0/subscriptions('"+s.id+"')")
}

// draftSubscription checks everything that needs no handshake.
func (t *Tenant) draftSubscription(c *call, body subscriptionBody) (*subscription, answer) {
	s := &subscription{app: c.token.app, person: c.caller(), resource: body.Resource, notifyURL: body.NotifyURL,
		lifecycleURL: body.LifecycleURL, withData: body.WithData, full: knowsEnums(c.header), base: c.base}
	for _, change := range strings.Split(body.ChangeType, ",") {
		change = strings.ToLower(strings.TrimSpace(change))
		if !slices.Contains([]string{"created", "updated", "deleted"}, change) || slices.Contains(s.changes, change) {
			return nil, badRequest("Invalid changeType '%s'.", body.ChangeType)
		}
		s.changes = append(s.changes, change)
	}
	slices.Sort(s.changes)
	if a := t.resourceTopics(c, s); a.status != 0 {
		return nil, a
	}
	for _, address := range []string{s.notifyURL, s.lifecycleURL} {
		if address != "" && !t.hookAllowed(address) || s.notifyURL == "" {
			return nil, invalidRequest("The notification URL '%s' must be an absolute https address.", address)
		}
	}
	if body.ClientState != nil {
		s.clientState = *body.ClientState
	}
	if len(s.clientState) > 128 {
		return nil, invalidRequest("clientState must have at most 128 characters.")
	}
	if body.Expires == nil {
		return nil, invalidRequest("expirationDateTime is a required property for subscription creation.")
	}
	if a := s.expireAt(*body.Expires); a.status != 0 {
		return nil, a
	}
	if body.WithData {
		cert, err := t.readEncryptionCert(body.Certificate, body.CertificateID)
		if err != nil {
			return nil, invalidRequest("%v", err)
		}
		s.cert = cert
	}
	return s, answer{}
}

func invalidRequest(format string, args ...any) answer {
	return fail(http.StatusBadRequest, "InvalidRequest", format, args...)
}

func handshakeFailed(err error) answer {
	return fail(http.StatusBadRequest, "ValidationError", "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request. %v", err)
}

// hookAllowed keeps to public https; the demo may listen on loopback without TLS.
func (t *Tenant) hookAllowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" && t.cfg.AllowHTTP && (host == "localhost" || host == "127.0.0.1" || host == "::1")
}

// expireAt sets the end of life within the rules of the resource.
func (s *subscription) expireAt(want time.Time) answer {
	longest := longestLife
	if s.kind == "presence" {
		longest = longestPresent
	}
	life := time.Until(want)
	switch {
	case life <= 0:
		return invalidRequest("Subscription expiration must be in the future.")
	case life > longest+time.Second:
		return invalidRequest("Subscription expiration can only be %d minutes in the future.", int(longest.Minutes()))
	case life > lifecycleAbove && s.lifecycleURL == "" && s.kind != "presence":
		return invalidRequest("lifecycleNotificationUrl is a required property for subscription creation on this resource when the expirationDateTime value is set to greater than 1 hour")
	case life < shortestLife:
		want = time.Now().Add(shortestLife)
	}
	s.expires = want.UTC()
	return answer{}
}

// checkQuota keeps to the limits of [change-notifications-overview].
func (t *Tenant) checkQuota(s *subscription) answer {
	perUser := 0
	for _, other := range t.subs {
		if other.app != s.app {
			continue
		}
		if other.person == s.person && slices.Equal(other.topics, s.topics) && slices.Equal(other.changes, s.changes) {
			return fail(http.StatusConflict, "Conflict", "Subscription Id <%s> already exists for the requested combination", other.id)
		}
		if strings.HasPrefix(s.topics[0], "msgs:chat:") && other.topics[0] == s.topics[0] {
			return forbidden("Subscription creation failed: the limit of 1 subscription per app and chat has been reached.")
		}
		if other.person == s.person && strings.HasPrefix(other.topics[0], "msgs:user:") {
			perUser++
		}
	}
	if strings.HasPrefix(s.topics[0], "msgs:user:") && perUser >= perUserQuota {
		return forbidden("Subscription creation failed: the limit of %d subscriptions per user has been reached.", perUserQuota)
	}
	if len(t.subs) >= tenantQuota {
		return forbidden("Subscription creation failed: the limit of %d subscriptions per organization has been reached.", tenantQuota)
	}
	return answer{}
}
