// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Graph } from "../graph/graph";
import type { Message } from "../graph/shapes";
import { Shelf } from "./shelf";
import { Thread } from "./thread";

const chat = "19:a@thread.v2";
const path = `/v1.0/chats/${encodeURIComponent(chat)}/messages`;

function message(id: number, content: string, from = "other", change = 0): Message {
  const at = new Date(1_700_000_000_000 + id * 1000).toISOString();
  return {
    id: String(id), etag: String(id + change), messageType: "message", createdDateTime: at, lastModifiedDateTime: at,
    from: { user: { id: from } }, body: { contentType: "html", content }, attachments: [], mentions: [], reactions: [],
  };
}

/** A chat at the HTTP level: holds messages, answers reads, and posts as `onPost` says. */
class Service {
  messages: Message[] = [];
  asked: string[] = [];
  closed = false; // not a member any more
  onPost: (body: string) => Promise<Response> | Response = () => new Response("{}", { status: 500 });

  readonly fetch = (async (url: string, init: RequestInit) => {
    this.asked.push(`${init.method} ${url}`);
    if (this.closed) return Response.json({ error: { code: "AclCheckFailed", message: "" } }, { status: 403 });
    if (init.method === "POST") return this.onPost(String(init.body));
    if (url.startsWith(`${path}?`)) return Response.json({ value: [...this.messages].reverse() });
    const one = this.messages.find((m) => url === `${path}/${m.id}`);
    return one ? Response.json(one) : Response.json({ error: { code: "NotFound", message: "" } }, { status: 404 });
  }) as typeof fetch;
}

let service: Service;
let gone: string[];

function newThread(): Thread {
  return new Thread(chat, {
    graph: new Graph(async () => "t", service.fetch),
    me: "me",
    shelf: new Shelf("me", localStorage),
    others: async () => ["other"],
    seen: () => undefined,
    gone: (id) => gone.push(id),
  });
}

const bodies = (thread: Thread): (string | null | undefined)[] => thread.messages.map((m) => m.body?.content);
const settle = (ms = 100): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  service = new Service();
  gone = [];
});
afterEach(() => vi.useRealTimers());

describe("Thread", () => {
  it("shows messages oldest first and follows hints", async () => {
    service.messages = [message(1, "a"), message(2, "b")];
    const thread = newThread();
    await thread.load();
    expect(bodies(thread)).toEqual(["a", "b"]);
    service.messages = [message(1, "a"), message(2, "B", "other", 5), message(3, "c")];
    thread.hint("2");
    await settle();
    expect(bodies(thread)).toEqual(["a", "B"]);
    thread.hint("3");
    await settle();
    expect(bodies(thread)).toEqual(["a", "B", "c"]);
  });

  it("reads a burst of hints at once", async () => {
    const thread = newThread();
    await thread.load();
    service.asked = [];
    service.messages = [1, 2, 3, 4, 5].map((n) => message(n, `m${n}`));
    for (const m of service.messages) thread.hint(m.id);
    await settle();
    expect(bodies(thread)).toEqual(["m1", "m2", "m3", "m4", "m5"]);
    expect(service.asked).toHaveLength(1);
  });

  it("shows an own message once when the hint overtakes the answer", async () => {
    const thread = newThread();
    await thread.load();
    let answer!: (response: Response) => void;
    service.onPost = () => new Promise((resolve) => (answer = resolve));
    thread.outbox.send({ html: "<p>x</p>", mentions: [], files: [] });
    await settle();
    service.messages = [message(7, "<p>x</p>", "me")];
    thread.hint("7");
    await settle();
    expect(thread.messages).toHaveLength(0);
    expect(thread.outbox.items).toHaveLength(1);
    answer(Response.json(message(7, "<p>x</p>", "me"), { status: 201 }));
    await settle();
    expect(bodies(thread)).toEqual(["<p>x</p>"]);
    expect(thread.outbox.items).toHaveLength(0);
  });

  it("does not lose a held message when the answer is lost", async () => {
    const thread = newThread();
    await thread.load();
    let fail!: (cause: Error) => void;
    service.onPost = () => new Promise((_, reject) => (fail = reject));
    thread.outbox.send({ html: "<p>x</p>", mentions: [], files: [] });
    await settle();
    service.messages = [message(7, "<p>x</p>", "me")];
    thread.hint("7");
    await settle();
    fail(new TypeError("connection lost"));
    await settle();
    expect(bodies(thread)).toEqual(["<p>x</p>"]);
    expect(thread.outbox.items[0]).toMatchObject({ state: "failed", problem: { code: "network" } });
  });

  it("starts anew after a gap longer than a page", async () => {
    service.messages = [message(1, "a")];
    const thread = newThread();
    await thread.load();
    service.messages = [message(90, "y"), message(91, "z")];
    await thread.load(true);
    expect(bodies(thread)).toEqual(["y", "z"]);
  });

  it("tells a vanished message from a chat that cannot be read any more", async () => {
    service.messages = [message(1, "a"), message(2, "b")];
    const thread = newThread();
    await thread.load();
    service.messages = [message(1, "a")];
    thread.hint("2");
    await settle();
    expect(bodies(thread)).toEqual(["a"]);
    expect(gone).toEqual([]);
    service.closed = true;
    thread.hint("1");
    await settle();
    expect(gone).toEqual([chat]);
    expect(bodies(thread)).toEqual(["a"]);
  });
});

