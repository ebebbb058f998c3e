package teamsim

import (
	"fmt"
	"time"
)

// Demo fills a tenant with the people of the demonstration: two agents' Microsoft
// accounts, four experts with recent one-to-one chats of Anna's, and colleagues whose
// names are written in many scripts. Ben has no chats: his folder is empty.
func Demo(t *Tenant) error {
	var names []string
	for _, p := range demoPeople() {
		names = append(names, t.AddPerson(p).Name)
	}
	if _, err := t.AddTeam("Netzbetrieb", []string{"General", "Störungen", "Planung"}, append([]string{"Erik Lind", "Anna Becker"}, names[3:9]...)...); err != nil {
		return err
	}
	if _, err := t.AddTeam("Kundenservice", []string{"General", "Tarife"}, "Anna Becker", "Ben Okafor", "Lucía Romero"); err != nil {
		return err
	}
	for _, past := range []struct {
		with, ask, reply string
		ago              time.Duration
	}{
		{"Lucía Romero", "<p>Gilt der neue Tarif schon im Juli?</p>", "<p>Ja, ab dem <strong>1. Juli</strong>. 🙂</p>", 9 * 24 * time.Hour},
		{"Omar Haddad", "<p>Ist die Phishing-Welle vorbei?</p>", "<p>Seit gestern Abend ist Ruhe.</p>", 26 * time.Hour},
		{"Mei Tanaka", "<p>Do you know where parcel 4711 is?</p>", "<p>It left Rotterdam this morning.</p>", 3 * time.Hour},
		{"Erik Lind", "<p>Kannst du nachher kurz auf Leitung 12 schauen?</p>", "<p>Klar, schreib mir einfach.</p>", 25 * time.Minute},
	} {
		if err := t.pastChat("Anna Becker", past.with, past.ask, past.reply, past.ago); err != nil {
			return err
		}
	}
	return nil
}

// pastChat puts a question and an answer into a one-to-one chat some time ago.
func (t *Tenant) pastChat(a, b, ask, reply string, ago time.Duration) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	pa, pb := t.lookup(a), t.lookup(b)
	if pa == nil || pb == nil {
		return fmt.Errorf("past chat of %q and %q: no such person", a, b)
	}
	c := t.pairChat(pa.ID, pb.ID, "owner", "owner")
	at := now().Add(-ago)
	c.created, c.updated = at, at
	for i, line := range []struct{ from, html string }{{pa.ID, ask}, {pb.ID, reply}} {
		when := at.Add(time.Duration(i) * 2 * time.Minute)
		c.add(&message{id: fmt.Sprint(when.UnixMilli()), from: line.from, created: when, modified: when, listed: when,
			contentType: "html", content: line.html, importance: "normal", locale: "de-de", via: teamsAppID})
		c.lastID = when.UnixMilli()
	}
	c.view(pa.ID).read = at.Add(time.Hour)
	return nil
}

func demoPeople() []Person {
	presence := func(availability, activity string) Presence { return Presence{availability, activity} }
	return []Person{
		{Name: "Anna Becker", JobTitle: "Kundenberaterin", Department: "Kundenservice", Locale: "de-DE"},
		{Name: "Ben Okafor", JobTitle: "Service agent", Department: "Kundenservice", Locale: "en-GB"},
		{Name: "Erik Lind", JobTitle: "Netztechnik", Department: "Network Engineering", Locale: "de-DE", Presence: presence("Available", "Available")},
		{Name: "Mei Tanaka", JobTitle: "Logistics", Department: "Logistics", Locale: "en-GB", Presence: presence("Busy", "InAMeeting")},
		{Name: "Omar Haddad", JobTitle: "Security", Department: "Information Security", Locale: "en-US", Presence: presence("Away", "Away")},
		{Name: "Lucía Romero", JobTitle: "Tarife", Department: "Tariffs", Locale: "es-ES", Presence: presence("DoNotDisturb", "Presenting")},
		{Name: "佐藤 花子", GivenName: "花子", Surname: "佐藤", UPN: "hanako.sato@contoso.example", JobTitle: "品質管理", Department: "Quality", Locale: "ja-JP"},
		{Name: "Łukasz Żółkiewski", JobTitle: "Inżynier", Department: "Network Engineering", Locale: "pl-PL", Presence: presence("BeRightBack", "BeRightBack")},
		{Name: "أحمد منصور", GivenName: "أحمد", Surname: "منصور", UPN: "ahmed.mansour@contoso.example", JobTitle: "مهندس", Department: "Network Engineering", Locale: "ar-EG"},
		{Name: "김민준", GivenName: "민준", Surname: "김", UPN: "minjun.kim@contoso.example", JobTitle: "보안", Department: "Information Security", Locale: "ko-KR", Presence: presence("Offline", "Offline")},
		{Name: "Zoë van den Berg", JobTitle: "Planner", Department: "Logistics", Locale: "nl-NL"},
		{Name: "Siobhán O'Neill", JobTitle: "Billing", Department: "Tariffs", Locale: "en-IE", Presence: presence("Busy", "InACall")},
		{Name: "Jürgen Groß", JobTitle: "Abrechnung", Department: "Tariffs", Locale: "de-DE", OutOfOffice: "Ich bin bis Montag nicht im Haus.", Presence: presence("Away", "OutOfOffice")},
		{Name: "Priya Raghunathan", JobTitle: "Data protection", Department: "Legal", Locale: "en-GB"},
		{Name: "Дмитрий Соколов", GivenName: "Дмитрий", Surname: "Соколов", UPN: "dmitri.sokolov@contoso.example", JobTitle: "Инженер", Department: "Network Engineering", Locale: "ru-RU", Presence: presence("Offline", "OffWork")},
		{Name: "Nguyễn Thị Mai", JobTitle: "Field service", Department: "Field Service", Locale: "vi-VN"},
		{Name: "Chloé Dubois", JobTitle: "Relations clients", Department: "Kundenservice", Locale: "fr-FR"},
		{Name: "Tom Fuchs", JobTitle: "Werkstudent", Department: "Kundenservice", Locale: "de-DE", NoTeams: true},
	}
}
