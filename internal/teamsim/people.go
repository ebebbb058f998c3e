package teamsim

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Presence is what Teams shows beside a name [api: presence-get].
type Presence struct {
	Availability string `json:"availability"` // Available, Away, Busy, DoNotDisturb, Offline …
	Activity     string `json:"activity"`     // finer: InACall, InAMeeting, OutOfOffice …
}

// Person is an account of the tenant.
type Person struct {
	ID          string // object id (GUID); also the Graph user id
	Name        string // display name
	GivenName   string
	Surname     string
	UPN         string // user principal name, the sign-in address
	Mail        string
	JobTitle    string
	Department  string
	Presence    Presence
	OutOfOffice string // automatic-reply text; empty when in office
	Guest       bool   // userType Guest
	NoTeams     bool   // no Teams licence: chat APIs refuse
	Disabled    bool   // sign-in blocked
	Locale      string // e.g. "de-DE"
}

// AddPerson adds an account, or replaces the one with the same ID, and returns it with
// all empty fields filled: ID from the seed, the parts of the name, UPN and mail in the
// tenant's domain, presence Available.
func (t *Tenant) AddPerson(p Person) Person {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.ID == "" {
		p.ID = t.guid()
	}
	p.ID = strings.ToLower(p.ID)
	given, sur, _ := strings.Cut(p.Name, " ")
	if p.GivenName == "" {
		p.GivenName = given
	}
	if p.Surname == "" {
		p.Surname = sur
	}
	if p.UPN == "" {
		p.UPN = t.freeUPN(p)
	}
	if p.Mail == "" {
		p.Mail = p.UPN
	}
	if p.Locale == "" {
		p.Locale = "en-US"
	}
	if p.Presence.Availability == "" {
		p.Presence = Presence{Availability: "Available", Activity: "Available"}
	}
	if _, known := t.people[p.ID]; !known {
		t.peopleOrder = append(t.peopleOrder, p.ID)
	}
	t.people[p.ID] = &p
	t.index(&p)
	t.presence[p.ID] = &presenceState{Presence: p.Presence, sequence: 1}
	return p
}

// freeUPN derives an address from the name. Names without Latin letters get one from the id.
func (t *Tenant) freeUPN(p Person) string {
	local := asciiName(p.GivenName)
	if s := asciiName(p.Surname); s != "" {
		local = strings.Trim(local+"."+s, ".")
	}
	if local == "" {
		local = "user-" + p.ID[:8]
	}
	upn := local + "@" + t.cfg.Domain
	for n := 2; t.lookup(upn) != nil; n++ {
		upn = fmt.Sprintf("%s%d@%s", local, n, t.cfg.Domain)
	}
	return upn
}

// asciiName folds a name to the letters a mail address has: "Lucía" becomes "lucia".
func asciiName(s string) string {
	fold := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	folded, _, err := transform.String(fold, s)
	if err != nil {
		folded = s
	}
	folded = strings.NewReplacer("ł", "l", "Ł", "l", "ø", "o", "Ø", "o", "ß", "ss", "æ", "ae").Replace(folded)
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == ' ' || r == '-' || r == '\'':
			return '.'
		}
		return -1
	}, folded)
}

// Person finds somebody by display name, user principal name, mail address or object id.
func (t *Tenant) Person(nameOrUPN string) (Person, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.lookup(nameOrUPN); p != nil {
		return *p, true
	}
	return Person{}, false
}

// People lists everybody in the order they were added.
func (t *Tenant) People() []Person {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Person, 0, len(t.peopleOrder))
	for _, id := range t.peopleOrder {
		all = append(all, *t.people[id])
	}
	return all
}

// Disable blocks or unblocks somebody's sign-in. Refresh tokens die with it; access
// tokens live on until they expire, as at Microsoft without continuous access evaluation.
func (t *Tenant) Disable(who string, disabled bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.lookup(who)
	if p == nil {
		return fmt.Errorf("disable %q: no such person", who)
	}
	p.Disabled = disabled
	return nil
}

// lookup is Person for callers that hold t.mu.
func (t *Tenant) lookup(who string) *Person {
	if p, ok := t.people[strings.ToLower(who)]; ok {
		return p
	}
	return t.people[t.directory[strings.ToLower(who)]]
}

// index makes a person findable by name and addresses; of two people with one name the
// first keeps it. The caller holds t.mu.
func (t *Tenant) index(p *Person) {
	for _, key := range []string{p.UPN, p.Mail, p.Name} {
		key = strings.ToLower(key)
		if _, taken := t.directory[key]; !taken && key != "" {
			t.directory[key] = p.ID
		}
	}
}
