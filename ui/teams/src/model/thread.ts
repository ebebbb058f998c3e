// One chat's messages as far as they are loaded, oldest first, and its outbox. Hints only say
// that something changed; what is shown is always read from Graph.

import { GraphError, asGraphError } from "../graph/error";
import type { Graph } from "../graph/graph";
import {
  type Outgoing, changedMessages, editMessage, messagePage, newestMessages, oneMessage, react, setDeleted,
} from "../graph/messages";
import type { Message } from "../graph/shapes";
import { type Draft, type LocalFile, Outbox } from "./outbox";
import type { Shelf } from "./shelf";
import { Watched } from "./watched";

export interface ThreadPort {
  graph: Graph;
  me: string; // object id
  shelf: Shelf;
  others(chat: string): Promise<string[]>;
  seen(chat: string, message: Message): void; // a message was read from Graph
  gone(chat: string): void; // the chat cannot be read any more
}

/** What the composer holds besides its text, kept while another chat is open. */
export interface Composing {
  files: LocalFile[];
  quote: Message | undefined;
}

const gather = 60; // milliseconds in which hints are collected into one read

export class Thread extends Watched {
  messages: readonly Message[] = [];
  state: "new" | "loading" | "ready" | "failed" = "new";
  problem: GraphError | undefined;
  older: string | undefined; // path of the next older page
  loadingOlder = false;
  readonly composing: Composing = { files: [], quote: undefined };
  readonly outbox: Outbox;

  private readonly dirty = new Set<string>();
  private readonly held = new Map<string, Message>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reading = false;

  constructor(
    readonly chat: string,
    private readonly port: ThreadPort,
  ) {
    super();
    this.outbox = new Outbox({
      graph: port.graph,
      chat,
      others: () => port.others(chat),
      sent: (message) => this.merge([message], true),
    });
    this.restoreUnsent();
    this.outbox.watch(() => this.outboxChanged());
  }

  /** Loads the newest messages, once; `again` after a failure or a reconnect. */
  async load(again = false): Promise<void> {
    if (this.state === "loading" || (this.state === "ready" && !again)) return;
    const first = this.state !== "ready";
    if (first) this.set("loading");
    try {
      const page = await newestMessages(this.port.graph, this.chat);
      const oldest = page.messages.at(-1);
      const newest = this.messages.at(-1);
      const gap = oldest && newest && oldest.createdDateTime > newest.createdDateTime;
      if (gap) this.messages = [];
      if (first || gap) this.older = page.older;
      this.state = "ready";
      this.problem = undefined;
      this.merge(page.messages);
      this.changed();
    } catch (cause) {
      const problem = asGraphError(cause);
      if (lost(problem)) this.port.gone(this.chat);
      this.problem = problem;
      this.set(first ? "failed" : "ready");
    }
  }

  async loadOlder(): Promise<void> {
    if (this.older === undefined || this.loadingOlder) return;
    this.loadingOlder = true;
    this.changed();
    try {
      // A page may be empty and still have a successor.
      for (let pages = 0; pages < 5 && this.older !== undefined; pages++) {
        const page: Awaited<ReturnType<typeof messagePage>> = await messagePage(this.port.graph, this.older);
        this.older = page.older;
        this.merge(page.messages);
        if (page.messages.length > 0) break;
      }
      this.problem = undefined;
    } catch (cause) {
      this.problem = asGraphError(cause);
    } finally {
      this.loadingOlder = false;
      this.changed();
    }
  }

  /** A message was created, changed or deleted: it is read soon, together with its neighbours. */
  hint(message: string): void {
    this.dirty.add(message);
    this.timer ??= setTimeout(() => void this.readDirty(), gather);
  }

  async edit(message: Message, change: Outgoing): Promise<void> {
    await editMessage(this.port.graph, this.chat, message.id, change);
    this.hint(message.id);
  }

  async setDeleted(message: Message, deleted: boolean): Promise<void> {
    await setDeleted(this.port.graph, this.port.me, this.chat, message.id, deleted);
    this.hint(message.id);
  }

