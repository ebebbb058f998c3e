package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"trialog/internal/chat"
)

// LaneState says what the relay into a thread is doing.
type LaneState string

// The states of a lane.
const (
	LaneIdle      LaneState = "idle"
	LaneSending   LaneState = "sending"
	LaneWaiting   LaneState = "waiting"   // Microsoft asked for a pause
	LaneVerifying LaneState = "verifying" // the outcome of a post is unclear and being read back
	LaneBlocked   LaneState = "blocked"   // refused for good; Reason says why
	LanePaused    LaneState = "paused"    // nothing can be sent until somebody acts, e.g. signs in
	LaneEnded     LaneState = "ended"
)

// Thread is the Teams chat of a conference with the state of its lane. Only the node that holds the account's lease writes it.
type Thread struct {
	Conversation chat.ConversationID `json:"-"`
	Account      chat.AccountID      `json:"-"`
	Agent        chat.AgentID        `json:"-"` // whose sign-in carries it
	Chat         string              `json:"-"` // "" until Microsoft has made it
	Ended        bool                `json:"-"`
	Version      int64               `json:"-"`

	Sender  chat.PersonID   `json:"sender"` // the agent's object id
	Topic   string          `json:"topic"`
	WebURL  string          `json:"webUrl,omitempty"`
	Members []chat.PersonID `json:"members,omitempty"` // experts whom Teams is known to list
	Cursor  chat.Seq        `json:"cursor"`            // everything up to here is in Teams
	// Ahead is how far changes were carried out ahead of Cursor, while no expert is there to read what is said.
	Ahead Ahead `json:"ahead,omitzero"`
	// Parts says since when those take part who were brought into the thread when it was there already.
	Parts      map[chat.PersonID]Part `json:"parts,omitempty"`
	LastRemote string                 `json:"lastRemote,omitempty"`
	Attempt    *Attempt               `json:"attempt,omitempty"`
	State      LaneState              `json:"state"`
	Reason     string                 `json:"reason,omitempty"`
	Detail     string                 `json:"detail,omitempty"`
	Since      time.Time              `json:"since"`
	NotBefore  time.Time              `json:"notBefore,omitzero"`
	Pause      time.Duration          `json:"pause,omitempty"`     // how far ahead NotBefore was set
	Throttles  int                    `json:"throttles,omitempty"` // refusals in a row
	// Echo is the post whose notification has not come back yet, since EchoSince.
	Echo      string    `json:"echo,omitempty"`
	EchoSince time.Time `json:"echoSince,omitzero"`
	// Heard is Microsoft's time up to which every change of the thread is known to be taken in; only reading back moves it. ReadAt is
	// our time of the last reading back.
	Heard  time.Time `json:"heard,omitzero"`
	ReadAt time.Time `json:"readBackAt,omitzero"`
	// MaxEntries bounds a block after Microsoft found one too large; 0 for no bound.
	MaxEntries int `json:"maxEntries,omitempty"`
	// MaxBytes bounds a post of one line in the same way, until one stands.
	MaxBytes int `json:"maxBytes,omitempty"`
	// Moved are lines whose newest words did not fit into their post any more and were said below it.
	Moved []chat.Seq `json:"moved,omitempty"`
	// Resend is where the next block has to end, so that it carries the marker of the attempt that left no trace; 0 for anywhere.
	Resend chat.Seq `json:"resend,omitempty"`
	// Standing are posts beyond Cursor that stand in the thread already, oldest first: the log was set back to a backup from before them.
	Standing []Post `json:"standing,omitempty"`
	// Recheck is when to read the thread back because a post that was given up and repeated may have been carried out after all.
	Recheck time.Time `json:"recheck,omitzero"`
	// GivenUp are attempts that left no trace and were repeated: until Recheck, what they posted may still turn up.
	GivenUp []GivenUp `json:"givenUp,omitempty"`
	// Unsure lists people whose addition to the chat has no clear outcome: at Recheck, who of them has left must not be a member.
	Unsure []chat.PersonID `json:"unsure,omitempty"`
	// Adds and Removes are when members were added and removed lately, the latest last.
	Adds    []time.Time `json:"adds,omitempty"`
	Removes []time.Time `json:"removes,omitempty"`
	// Rewrite lists our posts whose change had an unclear outcome: they are written anew at Recheck.
	Rewrite []string `json:"rewrite,omitempty"`
	// Late counts the messages that came after the end; the first is answered.
	Late         int  `json:"late,omitempty"`
	LateAnswered bool `json:"lateAnswered,omitempty"`
	CatchUp      bool `json:"catchUp,omitempty"` // the thread is to be read back
	// Earlier were senders before this one, oldest first. Posts up to Before are theirs; Leaving is still to be taken out of the chat.
	Earlier []chat.PersonID `json:"earlier,omitempty"`
	Before  string          `json:"before,omitempty"`
	Leaving chat.PersonID   `json:"leaving,omitempty"`
	// Agents says which agents the earlier senders are.
	Agents map[chat.PersonID]chat.AgentID `json:"agents,omitempty"`
	// Refused are agents' people whom Microsoft does not let into the chat, so that they can't take it over.
	Refused []chat.PersonID `json:"refused,omitempty"`
	// Stays says that staff were told that the agent has left and nobody can take the thread over.
	Stays bool `json:"stays,omitempty"`
}

