// One person's stay in Microsoft Teams: chats, threads, presence, notices, live hints.

import { listChats, getChat, listMembers, markRead, openPersonalChat } from "../graph/chats";
import { type GraphError, asGraphError } from "../graph/error";
import { Graph } from "../graph/graph";
import type { Chat, Member, Message, Person, Presence } from "../graph/shapes";
import { enter, setPresence } from "./entrance";
import { Live } from "./live";
import { Pictures } from "./pictures";
import { Shelf } from "./shelf";
import { Thread } from "./thread";
import { Watched } from "./watched";

export interface Notice {
  key: number;
  problem: GraphError;
  retry: () => void;
}

export class Session extends Watched {
  chats: readonly Chat[] = [];
  state: "loading" | "ready" | "failed" = "loading";
  problem: GraphError | undefined;
  online = true;
  notices: readonly Notice[] = [];
  readonly graph = new Graph((stale) => this.token(stale));
  readonly pictures = new Pictures(this.graph);
  readonly shelf: Shelf;

  private readonly former = new Map<string, Chat>(); // chats one is no longer in
  private readonly threads = new Map<string, Thread>();
  private readonly presences = new Map<string, Presence>();
  private readonly names = new Map<string, string>();
  private readonly live: Live;
  private current: string | undefined;
  private renewal: Promise<string> | undefined;
  private notice = 0;

  constructor(
    readonly me: Person,
    readonly people: Person[],
  ) {
    super();
    this.shelf = new Shelf(me.id);
    for (const person of people) {
      this.names.set(person.id, person.name);
      if (person.presence) this.presences.set(person.id, person.presence);
    }
    this.live = new Live((stale) => this.token(stale), {
      message: (_change, chat, message) => this.hinted(chat, message),
      chat: (chat) => void this.refreshChat(chat),
      presence: (person, presence) => this.presenceChanged(person, presence),
      connected: (again) => this.connected(again),
      lost: () => this.setOnline(false),
    });
  }

  /** Starts listening and loads the chats. Listening comes first, so nothing falls between. */
  async open(): Promise<void> {
    void this.live.open();
    await this.loadChats();
  }

  close(): void {
    this.live.close();
    this.pictures.close();
  }

  async loadChats(): Promise<void> {
    try {
      const chats = await listChats(this.graph);
      for (const chat of chats) this.learn(chat.members ?? []);
      for (const chat of this.chats) if (!chats.some((c) => c.id === chat.id)) this.former.set(chat.id, chat);
      this.chats = chats.filter((chat) => !chat.viewpoint?.isHidden).sort(recentFirst);
      this.state = "ready";
      this.problem = undefined;
    } catch (cause) {
      this.problem = asGraphError(cause);
      if (this.state !== "ready") this.state = "failed";
    }
    this.changed();
  }

  thread(chat: string): Thread {
    const known = this.threads.get(chat);
    if (known) return known;
    const thread = new Thread(chat, {
      graph: this.graph,
      me: this.me.id,
      shelf: this.shelf,
      others: (id) => this.others(id),
      seen: (id, message) => this.seen(id, message),
      gone: (id) => this.forget(id),
    });
    this.threads.set(chat, thread);
    return thread;
  }

  chat(id: string): Chat | undefined {
    return this.chats.find((chat) => chat.id === id);
  }

  /** A chat one is no longer in, as it was last. */
  formerChat(id: string): Chat | undefined {
    return this.former.get(id);
  }

  name(person: string | null | undefined): string | undefined {
    return person ? this.names.get(person) : undefined;
  }

  presence(person: string): Presence | undefined {
    return this.presences.get(person);
  }

  async setPresence(presence: Presence): Promise<void> {
    await setPresence(await this.token(), presence);
    this.presenceChanged(this.me.id, presence);
  }

  /** The one-to-one chat with a person, made if there is none. */
  async personalChat(person: string): Promise<string> {
    const chat = await openPersonalChat(this.graph, this.me.id, person);
    await this.refreshChat(chat.id);
    return chat.id;
  }

  /** Reads a chat anew: name, members. Unknown ones come with the whole list, which has previews. */
  async refreshChat(id: string): Promise<void> {
    const known = this.chat(id);
    if (!known) return this.loadChats();
    try {
      const fresh = await getChat(this.graph, id);
      this.learn(fresh.members ?? []);
      this.replace(id, (chat) => ({ ...fresh, lastMessagePreview: chat.lastMessagePreview ?? null, viewpoint: later(chat, fresh) }));
    } catch (cause) {
      const problem = asGraphError(cause);
      if (problem.status === 403 || problem.status === 404) this.forget(id);
      else this.tell(problem, () => void this.refreshChat(id));
    }
  }

