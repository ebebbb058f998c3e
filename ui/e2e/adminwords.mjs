// The accessible names and sentences of the administration that its browser test goes by, in both languages.
export const adminWords = {
  de: {
    menu: "Profil und Administration", accounts: "Konten", health: "Zustand", test: "Verbindung testen", credentials: /Microsoft nimmt Mandant/, add: "Konto hinzufügen",
    tenant: "Verzeichnis-ID (Mandant)", client: "Anwendungs-ID (Client)", secret: "Client-Geheimnis", save: "Speichern und testen", badGuid: /keine GUID/, unknownClient: /kennt keine Anwendung/,
    more: /Mehr zu/, delete: "Löschen", edit: "Bearbeiten", expires: "Geheimnis endet am", dismiss: "Bis morgen ausblenden", nobody: /Niemand hat sich mit diesem Konto/,
    signedIn: "angemeldet", tellAdmin: /Ihrer Administration/, only: /nur Administratoren/,
  },
  en: {
    menu: "Profile and administration", accounts: "Accounts", health: "Health", test: "Test connection", credentials: /Microsoft accepts tenant/, add: "Add account",
    tenant: "Directory (tenant) ID", client: "Application (client) ID", secret: "Client secret", save: "Save and test", badGuid: /no GUID/, unknownClient: /knows no application/,
    more: /More for/, delete: "Delete", edit: "Edit", expires: "Secret ends on", dismiss: "Hide until tomorrow", nobody: /Nobody has signed in with this account/,
    signedIn: "signed in", tellAdmin: /tell your administrator/, only: /Only administrators/,
  },
};
