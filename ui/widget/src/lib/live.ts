import { Reconnecting } from "../../../shared/reconnect";
import type { Cursor, Entry, Place, Problem, VisitorView } from "../../../shared/types";
import { Refusal, Unreachable, type Api } from "./api";

/** Frames from the server, docs/api.md "Live connections". */
export type Down =
  | { type: "view"; conversation: VisitorView }
  | { type: "entries"; entries: Entry[]; upTo?: number; anew?: boolean } // anew: what is here is not in the log any more
  | { type: "typing"; participant: number; on: boolean }
  | { type: "cursors"; cursors: Cursor[] }
  | { type: "ack"; id?: string; seq?: number; at?: string }
  | { type: "nack"; id?: string; problem: Pick<Problem, "code" | "detail" | "field"> & { retry?: boolean } }; // retry: it may succeed later

export interface Listener {
  place(): Place; // how far everything is here
  frame(frame: Down): void;
  up(): void; // entries flow
  down(attempt: number): void; // the connection failed or broke; attempt counts from 1
  over(reason: "unknown" | "ended"): void; // do not come back: the token is worthless, or the conversation is over
}

const ackPatience = 12_000;

/** The live connection of one conversation: tickets, hello, reconnecting, and commands with their acks. */
export class Live extends Reconnecting {
  private waiting = new Map<string, { resolve(ack: { seq?: number; at?: string }): void; reject(e: Error): void }>();

  constructor(private readonly api: Api, private readonly on: Listener, chance = Math.random) {
    super(chance);
  }

  get open(): boolean {
    return this.ready;
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.attempt = 0;
    void this.connect();
  }

  restart(): void {
    if (!this.running || !this.socket) return;
    this.drop();
    this.later();
  }

  /** Sends a frame that needs no answer; false when there is no connection. */
  tell(frame: object): boolean {
    if (!this.ready) return false;
    this.socket!.send(JSON.stringify(frame));
    return true;
  }

  /** Sends a command and waits for its ack. Throws Refusal for a nack, Unreachable when the connection breaks or stays silent. */
  command(frame: { id: string }): Promise<{ seq?: number; at?: string }> {
    if (!this.tell(frame)) return Promise.reject(new Unreachable("no connection"));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.restart(), ackPatience);
      const done = <A>(then: (a: A) => void) => (a: A) => (clearTimeout(timer), this.waiting.delete(frame.id), then(a));
      this.waiting.set(frame.id, { resolve: done(resolve), reject: done(reject) });
    });
  }

  protected async connect(): Promise<void> {
    const round = ++this.round;
    try {
      const { ticket } = await this.api.call<{ ticket: string }>("POST", "/visitor/tickets");
      if (round !== this.round || !this.running) return;
      const url = this.api.url(`/visitor/live?ticket=${encodeURIComponent(ticket)}`).replace(/^http/, "ws");
      this.listen(new WebSocket(url));
    } catch (e) {
      if (round !== this.round || !this.running) return;
      if (e instanceof Refusal && !e.passing) return this.end(e.status === 410 ? "ended" : "unknown");
      this.later();
    }
  }

  private listen(socket: WebSocket): void {
    this.socket = socket;
    this.heard();
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", ...this.on.place() }));
    socket.onmessage = (e) => socket === this.socket && this.receive(e.data as string);
    socket.onclose = (e) => {
      if (socket !== this.socket) return;
      this.drop();
      if (e.code === 4001 || e.code === 4003) this.end(e.code === 4001 ? "unknown" : "ended");
      else this.later();
    };
  }

  private receive(data: string): void {
    this.heard();
    const frame = JSON.parse(data) as Down;
    if (frame.type === "ack" || frame.type === "nack") {
      const waits = this.waiting.get(frame.id ?? "");
      if (frame.type === "ack") waits?.resolve(frame);
      else waits?.reject(new Refusal(frame.problem.retry ? 503 : 400, frame.problem.code, frame.problem));
      return;
    }
    this.on.frame(frame);
    if (this.ready || frame.type !== "view") return;
    this.ready = true;
    this.attempt = 0;
    this.on.up();
  }

  protected override drop(): void {
    super.drop();
    for (const waits of [...this.waiting.values()]) waits.reject(new Unreachable("the connection broke"));
  }

  private end(reason: "unknown" | "ended"): void {
    this.running = false;
    this.on.over(reason);
  }

  private later(): void {
    this.on.down(++this.attempt);
    if (this.running) this.retry();
  }
}
