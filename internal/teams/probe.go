package teams

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"trialog/internal/account"
	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// ProbeRequest names who takes part in a probe. All of them see its chat in Microsoft Teams.
type ProbeRequest struct {
	Agent chat.AgentID // in whose name, by the present sign-in
	// First and Second are colleagues, by object ID or user principal name.
	First, Second string
	// Blocked, if set, is somebody without a licence for Microsoft Teams, or behind an information barrier.
	Blocked string
	// Patient waits for more than an hour to see whether Microsoft stops to deliver when its token lapses.
	Patient bool
}

// Answer is what one tenant does where Microsoft's documentation is silent.
type Answer struct {
	Question string
	Answer   string
	OK       bool // as the product expects it
}

// How long a probe waits.
const (
	probeNotified = time.Minute      // for a notification
	probeLapse    = 65 * time.Minute // for a token to lapse
	probeLook     = 500 * time.Millisecond
	probeAgent    = "probe" // stands for an agent in the table of subscriptions
)

// probe is one run.
type probe struct {
	*Connector
	request ProbeRequest
	link    store.Link
	client  *graph.Client
	chat    graph.ChatID
	first   graph.User
	sub     graph.SubscriptionID
	answers []Answer
}

// Probe asks a tenant what only a real one can answer, and cleans up after itself as well as Microsoft allows: the chat stays, renamed.
// What the tenant refuses is an answer; an error says that the probe could not be made. Error: chat.Conflict "needs_sign_in".
func (k *Connector) Probe(ctx context.Context, r ProbeRequest) ([]Answer, error) {
	link, ok, err := k.current(ctx, r.Agent)
	if err != nil {
		return nil, err
	}
	if !ok || link.State != store.LinkConnected {
		return nil, chat.Refuse(chat.Conflict, "needs_sign_in", "This agent has not signed in at Microsoft.")
	}
	p := &probe{Connector: k, request: r, link: link, client: k.client(link.Account, link.Agent)}
	p.permissions()
	p.pages(ctx)
	p.pair(ctx)
	if p.chat != "" {
		p.third(ctx)
		p.marker(ctx)
		err := p.notifications(ctx)
		p.cleanUp(context.WithoutCancel(ctx))
		if err != nil {
			return p.answers, err
		}
	}
	p.blocked(ctx)
	return p.answers, nil
}

func (p *probe) say(question string, ok bool, format string, args ...any) {
	p.answers = append(p.answers, Answer{Question: question, Answer: fmt.Sprintf(format, args...), OK: ok})
}

// refusal says how Microsoft refused.
func refusal(err error) string {
	var e *graph.Error
	if errors.As(err, &e) && e.Status != 0 {
		return fmt.Sprintf("refused: %d %s", e.Status, e.Code)
	}
	return "failed: " + err.Error()
}

func (p *probe) permissions() {
	a, _ := p.account(p.link.Account)
	lacking := strings.Join(account.Missing(a, p.link.Scopes), ", ")
	if lacking == "" {
		p.say("Which permissions were granted?", true, "all that were asked for")
		return
	}
	p.say("Which permissions were granted?", false, "missing: %s", lacking)
}

func (p *probe) pages(ctx context.Context) {
	began, n := time.Now(), 0
	err := p.client.Chats(ctx, nil, func(graph.Chat) bool {
		n++
		return n < 50
	})
	if err != nil {
		p.say("How long does the list of recent chats take?", false, "%s", refusal(err))
		return
	}
	took := time.Since(began)
	p.say("How long does the list of recent chats take?", took < 3*time.Second, "%d chats in %d ms", n, took.Milliseconds())
}

// pair asks for a group chat of two, which is not documented.
func (p *probe) pair(ctx context.Context) {
	const question = "Do two people get a group chat?"
	var err error
	if p.first, err = p.client.User(ctx, graph.UserID(p.request.First)); err != nil {
		p.say(question, false, "%s can't be found: %s", p.request.First, refusal(err))
		return
	}
	made, err := p.client.CreateChat(ctx, graph.NewChat{Type: graph.Group, Topic: "Trialog probe " + time.Now().UTC().Format("2006-01-02 15.04"),
		Members: []graph.NewMember{{User: graph.UserID(p.link.Person)}, {User: p.first.ID}}})
	switch {
	case err != nil:
		p.say(question, false, "%s; name a third member in the account", refusal(err))
	case made.Type != graph.Group:
		p.say(question, false, "no: their %s chat was handed back; name a third member in the account", made.Type)
	default:
		p.chat = made.ID
		p.say(question, true, "yes")
	}
}

func (p *probe) third(ctx context.Context) {
	const question = "Can somebody be added to it later, with its history?"
	who, err := p.client.User(ctx, graph.UserID(p.request.Second))
	if err == nil {
		err = p.client.AddMember(ctx, p.chat, graph.NewMember{User: who.ID, History: graph.WholeHistory})
	}
	if err != nil {
		p.say(question, false, "%s", refusal(err))
		return
	}
	p.say(question, true, "yes")
}

