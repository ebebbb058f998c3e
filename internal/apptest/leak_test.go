package apptest

import (
	"testing"

	"trialog/internal/chat"
)

// TestLeaks makes sure that the search for leaks finds them: escaped, in a later frame, and of another conversation.
func TestLeaks(t *testing.T) {
	all := map[chat.ConversationID]told{
		"a": {number: 1, public: []string{"Guten Tag", "Danke schön"}, hidden: []string{"Das kostet \"nichts\"", "Erik Lind"}},
		"b": {number: 2, public: []string{"Danke schön", "Meine Kundennummer ist 17"}},
	}
	for _, c := range []struct {
		raw  string
		leak bool
	}{
		{`{"text":"Guten Tag"}{"text":"Danke schön"}`, false},
		{`{"text":"Guten Tag"}{"deep":[{"x":"Das kostet \u0022nichts\u0022"}]}`, true},
		{`{"Erik Lind":1}`, true},
		{`{"text":"Meine Kundennummer ist 17"}`, true},
	} {
		got, err := allStrings(c.raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := leaks("karla", got, "a", all); (err != nil) != c.leak {
			t.Errorf("%s: %v", c.raw, err)
		}
	}
}
