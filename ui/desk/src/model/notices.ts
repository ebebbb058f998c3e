// What rings: somebody new who waits, and a line in one of my conversations that nobody is looking at.
import type { Summary } from "../../../shared/types";
import { participant, silentExperts } from "./people";
import { receive, type State } from "./state";
import type { Down } from "../lib/frames";

export type Notice = { type: "waiting" | "offer"; conversation: Summary } | { type: "silent"; conversation: Summary; name: string } | { type: "message"; conversation: Summary; author: number; text: string };

/** What a frame gives to ring for. watched: conversations that are in view in some tab. */
export function notices(before: State, frame: Down, watched: ReadonlySet<string>): Notice[] {
  if (!before.listed || (frame.type !== "lists" && frame.type !== "summary")) return [];
  const after = receive(before, frame);
  const fresh = after.waiting.filter((id) => !before.waiting.includes(id)).map((id): Notice => ({ type: "waiting", conversation: after.summaries[id]! }));
  const offers = after.offers.filter((id) => !before.offers.includes(id)).map((id): Notice => ({ type: "offer", conversation: after.summaries[id]! }));
  const silent = after.mine.flatMap((id): Notice[] => {
    const told = new Set(silentExperts(before.summaries[id] ?? after.summaries[id]!).map((p) => `${p.id} ${p.silentAt}`));
    return silentExperts(after.summaries[id]!).flatMap((p) => (told.has(`${p.id} ${p.silentAt}`) ? [] : [{ type: "silent", conversation: after.summaries[id]!, name: p.name }]));
  });
  const lines = after.mine.flatMap((id): Notice[] => {
    const [was, is] = [before.summaries[id], after.summaries[id]!];
    const m = is.lastMessage;
    if (!was || !m || m.seq <= (was.lastMessage?.seq ?? 0) || m.author === is.me || watched.has(id)) return [];
    return [{ type: "message", conversation: is, author: m.author, text: m.text }];
  });
  return [...fresh, ...offers, ...silent, ...lines];
}

export const authorName = (n: Notice & { type: "message" }) => participant(n.conversation, n.author)?.name ?? n.conversation.visitor.name;
