// The customer's conversation: opening and resuming it, and keeping log, outbox, connection and the other tabs in step.
import type { Cursor, Entry, FileRef, VisitorView } from "../../../shared/types";
import { sessionKey } from "../host";
import { Refusal, Unreachable, type Api } from "../lib/api";
import { newId, newSecret } from "../lib/id";
import type { Down, Live } from "../lib/live";
import type { Keep } from "../lib/storage";
import type { Tabs } from "../lib/tabs";
import { emptyLog, me, merge, plainText, type Line } from "./log";
import type { Act, Outbox } from "./outbox";
import { nothing, Store, type State } from "./state";
import { Typists } from "./typists";

const page = 500; // entries per call
const pollEvery = 15_000; // ms, for the place in the queue
const limpEvery = 4_000; // ms between looks while the server answers but live connections fail

export interface Opening {
  service?: string;
  name?: string;
  email?: string;
  locale: string;
  page: { url: string; title: string };
  attributes?: Record<string, string>;
  user?: string;
  text?: string;
}

interface Stored {
  token: string;
  id: string;
  over?: boolean;
}

/** The code that nobody needs before there is a conversation. */
export interface Wires {
  Live: typeof Live;
  Outbox: typeof Outbox;
  Tabs: typeof Tabs;
}

type Frame = Exclude<Down, { type: "ack" } | { type: "nack" }>;
type Relayed = { frame: Frame; before: number } | { online: boolean };

export class Session {
  readonly state: Store<State>;
  /** Called with entries that came in while the widget was running, once per tab. */
  onNews: (entries: Entry[]) => void = () => undefined;
  private stored: Stored | undefined;
  private outbox: Outbox | undefined;
  private live: Live | undefined;
  private tabs: Tabs | undefined;
  private flushing = false;
  private again = false;
  private running = false; // there is a conversation, and what is said in it comes in
  private told = false; // what is here was here before: only what comes now is news
  private queueTimer: ReturnType<typeof setTimeout> | undefined;
  private limpTimer: ReturnType<typeof setTimeout> | undefined; // the one next look: each failure would leave another behind
  private readonly typists = new Typists((typing) => this.state.set({ typing }));
  private typedAt = 0;
  private tried: { id: string; secret: string; text?: string } | undefined; // an opening whose answer has not come
  private instead: { id: string; text: string } | undefined; // to be said, once the log tells what was said first

  constructor(readonly api: Api, private readonly keep: Keep, private readonly fetchWires: () => Promise<Wires>, private readonly now = Date.now) {
    this.state = new Store(nothing(keep.kept));
  }

  /** Id of the conversation that this browser has, also before anything of it is loaded. */
  get id(): string {
    return this.stored?.id ?? "";
  }

  get leading(): boolean {
    return this.tabs?.leading ?? false;
  }

  /** Resumes the conversation that this browser had, if any; watches what other tabs do. */
  async boot(): Promise<void> {
    addEventListener("storage", this.heard);
    addEventListener("online", this.wake);
    addEventListener("offline", this.sleep);
    document.addEventListener("visibilitychange", this.wake);
    const stored = this.readStored();
    if (stored) await this.resume(stored);
  }

  /** Lets go of everything outside; what is kept on the device stays. */
  stop(): void {
    removeEventListener("storage", this.heard);
    removeEventListener("online", this.wake);
    removeEventListener("offline", this.sleep);
    document.removeEventListener("visibilitychange", this.wake);
    this.detach();
  }

  /** Opens a conversation with the first line. Throws Refusal or Unreachable; then nothing has changed here. */
  async begin(opening: Opening): Promise<void> {
    const wires = await this.wires();
    const tried = (this.tried ??= { id: newId(), secret: newSecret(), text: opening.text });
    const { id, secret } = tried;
    const body = opening.text ? { ...opening, id, secret } : { ...opening, secret };
    this.api.token = undefined;
    const { token, conversation } = await this.api.call<{ token: string; conversation: VisitorView }>("POST", "/visitor/conversations", body);
    this.tried = undefined;
    this.detach();
    this.state.set({ ...nothing(this.keep.kept), phase: "chat", view: conversation });
    this.write({ token, id: conversation.id });
    this.attach(wires);
    const said = opening.text === tried.text;
    if (opening.text && said) {
      this.outbox!.add({ id, kind: "post", text: opening.text }, this.now());
      this.outbox!.done(id);
    }
    this.show();
    this.running = true;
    this.tabs!.start();
    await this.catchUp().catch(() => undefined); // the live connection brings it otherwise
    if (!said && opening.text) this.sayInstead(id, opening.text);
  }

