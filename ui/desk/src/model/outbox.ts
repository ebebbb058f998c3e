// What the agent has sent and the log does not show yet. The server takes the same client id only once, so that a line may be sent
// as often as it takes and stands in the log once.
import type { FileRef, Node } from "../../../shared/types";
import type { Line, Log } from "./log";

export interface Pending {
  id: string; // client id
  conversation: string;
  at: string; // ISO time, for the line while it waits
  audience: "everyone" | "backroom";
  content: Node[]; // what the line shows
  plain: boolean; // content has no marks: it goes out as text
  files: FileRef[];
  state: "sending" | "failed";
  code?: string; // why it failed
}

/** The key under which the entry of a pending line comes. */
export const keyOf = (me: number, id: string) => `c${me}:${id}`;

/** The lines as the agent should see them: the log with the pending lines at its end. */
export function overlay(log: Log, pending: readonly Pending[], me: number | undefined): readonly Line[] {
  const open = me === undefined ? [] : pending.filter((p) => !log.keys.has(keyOf(me, p.id)));
  if (!open.length) return log.lines;
  return [...log.lines, ...open.map((p) => line(p, me!))];
}

function line(p: Pending, me: number): Line {
  const files = p.files.map((file): Node => ({ t: "file", file }));
  return {
    key: keyOf(me, p.id), seq: 0, at: p.at, author: me, audience: p.audience, content: [...p.content, ...files], versions: [], reactions: [],
    state: p.state, ...(p.code ? { code: p.code } : {}),
  };
}

/** Without the lines that a conversation's log shows by now. */
export function settle(pending: readonly Pending[], log: Log, me: number | undefined, conversation: string): readonly Pending[] {
  const open = me === undefined ? pending : pending.filter((p) => p.conversation !== conversation || !log.keys.has(keyOf(me, p.id)));
  return open.length === pending.length ? pending : open;
}

/** The next line of a conversation to send: they go out one after the other; a failed one waits for the agent and holds nobody up. */
export const next = (pending: readonly Pending[], conversation: string) => pending.find((p) => p.conversation === conversation && p.state === "sending");
