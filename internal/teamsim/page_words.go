package teamsim

func englishWords() words {
	return words{
		"lang": "en", "pick": "Pick an account", "pickTitle": "Sign in to your account", "toContinue": "to continue to",
		"consentTitle": "Permissions requested", "appWants": "This application would like to:", "accept": "Accept", "cancel": "Cancel",
		"revocable":  "Accepting means that you allow this application to use your data. You can take this back at any time.",
		"adminTitle": "Permissions requested for your organization", "adminNote": "If you accept, this application gets access for everybody in your organization.",
		"approvalTitle": "Need admin approval", "approvalNote": "needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.",
		"back": "Return to the application without granting consent", "errorTitle": "Sorry, but we’re having trouble signing you in.",
		"signedOutTitle": "You signed out of your account", "signedOutNote": "It’s a good idea to close all browser windows.",
		"continue": "Continue", "formPostTitle": "Working…", "trace": "Troubleshooting details", "signedInAs": "Signed in as",
		"simulated": "Simulated Microsoft tenant. No password is needed.", "title": "Sign in",

		"scope:openid": "Sign you in", "scope:profile": "View your basic profile", "scope:email": "View your email address",
		"scope:offline_access": "Maintain access to data you have given it access to", "scope:User.Read": "Sign you in and read your profile",
		"scope:User.ReadBasic.All": "Read all users’ basic profiles", "scope:User.Read.All": "Read all users’ full profiles",
		"scope:Chat.ReadWrite": "Read and write your chat messages", "scope:Chat.Read": "Read your chat messages",
		"scope:Chat.ReadBasic": "Read names and members of your chats", "scope:Chat.Create": "Create chats",
		"scope:ChatMessage.Send": "Send chat messages", "scope:ChatMember.ReadWrite": "Add and remove members from chats",
		"scope:ChatMember.Read": "Read the members of chats", "scope:Presence.Read.All": "Read presence of all users in your organization",
		"scope:Files.ReadWrite": "Have full access to your files", "scope:Files.Read.All": "Read all files that you can access",
		"scope:Team.ReadBasic.All": "Read the names and descriptions of teams", "scope:Channel.ReadBasic.All": "Read the names and descriptions of channels",
		"scope:ChannelMessage.Send": "Send channel messages", "scope:ChannelMessage.Read.All": "Read your channel messages",
	}
}

func germanWords() words {
	return words{
		"lang": "de", "pick": "Konto auswählen", "pickTitle": "Bei Ihrem Konto anmelden", "toContinue": "um fortzufahren mit",
		"consentTitle": "Angeforderte Berechtigungen", "appWants": "Diese Anwendung möchte:", "accept": "Akzeptieren", "cancel": "Abbrechen",
		"revocable":  "Wenn Sie akzeptieren, darf diese Anwendung Ihre Daten verwenden. Sie können das jederzeit zurücknehmen.",
		"adminTitle": "Für Ihre Organisation angeforderte Berechtigungen", "adminNote": "Wenn Sie akzeptieren, erhält diese Anwendung Zugriff für alle in Ihrer Organisation.",
		"approvalTitle": "Administratorgenehmigung erforderlich", "approvalNote": "benötigt Berechtigungen, die nur ein Administrator erteilen kann. Bitten Sie einen Administrator, diese App zu genehmigen, bevor Sie sie verwenden.",
		"back": "Ohne Zustimmung zur Anwendung zurückkehren", "errorTitle": "Leider gibt es ein Problem bei Ihrer Anmeldung.",
		"signedOutTitle": "Sie haben sich abgemeldet", "signedOutNote": "Schließen Sie am besten alle Browserfenster.",
		"continue": "Weiter", "formPostTitle": "Einen Moment …", "trace": "Details zur Problembehandlung", "signedInAs": "Angemeldet als",
		"simulated": "Simulierter Microsoft-Mandant. Ein Kennwort ist nicht nötig.", "title": "Anmelden",

		"scope:openid": "Sie anmelden", "scope:profile": "Ihr einfaches Profil anzeigen", "scope:email": "Ihre E-Mail-Adresse anzeigen",
		"scope:offline_access": "Zugriff auf Daten beibehalten, für die Sie Zugriff erteilt haben", "scope:User.Read": "Sie anmelden und Ihr Profil lesen",
		"scope:User.ReadBasic.All": "Einfache Profile aller Benutzer lesen", "scope:User.Read.All": "Vollständige Profile aller Benutzer lesen",
		"scope:Chat.ReadWrite": "Ihre Chatnachrichten lesen und schreiben", "scope:Chat.Read": "Ihre Chatnachrichten lesen",
		"scope:Chat.ReadBasic": "Namen und Mitglieder Ihrer Chats lesen", "scope:Chat.Create": "Chats erstellen",
		"scope:ChatMessage.Send": "Chatnachrichten senden", "scope:ChatMember.ReadWrite": "Mitglieder von Chats hinzufügen und entfernen",
		"scope:ChatMember.Read": "Mitglieder von Chats lesen", "scope:Presence.Read.All": "Anwesenheit aller Benutzer Ihrer Organisation lesen",
		"scope:Files.ReadWrite": "Vollzugriff auf Ihre Dateien", "scope:Files.Read.All": "Alle Dateien lesen, auf die Sie zugreifen können",
		"scope:Team.ReadBasic.All": "Namen und Beschreibungen von Teams lesen", "scope:Channel.ReadBasic.All": "Namen und Beschreibungen von Kanälen lesen",
		"scope:ChannelMessage.Send": "Kanalnachrichten senden", "scope:ChannelMessage.Read.All": "Ihre Kanalnachrichten lesen",
	}
}
