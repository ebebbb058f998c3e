package worlds

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
	"trialog/internal/teamsim"
)

// more holds a conversation against what the other checks leave open.
func (e *evidence) more() {
	e.followed()
	e.rebuilt()
	e.afterEnd()
	e.onlySaid()
	e.customerBytes()
	e.members()
	e.parting()
	e.doubles()
	e.reactions()
}

// followed is INV5: who followed the log on hints has all of it, but for what another node wrote just now.
func (e *evidence) followed() {
	e.mu.Lock()
	defer e.mu.Unlock()
	old := slices.IndexFunc(e.log, func(x chat.Entry) bool { return time.Since(x.At) < e.w.pollEvery() })
	if e.read != e.state.Last && (!e.w.shared || old < 0 || e.read < chat.Seq(old)) {
		e.fail("INV5: a reader rests at %d of %d", e.read, e.state.Last)
	}
}

// rebuilt is INV9: what is stored beside the log is what the log adds up to.
func (e *evidence) rebuilt() {
	c := &chat.Conversation{ID: e.state.ID, Number: e.state.Number, Service: e.state.Service, Visitor: e.state.Visitor}
	for _, x := range e.log {
		c.Apply(x)
	}
	want, err1 := json.Marshal(c)
	got, err2 := json.Marshal(e.state)
	if err1 != nil || err2 != nil || string(want) != string(got) {
		e.fail("INV9: the state is\n      %s\n    the log adds up to\n      %s", got, want)
	}
}

// afterEnd: nothing is said or done any more in a conversation that has ended.
func (e *evidence) afterEnd() {
	ended := false
	for _, x := range e.log {
		if ended && x.Kind != chat.Notice {
			e.fail("INV1: %s at %d, after the end", x.Kind, x.Seq)
		}
		ended = ended || x.Kind == chat.ClosedFact
	}
}

// onlySaid is the other half of INV7: what came from Teams was said there by somebody, in each of its versions. A version that a policy
// withheld says so, and is not the last while its author takes part: at the end nothing is withheld any more.
func (e *evidence) onlySaid() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range e.log {
		if x.Via != chat.ViaTeams || x.Kind != chat.Message {
			continue
		}
		versions := e.versionsOf(x.Seq)
		for i, v := range versions {
			text := spoken(v)
			command := i > 0 && text == "/leave" // was withheld before
			if text != policyPlaceholder && !command && !slices.ContainsFunc(e.said, func(s *said) bool { return strings.Contains(text, s.token) }) {
				e.fail("INV7: nobody said %q, which stands at %d", text, x.Seq)
			}
		}
		if _, deleted := e.version(x.Seq); !deleted && spoken(versions[len(versions)-1]) == policyPlaceholder && e.state.Status != chat.Closed && e.there(x) {
			e.fail("INV7: seq %d is withheld, though no policy withholds it any more", x.Seq)
		}
	}
}

// there reports whether who wrote a line in Teams has taken part ever since.
func (e *evidence) there(x chat.Entry) bool {
	id := strings.TrimPrefix(x.Key, "t:")
	i := slices.IndexFunc(e.said, func(s *said) bool { return s.message == id })
	m, ok := e.message(id)
	if i < 0 || !ok {
		return false
	}
	must, _ := e.window(e.said[i], m)
	return must
}

// customerBytes is INV10: in no byte that the customer gets is a person's id, a name that the service hides, or somebody else's key.
func (e *evidence) customerBytes() {
	var hidden []string
	for name, p := range e.w.people {
		hidden = append(hidden, p.ID)
		if e.state.Service == "rechnung" && slices.Contains(experts, name) {
			_, last, _ := strings.Cut(name, " ")
			hidden = append(hidden, last)
		}
	}
	for _, x := range e.log {
		v, ok := e.state.Project(chat.Customer, x)
		if !ok {
			continue
		}
		bytes, err := json.Marshal(v)
		if err != nil {
			e.fail("can't encode seq %d: %v", x.Seq, err)
		}
		for _, s := range hidden {
			if strings.Contains(string(bytes), s) {
				e.fail("INV10: the customer gets %s at %d: %s", s, x.Seq, bytes)
			}
		}
		if v.Key != "" && x.Author != e.state.Customer().ID {
			e.fail("INV10: the customer gets somebody's key at %d", x.Seq)
		}
	}
}

