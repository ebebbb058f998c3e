// What the live connections of desk and widget have in common: one socket at a time, and attempts further and further apart.

/** Time to wait before attempt n (from 1), in ms: doubling up to 20 s, half of it chance, so that a restart meets no stampede. */
export const backoff = (n: number, chance: number) => Math.min(20_000, 500 * 2 ** (n - 1)) * (0.5 + chance / 2);

export abstract class Reconnecting {
  protected socket: WebSocket | undefined;
  protected attempt = 0;
  protected round = 0; // outdates answers to earlier attempts
  protected running = false;
  protected ready = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly chance: () => number) {}

  protected abstract connect(): Promise<void>;

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
    const socket = this.socket;
    this.socket = undefined;
    this.ready = false;
    socket?.close();
  }
}
