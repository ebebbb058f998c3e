package histories

import (
	"encoding/json"
	"fmt"
	"sync"

	"trialog/internal/chat"
)

// session is what one screen was sent and sent itself, in the order in which it saw it.
type session struct {
	name   string
	viewer chat.Kind
	by     chat.ParticipantID

	mu     sync.Mutex
	events []event
}

// event is one thing that a screen saw or did. Exactly one of its kinds.
type event struct {
	what    what
	after   chat.Seq     // resumed, fetched: the cursor
	last    chat.Seq     // viewed: the newest seq there is
	upTo    chat.Seq     // streamed
	entries []chat.Entry // streamed, fetched
	id      string       // sent, acked
	seq     chat.Seq     // acked
}

type what string

const (
	resumed  what = "resumed"  // asked for everything after a cursor, on a new connection
	viewed   what = "viewed"   // was told how the conversation stands
	streamed what = "streamed" // was sent entries
	fetched  what = "fetched"  // read with a call of its own to the end
	sent     what = "sent"
	acked    what = "acked"
)

func (s *session) saw(e event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
}

// judge follows a session with the log at hand.
type judge struct {
	*session
	log      []chat.Entry
	pos      chat.Seq            // the cursor: everything before it was sent down
	known    chat.Seq            // the newest seq that this session knows to exist
	promised chat.Seq            // what was known when the connection began
	behind   map[string]chat.Seq // what was known when an id was first sent
	order    []string            // ids in the order in which they were first sent
	told     map[string]chat.Seq // what each id was acknowledged as
	wrong    []string
}

// check holds a session that has come to rest against the session guarantees. The log is the whole one.
func (s *session) check(log []chat.Entry) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := &judge{session: s, log: log, behind: map[string]chat.Seq{}, told: map[string]chat.Seq{}}
	for _, e := range s.events {
		switch e.what {
		case resumed:
			j.resume(e)
		case viewed:
			j.view(e)
		case streamed:
			j.stream(e)
		case fetched:
			j.fetch(e)
		case sent:
			j.send(e)
		case acked:
			j.ack(e)
		}
	}
	j.rest()
	return j.wrong
}

func (j *judge) fail(format string, args ...any) {
	j.wrong = append(j.wrong, j.name+": "+fmt.Sprintf(format, args...))
}

func (j *judge) learn(seq chat.Seq) { j.known = max(j.known, seq) }

func (j *judge) resume(e event) {
	if e.after != j.pos {
		j.fail("resumes after %d and stands at %d", e.after, j.pos)
	}
	j.promised = j.known
}

// view: read your writes and monotonic reads, across reconnects and nodes.
func (j *judge) view(e event) {
	if e.last < j.promised {
		j.fail("is shown a conversation up to %d and knew of %d before it connected", e.last, j.promised)
	}
	j.promised = max(j.promised, e.last)
	j.learn(e.last)
}

// stream: what comes down is the log from the cursor on, nothing lost, doubled, swapped or changed.
func (j *judge) stream(e event) {
	if e.upTo <= j.pos || int(e.upTo) > len(j.log) {
		j.fail("is sent entries up to %d; it stands at %d of %d", e.upTo, j.pos, len(j.log))
		return
	}
	j.compare(e.entries, j.pos, e.upTo)
	j.pos = e.upTo
	j.learn(e.upTo)
}

// fetch: a call of its own brings everything that the session knows of.
func (j *judge) fetch(e event) {
	upTo := e.after
	if n := len(e.entries); n > 0 {
		upTo = e.entries[n-1].Seq
	}
	for int(upTo) < len(j.log) && !chat.Sees(j.viewer, j.log[upTo].Audience) {
		upTo++ // nothing that this reader may see
	}
	if upTo < j.known {
		j.fail("reads up to %d and knows of %d", upTo, j.known)
	}
	j.compare(e.entries, e.after, upTo)
	j.learn(upTo)
}

// compare holds entries against the part of the log after one seq and up to another.
func (j *judge) compare(got []chat.Entry, from, to chat.Seq) {
	var want []chat.Entry
	for _, e := range j.log[min(int(from), len(j.log)):min(int(to), len(j.log))] {
		if v, ok := chat.Project(j.viewer, e); ok {
			want = append(want, v)
		}
	}
	for i, e := range got {
		switch {
		case i >= len(want):
			j.fail("gets %d after %d, where nothing more is", e.Seq, from)
			return
		case e.Seq != want[i].Seq:
			j.fail("gets %d in the place of %d", e.Seq, want[i].Seq)
			return
		case text(e) != text(want[i]):
			j.fail("gets %s in the place of %s", text(e), text(want[i]))
		}
	}
	if len(got) < len(want) {
		j.fail("misses %d, between %d and %d", want[len(got)].Seq, from, to)
	}
}

func (j *judge) send(e event) {
	if _, again := j.behind[e.id]; !again {
		j.behind[e.id] = j.known
		j.order = append(j.order, e.id)
	}
}

// ack: writes follow the reads and writes before them, and stand in the log where they were said to.
func (j *judge) ack(e event) {
	if first, again := j.told[e.id]; again && first != e.seq {
		j.fail("%s is acknowledged as %d and as %d", e.id, first, e.seq)
	}
	if e.seq <= j.behind[e.id] {
		j.fail("%s stands at %d, its author knew of %d", e.id, e.seq, j.behind[e.id])
	}
	if e.seq < 1 || int(e.seq) > len(j.log) || j.log[e.seq-1].Key != fmt.Sprintf("c%d:%s", j.by, e.id) {
		j.fail("%s is acknowledged as %d and does not stand there", e.id, e.seq)
	}
	j.told[e.id] = e.seq
	j.learn(e.seq)
}

// rest: own lines stand in the order in which they were written, and the screen is where the log is.
func (j *judge) rest() {
	var last chat.Seq
	for _, id := range j.order {
		seq, ok := j.told[id]
		if ok && seq < last {
			j.fail("%s stands at %d, a line written before it at %d", id, seq, last)
		}
		last = max(last, seq)
	}
	if j.pos != chat.Seq(len(j.log)) {
		j.fail("rests at %d of %d", j.pos, len(j.log))
	}
}

// text is an entry as a screen gets it.
func text(e chat.Entry) string {
	b, err := json.Marshal(e)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
