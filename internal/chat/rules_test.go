package chat

import (
	"errors"
	"testing"
	"time"
)

func asError(err error, target **Error) bool { return errors.As(err, target) }

// scene builds a conversation by verbs, numbering and dating entries as the store does.
type scene struct {
	t   *testing.T
	c   *Conversation
	log []Entry
}

func newScene(t *testing.T) *scene {
	s := &scene{t: t, c: &Conversation{ID: "c", Visitor: Visitor{Name: "Karla Müller"}}}
	s.do(Open(Opening{Visitor: s.c.Visitor, Service: "Technik"}), nil)
	return s
}

func (s *scene) do(entries []Entry, err error) []Entry {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range entries {
		entries[i].Seq = s.c.Last + 1
		entries[i].At = time.Unix(int64(entries[i].Seq), 0).UTC()
		s.c.Apply(entries[i])
	}
	s.log = append(s.log, entries...)
	return entries
}

func (s *scene) says(by ParticipantID, a Audience, text string) Entry {
	s.t.Helper()
	return s.do(s.c.Post(Line{By: by, Audience: a, Content: FromText(text)}))[0]
}

var (
	anna = Staffer{ID: "anna", Name: "Anna Becker", PublicName: "Anna"}
	erik = Invitee{Person: Person{Account: "acc", ID: "oid-erik"}, Name: "Erik Lind", PublicName: "Erik"}
	mei  = Invitee{Person: Person{Account: "acc", ID: "oid-mei"}, Name: "Mei Tanaka", PublicName: "Specialist"}
)

// conference is Karla (1), Anna (2) and Erik (3), who has joined.
func conference(t *testing.T) *scene {
	s := newScene(t)
	s.do(s.c.Accept(anna))
	s.do(s.c.Invite(2, []Invitee{erik}))
	s.do(s.c.Progress(3, Invited, "", ""))
	s.do(s.c.ExpertJoined(3))
	return s
}

func (s *scene) state(id ParticipantID) State {
	p, _ := s.c.Participant(id)
	return p.State
}

func (s *scene) refused(code string, _ []Entry, err error) {
	s.t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		s.t.Fatalf("got %v, want refusal %q", err, code)
	}
}

func TestInvitationStates(t *testing.T) {
	s := newScene(t)
	s.do(s.c.Accept(anna))
	if s.c.Status != Active {
		t.Fatalf("status %s after accept", s.c.Status)
	}
	s.do(s.c.Invite(2, []Invitee{erik, mei, erik}))
	if len(s.c.Participants) != 4 {
		t.Fatalf("%d participants, want 4: the same expert twice counts once", len(s.c.Participants))
	}
	for _, step := range []struct {
		what string
		do   func() ([]Entry, error)
		want State
	}{
		{"invited", func() ([]Entry, error) { return s.c.Progress(3, Invited, "", "") }, Invited},
		{"joined", func() ([]Entry, error) { return s.c.ExpertJoined(3) }, Joined},
		{"joined again", func() ([]Entry, error) { return s.c.ExpertJoined(3) }, Joined},
		{"a late failure does not undo it", func() ([]Entry, error) { return s.c.Progress(3, Failed, "unreachable", "") }, Joined},
		{"answered", func() ([]Entry, error) { return s.c.Post(Line{By: 3, Audience: Everyone, Content: FromText("hi")}) }, Answered},
		{"left", func() ([]Entry, error) { return s.c.Leave(3, ReasonLeft) }, Left},
		{"invited anew", func() ([]Entry, error) { return s.c.Invite(2, []Invitee{erik}) }, Inviting},
	} {
		s.do(step.do())
		if got := s.state(3); got != step.want {
			t.Fatalf("%s: state %s, want %s", step.what, got, step.want)
		}
	}
	s.do(s.c.Progress(4, Failed, "person_unknown", ""))
	if p, _ := s.c.Participant(4); p.State != Failed || p.Reason != "person_unknown" {
		t.Fatalf("failed invitation: %+v", p)
	}
	s.do(s.c.Progress(4, Inviting, "", ""))
	if p, _ := s.c.Participant(4); p.State != Inviting || p.Reason != "" {
		t.Fatalf("retried invitation: %+v", p)
	}
}

func TestNobodySpeaksAfterTheirTime(t *testing.T) {
	s := conference(t)
	s.do(s.c.Leave(3, ReasonRemoved))
	if s.state(3) != Removed {
		t.Fatalf("state %s", s.state(3))
	}
	e, err := s.c.Post(Line{By: 3, Audience: Everyone, Content: FromText("late")})
	s.refused("not_taking_part", e, err)
	s.do(s.c.Close(2))
	for by := ParticipantID(1); by <= 3; by++ {
		e, err := s.c.Post(Line{By: by, Audience: Everyone, Content: FromText("late")})
		s.refused("conversation_closed", e, err)
	}
	e, err = s.c.Invite(2, []Invitee{mei})
	s.refused("conversation_closed", e, err)
	if again := s.do(s.c.Close(2)); len(again) != 0 {
		t.Fatal("closing twice writes twice")
	}
}

func TestOnlyOwnLinesChange(t *testing.T) {
	s := conference(t)
	line := s.says(1, Everyone, "helo")
	e, err := s.c.EditLine(line, Line{By: 2, Content: FromText("hello")})
	s.refused("not_yours", e, err)
	edit := s.do(s.c.EditLine(line, Line{By: 1, Audience: BackRoom, Content: FromText("hello")}))[0]
	if edit.Audience != Everyone || edit.Ref != line.Seq {
		t.Fatalf("an edit keeps the audience of its line: %+v", edit)
	}
	e, err = s.c.DeleteLine(edit, Line{By: 1})
	s.refused("not_a_message", e, err)
}

func TestBackRoomIsClosedToCustomers(t *testing.T) {
	s := conference(t)
	e, err := s.c.Post(Line{By: 1, Audience: BackRoom, Content: FromText("let me in")})
	s.refused("audience", e, err)
	secret := s.says(2, BackRoom, "old tariff")
	e, err = s.c.React(secret, Line{By: 1}, "👍", false)
	s.refused("audience", e, err)
}

func TestExpertsDontKeepAChatAlive(t *testing.T) {
	s := conference(t)
	s.do(s.c.Close(2))
	if s.c.Status != Closed {
		t.Fatalf("status %s: the last agent ends the chat for all", s.c.Status)
	}
}

func TestSecondAgentKeepsTheChat(t *testing.T) {
	s := conference(t)
	s.do(s.c.Accept(Staffer{ID: "ben", Name: "Ben Okafor", PublicName: "Ben"}))
	s.do(s.c.Close(2))
	if s.c.Status != Active || s.state(2) != Left {
		t.Fatalf("status %s, first agent %s", s.c.Status, s.state(2))
	}
}

func TestWaiting(t *testing.T) {
	s := conference(t)
	if s.c.CustomerWaits != nil {
		t.Fatal("waits before saying anything")
	}
	first := s.says(1, Everyone, "anyone?")
	s.says(1, Everyone, "hello?")
	if s.c.CustomerWaits == nil || !s.c.CustomerWaits.Equal(first.At) {
		t.Fatalf("waits since %v, want %v", s.c.CustomerWaits, first.At)
	}
	s.says(2, BackRoom, "Erik, what do you think?")
	if s.c.CustomerWaits == nil {
		t.Fatal("a back room line is no answer")
	}
	s.says(3, Everyone, "press reset")
	if s.c.CustomerWaits != nil {
		t.Fatal("still waits after the expert's answer")
	}
}