// members: who takes part is who reads the thread. What was decided right before the end is not carried out any more.
func (e *evidence) members() {
	if e.lane.Chat == "" || e.state.Status == chat.Closed {
		return
	}
	for _, p := range e.state.Participants {
		if p.Kind != chat.Expert {
			continue
		}
		listed := member(e.thread, p.Name)
		switch {
		case p.Present() && p.JoinedAt != nil && !listed:
			e.fail("INV7: %s is %s, though Teams does not list them", p.Name, p.State)
		case !p.Present() && listed:
			e.fail("INV10: %s is %s (%s), though Teams lists them", p.Name, p.State, p.Reason)
		case p.AnsweredAt != nil && p.JoinedAt == nil:
			e.fail("INV7: %s has answered without having joined", p.Name)
		}
	}
}

// parting: experts are told once that a conversation is over, and once more when somebody writes all the same.
func (e *evidence) parting() {
	ended, late := 0, 0
	for _, m := range e.thread.Messages {
		if m.App != clientID || m.IsDeleted() {
			continue
		}
		if strings.Contains(m.Text(), "ist beendet") {
			ended++
		}
		if strings.Contains(m.Text(), "ist bereits beendet") {
			late++
		}
	}
	want := 0
	if e.state.Status == chat.Closed && e.lane.Chat != "" {
		want = 1
	}
	if ended != want || late > want {
		e.fail("INV6: the thread says %d times that all is over, and %d times that somebody is late", ended, late)
	}
}

// doubles is G10: a post may stand twice for a moment when Microsoft carries a request out as late as the product asks again, or shows its
// lists late. What it could have seen before it asked again is wrong. Where requests are carried out later than anybody waits, nothing is said.
func (e *evidence) doubles() {
	if e.w.counts[lateZombie] > 0 {
		return
	}
	first := map[string]time.Time{}
	for _, m := range e.thread.Messages {
		tag := ourTag.FindString(m.Body)
		if m.App != clientID || tag == "" {
			continue
		}
		before, twice := first[tag]
		if !twice {
			first[tag] = m.Created
			continue
		}
		e.w.twice++
		if gap := m.Created.Sub(before); gap > unseen {
			e.fail("INV6: a post stood twice, %s apart: %q", gap, m.Text())
		}
	}
}

// unseen is how long after a post its repetition can be carried out though the product looked for it right before: as long as lists lag
// and requests are held up.
const unseen = 40 * time.Second

// reactions: the emoji that experts put on their own lines stand in the log, and no others.
func (e *evidence) reactions() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.said {
		m, ok := e.message(s.message)
		if !ok || m.IsDeleted() || s.turned {
			continue
		}
		must, _ := e.window(s, m)
		seq, known := e.lineOf(s)
		if !must || !known {
			continue
		}
		if got, want := e.reacted(seq, s.who), reactedInTeams(m, s.who); got != want {
			e.fail("INV7: %s has %q, in Teams %q", s.token, got, want)
		}
	}
}

// lineOf finds the line that something said in Teams is.
func (e *evidence) lineOf(s *said) (chat.Seq, bool) {
	i := slices.IndexFunc(e.log, func(x chat.Entry) bool { return e.tells(x, s) })
	return chat.Seq(i + 1), i >= 0
}

// reacted is the emoji that somebody's reactions to a line leave there.
func (e *evidence) reacted(seq chat.Seq, who string) (emoji string) {
	for _, x := range e.log {
		if x.Kind != chat.Reaction || x.Ref != seq || e.nameOf(x.Author) != who {
			continue
		}
		if emoji = x.Emoji; x.Withdrawn {
			emoji = ""
		}
	}
	return emoji
}

func reactedInTeams(m teamsim.Message, who string) string {
	for _, r := range m.Reactions {
		if r.From == who {
			return r.Emoji
		}
	}
	return ""
}

// subscriptions: Microsoft tells of each agent's chats at the one address that is known here, or has ended the subscription silently.
func (w *world) subscriptions() {
	for _, a := range w.agents {
		sub, ok, err := w.server().store.SubscriptionOf(w.ctx, "contoso", a.id)
		if err != nil || !ok {
			w.fail("F15: %s has no subscription (%v)", a.id, err)
			continue
		}
		for _, s := range w.tenant.Subscriptions() {
			if s.Person == a.person && path.Base(s.NotifyURL) != sub.Path {
				w.fail("F15: Microsoft tells %s at %s, known is %s", a.id, path.Base(s.NotifyURL), sub.Path)
			}
		}
	}
}

// stalled is INV12: no lane waits whose pause is over.
func (w *world) stalled() {
	for _, c := range w.convs {
		t, ok, err := w.server().store.Thread(w.ctx, c.id)
		if err != nil {
			w.fail("#%d can't be read: %v", c.number, err)
		}
		if late := time.Since(t.NotBefore); ok && t.State == store.LaneWaiting && late > 30*time.Second {
			w.fail("#%d INV12: the lane waits (%s), %s after the end of its pause", c.number, t.Reason, late)
		}
	}
}
