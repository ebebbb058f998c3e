package worlds

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/teamsim"
)

// evidence is all there is to know of one conversation when everything has come to rest.
type evidence struct {
	*conversation
	log    []chat.Entry
	state  *chat.Conversation
	thread teamsim.Chat
	lane   store.Thread
	hasOne bool // there is a thread
}

// overRate begins the names of what the tenant counts as breaking Microsoft's rates.
const overRate = "over the rate"

// check holds every conversation against the invariants. [reliability: 2.1]
func (w *world) check() {
	for _, c := range w.convs {
		e, err := w.gather(c)
		if err != nil {
			w.fail("#%d can't be read: %v", c.number, err)
			continue
		}
		faultless := len(w.wrong)
		e.dense()
		e.acknowledged()
		e.threads()
		e.relayed()
		e.heard()
		e.rest()
		e.customerSees()
		e.more()
		if len(w.wrong) > faultless {
			e.tellAll()
		}
	}
	w.subscriptions()
	for kind, n := range w.tenant.FaultCounts() {
		if strings.HasPrefix(kind, overRate) {
			w.fail("INV11: %d times %s", n, kind)
		}
	}
	if len(w.wrong) > 0 {
		for _, r := range w.tenant.Requests() {
			w.say("request at %s: %s %s by %s: %d", r.At.UTC().Format("15:04:05.000"), r.Method, r.Path, r.Person, r.Status)
		}
	}
}

func (w *world) gather(c *conversation) (*evidence, error) {
	p := w.server()
	ctx := context.Background()
	e := &evidence{conversation: c}
	var err error
	if e.state, err = p.store.Conversation(ctx, c.id); err != nil {
		return e, err
	}
	for after := chat.Seq(0); ; after = e.log[len(e.log)-1].Seq {
		more, err := p.store.Entries(ctx, c.id, after, 500)
		if err != nil {
			return e, err
		}
		if len(more) == 0 {
			break
		}
		e.log = append(e.log, more...)
	}
	if e.lane, e.hasOne, err = p.store.Thread(ctx, c.id); err != nil {
		return e, err
	}
	if e.lane.Chat != "" {
		e.thread, _ = w.tenant.ChatByID(e.lane.Chat)
	}
	return e, nil
}

func (e *evidence) fail(format string, args ...any) {
	e.w.fail("#%d %s", e.number, fmt.Sprintf(format, args...))
}

// tellAll puts the log and the thread into the story.
func (e *evidence) tellAll() {
	e.w.say("#%d lane: %+v", e.number, e.lane)
	for _, x := range e.log {
		what := fmt.Sprintf("%q", x.Content.PlainText())
		if x.Fact != nil {
			who := e.nameOf(x.Fact.Subject)
			if x.Fact.Participant != nil {
				who = x.Fact.Participant.Name
			}
			what = fmt.Sprintf("%s %s %s", who, x.Fact.State, x.Fact.Reason)
		}
		e.w.say("#%d log %d at %s: %s of %s (%s%s, of %d): %s", e.number, x.Seq, x.At.Format("15:04:05.000"), x.Kind, e.nameOf(x.Author), x.Via, x.Audience, x.Ref, what)
	}
	for _, m := range e.thread.Messages {
		e.w.say("#%d thread %s at %s (modified %s) by %s (app %q, deleted %v): %q", e.number, m.ID, m.Created.Format("15:04:05.000"), m.Modified.Format("15:04:05.000"), m.From, m.App, m.IsDeleted(), m.Text())
	}
}

// dense is INV2: numbers from 1 without gaps.
func (e *evidence) dense() {
	for i, x := range e.log {
		if x.Seq != chat.Seq(i+1) {
			e.fail("INV2: entry %d has seq %d", i+1, x.Seq)
			return
		}
	}
}

