// Everything a customer reads, once per language. Each language is a chunk of its own, fetched when somebody needs it.

export interface Words {
  lang: string;
  dir: "ltr" | "rtl";
  openChat: string;
  unread: (n: number) => string; // beside the launcher's name
  chat: string; // name of the panel
  greeting: string;
  intro: string;
  closedNow: string;
  name: string;
  email: string;
  optional: string;
  topic: string;
  message: string;
  privacy: string;
  privacyLink: string;
  startChat: string;
  starting: string;
  send: string;
  save: string;
  cancel: string;
  minimise: string;
  close: string;
  menu: string;
  soundOn: string;
  transcript: string;
  endChat: string;
  endSure: string;
  endNote: string;
  goOn: string;
  ended: string;
  newChat: string;
  log: string; // name of the log region
  queue: (place: number) => string;
  queueNote: string;
  started: (service: string) => string;
  agentJoined: (name: string) => string;
  expertJoined: (name: string) => string;
  expertJoinedAlias: string; // the service hides the name
  left: (name: string) => string;
  closedByYou: string;
  closedByAgent: (name: string) => string;
  closedByTimeout: string;
  you: string;
  agent: string;
  specialist: string;
  and: (names: string[]) => string;
  whoReads: (names: string[]) => string;
  typing: (names: string[]) => string;
  sending: string;
  sent: string;
  delivered: string;
  read: string;
  notSent: string;
  retry: string;
  discard: string;
  edited: string;
  deleted: string;
  edit: string;
  remove: string;
  editing: string;
  options: string;
  reaction: (emoji: string, names: string[]) => string;
  attach: string;
  emoji: string;
  dropHere: string;
  uploading: (percent: number) => string;
  uploaded: (name: string) => string;
  removeFile: (name: string) => string;
  download: (name: string) => string;
  picture: (name: string) => string;
  noPicture: string;
  placeholder: (what: string, title: string) => string;
  newMessages: string;
  offline: string;
  memoryOnly: string;
  required: string;
  errors: Record<string, string>; // by problem code; "" is the rest
}

const loaders: Record<string, () => Promise<{ words: Words }>> = {
  de: () => import("./de"),
  en: () => import("./en"),
  es: () => import("./es"),
  fr: () => import("./fr"),
  ja: () => import("./ja"),
  ko: () => import("./ko"),
};

/** The language to use for a locale such as "de-CH": English where we have no words. */
export function language(locale: string): string {
  const short = locale.slice(0, 2).toLowerCase();
  return short in loaders ? short : "en";
}

/** Fetches the words of that language; English, which is the other languages' fallback, when they can't be had. */
export async function loadWords(locale: string): Promise<Words> {
  const lang = language(locale);
  try {
    return (await loaders[lang]!()).words;
  } catch (e) {
    if (lang === "en") throw e;
    return (await loaders.en!()).words;
  }
}
