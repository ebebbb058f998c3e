// The accessible names and sentences that the browser tests go by, in both languages.
export const words = {
  de: {
    locale: "de-DE", user: "Benutzername", password: "Passwort", signIn: "Anmelden", profile: "Benutzerprofil", connected: /Verbunden/,
    add: "Zum Chat hinzufügen", directory: "Adressbuch", invite: "Einladen", message: "Nachricht", send: "Senden", accept: "Annehmen",
    openChat: "Chat öffnen", startChat: "Chat starten", consent: /Akzeptieren|Annehmen/, joined: /beigetreten/, end: "Chat beenden",
  },
  en: {
    locale: "en-GB", user: "User name", password: "Password", signIn: "Sign in", profile: "User profile", connected: /Connected/,
    add: "Add to chat", directory: "Directory", invite: "Invite", message: "Message", send: "Send", accept: "Accept",
    openChat: "Open chat", startChat: "Start chat", consent: /Accept/, joined: /joined/i, end: "End chat",
  },
};