// acknowledged is INV1 and INV4: every acknowledged line stands once, at the seq that was told, in its newest version.
func (e *evidence) acknowledged() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range e.lines {
		n := 0
		for _, x := range e.log {
			if x.Kind == chat.Message && x.Via == "" && strings.Contains(x.Content.PlainText(), l.token) {
				n++
				if x.Seq != l.seq {
					e.fail("INV1: %s was acknowledged as %d and stands at %d", l.token, l.seq, x.Seq)
				}
			}
		}
		if n != 1 {
			e.fail("INV1: acknowledged line %s stands %d times", l.token, n)
		}
		text, deleted := e.version(l.seq)
		if deleted != l.deleted || !deleted && text != l.text {
			e.fail("INV1: %s is %q (deleted %v), acknowledged was %q (deleted %v)", l.token, text, deleted, l.text, l.deleted)
		}
	}
}

// version is what a line says at last.
func (e *evidence) version(seq chat.Seq) (text string, deleted bool) {
	if seq < 1 || int(seq) > len(e.log) {
		return "", false
	}
	text = spoken(e.log[seq-1].Content)
	for _, x := range e.log {
		if x.Ref != seq {
			continue
		}
		switch x.Kind {
		case chat.Edit:
			text, deleted = spoken(x.Content), false
		case chat.Delete:
			deleted = true
		}
	}
	return text, deleted
}

// versionsOf is all that an entry has ever said, oldest first.
func (e *evidence) versionsOf(seq chat.Seq) []chat.Content {
	versions := []chat.Content{e.log[seq-1].Content}
	for _, x := range e.log {
		if x.Kind == chat.Edit && x.Ref == seq {
			versions = append(versions, x.Content)
		}
	}
	return versions
}

// policyPlaceholder stands for what a policy withholds from us.
var policyPlaceholder = chat.Content{{T: chat.Placeholder, What: "policy"}}.PlainText()

// tells reports whether an entry is what somebody said in Teams, now or in an earlier version: it may have been withheld at first.
func (e *evidence) tells(x chat.Entry, s *said) bool {
	return x.Kind == chat.Message && x.Via == chat.ViaTeams &&
		slices.ContainsFunc(e.versionsOf(x.Seq), func(v chat.Content) bool { return strings.Contains(spoken(v), s.token) })
}

// threads: a conference has one thread; one that Microsoft made in vain is renamed and empty of our lines.
func (e *evidence) threads() {
	if n := len(e.conversation.threads()); n > 1 {
		e.fail("INV6: %d threads", n)
	}
}

var lineToken = regexp.MustCompile(`L\d+x\d+z`)

// relayed is INV6: the thread holds exactly the log's lines for experts up to the cursor, in order, each once, in their newest version.
func (e *evidence) relayed() {
	if e.lane.Chat == "" {
		return
	}
	var want []string
	for _, x := range e.log {
		if x.Seq > e.lane.Cursor || x.Kind != chat.Message || x.Via == chat.ViaTeams || !chat.Sees(chat.Expert, x.Audience) {
			continue
		}
		if e.skippedAtEnd(x.Seq) {
			continue
		}
		text, deleted := e.version(x.Seq)
		if deleted {
			continue
		}
		want = append(want, text)
	}
	var got []string
	for _, m := range e.thread.Messages {
		if m.App != clientID || m.IsDeleted() {
			continue
		}
		got = append(got, linesOf(m.Text())...)
	}
	if !slices.Equal(got, want) {
		e.fail("INV6: the thread holds\n      %q\n    the log says\n      %q\n    posts\n      %s", got, want, strings.Join(e.posts(), "\n      "))
	}
}

// posts tells of every post of ours what happened to it.
func (e *evidence) posts() (list []string) {
	for _, m := range e.thread.Messages {
		if m.App == clientID {
			list = append(list, fmt.Sprintf("%s %s deleted %v: %q … %s", m.Created.Format("15:04:05.000"), m.ID, m.IsDeleted(), linesOf(m.Text()), m.Body[max(0, len(m.Body)-40):]))
		}
	}
	return list
}

