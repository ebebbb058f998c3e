// The widget's copy of the conversation: entries in, lines to show out. Pure: the same entries give the same lines, in whatever
// portions and however often they come.
import type { Entry, FileRef, Node, Participant, Place } from "../../../shared/types";

export interface Reaction {
  emoji: string;
  by: number[];
}

/** What stands in the log view: a message with everything that happened to it, or a fact. */
export interface Line {
  key: string; // stable from the moment the customer presses Send: the client id of own lines
  seq: number; // 0: not stored yet
  at: string;
  author: number;
  fact?: Entry;
  content: Node[];
  edited?: boolean;
  deleted?: boolean;
  reactions: Reaction[];
  state?: "sending" | "failed"; // own lines on their way
  reason?: string; // code of the refusal
}

export interface Log {
  last: number; // the highest seq seen
  place: Place; // of the last entry
  lines: readonly Line[];
  people: ReadonlyMap<number, Participant>;
  own: ReadonlySet<string>; // client ids of own acts that are stored
}

export const emptyLog: Log = { last: 0, place: { after: 0 }, lines: [], people: new Map(), own: new Set() };

/** The customer's number in every conversation. */
export const me = 1;

/** Adds entries in seq order; those that are there already change nothing. */
export function merge(log: Log, entries: readonly Entry[], upTo = 0): Log {
  const fresh = entries.filter((e) => e.seq > log.last).sort((a, b) => a.seq - b.seq);
  if (!fresh.length) return upTo > log.last ? { ...log, last: upTo } : log;
  const lines = [...log.lines];
  const people = new Map(log.people);
  const own = new Set(log.own);
  let last = log.last;
  for (const e of fresh) {
    if (e.seq === last) continue;
    last = e.seq;
    const id = clientId(e);
    if (id) own.add(id);
    apply(lines, people, e, id);
  }
  const newest = fresh.at(-1)!;
  return { last: Math.max(last, upTo), place: { after: newest.seq, at: newest.at }, lines, people, own };
}

/** The client id under which the customer sent the entry. */
export function clientId(e: Entry): string | undefined {
  return e.key?.startsWith(`c${me}:`) ? e.key.slice(3) : undefined;
}

function apply(lines: Line[], people: Map<number, Participant>, e: Entry, id: string | undefined): void {
  switch (e.kind) {
    case "message":
      lines.push({ key: id ?? `s${e.seq}`, seq: e.seq, at: e.at, author: e.author ?? 0, content: e.content ?? [], reactions: [] });
      return;
    case "edit":
      return change(lines, e.ref, (l) => (l.deleted && people.get(l.author)?.kind !== "expert" ? l : { ...l, deleted: undefined, content: e.content ?? [], edited: true }) /* only in Teams can a line be brought back */);
    case "delete":
      return change(lines, e.ref, (l) => ({ ...l, content: [], reactions: [], deleted: true }));
    case "reaction":
      return change(lines, e.ref, (l) => (l.deleted ? l : { ...l, reactions: react(l.reactions, e) }));
    default:
      remember(people, e);
      lines.push({ key: `s${e.seq}`, seq: e.seq, at: e.at, author: e.author ?? 0, fact: e, content: [], reactions: [] });
  }
}

function remember(people: Map<number, Participant>, e: Entry): void {
  const joined = e.fact?.participant;
  if (joined) people.set(joined.id, joined);
  const gone = e.kind === "left" ? people.get(e.fact?.subject ?? 0) : undefined;
  if (gone) people.set(gone.id, { ...gone, state: "left" });
}

function change(lines: Line[], seq: number | undefined, how: (l: Line) => Line): void {
  const at = lines.findLastIndex((l) => l.seq === seq);
  if (at >= 0) lines[at] = how(lines[at]!);
}

function react(reactions: Reaction[], e: Entry): Reaction[] {
  const emoji = e.emoji ?? "";
  const who = e.author ?? 0;
  const others = reactions.find((r) => r.emoji === emoji)?.by.filter((p) => p !== who) ?? [];
  const by = e.withdrawn ? others : [...others, who];
  if (!reactions.some((r) => r.emoji === emoji)) return by.length ? [...reactions, { emoji, by }] : reactions;
  return reactions.map((r) => (r.emoji === emoji ? { emoji, by } : r)).filter((r) => r.by.length);
}

/** Messages of others after that seq which are still to be read. */
export const unread = (log: Log, read: number) => log.lines.filter((l) => l.seq > read && !l.fact && !l.deleted && l.author !== me).length;

/** Typed text as content, until the server's own tree of it arrives. */
export function fromText(text: string, files: readonly FileRef[] = []): Node[] {
  const kids: Node[] = text.split("\n").flatMap((t, i) => [...(i ? [{ t: "br" } as Node] : []), ...(t ? [{ t: "text", text: t } as Node] : [])]);
  return [...(text ? [{ t: "p", kids } as Node] : []), ...files.map((file) => ({ t: "file", file }) as Node)];
}

/** The words of the content, for editing and for those who listen to the API; files only by name. */
export function plainText(nodes: readonly Node[], files = false): string {
  const blocks = nodes.map((n) => {
    if (n.t === "br") return "\n";
    if (n.t === "file") return files && n.file ? `[${n.file.name}]` : "";
    const inside = plainText(n.kids ?? [], files);
    return (n.text ?? "") + inside;
  });
  const block = nodes.some((n) => n.t === "p" || n.t === "item" || n.t === "quote" || n.t === "list" || n.t === "code" || n.t === "file");
  return block ? blocks.filter(Boolean).join("\n") : blocks.join("");
}
