package histories

import (
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"

	"trialog/internal/chat"
)

// verb is what a client can call.
type verb string

const (
	say   verb = "say"
	edit  verb = "edit"
	erase verb = "erase"
	end   verb = "end"
	read  verb = "read" // everything after a seq, to the end
	page  verb = "page" // what one look after a seq brings
	state verb = "state"
)

// call is what a client asks for.
type call struct {
	verb     verb
	by       chat.ParticipantID
	viewer   chat.Kind
	id       string // client id
	audience chat.Audience
	ref      chat.Seq
	text     string
	from     chat.Seq
}

// answer is what it is told.
type answer struct {
	lost  bool   // nothing: nobody knows whether it happened
	code  string // of a refusal
	seq   chat.Seq
	lines []line
	upTo  chat.Seq // how far the log was read; -1 where the reader is not told
	over  bool
}

// line is what the model knows of an entry.
type line struct {
	seq      chat.Seq
	kind     chat.EntryKind
	by       chat.ParticipantID
	audience chat.Audience
	key      string
	ref      chat.Seq
	text     string
}

func lineOf(e chat.Entry) line {
	l := line{seq: e.Seq, kind: e.Kind, by: e.Author, audience: e.Audience, key: e.Key, ref: e.Ref, text: e.Content.PlainText()}
	if e.Kind == chat.ClosedFact {
		l.text = e.Fact.Reason
	}
	return l
}

func linesOf(entries []chat.Entry) []line {
	lines := make([]line, len(entries))
	for i, e := range entries {
		lines[i] = lineOf(e)
	}
	return lines
}

// as is the line as a viewer may see it.
func (l line) as(viewer chat.Kind) (line, bool) {
	if viewer == chat.Customer && l.by != 1 {
		l.key = ""
	}
	return l, chat.Sees(viewer, l.audience)
}

// visible lists what a viewer may see of lines.
func visible(viewer chat.Kind, lines []line) []line {
	var seen []line
	for _, l := range lines {
		if v, ok := l.as(viewer); ok {
			seen = append(seen, v)
		}
	}
	return seen
}

// log is a conversation's state in the model: its newest line, and what was before. It is never changed.
type log struct {
	line
	before *log
	over   bool
	hash   uint64
}

func (l *log) plus(n line) *log {
	n.seq = l.last() + 1
	next := &log{line: n, before: l, over: n.kind == chat.ClosedFact, hash: 14695981039346656037}
	if l != nil {
		next.hash, next.over = l.hash, l.over || next.over
	}
	for _, c := range []byte(fmt.Sprint(n)) {
		next.hash = (next.hash ^ uint64(c)) * 1099511628211
	}
	return next
}

func (l *log) last() chat.Seq {
	if l == nil {
		return 0
	}
	return l.seq
}

// find returns the newest line for which ok holds.
func (l *log) find(ok func(line) bool) (line, bool) {
	for ; l != nil; l = l.before {
		if ok(l.line) {
			return l.line, true
		}
	}
	return line{}, false
}

// between lists the lines after one seq and up to another.
func (l *log) between(from, to chat.Seq) []line {
	var lines []line
	for ; l != nil && l.seq > from; l = l.before {
		if l.seq <= to {
			lines = append(lines, l.line)
		}
	}
	slices.Reverse(lines)
	return lines
}

// model is a conversation that begins with lines.
func model(begin []line) porcupine.Model {
	var first *log
	for _, l := range begin {
		first = first.plus(l)
	}
	return porcupine.Model{
		Init: func() any { return first },
		Step: func(s, in, out any) (bool, any) { return step(s.(*log), in.(call), out.(answer)) },
		Equal: func(a, b any) bool {
			x, y := a.(*log), b.(*log)
			return x == y || x.last() == y.last() && x.hash == y.hash
		},
		Hash:              func(s any) uint64 { return s.(*log).hash },
		DescribeOperation: func(in, out any) string { return describe(in.(call), out.(answer)) },
		DescribeState:     func(s any) string { return fmt.Sprintf("%d lines", s.(*log).last()) },
	}
}

