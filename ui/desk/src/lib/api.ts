import type { Problem } from "../../../shared/types";
import type { Calls } from "./calls";

/** The server said no. Code is stable and worded by the catalogue. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, readonly problem?: Partial<Problem>) {
    super(problem?.detail ?? `the server answered ${status}`);
  }
  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** The server could not be reached, or did not answer in time. */
export class Unreachable extends Error {}

/** The stable code to word an error by. */
export const codeOf = (e: unknown) => (e instanceof Refusal ? e.code : e instanceof Unreachable ? "unreachable" : "internal");

const patience = 20_000; // ms for an answer

type Slots<K extends string> = K extends `${string}{${infer N}}${infer R}` ? N | Slots<R> : never;
type Ask<K extends keyof Calls> = ([Slots<K>] extends [never] ? unknown : { path: Record<Slots<K>, string | number> }) &
  (Calls[K] extends { body: infer B } ? { body: B } : unknown) &
  (Calls[K] extends { query: infer Q } ? { query: Q } : unknown);
/** Any call may be given up; what was sent may have happened all the same. */
type Given = { signal?: AbortSignal };
type Args<K extends keyof Calls> = unknown extends Ask<K> ? [Given?] : [Ask<K> & Given];

/** Calls below /api/v1, typed by the map of calls. A lost session is told to `signedOut` once per answer. */
export class Api {
  constructor(private readonly signedOut: () => void, private readonly fetcher: typeof fetch = (...a) => fetch(...a)) {}

  /** One call; answers the decoded body, or undefined for 204. Throws Refusal or Unreachable. */
  async call<K extends keyof Calls>(what: K, ...args: Args<K>): Promise<Calls[K]["answer"]> {
    const ask = (args[0] ?? {}) as { path?: Record<string, string | number>; query?: Record<string, unknown>; body?: unknown } & Given;
    const [method, pattern] = what.split(" ") as [string, string];
    const answer = await this.fetch(method, address(pattern, ask.path, ask.query), ask.body, ask.signal);
    if (answer.status === 204) return undefined as Calls[K]["answer"];
    try {
      return (await answer.json()) as Calls[K]["answer"];
    } catch {
      throw new Unreachable("the answer broke off");
    }
  }

  /** Sends bytes as they are; answers the decoded body. */
  async send<A>(method: string, path: string, bytes: Blob): Promise<A> {
    return (await (await this.fetch(method, address(path), bytes)).json()) as A;
  }

  private async fetch(method: string, url: string, body: unknown, given?: AbortSignal): Promise<Response> {
    let answer: Response;
    const raw = body instanceof Blob;
    const signal = AbortSignal.any([AbortSignal.timeout(patience), ...(given ? [given] : [])]);
    try {
      answer = await this.fetcher(url, {
        method, credentials: "same-origin", signal,
        ...(body === undefined ? {} : { headers: { "Content-Type": raw ? "application/octet-stream" : "application/json" }, body: raw ? body : JSON.stringify(body) }),
      });
    } catch {
      throw new Unreachable("no answer");
    }
    if (answer.ok) return answer;
    const problem = (await answer.json().catch(() => undefined)) as Partial<Problem> | undefined;
    const code = problem?.code ?? `http_${answer.status}`;
    if (answer.status === 401 && code !== "bad_login") this.signedOut();
    throw new Refusal(answer.status, code, problem);
  }
}

/** Fills a pattern like /conversations/{id} and adds the query. */
export function address(pattern: string, path: Record<string, string | number> = {}, query: Record<string, unknown> = {}): string {
  const filled = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])));
  const search = new URLSearchParams(Object.entries(query).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]])));
  return `/api/v1${filled}${search.size ? `?${search}` : ""}`;
}
