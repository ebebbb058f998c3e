package histories

import (
	"slices"
	"strings"
	"testing"
	"time"

	"trialog/internal/chat"
)

// told is a history in which one call follows the other, unless it says otherwise.
func told(steps ...func(*history)) *history {
	h := &history{}
	for _, s := range steps {
		s(h)
	}
	return h
}

func one(c call, a answer) func(*history) {
	return func(h *history) { h.note(0, h.now(), c, a) }
}

// during is a call that began before others and was answered after them.
func during(c call, a answer, others ...func(*history)) func(*history) {
	return func(h *history) {
		began := h.now()
		for _, o := range others {
			o(h)
		}
		h.note(1, began, c, a)
	}
}

var begin = []line{{kind: chat.Opened, audience: chat.Everyone}, {kind: chat.JoinedFact, audience: chat.Everyone}}

func says(id, text string) call {
	return call{verb: say, by: 1, viewer: chat.Customer, id: id, audience: chat.Everyone, text: text}
}

func looks(from chat.Seq) call { return call{verb: read, viewer: chat.Agent, from: from} }

// at is a line of the customer as it should stand in the log.
func at(seq chat.Seq, id, text string) line {
	l := says(id, text).line()
	l.seq = seq
	return l
}

func shows(upTo chat.Seq, lines ...line) answer { return answer{lines: lines, upTo: upTo} }

