// What the customer has sent and the log does not show yet. One storage key per act, so that two tabs never overwrite each other;
// the server takes the same client id only once, so that whoever sends it, and however often, it stands in the log once.
import type { FileRef } from "../../../shared/types";
import type { Keep } from "../lib/storage";
import { fromText, me, type Line, type Log } from "./log";

export interface Act {
  id: string; // client id
  kind: "post" | "edit" | "delete";
  at: string; // ISO time, for the line while it waits
  order: number; // acts go out in this order
  ref?: number;
  text?: string;
  files?: FileRef[];
  reason?: string; // refused for good, with this code
}

export class Outbox {
  /** acknowledged: durable on the server, only the entry itself has not come yet */
  private readonly acked = new Set<string>();

  constructor(private readonly store: Keep, private readonly prefix: string) {}

  get acts(): Act[] {
    const all = this.store.keys(this.prefix).flatMap((key) => {
      const kept = this.store.get(key);
      try {
        return kept ? [JSON.parse(kept) as Act] : [];
      } catch {
        this.store.remove(key); // not ours, or cut off: nobody can send it
        return [];
      }
    });
    return all.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  }

  /** Puts an act at the end. now: milliseconds since 1970. */
  add(act: Omit<Act, "order" | "at">, now: number): Act {
    if (act.ref) for (const a of this.acts) if (a.reason && a.ref === act.ref) this.drop(a.id); // this change takes the place of one that was refused
    const order = Math.max(now, (this.acts.at(-1)?.order ?? 0) + 1);
    const full = { ...act, order, at: new Date(now).toISOString() };
    this.put(full);
    return full;
  }

  /** The next act to send, or undefined. Refused ones wait for the customer and hold nobody up. */
  next(): Act | undefined {
    return this.acts.find((a) => !a.reason && !this.acked.has(a.id));
  }

  done(id: string): void {
    this.acked.add(id);
  }

  refuse(act: Act, code: string): void {
    this.put({ ...act, reason: code });
  }

  retry(id: string): void {
    const act = this.acts.find((a) => a.id === id);
    if (act) this.put({ ...act, reason: undefined });
  }

  drop(id: string): void {
    this.acked.delete(id);
    this.store.remove(this.prefix + id);
  }

  /** Drops what the log shows. */
  settle(own: ReadonlySet<string>): void {
    for (const a of this.acts) if (own.has(a.id)) this.drop(a.id);
  }

  private put(act: Act): void {
    this.store.set(this.prefix + act.id, JSON.stringify(act));
  }
}

/** The lines as the customer should see them: the log with the customer's own pending acts on top. */
export function overlay(log: Log, acts: readonly Act[]): readonly Line[] {
  const pending = acts.filter((a) => !log.own.has(a.id));
  if (!pending.length) return log.lines;
  const lines = log.lines.map((line) => pending.filter((a) => a.ref && a.ref === line.seq).reduce(changed, line));
  for (const a of pending) {
    if (a.kind !== "post") continue;
    lines.push({ key: a.id, seq: 0, at: a.at, author: me, content: fromText(a.text ?? "", a.files), reactions: [], ...way(a) });
  }
  return lines;
}

const way = (a: Act) => ({ state: a.reason ? ("failed" as const) : ("sending" as const), reason: a.reason });

function changed(line: Line, a: Act): Line {
  if (a.reason) return { ...line, reason: a.reason };
  if (a.kind === "delete") return { ...line, content: [], reactions: [], deleted: true };
  const files = line.content.flatMap((n) => (n.t === "file" && n.file ? [n.file] : []));
  return { ...line, content: fromText(a.text ?? "", files), edited: true, state: "sending" };
}
