package directory

import (
	"strings"
	"testing"
	"time"

	"trialog/internal/chat"
)

// TestRank: experience, quick answers and presence, in that order of weight, and never more than three.
func TestRank(t *testing.T) {
	at := func(availability string) *Presence { return &Presence{Availability: availability} }
	one := func(name string, conferences int, answer time.Duration, p *Presence) Suggestion {
		return Suggestion{Person: Person{ID: chat.PersonID(name), Name: name, Presence: p}, Conferences: conferences, FirstAnswer: answer.Milliseconds()}
	}
	out := at("Away")
	out.Away = true
	for _, test := range []struct {
		what string
		list []Suggestion
		want string
	}{
		{"nobody", nil, ""},
		{"more experience", []Suggestion{one("a", 1, time.Minute, at("Available")), one("b", 5, time.Minute, at("Available"))}, "b a"},
		{"a quicker answer", []Suggestion{one("a", 3, 20*time.Minute, at("Available")), one("b", 3, time.Minute, at("Available"))}, "b a"},
		{"who never answered comes last", []Suggestion{one("a", 20, 0, at("Available")), one("b", 1, 5*time.Minute, at("Available"))}, "b a"},
		{"present before away", []Suggestion{one("a", 3, time.Minute, at("Away")), one("b", 3, time.Minute, at("Available"))}, "b a"},
		{"busy before do not disturb before offline", []Suggestion{one("a", 3, time.Minute, at("Offline")), one("b", 3, time.Minute, at("DoNotDisturb")), one("c", 3, time.Minute, at("Busy"))}, "c b a"},
		{"out of office last", []Suggestion{one("a", 30, time.Minute, out), one("b", 2, time.Minute, at("Busy"))}, "b a"},
		{"unknown presence is no verdict", []Suggestion{one("a", 3, time.Minute, nil), one("b", 3, time.Minute, at("Offline"))}, "a b"},
		{"three at most, equals by name", []Suggestion{one("d", 1, time.Minute, nil), one("c", 1, time.Minute, nil), one("b", 1, time.Minute, nil), one("a", 1, time.Minute, nil)}, "a b c"},
	} {
		var names []string
		for _, s := range Rank(test.list) {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: %q, want %q", test.what, got, test.want)
		}
	}
}

func TestTally(t *testing.T) {
	erik := chat.Person{Account: "contoso", ID: "erik"}
	day := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	got := tally([]Part{
		{Who: erik, Name: "Erik Lind", At: day.Add(48 * time.Hour), Answer: 52 * time.Second}, {Who: erik, Name: "Erik Linde", At: day, Answer: 10 * time.Minute},
		{Who: erik, Name: "Erik Lind", At: day.Add(time.Hour)}, {Who: erik, Name: "Erik Lind", At: day.Add(2 * time.Hour), Answer: 30 * time.Second},
	})
	if len(got) != 1 || got[0].Name != "Erik Lind" || got[0].Conferences != 4 || got[0].FirstAnswer != 52_000 {
		t.Errorf("tally is %+v", got)
	}
}
