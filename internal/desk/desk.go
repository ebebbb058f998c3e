// Package desk holds the verbs of a conversation: open, post, edit, invite, accept, remove, close, read. It is the one place that
// decides who may do what and writes it into the audit trail; the rules themselves are pure functions of package chat, applied by
// store.Append in one transaction.
//
// Whatever acts calls a verb. Whatever reacts reads the log. Verbs never call readers, so this package knows nothing of browsers,
// Microsoft or routing. All methods are safe for concurrent use; none starts a goroutine that outlives the call.
// WatchOffers is the one long-lived part, run by app.
package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// DefaultFileLimit is the largest file in bytes that crosses unless the administrator says otherwise.
const DefaultFileLimit = 25 << 20

// Config says what a Desk works with.
type Config struct {
	Store     *store.Store
	Log       *slog.Logger // default slog.Default
	FileLimit int64        // bytes; default DefaultFileLimit
}

// Desk performs the verbs on one store.
type Desk struct {
	store     *store.Store
	log       *slog.Logger
	fileLimit int64
}

// New returns a Desk.
func New(c Config) *Desk {
	d := &Desk{store: c.Store, log: c.Log, fileLimit: c.FileLimit}
	if d.log == nil {
		d.log = slog.Default()
	}
	if d.fileLimit <= 0 {
		d.fileLimit = DefaultFileLimit
	}
	return d
}

// FileLimit is the largest file in bytes that this desk lets cross.
func (d *Desk) FileLimit() int64 { return d.fileLimit }

// Actor is somebody known to take part in one conversation. Only Customer, Agent and Onlooker make one, so holding an Actor is the
// proof of having been let in; whether the act itself is allowed is decided when it happens.
type Actor struct {
	Conversation chat.ConversationID
	Participant  chat.ParticipantID // 0: an onlooker of a waiting conversation
	Kind         chat.Kind
	Agent        chat.AgentID
}

// Customer finds the conversation a visitor token belongs to.
func (d *Desk) Customer(ctx context.Context, token string) (Actor, error) {
	if token == "" || len(token) > 128 {
		return Actor{}, errBadToken
	}
	c, err := d.store.ConversationByToken(ctx, store.HashToken(token))
	if chat.IsKind(err, chat.NotFound) {
		return Actor{}, errBadToken
	}
	if err != nil {
		return Actor{}, fmt.Errorf("look up visitor token: %w", err)
	}
	return Actor{Conversation: c.ID, Participant: c.Customer().ID, Kind: chat.Customer}, nil
}

var errBadToken = &chat.Error{Kind: chat.Unauthenticated, Code: "bad_token", Text: "The visitor token is missing, wrong or no longer valid."}

// Agent lets an agent act in a conversation of which the agent is or was a part. An offer alone is none.
func (d *Desk) Agent(ctx context.Context, agent chat.AgentID, id chat.ConversationID) (Actor, error) {
	c, err := d.store.Conversation(ctx, id)
	if err != nil {
		return Actor{}, err
	}
	p, ok := c.AgentIn(agent)
	if !ok || p.JoinedAt == nil {
		return Actor{}, chat.ErrNoConversation
	}
	return Actor{Conversation: id, Participant: p.ID, Kind: chat.Agent, Agent: agent}, nil
}

// Onlooker is Agent, but lets any agent read a conversation that still waits for one, and those who were offered a place one that runs.
func (d *Desk) Onlooker(ctx context.Context, agent chat.AgentID, id chat.ConversationID) (Actor, error) {
	c, err := d.store.Conversation(ctx, id)
	if err != nil {
		return Actor{}, err
	}
	if p, ok := c.AgentIn(agent); ok && p.JoinedAt != nil {
		return Actor{Conversation: id, Participant: p.ID, Kind: chat.Agent, Agent: agent}, nil
	}
	if _, offered := c.OfferTo(agent); c.Status != chat.Waiting && !offered {
		return Actor{}, chat.ErrNoConversation
	}
	return Actor{Conversation: id, Kind: chat.Agent, Agent: agent}, nil
}

var clientID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// key makes an entry key of a client id, bound to its sender so that two senders can't collide.
func key(by chat.ParticipantID, id string) (string, error) {
	if !clientID.MatchString(id) {
		return "", chat.RefuseField("id", "bad_id", "A client id has 1 to 64 letters, digits, '-' or '_'.")
	}
	return fmt.Sprintf("c%d:%s", by, id), nil
}

// print is the fingerprint by which a repeat is told from another body under the same key.
func print(parts ...any) (string, error) {
	b, err := json.Marshal(parts)
	if err != nil {
		return "", fmt.Errorf("fingerprint a line: %w", err)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:16]), nil
}

// audit notes an act. A lost note must not undo what happened, so failure is logged and the act stands.
func (d *Desk) audit(ctx context.Context, a Actor, action string, detail map[string]any) {
	actor := string(a.Kind)
	if a.Agent != "" {
		actor = "agent:" + string(a.Agent)
	}
	record := store.AuditRecord{Actor: actor, Action: action, Object: "conversation:" + string(a.Conversation)}
	var err error
	if detail != nil {
		record.Detail, err = json.Marshal(detail)
	}
	if err == nil {
		err = d.store.Audit(ctx, record)
	}
	if err != nil {
		d.log.ErrorContext(ctx, "audit record lost", "action", action, "conversation", a.Conversation, "err", err)
	}
}
