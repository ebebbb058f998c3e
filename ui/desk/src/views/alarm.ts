import { ring } from "../lib/sound";
import type { Desk } from "../model/desk";
import { authorName, type Notice } from "../model/notices";
import { loadTexts, pickLocale, type Texts } from "../texts/texts";
import { conversationHref, go } from "./route";

/** Rings and shows a notice on the screen, as the agent's settings say. */
export async function alarm(n: Notice, desk: Desk): Promise<void> {
  const me = desk.store.getState().me;
  if (me?.settings.sound !== false) ring();
  if (!me?.settings.notify || !("Notification" in globalThis) || Notification.permission !== "granted") return;
  const t = await loadTexts(pickLocale([document.documentElement.lang]));
  const c = n.conversation;
  const note = new Notification(title(n, t), { body: n.type === "message" ? n.text : (c.lastMessage?.text || c.service.name), tag: `${n.type}-${c.id}`, silent: true });
  note.onclick = () => {
    window.focus();
    go(conversationHref(c.id));
    note.close();
  };
}

function title(n: Notice, t: Texts): string {
  const { visitor, number } = n.conversation;
  switch (n.type) {
    case "waiting": return t("note.waiting", { name: visitor.name });
    case "offer": return t("note.offer", { name: visitor.name });
    case "silent": return t("note.silent", { name: n.name, number });
    case "message": return t("note.message", { name: authorName(n), number });
  }
}