// Ahead says that changes of the lines up to Lines were carried out up to To, but for those passed over.
type Ahead struct {
	Lines  chat.Seq   `json:"lines"`
	To     chat.Seq   `json:"to"`
	Passed []chat.Seq `json:"passed,omitempty"`
}

// Done reports whether a change was carried out.
func (a Ahead) Done(change chat.Entry) bool {
	return change.Ref <= a.Lines && change.Seq <= a.To && !slices.Contains(a.Passed, change.Seq)
}

// Part is an expert's part in the conversation, as an invitation began it: Since is Microsoft's time from which on their words count.
type Part struct {
	Invitation chat.Seq  `json:"invitation"`
	Since      time.Time `json:"since"`
}

// Attempt is one try to create something at Microsoft whose outcome may become unclear. It is durable before the call.
type Attempt struct {
	Kind        string    `json:"kind"` // "create", "post", "late"
	From        chat.Seq  `json:"from,omitempty"`
	To          chat.Seq  `json:"to,omitempty"`
	N           int       `json:"n"` // how many times it was sent
	Marker      string    `json:"marker"`
	Print       Print     `json:"print,omitzero"`
	Ambiguous   bool      `json:"ambiguous,omitempty"`
	Node        string    `json:"node"`
	Incarnation string    `json:"incarnation"`
	StartedAt   time.Time `json:"startedAt"`
	EndedAt     time.Time `json:"endedAt,omitzero"`
	Absent      int       `json:"absent,omitempty"` // complete reads that did not find it
	ReadAt      time.Time `json:"readAt,omitzero"`  // when to read back next
	Hidden      time.Time `json:"hidden,omitzero"`  // since when what may be its post is known to be withheld from us
}

// Lane is what the desk shows of a thread. JSON: Lane in ui/shared/types.ts.
type Lane struct {
	State  LaneState  `json:"state"`
	Cursor chat.Seq   `json:"cursor"`
	From   chat.Seq   `json:"from,omitempty"`
	To     chat.Seq   `json:"to,omitempty"`
	Reason string     `json:"reason,omitempty"`
	Detail string     `json:"detail,omitempty"`
	Since  *time.Time `json:"since,omitempty"`
	WebURL string     `json:"webUrl,omitempty"`
}

// Lane returns what the desk shows of a conversation's thread, or nil when it has none.
func (s *Store) Lane(ctx context.Context, id chat.ConversationID) (*Lane, error) {
	t, ok, err := s.Thread(ctx, id)
	if err != nil || !ok {
		return nil, err
	}
	l := &Lane{State: t.State, Cursor: t.Cursor, Reason: t.Reason, Detail: t.Detail, WebURL: t.WebURL}
	if !t.Since.IsZero() {
		l.Since = &t.Since
	}
	if t.Attempt != nil {
		l.From, l.To = t.Attempt.From, t.Attempt.To
	}
	return l, nil
}

const threadColumns = "SELECT conversation, account, agent, chat, ended, body, version FROM threads "

func (s *Store) threads(ctx context.Context, where string, args ...any) ([]Thread, error) {
	return collect(ctx, s, "read threads", func(rows *sql.Rows) (t Thread, err error) {
		var body []byte
		var ended int64
		if err := rows.Scan(&t.Conversation, &t.Account, &t.Agent, &t.Chat, &ended, &body, &t.Version); err != nil {
			return t, err
		}
		t.Ended = ended != 0
		err = json.Unmarshal(body, &t)
		return t, err
	}, threadColumns+where, args...)
}

