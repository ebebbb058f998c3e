package chat

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// leaker plays a random conversation in which every private word begins with a marker.
type leaker struct {
	r    *rand.Rand
	c    *Conversation
	log  []Entry
	n    int
	open map[string]bool // markers of private words that were published
}

const marker = "prv"

func (l *leaker) do(entries []Entry, err error) {
	if err != nil {
		return // not every random act is allowed
	}
	for _, e := range entries {
		e.Seq, e.At = l.c.Last+1, time.Unix(int64(l.c.Last), 0).UTC()
		l.c.Apply(e)
		l.log = append(l.log, e)
	}
}

// words are content for an audience: text, marks, links, lists, tables, code, files; private ones marked everywhere.
func (l *leaker) words(a Audience) Content {
	l.n++
	word := fmt.Sprintf("pub%d.", l.n)
	if a != Everyone {
		word = fmt.Sprintf("%s%d.", marker, l.n)
	}
	text := []Node{{T: Text, Text: word, Marks: []Mark{Bold}}, {T: Link, Href: "https://example.org/" + word, Kids: []Node{{T: Text, Text: word}}}, {T: Mention, Text: word}}
	all := Content{
		{T: Paragraph, Kids: text},
		{T: CodeBlock, Text: word, Lang: word},
		{T: List, Kids: []Node{{T: Item, Kids: []Node{{T: Paragraph, Kids: text}}}}},
		{T: Table, Kids: []Node{{T: Row, Kids: []Node{{T: Cell, Kids: []Node{{T: Paragraph, Kids: text}}}}}}},
		{T: FileNode, File: &File{ID: FileID(word), Name: word}},
		{T: Placeholder, What: "card", Text: word},
	}
	at := l.r.IntN(len(all))
	return all[at:min(len(all), at+1+l.r.IntN(2))]
}

func (l *leaker) audience() Audience {
	return []Audience{Everyone, BackRoom, BackRoom, Staff}[l.r.IntN(4)]
}

// line is a random entry of the log.
func (l *leaker) line() Entry { return l.log[l.r.IntN(len(l.log))] }

func (l *leaker) step() {
	by := ParticipantID(1 + l.r.IntN(5))
	key := func(by ParticipantID) string { // customers get their own keys back
		if by == customerID {
			return fmt.Sprintf("c1:%d", l.n)
		}
		return fmt.Sprintf("%s-key%d", marker, l.n)
	}
	switch l.r.IntN(12) {
	case 0, 1, 2:
		a := l.audience()
		content := l.words(a)
		if ref := l.line(); a != Everyone && l.r.IntN(3) == 0 { // desk refuses to quote the private in public
			content = append(Content{{T: Quote, Ref: ref.Seq, Text: marker + "name", Kids: ref.Content}}, content...)
		}
		l.do(l.c.Post(Line{By: by, Audience: a, Content: content, Key: key(by)}))
	case 3:
		e := l.line()
		l.do(l.c.EditLine(e, Line{By: e.Author, Content: l.words(e.Audience), Key: key(e.Author)}))
	case 4:
		e := l.line()
		l.do(l.c.DeleteLine(e, Line{By: e.Author, Key: key(e.Author)}))
	case 5, 6:
		e := l.line()
		emoji := "👍"
		if e.Audience != Everyone {
			emoji = marker + "👍"
		}
		l.do(l.c.React(e, Line{By: by, Key: key(by)}, emoji, l.r.IntN(3) == 0))
	case 7:
		l.publish(l.line())
	case 8:
		l.do(l.c.Invite(2, []Invitee{{Person: Person{Account: marker, ID: PersonID(fmt.Sprint(marker, l.r.IntN(3)))}, Name: marker + "name", PublicName: "Spezialist",
			Share: Share{Lifted: []Lift{{1, marker}}}}}))
	case 9:
		l.do(l.c.ExpertJoined(by))
	case 10:
		l.do(l.c.InviteColleague(2, Staffer{ID: AgentID(marker), Name: marker + "name", PublicName: "Team"}, Offer{Agents: []AgentID{AgentID(marker)}}))
		l.do(l.c.Silence(by, time.Time{}))
		l.do(l.c.Remind(2, by, time.Unix(1<<40, 0)))
		l.do(l.c.TakeOffer(Staffer{ID: AgentID(marker), Name: marker + "name", PublicName: "Team"}, time.Time{}))
	case 11:
		l.do(l.c.Leave(by, ReasonRemoved))
	}
}

// publish publishes a line as the desk does: its quotes of private lines are left out. What it says is public then.
func (l *leaker) publish(e Entry) {
	content := e.Content.Without(func(seq Seq) bool { return l.log[seq-1].Audience != Everyone })
	before := len(l.log)
	l.do(l.c.Publish(2, e, content, 0, marker))
	if len(l.log) == before {
		return
	}
	for _, n := range e.Content {
		if n.T == Quote {
			continue // what it quotes is not published with it
		}
		Content{n}.walk(func(n Node) { l.open[n.Text] = true })
		for _, f := range (Content{n}).Files() {
			l.open[f.Name] = true
		}
	}
}

// TestNothingPrivateLeaks plays thousands of random conversations and looks for private words in every byte that customers get.
func TestNothingPrivateLeaks(t *testing.T) {
	published, private := 0, 0
	for seed := range uint64(3000) {
		l := &leaker{r: rand.New(rand.NewPCG(seed, 7)), c: &Conversation{ID: "c"}, open: map[string]bool{}}
		l.do(Open(Opening{Visitor: Visitor{Name: "Karla"}}), nil)
		l.do(l.c.Accept(Staffer{ID: "a", Name: marker + "name", PublicName: "Anna"}))
		l.do(l.c.Invite(2, []Invitee{{Person: Person{ID: "e"}, Name: marker + "name", PublicName: "Spezialist"}}))
		l.do(l.c.ExpertJoined(3))
		for range 20 + l.r.IntN(40) {
			l.step()
		}
		var got []byte
		for _, e := range l.log {
			if e.Audience != Everyone {
				private++
			}
			if v, ok := l.c.Project(Customer, e); ok {
				b, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, b...)
			}
		}
		b, err := json.Marshal(l.c.PublicParticipants())
		if err != nil {
			t.Fatal(err)
		}
		text := string(append(got, b...))
		for word := range l.open {
			if word != "" {
				published++
				text = strings.ReplaceAll(text, word, "published")
			}
		}
		if i := strings.Index(text, marker); i >= 0 {
			t.Fatalf("seed %d leaks: … %.200s", seed, text[max(0, i-100):])
		}
	}
	if published < 300 || private < 10_000 {
		t.Errorf("only %d words published and %d private entries: the test looks at too little", published, private)
	}
}