describe("Outbox", () => {
  it("waits as told by 429, in order, then gives the reason and a retry", async () => {
    const thread = newThread();
    await thread.load();
    const posted: string[] = [];
    let patience = 1;
    service.onPost = (body) => {
      if (patience-- > 0) return Response.json({ error: { code: "TooManyRequests" } }, { status: 429, headers: { "Retry-After": "3" } });
      posted.push((JSON.parse(body) as { body: { content: string } }).body.content);
      return Response.json(message(posted.length, posted.at(-1)!, "me"), { status: 201 });
    };
    thread.outbox.send({ html: "one", mentions: [], files: [] });
    thread.outbox.send({ html: "two", mentions: [], files: [] });
    await settle();
    expect(thread.outbox.items[0]).toMatchObject({ state: "waiting", problem: { retryAfter: 3 } });
    expect(posted).toEqual([]);
    await settle(3000);
    expect(posted).toEqual(["one", "two"]);
    expect(thread.outbox.items).toEqual([]);
  });

  it("keeps what is refused, across reloads too, and gives it back", async () => {
    const thread = newThread();
    await thread.load();
    service.onPost = () => Response.json({ error: { code: "RequestEntityTooLarge" } }, { status: 413 });
    thread.outbox.send({ html: "long", mentions: [], files: [] });
    await settle();
    expect(thread.outbox.items[0]).toMatchObject({ state: "failed", problem: { status: 413 } });

    const reloaded = newThread();
    expect(reloaded.outbox.items[0]).toMatchObject({ html: "long", state: "failed" });
    expect(reloaded.outbox.takeBack(reloaded.outbox.items[0]!.key)?.html).toBe("long");
    expect(newThread().outbox.items).toEqual([]);
  });

  it("does not upload again what is in the drive already", async () => {
    const thread = newThread();
    await thread.load();
    const calls: string[] = [];
    let refuse = true;
    const drive = { id: "i", name: "a.txt", eTag: '"{153fa47d-18c9-4179-be08-9879815a9f90},1"', webUrl: "https://x/a.txt" };
    const plain = service.fetch;
    const graph = new Graph(async () => "t", (async (url: string, init: RequestInit) => {
      calls.push(`${init.method} ${url.replace(/.*\//, "")}`);
      if (init.method === "PUT") return Response.json(drive, { status: 201 });
      if (url.endsWith("/invite")) return Response.json({ value: [] });
      if (init.method !== "POST") return plain(url, init);
      if (refuse) return Response.json({ error: { code: "x" } }, { status: 500 });
      return Response.json(message(1, "sent", "me"), { status: 201 });
    }) as typeof fetch);
    const sending = new Thread(chat, { graph, me: "me", shelf: new Shelf("me2", localStorage), others: async () => ["other"], seen: () => undefined, gone: () => undefined });
    await sending.load();
    sending.outbox.send({ html: "f", mentions: [], files: [{ key: "1", file: new File(["x"], "a.txt") }] });
    await settle();
    refuse = false;
    sending.outbox.retry(sending.outbox.items[0]!.key);
    await settle();
    expect(sending.outbox.items).toEqual([]);
    expect(calls.filter((c) => c.startsWith("PUT"))).toHaveLength(1);
    expect(calls.filter((c) => c.endsWith("invite"))).toHaveLength(1);
    expect(calls.filter((c) => c === "POST messages")).toHaveLength(2);
  });
});
