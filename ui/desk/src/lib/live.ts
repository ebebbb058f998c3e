import { Reconnecting } from "../../../shared/reconnect";
import { Refusal, type Api } from "./api";
import type { Connection, Down, Up } from "./frames";

export interface Listener {
  frame(frame: Down): void;
  connection(state: Connection): void;
  over(): void; // the session is over: do not come back
}

/** The live connection of one agent's browser: ticket, socket, reconnecting, and the streams that go on where they broke off. */
export class Live extends Reconnecting {
  /** Opened conversations with the log position that everything up to has come. */
  private readonly streams = new Map<string, number>();

  constructor(private readonly api: Api, private readonly on: Listener, chance = Math.random) {
    super(chance);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.on.connection("connecting");
    void this.connect();
  }

  /** Gives up a connection that is suspected to be dead, and makes a new one. */
  restart(): void {
    if (!this.running) return;
    this.drop();
    void this.connect();
  }

  /**
   * Sends a frame. An "open" that comes while there is no connection goes out with the next one; of several that open the same
   * conversation the one that is furthest behind decides, so that nobody who listens misses a line.
   */
  tell(frame: Up): void {
    if (frame.type === "open") frame = { ...frame, after: Math.min(frame.after, this.streams.get(frame.conversation) ?? frame.after) };
    if (frame.type === "open") this.streams.set(frame.conversation, frame.after);
    if (frame.type === "shut") this.streams.delete(frame.conversation);
    if (this.ready) this.socket!.send(JSON.stringify(frame));
  }

  protected async connect(): Promise<void> {
    const round = ++this.round;
    try {
      const { ticket } = await this.api.call("POST /tickets");
      if (round !== this.round || !this.running) return;
      const url = new URL(`/api/v1/live?ticket=${encodeURIComponent(ticket)}`, location.href);
      url.protocol = url.protocol.replace("http", "ws");
      this.listen(new WebSocket(url));
    } catch (e) {
      if (round !== this.round || !this.running) return;
      if (e instanceof Refusal && e.status === 401) return this.end();
      this.later();
    }
  }

  private listen(socket: WebSocket): void {
    this.socket = socket;
    socket.onmessage = (e) => socket === this.socket && this.receive(JSON.parse(e.data as string) as Down);
    socket.onclose = (e) => {
      if (socket !== this.socket) return;
      this.drop();
      if (e.code === 4001 || e.code === 4003) this.end();
      else this.later();
    };
  }

  private receive(frame: Down): void {
    if (frame.type === "entries") this.streams.set(frame.conversation, Math.max(this.streams.get(frame.conversation) ?? 0, frame.upTo ?? frame.entries.at(-1)?.seq ?? 0));
    if (frame.type === "gone") this.streams.delete(frame.conversation);
    this.on.frame(frame);
    if (this.ready || frame.type !== "lists") return;
    this.ready = true;
    this.attempt = 0;
    for (const [conversation, after] of this.streams) this.socket!.send(JSON.stringify({ type: "open", conversation, after } satisfies Up));
    this.on.connection("up");
  }

  private end(): void {
    this.running = false;
    this.on.over();
  }

  private later(): void {
    this.on.connection("down");
    this.attempt++;
    this.retry();
  }
}
