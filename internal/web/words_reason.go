package web

import (
	"strings"

	"trialog/internal/chat"
)

// reason words why something did not work, as half a sentence; detail is the thing it is about.
func (w words) reason(code, detail string) string {
	sentence, known := w.reasons["reason."+code]
	if !known {
		sentence = w.reasons["reason.other"]
	}
	return strings.NewReplacer("{detail}", detail, "{code}", code).Replace(sentence)
}

// teamsNotice words what staff should know of the thread. The code may begin with what did not cross and end in the reason that Microsoft
// gave, as in the desk's catalogue.
func (w words) teamsNotice(f *chat.Fact) string {
	if sentence, known := w.reasons["fact."+f.Reason]; known {
		return strings.ReplaceAll(sentence, "{name}", f.Detail)
	}
	what, code := f.Reason, f.Reason
	for _, of := range []string{"file_in", "file_refused", "files_unshared", "change_refused"} {
		if rest, ok := strings.CutPrefix(f.Reason, of+"_"); ok {
			what, code = of, rest
		}
	}
	why := w.reason(code, f.Detail)
	sentence, known := w.reasons["notice."+what]
	if !known {
		return w.notice + ": " + why
	}
	return strings.NewReplacer("{detail}", f.Detail, "{reason}", why).Replace(sentence)
}

// The sentences are those of the desk, by the keys of its catalogue; a test compares them.
var englishReasons = map[string]string{
	"reason.not_signed_in":      "you are not signed in to Microsoft Teams",
	"reason.needs_sign_in":      "the sign-in to Microsoft Teams has expired",
	"reason.missing_permission": "the permission {detail} is missing",
	"reason.person_unknown":     "Microsoft Teams does not know this person",
	"reason.no_teams_licence":   "this person has no Microsoft Teams licence; an administrator of your organisation can assign one",
	"reason.no_own_licence":     "the agent’s Microsoft account has no Microsoft Teams licence; an administrator of your organisation can assign one",
	"reason.blocked_by_policy":  "a policy of your organisation forbids it",
	"reason.thread_refused":     "Microsoft Teams gives these people no group chat",
	"reason.chat_gone":          "the chat in Microsoft Teams no longer exists",
	"reason.not_in_chat":        "you are no longer in the chat in Microsoft Teams",
	"reason.too_large":          "it is too large for Microsoft Teams",
	"reason.throttled":          "Microsoft Teams asks for a pause",
	"reason.unreachable":        "Microsoft Teams can’t be reached",
	"reason.file_refused":       "Microsoft Teams refused the file {detail}",
	"reason.internal":           "something went wrong on our side",
	"reason.other":              "unknown reason ({code})",
	"notice.file_too_large":     "{detail} from Microsoft Teams is too large and could not be taken over",
	"notice.file_empty":         "{detail} from Microsoft Teams is empty and was not taken over",
	"notice.file_in":            "{detail} from Microsoft Teams could not be taken over: {reason}",
	"notice.file_refused":       "{detail} could not be passed on to Microsoft Teams: {reason}",
	"notice.files_unshared":     "{detail} can’t open the files that were sent earlier: {reason}",
	"notice.change_refused":     "A change could not be passed on to Microsoft Teams: {reason}",
	"notice.shortened":          "A message is too long for Microsoft Teams. Experts read it shortened there.",
	"notice.stranger":           "{detail} writes in the Microsoft Teams chat without having been invited. Nothing of it arrives here.",
	"notice.teams_callStarted":  "A call was started in the Microsoft Teams chat",
	"notice.teams_callEnded":    "The call in the Microsoft Teams chat has ended",
	"notice.teams_chatRenamed":  "The Microsoft Teams chat is now called “{detail}”",
	"fact.thread_moved":         "{name} carries the chat in Microsoft Teams from now on",
	"fact.thread_stays":         "The chat in Microsoft Teams keeps the sign-in of {name}, because nobody here has Microsoft Teams enabled with the same account",
	"fact.sender_stays":         "The agent who left is still a member of the chat in Microsoft Teams",
}

var germanReasons = map[string]string{
	"reason.not_signed_in":      "Sie sind nicht bei Microsoft Teams angemeldet",
	"reason.needs_sign_in":      "die Anmeldung bei Microsoft Teams ist abgelaufen",
	"reason.missing_permission": "die Berechtigung {detail} fehlt",
	"reason.person_unknown":     "Microsoft Teams kennt diese Person nicht",
	"reason.no_teams_licence":   "diese Person hat keine Lizenz für Microsoft Teams; die Administration Ihrer Organisation kann sie zuweisen",
	"reason.no_own_licence":     "das Microsoft-Konto der Agentin oder des Agenten hat keine Lizenz für Microsoft Teams; die Administration Ihrer Organisation kann sie zuweisen",
	"reason.blocked_by_policy":  "eine Richtlinie Ihrer Organisation verbietet es",
	"reason.thread_refused":     "Microsoft Teams gibt diesen Personen keinen Gruppenchat",
	"reason.chat_gone":          "den Chat in Microsoft Teams gibt es nicht mehr",
	"reason.not_in_chat":        "Sie sind nicht mehr im Chat in Microsoft Teams",
	"reason.too_large":          "es ist zu groß für Microsoft Teams",
	"reason.throttled":          "Microsoft Teams bittet um eine Pause",
	"reason.unreachable":        "Microsoft Teams ist nicht erreichbar",
	"reason.file_refused":       "Microsoft Teams hat die Datei {detail} abgelehnt",
	"reason.internal":           "bei uns ist etwas schiefgegangen",
	"reason.other":              "unbekannter Grund ({code})",
	"notice.file_too_large":     "{detail} aus Microsoft Teams ist zu groß und konnte nicht übernommen werden",
	"notice.file_empty":         "{detail} aus Microsoft Teams ist leer und wurde nicht übernommen",
	"notice.file_in":            "{detail} aus Microsoft Teams konnte nicht übernommen werden: {reason}",
	"notice.file_refused":       "{detail} konnte nicht nach Microsoft Teams übertragen werden: {reason}",
	"notice.files_unshared":     "{detail} kann die früher gesendeten Dateien nicht öffnen: {reason}",
	"notice.change_refused":     "Eine Änderung konnte nicht nach Microsoft Teams übertragen werden: {reason}",
	"notice.shortened":          "Eine Nachricht ist zu lang für Microsoft Teams. Experten lesen sie dort gekürzt.",
	"notice.stranger":           "{detail} schreibt im Chat in Microsoft Teams mit, ohne eingeladen zu sein. Nichts davon kommt hier an.",
	"notice.teams_callStarted":  "Im Chat in Microsoft Teams wurde ein Anruf begonnen",
	"notice.teams_callEnded":    "Der Anruf im Chat in Microsoft Teams ist zu Ende",
	"notice.teams_chatRenamed":  "Der Chat in Microsoft Teams heißt jetzt „{detail}“",
	"fact.thread_moved":         "{name} führt den Chat in Microsoft Teams von jetzt an",
	"fact.thread_stays":         "Der Chat in Microsoft Teams behält die Anmeldung von {name}, weil hier niemand Microsoft Teams mit demselben Konto aktiviert hat",
	"fact.sender_stays":         "Der gegangene Agent ist noch Mitglied des Chats in Microsoft Teams",
}