// marker looks whether the hidden mark by which we know our own posts survives, also after an edit.
func (p *probe) marker(ctx context.Context) {
	const question = "Does the hidden mark of our posts survive?"
	mark := "cc:probe-" + time.Now().UTC().Format("150405")
	body := func(text string) graph.NewMessage {
		return graph.NewMessage{HTML: "<p>" + text + `</p><abbr title="` + mark + `"></abbr>`}
	}
	kept := func(id graph.MessageID) (bool, error) {
		m, err := p.client.Message(ctx, p.chat, id)
		return strings.Contains(m.Body.Content, mark), err
	}
	posted, err := p.client.PostMessage(ctx, p.chat, body("Trialog asks what this tenant can do. Nobody needs to answer."))
	if err != nil {
		p.say(question, false, "%s", refusal(err))
		return
	}
	first, err1 := kept(posted.ID)
	pause(ctx, perChat)
	err2 := p.client.UpdateMessage(ctx, p.chat, posted.ID, body("Trialog asks what this tenant can do. Nobody needs to answer. (edited)"))
	pause(ctx, perChat)
	second, err3 := kept(posted.ID)
	if err := errors.Join(err1, err2, err3); err != nil {
		p.say(question, false, "%s", refusal(err))
		return
	}
	p.say(question, first && second, "after posting: %s, after an edit: %s", yesNo(first), yesNo(second))
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// notifications asks to be told of the probe's chat, by a subscription of its own, and sees how long that takes. The running server takes
// the notifications in, so it has to run, on the same database.
func (p *probe) notifications(ctx context.Context) error {
	const question = "Is Chat.ReadWrite enough to be notified?"
	a, _ := p.account(p.link.Account)
	path, _ := p.Store.NewToken()
	state, _ := p.Store.NewToken()
	row := store.TeamsSubscription{Account: p.link.Account, Agent: probeAgent, Path: path, State: state, Cert: certID(a.Cert)}
	if err := p.Store.PutSubscription(ctx, row); err != nil {
		return err
	}
	made, err := p.freshClient(p.link.Account, p.link.Agent).CreateSubscription(ctx, graph.Subscription{ChangeType: "created,updated,deleted", Resource: graph.MessagesOf(p.chat),
		NotifyURL: p.hookURL(path), LifecycleURL: p.hookURL(path) + "/lifecycle", Expires: time.Now().Add(3 * time.Hour).UTC(), ClientState: state, ResourceData: true,
		Certificate: base64.StdEncoding.EncodeToString(a.Cert), CertificateID: row.Cert})
	if err != nil {
		p.say(question, false, "%s; does the server run, and can Microsoft reach %s?", refusal(err), p.PublicURL)
		return nil
	}
	p.sub, row.ID, row.Expires, row.Authorized = made.ID, string(made.ID), made.Expires, time.Now()
	if err := p.Store.PutSubscription(ctx, row); err != nil {
		return err
	}
	p.say(question, true, "yes")
	if err := p.told(ctx, "How soon does Microsoft tell of a message?", probeNotified/4); err != nil || !p.request.Patient {
		if err == nil {
			p.say("Does Microsoft stop telling when its token lapses?", true, "not asked; --patient waits for more than an hour to see")
		}
		return err
	}
	pause(ctx, probeLapse)
	return p.told(ctx, "Does Microsoft still tell 65 minutes later, without a fresh token?", probeNotified)
}

// told posts a message and waits for its notification.
func (p *probe) told(ctx context.Context, question string, good time.Duration) error {
	pause(ctx, noteEvery)
	began := time.Now()
	if _, err := p.client.PostMessage(ctx, p.chat, graph.NewMessage{HTML: "<p>Trialog waits for a notification.</p>"}); err != nil {
		p.say(question, false, "%s", refusal(err))
		return nil
	}
	for time.Since(began) < probeNotified && ctx.Err() == nil {
		sub, _, err := p.Store.SubscriptionOf(ctx, p.link.Account, probeAgent)
		if err != nil {
			return err
		}
		if sub.Heard.After(began) {
			took := sub.Heard.Sub(began)
			p.say(question, took <= good, "after %d ms", took.Milliseconds())
			return nil
		}
		pause(ctx, probeLook)
	}
	p.say(question, false, "not within %s", probeNotified)
	return ctx.Err()
}

// blocked looks how Microsoft refuses somebody who has no Teams, or may not be spoken to.
func (p *probe) blocked(ctx context.Context) {
	const question = "How is somebody refused who has no licence, or is behind a barrier?"
	if p.request.Blocked == "" {
		p.say(question, true, "not asked; name somebody with --blocked")
		return
	}
	who, err := p.client.User(ctx, graph.UserID(p.request.Blocked))
	if err == nil {
		_, err = p.client.CreateChat(ctx, graph.NewChat{Type: graph.Group, Topic: "Trialog probe", Members: []graph.NewMember{{User: graph.UserID(p.link.Person)}, {User: p.first.ID}, {User: who.ID}}})
	}
	if err == nil {
		p.say(question, false, "not refused at all")
		return
	}
	reason, _ := graph.Reason(blame(ctx, p.client, nil, err))
	p.say(question, reason == graph.NoTeamsLicence || reason == "blocked_by_policy", "%s (the desk will say: %s)", refusal(err), reason)
}

// cleanUp ends the subscription and marks the chat: chats can't be deleted.
func (p *probe) cleanUp(ctx context.Context) {
	var err error
	if p.sub != "" {
		err = p.client.DeleteSubscription(ctx, p.sub)
	}
	err = errors.Join(err, p.Store.DropSubscription(ctx, p.link.Account, probeAgent), p.client.RenameChat(ctx, p.chat, "✕ Trialog probe"))
	if err != nil {
		p.say("Could everything be cleaned up?", false, "%v", err)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
