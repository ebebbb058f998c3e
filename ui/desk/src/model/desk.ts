// The acts of the agent and what follows from them. Views call these and read the store; nothing here knows how anything looks.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { FileRef, Node, Summary } from "../../../shared/types";
import { Api, codeOf, Refusal, Unreachable } from "../lib/api";
import type { Me, Settings } from "../lib/calls";
import type { Down } from "../lib/frames";
import { newId } from "../lib/ids";
import type { Keep } from "../lib/keep";
import { plainText } from "./content";
import { Hub } from "./hub";
import { hasOlder, merge, placeOf } from "./log";
import { notices, type Notice } from "./notices";
import { next, type Pending } from "./outbox";
import { myPart } from "./people";
import { entries, initial, letGo, logOf, order, readTo, receive, typing, type State } from "./state";

const page = 200; // entries at a time
const typingFor = 6_000; // ms that somebody types after the last word of it
const typingEvery = 3_000; // ms between two words of mine
const focusEvery = 30_000;
const retryAfter = 2_000;
const repeatEvery = 15_000;
const outboxKey = (agent: string) => `trialog-outbox:${agent}`; // somebody else may sign in in the same tab

export interface Draft {
  content: Node[];
  audience: "everyone" | "backroom";
}

export class Desk {
  readonly store: StoreApi<State> = createStore<State>(() => initial);
  readonly api: Api;
  private hub: Hub | undefined;
  private readonly typers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly sending = new Set<string>(); // conversations whose outbox is being worked off
  private lastTyped: { conversation: string; at: number } | undefined; // the last word of it that others got
  private readonly focused = new Map<string, number>();
  private readonly reading = new Map<string, number>();

  /** ring: tells the agent about something; called in one tab only. */
  constructor(private readonly keep: Keep, private readonly ring: (n: Notice, desk: Desk) => void, fetcher?: typeof fetch) {
    this.api = new Api(() => this.over(), fetcher);
  }

  private get s(): State {
    return this.store.getState();
  }

  private set(change: (s: State) => State): void {
    this.store.setState(change, true);
    if (this.s.pending !== this.kept) this.keepOutbox();
  }

  // Session