  /** The reader has seen all there is in the chat. */
  async read(id: string): Promise<void> {
    const chat = this.chat(id);
    if (!chat || !isUnread(chat, this.me.id)) return;
    const readTo = chat.lastMessagePreview?.createdDateTime ?? new Date().toISOString();
    this.replace(id, (c) => ({ ...c, viewpoint: { ...c.viewpoint, lastMessageReadDateTime: readTo } }));
    try {
      await markRead(this.graph, id, this.me.id, chat.tenantId ?? undefined);
    } catch (cause) {
      // Only the mark is lost; the next look at the chat sets it. Worth a line for whoever debugs.
      console.warn("chat could not be marked as read", asGraphError(cause).code);
    }
  }

  /** Performs something the person asked for; a failure becomes a notice with Retry. */
  async act<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (cause) {
      this.tell(asGraphError(cause), () => void this.act(action));
      return undefined;
    }
  }

  dismiss(key: number): void {
    this.notices = this.notices.filter((notice) => notice.key !== key);
    this.changed();
  }

  forget(id: string): void {
    const chat = this.chat(id);
    if (!chat) return;
    this.former.set(id, chat);
    this.chats = this.chats.filter((other) => other !== chat);
    this.changed();
  }

  private tell(problem: GraphError, retry: () => void): void {
    const key = ++this.notice;
    const again = (): void => {
      this.dismiss(key);
      retry();
    };
    this.notices = [...this.notices.slice(-2), { key, problem, retry: again }];
    this.changed();
  }

  private hinted(chat: string, message: string): void {
    if (!this.chat(chat)) void this.loadChats();
    this.thread(chat).hint(message);
  }

  private seen(id: string, message: Message): void {
    const user = message.from?.user;
    if (user?.displayName && !this.names.has(user.id)) this.names.set(user.id, user.displayName);
    const chat = this.chat(id);
    if (!chat) return;
    const last = chat.lastMessagePreview;
    if (last?.createdDateTime && Date.parse(last.createdDateTime) > Date.parse(message.createdDateTime)) return;
    const same = last?.id === message.id && last.body?.content === message.body?.content
      && Boolean(last.isDeleted) === Boolean(message.deletedDateTime);
    if (same) return;
    const lastMessagePreview = { ...message, isDeleted: Boolean(message.deletedDateTime) };
    this.replace(id, (c) => ({ ...c, lastMessagePreview }));
  }

  private async others(chat: string): Promise<string[]> {
    const members = await listMembers(this.graph, chat);
    return members.flatMap((m) => (m.userId && m.userId !== this.me.id ? [m.userId] : []));
  }

  private learn(members: Member[]): void {
    for (const m of members) if (m.userId && m.displayName) this.names.set(m.userId, m.displayName);
  }

  private replace(id: string, change: (chat: Chat) => Chat): void {
    this.chats = this.chats.map((chat) => (chat.id === id ? change(chat) : chat)).sort(recentFirst);
    this.changed();
  }

  private presenceChanged(person: string, presence: Presence): void {
    this.presences.set(person, presence);
    this.changed();
  }

  private connected(again: boolean): void {
    this.setOnline(true);
    if (!again) return;
    void this.loadChats();
    for (const thread of this.threads.values()) if (thread.state === "ready") void thread.load(true);
  }

  private setOnline(online: boolean): void {
    if (this.online === online) return;
    this.online = online;
    this.changed();
  }

  private async token(stale?: string): Promise<string> {
    if (this.current !== undefined && this.current !== stale) return this.current;
    this.renewal ??= enter(this.me.id)
      .then(({ token }) => (this.current = token))
      .finally(() => (this.renewal = undefined));
    return this.renewal;
  }
}

export function isUnread(chat: Chat, me: string): boolean {
  const last = chat.lastMessagePreview;
  if (!last?.createdDateTime || last.from?.user?.id === me) return false;
  const read = chat.viewpoint?.lastMessageReadDateTime;
  return !read || Date.parse(last.createdDateTime) > Date.parse(read);
}

function recentFirst(a: Chat, b: Chat): number {
  return activity(b) - activity(a);
}

function activity(chat: Chat): number {
  return Date.parse(chat.lastMessagePreview?.createdDateTime ?? chat.createdDateTime ?? "") || 0;
}

function later(known: Chat, fresh: Chat): Chat["viewpoint"] {
  const a = known.viewpoint?.lastMessageReadDateTime ?? "";
  const b = fresh.viewpoint?.lastMessageReadDateTime ?? "";
  return { ...fresh.viewpoint, lastMessageReadDateTime: a > b ? a : b };
}
