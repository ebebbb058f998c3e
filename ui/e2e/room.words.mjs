// The accessible names and sentences of room.test.mjs.
export const room = {
  de: {
    preview: "Vorschau", previewTitle: "Das bekommt der Experte", oneOfTwo: "Teilt 1 von 2 Nachrichten", people: "Teilnehmer", remind: "Erinnern",
    actions: (/** @type {string} */ name) => `Aktionen für ${name}`, reminded: /wartet auf Ihre Antwort/, backroom: "Hinterzimmer", publish: "Veröffentlichen", published: /Veröffentlicht: Karla/,
    publishedInTeams: /für den Kunden veröffentlicht/, users: "Benutzer nach Team", transfer: "Übergeben", offer: /Ein Kollege braucht Sie/, wantsToHandOver: /möchte übergeben/, threadStays: /behält die Anmeldung von Anna Becker/,
  },
  en: {
    preview: "Preview", previewTitle: "What the expert gets", oneOfTwo: "Shares 1 of 2 messages", people: "Participants", remind: "Remind",
    actions: (/** @type {string} */ name) => `Actions for ${name}`, reminded: /wartet auf Ihre Antwort/, backroom: "Back room", publish: "Publish", published: /Published: Karla/,
    publishedInTeams: /für den Kunden veröffentlicht/, users: "Users by team", transfer: "Transfer", offer: /A colleague needs you/, wantsToHandOver: /wants to hand over/, threadStays: /keeps the sign-in of Anna Becker/,
  },
};
