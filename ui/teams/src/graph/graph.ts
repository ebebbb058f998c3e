// One authorised way to Microsoft Graph on this page's own origin.

import { GraphError, asGraphError, refused } from "./error";
import type { Page } from "./shapes";

export interface Call {
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
}

const patience = 3; // attempts of a reading call that is told to wait
const longestWait = 10; // seconds

/** Hands out the session's token; `stale` asks for a new one because this one was refused. */
export type TokenSource = (stale?: string) => Promise<string>;

export class Graph {
  constructor(
    private readonly token: TokenSource,
    private readonly send: typeof fetch = (...args) => fetch(...args),
  ) {}

  /** Performs a call and returns the good answer. Reading calls wait out throttling. */
  async call(method: string, path: string, call: Call = {}): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.authorised(method, path, call);
      if (answer.ok) return answer;
      const error = await refused(answer);
      const again = method === "GET" && attempt < patience && (error.status === 429 || error.status === 503);
      if (!again) throw error;
      await sleep(Math.min(error.retryAfter ?? attempt, longestWait));
    }
  }

  async get<T>(path: string, headers?: Record<string, string>): Promise<T> {
    const answer = await this.call("GET", path, headers ? { headers } : {});
    return (await answer.json()) as T;
  }

  async post<T>(path: string, json: unknown): Promise<T> {
    const answer = await this.call("POST", path, { json });
    const text = await answer.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** All items of a paged list. */
  async all<T>(path: string, headers?: Record<string, string>): Promise<T[]> {
    const items: T[] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const page: Page<T> = await this.get<Page<T>>(next, headers);
      items.push(...page.value);
      const link = page["@odata.nextLink"];
      next = link === undefined ? undefined : onOrigin(link);
    }
    return items;
  }

  private async authorised(method: string, path: string, call: Call): Promise<Response> {
    const token = await this.token();
    const answer = await this.once(method, path, call, token);
    if (answer.status !== 401) return answer;
    return this.once(method, path, call, await this.token(token));
  }

  private async once(method: string, path: string, call: Call, token: string): Promise<Response> {
    const headers: Record<string, string> = { ...call.headers, Authorization: `Bearer ${token}` };
    let body = call.body ?? null;
    if (call.json !== undefined) {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(call.json);
    }
    try {
      return await this.send(path, { method, headers, body, cache: "no-store" });
    } catch (cause) {
      throw asGraphError(cause);
    }
  }
}

/**
 * The part of a Graph address that this origin serves too. Tokens never leave the origin,
 * whatever host a link names.
 */
export function onOrigin(link: string): string {
  const url = new URL(link, "https://graph.invalid");
  return url.pathname + url.search;
}

/** A chat path: ids contain ":" and "@", which are escaped like anything else. */
export function chatPath(chat: string, rest = ""): string {
  return `/v1.0/chats/${encodeURIComponent(chat)}${rest}`;
}

export function messagePath(chat: string, message: string, rest = ""): string {
  return chatPath(chat, `/messages/${encodeURIComponent(message)}${rest}`);
}

export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

export { GraphError };
