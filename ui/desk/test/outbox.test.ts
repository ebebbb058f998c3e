import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Summary } from "../../shared/types";
import { Desk } from "../src/model/desk";
import { Keep } from "../src/lib/keep";

const at = "2026-11-23T14:00:00Z";
const customer = { id: 1, kind: "customer", name: "Karla", publicName: "Karla", state: "joined" };
const anna = { id: 2, kind: "agent", name: "Anna", publicName: "Anna", agent: "anna", state: "joined", joinedAt: at };
const sum = (id: string, more: object) => ({ id, number: 1, service: { id: "t", name: "T" }, status: "active", me: 2, openedAt: at, visitor: { name: "Karla", locale: "de", page: {} }, participants: [customer, anna], last: 2, unread: 0, cursors: [], ...more }) as unknown as Summary;
const me = { id: "anna", login: "anna", name: "Anna", nickname: "", locale: "de", roles: [], capacity: 4, settings: {}, teams: {} };
const say = (text: string) => ({ content: [{ t: "p" as const, kids: [{ t: "text" as const, text }] }], audience: "everyone" as const });
class Socket { onmessage: any; onclose: any; static last: Socket; sent: any[] = []; constructor() { Socket.last = this; } send(data: string) { this.sent.push(JSON.parse(data)); } close() {} }

let who: any; // signed in
let status: number; // of all answers; 0: there is none
let got: string[]; // lines that the server has
let keep: Keep;
const fetcher = (async (url: string, init: any) => {
  const p = String(url).replace("/api/v1", "");
  const ok = (s: number, b?: unknown) => new Response(b === undefined ? null : JSON.stringify(b), { status: s });
  if (status === 0) throw new TypeError("network");
  if (p === "/session" && init.method === "DELETE") return ok(204);
  if (p === "/session") return ok(200, who);
  if (status !== 200) return ok(status, { code: status === 401 ? "not_signed_in" : "x" });
  if (p === "/tickets") return ok(201, { ticket: "t" });
  if (p === "/photos") return ok(200, { photos: {} });
  const text = p.endsWith("/messages") ? JSON.parse(init.body).text : "";
  if (text) { got.push(text); return ok(201, { seq: 2 + got.length, at }); }
  return ok(204);
}) as unknown as typeof fetch;
const up = () => Socket.last.onmessage({ data: JSON.stringify({ type: "lists", mine: [sum("x", {})], waiting: [], offers: [] }) });
/** A desk with its connection up. */
async function sit(): Promise<Desk> {
  const d = new Desk(keep, () => {}, fetcher);
  await d.start();
  await pass();
  up();
  return d;
}
const pass = (ms = 50) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  [who, status, got] = [me, 200, []];
  vi.stubGlobal("location", { href: "https://t.test/" });
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("navigator", {});
  const memory = new Map<string, string>();
  keep = new Keep({ getItem: (k) => memory.get(k) ?? null, setItem: (k, v) => void memory.set(k, v), removeItem: (k) => void memory.delete(k) });
});
afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals(); });

describe("lines that wait", () => {
  it("go out in the order they were written in, when the server was away for longer than three tries", async () => {
    const d = await sit();
    status = 0;
    Socket.last.onclose({ code: 1006 });
    d.send("x", say("first"), [], true);
    d.send("x", say("second"), [], true);
    await pass(7000);
    status = 200;
    await pass(60_000);
    expect(got).toEqual(["first", "second"]);
  });

  it("go out in that order when the session ran out in between", async () => {
    const d = await sit();
    status = 401;
    d.send("x", say("first"), [], true);
    d.send("x", say("second"), [], true);
    await pass(1000);
    expect(d.store.getState().session).toBe("over");
    status = 200;
    await d.signIn("anna", "pw");
    await pass();
    up();
    await pass(30_000);
    expect(got).toEqual(["first", "second"]);
  });

  it("are kept while another agent is signed in in the same tab", async () => {
    const d = await sit();
    status = 503;
    d.send("x", say("first"), [], true);
    await pass(10_000);
    await d.signOut();
    status = 200;
    who = { ...me, id: "ben" };
    await d.signIn("ben", "pw");
    await pass();
    expect(d.store.getState().pending).toEqual([]);
    await d.signOut();
    who = me;
    await d.signIn("anna", "pw");
    await pass();
    up();
    await pass(30_000);
    expect(got).toEqual(["first"]);
  });
});

describe("the word that the agent types", () => {
  it("reaches each customer to whom they type", async () => {
    const d = await sit();
    d.typed("x");
    await pass(1000);
    d.typed("y");
    expect(Socket.last.sent.filter((f) => f.type === "typing" && f.on).map((f) => f.conversation)).toEqual(["x", "y"]);
  });
});

describe("the live connection", () => {
  it("is made anew when it is dead without having been closed, and kept while it is only quiet", async () => {
    const d = await sit();
    const socket = Socket.last;
    for (let i = 0; i < 5; i++) {
      await pass(51_000);
      const asked = socket.sent.filter((f) => f.type === "alive").at(-1);
      expect(asked).toBeDefined();
      socket.onmessage({ data: JSON.stringify({ type: "ack", id: asked.id }) });
    }
    expect(Socket.last).toBe(socket);
    await pass(90_000); // the network has changed: no answer
    expect(Socket.last).not.toBe(socket);
    expect(d.store.getState().connection).toBe("down");
  });
});

describe("the desk's memory", () => {
  it("lets go of a chat that ended, once the agent looks elsewhere", async () => {
    const d = await sit();
    const hear = (f: object) => Socket.last.onmessage({ data: JSON.stringify(f) });
    const chats = Array.from({ length: 20 }, (_, i) => `chat${i}`);
    for (const id of chats) {
      hear({ type: "summary", conversation: sum(id, {}) });
      hear({ type: "entries", conversation: id, entries: [{ seq: 1, at, audience: "everyone", kind: "opened" }] });
      d.look(id);
      hear({ type: "summary", conversation: sum(id, { status: "closed" }) });
      hear({ type: "gone", conversation: id });
      expect(d.store.getState().summaries[id]?.status).toBe("closed"); // it can still be read
    }
    d.look(undefined);
    const { logs, summaries } = d.store.getState();
    expect([...Object.keys(logs), ...Object.keys(summaries)].filter((id) => chats.includes(id))).toEqual([]);
  });
});
