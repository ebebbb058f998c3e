package teams

import (
	"fmt"
	"html"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

// reminder is the line that asks an expert once more; the mention makes Teams ring.
func (r *renderer) reminder(e chat.Entry) string {
	who, _ := r.c.Participant(e.Fact.Subject)
	by, _ := r.c.Participant(e.Author)
	name := html.EscapeString(who.Name)
	if who.Person != nil {
		name = fmt.Sprintf(`<at id="%d">%s</at>`, len(r.message.Mentions), name)
		r.message.Mentions = append(r.message.Mentions, graph.NewMention{User: graph.UserID(who.Person.ID), Name: who.Name})
	}
	return "<p>● " + fmt.Sprintf(r.w.reminded, name, html.EscapeString(r.w.name(by))) + " · " + r.w.at(e.At) + "</p>"
}

// published tells experts that the customer reads a line of theirs now. What it says stands in the thread already.
func (r *renderer) published(e chat.Entry, changed *chat.Entry) string {
	author, _ := r.c.Participant(e.Author)
	by, _ := r.c.Participant(e.Fact.Subject)
	text := fmt.Sprintf(r.w.published, html.EscapeString(r.w.name(by)), e.Ref, html.EscapeString(r.w.name(author)))
	if changed != nil && changed.Kind == chat.Delete {
		text = "<s>" + text + "</s> · " + r.w.takenBack
	} else if changed != nil {
		text += " · " + r.w.edited
	}
	return "<p><em>● " + text + " · " + r.w.at(e.At) + "</em></p>"
}

// masked hides in a fact what is hidden in lines: customers' pages have addresses and titles of all kinds.
func (r *renderer) masked(e chat.Entry) chat.Entry {
	if e.Fact == nil || e.Fact.Page == nil {
		return e
	}
	share, history := r.c.ShareOf(e.Seq)
	masks := share.Live
	if history {
		masks = share.Masks
	}
	fact, page := *e.Fact, *e.Fact.Page
	page.Title, _ = masks.Text(page.Title)
	page.URL, _ = masks.Text(page.URL)
	fact.Page, e.Fact = &page, &fact
	return e
}
