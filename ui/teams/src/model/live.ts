// The stream of hints from the simulator: what changed, never the content. After each
// reconnect everything may have changed.

import type { Presence } from "../graph/shapes";

export interface Hints {
  message(change: string, chat: string, message: string): void;
  chat(chat: string): void;
  presence(person: string, presence: Presence): void;
  connected(again: boolean): void;
  lost(): void;
}

const firstPause = 1000; // milliseconds
const longestPause = 15_000;

export class Live {
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pause = firstPause;
  private before = false;
  private closed = false;

  constructor(
    private readonly token: (stale?: string) => Promise<string>,
    private readonly hints: Hints,
  ) {
    addEventListener("online", this.reconnectNow);
  }

  /** Opens the stream, and opens it again whenever it breaks, until `close`. */
  async open(renew = false): Promise<void> {
    let token: string;
    try {
      token = await this.token();
      if (renew) token = await this.token(token);
    } catch {
      this.broken();
      return;
    }
    if (this.closed) return;
    const source = new EventSource(`/sim/events?token=${encodeURIComponent(token)}`);
    this.source = source;
    source.onopen = () => {
      this.pause = firstPause;
      this.hints.connected(this.before);
      this.before = true;
    };
    source.onerror = () => this.broken();
    source.addEventListener("message", (event) => {
      const data = parse(event);
      if (data.chatId && data.messageId) this.hints.message(data.changeType ?? "updated", data.chatId, data.messageId);
    });
    source.addEventListener("chat", (event) => {
      const data = parse(event);
      if (data.chatId) this.hints.chat(data.chatId);
    });
    source.addEventListener("presence", (event) => {
      const { id, presence } = parse(event) as { id?: string; presence?: Partial<Presence> };
      if (id && presence?.availability) {
        this.hints.presence(id, { availability: presence.availability, activity: presence.activity ?? presence.availability });
      }
    });
  }

  close(): void {
    this.closed = true;
    removeEventListener("online", this.reconnectNow);
    clearTimeout(this.timer);
    this.source?.close();
  }

  private readonly reconnectNow = (): void => {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.open(true);
  };

  private broken(): void {
    this.source?.close();
    this.source = undefined;
    if (this.closed || this.timer !== undefined) return;
    this.hints.lost();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.open(true);
    }, this.pause);
    this.pause = Math.min(this.pause * 2, longestPause);
  }
}

interface Data {
  changeType?: string;
  chatId?: string;
  messageId?: string;
}

function parse(event: Event): Data {
  try {
    const data: unknown = JSON.parse((event as MessageEvent<string>).data);
    return typeof data === "object" && data !== null ? data : {};
  } catch {
    return {}; // a hint that cannot be read is no hint; the next reconnect repairs
  }
}
