package web

import (
	"fmt"
	"strings"

	"trialog/internal/chat"
)

// words are what a transcript says in one language. Sentences about people have %s where the name stands.
type words struct {
	Lang, Title, Opened, Deleted, Edited, BackRoom string

	opened, joined, left, removed, inviting, invited, failed, byCustomer, byAgent, ended, notice string

	offered, silent, reminded string

	kinds   map[chat.Kind]string
	reasons map[string]string
}

var english = words{
	Lang: "en", Title: "Chat #%d · %s", Opened: "Started %s (times in UTC)", Deleted: "This message was deleted.", Edited: "(edited)", BackRoom: "back room",
	opened: "%s started the chat", joined: "%s joined the conversation", left: "%s left the conversation", removed: "%s was removed from the conversation",
	inviting: "%s is being invited", invited: "%s was invited in Microsoft Teams", failed: "The invitation of %s failed",
	offered: "%s was asked to join", silent: "%s has not answered yet", reminded: "%s was reminded",
	byCustomer: "The chat was ended by the customer", byAgent: "The chat was ended by the agent", ended: "The chat has ended", notice: "Notice",
	kinds: map[chat.Kind]string{chat.Customer: "customer", chat.Agent: "agent", chat.Expert: "expert", chat.Supervisor: "supervisor"}, reasons: englishReasons,
}

var german = words{
	Lang: "de", Title: "Chat #%d · %s", Opened: "Begonnen %s (Zeiten in UTC)", Deleted: "Diese Nachricht wurde gelöscht.", Edited: "(bearbeitet)", BackRoom: "Hinterzimmer",
	opened: "%s hat den Chat begonnen", joined: "%s ist der Konversation beigetreten", left: "%s hat die Konversation verlassen", removed: "%s wurde aus der Konversation entfernt",
	inviting: "%s wird eingeladen", invited: "%s wurde in Microsoft Teams eingeladen", failed: "Die Einladung von %s ist fehlgeschlagen",
	offered: "%s wurde dazugebeten", silent: "%s hat noch nicht geantwortet", reminded: "%s wurde erinnert",
	byCustomer: "Der Chat wurde vom Kunden beendet", byAgent: "Der Chat wurde vom Agenten beendet", ended: "Der Chat ist beendet", notice: "Hinweis",
	kinds: map[chat.Kind]string{chat.Customer: "Kunde", chat.Agent: "Agent", chat.Expert: "Experte", chat.Supervisor: "Supervisor"}, reasons: germanReasons,
}

// wordsFor chooses the words of a language tag; who has neither reads English.
func wordsFor(locale string) words {
	if first := strings.FieldsFunc(strings.ToLower(locale), func(r rune) bool { return r < 'a' || r > 'z' }); len(first) > 0 && first[0] == "de" {
		return german
	}
	return english
}

// fact words one of the system's entries; name says how the reader knows a participant.
func (w words) fact(e chat.Entry, name func(chat.ParticipantID) string) string {
	if e.Fact == nil {
		return ""
	}
	who := name(e.Fact.Subject)
	if p := e.Fact.Participant; p != nil {
		who = name(p.ID)
	}
	switch e.Kind {
	case chat.Opened:
		return fmt.Sprintf(w.opened, who)
	case chat.JoinedFact:
		return fmt.Sprintf(w.joined, who)
	case chat.LeftFact:
		if e.Fact.Reason == chat.ReasonRemoved {
			return fmt.Sprintf(w.removed, who)
		}
		return fmt.Sprintf(w.left, who)
	case chat.Invitation:
		return w.invitation(e.Fact, who)
	case chat.ClosedFact:
		switch e.Fact.Reason {
		case chat.ReasonCustomer:
			return w.byCustomer
		case chat.ReasonAgent:
			return w.byAgent
		}
		return w.ended
	case chat.Notice:
		switch e.Fact.Reason {
		case "": // not for this reader
			return ""
		case chat.ReasonSilent:
			return fmt.Sprintf(w.silent, who)
		case chat.ReasonReminder:
			return fmt.Sprintf(w.reminded, who)
		}
		return w.teamsNotice(e.Fact)
	}
	return ""
}

func (w words) invitation(f *chat.Fact, who string) string {
	switch f.State {
	case chat.Inviting:
		return fmt.Sprintf(w.inviting, who)
	case chat.Invited:
		switch p := f.Participant; {
		case p != nil && p.Kind == chat.Agent:
			return fmt.Sprintf(w.offered, who)
		case f.Reason != "": // one of several agents declined
			return ""
		}
		return fmt.Sprintf(w.invited, who)
	case chat.Failed:
		if f.Reason == "" { // not for this reader
			return fmt.Sprintf(w.failed, who)
		}
		return fmt.Sprintf(w.failed, who) + ": " + w.reason(f.Reason, f.Detail)
	}
	return ""
}
