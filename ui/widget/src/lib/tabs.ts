// One connection per browser: of all tabs with the same conversation one leads and holds the socket, and passes on what it hears.
// The tab that somebody looks at takes the lead, so that a tab that the browser has frozen never holds it.

export interface Crew {
  lead(): void;
  follow(): void;
  hear(message: unknown): void; // from the leading tab
}

export class Tabs {
  private channel: BroadcastChannel | undefined;
  private release: (() => void) | undefined;
  private queued: AbortController | undefined;
  private on = false;
  private turn: object | undefined; // the request that holds the lead
  leading = false;

  constructor(private readonly name: string, private readonly crew: Crew) {}

  start(): void {
    this.on = true;
    if (!navigator.locks || !("BroadcastChannel" in globalThis)) return this.take(); // every tab for itself
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = (e) => this.crew.hear(e.data);
    document.addEventListener("visibilitychange", this.seen);
    this.queue();
    this.seen();
  }

  stop(): void {
    this.on = false;
    document.removeEventListener("visibilitychange", this.seen);
    this.queued?.abort();
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

  private readonly seen = () => {
    if (this.leading || document.visibilityState !== "visible") return;
    this.queued?.abort();
    void this.request({ steal: true });
  };

  private queue(): void {
    this.queued = new AbortController();
    void this.request({ signal: this.queued.signal });
  }

  private async request(how: LockOptions): Promise<void> {
    const turn = {};
    try {
      await navigator.locks.request(this.name, how, () => {
        if (!this.on) return undefined;
        this.turn = turn;
        this.take();
        return new Promise<void>((resolve) => (this.release = resolve));
      });
    } catch (e) {
      if (!this.on) return;
      if (this.turn !== turn) {
        const givenUp = e instanceof DOMException && e.name === "AbortError"; // for another request; else the browser denies locks
        if (!givenUp && !this.leading) this.take();
        return;
      }
      this.leading = false;
      this.crew.follow();
      this.queue();
    }
  }
}