// TestModelTakesWhatIsRight: without it the checker could find fault with everything.
func TestModelTakesWhatIsRight(t *testing.T) {
	for name, h := range map[string]*history{
		"one after the other": told(one(says("a", "x"), answer{seq: 3}), one(says("b", "y"), answer{seq: 4}), one(looks(2), shows(4, at(3, "a", "x"), at(4, "b", "y")))),
		"a repeat":            told(one(says("a", "x"), answer{seq: 3}), one(says("b", "y"), answer{seq: 4}), one(says("a", "x"), answer{seq: 3})),
		"another body":        told(one(says("a", "x"), answer{seq: 3}), one(says("a", "y"), answer{code: "key_conflict"})),
		"at the same time":    told(during(says("a", "x"), answer{seq: 4}, one(says("b", "y"), answer{seq: 3}), one(looks(2), shows(3, at(3, "b", "y"))))),
		"lost and happened":   told(one(says("a", "x"), answer{lost: true}), one(says("b", "y"), answer{seq: 4})),
		"lost and did not":    told(one(says("a", "x"), answer{lost: true}), one(says("b", "y"), answer{seq: 3})),
		"lost, happened late": told(one(says("a", "x"), answer{lost: true}), one(says("b", "y"), answer{seq: 3}), one(says("a", "x"), answer{seq: 4})),
		"the end":             told(one(call{verb: end, by: 1}, answer{}), one(says("a", "x"), answer{code: "conversation_closed"}), one(call{verb: state}, answer{seq: 3, over: true})),
		"a part":              told(one(says("a", "x"), answer{seq: 3}), one(says("b", "y"), answer{seq: 4}), one(call{verb: page, viewer: chat.Agent, from: 2}, shows(3, at(3, "a", "x")))),
		"private lines": told(one(call{verb: say, by: 2, viewer: chat.Agent, id: "p", audience: chat.BackRoom, text: "psst"}, answer{seq: 3}),
			one(call{verb: read, viewer: chat.Customer, from: 2}, shows(-1))),
	} {
		if err := h.check(begin); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestModelFindsWhatIsBroken: each of these histories breaks one promise.
func TestModelFindsWhatIsBroken(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // for the pictures
	a, b := one(says("a", "x"), answer{seq: 3}), one(says("b", "y"), answer{seq: 4})
	for name, h := range map[string]*history{
		"a lost line":          told(a, b, one(looks(2), shows(4, at(4, "b", "y")))),
		"a lost end":           told(a, b, one(looks(2), shows(3, at(3, "a", "x")))),
		"a doubled line":       told(a, one(looks(2), shows(4, at(3, "a", "x"), at(4, "a", "x")))),
		"swapped lines":        told(a, b, one(looks(2), shows(4, at(3, "b", "y"), at(4, "a", "x")))),
		"a changed line":       told(a, one(looks(2), shows(3, at(3, "a", "z")))),
		"a seq given twice":    told(a, one(says("b", "y"), answer{seq: 3})),
		"a seq left out":       told(a, one(says("b", "y"), answer{seq: 5})),
		"a repeat appended":    told(a, one(says("a", "x"), answer{seq: 4})),
		"another body taken":   told(a, one(says("a", "y"), answer{seq: 3})),
		"a conflict of none":   told(one(says("a", "x"), answer{code: "key_conflict"})),
		"a read of the past":   told(a, one(looks(2), shows(3, at(3, "a", "x"))), one(looks(2), shows(2))),
		"a read of the future": told(one(looks(2), shows(3, at(3, "a", "x"))), a),
		"a stale end":          told(a, one(call{verb: page, viewer: chat.Agent, from: 2}, shows(2))),
		"a stale page":         told(a, b, one(call{verb: page, viewer: chat.Agent, from: 2}, shows(-1, at(4, "b", "y")))),
		"an empty page":        told(a, one(call{verb: page, viewer: chat.Customer, from: 2}, shows(-1))),
		"a stale state":        told(a, b, one(call{verb: state}, answer{seq: 3})),
		"an unknown end":       told(one(call{verb: end, by: 1}, answer{}), one(call{verb: state}, answer{seq: 3})),
		"a line after the end": told(one(call{verb: end, by: 1}, answer{}), one(says("a", "x"), answer{seq: 4})),
		"an edit of nothing":   told(one(call{verb: edit, by: 1, viewer: chat.Customer, id: "e", ref: 3, text: "z"}, answer{seq: 3})),
		"a foreign line":       told(a, one(call{verb: erase, by: 2, viewer: chat.Agent, id: "d", ref: 3}, answer{seq: 4})),
		"a private line shown": told(one(call{verb: say, by: 2, viewer: chat.Agent, id: "p", audience: chat.BackRoom, text: "psst"}, answer{seq: 3}),
			one(call{verb: read, viewer: chat.Customer, from: 2}, shows(-1, line{seq: 3, kind: chat.Message, by: 2, audience: chat.BackRoom, text: "psst"}))),
		"two orders at once": told(during(says("a", "x"), answer{seq: 3}, one(looks(2), shows(2))), b, one(looks(2), shows(4, at(3, "b", "y"), at(4, "a", "x")))),
	} {
		if h.check(begin) == nil {
			t.Errorf("%s was not found", name)
		}
	}
}

// story is a log, and a customer's screen that saw all of it as it should: half of it before its connection broke, half after.
func story() (log []chat.Entry, s *session) {
	when := time.UnixMicro(0).UTC()
	entry := func(e chat.Entry) {
		e.Seq, e.At = chat.Seq(len(log)+1), when
		log = append(log, e)
	}
	lineBy := func(by chat.ParticipantID, audience chat.Audience, key, text string) {
		entry(chat.Entry{Kind: chat.Message, Author: by, Audience: audience, Key: key, Content: chat.FromText(text)})
	}
	entry(chat.Entry{Kind: chat.Opened, Audience: chat.Everyone, Fact: &chat.Fact{Participant: &chat.Participant{ID: 1, Kind: chat.Customer}}})
	lineBy(1, chat.Everyone, "c1:a", "one")
	lineBy(2, chat.Everyone, "c2:b", "two")
	lineBy(2, chat.BackRoom, "c2:c", "psst")
	lineBy(1, chat.Everyone, "c1:d", "three")
	lineBy(2, chat.Everyone, "c2:e", "four")
	part := func(from, to chat.Seq) event {
		e := event{what: streamed, upTo: to}
		for _, x := range log[from:to] {
			if v, ok := chat.Project(chat.Customer, x); ok {
				e.entries = append(e.entries, v)
			}
		}
		return e
	}
	read := part(2, 6)
	s = &session{name: "tab", viewer: chat.Customer, by: 1, events: []event{
		{what: resumed}, {what: viewed, last: 1}, part(0, 1), {what: sent, id: "a"}, {what: acked, id: "a", seq: 2}, part(1, 3), // 0–5
		{what: sent, id: "d"}, {what: resumed, after: 3}, {what: viewed, last: 4}, {what: acked, id: "d", seq: 5}, part(3, 5), part(5, 6), // 6–11
		{what: fetched, after: 2, entries: read.entries},
	}}
	return log, s
}

// TestSessionsFindWhatIsBroken: each change of a right session breaks one guarantee.
func TestSessionsFindWhatIsBroken(t *testing.T) {
	log, right := story()
	if wrong := right.check(log); wrong != nil {
		t.Fatalf("nothing is wrong, but: %q", wrong)
	}
	for name, breaks := range map[string]struct {
		how  func(e []event) []event
		says string
	}{
		"a lost line":          {func(e []event) []event { e[5].entries = e[5].entries[1:]; return e }, "in the place of 2"},
		"a lost last line":     {func(e []event) []event { e[5].entries = e[5].entries[:1]; return e }, "misses 3"},
		"a lost frame":         {func(e []event) []event { return slices.Delete(e, 10, 11) }, "in the place of"},
		"a doubled line":       {func(e []event) []event { e[5].entries = slices.Insert(e[5].entries, 1, e[5].entries[0]); return e }, "gets 2 in the place of 3"},
		"a doubled frame":      {func(e []event) []event { return slices.Insert(e, 11, e[10]) }, "it stands at 5"},
		"swapped lines":        {func(e []event) []event { e[5].entries[0], e[5].entries[1] = e[5].entries[1], e[5].entries[0]; return e }, "gets 3 in the place of 2"},
		"swapped frames":       {func(e []event) []event { e[10], e[11] = e[11], e[10]; return e }, "gets 6 in the place of 5"},
		"a changed line":       {func(e []event) []event { e[5].entries[0].Content = chat.FromText("eins"); return e }, "eins"},
		"a private line":       {func(e []event) []event { e[10].entries = slices.Insert(e[10].entries, 0, log[3]); return e }, "gets 4 in the place of 5"},
		"nothing more comes":   {func(e []event) []event { return slices.Delete(e, 11, 12) }, "rests at 5"},
		"a cursor of its own":  {func(e []event) []event { e[7].after = 2; return e }, "resumes after 2"},
		"a stale view":         {func(e []event) []event { e[8].last = 2; return e }, "is shown a conversation up to 2"},
		"an own line not read": {func(e []event) []event { e[12].entries = e[12].entries[:1]; return e }, "reads up to 4 and knows of 6"},
		"a read of the past":   {func(e []event) []event { e[12].entries = e[12].entries[:2]; return e }, "reads up to 5 and knows of 6"},
		"two seqs for one id":  {func(e []event) []event { return slices.Insert(e, 10, event{what: acked, id: "d", seq: 6}) }, "as 5 and as 6"},
		"an ack of nothing":    {func(e []event) []event { e[9].seq = 6; return e }, "does not stand there"},
		"a write before its read": {func(e []event) []event {
			e[6], e[11] = e[11], e[6]
			e[11].id = "d"
			return slices.Insert(e, 12, event{what: acked, id: "d", seq: 5})
		}, "its author knew of"},
		"writes out of order": {func(e []event) []event {
			return slices.Insert(slices.Delete(e, 6, 7), 1, event{what: sent, id: "d"})
		}, "a line written before it at 5"},
	} {
		log, s := story()
		s.events = breaks.how(s.events)
		if wrong := s.check(log); !strings.Contains(strings.Join(wrong, "\n"), breaks.says) {
			t.Errorf("%s: found %q, want %q", name, wrong, breaks.says)
		}
	}
}

// TestTruthFindsWhatIsBroken: a log of its own must be dense, and every key stand once.
func TestTruthFindsWhatIsBroken(t *testing.T) {
	log, _ := story()
	if err := truth(log); err != nil {
		t.Fatal(err)
	}
	if err := truth(slices.Delete(slices.Clone(log), 2, 3)); err == nil {
		t.Error("a gap was not found")
	}
	doubled := slices.Clone(log)
	doubled[4].Key = "c1:a"
	if err := truth(doubled); err == nil {
		t.Error("a doubled key was not found")
	}
}
