// The one typed map of all calls the desk makes, docs/api.md "Staff".
import type { Entry, FileRef, Node, Participant, Share, SharePreview, Summary } from "../../../shared/types";
import type { AccountCalls, Permission } from "./accounts";

export interface Settings {
  theme?: "system" | "light" | "dark";
  sound?: boolean; // absent: on
  notify?: boolean; // desktop notifications; absent: off
}

export interface TeamsLink {
  state: "off" | "disconnected" | "connected" | "needs_sign_in";
  account?: { id: string; name: string };
  name?: string;
  username?: string;
  since?: string;
  reason?: string;
  missing?: string[];
  choices?: { id: string; name: string }[]; // accounts to choose from, when there are several
  permissions?: Permission[];
}

export interface Me {
  id: string;
  login: string;
  name: string;
  nickname: string;
  locale: string;
  roles: string[];
  capacity: number;
  settings: Settings;
  teams: TeamsLink;
}

export interface Person {
  account: string;
  id: string;
  name: string;
  jobTitle?: string;
  department?: string;
  presence?: { availability: string; activity: string; outOfOffice?: boolean };
  lastChatAt?: string;
}

/** An agent or a service that can be brought into a chat. */
export interface Colleague {
  kind: "agent" | "service";
  id: string;
  name: string;
}

export interface Folder {
  id: string;
  state: "ok" | "empty" | "not_signed_in" | "needs_sign_in" | "stale" | "off";
  people: Person[];
  asOf?: string;
  reason?: string;
}

export interface Posted {
  seq: number;
  at: string;
}

/** What a line says: text as typed, or a tree. */
export type Body = { text: string } | { content: Node[] };

export interface Calls extends AccountCalls {
  "GET /session": { answer: Me };
  "POST /session": { body: { login: string; password: string }; answer: Me };
  "DELETE /session": { answer: void };
  "PATCH /me": { body: { name?: string; nickname?: string; locale?: string; settings?: Settings }; answer: Me };
  "GET /conversations/{id}": { query: { after?: number; before?: number; limit?: number }; answer: { conversation: Summary; entries: Entry[] } };
  "POST /conversations/{id}/accept": { answer: Summary };
  "POST /conversations/{id}/messages": { body: { id: string; audience: "everyone" | "backroom"; files?: string[] } & Partial<{ text: string; content: Node[] }>; answer: Posted };
  "POST /conversations/{id}/edits": { body: { id: string; ref: number } & Body; answer: Posted };
  "POST /conversations/{id}/deletions": { body: { id: string; ref: number }; answer: Posted };
  "POST /conversations/{id}/reactions": { body: { id: string; ref: number; emoji: string; withdrawn?: boolean }; answer: Posted };
  "POST /conversations/{id}/invitations": { body: { people: { account: string; id: string }[]; share?: Share }; answer: { invited: Participant[]; already: Participant[] } };
  "POST /conversations/{id}/participants/{n}/retry": { answer: void };
  "DELETE /conversations/{id}/participants/{n}": { answer: void };
  "POST /conversations/{id}/lane/retry": { answer: void };
  "POST /conversations/{id}/read": { body: { seq: number }; answer: void };
  "POST /conversations/{id}/focus": { answer: void };
  "POST /conversations/{id}/close": { body: Record<string, never>; answer: void };
  "GET /conversations/{id}/preview": { answer: SharePreview };
  "POST /conversations/{id}/publications": { body: { ref: number }; answer: Posted };
  "POST /conversations/{id}/participants/{n}/reminders": { answer: void };
  "POST /conversations/{id}/colleagues": { body: { agent?: string; service?: string; transfer?: boolean }; answer: Participant };
  "POST /conversations/{id}/decline": { answer: void };
  "GET /directory/colleagues": { answer: { colleagues: Colleague[] } };
  "GET /directory": { answer: { folders: Folder[] } };
  "GET /directory/search": { query: { q: string }; answer: { people: Person[]; state: string } };
  "GET /me/teams": { answer: TeamsLink };
  "POST /me/teams": { body: { account?: string }; answer: { url: string } };
  "DELETE /me/teams": { answer: void };
  "POST /tickets": { answer: { ticket: string } };
}

/** Where the bytes of files lie; the browser sends the session's cookie by itself. */
export const fileURL = (file: Pick<FileRef, "id">) => `/api/v1/files/${encodeURIComponent(file.id)}`;
export const transcriptURL = (id: string) => `/api/v1/conversations/${encodeURIComponent(id)}/transcript`;
