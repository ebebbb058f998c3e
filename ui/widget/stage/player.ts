// Plays the customer's lines of a recorded conversation through the public API, as a visitor of its own.

export interface Script {
  id: string;
  title: string;
  lines: [speaker: string, text: string][];
}

export interface Report {
  waiting(): void;
  line(n: number, of: number): void;
  done(): void;
  failed(why: string): void;
}

const api = "/api/v1/visitor";
const look = 2000; // ms between looks for the agent

/** Time a person takes to type a line, in ms. */
export const pace = (text: string) => Math.min(9000, 2200 + text.length * 45);

export class Player {
  private paused = false;
  private stopped = false;
  private token = "";
  private readonly nap = new Set<() => void>();

  constructor(private readonly script: Script, private readonly locale: string, private readonly report: Report) {}

  async run(): Promise<void> {
    const lines = this.script.lines.filter(([speaker]) => speaker === "customer").map(([, text]) => text);
    try {
      await this.open(lines[0] ?? "Hello");
      this.report.waiting();
      while (!this.stopped && !(await this.accepted())) await this.sleep(look);
      for (let i = 1; i < lines.length && !this.stopped; i++) {
        this.report.line(i + 1, lines.length);
        await this.call("/typing", { on: true });
        await this.sleep(pace(lines[i]!));
        if (this.stopped) break;
        await this.call("/messages", { id: `play-${i}`, text: lines[i] });
      }
      if (this.stopped) await this.call("/end", {});
      else this.report.done();
    } catch (e) {
      this.report.failed(e instanceof Error ? e.message : String(e));
    }
  }

  pause(on: boolean): void {
    this.paused = on;
  }

  stop(): void {
    this.stopped = true;
    for (const wake of [...this.nap]) wake();
  }

  private async open(text: string): Promise<void> {
    const page = { url: `${location.origin}/demo`, title: this.script.title };
    const name = this.script.title.slice(0, 40) || "Play";
    const { token } = (await this.call("/conversations", { name, locale: this.locale, page, text, id: "play-0" })) as { token: string };
    this.token = token;
  }

  private async accepted(): Promise<boolean> {
    const { conversation } = (await this.call("/conversation?after=0&limit=1")) as { conversation: { status: string } };
    if (conversation.status === "closed") this.stopped = true;
    return conversation.status === "active";
  }

  /** Waits, and longer while paused. */
  private async sleep(ms: number): Promise<void> {
    for (let left = ms; (left > 0 || this.paused) && !this.stopped; left -= this.paused ? 0 : 250) {
      await new Promise<void>((resolve) => {
        const wake = () => (clearTimeout(timer), this.nap.delete(wake), resolve());
        const timer = setTimeout(wake, 250);
        this.nap.add(wake);
      });
    }
  }

  private async call(path: string, body?: object): Promise<unknown> {
    const headers: Record<string, string> = body ? { "Content-Type": "application/json" } : {};
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    const answer = await fetch(api + path, { method: body ? "POST" : "GET", headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "omit" });
    if (!answer.ok) throw new Error(((await answer.json()) as { detail?: string }).detail ?? String(answer.status));
    return answer.status === 204 ? undefined : answer.json();
  }
}
