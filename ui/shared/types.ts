// The nouns of Trialog's API as desk and widget read them. They mirror internal/chat and internal/web; docs/api.md explains them.

export type Kind = "customer" | "agent" | "expert" | "supervisor";
export type Audience = "everyone" | "staff" | "backroom";
export type Status = "waiting" | "active" | "closed";
export type State = "inviting" | "invited" | "joined" | "answered" | "failed" | "left" | "removed";

export interface Participant {
  id: number;
  kind: Kind;
  name: string; // what the reader may see: customers get the public name
  publicName: string;
  agent?: string;
  person?: { account: string; id: string };
  nickname?: string; // what experts and colleagues read for an agent, if set
  invitedBy?: number;
  offer?: Offer; // what a colleague, or a service's agents, may accept while state is "invited"
  state: State;
  reason?: string; // stable code of a failed invitation
  detail?: string;
  joinedAt?: string;
  leftAt?: string;
  invitedAt?: string; // since when an expert could have answered
  remindedAt?: string;
  silentAt?: string; // when staff were told that no answer has come
  answeredAt?: string;
}

/** A place in a running chat that agents may accept. */
export interface Offer {
  agents: string[];
  service?: string; // the offer is to a service
  until: string;
  transfer?: boolean; // whoever offered it leaves when it is accepted
}

export type Mark = "bold" | "italic" | "underline" | "strike" | "code";

export type NodeType =
  | "p" | "quote" | "code" | "list" | "item" | "table" | "row" | "cell" | "file" | "placeholder"
  | "text" | "br" | "link" | "mention" | "emoji";

export interface FileRef {
  id: string;
  name: string;
  size: number; // bytes
  type: string; // media type found by looking at the bytes
  width?: number; // pixels, pictures only
  height?: number;
  url?: string; // set by the desk where the bytes lie elsewhere than among the conversation's files
}

export interface Node {
  t: NodeType;
  text?: string;
  marks?: Mark[];
  href?: string;
  lang?: string;
  ordered?: boolean;
  start?: number; // of an ordered list, when not 1
  what?: string;
  ref?: number;
  file?: FileRef;
  kids?: Node[];
}

export type EntryKind =
  | "message" | "edit" | "delete" | "reaction" // people's acts
  | "opened" | "joined" | "left" | "invitation" | "closed" | "notice"; // facts, worded at the reader

export interface Fact {
  participant?: Participant;
  subject?: number;
  state?: State;
  reason?: string;
  detail?: string;
  service?: string;
  page?: { url?: string; title?: string };
  share?: Share;
  agent?: string; // who declined an offer to several
}

/** What of customers' data experts do not get to read. */
export interface Masks {
  cards: boolean;
  ibans: boolean;
  emails: boolean;
  phones: boolean;
}
export type MaskKind = "card" | "iban" | "email" | "phone";

/** What of the log an expert gets, as chosen before inviting. */
export interface Share {
  from?: number;
  hide?: number[];
  hideFiles?: string[];
  lifted?: { seq: number; reason: string }[];
  masks?: Masks; // of the history; the server's
  live?: Masks; // of lines written after the invitation; the server's
}

/** What an expert would get who is invited now. */
export interface SharePreview {
  from: number; // the first line that can be chosen; 0: none, because whoever comes now sees the thread that is there
  live: Masks;
  lines: { entry: Entry; masked: MaskKind[]; fixed: boolean; hidden: boolean }[];
}

export interface Entry {
  seq: number;
  at: string;
  author?: number;
  audience: Audience;
  kind: EntryKind;
  key?: string; // "c<participant>:<client id>" on lines that were sent with a client id
  via?: string; // "teams": written inside the thread
  ref?: number; // on a message: the private line that was published as this one, by participant fact.subject
  content?: Node[];
  emoji?: string;
  withdrawn?: boolean;
  fact?: Fact;
}

/** How far the readers are. delivered: on the reader's screen or device; read: seen. */
/** How far a log has come: the last entry's seq, and its moment, by which the server knows it again. */
export interface Place {
  after: number;
  at?: string;
}

export interface Cursor {
  participant: number;
  delivered: number;
  read: number;
}

/** The relay into the Teams chat of a conference. Entries up to cursor are in Teams; from..to are being posted. */
export interface Lane {
  state: "idle" | "sending" | "waiting" | "verifying" | "blocked" | "paused" | "ended";
  cursor: number;
  from?: number;
  to?: number;
  reason?: string; // stable code when blocked, paused or waiting
  detail?: string;
  since?: string;
  webUrl?: string; // the thread in Microsoft Teams
}

/** A conversation as staff see it in lists. */
export interface Summary {
  id: string;
  number: number;
  service: { id: string; name: string };
  status: Status;
  openedAt: string;
  closedAt?: string;
  visitor: { name: string; email?: string; locale: string; page: { url?: string; title?: string }; attributes?: Record<string, string>; verified?: boolean };
  participants: Participant[];
  last: number;
  lastMessage?: { seq: number; author: number; audience: Audience; at: string; text: string; deleted?: boolean };
  customerWaits?: string; // since when the customer waits for an answer
  customerAway?: boolean; // no widget of the customer is connected
  me?: number; // the caller's participant number, when the caller takes part
  unread: number;
  cursors: Cursor[];
  lane?: Lane;
  answerSeconds?: number; // how long an expert's answer is waited for
}

/** A conversation as the customer sees it. */
export interface VisitorView {
  id: string;
  number: number;
  service: string;
  status: Status;
  openedAt: string;
  participants: Participant[]; // public names only; the customer is number 1
  last: number;
  position?: number; // place in the queue while waiting, from 1
  cursors: Cursor[];
}

/** Somebody, or a service, in the directory. */
export interface Person {
  kind: "expert" | "agent" | "service";
  account: string;
  id: string;
  name: string;
  jobTitle?: string;
  department?: string;
  team?: string; // of agents
  photo?: string; // version of an agent's photo
  presence?: { availability: string; activity: string; away?: boolean; outOfOffice?: string };
  atDesk?: { signedIn: boolean; chats: number; notReady?: string }; // of agents
  lastChatAt?: string;
  chat?: string; // the reader's one-to-one chat with them in Microsoft Teams
  unread?: boolean;
}

export type FolderState = "ok" | "empty" | "not_signed_in" | "needs_sign_in" | "stale" | "off" | "missing_permission";

/** A folder of the directory; people is the part of it that begins at offset. */
export interface Folder {
  id: string;
  state: FolderState;
  people: Person[];
  offset?: number;
  total: number;
  asOf?: string;
  reason?: string;
}

/** Somebody who solved the like before, and why they are named. */
export interface Suggestion extends Person {
  conferences: number;
  firstAnswer?: number; // ms, as a rule
}

/** The folder "Microsoft Teams Channels". */
export interface Channels {
  state: FolderState;
  reason?: string; // the permission that is missing
  teams: { id: string; name: string; channels: { id: string; name: string; webUrl?: string }[] }[];
}

/** A message of an agent's own chat in Microsoft Teams, or of a channel. Files in content have their number in the message as id. */
export interface TeamsLine {
  id: string;
  at: string;
  author: string;
  mine?: boolean;
  content: Node[];
  edited?: boolean;
  deleted?: boolean;
  replies?: number;
}

export interface TeamsLines {
  lines: TeamsLine[]; // oldest first
  before?: string; // cursor of the page before
  state: FolderState;
  reason?: string;
  webUrl?: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string; // one English sentence
  code: string; // stable; word it in the reader's language
  field?: string;
  requestId?: string;
}
