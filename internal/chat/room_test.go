package chat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPublish(t *testing.T) {
	s := conference(t)
	private := s.says(3, BackRoom, "it costs nothing")
	ours := s.says(2, BackRoom, "ask him")
	public := s.do(s.c.Publish(2, private, private.Content, 0, "p6"))[0]
	v, ok := s.c.Project(Customer, public)
	if !ok || v.Kind != Message || v.Author != 3 || v.Seq != public.Seq || v.Ref != 0 || v.Fact != nil || v.Key != "" || v.Content.PlainText() != "it costs nothing" {
		t.Errorf("the customer sees %+v", v)
	}
	again := s.do(s.c.Publish(2, private, FromText("it costs 5"), public.Seq, "p6:9"))[0]
	if again.Kind != Edit || again.Ref != public.Seq || again.Audience != Everyone {
		t.Errorf("a new version is %+v", again)
	}
	s.refusedCode("not_private")(s.c.Publish(2, ours, ours.Content, 0, ""))
	s.refusedCode("not_private")(s.c.Publish(2, public, public.Content, 0, ""))
	s.refusedCode("audience")(s.c.Publish(3, private, private.Content, 0, ""))
	s.refusedCode("not_yours")(s.c.EditLine(public, Line{By: 2, Content: FromText("x")}))
	s.do(s.c.DeleteLine(public, Line{By: 2}))
	s.refusedCode("not_yours")(s.c.DeleteLine(private, Line{By: 2}))
}

// refusedCode is refused for calls that are written out.
func (s *scene) refusedCode(code string) func([]Entry, error) {
	return func(entries []Entry, err error) { s.t.Helper(); s.refused(code, entries, err) }
}

func TestWithoutPrivateQuotes(t *testing.T) {
	quote := func(ref Seq, text string) Node { return Node{T: Quote, Ref: ref, Kids: FromText(text)} }
	in := Content{quote(4, "secret"), {T: List, Kids: []Node{{T: Item, Kids: []Node{quote(4, "secret"), quote(2, "open")}}}}, FromText("so")[0]}
	got := in.Without(func(s Seq) bool { return s == 4 })
	if strings.Contains(got.PlainText(), "secret") || !strings.Contains(got.PlainText(), "open") || len(in) != 3 {
		t.Errorf("got %q", got.PlainText())
	}
	if refs := in.Quotes(); !slices.Equal(refs, []Seq{4, 4, 2}) {
		t.Errorf("quotes %v", refs)
	}
}

func TestSilenceAndReminder(t *testing.T) {
	s := conference(t)
	p, _ := s.c.Participant(3)
	asked, waits := p.AskedAt()
	if !waits || !asked.Equal(*p.InvitedAt) {
		t.Fatalf("asked %v %v", asked, waits)
	}
	s.do(s.c.Silence(3, asked))
	if got := s.do(s.c.Silence(3, asked)); len(got) != 0 {
		t.Error("told twice")
	}
	if p, _ = s.c.Participant(3); p.SilentAt == nil {
		t.Error("silence is not on the participant")
	}
	now := time.Unix(1000, 0)
	reminder := s.do(s.c.Remind(2, 3, now))[0]
	if reminder.Audience != BackRoom {
		t.Errorf("reminder for %s", reminder.Audience)
	}
	s.refusedCode("reminded")(s.c.Remind(2, 3, reminder.At.Add(RemindEvery-time.Second)))
	if _, err := s.c.Remind(2, 3, reminder.At.Add(RemindEvery)); err != nil {
		t.Error(err)
	}
	if got := s.do(s.c.Silence(3, asked)); len(got) != 0 {
		t.Error("a deadline from before the reminder counts")
	}
	s.do(s.c.Silence(3, reminder.At))
	s.says(3, BackRoom, "here I am")
	if p, _ = s.c.Participant(3); p.SilentAt != nil || p.State != Answered {
		t.Errorf("after an answer: %+v", p)
	}
	s.refusedCode("nothing_to_remind")(s.c.Remind(2, 3, now.Add(time.Hour)))
}

