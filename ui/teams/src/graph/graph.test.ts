import { describe, expect, it, vi } from "vitest";
import { GraphError, retryAfter } from "./error";
import { attachmentOf, shareId } from "./files";
import { Graph, chatPath, messagePath, onOrigin } from "./graph";

/** Microsoft Graph at the HTTP level: answers in turn, and what it was asked. */
function service(...answers: (Response | Error)[]): { fetch: typeof fetch; asked: { path: string; token: string | null }[] } {
  const asked: { path: string; token: string | null }[] = [];
  const answer = async (path: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    asked.push({ path: String(path), token: new Headers(init?.headers).get("Authorization") });
    const next = answers.shift();
    if (next === undefined) throw new Error("asked too often");
    if (next instanceof Error) throw next;
    return next;
  };
  return { fetch: answer as typeof fetch, asked };
}

const refusal = (status: number, code: string, headers: HeadersInit = {}): Response =>
  new Response(JSON.stringify({ error: { code, message: "no" } }), { status, headers });

describe("Graph", () => {
  it("renews a refused token once", async () => {
    const { fetch, asked } = service(refusal(401, "InvalidAuthenticationToken"), Response.json({ id: "x" }));
    const graph = new Graph(async (stale) => (stale === undefined ? "old" : "new"), fetch);
    expect(await graph.get("/v1.0/me")).toEqual({ id: "x" });
    expect(asked.map((a) => a.token)).toEqual(["Bearer old", "Bearer new"]);
  });

  it("waits as told before it reads again, but never repeats a post", async () => {
    vi.useFakeTimers();
    const reading = service(refusal(429, "TooManyRequests", { "Retry-After": "2" }), Response.json({ value: [] }));
    const read = new Graph(async () => "t", reading.fetch).get("/v1.0/me/chats");
    await vi.advanceTimersByTimeAsync(1900);
    expect(reading.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await read).toEqual({ value: [] });
    vi.useRealTimers();

    const posting = service(refusal(429, "TooManyRequests", { "Retry-After": "7" }));
    const post = new Graph(async () => "t", posting.fetch).post("/v1.0/chats", {});
    await expect(post).rejects.toMatchObject({ status: 429, code: "TooManyRequests", retryAfter: 7 });
    expect(posting.asked).toHaveLength(1);
  });

  it("follows pages on its own origin only", async () => {
    const next = "https://graph.microsoft.com/v1.0/me/chats?$skiptoken=abc";
    const { fetch, asked } = service(Response.json({ value: [1], "@odata.nextLink": next }), Response.json({ value: [2] }));
    expect(await new Graph(async () => "t", fetch).all("/v1.0/me/chats")).toEqual([1, 2]);
    expect(asked[1]?.path).toBe("/v1.0/me/chats?$skiptoken=abc");
  });

  it("types failures without an answer and answers that are no JSON", async () => {
    const silent = new Graph(async () => "t", service(new TypeError("failed")).fetch);
    await expect(silent.get("/x")).rejects.toMatchObject({ status: 0, code: "network" });
    const gateway = new Graph(async () => "t", service(new Response("<html>", { status: 502 })).fetch);
    await expect(gateway.post("/x", {})).rejects.toMatchObject({ status: 502, code: "http502", transient: true });
  });
});

describe("addresses", () => {
  it("escapes ids", () => {
    expect(chatPath("19:a@thread.v2", "/members")).toBe("/v1.0/chats/19%3Aa%40thread.v2/members");
    expect(messagePath("c/d", "1")).toBe("/v1.0/chats/c%2Fd/messages/1");
    expect(onOrigin("https://evil.example/v1.0/x?y=1")).toBe("/v1.0/x?y=1");
  });

  it("makes the sharing token of the documentation", () => {
    expect(shareId("https://onedrive.live.com/redir?resid=1231244193912!12&authKey=1201919!12921!1")).toBe(
      "u!aHR0cHM6Ly9vbmVkcml2ZS5saXZlLmNvbS9yZWRpcj9yZXNpZD0xMjMxMjQ0MTkzOTEyITEyJmF1dGhLZXk9MTIwMTkxOSExMjkyMSEx",
    );
  });

  it("takes the attachment id from the eTag", () => {
    const item = { id: "i", name: "a.pdf", eTag: '"{153FA47D-18C9-4179-BE08-9879815A9F90},2"', webUrl: "https://x/a.pdf" };
    expect(attachmentOf(item)).toMatchObject({ id: "153FA47D-18C9-4179-BE08-9879815A9F90", contentType: "reference" });
    expect(() => attachmentOf({ ...item, eTag: "7" })).toThrow(GraphError);
  });

  it("reads Retry-After as seconds or as a date", () => {
    expect(retryAfter("3")).toBe(3);
    expect(retryAfter("Tue, 01 Jan 2030 00:00:05 GMT", Date.parse("2030-01-01T00:00:00Z"))).toBe(5);
    expect(retryAfter(null)).toBeUndefined();
    expect(retryAfter("soon")).toBeUndefined();
  });
});
