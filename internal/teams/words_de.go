package teams

var german = words{
	customer: "Kunde", agent: "Agent", expert: "Experte", someone: "Besucher",
	asks:        "%s bittet um Hilfe in einem Service-Chat",
	customerRow: "Kunde", serviceRow: "Service",
	reads:     "%s (liest mit, was Sie hier schreiben)",
	privately: "<b>Nur an %s:</b> Zeile mit // beginnen",
	leave:     "<b>Verlassen:</b> /leave schreiben oder den Chat verlassen",
	history:   "Bisheriger Verlauf",
	opened:    "Chat gestartet auf %s", openedBare: "Chat gestartet",
	joined:      "%s ist dem Chat beigetreten",
	onlyExperts: "🔒 nur Experten",
	edited:      "bearbeitet", deleted: "Diese Nachricht wurde gelöscht.",
	refused:   "%s konnte nicht übertragen werden",
	fileIn:    "%s konnte nicht in den Service-Chat übertragen werden: %s",
	tooLarge:  "die Datei ist größer als %s",
	emptyFile: "die Datei ist leer", notGiven: "Microsoft Teams gibt die Datei nicht heraus",
	placeholder: "Inhalt, der sich hier nicht zeigen lässt: %s",
	ended:       "Der Service-Chat %s ist beendet. Was Sie ab jetzt hier schreiben, erreicht niemanden mehr. Danke für Ihre Hilfe!",
	lateText:    "Der Service-Chat %s ist bereits beendet. Ihre Nachricht hat niemanden erreicht.",
}
