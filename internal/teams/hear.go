package teams

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// errThreadInMaking says that a message may belong to a thread whose making is not recorded yet.
var errThreadInMaking = errors.New("a thread is being made")

// errReadBackFirst says that the thread is about to be read back. What was written before this message may not be known, and the log can't
// be put in order later.
var errReadBackFirst = errors.New("the thread is read back first")

// hear takes one version of a message in, of which the notification of an agent's subscription told. tries is how often it was tried.
func (r *run) hear(ctx context.Context, agent chat.AgentID, m graph.ChatMessage, tries int) error {
	t, ok, err := r.Store.ThreadByChat(ctx, r.id, string(m.ChatID))
	if err != nil {
		return err
	}
	if !ok {
		return r.elsewhere(ctx, agent, m, tries)
	}
	if tries < heldBack && r.lanes.isBehind(t.Conversation) {
		return errReadBackFirst
	}
	leave, err := r.gates.enter(ctx, t.Conversation)
	if err != nil {
		return err
	}
	defer leave()
	return r.ear(t, tries).hear(ctx, m)
}

// elsewhere notes a message in a chat that is no thread of ours: the agent's folder of recent chats has changed, and the agent's
// browser may show that very chat.
func (r *run) elsewhere(ctx context.Context, agent chat.AgentID, m graph.ChatMessage, tries int) error {
	threads, err := r.Store.OpenThreads(ctx, r.id)
	if err != nil {
		return err
	}
	making := slices.ContainsFunc(threads, func(t store.Thread) bool { return t.Chat == "" && t.Attempt != nil })
	if making && tries < heldBack {
		return errThreadInMaking
	}
	if err := r.soil(ctx, agent); err != nil {
		return err
	}
	return r.tellTalk(ctx, agent, m)
}

// heldBack is how often a message is tried again for a reason that passes, before it is taken in as well as can be.
const heldBack = 5

// ear hears one thread.
type ear struct {
	*run
	t     store.Thread
	c     *chat.Conversation
	tries int
	// gone collects members of whom a system event says that they are no longer there. Set while reading back.
	gone map[chat.PersonID]bool
	back bool // reading back: everything comes in order and nothing is missing
	// strange collects posts of ours that nothing here knows of: marker → the oldest message that carries it. Set while reading back.
	strange map[string]string
}

func (r *run) ear(t store.Thread, tries int) *ear { return &ear{run: r, t: t, tries: tries} }

// hear takes one version of a message in. Hearing the same version again changes nothing.
func (e *ear) hear(ctx context.Context, m graph.ChatMessage) error {
	h, known, err := e.Store.HeardOf(ctx, e.t.Conversation, string(m.ID))
	if err != nil || known && !m.Modified.After(h.Modified) {
		return err // known, or older than what is known: it never overwrites a newer version
	}
	if e.c, err = e.Store.Conversation(ctx, e.t.Conversation); err != nil {
		return err
	}
	h.Message, h.Modified = string(m.ID), m.Modified
	switch own, ours, err := e.own(ctx, m); {
	case err != nil:
		return err
	case ours:
		return e.echo(ctx, m, own, h)
	case m.Type == "systemEventMessage" || m.Event != nil:
		return e.event(ctx, m, h, known)
	}
	p, ok := e.person(m.UserID())
	switch {
	case !ok:
		return e.stranger(ctx, m, h)
	case !known && withheld(m) && m.UserID() == graph.UserID(e.t.Sender):
		return nil // it may be a post of ours of unclear outcome; it is heard once it can be read
	case !known || h.Seq == 0 && m.Deleted == nil && h.Deleted:
		return e.first(ctx, m, p, h)
	case h.Seq != 0:
		return e.changed(ctx, m, p, h)
	}
	return e.remember(ctx, m, h)
}

// remember records which version was taken in.
func (e *ear) remember(ctx context.Context, m graph.ChatMessage, h store.Heard) error {
	h.Deleted = m.Deleted != nil
	if m.Edited != nil {
		h.Edited = *m.Edited
	}
	return e.Store.PutHeard(ctx, e.t.Conversation, h)
}

// person finds the participant who somebody in Teams is: an expert, or an agent who carries the thread, or did, and writes in Teams.
func (e *ear) person(id graph.UserID) (chat.Participant, bool) {
	if id == "" {
		return chat.Participant{}, false
	}
	for _, account := range e.sameTenant(e.t.Account) {
		if p, ok := e.c.ExpertIn(chat.Person{Account: account, ID: chat.PersonID(id)}); ok {
			return p, true
		}
	}
	if agent, ok := carriers(&e.t)[chat.PersonID(id)]; ok {
		return e.c.AgentIn(agent)
	}
	return chat.Participant{}, false
}

