// The one typed map of all calls the desk makes, docs/api.md "Staff".
import type { Channels, Entry, FileRef, Folder, Node, Participant, Person, Share, SharePreview, Suggestion, Summary, TeamsLine, TeamsLines } from "../../../shared/types";
import type { AccountCalls, Permission } from "./accounts";

export interface Settings {
  theme?: "system" | "light" | "dark";
  sound?: boolean; // absent: on
  notify?: boolean; // desktop notifications; absent: off
  repeat?: boolean; // ring again while somebody waits; absent: off
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
  optional?: string[]; // what channels need and was not granted
}

/** A running conference that an agent's sign-in carries. */
export interface Carried {
  id?: string;
  number: number;
  service: string;
  customer?: string;
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
  photo?: string; // version
  teams: TeamsLink;
}

/** An agent or a service that can be brought into a chat. */
export interface Colleague {
  kind: "agent" | "service";
  id: string;
  name: string;
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
  "GET /directory": { answer: { folders: Folder[] } };
  "GET /directory/search": { query: { q: string }; answer: { people: Person[]; state: string } };
  "GET /directory/folders/{folder}": { query: { offset: number; limit?: number }; answer: Folder };
  "POST /directory/presence": { body: { people: { account: string; id: string }[] }; answer: { people: Pick<Person, "account" | "id" | "presence" | "atDesk">[] } };
  "POST /directory/favourites": { body: { account: string; id: string; on: boolean }; answer: void };
  "GET /conversations/{id}/suggestions": { answer: { people: Suggestion[] } };
  "POST /teams-chats": { body: { account: string; id: string }; answer: { chat: string; person: Person; webUrl?: string } };
  "GET /teams-chats/{chat}/messages": { query: { before?: string }; answer: TeamsLines };
  "POST /teams-chats/{chat}/messages": { body: { id: string } & Partial<{ text: string; content: Node[] }>; answer: TeamsLine };
  "POST /teams-chats/{chat}/read": { answer: void };
  "GET /teams-channels": { answer: Channels };
  "GET /teams-channels/{team}/{channel}/messages": { answer: TeamsLines };
  "POST /teams-channels/{team}/{channel}/messages": { body: { id: string } & Partial<{ text: string; content: Node[] }>; answer: TeamsLine };
  "GET /me/teams/conferences": { answer: { conferences: Carried[] } };
  "DELETE /me/photo": { answer: void };
  "GET /photos": { answer: { photos: Record<string, string> } };
  "GET /me/teams": { answer: TeamsLink };
  "POST /me/teams": { body: { account?: string; channels?: boolean }; answer: { url: string } };
  "DELETE /me/teams": { answer: void };
  "POST /tickets": { answer: { ticket: string } };
}

/** Where the bytes of files lie; the browser sends the session's cookie by itself. */
export const fileURL = (file: Pick<FileRef, "id" | "url">) => file.url ?? `/api/v1/files/${encodeURIComponent(file.id)}`;
export const transcriptURL = (id: string) => `/api/v1/conversations/${encodeURIComponent(id)}/transcript`;
export const photoURL = (agent: string, version: string) => `/api/v1/photos/${encodeURIComponent(agent)}?v=${version}`;
/** Where the files of a message of an agent's own chat, or of a channel, lie. */
export const talkFileURL = (at: string, message: string, n: string) => `/api/v1${at}/messages/${encodeURIComponent(message)}/files/${encodeURIComponent(n)}`;
