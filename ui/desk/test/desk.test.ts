import { describe, expect, it, vi } from "vitest";
import type { Entry, Summary } from "../../shared/types";
import { Desk } from "../src/model/desk";
import { Keep } from "../src/lib/keep";

const at = "2026-11-23T14:00:00Z";
const customer = { id: 1, kind: "customer", name: "Karla", publicName: "Karla", state: "joined" };
const ben = { id: 2, kind: "agent", name: "Ben", publicName: "Ben", agent: "ben", state: "joined", joinedAt: at };
const sum = (id: string, more: object) => ({ id, number: 1, service: { id: "t", name: "T" }, status: "waiting", openedAt: at, visitor: { name: "Karla", locale: "de", page: {} }, participants: [customer], last: 2, unread: 0, cursors: [], ...more }) as unknown as Summary;
const entries = [{ seq: 1, at, audience: "everyone", kind: "opened" }, { seq: 2, at, audience: "everyone", kind: "message", author: 1, content: [] }] as unknown as Entry[];
const me = { id: "anna", login: "anna", name: "Anna", nickname: "", locale: "de", roles: [], capacity: 4, settings: {}, teams: {} };
const tick = () => new Promise((r) => setTimeout(r, 20));

class Socket { onmessage: any; onclose: any; static last: Socket; constructor() { Socket.last = this; } send() {} close() {} }

function world(handle: (method: string, path: string, body: any) => [number, unknown]) {
  vi.stubGlobal("location", { href: "https://t.test/" });
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("navigator", {});
  const memory = new Map<string, string>();
  const keep = new Keep({ getItem: (k) => memory.get(k) ?? null, setItem: (k, v) => void memory.set(k, v), removeItem: (k) => void memory.delete(k) });
  const fetcher = (async (url: string, init: any) => {
    const [status, body] = handle(init.method, String(url).replace("/api/v1", ""), init.body ? JSON.parse(init.body) : undefined);
    return new Response(status === 204 ? null : JSON.stringify(body), { status });
  }) as unknown as typeof fetch;
  return { keep, memory, make: () => new Desk(keep, () => {}, fetcher) };
}

describe("a conversation that somebody else took", () => {
  it("can be seen again once I was offered a place in it and took that", async () => {
    let now = sum("x", {});
    const w = world((_method, p) => {
      if (p === "/session") return [200, me];
      if (p === "/tickets") return [201, { ticket: "t" }];
      if (p === "/photos") return [200, { photos: {} }];
      if (p.startsWith("/conversations/x/accept")) return [200, now];
      if (p.startsWith("/conversations/x")) return [200, { conversation: now, entries }];
      return [204, undefined];
    });
    const d = w.make();
    await d.start();
    await tick();
    const say = (f: object) => Socket.last.onmessage({ data: JSON.stringify(f) });
    say({ type: "lists", mine: [], waiting: [now], offers: [] });
    d.look("x"); // I read it while it waits
    await tick();
    expect(d.store.getState().pages.x).toBeUndefined();
    say({ type: "gone", conversation: "x" }); // Ben accepts
    expect(d.store.getState().pages.x).toBe("gone");
    d.look(undefined); // back to the list
    const place = { id: 3, kind: "agent", name: "Anna", publicName: "Anna", agent: "anna", state: "invited", invitedBy: 2, offer: { agents: ["anna"], until: "2026-11-23T14:02:00Z" } };
    now = sum("x", { status: "active", participants: [customer, ben, place] });
    say({ type: "summary", conversation: now }); // Ben offers me a place
    expect(d.store.getState().offers).toEqual(["x"]);
    now = sum("x", { status: "active", me: 3, participants: [customer, ben, { ...place, state: "joined", joinedAt: at }] });
    await d.accept("x");
    d.look("x");
    await tick();
    expect(d.store.getState().mine).toEqual(["x"]);
    expect(d.store.getState().pages.x).toBeUndefined(); // else views/talk/conversation.tsx shows "conv.gone" instead of the chat
  });
});

