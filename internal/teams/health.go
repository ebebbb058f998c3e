package teams

import (
	"context"
	"slices"
	"time"

	"trialog/internal/account"
	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// shownLetters is how many of the notifications that were set aside are listed.
const shownLetters = 50

// Health adds to what can be told of an account without the connector what its agents, lanes and notifications are doing.
func (k *Connector) Health(ctx context.Context, a store.Account, h account.Health) (account.Health, error) {
	for _, fill := range []func(context.Context, store.Account, *account.Health) error{k.agentsHealth, k.lanesHealth, k.lettersHealth} {
		if err := fill(ctx, a, &h); err != nil {
			return h, err
		}
	}
	return h, nil
}

func (k *Connector) agentsHealth(ctx context.Context, a store.Account, h *account.Health) error {
	links, err := k.Store.Links(ctx)
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.Account != a.ID {
			continue
		}
		name, err := k.agentName(ctx, l.Agent)
		if err != nil {
			return err
		}
		one := account.AgentHealth{Agent: l.Agent, Name: name, Username: l.Username, State: l.State, Reason: l.Reason, Since: l.Since,
			Permissions: account.Permissions(a, l.Scopes)}
		if one.Subscription, err = k.subscriptionHealth(ctx, l); err != nil {
			return err
		}
		h.Agents = append(h.Agents, one)
	}
	return nil
}

// agentName is how the desk names an agent; one who is no more has none.
func (k *Connector) agentName(ctx context.Context, id chat.AgentID) (string, error) {
	agent, err := k.Store.Agent(ctx, id)
	if chat.IsKind(err, chat.NotFound) {
		return "", nil
	}
	return agent.Name, err
}

func (k *Connector) subscriptionHealth(ctx context.Context, l store.Link) (*account.SubscriptionHealth, error) {
	sub, ok, err := k.Store.SubscriptionOf(ctx, l.Account, l.Agent)
	if err != nil || !ok || sub.ID == "" {
		return nil, err
	}
	return &account.SubscriptionHealth{Until: sub.Expires, Alive: l.State == store.LinkConnected && time.Now().Before(sub.Expires),
		Authorized: sub.Authorized.UTC(), Heard: orNil(sub.Heard), Echoed: orNil(sub.Echoed)}, nil
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (k *Connector) lanesHealth(ctx context.Context, a store.Account, h *account.Health) error {
	threads, err := k.Store.OpenThreads(ctx, a.ID)
	if err != nil {
		return err
	}
	for _, t := range threads {
		if err := k.unsent(ctx, t, &h.Lag); err != nil {
			return err
		}
		switch t.State {
		case store.LaneSending:
			h.Sending++
		case store.LaneWaiting, store.LaneVerifying, store.LaneBlocked, store.LanePaused:
			if t.State == store.LaneWaiting && (h.Throttle.Until == nil || h.Throttle.Until.Before(t.NotBefore)) {
				h.Throttle.Until = orNil(t.NotBefore)
			}
			lane, err := k.laneHealth(ctx, t)
			if err != nil {
				return err
			}
			h.Lanes = append(h.Lanes, lane)
		}
	}
	slices.SortFunc(h.Lanes, func(a, b account.LaneHealth) int { return a.Since.Compare(b.Since) })
	return nil
}

// unsent finds the oldest line that a thread has not got. Nothing is late while no expert is there to read.
func (k *Connector) unsent(ctx context.Context, t store.Thread, lag *account.Lag) error {
	c, err := k.Store.Conversation(ctx, t.Conversation)
	if err != nil || !c.Conference() && c.Status != chat.Closed {
		return err
	}
	list, err := k.Store.Entries(ctx, t.Conversation, t.Cursor, 1)
	if err != nil || len(list) == 0 {
		return err
	}
	if at := list[0].At; lag.OldestUnsent == nil || at.Before(*lag.OldestUnsent) {
		lag.OldestUnsent = &at
	}
	return nil
}

func (k *Connector) laneHealth(ctx context.Context, t store.Thread) (l account.LaneHealth, err error) {
	c, err := k.Store.Conversation(ctx, t.Conversation)
	if err != nil {
		return l, err
	}
	service, err := k.Store.Service(ctx, c.Service)
	if err != nil {
		return l, err
	}
	name, err := k.agentName(ctx, t.Agent)
	return account.LaneHealth{Conversation: c.ID, Number: c.Number, Service: service.Name, Agent: t.Agent, AgentName: name, State: t.State,
		Reason: t.Reason, Detail: t.Detail, Since: t.Since, NotBefore: orNil(t.NotBefore)}, err
}

func (k *Connector) lettersHealth(ctx context.Context, a store.Account, h *account.Health) error {
	at, err := k.Store.OldestDelivery(ctx, a.ID)
	if err != nil {
		return err
	}
	h.Lag.OldestWaiting = orNil(at)
	if h.Dead, err = k.Store.DeadDeliveries(ctx, a.ID); err != nil || h.Dead == 0 {
		return err
	}
	list, err := k.Store.DeadLetters(ctx, a.ID, shownLetters)
	if err != nil {
		return err
	}
	for _, d := range list {
		letter := account.Letter{ID: d.ID, At: d.At, Tries: d.Tries, Reason: d.Reason}
		if c := k.about(ctx, d); c != nil {
			letter.Conversation, letter.Number = c.ID, c.Number
		}
		h.DeadLetters = append(h.DeadLetters, letter)
	}
	return nil
}

// about finds the conversation that a notification is about, by the address it names in the clear; nil when there is none.
func (k *Connector) about(ctx context.Context, d store.Delivery) *chat.Conversation {
	env, err := graph.ParseNotifications(d.Body)
	if err != nil {
		return nil
	}
	for _, n := range env.Items {
		names := resource.FindStringSubmatch(n.Resource)
		if names == nil {
			continue
		}
		t, ok, err := k.Store.ThreadByChat(ctx, d.Account, names[1])
		if err != nil || !ok {
			continue
		}
		if c, err := k.Store.Conversation(ctx, t.Conversation); err == nil {
			return c
		}
	}
	return nil
}

// Replay has a notification that was set aside tried anew.
func (k *Connector) Replay(ctx context.Context, actor string, id chat.AccountID, letter string) error {
	err := k.Store.ReplayDelivery(ctx, id, letter, store.AuditRecord{Actor: actor, Action: "replay_notification", Object: "account:" + string(id)})
	if err == nil {
		k.Store.Signal(ctx, store.Hint{Topic: topicInbox})
	}
	return err
}

// Discard removes a notification that was set aside.
func (k *Connector) Discard(ctx context.Context, actor string, id chat.AccountID, letter string) error {
	return k.Store.DiscardDelivery(ctx, id, letter, store.AuditRecord{Actor: actor, Action: "discard_notification", Object: "account:" + string(id)})
}

// RetryOf is Retry for somebody who looks after an account and takes no part in the conversation. Error: chat.NotFound "no_thread".
func (k *Connector) RetryOf(ctx context.Context, id chat.AccountID, conversation chat.ConversationID) error {
	t, ok, err := k.Store.Thread(ctx, conversation)
	if err != nil {
		return err
	}
	if !ok || t.Account != id {
		return chat.Refuse(chat.NotFound, "no_thread", "This chat has no Microsoft Teams thread.")
	}
	return k.Retry(ctx, conversation)
}