var ben = Staffer{ID: "ben", Name: "Ben Okafor", Nickname: "Benny", PublicName: "Benny"}

func TestColleagues(t *testing.T) {
	until := time.Unix(60, 0)
	s := newScene(t)
	s.do(s.c.Accept(anna))
	s.do(s.c.InviteColleague(2, ben, Offer{Agents: []AgentID{"ben"}, Until: until}))
	if len(s.c.Present(Agent)) != 1 || s.state(3) != Invited {
		t.Fatalf("an offer is no part: %+v", s.c.Participants)
	}
	s.refusedCode("not_taking_part")(s.c.Post(Line{By: 3, Audience: Everyone, Content: FromText("x")}))
	if again := s.do(s.c.InviteColleague(2, ben, Offer{Agents: []AgentID{"ben"}, Until: until})); len(again) != 0 {
		t.Error("offered twice")
	}
	s.refusedCode("no_conversation")(s.c.TakeOffer(Staffer{ID: "cem"}, time.Unix(1, 0)))
	s.refusedCode("offer_over")(s.c.TakeOffer(ben, until.Add(time.Second)))
	s.do(s.c.DeclineOffer("ben"))
	if s.state(3) != Failed {
		t.Fatalf("declined: %s", s.state(3))
	}
	s.do(s.c.InviteColleague(2, ben, Offer{Agents: []AgentID{"ben"}, Until: until, Transfer: true}))
	s.do(s.c.TakeOffer(ben, time.Unix(2, 0)))
	if s.state(3) != Joined || s.state(2) != Left || len(s.c.Participants) != 3 {
		t.Fatalf("after the transfer: %+v", s.c.Participants)
	}
	for _, e := range s.log {
		if v, ok := s.c.Project(Customer, e); ok && (v.Kind == Invitation || strings.Contains(fmt.Sprint(v.Fact), "declined")) {
			t.Errorf("the customer sees %+v", v)
		}
	}
}

func TestServiceOffer(t *testing.T) {
	s := newScene(t)
	s.do(s.c.Accept(anna))
	offer := Offer{Agents: []AgentID{"anna", "ben", "cem"}, Service: "rechnung", Until: time.Unix(60, 0)}
	s.do(s.c.InviteColleague(2, Staffer{Name: "Rechnung"}, offer))
	if p, _ := s.c.Participant(3); len(p.Offer.Agents) != 2 {
		t.Fatalf("offered to %v", p.Offer.Agents)
	}
	s.do(s.c.DeclineOffer("ben"))
	if _, open := s.c.OfferTo("ben"); open {
		t.Error("who declined is still asked")
	}
	s.do(s.c.TakeOffer(Staffer{ID: "cem", Name: "Cem"}, time.Unix(1, 0)))
	if s.state(3) != Left || s.state(4) != Joined {
		t.Errorf("taken: %+v", s.c.Participants)
	}
	s.refusedCode("nobody_there")(s.c.InviteColleague(2, Staffer{Name: "Rechnung"}, Offer{Agents: []AgentID{"cem"}, Service: "rechnung"}))
	s.do(s.c.InviteColleague(2, Staffer{Name: "Rechnung"}, offer))
	s.do(s.c.EndOffer(5, ReasonExpired))
	if s.state(5) != Failed || len(s.do(s.c.EndOffer(5, ReasonExpired))) != 0 {
		t.Error("an offer ends once")
	}
}

