// The accessible names and sentences that the browser tests go by, in both languages.
export const words = {
  de: {
    locale: "de-DE", user: "Benutzername", password: "Passwort", signIn: "Anmelden", profile: "Benutzerprofil", connected: /Verbunden/,
    add: "Zum Chat hinzufügen", directory: "Adressbuch", invite: "Einladen", message: "Nachricht", send: "Senden", accept: "Annehmen",
    openChat: "Chat öffnen", startChat: "Chat starten", consent: /Akzeptieren|Annehmen/, joined: /beigetreten/, end: "Chat beenden",
    attach: /Dateien? anhängen/, expertsOnly: "Nur Experten", more: "Mehr", edit: "Bearbeiten", remove: "Löschen", options: "Optionen der Nachricht", find: "Name oder Abteilung", emoji: /^Emoji/,
    react: "Reaktion hinzufügen", keys: "Tastenkürzel", details: "Einzelheiten", minimise: "Minimieren", search: /Konversationen und Befehle/, bold: "Fett", cancel: "Abbrechen",
    members: "Mitglieder", people: "Personen", mine: "Meine Konversationen", back: "Zurück", endedByCustomer: /Kundenseite beendet/, retry: "Erneut versuchen",
  },
  en: {
    locale: "en-GB", user: "User name", password: "Password", signIn: "Sign in", profile: "User profile", connected: /Connected/,
    add: "Add to chat", directory: "Directory", invite: "Invite", message: "Message", send: "Send", accept: "Accept",
    openChat: "Open chat", startChat: "Start chat", consent: /Accept/, joined: /joined/i, end: "End chat",
    attach: /Attach files?/, expertsOnly: "Experts only", more: "More", edit: "Edit", remove: "Delete", options: "Message options", find: "Name or department", emoji: /^(Emoji|Insert emoji)/,
    react: "Add reaction", keys: "Keyboard shortcuts", details: "Details", minimise: "Minimise", search: /Conversations and commands/, bold: "Bold", cancel: "Cancel",
    members: "members", people: "People", mine: "My conversations", back: "Back", endedByCustomer: /customer ended/, retry: "Retry",
  },
};