// sameTenant lists an account and those of the same tenant: after an account was replaced by another application of its tenant, agents
// invite by the new one into threads that still run through the old one, and people's ids are the same.
func (k *Connector) sameTenant(id chat.AccountID) []chat.AccountID {
	list := []chat.AccountID{id}
	k.mu.Lock()
	defer k.mu.Unlock()
	for other, a := range k.accounts {
		if other != id && strings.EqualFold(a.Tenant, k.accounts[id].Tenant) {
			list = append(list, other)
		}
	}
	return list
}

// stranger notes, for staff, that somebody writes in the thread who was not invited: nothing of it crosses.
func (e *ear) stranger(ctx context.Context, m graph.ChatMessage, h store.Heard) error {
	name, who := "", "application"
	switch {
	case m.From != nil && m.From.User != nil:
		name, who = m.From.User.Name, string(m.From.User.ID)
	case m.From != nil && m.From.Application != nil:
		name, who = m.From.Application.Name, string(m.From.Application.ID)
	}
	e.count(e.t.Account, Stranger)
	if m.Deleted == nil && e.c.Status != chat.Closed {
		if err := e.Desk.Notice(ctx, e.c.ID, "n:stranger:"+who, chat.Staff, 0, "stranger", oneLine(name)); err != nil {
			return err
		}
	}
	return e.remember(ctx, m, h)
}

// first takes a message in that was not heard of before.
func (e *ear) first(ctx context.Context, m graph.ChatMessage, p chat.Participant, h store.Heard) error {
	switch {
	case m.Deleted != nil:
		return e.deletedUnheard(ctx, m, p, h)
	case p.Kind != chat.Expert && !p.Present():
		return e.remember(ctx, m, h) // nobody who takes part
	case !p.Present():
		return e.stranger(ctx, m, h) // somebody brought back in Teams who has left, or is not out yet
	case e.c.Status == chat.Closed:
		return e.late(ctx, m, p, h)
	}
	if took, err := e.tookPart(ctx, m, p); err != nil {
		return err
	} else if !took {
		return e.stranger(ctx, m, h)
	}
	line, err := e.line(ctx, m, p)
	if err != nil {
		return err
	}
	if p.Kind == chat.Expert && strings.EqualFold(strings.TrimSpace(line.Content.PlainText()), "/leave") {
		if err := e.Desk.ExpertLeft(ctx, e.c.ID, p.ID, chat.ReasonLeft); err != nil {
			return err
		}
		return e.remember(ctx, m, h)
	}
	posted, err := e.Desk.FromThread(ctx, e.c.ID, line)
	if refused(err) {
		return e.remember(ctx, m, h)
	}
	if err != nil {
		return err
	}
	if e.crash("hear.posted") {
		return errCrashed
	}
	h.Seq, h.Deleted = posted.Seq, false
	if posted.Repeat { // taken in before, but perhaps in an older version
		return e.changed(ctx, m, p, h)
	}
	if err := e.reactions(ctx, m, h.Seq, &h); err != nil {
		return err
	}
	return e.remember(ctx, m, h)
}

// deletedUnheard takes in that a message is gone of which nothing was recorded: it was never shown, unless a server died between
// writing its line and recording that.
func (e *ear) deletedUnheard(ctx context.Context, m graph.ChatMessage, p chat.Participant, h store.Heard) error {
	written, ok, err := e.Store.EntryByKey(ctx, e.c.ID, messageKeyOf(m.ID))
	if err != nil {
		return err
	}
	if !ok {
		return e.remember(ctx, m, h)
	}
	h.Seq = written.Seq
	return e.changed(ctx, m, p, h)
}

// line makes a line of a message.
func (e *ear) line(ctx context.Context, m graph.ChatMessage, p chat.Participant) (desk.ThreadLine, error) {
	content, private, err := e.read(ctx, m, p)
	line := desk.ThreadLine{By: p.ID, Key: messageKeyOf(m.ID), Audience: chat.Everyone, Content: content}
	if private {
		line.Audience = chat.BackRoom
	}
	return line, err
}

// late notes that an expert wrote after the end; the first such message is answered.
func (e *ear) late(ctx context.Context, m graph.ChatMessage, p chat.Participant, h store.Heard) error {
	if p.Kind == chat.Expert {
		if err := e.updateThread(ctx, e.c.ID, func(t *store.Thread) { t.Late++ }); err != nil {
			return err
		}
		e.lanes.wake(e.c.ID)
	}
	return e.remember(ctx, m, h)
}

