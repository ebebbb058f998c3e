// One connection per browser: of all tabs of the same agent one leads. The browser gives the lead, as a lock, to the next tab when
// the leading one goes; a page that holds a lock is not frozen.

export interface Crew {
  lead(): void;
  hear(message: unknown): void; // from another tab
}

export class Tabs {
  private channel: BroadcastChannel | undefined;
  private release: (() => void) | undefined;
  private readonly waiting = new AbortController();
  private stopped = false;
  leading = false;

  constructor(private readonly name: string, private readonly crew: Crew) {}

  start(): void {
    if (!navigator.locks || !("BroadcastChannel" in globalThis)) return this.take(); // every tab for itself
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = (e) => this.crew.hear(e.data);
    navigator.locks
      .request(this.name, { signal: this.waiting.signal }, () => {
        if (this.stopped) return undefined;
        this.take();
        return new Promise<void>((resolve) => (this.release = resolve));
      })
      .catch((e: unknown) => {
        if (!this.stopped && !(e instanceof DOMException && e.name === "AbortError")) this.take();
      });
  }

  stop(): void {
    this.stopped = true;
    this.waiting.abort();
    this.release?.();
    this.channel?.close();
    this.channel = undefined;
    this.leading = false;
  }

  /** Tells the other tabs. */
  tell(message: unknown): void {
    this.channel?.postMessage(message);
  }

  private take(): void {
    this.leading = true;
    this.crew.lead();
  }
}
