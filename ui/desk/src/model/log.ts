// The desk's copy of a conversation: entries in, lines to show out. Pure: the same entries give the same lines, in whatever
// portions and however often they come, older pages included.
import type { Audience, Entry, Node, Place } from "../../../shared/types";

export interface Reaction {
  emoji: string;
  by: number[];
}

/** What a line said before it was edited, and when it was replaced. */
export interface Version {
  until: string;
  content: Node[];
}

/** What stands in the log view: a message with everything that happened to it, or a fact. */
export interface Line {
  key: string; // stable from the moment the agent presses Send: the entry's key, or the seq
  seq: number; // 0: not stored yet
  at: string;
  author: number;
  audience: Audience;
  via?: string;
  fact?: Entry;
  content: Node[];
  versions: readonly Version[]; // earlier ones, oldest first
  deleted?: boolean;
  reactions: readonly Reaction[];
  published?: number; // an expert's private line: as which line the customer reads it
  changed?: boolean; // it was edited since
  publishedBy?: number; // a published line: the agent who did so
  of?: number; // and the private line that it is
  state?: "sending" | "failed"; // own lines on their way
  code?: string; // why it failed
}

export interface Log {
  entries: readonly Entry[]; // all that have come, by seq
  lines: readonly Line[];
  keys: ReadonlySet<string>; // keys of the entries
  last: number; // everything up to here has come
}

export const emptyLog: Log = { entries: [], lines: [], keys: new Set(), last: 0 };

/** Whether there is more above the first line: the log begins with the entry "opened", seq 1. */
export const hasOlder = (log: Log) => (log.entries[0]?.seq ?? 1) > 1;

/** How far the log has come. */
export function placeOf(log: Log): Place {
  const newest = log.entries.at(-1);
  return newest ? { after: newest.seq, at: newest.at } : { after: 0 };
}

/** Adds entries; those that are there already change nothing. upTo: the log position that the entries reach. */
export function merge(log: Log, entries: readonly Entry[], upTo = 0): Log {
  const newest = log.entries.at(-1)?.seq ?? 0;
  const last = Math.max(log.last, upTo, entries.at(-1)?.seq ?? 0);
  const known = new Set(log.entries.map((e) => e.seq));
  const fresh = [...new Map(entries.filter((e) => !known.has(e.seq)).map((e) => [e.seq, e])).values()].sort((a, b) => a.seq - b.seq);
  if (!fresh.length) return last > log.last ? { ...log, last } : log;
  if (fresh[0]!.seq > newest) {
    const lines = [...log.lines];
    const keys = new Set(log.keys);
    for (const e of fresh) apply(lines, keys, e);
    return { entries: [...log.entries, ...fresh], lines, keys, last };
  }
  const all = [...log.entries, ...fresh].sort((a, b) => a.seq - b.seq);
  const lines: Line[] = [];
  const keys = new Set<string>();
  for (const e of all) apply(lines, keys, e);
  return { entries: all, lines, keys, last };
}

function apply(lines: Line[], keys: Set<string>, e: Entry): void {
  if (e.key) keys.add(e.key);
  switch (e.kind) {
    case "edit":
      publishing(lines, e.ref, (l) => ({ ...l, changed: false }));
      return change(lines, e.ref, (l) => (l.deleted && e.via !== "teams" ? l : { ...l, deleted: undefined, content: e.content ?? [], versions: [...l.versions, { until: e.at, content: l.content }], ...(l.published ? { changed: true } : {}) }));
    case "delete":
      publishing(lines, e.ref, ({ published: _, ...l }) => l);
      return change(lines, e.ref, (l) => ({ ...l, content: [], versions: [...l.versions, { until: e.at, content: l.content }], reactions: [], deleted: true }));
    case "reaction":
      return change(lines, e.ref, (l) => (l.deleted ? l : { ...l, reactions: react(l.reactions, e.emoji ?? "", e.author ?? 0, e.withdrawn) }));
    default: {
      if (e.kind === "message" && e.ref) change(lines, e.ref, (l) => ({ ...l, published: e.seq, changed: false }));
      const base = { key: e.key ?? `s${e.seq}`, seq: e.seq, at: e.at, author: e.author ?? 0, audience: e.audience, versions: [], reactions: [] };
      lines.push(e.kind === "message" ? { ...base, ...(e.via ? { via: e.via } : {}), ...(e.ref ? { publishedBy: e.fact?.subject ?? 0, of: e.ref } : {}), content: e.content ?? [] } : { ...base, content: [], fact: e });
    }
  }
}

function change(lines: Line[], seq: number | undefined, how: (l: Line) => Line): void {
  const at = indexOf(lines, seq ?? 0);
  if (at >= 0) lines[at] = how(lines[at]!);
}

/** Changes the private line behind a published one. */
function publishing(lines: Line[], seq: number | undefined, how: (l: Line) => Line): void {
  const at = indexOf(lines, seq ?? 0);
  if (at >= 0 && lines[at]!.of) change(lines, lines[at]!.of, how);
}

/** Where the line with that seq stands, or -1. */
export function indexOf(lines: readonly Line[], seq: number): number {
  let [low, high] = [0, lines.length - 1];
  while (low <= high) {
    const mid = (low + high) >> 1;
    const at = lines[mid]!.seq;
    if (at === seq) return mid;
    if (at < seq) low = mid + 1;
    else high = mid - 1;
  }
  return -1;
}

/** Reactions after somebody put an emoji or took it back. */
export function react(reactions: readonly Reaction[], emoji: string, who: number, withdrawn = false): readonly Reaction[] {
  const known = reactions.find((r) => r.emoji === emoji);
  const others = known?.by.filter((p) => p !== who) ?? [];
  const by = withdrawn ? others : [...others, who];
  if (!known) return by.length ? [...reactions, { emoji, by }] : reactions;
  return reactions.map((r) => (r === known ? { emoji, by } : r)).filter((r) => r.by.length);
}
