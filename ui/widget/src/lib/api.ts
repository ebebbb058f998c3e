import type { Problem } from "../../../shared/types";

/** The server said no. Code is stable and worded by the catalogue. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, readonly problem?: Partial<Problem>) {
    super(problem?.detail ?? `The server answered ${status}.`);
  }
  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** The server could not be reached, or did not answer in time. */
export class Unreachable extends Error {}

const patience = 15_000; // ms for an answer

/** Calls below /api/v1 with the customer's token, never with cookies. */
export class Api {
  token: string | undefined;
  constructor(readonly origin: string, private readonly fetcher: typeof fetch = (...a) => fetch(...a)) {}

  url(path: string): string {
    return `${this.origin}/api/v1${path}`;
  }

  /** One call; answers the decoded body, or undefined for 204. Throws Refusal or Unreachable. */
  async call<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
    const answer = await this.fetch(method, path, body === undefined ? undefined : JSON.stringify(body));
    if (answer.status === 204) return undefined as T;
    try {
      return (await answer.json()) as T;
    } catch {
      throw new Unreachable("the answer broke off");
    }
  }

  /** The bytes of a file or transcript. */
  async blob(path: string): Promise<Blob> {
    const answer = await this.fetch("GET", path);
    return answer.blob().catch(() => {
      throw new Unreachable("the answer broke off");
    });
  }

  private async fetch(method: string, path: string, body?: string): Promise<Response> {
    const headers: Record<string, string> = body === undefined ? {} : { "Content-Type": "application/json" };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    let answer: Response;
    try {
      answer = await this.fetcher(this.url(path), { method, headers, body, credentials: "omit", signal: AbortSignal.timeout(patience) });
    } catch {
      throw new Unreachable("no answer");
    }
    if (answer.ok) return answer;
    const problem = (await answer.json().catch(() => undefined)) as Partial<Problem> | undefined;
    throw new Refusal(answer.status, problem?.code ?? `http_${answer.status}`, problem);
  }
}