// TestNoOfferForWhoIsIn: an agent who came in by one offer is not asked by the others that are open.
func TestNoOfferForWhoIsIn(t *testing.T) {
	s := newScene(t)
	s.do(s.c.Accept(anna))
	ben, until := Staffer{ID: "ben", Name: "Ben Okafor"}, time.Unix(60, 0)
	s.do(s.c.InviteColleague(2, Staffer{Name: "Rechnung"}, Offer{Agents: []AgentID{"ben", "cem"}, Service: "rechnung", Until: until}))
	s.do(s.c.InviteColleague(2, ben, Offer{Agents: []AgentID{"ben"}, Until: until}))
	before := s.c.Clone()
	s.do(s.c.TakeOffer(ben, time.Unix(1, 0)))
	if p, open := s.c.OfferTo("ben"); open {
		t.Errorf("Ben takes part and is offered %+v", p)
	}
	e, err := s.c.DeclineOffer("ben")
	s.refused("no_conversation", e, err)
	if p, open := s.c.OfferTo("cem"); !open || p.ID != 3 {
		t.Errorf("Cem is offered %+v", p)
	}
	if len(before.Participants[2].Offer.Agents) != 2 {
		t.Error("coming in changed a copy")
	}
}

func TestShares(t *testing.T) {
	s := newScene(t)
	s.do(s.c.Accept(anna))
	card := "4111 1111 1111 1111"
	early := s.says(1, Everyone, "early "+card).Seq
	hidden := s.says(1, Everyone, "hidden").Seq
	lifted := s.says(1, Everyone, "lifted "+card).Seq
	masked := s.says(1, Everyone, "masked "+card+" a@b.de").Seq
	first := erik
	first.Share = Share{From: hidden, Hide: []Seq{hidden}, Lifted: []Lift{{lifted, "asked for"}}, Masks: AllMasks, Live: Masks{Cards: true}}
	s.do(s.c.Invite(2, []Invitee{first}))
	s.do(s.c.Progress(3, Invited, "", ""))
	live := s.says(1, Everyone, "live "+card+" a@b.de").Seq
	second := mei
	second.Share = Share{Hide: []Seq{masked, live}}
	s.do(s.c.Invite(2, []Invitee{second}))
	text := func(seq Seq) string {
		if s.c.Hidden(seq) {
			return "-"
		}
		c, _ := s.c.ForExperts(seq, s.log[seq-1].Content)
		return c.PlainText()
	}
	check := func(when string) {
		t.Helper()
		for seq, want := range map[Seq]string{early: "-", hidden: "-", lifted: "lifted " + card, masked: "masked •••• •••• •••• 1111 •@••••", live: "live •••• •••• •••• 1111 a@b.de"} {
			if got := text(seq); got != want {
				t.Errorf("%s: line %d is %q, want %q", when, seq, got, want)
			}
		}
	}
	check("while experts take part")
	s.do(s.c.Leave(3, ReasonLeft))
	s.do(s.c.Leave(4, ReasonRemoved))
	gap := s.says(1, Everyone, "gap").Seq
	if got := s.c.NextShare(); got != gap {
		t.Errorf("the next share begins at %d, want %d", got, gap)
	}
	third := erik
	third.Share = Share{Hide: []Seq{gap, masked}}
	s.do(s.c.Invite(2, []Invitee{third}))
	check("after a later share")
	if text(gap) != "-" {
		t.Errorf("gap: %q", text(gap))
	}
}

func TestShareThatNeverArrivedGivesWay(t *testing.T) {
	s := newScene(t)
	s.do(s.c.Accept(anna))
	line := s.says(1, Everyone, "one").Seq
	first := erik
	first.Share = Share{Hide: []Seq{line}}
	s.do(s.c.Invite(2, []Invitee{first}))
	s.do(s.c.Progress(3, Failed, "person_unknown", ""))
	between := s.says(1, Everyone, "two").Seq
	second := mei
	second.Share = Share{Hide: []Seq{between}}
	s.do(s.c.Invite(2, []Invitee{second}))
	if s.c.Hidden(line) || !s.c.Hidden(between) || len(s.c.Shares) != 1 {
		t.Errorf("shares %+v", s.c.Shares)
	}
}