// changed takes in a newer version of a message that is in the log: an edit, a deletion, its undoing, reactions, and that a policy
// withholds it or no longer does, which is no edit in Teams. What was taken in of it before is read in the log: a server that died may not
// have recorded it.
func (e *ear) changed(ctx context.Context, m graph.ChatMessage, p chat.Participant, h store.Heard) error {
	stands, err := e.stands(ctx, m.ID, &h)
	if err != nil || m.Modified.UnixMilli() < stands.version {
		return err
	}
	edited := m.Edited != nil && m.Edited.After(h.Edited) || withheld(m) != stands.withheld
	switch {
	case m.Deleted != nil && !stands.deleted:
		_, err = e.Desk.ThreadDelete(ctx, e.c.ID, h.Seq, desk.ThreadLine{By: p.ID, Key: versionKey(m, "d")})
	case m.Deleted == nil && (edited || stands.deleted):
		err = e.edited(ctx, m, p, &h)
	}
	if err == nil && m.Deleted == nil {
		err = e.reactions(ctx, m, h.Seq, &h)
	}
	if err != nil && !refused(err) {
		return err
	}
	if e.crash("hear.changed") {
		return errCrashed
	}
	return e.remember(ctx, m, h)
}

// standing is how a message stands in the log.
type standing struct {
	deleted  bool
	withheld bool  // its newest words say that a policy withholds it
	version  int64 // of its newest change, in milliseconds of Microsoft's time; 0 when it is as it was first taken in
}

// stands reads how a message stands in the log. When it turned private, h moves on to the line that it is since.
func (e *ear) stands(ctx context.Context, id graph.MessageID, h *store.Heard) (st standing, err error) {
	private, ok, err := e.Store.EntryByKey(ctx, e.c.ID, messageKeyOf(id)+":p")
	if err != nil {
		return st, err
	}
	first := h.Seq
	if ok && h.Seq != private.Seq {
		h.Seq, h.Reactions = private.Seq, nil
	}
	for after := first - 1; ; {
		list, err := e.Store.Entries(ctx, e.c.ID, after, readAhead)
		if err != nil || len(list) == 0 {
			return st, err
		}
		for _, x := range list {
			after = x.Seq
			if x.Ref == first || x.Ref == h.Seq {
				st.version = max(st.version, versionOf(x.Key, id))
			}
			switch {
			case x.Seq == h.Seq, x.Ref == h.Seq && x.Kind == chat.Edit:
				st.deleted, st.withheld = false, withheldLine(x.Content)
			case x.Ref == h.Seq && x.Kind == chat.Delete:
				st.deleted = true
			}
		}
	}
}

// edited takes in new words for a line. A line that was for everyone and is marked as private now is taken back from the customer,
// and said anew in the back room; one that was private stays so.
func (e *ear) edited(ctx context.Context, m graph.ChatMessage, p chat.Participant, h *store.Heard) error {
	original, err := e.Store.Entry(ctx, e.c.ID, h.Seq)
	if err != nil {
		return err
	}
	line, err := e.line(ctx, m, p)
	if err != nil {
		return err
	}
	if line.Audience == chat.BackRoom && original.Audience == chat.Everyone {
		return e.takeBack(ctx, m, line, h)
	}
	line.Key = versionKey(m, "e")
	_, err = e.Desk.ThreadEdit(ctx, e.c.ID, h.Seq, line)
	return err
}

// takeBack deletes a line that turned private and says it anew in the back room.
func (e *ear) takeBack(ctx context.Context, m graph.ChatMessage, line desk.ThreadLine, h *store.Heard) error {
	if _, err := e.Desk.ThreadDelete(ctx, e.c.ID, h.Seq, desk.ThreadLine{By: line.By, Key: versionKey(m, "d")}); err != nil {
		return err
	}
	line.Key = messageKeyOf(m.ID) + ":p"
	posted, err := e.Desk.FromThread(ctx, e.c.ID, line)
	if err != nil {
		return err
	}
	if e.crash("hear.private") {
		return errCrashed
	}
	h.Seq, h.Reactions = posted.Seq, nil
	if posted.Repeat { // said before, but perhaps in an older version
		line.Key = versionKey(m, "e")
		_, err = e.Desk.ThreadEdit(ctx, e.c.ID, h.Seq, line)
	}
	return err
}

// refused reports that the rules of the conversation say no: its author has left, or it is over. That is not to be tried again.
func refused(err error) bool {
	return chat.IsKind(err, chat.Gone) || chat.IsKind(err, chat.Forbidden) || chat.IsKind(err, chat.NotFound) || chat.IsKind(err, chat.Invalid)
}

// messageKeyOf is the key of the line that a message is, with ":p" when it turned private later; versionKey that of a later version of it.
func messageKeyOf(id graph.MessageID) string { return "t:" + string(id) }

