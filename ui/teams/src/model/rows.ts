// A thread as rows: days, system events, messages; and which message goes on from the one above.

import type { Message } from "../graph/shapes";
import { isSystem } from "../words/titles";

export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "event"; key: string; message: Message }
  | { kind: "message"; key: string; message: Message; follows: boolean };

const together = 5 * 60_000; // milliseconds; later messages get their own heading

export function rowsOf(messages: readonly Message[], dayKey: (iso: string) => string): Row[] {
  const rows: Row[] = [];
  let day = "";
  let above: Message | undefined;
  for (const message of messages) {
    const key = dayKey(message.createdDateTime);
    if (key !== day) {
      rows.push({ kind: "day", key: `day ${key}`, at: message.createdDateTime });
      day = key;
      above = undefined;
    }
    if (isEvent(message)) {
      rows.push({ kind: "event", key: message.id, message });
      above = undefined;
      continue;
    }
    rows.push({ kind: "message", key: message.id, message, follows: goesOn(above, message) });
    above = message;
  }
  return rows;
}

function isEvent(message: Message): boolean {
  return isSystem(message.messageType) || (message.eventDetail !== null && message.eventDetail !== undefined);
}

function goesOn(above: Message | undefined, message: Message): boolean {
  if (!above || above.deletedDateTime || message.deletedDateTime) return false;
  const author = message.from?.user?.id ?? message.from?.application?.id;
  const aboveAuthor = above.from?.user?.id ?? above.from?.application?.id;
  return author !== undefined && author === aboveAuthor
    && Date.parse(message.createdDateTime) - Date.parse(above.createdDateTime) < together;
}
