import { ring } from "../lib/sound";
import type { Desk } from "../model/desk";
import { authorName, type Notice } from "../model/notices";
import { loadTexts, pickLocale } from "../texts/texts";
import { conversationHref, go } from "./route";

/** Rings and shows a notice on the screen, as the agent's settings say. */
export async function alarm(n: Notice, desk: Desk): Promise<void> {
  const me = desk.store.getState().me;
  if (me?.settings.sound !== false) ring();
  if (!me?.settings.notify || !("Notification" in globalThis) || Notification.permission !== "granted") return;
  const t = await loadTexts(pickLocale([document.documentElement.lang]));
  const c = n.conversation;
  const title = n.type === "waiting" ? t("note.waiting", { name: c.visitor.name }) : t("note.message", { name: authorName(n), number: c.number });
  const note = new Notification(title, { body: n.type === "waiting" ? (c.lastMessage?.text ?? c.service.name) : n.text, tag: `${n.type}-${c.id}`, silent: true });
  note.onclick = () => {
    window.focus();
    go(conversationHref(c.id));
    note.close();
  };
}