// skippedAtEnd: what is said when nobody is there any more to read it, right before the end, is not posted.
func (e *evidence) skippedAtEnd(seq chat.Seq) bool {
	if e.state.Status != chat.Closed {
		return false
	}
	token := lineToken.FindString(e.log[seq-1].Content.PlainText())
	for _, m := range e.thread.Messages {
		if m.App == clientID && !m.IsDeleted() && strings.Contains(m.Text(), token) {
			return false
		}
	}
	return !e.expertAfter(seq)
}

// expertAfter reports whether any expert took part at some moment after a seq.
func (e *evidence) expertAfter(seq chat.Seq) bool {
	c := &chat.Conversation{}
	for _, x := range e.log {
		c.Apply(x)
		if x.Seq >= seq && c.Conference() {
			return true
		}
	}
	return false
}

// linesOf finds the lines of customers and agents in the text of a post: from their token to the end of their sentence.
func linesOf(text string) []string {
	var lines []string
	for _, at := range lineToken.FindAllStringIndex(text, -1) {
		rest := text[at[0]:]
		words := strings.Fields(rest)
		n := 2
		if len(words) > 2 && words[1] == "Fassung" {
			n = 3
		}
		lines = append(lines, strings.Join(words[:min(n, len(words))], " "))
	}
	return lines
}

// heard is INV7 and INV8: what experts wrote while they took part stands in the log once, in its newest version, with its audience; nothing else does.
func (e *evidence) heard() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range e.log {
		if x.Via == chat.ViaTeams && lineToken.MatchString(spoken(x.Content)) {
			e.fail("INV8: seq %d is our own post: %q", x.Seq, x.Content.PlainText())
		}
	}
	for _, s := range e.said {
		m, ok := e.message(s.message)
		if !ok {
			continue // said in a thread that was made in vain
		}
		var at []chat.Entry
		for _, x := range e.log {
			if e.tells(x, s) && !(s.turned && x.Audience == chat.Everyone && e.takenBack(x.Seq)) {
				at = append(at, x)
			}
		}
		e.compare(s, m, at)
	}
}

func (e *evidence) takenBack(seq chat.Seq) bool {
	_, deleted := e.version(seq)
	return deleted
}

func (e *evidence) compare(s *said, m teamsim.Message, at []chat.Entry) {
	must, may := e.window(s, m)
	switch {
	case len(at) > 1:
		e.fail("INV7: %s stands %d times", s.token, len(at))
		return
	case len(at) == 0 && must && !m.IsDeleted():
		h, known, err := e.w.server().store.HeardOf(context.Background(), e.id, m.ID)
		e.fail("INV7: %s of %s (written %s) is lost; heard: %+v %v %v; thread: heard %s, read back %s", s.token, s.who, m.Created.Format("15:04:05.000"), h, known, err,
			e.lane.Heard.Format("15:04:05.000"), e.lane.ReadAt.Format("15:04:05.000"))
		return
	case len(at) == 1 && !may:
		e.fail("INV7: %s of %s stands at %d, though it was written outside of their part", s.token, s.who, at[0].Seq)
		return
	case len(at) == 0, s.turned && !must:
		return
	}
	if private := at[0].Audience == chat.BackRoom; s.private && !private || private && !s.private && !s.quotes {
		e.fail("INV10: %s is for %s", s.token, at[0].Audience)
	}
	text, deleted := e.version(at[0].Seq)
	if !must {
		return // its author has left since: what changed later does not cross
	}
	want := m.Text()
	want = want[max(0, strings.Index(want, s.token)):]
	if deleted != m.IsDeleted() || !deleted && text != want {
		e.fail("INV7: %s is %q (deleted %v), in Teams %q (deleted %v)", s.token, text, deleted, want, m.IsDeleted())
	}
}

