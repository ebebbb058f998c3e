package web

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"trialog/internal/chat"
)

var catalogued = regexp.MustCompile(`"((?:reason|notice)\.\w+|fact\.(?:thread_moved|thread_stays|sender_stays))":\s*"((?:[^"\\]|\\.)*)"`)

// TestReasonsOfTheDesk: a transcript says of reasons what the desk says.
func TestReasonsOfTheDesk(t *testing.T) {
	for lang, w := range map[string]words{"en": english, "de": german} {
		text, err := os.ReadFile("../../ui/desk/src/texts/" + lang + ".ts")
		if err != nil {
			t.Fatal(err)
		}
		found := catalogued.FindAllStringSubmatch(string(text), -1)
		if len(found) != len(w.reasons) || len(found) < 20 {
			t.Errorf("%s: the desk has words for %d, transcripts for %d", lang, len(found), len(w.reasons))
		}
		for _, m := range found {
			if w.reasons[m[1]] != m[2] {
				t.Errorf("%s: of %s the desk says %q, transcripts %q", lang, m[1], m[2], w.reasons[m[1]])
			}
		}
	}
}

// TestFactsAreWorded: no reader of a transcript meets a code.
func TestFactsAreWorded(t *testing.T) {
	name := func(chat.ParticipantID) string { return "Erik" }
	for want, e := range map[string]chat.Entry{
		"Die Einladung von Erik ist fehlgeschlagen: eine Richtlinie Ihrer Organisation verbietet es":            {Kind: chat.Invitation, Fact: &chat.Fact{State: chat.Failed, Reason: "blocked_by_policy"}},
		"Die Einladung von Erik ist fehlgeschlagen: die Berechtigung ChatMember.ReadWrite fehlt":                {Kind: chat.Invitation, Fact: &chat.Fact{State: chat.Failed, Reason: "missing_permission", Detail: "ChatMember.ReadWrite"}},
		"Die Einladung von Erik ist fehlgeschlagen":                                                             {Kind: chat.Invitation, Fact: &chat.Fact{State: chat.Failed}},
		"plan.pdf konnte nicht nach Microsoft Teams übertragen werden: es ist zu groß für Microsoft Teams":      {Kind: chat.Notice, Fact: &chat.Fact{Reason: "file_refused_too_large", Detail: "plan.pdf"}},
		"plan.pdf aus Microsoft Teams ist leer und wurde nicht übernommen":                                      {Kind: chat.Notice, Fact: &chat.Fact{Reason: "file_empty", Detail: "plan.pdf"}},
		"Mallory schreibt im Chat in Microsoft Teams mit, ohne eingeladen zu sein. Nichts davon kommt hier an.": {Kind: chat.Notice, Fact: &chat.Fact{Reason: "stranger", Detail: "Mallory"}},
		"Ben führt den Chat in Microsoft Teams von jetzt an":                                                    {Kind: chat.Notice, Fact: &chat.Fact{Reason: "thread_moved", Detail: "Ben"}},
		"Hinweis: unbekannter Grund (something_new)":                                                            {Kind: chat.Notice, Fact: &chat.Fact{Reason: "something_new"}},
		"": {Kind: chat.Notice, Fact: &chat.Fact{}},
	} {
		if got := german.fact(e, name); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if strings.Contains(german.fact(e, name), "{") {
			t.Errorf("unfilled: %q", german.fact(e, name))
		}
	}
}
