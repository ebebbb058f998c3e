package apptest

import (
	"fmt"

	"trialog/internal/chat"
)

// tombstone is what a screen shows of a line that was deleted.
const tombstone = "(deleted)"

// Shown words entries as a screen would show them now: later versions of edited lines, stubs of deleted ones, reactions behind
// their lines, facts as "kind who".
func Shown(entries []chat.Entry) []string {
	at := map[chat.Seq]int{}
	var lines []string
	for _, e := range entries {
		switch e.Kind {
		case chat.Message:
			at[e.Seq] = len(lines)
			lines = append(lines, e.Content.PlainText())
		case chat.Edit:
			if i, ok := at[e.Ref]; !ok || lines[i] != tombstone || e.Author != 1 { // only in Teams can a line be brought back
				replace(lines, at, e.Ref, e.Content.PlainText()+" (edited)")
			}
		case chat.Delete:
			replace(lines, at, e.Ref, tombstone)
		case chat.Reaction:
			if i, ok := at[e.Ref]; ok && !e.Withdrawn {
				lines[i] += " " + e.Emoji
			}
		default:
			lines = append(lines, fact(e))
		}
	}
	return lines
}

func replace(lines []string, at map[chat.Seq]int, ref chat.Seq, with string) {
	if i, ok := at[ref]; ok {
		lines[i] = with
	}
}

func fact(e chat.Entry) string {
	if e.Fact == nil {
		return fmt.Sprintf("[%s]", e.Kind)
	}
	who := ""
	if p := e.Fact.Participant; p != nil {
		who = p.Name
	} else if e.Fact.Subject != 0 {
		who = fmt.Sprintf("#%d", e.Fact.Subject)
	}
	return fmt.Sprintf("[%s %s %s %s %s]", e.Kind, who, e.Fact.State, e.Fact.Reason, e.Fact.Detail)
}