  async start(): Promise<void> {
    try {
      this.enter(await this.api.call("GET /session"));
    } catch (e) {
      this.set((s) => ({ ...s, session: e instanceof Refusal && e.status === 401 ? "out" : "unreachable" }));
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    this.enter(await this.api.call("POST /session", { body: { login, password } }));
  }

  async signOut(): Promise<void> {
    await this.api.call("DELETE /session");
    this.hub?.signOut();
    this.hub = undefined;
    this.set(() => ({ ...initial, session: "out" }));
  }

  private enter(me: Me): void {
    const pending = this.keep.read<Pending[]>(outboxKey(me.id)) ?? [];
    this.hub?.stop();
    this.set((s) => ({ ...(s.me?.id === me.id ? s : initial), session: "in", me, pending, view: s.view }));
    this.hub = new Hub(this.api, me.id, {
      frame: (frame, loud) => this.hear(frame, loud),
      connection: (connection) => {
        this.set((s) => ({ ...s, connection }));
        if (connection !== "up") return;
        this.reading.clear(); // what was told while there was no connection was not heard
        this.flush();
      },
      over: () => this.over(),
      snapshot: () => this.snapshot(),
      reopen: () => this.reopen(),
    });
    this.hub.start();
    void this.loadPhotos();
    if (this.s.view) void this.open(this.s.view);
  }

  /** The session ended elsewhere, or ran out. What was written stays. */
  private over(): void {
    if (this.s.session !== "in") return;
    this.hub?.stop();
    this.hub = undefined;
    this.set((s) => ({ ...s, session: "over", connection: "down" }));
  }

  async changeMe(change: { name?: string; nickname?: string; locale?: string; settings?: Settings }): Promise<void> {
    const me = await this.api.call("PATCH /me", { body: change });
    this.set((s) => ({ ...s, me }));
  }

  async refreshTeams(): Promise<void> {
    const teams = await this.api.call("GET /me/teams");
    this.set((s) => (s.me ? { ...s, me: { ...s.me, teams } } : s));
  }

  /** Which agents have a photo. Those who look like letters until the answer is here, or for good, are drawn as such. */
  async loadPhotos(): Promise<void> {
    await this.quietly(this.api.call("GET /photos").then(({ photos }) => this.set((s) => ({ ...s, photos }))));
  }

  async changePhoto(photo: Blob | undefined): Promise<void> {
    if (photo) await this.api.send("PUT", "/me/photo", photo);
    else await this.api.call("DELETE /me/photo");
    const me = await this.api.call("GET /session");
    this.set((s) => ({ ...s, me }));
    await this.loadPhotos();
  }

  // Live

  private readonly talkers = new Set<(chat: string | undefined) => void>();

  /** Listens for messages in the agent's own chats in Microsoft Teams; undefined: something may have been missed. Answers how to stop. */
  onTalk(heard: (chat: string | undefined) => void): () => void {
    this.talkers.add(heard);
    return () => void this.talkers.delete(heard);
  }

  /** The agent looks at one of their own chats. */
  sawTalk(chat: string): void {
    if (this.s.talked.includes(chat)) this.set((s) => ({ ...s, talked: s.talked.filter((c) => c !== chat) }));
  }

  private again: ReturnType<typeof setInterval> | undefined;

  /** Rings again for who waits, if the agent wants that, until nobody does. */
  private repeat(): void {
    const wanted = this.s.me?.settings.repeat === true && this.s.waiting.length > 0;
    if (!wanted) {
      clearInterval(this.again);
      this.again = undefined;
    } else this.again ??= setInterval(() => {
      const first = this.s.summaries[this.s.waiting[0] ?? ""];
      if (this.s.session === "in" && this.s.me?.settings.repeat && first) this.ring({ type: "waiting", conversation: first }, this);
    }, repeatEvery);
  }

  private hear(frame: Down, loud: boolean): void {
    if (loud) for (const n of notices(this.s, frame, this.hub?.watched ?? new Set())) this.ring(n, this);
    if (frame.type === "entries" && frame.anew) this.reading.delete(frame.conversation); // what was read there is not in the log any more
    const wasGone = this.s.pages[this.s.view ?? ""] === "gone";
    this.set((s) => receive(s, frame));
    if (wasGone && this.s.view && !this.s.pages[this.s.view]) void this.load(this.s.view);
    if (loud) this.repeat();
    if (frame.type === "me") void this.loadPhotos();
    if (frame.type === "teamsMessage") for (const l of this.talkers) l(frame.chat);
    if (frame.type === "typing") this.expire(frame.conversation, frame.participant, frame.on);
    if (frame.type === "lists" || frame.type === "summary") this.flush();
    if (frame.type === "lists") void this.recheck([...frame.mine, ...frame.waiting, ...(frame.offers ?? [])]);
  }

  /** Asks what became of the conversation in view when it is in no list any more: that it ended, or is somebody else's, is told only once, and nobody may have listened. */
  private async recheck(listed: readonly Summary[]): Promise<void> {
    const id = this.s.view;
    if (!id || !this.s.logs[id] || this.s.summaries[id]?.status === "closed" || listed.some((c) => c.id === id)) return;
    try {
      const { conversation } = await this.api.call("GET /conversations/{id}", { path: { id }, query: { before: Number.MAX_SAFE_INTEGER, limit: 1 } });
      if (this.s.view === id) this.set((s) => order({ ...s, summaries: { ...s.summaries, [id]: conversation } }));
    } catch (e) {
      if (e instanceof Refusal && e.status === 404) this.set((s) => receive(s, { type: "gone", conversation: id }));
      else if (!(e instanceof Unreachable) && !(e instanceof Refusal)) throw e; // the next lists ask again
    }
  }

  private snapshot(): Down | undefined {
    const { listed, mine, waiting, offers, summaries } = this.s;
    const all = (ids: readonly string[]) => ids.map((id) => summaries[id]!);
    return listed ? { type: "lists", mine: all(mine), waiting: all(waiting), offers: all(offers) } : undefined;
  }

  private reopen(): void {
    const { view } = this.s;
    if (view && this.s.logs[view]) this.hub?.tell({ type: "open", conversation: view, ...placeOf(logOf(this.s, view)) });
  }

  nudge(): void {
    this.hub?.nudge();
  }

  private expire(conversation: string, who: number, on: boolean): void {
    const key = `${conversation} ${who}`;
    clearTimeout(this.typers.get(key));
    if (on) this.typers.set(key, setTimeout(() => this.set((s) => typing(s, conversation, who, false)), typingFor));
  }

  // Looking at conversations

  /** Shows a conversation, or none. */
  look(id: string | undefined): void {
    if (id === this.s.view) return;
    this.set((s) => ({ ...letGo(s, s.view), view: id }));
    if (id && this.s.session === "in") void this.open(id);
  }

  async open(id: string): Promise<void> {
    const known = this.s.summaries[id];
    this.set((s) => ({ ...s, dividers: { ...s.dividers, [id]: known?.unread ? readTo(known) : 0 } }));
    if (this.s.logs[id]) this.stream(id);
    else await this.load(id);
  }

  /** Fetches the newest page and streams from there. */
  async load(id: string): Promise<void> {
    this.set((s) => ({ ...s, pages: { ...s.pages, [id]: "loading" } }));
    try {
      const first = await this.api.call("GET /conversations/{id}", { path: { id }, query: { before: Number.MAX_SAFE_INTEGER, limit: page } });
      this.set((s) => {
        const { [id]: _, ...pages } = s.pages;
        const summary = first.conversation;
        const divider = summary.unread ? readTo(summary) : (s.dividers[id] ?? 0);
        const at = order({ ...s, pages, summaries: { ...s.summaries, [id]: summary }, dividers: { ...s.dividers, [id]: divider } });
        return entries(at, id, merge(logOf(s, id), first.entries));
      });
      this.stream(id);
    } catch (e) {
      const why = e instanceof Refusal && e.status === 404 ? "gone" : "failed";
      this.set((s) => ({ ...s, pages: { ...s.pages, [id]: why } }));
    }
  }

  private stream(id: string): void {
    this.hub?.tell({ type: "open", conversation: id, ...placeOf(logOf(this.s, id)) });
    this.focused.set(id, Date.now());
  }

  /** The page above the first line. */
  async older(id: string): Promise<void> {
    const log = logOf(this.s, id);
    if (this.s.pages[id] || !hasOlder(log)) return;
    this.set((s) => ({ ...s, pages: { ...s.pages, [id]: "older" } }));
    try {
      const more = await this.api.call("GET /conversations/{id}", { path: { id }, query: { before: log.entries[0]!.seq, limit: page } });
      this.set((s) => entries(s, id, merge(logOf(s, id), more.entries)));
    } catch (e) {
      if (!(e instanceof Unreachable) && !(e instanceof Refusal)) throw e; // the next scroll asks again
    }
    this.set((s) => {
      const { [id]: _, ...pages } = s.pages;
      return { ...s, pages };
    });
  }

  /** The agent came back to a conversation: the server may look into the thread. */
  focus(id: string): void {
    const now = Date.now();
    if (now - (this.focused.get(id) ?? 0) < focusEvery) return;
    this.focused.set(id, now);
    void this.quietly(this.api.call("POST /conversations/{id}/focus", { path: { id } }));
  }

  watch(id: string | undefined): void {
    this.hub?.watch(id);
  }

  /** Everything that has come is on the screen, before the agent's eyes. */
  read(id: string): void {
    const c = this.s.summaries[id];
    const seq = logOf(this.s, id).last;
    if (!c || !myPart(c) || seq <= Math.max(readTo(c), this.reading.get(id) ?? 0)) return;
    this.reading.set(id, seq);
    this.set((s) => ({ ...s, summaries: { ...s.summaries, [id]: { ...c, unread: 0 } } }));
    this.hub?.tell({ type: "read", conversation: id, seq });
  }

  /** The agent looks away: what comes from now on is new. */
  away(id: string): void {
    this.set((s) => ({ ...s, dividers: { ...s.dividers, [id]: logOf(s, id).last } }));
  }

  // Acts in a conversation

  async accept(id: string): Promise<void> {
    const summary = await this.api.call("POST /conversations/{id}/accept", { path: { id } });
    this.set((s) => order({ ...s, summaries: { ...s.summaries, [id]: summary } }));
  }

  /** Turns down a place that was offered. */
  async decline(id: string): Promise<void> {
    await this.api.call("POST /conversations/{id}/decline", { path: { id } });
    this.set((s) => receive(s, { type: "gone", conversation: id }));
  }

  /** Says an expert's private line to the customer. */
  async publish(id: string, ref: number): Promise<void> {
    await this.api.call("POST /conversations/{id}/publications", { path: { id }, body: { ref } });
  }

  async remind(id: string, n: number): Promise<void> {
    await this.api.call("POST /conversations/{id}/participants/{n}/reminders", { path: { id, n } });
  }

  /** Puts a line into the outbox and sends it. */
  send(conversation: string, draft: Draft, files: FileRef[], plain: boolean): void {
    const p: Pending = { id: newId(), conversation, at: new Date().toISOString(), audience: draft.audience, content: draft.content, plain, files, state: "sending" };
    this.set((s) => ({ ...s, pending: [...s.pending, p], dividers: { ...s.dividers, [conversation]: 0 } }));
    this.lastTyped = undefined;
    void this.workOff(conversation);
  }

  resend(id: string): void {
    const p = this.s.pending.find((x) => x.id === id);
    if (!p) return;
    this.pend(id, { state: "sending" });
    void this.workOff(p.conversation);
  }

  discard(id: string): void {
    this.set((s) => ({ ...s, pending: s.pending.filter((p) => p.id !== id) }));
  }

  private pend(id: string, how: Pick<Pending, "state" | "code">): void {
    this.set((s) => ({ ...s, pending: s.pending.map((p) => (p.id === id ? { ...p, code: undefined, ...how } : p)) }));
  }

  /** Sends what is in the outboxes; lines that a lost connection kept go out when it is back. */
  private flush(): void {
    for (const id of new Set(this.s.pending.map((p) => p.conversation))) void this.workOff(id);
  }

  /** One line after the other, so that they stand in the log as they were written. */
  private async workOff(conversation: string): Promise<void> {
    if (this.sending.has(conversation)) return;
    this.sending.add(conversation);
    try {
      const sent = new Set<string>();
      for (;;) {
        const p = next(this.s.pending.filter((x) => !sent.has(x.id)), conversation);
        if (!p || this.s.session !== "in") return;
        sent.add(p.id);
        if (!(await this.post(p))) return;
      }
    } finally {
      this.sending.delete(conversation);
    }
  }

  /**
   * Sends one line; false when nothing of the conversation can be sent now. While the server is out of reach, or busy, or asks for a new
   * sign-in, the line keeps its place and the later ones wait behind it: else these would stand in the log before it.
   */
  private async post(p: Pending): Promise<boolean> {
    const body = { id: p.id, audience: p.audience, ...(p.files.length ? { files: p.files.map((f) => f.id) } : {}), ...(p.plain ? { text: plainText(p.content) } : { content: p.content }) };
    for (let attempt = 1; ; attempt++) {
      try {
        await this.api.call("POST /conversations/{id}/messages", { path: { id: p.conversation }, body });
        if (!this.s.logs[p.conversation]) this.discard(p.id); // else it is, once it comes back in the log
        return true;
      } catch (e) {
        if (e instanceof Refusal && e.status === 401) return false;
        const faulty = e instanceof Refusal && e.status === 500; // it may be this line alone that the server can't take
        const passing = e instanceof Unreachable || (e instanceof Refusal && e.passing);
        if (!passing || (faulty && attempt >= 3)) {
          this.pend(p.id, { state: "failed", code: codeOf(e) });
          return true;
        }
        await new Promise((r) => setTimeout(r, retryAfter * Math.min(attempt, 5)));
        if (this.s.session !== "in") return false;
        if (!this.s.pending.some((x) => x.id === p.id)) return true; // discarded, or it has come back in the log
      }
    }
  }

  private kept: readonly Pending[] = [];
  private keepOutbox(): void {
    this.kept = this.s.pending;
    if (this.s.me) this.keep.set(outboxKey(this.s.me.id), this.kept.length ? JSON.stringify(this.kept) : undefined);
  }

  typed(id: string): void {
    const now = Date.now();
    if (id === this.lastTyped?.conversation && now - this.lastTyped.at < typingEvery) return;
    this.lastTyped = { conversation: id, at: now };
    this.hub?.tell({ type: "typing", conversation: id, on: true });
  }

  stoppedTyping(id: string): void {
    if (this.lastTyped?.conversation === id) this.hub?.tell({ type: "typing", conversation: id, on: false });
    this.lastTyped = undefined;
  }

  /** For calls that nobody waits for and that mean nothing when they fail: the next one makes up for it. */
  private async quietly(call: Promise<unknown>): Promise<void> {
    try {
      await call;
    } catch (e) {
      if (!(e instanceof Unreachable) && !(e instanceof Refusal)) throw e;
    }
  }

  // Drafts, one per conversation

  draft(id: string): Draft | undefined {
    return this.keep.read<Draft>(this.draftKey(id));
  }

  /** A draft is its agent's: somebody else may sign in in the same tab. */
  private draftKey(id: string): string {
    return `trialog-draft:${this.s.me?.id ?? ""}:${id}`;
  }

  keepDraft(id: string, draft: Draft | undefined): void {
    this.keep.set(this.draftKey(id), draft ? JSON.stringify(draft) : undefined);
  }
}