func (e *evidence) message(id string) (teamsim.Message, bool) {
	i := slices.IndexFunc(e.thread.Messages, func(m teamsim.Message) bool { return m.ID == id })
	if i < 0 {
		return teamsim.Message{}, false
	}
	return e.thread.Messages[i], true
}

// window tells whether a message of Teams must be in the log, and whether it may be. It must if its author takes part from before it
// was written to the very end and the conversation is open; near the moment of leaving, both is right.
func (e *evidence) window(s *said, m teamsim.Message) (must, may bool) {
	if s.who == e.agent.person {
		open := e.state.Status != chat.Closed
		return open && !m.IsDeleted(), true
	}
	var since time.Time
	for _, x := range e.log {
		switch {
		case x.Fact == nil:
		case x.Kind == chat.Invitation && x.Fact.State == chat.Inviting && e.guest(x) == s.who:
			if since.IsZero() || !must {
				since = x.At
			}
			must = true
		case x.Kind == chat.LeftFact && e.nameOf(x.Fact.Subject) == s.who, x.Kind == chat.Invitation && x.Fact.State == chat.Failed && e.nameOf(x.Fact.Subject) == s.who:
			if m.Created.After(since.Add(-time.Second)) && m.Created.Before(x.At) {
				may = true // said before, but perhaps told after
			}
			must = false
		case x.Kind == chat.ClosedFact:
			if must && m.Created.Before(x.At) {
				may = true
			}
			must = false
		}
	}
	may = may || must && m.Created.After(since.Add(-time.Second)) // Microsoft's clock is not ours
	must = must && m.Created.After(since)
	return must, may || must
}

// guest is whom an entry about an invitation is about.
func (e *evidence) guest(x chat.Entry) string {
	if x.Fact.Participant != nil {
		return x.Fact.Participant.Name
	}
	return e.nameOf(x.Fact.Subject)
}

func (e *evidence) nameOf(id chat.ParticipantID) string {
	p, _ := e.state.Participant(id)
	return p.Name
}

// rest is INV12: nothing waits without a reason, everybody who was invited has arrived or is told why not.
func (e *evidence) rest() {
	for _, p := range e.state.Participants {
		if p.Kind != chat.Expert {
			continue
		}
		switch {
		case e.state.Status == chat.Closed:
		case p.State == chat.Inviting || p.State == chat.Invited:
			e.fail("INV12: %s is still %s; lane %s %s %s", p.Name, p.State, e.lane.State, e.lane.Reason, e.lane.Detail)
		case p.State == chat.Failed && p.Reason == "":
			e.fail("INV12: %s failed without a reason", p.Name)
		}
	}
	if !e.hasOne {
		return
	}
	switch e.lane.State {
	case store.LaneIdle, store.LaneEnded:
	default:
		e.fail("INV12: the lane is %s %s %s, cursor %d of %d, attempt %+v", e.lane.State, e.lane.Reason, e.lane.Detail, e.lane.Cursor, e.state.Last, e.lane.Attempt)
	}
	if e.state.Conference() && e.lane.Cursor < e.state.Last && e.state.Status != chat.Closed {
		e.fail("INV5: the lane rests at %d of %d", e.lane.Cursor, e.state.Last)
	}
	if e.state.Status == chat.Closed && !e.lane.Ended {
		e.fail("INV12: the conversation is over, the lane is not: %s, cursor %d of %d", e.lane.State, e.lane.Cursor, e.state.Last)
	}
}

// customerSees is INV10: nothing private is in what the customer gets.
func (e *evidence) customerSees() {
	for _, x := range e.log {
		v, ok := chat.Project(chat.Customer, x)
		if ok && x.Audience != chat.Everyone {
			e.fail("INV10: the customer sees seq %d, which is for %s", x.Seq, x.Audience)
		}
		if ok && v.Fact != nil && v.Fact.Participant != nil && v.Fact.Participant.Person != nil {
			e.fail("INV10: the customer sees a person's id at seq %d", x.Seq)
		}
	}
}