describe("a conversation in view", () => {
  /** Opens a conversation, loses the connection, and has it again with lists in which the conversation is not. */
  async function outage(before: Summary, after: [number, unknown]) {
    let answer: [number, unknown] = [200, { conversation: before, entries }];
    const w = world((_method, p) => {
      if (p === "/session") return [200, me];
      if (p === "/tickets") return [201, { ticket: "t" }];
      if (p === "/photos") return [200, { photos: {} }];
      return p.startsWith("/conversations/x?") ? answer : [204, undefined];
    });
    const d = w.make();
    await d.start();
    await tick();
    const say = (f: object) => Socket.last.onmessage({ data: JSON.stringify(f) });
    say({ type: "lists", mine: [before].filter((c) => c.me), waiting: [before].filter((c) => !c.me), offers: [] });
    d.look("x");
    await tick();
    answer = after;
    Socket.last.onclose({ code: 1006 });
    await new Promise((r) => setTimeout(r, 600)); // the first attempt comes before that
    say({ type: "lists", mine: [], waiting: [], offers: [] });
    await tick();
    return d.store.getState();
  }
  const mine = sum("x", { status: "active", me: 2, participants: [customer, { ...ben, agent: "anna", name: "Anna" }] });

  it("is closed when it was closed while the connection was away", async () => {
    const s = await outage(mine, [200, { conversation: { ...mine, status: "closed" }, entries: [] }]);
    expect(s.summaries.x?.status).toBe("closed"); // else the composer stays open
    expect(s.mine).toEqual([]);
  });

  it("is gone when somebody else took it while the connection was away", async () => {
    const s = await outage(sum("x", {}), [404, { code: "no_conversation" }]);
    expect(s.pages.x).toBe("gone"); // else views/talk/conversation.tsx waits for ever
  });
});

describe("the outbox", () => {
  it("sends a line of a conversation that is not in view once", async () => {
    const posts: string[] = [];
    const y = sum("y", { status: "active", me: 2, participants: [customer, { ...ben, agent: "anna", name: "Anna" }] });
    const w = world((_method, p, b) => {
      if (p === "/session") return [200, me];
      if (p === "/tickets") return [201, { ticket: "t" }];
      if (p === "/photos") return [200, { photos: {} }];
      if (p === "/conversations/y/messages") { posts.push(b.id); return [201, { seq: 3, at }]; }
      return [204, undefined];
    });
    // what a tab keeps that was reloaded while a line was on its way
    w.keep.set("trialog-outbox:anna", JSON.stringify([{ id: "line", conversation: "y", at, audience: "everyone", content: [], plain: true, files: [], state: "sending" }]));
    const d = w.make();
    await d.start();
    await tick();
    const say = (f: object) => Socket.last.onmessage({ data: JSON.stringify(f) });
    say({ type: "lists", mine: [y], waiting: [], offers: [] });
    await tick();
    for (let i = 0; i < 20; i++) { say({ type: "summary", conversation: sum("z", { last: i }) }); await tick(); }
    say({ type: "gone", conversation: "y" }); // the customer ends the chat
    await tick();
    for (let i = 0; i < 20; i++) { say({ type: "summary", conversation: sum("z", { last: i }) }); await tick(); }
    expect({ posts: posts.length, pending: d.store.getState().pending.length }).toEqual({ posts: 1, pending: 0 });
  });
});

describe("a draft", () => {
  it("is nobody else's", async () => {
    let who: any = me;
    const w = world((method, p) => {
      if (p === "/session" && method === "DELETE") return [204, undefined];
      if (p === "/session") return [200, who];
      if (p === "/tickets") return [201, { ticket: "t" }];
      if (p === "/photos") return [200, { photos: {} }];
      return [204, undefined];
    });
    const d = w.make();
    await d.start();
    d.keepDraft("x", { content: [{ t: "p", kids: [{ t: "text", text: "half a sentence" }] }], audience: "backroom" });
    await d.signOut();
    who = { ...me, id: "ben", login: "ben", name: "Ben" };
    await d.signIn("ben", "pw");
    expect(d.draft("x")).toBeUndefined();
  });
});
