// The widget proper: the loader imports this module when the chat is first wanted, and calls start.
import { render } from "preact";
import { openKey, type Host, type Widget } from "./host";
import { Api } from "./lib/api";
import { keep } from "./lib/storage";
import { me, plainText, unread } from "./model/log";
import { publicName } from "./model/facts";
import { Session } from "./model/session";
import { Shell } from "./shell";
import { App } from "./view/app";
import { loadWords } from "./words/words";
import sheet from "./style/widget.css?inline";

/** Puts the chat behind the launcher and resumes the conversation that this browser had. */
export async function start(host: Host): Promise<Widget> {
  const { settings, element } = host;
  const words = await loadWords(settings.locale || document.documentElement.lang || navigator.language || "en");
  const local = keep(() => localStorage);
  const tab = keep(() => sessionStorage);
  const session = new Session(new Api(settings.origin), local, () => import("./view/talk"));
  const shell = new Shell(host, session, local, tab, words);
  document.fonts?.add(emoji());
  shell.dress(sheet);
  const place = document.createElement("div");
  host.root.append(place);
  tellSite(shell);
  render(<App shell={shell} />, place);
  void session.boot();
  if (tab.get(openKey(settings.origin))) shell.open(false);
  element.dataset.ready = "";
  return {
    open: () => shell.open(),
    close: () => shell.close(),
    toggle: () => (shell.ui.get().open ? shell.close() : shell.open()),
    changed: () => void shell.changed(),
    shutdown() {
      session.stop();
      shell.stop();
      shell.wipe();
      render(null, place);
      place.remove();
    },
  };
}

/** The system's colour emoji, so that no other font draws emoji as line art. Font faces of a shadow root are not heeded: the page gets it. */
const emoji = () =>
  new FontFace("trialog-emoji", 'local("Apple Color Emoji"), local("Segoe UI Emoji"), local("Noto Color Emoji")', { unicodeRange: "U+1F000-1FAFF, U+200D, U+FE0F" });

/** Tells the site what happens, and rings when the customer does not look. */
function tellSite({ host, session, ui }: Shell): void {
  let told = 0;
  session.state.watch(() => {
    const { log, read } = session.state.get();
    const n = unread(log, read);
    if (n !== told) host.emit("unread", (told = n));
  });
  session.onNews = (entries) => {
    const { people } = session.state.get().log;
    for (const e of entries) {
      const who = people.get(e.author ?? 0);
      if (e.kind === "message" && who && who.id !== me) {
        host.emit("message", { name: publicName(who), text: plainText(e.content ?? [], true) });
        const looking = ui.get().open && document.visibilityState === "visible";
        if (session.leading && ui.get().sound && !looking) void import("./view/talk").then((m) => m.ring());
      }
      const joined = e.kind === "joined" ? e.fact?.participant : undefined;
      if (joined?.kind === "agent") host.emit("agentJoined", { name: publicName(joined) });
      if (joined?.kind === "expert") host.emit("expertJoined", { name: publicName(joined) });
      if (e.kind === "closed") host.emit("ended", undefined);
    }
  };
}