  /** The first line was changed before the opening was tried again, which may have been carried out the first time. */
  private sayInstead(id: string, text: string): void {
    const { log } = this.state.get();
    this.instead = log.last ? undefined : { id, text }; // while nothing has come nobody knows what was said
    if (!log.last) return;
    const line = log.lines.find((l) => l.key === id);
    if (!line) this.post(text);
    else if (plainText(line.content) !== text) this.edit(line, text);
  }

  /** Sends a line; it is kept until the server has it. */
  post(text: string, files: FileRef[] = []): void {
    this.act({ id: newId(), kind: "post", text: text || undefined, files: files.length ? files : undefined });
    this.typing(false);
  }

  edit(line: Line, text: string): void {
    this.act({ id: newId(), kind: "edit", ref: line.seq, text });
  }

  remove(line: Line): void {
    this.act({ id: newId(), kind: "delete", ref: line.seq });
  }

  retry(id: string): void {
    this.outbox?.retry(id);
    this.show();
    void this.flush();
  }

  discard(id: string): void {
    this.outbox?.drop(id);
    this.show();
  }

  /** Everything up to now has been seen. */
  markRead(): void {
    const { log, read, view } = this.state.get();
    if (log.last <= read || !view) return;
    this.state.set({ read: log.last });
    void this.tell({ type: "read", seq: log.last }, "/visitor/read", { seq: log.last });
  }

  /** Tells how far the customer has read, if that got lost with the connection before. */
  private tellRead(): void {
    const { read, view } = this.state.get();
    if (read > (view?.cursors.find((c) => c.participant === me)?.read ?? 0)) this.live?.tell({ type: "read", seq: read });
  }

  /** Tells the others that the customer types, at most every 3 seconds, or has stopped. */
  typing(on: boolean): void {
    const { view } = this.state.get();
    if (view?.status !== "active" || (on ? this.now() - this.typedAt < 3000 : !this.typedAt)) return;
    this.typedAt = on ? this.now() : 0;
    void this.tell({ type: "typing", on }, "/visitor/typing", { on });
  }

  /** Ends the conversation for all. */
  async end(): Promise<void> {
    await this.api.call("POST", "/visitor/end", {});
    await this.catchUp();
  }

  /** Leaves the ended conversation behind, in all tabs. Nothing of it stays on the device: somebody else may use that. */
  forget(): void {
    for (const a of this.outbox?.acts ?? []) this.outbox!.drop(a.id);
    this.detach();
    this.keep.remove(sessionKey(this.api.origin));
    this.stored = undefined;
    this.api.token = undefined;
    this.state.set(nothing(this.keep.kept));
  }

  /** Reads what is new over HTTP. */
  async catchUp(): Promise<void> {
    for (;;) {
      const token = this.api.token;
      const { view: before, log: { last: after } } = this.state.get();
      const { conversation, entries } = await this.api.call<{ conversation: VisitorView; entries: Entry[] }>("GET", `/visitor/conversation?after=${after}&limit=${page}`);
      if (token !== this.api.token) return; // another conversation meanwhile
      const { view } = this.state.get();
      if (view === before || !view || conversation.last >= view.last) this.take({ type: "view", conversation }); // else the live connection has overtaken the answer
      this.take({ type: "entries", entries });
      if (!entries.length || this.state.get().log.last >= conversation.last) return; // a short page is not the last: much may be private
    }
  }

  private async resume(stored: Stored): Promise<void> {
    this.stored = stored;
    this.api.token = stored.token;
    this.state.set({ ...nothing(this.keep.kept), phase: "resuming" });
    const replaced = () => this.stored?.token !== stored.token; // by another conversation meanwhile: what comes is not about that
    try {
      const wires = await this.wires();
      if (replaced()) return;
      this.attach(wires);
      this.show();
      await this.catchUp();
    } catch (e) {
      if (replaced()) return;
      if (e instanceof Refusal && !e.passing) return this.forget();
      this.setOnline(false);
      if (!this.tabs) setTimeout(() => this.stored === stored && void this.resume(stored), limpEvery);
    }
    if (replaced()) return;
    this.running = true;
    this.told = this.state.get().online;
    if (this.state.get().view?.status !== "closed") this.tabs?.start();
    else void this.flush(); // nobody leads any more: what still waits is refused here, else it would wait for ever
  }

