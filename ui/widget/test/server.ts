// A Trialog server of one conversation, in memory, for tests: HTTP by a fetch function, the live connection by a WebSocket class.
// It keeps docs/api.md, and fails in the ways networks do.
import type { Entry, VisitorView } from "../../shared/types";

interface Command {
  type: string;
  id?: string;
  after?: number;
  at?: string;
  ref?: number;
  text?: string;
  seq?: number;
}

export class Server {
  readonly log: Entry[] = [];
  readonly told: Command[] = []; // what came that is not a line: read, typing
  status: VisitorView["status"] = "waiting";
  reachable = true;
  sockets = true; // false: live connections fail, HTTP works
  loseAcks = 0; // so many lines are stored, but the answer never arrives
  full = 0; // so many lines can't be stored
  posts = 0; // lines that came, repeats included
  readonly open = new Set<Socket>();
  readonly token = "token-1";

  readonly fetch = (async (input: RequestInfo | URL, init: RequestInit = {}) => {
    await Promise.resolve();
    if (!this.reachable) throw new TypeError("network");
    const path = String(input).replace(/^.*\/api\/v1\/visitor/, "");
    const body = init.body ? (JSON.parse(init.body as string) as Command & { name?: string; email?: string }) : undefined;
    if (path === "/conversations") return this.begin(body!);
    const known = new Headers(init.headers).get("Authorization") === `Bearer ${this.token}`;
    if (!known || !this.log.length) return problem(401, "bad_token");
    return this.answer(path, body);
  }) as typeof fetch;

  /** The class to put in the place of WebSocket. */
  get Socket(): typeof WebSocket {
    const server = this;
    return class extends Socket {
      constructor() {
        super(server);
      }
    } as unknown as typeof WebSocket;
  }

  view(): VisitorView {
    return { id: "c1", number: 7, service: "Technik", status: this.status, openedAt: "2026-11-23T14:00:00Z", participants: [], last: this.log.length, position: 1, cursors: [] };
  }

  append(e: Partial<Entry>): Entry {
    const entry = { seq: this.log.length + 1, at: "2026-11-23T14:00:00Z", audience: "everyone", kind: "message", ...e } as Entry;
    this.log.push(entry);
    for (const s of this.open) s.down({ type: "entries", entries: [entry] });
    return entry;
  }

  accept(): void {
    this.status = "active";
    this.append({ kind: "joined", fact: { participant: { id: 2, kind: "agent", name: "Anna", publicName: "Anna", state: "joined" } } });
    for (const s of this.open) s.down({ type: "view", conversation: this.view() });
  }

  say(text: string): Entry {
    return this.append({ author: 2, content: [{ t: "p", kids: [{ t: "text", text }] }] });
  }

  drop(code = 1006): void {
    for (const s of [...this.open]) s.end(code);
  }

  /** Does what a customer's command asks for; throws a problem's code. */
  act(c: Command): { seq?: number; at?: string } {
    if (!["post", "edit", "delete"].includes(c.type)) {
      this.told.push(c);
      return {};
    }
    this.posts++;
    if (this.full > 0) {
      this.full--;
      throw { status: 503, code: "store_unavailable" };
    }
    const key = `c1:${c.id}`;
    const had = this.log.find((e) => e.key === key);
    if (had) return had;
    if (this.status === "closed") throw { status: 410, code: "conversation_closed" };
    const kind = c.type === "post" ? "message" : (c.type as "edit" | "delete");
    return this.append({ kind, author: 1, key, ref: c.ref, content: c.text ? [{ t: "p", kids: [{ t: "text", text: c.text }] }] : undefined });
  }

  private begin(body: Command & { email?: string; secret?: string }): Response {
    if (body.email && !body.email.includes("@")) return problem(400, "bad_email", "email");
    if (this.log.length && body.secret === this.secret) return json(201, { token: this.token, conversation: this.view() });
    this.secret = body.secret;
    this.append({ kind: "opened", fact: { service: "Technik" } });
    if (body.text) this.act({ ...body, type: "post" });
    return json(201, { token: this.token, conversation: this.view() });
  }

  private secret: string | undefined; // of the opening

  private answer(path: string, body: Command | undefined): Response {
    if (path === "/tickets") return json(201, { ticket: "t" });
    if (path.startsWith("/conversation?")) {
      const after = Number(/after=(\d+)/.exec(path)?.[1]);
      return json(200, { conversation: this.view(), entries: this.log.slice(after) });
    }
    if (path === "/end") {
      this.status = "closed";
      this.append({ kind: "closed", author: 1, fact: { reason: "customer" } });
      return new Response(null, { status: 204 });
    }
    const type = { "/messages": "post", "/edits": "edit", "/deletions": "delete", "/read": "read", "/typing": "typing" }[path] ?? "";
    try {
      const done = this.act({ ...body, type });
      return done.seq ? json(201, { seq: done.seq, at: done.at }) : new Response(null, { status: 204 });
    } catch (e) {
      const { status, code } = e as { status: number; code: string };
      return problem(status, code);
    }
  }
}

class Socket {
  onopen?: () => void;
  onmessage?: (e: { data: string }) => void;
  onclose?: (e: { code: number }) => void;

  constructor(private readonly server: Server) {
    queueMicrotask(() => (server.reachable && server.sockets ? this.onopen?.() : this.end(1006)));
  }

  send(data: string): void {
    const c = JSON.parse(data) as Command;
    queueMicrotask(() => this.take(c));
  }

  close(): void {
    this.server.open.delete(this);
  }

  end(code: number): void {
    this.close();
    this.onclose?.({ code });
  }

  down(frame: object): void {
    queueMicrotask(() => this.onmessage?.({ data: JSON.stringify(frame) }));
  }

  private take(c: Command): void {
    const { server } = this;
    if (c.type === "hello") {
      server.open.add(this);
      this.down({ type: "view", conversation: server.view() });
      const anew = !!c.at && server.log[c.after! - 1]?.at !== c.at;
      const entries = server.log.slice(anew ? 0 : c.after);
      if (entries.length) this.down({ type: "entries", entries, anew });
      return;
    }
    try {
      const done = server.act(c);
      if (server.loseAcks > 0) {
        server.loseAcks--;
        return this.end(1006);
      }
      this.down({ type: "ack", id: c.id, seq: done.seq, at: done.at });
    } catch (e) {
      const { status, code } = e as { status: number; code: string };
      this.down({ type: "nack", id: c.id, problem: { code, detail: code, ...(status >= 500 ? { retry: true } : {}) } });
    }
  }
}

const json = (status: number, body: object) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const problem = (status: number, code: string, field?: string) => json(status, { status, code, field, detail: code });
