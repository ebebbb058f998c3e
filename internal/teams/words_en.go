package teams

var english = words{
	customer: "customer", agent: "agent", expert: "expert", someone: "Visitor",
	asks:        "%s asks for help in a service chat",
	customerRow: "Customer", serviceRow: "Service",
	reads:     "%s (reads along what you write here)",
	privately: "<b>To %s only:</b> begin a line with //",
	leave:     "<b>Leave:</b> write /leave, or leave this chat",
	history:   "History so far",
	opened:    "Chat started on %s", openedBare: "Chat started",
	joined:      "%s has joined the chat",
	onlyExperts: "🔒 experts only",
	edited:      "edited", deleted: "This message was deleted.",
	refused:   "%s could not be passed on",
	fileIn:    "%s could not be passed on to the service chat: %s",
	tooLarge:  "the file is larger than %s",
	emptyFile: "the file is empty", notGiven: "Microsoft Teams does not hand it out",
	placeholder: "Content that can't be shown here: %s",
	ended:       "The service chat %s has ended. What you write here from now on reaches nobody. Thank you for your help!",
	lateText:    "The service chat %s has already ended. Your message reached nobody.",
}