  private async wires(): Promise<Wires> {
    try {
      return await this.fetchWires();
    } catch {
      throw new Unreachable("the rest of the widget could not be fetched");
    }
  }

  private attach({ Live, Outbox, Tabs }: Wires): void {
    const base = sessionKey(this.api.origin);
    const { id } = this.stored!;
    const live = new Live(this.api, {
      place: () => this.state.get().log.place,
      frame: (f) => this.lead(f as Frame),
      up: () => (this.setOnline(true), this.tellRead()),
      down: () => void this.limp(),
      over: (why) => (why === "unknown" ? this.forget() : void this.catchUp().catch(() => undefined)),
    });
    this.live = live;
    this.outbox = new Outbox(this.keep, `${base}:out:${id}:`);
    this.tabs = new Tabs(`${base}:${id}`, {
      lead: () => (live.start(), void this.flush()),
      follow: () => live.stop(),
      hear: (m) => this.hear(m as Relayed),
    });
  }

  private detach(): void {
    this.running = this.told = false;
    this.instead = undefined;
    clearTimeout(this.queueTimer);
    clearTimeout(this.limpTimer);
    this.typists.clear();
    this.typedAt = 0;
    this.live?.stop();
    this.live = undefined;
    this.tabs?.stop();
    this.tabs = undefined;
    this.outbox = undefined;
  }

  private act(act: Omit<Act, "order" | "at">): void {
    if (!this.outbox) return;
    this.outbox.add(act, this.now());
    this.show();
    void this.flush();
  }

  /** Sends the outbox in order. Only the leading tab does, while there is one; the others' acts reach it through storage. */
  private async flush(): Promise<void> {
    if (!this.leading && this.state.get().view?.status !== "closed") return;
    if (this.flushing) {
      this.again = true;
      return;
    }
    this.flushing = true;
    const { outbox } = this;
    let act: Act | undefined;
    while (outbox && outbox === this.outbox && (act = outbox.next())) {
      if (!(await this.deliver(outbox, act))) break;
    }
    this.flushing = false;
    if (this.again || outbox !== this.outbox) {
      this.again = false;
      if (this.live?.open) void this.flush();
    }
  }

  /** Sends one act; false when there is no getting through at present. */
  private async deliver(outbox: Outbox, act: Act): Promise<boolean> {
    const { id, kind, ref, text } = act;
    const body = { id, ref, text, files: act.files?.map((f) => f.id) };
    const live = this.live?.open ? this.live : undefined;
    try {
      if (live) await live.command({ type: kind, ...body } as { id: string });
      else await this.api.call("POST", { post: "/visitor/messages", edit: "/visitor/edits", delete: "/visitor/deletions" }[kind], body);
      outbox.done(id);
      if (!live) await this.catchUp();
      return true;
    } catch (e) {
      if (!(e instanceof Refusal) || e.passing) {
        if (e instanceof Refusal) setTimeout(() => void this.flush(), 3000);
        return false;
      }
      outbox.refuse(act, e.code);
      this.show();
      return true;
    }
  }

  /** The live connection is away: is the server? Then lines go by POST, and come by GET, until it is back. */
  private async limp(): Promise<void> {
    const { token } = this.api;
    try {
      await this.catchUp();
      this.setOnline(true);
      await this.flush();
      clearTimeout(this.limpTimer);
      this.limpTimer = setTimeout(() => this.live?.nudge(), limpEvery * (0.8 + Math.random() * 0.4));
    } catch (e) {
      if (token !== this.api.token) return; // another conversation meanwhile
      if (e instanceof Refusal && !e.passing) this.forget();
      else this.setOnline(false);
    }
  }

  private async tell(frame: object, path: string, body: object): Promise<void> {
    if (this.live?.tell(frame)) return;
    try {
      await this.api.call("POST", path, body);
    } catch (e) {
      if (!(e instanceof Refusal || e instanceof Unreachable)) throw e; // a hint that got lost: the next one tells the same
    }
  }

