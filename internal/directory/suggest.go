package directory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Suggestion is somebody who has solved the like before, and why they are named.
type Suggestion struct {
	Person
	Conferences int   `json:"conferences"`                                                             // past conferences of the same service in which they took part
	FirstAnswer int64 `json:"firstAnswer,omitempty" doc:"Milliseconds to the first answer, as a rule"` // the median; 0 if they never answered
}

// Part is what somebody did in one past conference.
type Part struct {
	Who    chat.Person
	Name   string
	At     time.Time     // when they came in
	Answer time.Duration // from coming in to the first answer; 0 if they never answered
}

// suggested is how many are suggested.
const suggested = 3

// Suggest names those who solved the like of a conversation before and do not take part in it. It reads our own tables only.
func (d *Directory) Suggest(ctx context.Context, agent chat.AgentID, id chat.ConversationID) ([]Suggestion, error) {
	c, err := d.store.Conversation(ctx, id)
	if err != nil {
		return nil, err
	}
	link, ok, err := d.link(ctx, agent)
	if err != nil || !ok {
		return []Suggestion{}, err // who can't invite needs no suggestion
	}
	past, err := d.store.PastConferences(ctx, c.Service)
	if err != nil {
		return nil, err
	}
	var parts []Part
	for _, p := range past {
		if p.ID != id {
			parts = append(parts, partsOf(p, link.Account)...)
		}
	}
	parts = slices.DeleteFunc(parts, func(p Part) bool {
		in, ok := c.ExpertIn(p.Who)
		return p.Who.ID == link.Person || ok && in.Present()
	})
	people := tally(parts)
	people = people[:min(len(people), 4*suggested)] // presence decides among the foremost only
	bare := make([]Person, len(people))
	for i, s := range people {
		bare[i] = s.Person
	}
	if err := d.present(ctx, agent, bare); err != nil {
		return nil, err
	}
	for i := range people {
		people[i].Presence = bare[i].Presence
	}
	return Rank(people), nil
}

// link is the sign-in by which an agent works, chosen as the connector chooses it: the latest with an account that nothing has replaced, else
// the latest with an account that is still there.
func (d *Directory) link(ctx context.Context, agent chat.AgentID) (l store.Link, ok bool, err error) {
	links, err := d.store.LinksOf(ctx, agent)
	if err != nil || len(links) == 0 {
		return l, false, err
	}
	accounts, err := d.store.Accounts(ctx)
	if err != nil {
		return l, false, err
	}
	replaced := make(map[chat.AccountID]bool, len(accounts))
	for _, a := range accounts {
		replaced[a.ID] = a.Settings.ReplacedBy != ""
	}
	for _, x := range links {
		was, known := replaced[x.Account]
		if known && !was {
			return x, true, nil
		}
		if known && !ok {
			l, ok = x, true
		}
	}
	return l, ok, nil
}

// partsOf lists what the experts of an account did in a conversation.
func partsOf(c *chat.Conversation, account chat.AccountID) (parts []Part) {
	for _, p := range c.Participants {
		if p.Kind != chat.Expert || p.Person == nil || p.Person.Account != account || p.JoinedAt == nil {
			continue
		}
		part := Part{Who: *p.Person, Name: p.Name, At: *p.JoinedAt}
		if p.AnsweredAt != nil {
			part.Answer = max(p.AnsweredAt.Sub(*p.JoinedAt), time.Second)
		}
		parts = append(parts, part)
	}
	return parts
}

// tally adds up what everybody did, those with the most conferences first. The newest part gives the name.
func tally(parts []Part) []Suggestion {
	answers, names, last := map[chat.Person][]time.Duration{}, map[chat.Person]Part{}, map[chat.Person]int{}
	for _, p := range parts {
		last[p.Who]++
		if p.Answer > 0 {
			answers[p.Who] = append(answers[p.Who], p.Answer)
		}
		if known, ok := names[p.Who]; !ok || p.At.After(known.At) {
			names[p.Who] = p
		}
	}
	list := make([]Suggestion, 0, len(names))
	for who, p := range names {
		s := Suggestion{Person: Person{Kind: Expert, Account: who.Account, ID: who.ID, Name: p.Name}, Conferences: last[who]}
		if a := answers[who]; len(a) > 0 {
			slices.Sort(a)
			s.FirstAnswer = a[len(a)/2].Milliseconds()
		}
		list = append(list, s)
	}
	slices.SortFunc(list, byScore)
	return list
}

// Rank puts the suggestions in order and keeps the best: who has answered often and soon, and can be reached now.
func Rank(list []Suggestion) []Suggestion {
	list = slices.Clone(list)
	slices.SortFunc(list, byScore)
	return list[:min(len(list), suggested)]
}

func byScore(a, b Suggestion) int {
	return cmp.Or(cmp.Compare(score(b), score(a)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// score says how promising it is to ask somebody. Experience counts less and less the more there is of it; who never answered counts
// little; a slow answer and being away halve what is left, each.
func score(s Suggestion) float64 {
	n := float64(s.Conferences)
	v := n / (n + 2)
	switch minutes := float64(s.FirstAnswer) / 60_000; {
	case s.FirstAnswer == 0:
		v *= 0.2
	default:
		v *= 10 / (10 + minutes) // ten minutes halve it
	}
	return v * reach(s.Presence)
}

// reach says how likely somebody is to answer now.
func reach(p *Presence) float64 {
	if p == nil {
		return 0.7
	}
	if p.Away {
		return 0.1
	}
	switch p.Availability {
	case "Available", "AvailableIdle":
		return 1
	case "Busy", "BusyIdle":
		return 0.6
	case "Away", "BeRightBack":
		return 0.5
	case "DoNotDisturb":
		return 0.3
	case "Offline":
		return 0.2
	}
	return 0.7
}
