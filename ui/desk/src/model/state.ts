// What the desk knows, and how frames from the server change it. Pure functions; desk.ts decides when.
import type { Summary } from "../../../shared/types";
import type { Me } from "../lib/calls";
import type { Connection, Down } from "../lib/frames";
import { emptyLog, merge, type Log } from "./log";
import { settle, type Pending } from "./outbox";
import { myPart, offerTo } from "./people";

export interface State {
  session: "unknown" | "unreachable" | "out" | "over" | "in"; // over: it ended without the agent's doing
  me?: Me;
  connection: Connection;
  listed: boolean; // the lists have come
  summaries: Readonly<Record<string, Summary>>;
  mine: readonly string[];
  waiting: readonly string[];
  offers: readonly string[]; // running chats in which I am offered a place
  logs: Readonly<Record<string, Log>>;
  pages: Readonly<Record<string, "loading" | "failed" | "older" | "gone">>; // what is being fetched, or why it is not there
  pending: readonly Pending[];
  typing: Readonly<Record<string, readonly number[]>>;
  dividers: Readonly<Record<string, number>>; // where "new messages" begins, per conversation
  view?: string; // the conversation in view
  talked: readonly string[]; // own chats in Microsoft Teams in which somebody else wrote since the agent last looked at them
  photos: Readonly<Record<string, string>>; // version of the photo by agent
}

export const initial: State = {
  session: "unknown", connection: "connecting", listed: false, summaries: {}, mine: [], waiting: [], offers: [], logs: {}, pages: {}, pending: [], typing: {}, dividers: {}, talked: [], photos: {},
};

export const logOf = (s: State, id: string) => s.logs[id] ?? emptyLog;

/** All that one frame changes. */
export function receive(s: State, frame: Down): State {
  switch (frame.type) {
    case "lists":
      return lists(s, [...frame.mine, ...frame.waiting, ...(frame.offers ?? [])]);
    case "summary":
      return order({ ...back(s, [frame.conversation]), summaries: { ...s.summaries, [frame.conversation.id]: frame.conversation } });
    case "gone":
      return gone(s, frame.conversation);
    case "entries": {
      const { conversation: id, anew } = frame;
      const at = anew ? { ...s, dividers: { ...s.dividers, [id]: 0 } } : s; // the divider, too, stood in the log that is no more
      return entries(at, id, merge(anew ? emptyLog : logOf(s, id), frame.entries, frame.upTo));
    }
    case "typing":
      return typing(s, frame.conversation, frame.participant, frame.on);
    case "me":
      return { ...s, me: frame.me };
    case "teamsMessage":
      return frame.chat && !frame.mine && !s.talked.includes(frame.chat) ? { ...s, talked: [...s.talked, frame.chat] } : s;
  }
  return s;
}

/** The lists as a whole: what is in neither is gone, unless somebody looks at it. */
function lists(s: State, all: readonly Summary[]): State {
  const summaries: Record<string, Summary> = Object.fromEntries(all.map((c) => [c.id, c]));
  const kept = s.view && !summaries[s.view] ? s.summaries[s.view] : undefined;
  if (kept && kept.status !== "waiting") summaries[kept.id] = kept;
  return order({ ...back(s, all), listed: true, summaries });
}

/** Conversations that were gone and that one may see again are no longer gone: they are to be loaded anew. */
function back(s: State, seen: readonly Summary[]): State {
  const pages = Object.fromEntries(Object.entries(s.pages).filter(([id, page]) => page !== "gone" || !seen.some((c) => c.id === id)));
  return Object.keys(pages).length === Object.keys(s.pages).length ? s : { ...s, pages };
}

/** A conversation left both lists: it was closed, or somebody else took it. */
function gone(s: State, id: string): State {
  const { [id]: summary, ...others } = s.summaries;
  if (id === s.view && summary && summary.status === "closed") return s;
  const { [id]: _, ...logs } = s.logs;
  const pages = id === s.view ? { ...s.pages, [id]: "gone" as const } : s.pages;
  return order({ ...s, summaries: others, logs, pages });
}

/** A conversation is out of view: once it has ended nobody looks at it here any more, and the desk may be open for weeks. */
export function letGo(s: State, id: string | undefined): State {
  if (!id || s.summaries[id]?.status !== "closed") return s;
  const { [id]: _, ...summaries } = s.summaries;
  const { [id]: __, ...logs } = s.logs;
  return { ...s, summaries, logs };
}

/** Puts the lists in order: mine as I took them, the waiting ones by how long they wait. */
export function order(s: State): State {
  const all = Object.values(s.summaries);
  const mine = all.filter((c) => c.status === "active" && myPart(c)).sort(by((c) => myPart(c)!.joinedAt ?? c.openedAt));
  const waiting = all.filter((c) => c.status === "waiting").sort(by((c) => c.openedAt));
  const offers = all.filter((c) => offerTo(c, s.me?.id)).sort(by((c) => offerTo(c, s.me?.id)!.offer!.until));
  return { ...s, mine: ids(mine, s.mine), waiting: ids(waiting, s.waiting), offers: ids(offers, s.offers) };
}

const by = (at: (c: Summary) => string) => (a: Summary, b: Summary) => Date.parse(at(a)) - Date.parse(at(b)) || a.number - b.number;

/** The ids, as the same array when nothing changed: lists then need not be drawn anew. */
function ids(list: readonly Summary[], before: readonly string[]): readonly string[] {
  return list.length === before.length && list.every((c, i) => c.id === before[i]) ? before : list.map((c) => c.id);
}

/** A log after new entries: pending lines that it shows are settled, and whoever wrote no longer types. */
export function entries(s: State, id: string, log: Log): State {
  if (log === s.logs[id]) return s;
  const before = s.logs[id]?.lines.length ?? 0;
  const wrote = new Set(log.lines.slice(before).map((l) => l.author));
  const still = (s.typing[id] ?? []).filter((p) => !wrote.has(p));
  return {
    ...s,
    logs: { ...s.logs, [id]: log },
    pending: settle(s.pending, log, s.summaries[id]?.me, id),
    typing: still.length === (s.typing[id]?.length ?? 0) ? s.typing : { ...s.typing, [id]: still },
  };
}

export function typing(s: State, id: string, who: number, on: boolean): State {
  const now = s.typing[id] ?? [];
  if (now.includes(who) === on) return s;
  return { ...s, typing: { ...s.typing, [id]: on ? [...now, who] : now.filter((p) => p !== who) } };
}

/** Unread lines in all of the agent's conversations. */
export const unread = (s: State) => s.mine.reduce((n, id) => n + (s.summaries[id]?.unread ?? 0), 0);

/** How far the agent has read a conversation, by the server's knowledge. */
export const readTo = (c: Summary) => c.cursors.find((x) => x.participant === c.me)?.read ?? 0;
