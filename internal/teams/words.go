package teams

import (
	"fmt"
	"html"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// words are the sentences that the product writes into threads, in one language. Facts are worded here and nowhere else.
type words struct {
	customer, agent, expert, someone string
	asks                             string // %s: the agent
	customerRow, serviceRow          string
	reads                            string // %s: the customer
	privately                        string // %s: the agent
	leave                            string
	history                          string
	opened                           string // %s: where
	openedBare                       string
	joined                           string // %s: who
	onlyExperts                      string
	edited, deleted                  string
	refused                          string // %s: a file's name
	fileIn                           string // %s: a file's name, why
	tooLarge                         string // %s: the limit
	emptyFile, notGiven              string
	placeholder                      string // %s: what, title
	ended                            string // %s: #number
	lateText                         string // %s: #number
	readsNothing                     string // %s: the customer, where experts' lines are private
	allPrivate                       string // %s: the agent
	excerpt, noHistory, withheld     string
	reminded                         string // %s: the expert, the agent
	published                        string // %s, #%d, %s: the agent, the line, the expert
	takenBack                        string
	editedAnew, deletedAnew          string // %s, #%d: who, the line
	moved, shortened                 string
	zone                             *time.Location
}

// wordsOf returns the sentences in the account's language.
func wordsOf(a store.Account) words {
	w := english
	if strings.HasPrefix(a.Settings.Locale, "de") {
		w = german
	}
	w.zone = time.Local
	if zone, err := time.LoadLocation(a.Settings.TimeZone); err == nil && a.Settings.TimeZone != "" {
		w.zone = zone
	}
	return w
}

func (w words) at(t time.Time) string { return t.In(w.zone).Format("15:04") }

// role names what somebody is, for the head of a line.
func (w words) role(k chat.Kind) string {
	switch k {
	case chat.Customer:
		return w.customer
	case chat.Expert:
		return w.expert
	}
	return w.agent
}

// name is what experts read for a participant.
func (w words) name(p chat.Participant) string {
	n := p.Known()
	if n == "" {
		return w.someone
	}
	return n
}

// card is the head of a new thread: who asks, who reads along, how to answer privately, how to leave.
func (w words) card(c *chat.Conversation, agent chat.Participant, service store.Service) string {
	name, customer := html.EscapeString(w.name(agent)), html.EscapeString(w.name(c.Customer()))
	row := func(label, text string) string { return "<b>" + label + ":</b> " + text }
	if service.Settings.ExpertsPrivate {
		w.reads, w.privately = w.readsNothing, w.allPrivate
	}
	return "<p><strong>" + fmt.Sprintf(w.asks, name) + "</strong></p><p>" + strings.Join([]string{
		row(w.customerRow, fmt.Sprintf(w.reads, customer)), row(w.serviceRow, html.EscapeString(service.Name)),
		fmt.Sprintf(w.privately, name), w.leave}, "<br>") + "</p><hr>"
}

// fact words a system line, or returns "".
func (w words) fact(e chat.Entry) string {
	if e.Fact == nil {
		return ""
	}
	switch e.Kind {
	case chat.Opened:
		if e.Fact.Page != nil && (e.Fact.Page.Title != "" || e.Fact.Page.URL != "") {
			where := e.Fact.Page.Title
			if where == "" {
				where = e.Fact.Page.URL
			}
			return fmt.Sprintf(w.opened, html.EscapeString(where))
		}
		return w.openedBare
	case chat.JoinedFact:
		if e.Fact.Participant != nil {
			return fmt.Sprintf(w.joined, html.EscapeString(w.name(*e.Fact.Participant)))
		}
	}
	return ""
}

// notice tells an expert that a file which they sent could not cross, and why.
func (w words) notice(e chat.Entry, limit int64) string {
	why := w.notGiven
	switch e.Fact.Reason {
	case fileTooLarge:
		why = fmt.Sprintf(w.tooLarge, size(limit))
	case fileEmpty:
		why = w.emptyFile
	}
	return "⚠ " + fmt.Sprintf(w.fileIn, html.EscapeString(e.Fact.Detail), why)
}

func (w words) closing(c *chat.Conversation) string {
	return "<p><em>" + fmt.Sprintf(w.ended, fmt.Sprintf("#%d", c.Number)) + "</em></p>"
}

func (w words) late(c *chat.Conversation) string {
	return "<p><em>" + fmt.Sprintf(w.lateText, fmt.Sprintf("#%d", c.Number)) + "</em></p>"
}