  async react(message: Message, emoji: string, on: boolean): Promise<void> {
    await react(this.port.graph, this.chat, message.id, emoji, on);
    this.hint(message.id);
  }

  private async readDirty(): Promise<void> {
    this.timer = undefined;
    if (this.reading) return;
    this.reading = true;
    try {
      while (this.dirty.size > 0) {
        const ids = [...this.dirty];
        this.dirty.clear();
        await this.read(ids);
      }
    } catch (cause) {
      const problem = asGraphError(cause);
      if (lost(problem)) this.port.gone(this.chat);
      else this.problem = problem;
      this.changed();
    } finally {
      this.reading = false;
    }
  }

  private async read(ids: string[]): Promise<void> {
    const { graph } = this.port;
    let missing = ids;
    if (ids.length > 1) {
      const recent = await changedMessages(graph, this.chat);
      this.merge(recent);
      missing = ids.filter((id) => !recent.some((m) => m.id === id));
    }
    for (const id of missing) {
      try {
        this.merge([await oneMessage(graph, this.chat, id)]);
      } catch (cause) {
        const problem = asGraphError(cause);
        if (problem.status !== 404) throw problem;
        this.messages = this.messages.filter((m) => m.id !== id); // gone for good
        this.changed();
      }
    }
  }

  /**
   * Takes messages in. Own new ones wait while the outbox is posting: the hint often
   * overtakes the answer, and the message would stand there twice.
   */
  private merge(messages: Message[], fromOutbox = false): void {
    const byId = new Map(this.messages.map((m) => [m.id, m]));
    const first = this.messages[0];
    for (const message of messages) {
      this.port.seen(this.chat, message);
      if (this.state !== "ready") continue;
      const known = byId.get(message.id);
      if (known && sameVersion(known, message)) continue;
      const own = message.from?.user?.id === this.port.me;
      if (!known && own && !fromOutbox && this.posting()) {
        this.held.set(message.id, message);
        continue;
      }
      const beforeLoaded = this.older !== undefined && first && message.createdDateTime < first.createdDateTime;
      if (!known && beforeLoaded && !this.loadingOlder) continue; // comes with its page
      byId.set(message.id, message);
      if (fromOutbox) this.held.delete(message.id);
    }
    this.messages = [...byId.values()].sort(inOrder);
    this.changed();
  }

  private posting(): boolean {
    return this.outbox.items.some((item) => item.state === "sending");
  }

  private outboxChanged(): void {
    if (!this.posting() && this.held.size > 0) {
      const held = [...this.held.values()];
      this.held.clear();
      this.merge(held);
    }
    this.saveUnsent();
    this.changed();
  }

  private saveUnsent(): void {
    const texts = this.outbox.items.map(({ html, mentions }) => ({ html, mentions }));
    this.port.shelf.set(`unsent/${this.chat}`, texts.length === 0 ? "" : JSON.stringify(texts));
  }

  private restoreUnsent(): void {
    const saved = this.port.shelf.get(`unsent/${this.chat}`);
    if (saved === "") return;
    try {
      const texts = JSON.parse(saved) as Pick<Draft, "html" | "mentions">[];
      const drafts = texts.map(({ html, mentions }): Draft => ({ html, mentions, files: [] }));
      this.outbox.restore(drafts, new GraphError(0, "interrupted", "the page was closed before this was sent"));
    } catch {
      this.port.shelf.set(`unsent/${this.chat}`, ""); // not ours
    }
  }

  private set(state: Thread["state"]): void {
    this.state = state;
    this.changed();
  }
}

/** Refusals that mean: not a member any more, or no such chat. */
function lost(problem: GraphError): boolean {
  return problem.status === 403 || problem.status === 404;
}

function sameVersion(a: Message, b: Message): boolean {
  return a.etag !== undefined && a.etag === b.etag && a.lastModifiedDateTime === b.lastModifiedDateTime
    && a.deletedDateTime === b.deletedDateTime;
}

function inOrder(a: Message, b: Message): number {
  return Date.parse(a.createdDateTime) - Date.parse(b.createdDateTime) || Number(a.id) - Number(b.id);
}
