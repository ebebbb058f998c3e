// The frames of the staff's live connection, docs/api.md "Live connections".
import type { Entry, Place, Problem, Summary } from "../../../shared/types";
import type { Me } from "./calls";

export type Down =
  | { type: "lists"; mine: Summary[]; waiting: Summary[]; offers?: Summary[] }
  | { type: "summary"; conversation: Summary }
  | { type: "gone"; conversation: string }
  | { type: "entries"; conversation: string; entries: Entry[]; upTo?: number; anew?: boolean } // anew: what is here is not in the log any more
  | { type: "typing"; conversation: string; participant: number; on: boolean }
  | { type: "me"; me: Me }
  | { type: "teamsMessage"; chat?: string; name?: string; mine?: boolean } // without a chat: something may have been missed
  | { type: "ack"; id?: string; seq?: number; at?: string }
  | { type: "nack"; id?: string; problem: Partial<Problem> };

export type Up =
  | ({ type: "open"; conversation: string } & Place)
  | { type: "shut"; conversation: string }
  | { type: "read"; conversation: string; seq: number }
  | { type: "typing"; conversation: string; on: boolean };

export type Connection = "connecting" | "up" | "down";