// step says whether a conversation in a state may answer a call so, and what it is then.
func step(l *log, c call, a answer) (bool, *log) {
	switch c.verb {
	case read:
		whole := l.between(c.from, l.last())
		return (a.upTo < 0 || a.upTo == l.last()) && slices.Equal(a.lines, visible(c.viewer, whole)), l
	case page:
		return l.begins(c, a), l
	case state:
		return a.seq == l.last() && a.over == l.over, l
	case end:
		if l.over || a.code != "" {
			return a.code == "", l
		}
		return true, l.plus(line{kind: chat.ClosedFact, by: c.by, audience: chat.Everyone, text: chat.ReasonCustomer})
	}
	return write(l, c, a)
}

// begins reports whether an answer is the beginning of what a viewer may see after a seq; it is empty only if there is nothing.
func (l *log) begins(c call, a answer) bool {
	to := a.upTo
	switch n := len(a.lines); {
	case to < 0 && n == 0:
		to = l.last() // a reader who is not told is told of everything
	case to < 0:
		to = a.lines[n-1].seq
	case to <= c.from && l.last() > c.from:
		return false
	}
	return to <= l.last() && slices.Equal(a.lines, visible(c.viewer, l.between(c.from, to)))
}

// write is step for what adds a line. One whose answer was lost happened, or the order has it at its very end.
func write(l *log, c call, a answer) (bool, *log) {
	want := c.line()
	refusal := l.refuses(c, &want)
	known, repeat := l.find(func(k line) bool { return k.key == want.key })
	switch {
	case refusal == "no_line":
	case repeat && known.same(want):
		return a.lost || a.code == "" && a.seq == known.seq, l
	case repeat:
		refusal = "key_conflict"
	}
	if refusal != "" {
		return a.lost || a.code == refusal, l
	}
	next := l.plus(want)
	return a.lost || a.code == "" && a.seq == next.seq, next
}

// line is what a call adds.
func (c call) line() line {
	kind := map[verb]chat.EntryKind{say: chat.Message, edit: chat.Edit, erase: chat.Delete}[c.verb]
	return line{kind: kind, by: c.by, audience: c.audience, key: fmt.Sprintf("c%d:%s", c.by, c.id), ref: c.ref, text: c.text}
}

func (l line) same(other line) bool {
	l.seq, other.seq = 0, 0
	return l == other
}

// refuses says with which code a new line is refused; what refers to another line takes its audience.
func (l *log) refuses(c call, want *line) string {
	if c.verb != say {
		about, ok := l.find(func(k line) bool { return k.seq == c.ref })
		switch {
		case !ok || !chat.Sees(c.viewer, about.audience):
			return "no_line"
		case about.kind != chat.Message:
			return "not_a_message"
		case about.by != c.by:
			return "not_yours"
		}
		want.audience = about.audience
	}
	if l != nil && l.over {
		return "conversation_closed"
	}
	return ""
}

func describe(c call, a answer) string {
	told := fmt.Sprint(a.seq)
	switch {
	case a.lost:
		told = "lost"
	case a.code != "":
		told = a.code
	case c.verb == read || c.verb == page:
		told = fmt.Sprintf("%d lines up to %d", len(a.lines), a.upTo)
	case c.verb == state:
		told = fmt.Sprintf("%d over %v", a.seq, a.over)
	}
	switch c.verb {
	case read, page:
		return fmt.Sprintf("%s %s after %d: %s", c.viewer, c.verb, c.from, told)
	case state, end:
		return fmt.Sprintf("%s %s: %s", c.viewer, c.verb, told)
	}
	return fmt.Sprintf("%d %s %s of %d %q: %s", c.by, c.verb, c.id, c.ref, c.text, told)
}
