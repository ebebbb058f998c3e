// What the agent chooses in the share preview, and what that means line by line. Pure.
import type { Share, SharePreview } from "../../../shared/types";
import { filesOf } from "./content";

export type PreviewLine = SharePreview["lines"][number];

export interface Choice {
  from: number; // lines before it are left out; 0: none is
  hide: ReadonlySet<number>;
  hideFiles: ReadonlySet<string>;
  lifted: ReadonlyMap<number, string>; // line and reason
}

export const everything: Choice = { from: 0, hide: new Set(), hideFiles: new Set(), lifted: new Map() };

/** The lines that can still be chosen. */
export const choosable = (p: SharePreview) => p.lines.filter((l) => !l.fixed);

/** Whether the expert gets a line. */
export const isShared = (l: PreviewLine, c: Choice) => (l.fixed ? !l.hidden : l.entry.seq >= c.from && !c.hide.has(l.entry.seq));

/** The same choice with another set or map member: there or not. */
export function toggled<A>(set: ReadonlySet<A>, member: A): ReadonlySet<A> {
  const next = new Set(set);
  if (!next.delete(member)) next.add(member);
  return next;
}

/** Only the last n messages, with the facts that stand among them. */
export function last(p: SharePreview, n: number, c: Choice): Choice {
  const messages = choosable(p).filter((l) => l.entry.kind === "message");
  if (n >= messages.length) return { ...c, from: 0 };
  const first = messages[messages.length - n];
  return { ...c, from: first ? first.entry.seq : Number.MAX_SAFE_INTEGER };
}

/** How many messages and files the expert gets, of how many. */
export function counts(p: SharePreview, c: Choice): { lines: number; of: number; files: number } {
  const messages = p.lines.filter((l) => l.entry.kind === "message");
  const shared = messages.filter((l) => isShared(l, c));
  const files = shared.reduce((n, l) => n + filesOf(l.entry.content ?? []).filter((f) => l.fixed || !c.hideFiles.has(f.id)).length, 0);
  return { lines: shared.length, of: messages.length, files };
}

/** The choice as the invitation carries it. */
export function toShare(p: SharePreview, c: Choice): Share {
  const last = p.lines.at(-1)?.entry.seq ?? 0;
  const lifted = [...c.lifted].map(([seq, reason]) => ({ seq, reason }));
  return { ...(c.from ? { from: Math.min(c.from, last + 1) } : {}), ...(c.hide.size ? { hide: [...c.hide] } : {}), ...(c.hideFiles.size ? { hideFiles: [...c.hideFiles] } : {}), ...(lifted.length ? { lifted } : {}) };
}
