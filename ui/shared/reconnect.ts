// What the live connections of desk and widget have in common: one socket at a time, and attempts further and further apart.

/** Time to wait before attempt n (from 1), in ms: doubling up to 20 s, half of it chance, so that a restart meets no stampede. */
export const backoff = (n: number, chance: number) => Math.min(20_000, 500 * 2 ** (n - 1)) * (0.5 + chance / 2);

const silence = 50_000; // ms without a frame after which the connection is suspected to be dead
const patience = 12_000; // ms for the answer that it is not

export abstract class Reconnecting {
  protected socket: WebSocket | undefined;
  protected attempt = 0;
  protected round = 0; // outdates answers to earlier attempts
  protected running = false;
  protected ready = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly chance: () => number) {}

  protected abstract connect(): Promise<void>;

  /** Gives the connection up and makes a new one: it is known, or suspected, to be dead. */
  abstract restart(): void;

  /**
   * To be called with a new socket and with every frame. A network that changed leaves sockets behind which stay open and on which nothing comes any more, and the
   * server's pings are not shown to pages. So when nothing has come for a while, the page asks for an answer.
   */
  protected heard(): void {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      if (this.ready) this.socket!.send(JSON.stringify({ type: "alive", id: "alive" }));
      this.watch = setTimeout(() => this.restart(), patience);
    }, silence);
  }

  stop(): void {
    this.running = false;
    this.drop();
  }

  /** Tries now instead of at the end of the wait: the network is back, or somebody looks. */
  nudge(): void {
    if (!this.running || this.socket) return;
    clearTimeout(this.timer);
    void this.connect();
  }

  /** Tries again after a while. */
  protected retry(): void {
    this.timer = setTimeout(() => void this.connect(), backoff(this.attempt, this.chance()));
  }

  protected drop(): void {
    this.round++;
    clearTimeout(this.timer);
    clearTimeout(this.watch);
    const socket = this.socket;
    this.socket = undefined;
    this.ready = false;
    socket?.close();
  }
}