// first turns a list of at most one into the one and whether there is one.
func first[T any](list []T, err error) (v T, ok bool, _ error) {
	if err != nil || len(list) == 0 {
		return v, false, err
	}
	return list[0], true, nil
}

// Thread returns a conversation's thread; ok is false when it has none.
func (s *Store) Thread(ctx context.Context, id chat.ConversationID) (t Thread, ok bool, err error) {
	return first(s.threads(ctx, "WHERE conversation = $1", string(id)))
}

// ThreadByChat returns the thread that is a Teams chat; ok is false when the chat is none of ours.
func (s *Store) ThreadByChat(ctx context.Context, account chat.AccountID, chatID string) (t Thread, ok bool, err error) {
	return first(s.threads(ctx, "WHERE chat = $1 AND account = $2", chatID, string(account)))
}

// OpenThreads lists the threads of an account in which there is, or may come, something to do.
func (s *Store) OpenThreads(ctx context.Context, account chat.AccountID) ([]Thread, error) {
	return s.threads(ctx, "WHERE account = $1 AND ended = 0", string(account))
}

// ErrStale says that somebody else wrote the same row meanwhile.
var ErrStale = errors.New("the row was changed meanwhile")

// PutThread stores a thread if the stored version is still t.Version (0: there is none yet), counts t.Version on and signals
// TopicLane. Error: ErrStale.
func (s *Store) PutThread(ctx context.Context, t *Thread) error {
	if err := s.Update(ctx, func(tx *Tx) error { return tx.putThread(ctx, t) }); err != nil {
		return fmt.Errorf("put thread of %s: %w", t.Conversation, err)
	}
	t.Version++
	s.Signal(ctx, Hint{Conversation: t.Conversation, Topic: TopicLane})
	return nil
}

func (tx *Tx) putThread(ctx context.Context, t *Thread) error {
	body, err := json.Marshal(t)
	if err != nil {
		return err
	}
	ended := 0
	if t.Ended && t.Attempt == nil && (t.Late == 0 || t.LateAnswered) {
		ended = 1
	}
	n, err := tx.Exec(ctx, `INSERT INTO threads (conversation, account, agent, chat, ended, body, version) VALUES ($1, $2, $3, $4, $5, $6, 1)
		ON CONFLICT (conversation) DO UPDATE SET account = excluded.account, agent = excluded.agent, chat = excluded.chat, ended = excluded.ended,
		body = excluded.body, version = threads.version + 1 WHERE threads.version = $7`,
		string(t.Conversation), string(t.Account), string(t.Agent), t.Chat, ended, string(body), t.Version)
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}

// DropThread forgets a thread that Microsoft never made.
func (s *Store) DropThread(ctx context.Context, id chat.ConversationID) error {
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM threads WHERE conversation = $1 AND chat = ''", string(id))
		return err
	})
	if err != nil {
		return fmt.Errorf("drop thread of %s: %w", id, err)
	}
	s.Signal(ctx, Hint{Conversation: id, Topic: TopicLane})
	return nil
}

// Print is by what else than its marker a post is known: digests of its words, and of its head of HeadLength characters.
type Print struct {
	Text       string `json:"text,omitempty"`
	Head       string `json:"head,omitempty"`
	HeadLength int    `json:"headLength,omitempty"`
}

// GivenUp is an attempt that was repeated.
type GivenUp struct {
	Marker string `json:"marker"`
	Print  Print  `json:"print"`
}

// Post is a message of ours in a thread: the entries first to last.
type Post struct {
	Message     string
	First, Last chat.Seq
	Marker      string
}