func versionKey(m graph.ChatMessage, what string) string {
	return fmt.Sprintf("t:%s:%s%d", m.ID, what, m.Modified.UnixMilli())
}

// versionOf is the version of a message that an edit or deletion with that key took in, in milliseconds; 0 for any other key.
func versionOf(key string, id graph.MessageID) int64 {
	what, ours := strings.CutPrefix(key, messageKeyOf(id)+":")
	if !ours || what == "" || !strings.Contains("ed", what[:1]) {
		return 0
	}
	version, err := strconv.ParseInt(what[1:], 10, 64)
	if err != nil {
		return 0
	}
	return version
}

// messageKey returns the message that an entry's key names, if the entry was written in Teams.
func messageKey(key string) (graph.MessageID, bool) {
	key, ours := strings.CutPrefix(key, "t:")
	id, private, whole := strings.Cut(key, ":")
	return graph.MessageID(id), ours && (!whole || private == "p")
}

// sortMessages puts messages in the order in which they were written.
func sortMessages(list []graph.ChatMessage) {
	slices.SortStableFunc(list, func(a, b graph.ChatMessage) int { return compareIDs(string(a.ID), string(b.ID)) })
}

// legacyReactions are names that Teams' older clients give reactions on reading. [api: chatmessage-setreaction]
var legacyReactions = map[string]string{"like": "👍", "heart": "❤️", "laugh": "😆", "surprised": "😮", "sad": "😢", "angry": "😡"}

// reactions takes in who reacts how, compared with what was taken in of the message so far.
func (e *ear) reactions(ctx context.Context, m graph.ChatMessage, ref chat.Seq, h *store.Heard) error {
	shown := map[string]string{}
	for _, r := range m.Reactions {
		emoji := r.Type
		if unicode, ok := legacyReactions[emoji]; ok {
			emoji = unicode
		}
		if r.User != nil && r.User.User != nil && emoji != "" {
			shown[string(r.User.User.ID)+" "+emoji] = emoji
		}
	}
	for who, emoji := range shown {
		if _, known := h.Reactions[who]; !known {
			if err := e.react(ctx, m, ref, who, emoji, false); err != nil {
				return err
			}
		}
	}
	for who, emoji := range h.Reactions {
		if _, still := shown[who]; !still {
			if err := e.react(ctx, m, ref, who, emoji, true); err != nil {
				return err
			}
		}
	}
	h.Reactions = shown
	return nil
}

// react takes in one reaction, unless the log says so already: an agent's reaction in the desk comes back as one in Teams.
func (e *ear) react(ctx context.Context, m graph.ChatMessage, ref chat.Seq, who, emoji string, withdrawn bool) error {
	id, _, _ := strings.Cut(who, " ")
	p, ok := e.person(graph.UserID(id))
	if !ok {
		return nil
	}
	whose := func(by chat.ParticipantID) bool { return by == p.ID }
	if p.Kind != chat.Expert { // the sender's is that of everybody who is not in Teams
		whose = func(by chat.ParticipantID) bool { return notExpert(e.c, by) }
	}
	if stands, err := e.reactionStands(ctx, e.c.ID, ref, emoji, whose); err != nil || stands == !withdrawn {
		return err
	}
	what := "r:" + who
	if withdrawn {
		what = "u:" + who
	}
	_, err := e.Desk.ThreadReact(ctx, e.c.ID, ref, desk.ThreadLine{By: p.ID, Key: versionKey(m, what+":")}, emoji, withdrawn)
	if refused(err) {
		return nil
	}
	return err
}

// reactionStands reports whether an emoji of any of some participants stands on a line now.
func (r *run) reactionStands(ctx context.Context, id chat.ConversationID, ref chat.Seq, emoji string, whose func(chat.ParticipantID) bool) (bool, error) {
	standing := map[chat.ParticipantID]bool{}
	for after := ref; ; {
		list, err := r.Store.Entries(ctx, id, after, readAhead)
		if err != nil || len(list) == 0 {
			return len(standing) > 0, err
		}
		for _, x := range list {
			if x.Kind != chat.Reaction || x.Ref != ref || x.Emoji != emoji || !whose(x.Author) {
				continue
			}
			if standing[x.Author] = true; x.Withdrawn {
				delete(standing, x.Author)
			}
		}
		after = list[len(list)-1].Seq
	}
}

// notExpert reports whether a participant is not in Teams, or is there as the agent who carries the thread.
func notExpert(c *chat.Conversation, id chat.ParticipantID) bool {
	p, ok := c.Participant(id)
	return ok && p.Kind != chat.Expert
}

// overlap is how far before what is known to be taken in a thread is read back: clocks and orders at Microsoft differ a little.
const overlap = 2 * time.Minute
