// The rows of the log view: lines, with a heading for every day and a mark where the new messages begin.
import { sameDay } from "./time";
import type { Line } from "./log";

export type Row =
  | { type: "day"; key: string; at: string }
  | { type: "new"; key: string }
  | { type: "line"; key: string; line: Line; first: boolean; last: boolean };

const pause = 5 * 60_000; // ms after which the same speaker is named again

/** divider: the seq that was read when the agent came; 0 or undefined: no mark. */
export function rows(lines: readonly Line[], me: number | undefined, divider?: number): Row[] {
  const out: Row[] = [];
  let marked = !divider;
  lines.forEach((line, i) => {
    const before = lines[i - 1];
    if (!before || !sameDay(before.at, line.at)) out.push({ type: "day", key: `d${line.key}`, at: line.at });
    if (!marked && !line.fact && line.author !== me && line.seq > divider!) {
      marked = true;
      out.push({ type: "new", key: "new" });
    }
    const above = out.at(-1);
    const follows = above?.type === "line" && continues(above.line, line);
    if (follows) above.last = false;
    out.push({ type: "line", key: line.key, line, first: !follows, last: true });
  });
  return out;
}

/** Whether b goes on where a stopped: same speaker, same readers, same place, no long pause. */
function continues(a: Line, b: Line): boolean {
  if (a.fact || b.fact || a.of || b.of || a.author !== b.author || a.audience !== b.audience || a.via !== b.via) return false;
  return sameDay(a.at, b.at) && Date.parse(b.at) - Date.parse(a.at) < pause;
}
