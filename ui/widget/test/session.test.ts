// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../src/lib/api";
import { Live } from "../src/lib/live";
import { keep, type Keep } from "../src/lib/storage";
import { Tabs } from "../src/lib/tabs";
import { plainText, type Line } from "../src/model/log";
import { Outbox, overlay } from "../src/model/outbox";
import { Session } from "../src/model/session";
import { Server } from "./server";

const opening = { name: "Karla", locale: "en", page: { url: "", title: "" }, text: "It blinks red" };
let server: Server;
let fetcher: typeof fetch;
let store: Keep;
const sessions: Session[] = [];

/** A widget in a browser; with the same store, the same browser after a reload. */
async function arrive(): Promise<Session> {
  const session = new Session(new Api("https://chat.example", (...call) => fetcher(...call)), store, async () => ({ Live, Outbox, Tabs }));
  sessions.push(session);
  await session.boot();
  return session;
}

const pass = (ms = 50) => vi.advanceTimersByTimeAsync(ms);
const shown = (s: Session): readonly Line[] => overlay(s.state.get().log, s.state.get().acts).filter((l) => !l.fact);
const texts = (s: Session) => shown(s).map((l) => plainText(l.content));
const stored = () => server.log.filter((e) => e.kind === "message").map((e) => plainText(e.content!));

/** The first call is carried out, and its answer gets lost. */
function losesFirst(real: typeof fetch): typeof fetch {
  let lose = true;
  return async (input, init) => {
    const answer = await real(input, init);
    if (!lose) return answer;
    lose = false;
    throw new TypeError("the answer got lost");
  };
}