  private setOnline(online: boolean): void {
    if (this.state.get().online !== online) this.state.set({ online });
    if (this.leading) this.tabs?.tell({ online } satisfies Relayed);
    if (online) void this.flush();
  }

  private lead(frame: Frame): void {
    this.tabs?.tell({ frame, before: this.state.get().log.last } satisfies Relayed);
    this.take(frame);
  }

  /** What the leading tab passes on. Where something is missing in between, this tab fetches it itself. */
  private hear(m: Relayed): void {
    if (this.leading) return;
    if ("online" in m) return this.state.set({ online: m.online });
    if (m.frame.type === "entries" && !m.frame.anew && this.state.get().log.last < m.before) void this.catchUp().then(() => this.setOnline(true), () => this.setOnline(false));
    else this.take(m.frame);
  }

  private take(frame: Frame): void {
    switch (frame.type) {
      case "view":
        return this.takeView(frame.conversation);
      case "cursors":
        return this.takeCursors(frame.cursors);
      case "typing":
        return frame.participant === me ? undefined : this.typists.set(frame.participant, frame.on);
      case "entries":
        return this.takeEntries(frame.entries, frame.upTo, frame.anew);
    }
  }

  private takeView(view: VisitorView): void {
    if (this.stored && view.id !== this.stored.id) return;
    this.state.set({ phase: "chat", view });
    this.takeCursors(view.cursors);
    if (view.status === "closed" && this.stored && !this.stored.over) this.write({ ...this.stored, over: true });
    clearTimeout(this.queueTimer);
    if (view.status === "waiting") this.queueTimer = setTimeout(() => this.leading && void this.catchUp().catch(() => undefined), pollEvery);
  }

  private takeCursors(cursors: Cursor[]): void {
    const { view, read } = this.state.get();
    if (!view) return;
    const mine = cursors.find((c) => c.participant === me)?.read ?? 0;
    this.state.set({ view: { ...view, cursors }, read: Math.max(read, mine) });
  }

  private takeEntries(entries: Entry[], upTo?: number, anew?: boolean): void {
    if (anew) this.state.set({ log: emptyLog, read: 0 }); // the server's log was set back
    const { log } = this.state.get();
    const merged = merge(log, entries, upTo);
    if (merged === log) return;
    const news = this.running && this.told && !anew ? entries.filter((e) => e.seq > log.last) : [];
    this.told ||= this.running;
    this.outbox?.settle(merged.own);
    for (const e of news) if (e.kind === "message") this.typists.set(e.author ?? 0, false);
    this.state.set({ log: merged, acts: this.outbox?.acts ?? [] });
    if (this.instead) this.sayInstead(this.instead.id, this.instead.text);
    if (news.length) this.onNews(news);
  }

  private show(): void {
    this.state.set({ acts: this.outbox?.acts ?? [] });
  }

  private write(stored: Stored): void {
    this.stored = stored;
    this.api.token = stored.token;
    this.keep.set(sessionKey(this.api.origin), JSON.stringify(stored));
  }

  private readStored(): Stored | undefined {
    try {
      const stored = JSON.parse(this.keep.get(sessionKey(this.api.origin)) ?? "null") as Stored | null;
      return stored?.token && stored.id ? stored : undefined;
    } catch {
      return undefined; // damaged: as good as none
    }
  }

  /** Another tab has written something. */
  private readonly heard = (e: StorageEvent) => {
    const base = sessionKey(this.api.origin);
    if (e.key?.startsWith(`${base}:out:`)) {
      this.show();
      void this.flush();
    }
    if (e.key !== base && e.key !== null) return;
    const stored = this.readStored();
    if (!stored && this.stored) this.forget();
    if (stored && stored.token !== this.stored?.token) {
      this.detach();
      void this.resume(stored);
    }
  };

  private readonly wake = () => {
    if (document.visibilityState !== "visible" || !this.stored || this.stored.over) return;
    if (this.leading && !this.live?.open) this.live?.nudge();
    else if (this.running) void this.catchUp().catch(() => this.leading && this.live?.restart());
  };

  private readonly sleep = () => {
    this.live?.restart();
    this.setOnline(false);
  };
}

