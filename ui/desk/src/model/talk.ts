// An agent's own chat in Microsoft Teams, or a channel: its lines, and those on their way.
import type { FileRef, Node, TeamsLine } from "../../../shared/types";
import { talkFileURL } from "../lib/calls";

/** A line that has not arrived yet. */
export interface Sending {
  id: string; // client id; sending it again posts nothing new
  at: string;
  content: Node[];
  plain: boolean;
  code?: string; // why it failed
}

/** Where a talk is: below /api/v1. */
export const talkAt = (place: { chat: string } | { team: string; channel: string }) =>
  "chat" in place ? `/teams-chats/${encodeURIComponent(place.chat)}` : `/teams-channels/${encodeURIComponent(place.team)}/${encodeURIComponent(place.channel)}`;

/** The lines after a page came in: what is known is replaced, what is new takes its place by time. Channels come as whole threads, which keep their order. */
export function mergeLines(known: readonly TeamsLine[], page: readonly TeamsLine[], threads: boolean): readonly TeamsLine[] {
  if (threads) return page;
  const fresh = new Map(page.map((l) => [l.id, l]));
  const kept = known.filter((l) => !fresh.has(l.id) && !vanished(l, page));
  return [...kept, ...page].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1));
}

/** A line that should stand among those of a page and does not: it is gone for good. */
const vanished = (l: TeamsLine, page: readonly TeamsLine[]) => page.length > 0 && Date.parse(l.at) > Date.parse(page[0]!.at) && Date.parse(l.at) < Date.parse(page.at(-1)!.at);

/** The content with the address of each file in it. */
export function withFiles(nodes: readonly Node[], at: string, message: string): Node[] {
  return nodes.map((n) => ({
    ...n,
    ...(n.file ? { file: { ...n.file, url: talkFileURL(at, message, n.file.id) } as FileRef } : {}),
    ...(n.kids ? { kids: withFiles(n.kids, at, message) } : {}),
  }));
}