// Confirm stores that a post stands in the thread, together with the thread's new state. Errors: ErrStale.
func (s *Store) Confirm(ctx context.Context, t *Thread, p Post) error {
	err := s.Update(ctx, func(tx *Tx) error {
		if err := tx.putThread(ctx, t); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO posts (conversation, message, first, last, marker) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (conversation, message) DO NOTHING`, string(t.Conversation), p.Message, int64(p.First), int64(p.Last), p.Marker)
		return err
	})
	if err != nil {
		return fmt.Errorf("confirm post of %s: %w", t.Conversation, err)
	}
	t.Version++
	s.Signal(ctx, Hint{Conversation: t.Conversation, Topic: TopicLane})
	return nil
}

// PostWith returns the post that holds an entry; ok is false when it was never posted.
func (s *Store) PostWith(ctx context.Context, id chat.ConversationID, seq chat.Seq) (p Post, ok bool, err error) {
	return first(s.posts(ctx, "WHERE conversation = $1 AND first <= $2 AND last >= $2 ORDER BY first DESC LIMIT 1", string(id), int64(seq)))
}

// PostByMessage returns the post that a message is; ok is false when it is none of ours.
func (s *Store) PostByMessage(ctx context.Context, id chat.ConversationID, message string) (p Post, ok bool, err error) {
	return first(s.posts(ctx, "WHERE conversation = $1 AND message = $2", string(id), message))
}

// PostByMarker returns the post that carries a marker.
func (s *Store) PostByMarker(ctx context.Context, id chat.ConversationID, marker string) (p Post, ok bool, err error) {
	return first(s.posts(ctx, "WHERE conversation = $1 AND marker = $2 ORDER BY message LIMIT 1", string(id), marker))
}

func (s *Store) posts(ctx context.Context, where string, args ...any) ([]Post, error) {
	return collect(ctx, s, "read posts", func(rows *sql.Rows) (p Post, err error) {
		err = rows.Scan(&p.Message, &p.First, &p.Last, &p.Marker)
		return p, err
	}, "SELECT message, first, last, marker FROM posts "+where, args...)
}

// RenamePost records that another message than first thought is the one that stays.
func (s *Store) RenamePost(ctx context.Context, id chat.ConversationID, from, to string) error {
	err := s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "UPDATE posts SET message = $3 WHERE conversation = $1 AND message = $2", string(id), from, to)
		return err
	})
	if err != nil {
		return fmt.Errorf("rename post of %s: %w", id, err)
	}
	return nil
}

// Heard is what was taken in of a message that somebody wrote in a thread.
type Heard struct {
	Message   string            `json:"-"`
	Seq       chat.Seq          `json:"-"`
	Modified  time.Time         `json:"-"` // of the version taken in
	Edited    time.Time         `json:"edited,omitzero"`
	Deleted   bool              `json:"deleted,omitempty"`
	Reactions map[string]string `json:"reactions,omitempty"` // "person emoji" → emoji
}

// HeardOf returns what was taken in of a message; ok is false when nothing was.
func (s *Store) HeardOf(ctx context.Context, id chat.ConversationID, message string) (h Heard, ok bool, err error) {
	return first(collect(ctx, s, "read heard", func(rows *sql.Rows) (h Heard, err error) {
		var modified int64
		var body []byte
		if err := rows.Scan(&h.Message, &h.Seq, &modified, &body); err != nil {
			return h, err
		}
		h.Modified = time.UnixMicro(modified).UTC()
		err = json.Unmarshal(body, &h)
		return h, err
	}, "SELECT message, seq, modified, body FROM heard WHERE conversation = $1 AND message = $2", string(id), message))
}

// PutHeard records what was taken in; an older version never overwrites a newer one.
func (s *Store) PutHeard(ctx context.Context, id chat.ConversationID, h Heard) error {
	body, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("put heard: %w", err)
	}
	err = s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO heard (conversation, message, seq, modified, body) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (conversation, message) DO UPDATE SET seq = excluded.seq, modified = excluded.modified, body = excluded.body
			WHERE heard.modified <= excluded.modified`, string(id), h.Message, int64(h.Seq), h.Modified.UnixMicro(), string(body))
		return err
	})
	if err != nil {
		return fmt.Errorf("put heard of %s: %w", id, err)
	}
	return nil
}

// WithExperts lists the conversations that are not closed and to which an expert was ever invited.
func (s *Store) WithExperts(ctx context.Context) ([]chat.ConversationID, error) {
	ids, err := collect(ctx, s, "read conferences", func(rows *sql.Rows) (id chat.ConversationID, err error) {
		err = rows.Scan(&id)
		return id, err
	}, `SELECT id FROM conversations WHERE status <> 'closed' AND body LIKE '%"kind":"expert"%'`)
	return ids, err
}