/** The log can't be read. */
const hidesLog = (real: typeof fetch): typeof fetch => async (input, init) => {
  if (String(input).includes("/conversation?")) throw new TypeError("network");
  return real(input, init);
};

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  fetcher = server.fetch;
  store = keep(() => { throw new DOMException("blocked"); });
  vi.stubGlobal("WebSocket", server.Socket);
  vi.stubGlobal("BroadcastChannel", undefined);
});
afterEach(() => {
  for (const s of sessions.splice(0)) s.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("Session", () => {
  it("works where the browser denies storage, and with it locks", async () => {
    vi.stubGlobal("BroadcastChannel", class { onmessage = null; postMessage() {} close() {} });
    vi.stubGlobal("navigator", { locks: { request: async () => { throw new DOMException("The request was denied.", "SecurityError"); } } });
    const s = await arrive();
    await s.begin(opening);
    await pass();
    server.accept();
    server.say("Hello Karla");
    s.post("are you there?");
    await pass(60_000);
    expect(s.leading).toBe(true);
    expect(stored()).toContain("are you there?");
    expect(texts(s)).toContain("Hello Karla");
  });

  it("opens one conversation although the answer got lost, and what is said first is what was typed last", async () => {
    fetcher = losesFirst(server.fetch);
    const s = await arrive();
    await expect(s.begin(opening)).rejects.toThrow();
    await s.begin({ ...opening, text: "It blinks green" });
    await pass();
    expect(server.log.filter((e) => e.kind === "opened")).toHaveLength(1);
    expect(texts(s)).toEqual(["It blinks green"]);
  });

  it("says the first line once, when it was changed after a refusal and the log can't be read at first", async () => {
    const s = await arrive();
    await expect(s.begin({ ...opening, email: "nonsense" })).rejects.toThrow();
    fetcher = hidesLog(server.fetch);
    await s.begin({ ...opening, text: "It blinks green" });
    fetcher = server.fetch;
    await pass(60_000);
    expect(texts(s)).toEqual(["It blinks green"]);
  });

  it("says what was typed last, also when the log of an opening whose answer got lost can't be read at first", async () => {
    fetcher = hidesLog(losesFirst(server.fetch));
    const s = await arrive();
    await expect(s.begin(opening)).rejects.toThrow();
    await s.begin({ ...opening, text: "It blinks green" });
    fetcher = server.fetch;
    await pass(60_000);
    expect(texts(s)).toEqual(["It blinks green"]);
  });

  it("shows all of a closed conversation, whatever was said in private", async () => {
    const first = await arrive();
    await first.begin(opening);
    await pass();
    server.accept();
    for (let i = 0; i < 600; i++) server.append({ author: 2, audience: i % 3 ? "backroom" : "everyone", content: [{ t: "text", text: `line ${i}` }] });
    server.status = "closed";
    first.stop();
    fetcher = (async (input: RequestInfo, init: RequestInit) => {
      const window = /after=(\d+)&limit=(\d+)/.exec(String(input));
      if (!window) return server.fetch(input, init);
      const entries = server.log.slice(Number(window[1]), Number(window[1]) + Number(window[2])).filter((e) => e.audience === "everyone");
      return new Response(JSON.stringify({ conversation: server.view(), entries }), { status: 200, headers: { "Content-Type": "application/json" } });
    }) as typeof fetch;
    const again = await arrive();
    await pass(60_000);
    expect(texts(again)).toHaveLength(server.log.filter((e) => e.audience === "everyone" && e.kind === "message").length);
  });

  it("does not tell as news what was there before, when the server was away at first", async () => {
    const first = await arrive();
    await first.begin(opening);
    await pass();
    server.accept();
    server.say("Hello Karla");
    await pass();
    first.stop();
    server.reachable = false;
    const news: number[] = [];
    const s = await arrive();
    s.onNews = (entries) => news.push(...entries.map((e) => e.seq));
    await pass(1000);
    server.reachable = true;
    await pass(120_000);
    expect(texts(s)).toContain("Hello Karla");
    expect(news).toEqual([]);
    const { seq } = server.say("And now?");
    await pass();
    expect(news).toEqual([seq]);
  });

  it("opens a conversation, shows the first line once, and follows what is said", async () => {
    const s = await arrive();
    expect(s.state.get().phase).toBe("form");
    await s.begin(opening);
    await pass();
    expect(s.state.get()).toMatchObject({ phase: "chat", online: true, acts: [] });
    server.accept();
    server.say("Hello Karla");
    await pass();
    expect(s.state.get().view?.status).toBe("active");
    expect(texts(s)).toEqual(["It blinks red", "Hello Karla"]);
  });

  it("leaves everything as it was when the server refuses the opening", async () => {
    const s = await arrive();
    await expect(s.begin({ ...opening, email: "nonsense" })).rejects.toMatchObject({ code: "bad_email" });
    expect(s.state.get().phase).toBe("form");
    expect(store.keys("trialog")).toEqual([]);
  });

  it("shows own lines at once and stores each once, in order", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    for (const text of ["one", "two", "three"]) s.post(text);
    expect(shown(s).slice(1).map((l) => l.state)).toEqual(["sending", "sending", "sending"]);
    await pass();
    expect(shown(s).every((l) => l.seq > 0)).toBe(true);
    expect(stored()).toEqual(["It blinks red", "one", "two", "three"]);
  });

  it("does not double a line whose acknowledgement got lost", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    server.loseAcks = 2;
    s.post("only once");
    await pass(60_000);
    expect(server.posts).toBeGreaterThan(1);
    expect(stored()).toEqual(["It blinks red", "only once"]);
    expect(texts(s)).toEqual(["It blinks red", "only once"]);
  });

  it("keeps lines through an outage and a reload, and sends them in order afterwards", async () => {
    const first = await arrive();
    await first.begin(opening);
    await pass();
    server.reachable = false;
    server.drop();
    await pass();
    first.post("while away");
    first.post("and after");
    await pass(5000);
    expect(first.state.get().online).toBe(false);
    first.stop();

    const again = await arrive();
    expect(texts(again)).toEqual(["while away", "and after"]);
    server.reachable = true;
    await pass(60_000);
    expect(again.state.get().online).toBe(true);
    expect(stored()).toEqual(["It blinks red", "while away", "and after"]);
    expect(texts(again)).toEqual(["It blinks red", "while away", "and after"]);
  });

  it("says that a line was not sent, when the chat ended while it waited and the page was loaded anew", async () => {
    const first = await arrive();
    await first.begin(opening);
    await pass();
    server.reachable = false;
    server.drop();
    await pass();
    first.post("while away");
    first.stop();
    server.status = "closed";
    server.append({ kind: "closed", author: 2, fact: { reason: "agent" } });
    server.reachable = true;
    const again = await arrive();
    await pass(60_000);
    expect(shown(again).at(-1)).toMatchObject({ state: "failed", reason: "conversation_closed" });
    again.retry(shown(again).at(-1)!.key);
    await pass(60_000);
    expect(shown(again).at(-1)).toMatchObject({ state: "failed" });
    again.discard(shown(again).at(-1)!.key);
    expect(texts(again)).toEqual(["It blinks red"]);
  });

  it("forgets lines that a server set back to a backup has lost, and shows what came instead", async () => {
    const widget = await arrive();
    await widget.begin(opening);
    await pass();
    widget.post("lost");
    await pass();
    expect(texts(widget)).toEqual(["It blinks red", "lost"]);
    server.drop();
    server.log.length--;
    server.say("instead").at = "2026-11-23T15:00:00Z";
    await pass(60_000);
    expect(texts(widget)).toEqual(["It blinks red", "instead"]);
    widget.post("and on");
    await pass();
    expect(texts(widget)).toEqual(["It blinks red", "instead", "and on"]);
  });

  it("talks by POST and GET where live connections do not get through", async () => {
    server.sockets = false;
    const s = await arrive();
    await s.begin(opening);
    await pass(2000);
    s.post("by post");
    server.accept();
    server.say("I read you");
    await pass(10_000);
    expect(s.state.get().online).toBe(true);
    expect(texts(s)).toEqual(expect.arrayContaining(["It blinks red", "by post", "I read you"]));
    expect(stored()).toEqual(expect.arrayContaining(["by post"]));
  });

  it("looks once in four seconds where live connections do not get through, however often they failed", async () => {
    let tickets = 0;
    fetcher = (async (input: RequestInfo, init: RequestInit) => {
      if (String(input).endsWith("/tickets")) tickets++;
      return server.fetch(input, init);
    }) as typeof fetch;
    const s = await arrive();
    await s.begin(opening);
    await pass(10_000);
    server.sockets = false;
    server.drop();
    await pass(60_000);
    tickets = 0;
    await pass(60_000);
    expect(tickets).toBeGreaterThan(10);
    expect(tickets).toBeLessThan(20);
  });

  it("fetches what was said while the connection was away, without gap or double", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    server.drop(4008);
    server.accept();
    for (let i = 0; i < 5; i++) server.say(`line ${i}`);
    await pass(30_000);
    expect(texts(s)).toEqual(["It blinks red", "line 0", "line 1", "line 2", "line 3", "line 4"]);
  });

  it("is online again in a tab that follows, once what it missed at first has come", async () => {
    const channels: { onmessage?: (e: { data: unknown }) => void }[] = [];
    vi.stubGlobal("BroadcastChannel", class {
      onmessage?: (e: { data: unknown }) => void;
      constructor() { channels.push(this); }
      postMessage(data: unknown) { for (const c of channels) if (c !== (this as unknown)) c.onmessage?.({ data: structuredClone(data) }); }
      close() {}
    });
    let held = false;
    vi.stubGlobal("navigator", { locks: { request: (_: string, how: LockOptions, run: () => unknown) => {
      if (held) return new Promise(() => undefined); // waits its turn
      if (!how.steal) held = true;
      return how.steal ? new Promise(() => undefined) : run();
    } } });
    const leader = await arrive();
    await leader.begin(opening);
    await pass();
    server.accept();
    await pass();
    expect(leader.leading).toBe(true);
    fetcher = (async () => new Response("{}", { status: 503 })) as typeof fetch;
    const follower = await arrive();
    await pass();
    expect(follower.state.get().online).toBe(false);
    fetcher = server.fetch;
    server.say("Hello Karla");
    await pass(60_000);
    expect(follower.leading).toBe(false);
    expect(texts(follower)).toContain("Hello Karla");
    expect(follower.state.get().online).toBe(true);
  });

  it("notices a connection that is dead without having been closed, and keeps one that is only quiet", async () => {
    let tickets = 0;
    fetcher = (async (input: RequestInfo, init: RequestInit) => {
      if (String(input).endsWith("/tickets")) tickets++;
      return server.fetch(input, init);
    }) as typeof fetch;
    const s = await arrive();
    await s.begin(opening);
    await pass();
    server.accept();
    await pass(600_000);
    expect(tickets).toBe(1);
    for (const socket of server.open) socket.send = () => undefined; // the network has changed: nothing gets through either way
    server.open.clear();
    server.say("Are you there?");
    await pass(90_000);
    expect(texts(s)).toContain("Are you there?");
    expect(tickets).toBe(2);
  });


  it("tells news once, and not what was there before a reload", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    const heard: number[] = [];
    s.onNews = (entries) => heard.push(...entries.map((e) => e.seq));
    const said = server.say("new");
    server.drop();
    await pass(30_000);
    expect(heard).toEqual([said.seq]);
    s.stop();
    const again = await arrive();
    again.onNews = (entries) => heard.push(...entries.map((e) => e.seq));
    await pass();
    expect(heard).toEqual([said.seq]);
  });

  it("stays ended when an answer from before the end comes late", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    server.accept();
    await pass();
    let release = (): void => undefined;
    fetcher = (async (input: RequestInfo, init: RequestInit) => {
      const answer = await server.fetch(input, init);
      if (String(input).includes("/conversation?")) await new Promise<void>((r) => (release = r));
      return answer;
    }) as typeof fetch;
    document.dispatchEvent(new Event("visibilitychange")); // the customer looks
    await pass();
    server.status = "closed";
    server.append({ kind: "closed", author: 2, fact: { reason: "agent" } });
    for (const socket of server.open) socket.down({ type: "view", conversation: server.view() });
    await pass();
    release();
    await pass(60_000);
    expect(s.state.get().view?.status).toBe("closed");
  });

  it("edits and deletes own lines", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    s.edit(shown(s)[0]!, "It blinks green");
    expect(shown(s)[0]).toMatchObject({ edited: true, state: "sending" });
    await pass();
    expect(texts(s)).toEqual(["It blinks green"]);
    s.remove(shown(s)[0]!);
    await pass();
    expect(shown(s)[0]).toMatchObject({ deleted: true, seq: 2 });
    expect(server.log.map((e) => e.kind)).toEqual(["opened", "message", "edit", "delete"]);
  });

  it("says which line was refused, goes on with the next, and lets the customer discard it", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    server.status = "closed";
    s.post("too late");
    await pass();
    expect(shown(s).at(-1)).toMatchObject({ state: "failed", reason: "conversation_closed" });
    s.discard(shown(s).at(-1)!.key);
    expect(texts(s)).toEqual(["It blinks red"]);
  });

  it("lets a later change of a line take the place of one that was refused", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    const act = server.act.bind(server);
    server.act = (c) => {
      if (c.text === "too much") throw { status: 422, code: "too_long" };
      return act(c);
    };
    s.edit(shown(s)[0]!, "too much");
    await pass();
    expect(shown(s)[0]).toMatchObject({ reason: "too_long" });
    s.edit(shown(s)[0]!, "It blinks green");
    await pass();
    expect(texts(s)).toEqual(["It blinks green"]);
    expect(shown(s)[0]!.reason).toBeUndefined();
    expect(s.state.get().acts).toEqual([]);
  });

  it("sends a line again that could not be stored, until it can", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    server.full = 2;
    s.post("It blinks green");
    await pass();
    expect(shown(s).at(-1)).toMatchObject({ state: "sending" });
    await pass(6100);
    expect(stored()).toEqual(["It blinks red", "It blinks green"]);
    expect(s.state.get().acts).toEqual([]);
  });

  it("marks read only forwards, and tells typing at most every three seconds", async () => {
    const s = await arrive();
    await s.begin(opening);
    server.accept();
    await pass();
    s.markRead();
    s.markRead();
    s.typing(true);
    s.typing(true);
    await pass(3100);
    s.typing(true);
    s.typing(false);
    s.typing(false);
    await pass();
    expect(server.told.map((c) => c.type)).toEqual(["read", "typing", "typing", "typing"]);
    expect(server.told[0]!.seq).toBe(3);
  });

  it("forgets a typist of whom nothing more is heard", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    for (const socket of server.open) socket.down({ type: "typing", participant: 2, on: true });
    await pass();
    expect(s.state.get().typing).toEqual([2]);
    await pass(9000);
    expect(s.state.get().typing).toEqual([]);
  });

  it("ends, remembers that it is over, and starts anew when asked", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    await s.end();
    expect(s.state.get().view?.status).toBe("closed");
    expect(store.get("trialog:https://chat.example")).toContain('"over":true');
    s.forget();
    expect(s.state.get().phase).toBe("form");
    expect(store.get("trialog:https://chat.example")).toBeUndefined();
  });

  it("keeps a conversation that another tab began while the server was asked about the one before", async () => {
    const other = await arrive();
    await other.begin(opening);
    await pass();
    const key = "trialog:https://chat.example";
    const begun = store.get(key)!;
    store.set(key, JSON.stringify({ token: "old", id: "gone" }));
    let answer = (): void => undefined;
    fetcher = (async (input: RequestInfo, init: RequestInit) => {
      if (new Headers(init.headers).get("Authorization") === "Bearer old") await new Promise<void>((r) => (answer = r));
      return server.fetch(input, init);
    }) as typeof fetch;
    const s = new Session(new Api("https://chat.example", (...call) => fetcher(...call)), store, async () => ({ Live, Outbox, Tabs }));
    sessions.push(s);
    void s.boot();
    await pass();
    store.set(key, begun);
    dispatchEvent(Object.assign(new Event("storage"), { key }));
    await pass();
    expect(texts(s)).toEqual(["It blinks red"]);
    answer();
    await pass();
    expect(store.get(key)).toBe(begun);
    expect(texts(s)).toEqual(["It blinks red"]);
  });


  it("leaves nothing of an ended conversation on the device, lines that were refused included", async () => {
    const s = await arrive();
    await s.begin(opening);
    await pass();
    server.status = "closed";
    s.post("my account number is 4711");
    await pass();
    expect(shown(s).at(-1)).toMatchObject({ state: "failed" });
    s.forget();
    expect(store.keys("trialog")).toEqual([]);
  });

  it("tells again how far the customer has read when that got lost with the connection", async () => {
    const s = await arrive();
    await s.begin(opening);
    server.accept();
    const { seq } = server.say("Hello Karla");
    await pass();
    server.reachable = false;
    server.drop();
    await pass();
    s.markRead();
    await pass(5000);
    server.reachable = true;
    await pass(60_000);
    expect(s.state.get().online).toBe(true);
    expect(server.told.filter((c) => c.type === "read").map((c) => c.seq)).toEqual([seq]);
  });

  it("goes back to the form when the server knows the conversation no more", async () => {
    store.set("trialog:https://chat.example", JSON.stringify({ token: "old", id: "gone" }));
    const s = await arrive();
    await pass();
    expect(s.state.get().phase).toBe("form");
    expect(store.keys("trialog")).toEqual([]);
  });
});
