// Messages on their way out of one chat: sent one after the other, in order, and kept until
// Graph has them. A refused one stays with its reason until it is retried or taken back.

import { type GraphError, asGraphError } from "../graph/error";
import { attachmentOf, share, upload } from "../graph/files";
import { type Graph, sleep } from "../graph/graph";
import { type Outgoing, postMessage, postQuote } from "../graph/messages";
import type { Attachment, DriveItem, HostedContent, Mention, Message } from "../graph/shapes";
import { escape } from "../rich/html";
import { base64 } from "./sniff";
import { Watched } from "./watched";

export interface LocalFile {
  key: string;
  file: File;
  inline?: string; // media type, when it travels inside the message
  url?: string; // blob address for looking at it
  item?: DriveItem; // set once it is in the drive
  shared?: boolean;
}

export interface Draft {
  html: string;
  mentions: Mention[];
  files: LocalFile[];
  quote?: Message;
}

export interface Pending extends Draft {
  key: string;
  created: string; // ISO time
  state: "sending" | "waiting" | "failed";
  progress: number; // share of the upload done, 0…1
  problem?: GraphError;
}

const attempts = 4; // when told to wait

export interface OutboxPort {
  graph: Graph;
  chat: string;
  others(): Promise<string[]>; // ids of the people to share files with
  sent(message: Message): void;
}

export class Outbox extends Watched {
  items: readonly Pending[] = [];
  private running = false;
  private wake: (() => void) | undefined;
  private count = 0;

  constructor(private readonly port: OutboxPort) {
    super();
  }

  get busy(): boolean {
    return this.running;
  }

  send(draft: Draft): void {
    const key = `${Date.now()}-${this.count++}`;
    this.items = [...this.items, { ...draft, key, created: new Date().toISOString(), state: "sending", progress: 0 }];
    this.changed();
    void this.run();
  }

  /** Puts back what an earlier page could not send. */
  restore(drafts: Draft[], problem: GraphError): void {
    const created = new Date().toISOString();
    const restored = drafts.map(
      (draft, i): Pending => ({ ...draft, key: `old-${i}`, created, state: "failed", progress: 0, problem }),
    );
    this.items = [...restored, ...this.items];
    this.changed();
  }

  retry(key: string): void {
    if (this.find(key)?.state === "waiting") this.wake?.();
    else this.put(key, { state: "sending" });
    void this.run();
  }

  /** Takes a message out that was not sent, and returns it. */
  takeBack(key: string): Pending | undefined {
    const item = this.find(key);
    if (item?.state !== "failed") return undefined;
    this.drop(key);
    return item;
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      for (let next = this.next(); next !== undefined; next = this.next()) await this.deliver(next);
    } finally {
      this.running = false;
      this.changed();
    }
  }

  private next(): Pending | undefined {
    return this.items.find((item) => item.state === "sending");
  }

  private async deliver(item: Pending): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const message = await this.post(item);
        this.port.sent(message);
        this.drop(item.key);
        for (const file of item.files) if (file.url !== undefined) URL.revokeObjectURL(file.url);
        return;
      } catch (cause) {
        const problem = asGraphError(cause);
        if (problem.status !== 429 || attempt >= attempts) return this.put(item.key, { state: "failed", problem });
        this.put(item.key, { state: "waiting", problem });
        await this.wait(problem.retryAfter ?? attempt);
        this.put(item.key, { state: "sending" });
      }
    }
  }

  private async wait(seconds: number): Promise<void> {
    await Promise.race([sleep(seconds), new Promise<void>((resolve) => (this.wake = resolve))]);
    this.wake = undefined;
  }

  private async post(item: Pending): Promise<Message> {
    const attachments = await this.uploadAll(item);
    const hosted: HostedContent[] = [];
    let html = item.html;
    for (const picture of item.files.filter((f) => f.inline !== undefined)) {
      const id = String(hosted.length + 1);
      const contentBytes = await base64(picture.file);
      hosted.push({ "@microsoft.graph.temporaryId": id, contentBytes, contentType: picture.inline! });
      html += `<p><img src="../hostedContents/${id}/$value" alt="${escape(picture.file.name)}"></p>`;
    }
    for (const a of attachments) html += `<attachment id="${a.id}"></attachment>`;
    const message: Outgoing = {
      body: { contentType: "html", content: html },
      ...(item.mentions.length > 0 ? { mentions: item.mentions } : {}),
      ...(attachments.length > 0 ? { attachments } : {}),
      ...(hosted.length > 0 ? { hostedContents: hosted } : {}),
    };
    const { graph, chat } = this.port;
    return item.quote ? postQuote(graph, chat, item.quote.id, message) : postMessage(graph, chat, message);
  }

  /** Uploads and shares what is not in the drive yet; a retry goes on where it stopped. */
  private async uploadAll(item: Pending): Promise<Attachment[]> {
    const files = item.files.filter((f) => f.inline === undefined);
    if (files.length === 0) return [];
    const people = await this.port.others();
    const total = files.reduce((sum, f) => sum + f.file.size, 0) || 1;
    let before = 0;
    for (const file of files) {
      const report = (part: number): void =>
        this.put(item.key, { progress: (before + part * file.file.size) / total });
      file.item ??= await upload(this.port.graph, file.file, report);
      if (!file.shared) await share(this.port.graph, file.item, people);
      file.shared = true;
      before += file.file.size;
    }
    return files.map((f) => attachmentOf(f.item!));
  }

  private find(key: string): Pending | undefined {
    return this.items.find((item) => item.key === key);
  }

  private put(key: string, change: Partial<Pending>): void {
    this.items = this.items.map((item) => (item.key === key ? { ...item, ...change } : item));
    this.changed();
  }

  private drop(key: string): void {
    this.items = this.items.filter((item) => item.key !== key);
    this.changed();
  }
}
