package chat

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestNoHiddenByte walks every entry of a rich conversation and looks for what customers must never get.
func TestNoHiddenByte(t *testing.T) {
	s := newScene(t)
	s.do(s.c.Accept(anna))
	hidden := Invitee{Person: Person{Account: "acc", ID: "oid-secret"}, Name: "Erik Hiddenname", PublicName: "Specialist"}
	s.do(s.c.Invite(2, []Invitee{hidden}))
	s.do(s.c.Progress(3, Failed, "secret_reason", "Chat.Secret"))
	s.do(s.c.Progress(3, Inviting, "", ""))
	s.do(s.c.Progress(3, Invited, "", ""))
	s.do(s.c.ExpertJoined(3))
	s.says(2, BackRoom, "secret tariff")
	said := s.do(s.c.Post(Line{By: 3, Audience: Everyone, Content: FromText("press reset"), Key: "t:secret-id", Via: ViaTeams}))[0]
	s.do(s.c.React(said, Line{By: 2, Key: "c2:secret"}, "👍", false))
	s.do(s.c.Leave(3, ReasonRemoved))
	s.do([]Entry{{Audience: Staff, Kind: Notice, Fact: &Fact{Reason: "secret_reason", Detail: "secret file"}}}, nil)
	s.do(s.c.Close(2))

	var bytes []byte
	for _, e := range s.log {
		if v, ok := Project(Customer, e); ok {
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			bytes = append(bytes, b...)
		}
	}
	b, err := json.Marshal(s.c.PublicParticipants())
	if err != nil {
		t.Fatal(err)
	}
	got := string(append(bytes, b...))
	for _, secret := range []string{"Hiddenname", "Becker", "oid-secret", "secret", "Secret", "acc", "teams"} {
		if strings.Contains(got, secret) {
			t.Errorf("customer-bound bytes contain %q:\n%s", secret, got)
		}
	}
	for _, shown := range []string{"press reset", "Specialist", "Anna", "👍"} {
		if !strings.Contains(got, shown) {
			t.Errorf("customer-bound bytes lack %q:\n%s", shown, got)
		}
	}
}

func TestSees(t *testing.T) {
	for _, tt := range []struct {
		audience Audience
		seenBy   string
	}{
		{Everyone, "customer agent expert supervisor"},
		{BackRoom, "agent expert supervisor"},
		{Staff, "agent supervisor"},
		{"", ""},
		{"unknown", ""},
	} {
		var seen []string
		for _, k := range []Kind{Customer, Agent, Expert, Supervisor, "stranger"} {
			if Sees(k, tt.audience) {
				seen = append(seen, string(k))
			}
		}
		if got := strings.Join(seen, " "); got != tt.seenBy {
			t.Errorf("%q is seen by %q, want %q", tt.audience, got, tt.seenBy)
		}
	}
}

func TestRebuiltFromTheLog(t *testing.T) {
	s := conference(t)
	s.says(1, Everyone, "still red")
	s.says(3, Everyone, "press reset")
	s.do(s.c.Leave(3, ReasonLeft))
	rebuilt := &Conversation{ID: s.c.ID, Visitor: s.c.Visitor}
	for _, e := range s.log {
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var stored Entry
		if err := json.Unmarshal(b, &stored); err != nil {
			t.Fatal(err)
		}
		stored.At = stored.At.In(time.UTC)
		rebuilt.Apply(stored)
	}
	want, _ := json.Marshal(s.c)
	got, _ := json.Marshal(rebuilt)
	if string(got) != string(want) {
		t.Fatalf("rebuilt:\n%s\nwant:\n%s", got, want)
	}
}