// TestHiddenNames: whatever people do under a policy that hides names, no hidden name is in what customers get.
func TestHiddenNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alias := rapid.SampledFrom([]string{"", "Team", "First"}).Draw(t, "alias")
		person := func(i int) string { return fmt.Sprintf("First Hidden%d", i) }
		c := &Conversation{ID: "c"}
		var bytes []byte
		add := func(entries []Entry, err error) {
			for _, e := range entries {
				e.Seq, e.At = c.Last+1, time.Unix(int64(c.Last), 0)
				c.Apply(e)
				if v, ok := c.Project(Customer, e); ok {
					b, _ := json.Marshal(v)
					bytes = append(bytes, b...)
				}
			}
		}
		add(Open(Opening{Visitor: Visitor{Name: "Karla"}}), nil)
		add(c.Accept(Staffer{ID: "a", Name: person(0), Nickname: "Hidden0", PublicName: alias}))
		for i := range rapid.IntRange(1, 30).Draw(t, "steps") {
			who := rapid.IntRange(1, 4).Draw(t, "who")
			p, known := c.ExpertIn(Person{ID: PersonID(person(who))})
			content := Content{{T: Paragraph, Kids: []Node{{T: Text, Text: "hi "}, {T: Mention, Text: person(rapid.IntRange(0, 9).Draw(t, "named"))}}},
				{T: Quote, Text: person(who), Kids: FromText("quoted")}}
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				add(c.Invite(2, []Invitee{{Person: Person{ID: PersonID(person(who))}, Name: person(who), PublicName: alias}}))
			case 1:
				if known {
					add(c.ExpertJoined(p.ID))
				}
			case 2:
				if known {
					add(c.Leave(p.ID, ReasonLeft))
				}
			case 3:
				add(c.InviteColleague(2, Staffer{ID: AgentID(person(who)), Name: person(who), PublicName: alias}, Offer{Agents: []AgentID{AgentID(person(who))}}))
				add(c.TakeOffer(Staffer{ID: AgentID(person(who)), Name: person(who), PublicName: alias}, time.Time{}))
			default:
				by := ParticipantID(2)
				if known {
					by = p.ID
				}
				add(c.Post(Line{By: by, Audience: Everyone, Content: content, Key: fmt.Sprintf("t:%s%d", person(who), i)}))
			}
		}
		b, _ := json.Marshal(c.PublicParticipants())
		if got := string(append(bytes, b...)); strings.Contains(got, "Hidden") {
			t.Fatalf("a hidden name is in\n%s", got)
		}
	})
}

// TestPreview: lists show the newest version of the newest message, and not the words of one that was taken back.
func TestPreview(t *testing.T) {
	s := conference(t)
	first := s.says(1, Everyone, "Frage")
	s.do(s.c.EditLine(first, Line{By: 1, Content: FromText("bessere Frage")}))
	want := func(seq Seq, text string, deleted bool) {
		t.Helper()
		if m := s.c.LastMessage; m == nil || m.Seq != seq || m.Text != text || m.Deleted != deleted {
			t.Errorf("the preview is %+v, want line %d %q, deleted %v", m, seq, text, deleted)
		}
	}
	want(first.Seq, "bessere Frage", false)
	second := s.says(3, BackRoom, "Antwort")
	s.do(s.c.EditLine(first, Line{By: 1, Content: FromText("noch eine")}))
	want(second.Seq, "Antwort", false)
	kept := s.c.Clone()
	s.do(s.c.DeleteLine(second, Line{By: 3, Via: ViaTeams}))
	want(second.Seq, "", true)
	if kept.LastMessage.Deleted {
		t.Error("the deletion changed a copy")
	}
	s.do(s.c.EditLine(second, Line{By: 3, Content: FromText("zu spät")}))
	want(second.Seq, "", true)
	s.do(s.c.EditLine(second, Line{By: 3, Content: FromText("doch"), Via: ViaTeams}))
	want(second.Seq, "doch", false)
}
