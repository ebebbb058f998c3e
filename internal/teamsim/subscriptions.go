package teamsim

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
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
		cert, err := readEncryptionCert(body.Certificate, body.CertificateID)
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

var presenceFilter = regexp.MustCompile(`'([^']+)'`)

// resourceTopics tells what a resource listens to and checks the permission for it.
func (t *Tenant) resourceTopics(c *call, s *subscription) answer {
	resource, query, _ := strings.Cut(strings.TrimPrefix(s.resource, "/"), "?")
	sub := *c
	sub.path = "/" + resource
	if !t.resolvePath(&sub) {
		return invalidRequest("Invalid resource '%s'.", s.resource)
	}
	p := sub.segments
	t.mu.Lock()
	defer t.mu.Unlock()
	shape := strings.ToLower(strings.Join(p, "/"))
	switch {
	case shape == "chats/getallmessages", shape == "teams/getallmessages", shape == "chats", shape == "teams/allmessages":
		return forbidden("Operation: Create; Exception: the resource '%s' is not supported in delegated mode.", s.resource)
	case len(p) == 4 && p[0] == "users" && strings.EqualFold(p[3], "getAllMessages"):
		return t.userTopic(c, s, p[1], "message", "msgs:user:", chatRead, chatWrite)
	case len(p) == 3 && p[0] == "users" && p[2] == "chats":
		return t.userTopic(c, s, p[1], "chat", "chats:user:", chatBasic, chatRead, chatWrite)
	case len(p) == 3 && p[0] == "chats" && p[2] == "messages":
		return t.chatTopic(c, s, p[1], "message", "msgs:chat:", chatRead, chatWrite)
	case len(p) == 2 && p[0] == "chats":
		return t.chatTopic(c, s, p[1], "chat", "chat:", chatBasic, chatRead, chatWrite)
	case len(p) == 3 && p[0] == "chats" && p[2] == "members":
		return t.chatTopic(c, s, p[1], "member", "members:", memberRead, memberWrite, chatBasic, chatRead, chatWrite)
	case len(p) == 5 && p[0] == "teams" && p[2] == "channels" && p[4] == "messages":
		return t.channelTopic(c, s, p[1], p[3])
	case len(p) >= 2 && p[0] == "communications" && p[1] == "presences":
		return t.presenceTopics(c, s, p[2:], query)
	}
	return invalidRequest("Invalid resource '%s'.", s.resource)
}

func (t *Tenant) userTopic(c *call, s *subscription, user, kind, prefix string, scopes ...string) answer {
	p := t.lookup(user)
	if p == nil || p.ID != c.caller() {
		return forbidden("The user in the resource must be the signed-in user.")
	}
	s.kind, s.topics = kind, []string{prefix + p.ID}
	return needScope(c, scopes)
}

func (t *Tenant) chatTopic(c *call, s *subscription, id, kind, prefix string, scopes ...string) answer {
	ch := t.chats[id]
	if ch == nil || ch.gone || ch.kind == channel {
		return notFound("Could not find the chat '%s'.", id)
	}
	if ch.member(c.caller()) == nil {
		return notInChat()
	}
	s.kind, s.topics = kind, []string{prefix + id}
	return needScope(c, scopes)
}

func (t *Tenant) channelTopic(c *call, s *subscription, teamID, channelID string) answer {
	ch := t.chats[channelID]
	if ch == nil || ch.kind != channel || ch.team.id != teamID || !slices.Contains(ch.team.members, c.caller()) {
		return notFound("Could not find the channel.")
	}
	s.kind, s.topics = "message", []string{"channel:" + channelID}
	return needScope(c, []string{channelRead})
}

func (t *Tenant) presenceTopics(c *call, s *subscription, rest []string, query string) answer {
	s.kind = "presence"
	ids := rest
	if len(rest) == 0 {
		filter, err := url.QueryUnescape(query)
		if err != nil {
			return invalidRequest("Invalid resource '%s'.", s.resource)
		}
		for _, m := range presenceFilter.FindAllStringSubmatch(filter, -1) {
			ids = append(ids, m[1])
		}
	}
	if len(ids) == 0 || len(ids) > maxPresences {
		return invalidRequest("Between 1 and %d user ids are expected.", maxPresences)
	}
	for _, id := range ids {
		s.topics = append(s.topics, "presence:"+strings.ToLower(id))
	}
	return needScope(c, []string{presenceRead, "Presence.Read"})
}

func needScope(c *call, scopes []string) answer {
	r := route{scopes: scopes}
	if missing := r.missing(c.token.scopes); missing != "" {
		return forbidden("Operation: Create; Exception: caller does not have one of the required permissions '%s'.", missing)
	}
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
		if cert, err = readEncryptionCert(body.Certificate, body.CertificateID); err != nil {
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
