import { Reconnecting } from "../../../shared/reconnect";
import { Refusal, type Api } from "./api";
import type { Entry, Place } from "../../../shared/types";
import type { Connection, Down, Up } from "./frames";

type Open = Extract<Up, { type: "open" }>;

export interface Listener {
  frame(frame: Down): void;
  connection(state: Connection): void;
  over(): void; // the session is over: do not come back
}

/** The live connection of one agent's browser: ticket, socket, reconnecting, and the streams that go on where they broke off. */
export class Live extends Reconnecting {
  /** Opened conversations, and how far everything has come. */
  private readonly streams = new Map<string, Place>();

  constructor(private readonly api: Api, private readonly on: Listener, chance = Math.random) {
    super(chance);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.on.connection("connecting");
    void this.connect();
  }

  restart(): void {
    if (!this.running) return;
    this.drop();
    this.later();
  }

  /**
   * Sends a frame. An "open" that comes while there is no connection goes out with the next one; of several that open the same
   * conversation the one that is furthest behind decides, so that nobody who listens misses a line.
   */
  tell(frame: Up): void {
    if (frame.type === "open") frame = this.furthestBehind(frame);
    if (frame.type === "shut") this.streams.delete(frame.conversation);
    if (this.ready) this.socket!.send(JSON.stringify(frame));
  }

  private furthestBehind({ type, conversation, ...place }: Open): Open {
    const other = this.streams.get(conversation);
    if (!other || place.after <= other.after) this.streams.set(conversation, place);
    return { type, conversation, ...this.streams.get(conversation)! };
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
    this.heard();
    socket.onmessage = (e) => socket === this.socket && this.receive(JSON.parse(e.data as string) as Down);
    socket.onclose = (e) => {
      if (socket !== this.socket) return;
      this.drop();
      if (e.code === 4001 || e.code === 4003) this.end();
      else this.later();
    };
  }

  private receive(frame: Down): void {
    this.heard();
    if (frame.type === "entries") this.advance(frame.conversation, frame.entries.at(-1), frame.anew);
    if (frame.type === "gone") this.streams.delete(frame.conversation);
    this.on.frame(frame);
    if (this.ready || frame.type !== "lists") return;
    this.ready = true;
    this.attempt = 0;
    for (const [conversation, place] of this.streams) this.socket!.send(JSON.stringify({ type: "open", conversation, ...place } satisfies Up));
    this.on.connection("up");
  }

  private advance(conversation: string, newest: Entry | undefined, anew = false): void {
    if (newest && (anew || newest.seq > (this.streams.get(conversation)?.after ?? 0))) this.streams.set(conversation, { after: newest.seq, at: newest.at });
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
