import type { VisitorView } from "../../../shared/types";
import { emptyLog, type Log } from "./log";
import type { Act } from "./outbox";

/** What the views show. Replaced as a whole with every change, never changed in place. */
export interface State {
  phase: "form" | "resuming" | "chat"; // within chat the view's status says waiting, active or closed
  view?: VisitorView;
  log: Log;
  acts: readonly Act[]; // own acts that are on their way
  read: number; // seq up to which the customer has seen everything
  typing: readonly number[];
  online: boolean;
  kept: boolean; // false: the browser keeps nothing
}

export const nothing = (kept: boolean): State => ({ phase: "form", log: emptyLog, acts: [], read: 0, typing: [], online: true, kept });

/** One value and those who watch it. */
export class Store<S> {
  private readonly watchers = new Set<() => void>();
  constructor(private value: S) {}
  get(): S {
    return this.value;
  }
  set(patch: Partial<S>): void {
    this.value = { ...this.value, ...patch };
    for (const w of [...this.watchers]) w();
  }
  watch(fn: () => void): () => void {
    this.watchers.add(fn);
    return () => void this.watchers.delete(fn);
  }
}
