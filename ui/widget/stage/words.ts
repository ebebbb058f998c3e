/** What the stage says. */
export interface StageWords {
  how: string;
  expert: string;
  language: string;
  theme: string;
  auto: string;
  light: string;
  dark: string;
  player: string;
  start: string;
  pause: string;
  goOn: string;
  stop: string;
  reset: string;
  customer: string;
  customerNote: string;
  agent: string;
  agentNote: (logins: string) => string;
  teams: string;
  teamsNote: (name: string) => string;
  resize: (left: string, right: string) => string;
  waiting: string;
  line: (n: number, of: number) => string;
  done: string;
  failed: (why: string) => string;
  missing: string;
}

const en: StageWords = {
  how: "Ask something in the customer’s chat, accept it at the agent’s desk, press +, open “Microsoft Teams Chats”, choose the expert and Invite. The expert answers in Microsoft Teams – and the customer reads it in the widget.",
  expert: "Expert",
  language: "Language",
  theme: "Theme",
  auto: "System",
  light: "Light",
  dark: "Dark",
  player: "Play a conversation",
  start: "Start",
  pause: "Pause",
  goOn: "Go on",
  stop: "Stop",
  reset: "Reset",
  customer: "Customer",
  customerNote: "the shop’s page with the widget",
  agent: "Agent",
  agentNote: (logins) => `the desk · sign in as ${logins}`,
  teams: "Expert",
  teamsNote: (name) => `${name} in Microsoft Teams (simulated)`,
  resize: (a, b) => `Width of ${a} and ${b}`,
  waiting: "Waits for an agent…",
  line: (n, of) => `Line ${n} of ${of}`,
  done: "All lines said",
  failed: (why) => `Stopped: ${why}`,
  missing: "The stage needs the demo: start it with “make demo”.",
};

const de: StageWords = {
  how: "Fragen Sie etwas im Chat der Kundin, nehmen Sie es am Arbeitsplatz an, drücken Sie +, öffnen Sie „Microsoft Teams Chats“, wählen Sie den Experten und Einladen. Der Experte antwortet in Microsoft Teams – und die Kundin liest es im Widget.",
  expert: "Experte",
  language: "Sprache",
  theme: "Farben",
  auto: "System",
  light: "Hell",
  dark: "Dunkel",
  player: "Ein Gespräch abspielen",
  start: "Start",
  pause: "Pause",
  goOn: "Weiter",
  stop: "Stopp",
  reset: "Zurücksetzen",
  customer: "Kundin",
  customerNote: "die Seite des Geschäfts mit dem Widget",
  agent: "Agentin",
  agentNote: (logins) => `der Arbeitsplatz · Anmeldung als ${logins}`,
  teams: "Experte",
  teamsNote: (name) => `${name} in Microsoft Teams (simuliert)`,
  resize: (a, b) => `Breite von ${a} und ${b}`,
  waiting: "Wartet auf einen Agenten …",
  line: (n, of) => `Zeile ${n} von ${of}`,
  done: "Alle Zeilen gesagt",
  failed: (why) => `Abgebrochen: ${why}`,
  missing: "Die Bühne braucht die Demo: starten Sie sie mit „make demo“.",
};

export const words = (lang: string): StageWords => (lang === "de" ? de : en);

/** The languages the stage passes on to its frames, in their own names. */
export const languages: [code: string, name: string][] = [["en", "English"], ["de", "Deutsch"], ["es", "Español"], ["fr", "Français"], ["ja", "日本語"], ["ko", "한국어"]];
