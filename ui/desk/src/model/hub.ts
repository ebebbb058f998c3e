// One live connection for all tabs of an agent: the leading tab holds it and passes on what it hears; the others send through it.
import type { Api } from "../lib/api";
import type { Connection, Down, Up } from "../lib/frames";
import { newId } from "../lib/ids";
import { Live } from "../lib/live";
import { Tabs } from "../lib/tabs";

export interface Ear {
  /** A frame from the server. loud: this tab is the one that may ring. */
  frame(frame: Down, loud: boolean): void;
  connection(state: Connection): void;
  over(): void;
  /** The lists as this tab knows them, for a tab that has just come. */
  snapshot(): Down | undefined;
  /** Another tab took the lead, or this one: tell it again which conversations are open. */
  reopen(): void;
}

type Said =
  | { kind: "down"; frame: Down } | { kind: "up"; frame: Up } | { kind: "connection"; state: Connection } | { kind: "over" }
  | { kind: "hello" } | { kind: "lead" } | { kind: "nudge" } | { kind: "watch"; tab: string; conversation?: string };

export class Hub {
  private readonly tab = newId();
  private readonly watching = new Map<string, string>();
  private readonly tabs: Tabs;
  private readonly live: Live;
  private state: Connection = "connecting";

  constructor(api: Api, agent: string, private readonly ear: Ear) {
    this.live = new Live(api, {
      frame: (frame) => {
        this.say({ kind: "down", frame });
        this.ear.frame(frame, true);
      },
      connection: (state) => {
        this.say({ kind: "connection", state });
        this.connected(state);
      },
      over: () => {
        this.say({ kind: "over" });
        this.ear.over();
      },
    });
    this.tabs = new Tabs(`trialog-desk:${agent}`, {
      lead: () => {
        this.live.start();
        this.say({ kind: "lead" });
        this.ear.reopen();
      },
      hear: (message) => this.hear(message as Said),
    });
  }

  start(): void {
    this.tabs.start();
    this.say({ kind: "hello" });
  }

  stop(): void {
    this.watch(undefined);
    this.live.stop();
    this.tabs.stop();
  }

  /** The agent signed out here: the other tabs learn it. */
  signOut(): void {
    this.say({ kind: "over" });
    this.stop();
  }

  tell(frame: Up): void {
    if (this.tabs.leading) this.live.tell(frame);
    else this.say({ kind: "up", frame });
  }

  nudge(): void {
    if (this.tabs.leading) this.live.nudge();
    else this.say({ kind: "nudge" });
  }

  /** Says which conversation is in view in this tab, so that no tab rings for it. */
  watch(conversation: string | undefined): void {
    this.note(this.tab, conversation);
    this.say({ kind: "watch", tab: this.tab, ...(conversation ? { conversation } : {}) });
  }

  get watched(): ReadonlySet<string> {
    return new Set(this.watching.values());
  }

  private say(message: Said): void {
    this.tabs.tell(message);
  }

  private note(tab: string, conversation: string | undefined): void {
    if (conversation) this.watching.set(tab, conversation);
    else this.watching.delete(tab);
  }

  private connected(state: Connection): void {
    this.state = state;
    this.ear.connection(state);
  }

  private hear(said: Said): void {
    switch (said.kind) {
      case "down":
        return this.ear.frame(said.frame, false);
      case "up":
        return this.tabs.leading ? this.live.tell(said.frame) : undefined;
      case "connection":
        return this.connected(said.state);
      case "over":
        return this.ear.over();
      case "hello":
        return this.greet();
      case "lead":
        return this.ear.reopen();
      case "nudge":
        return this.tabs.leading ? this.live.nudge() : undefined;
      case "watch":
        return this.note(said.tab, said.conversation);
    }
  }

  private greet(): void {
    if (!this.tabs.leading) return;
    const frame = this.ear.snapshot();
    if (frame) this.say({ kind: "down", frame });
    this.say({ kind: "connection", state: this.state });
  }
}
