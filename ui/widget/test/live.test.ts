import { describe, expect, it } from "vitest";
import { backoff } from "../../shared/reconnect";
import { keep } from "../src/lib/storage";
import { newId } from "../src/lib/id";
import { refusal } from "../src/view/uploads";

describe("backoff", () => {
  it("doubles up to 20 seconds, and never lets two browsers be certain to meet", () => {
    expect([1, 2, 3].map((n) => backoff(n, 1))).toEqual([500, 1000, 2000]);
    expect(backoff(30, 1)).toBe(20_000);
    for (const n of [1, 5, 30]) expect(backoff(n, 0)).toBe(backoff(n, 1) / 2);
  });
});

describe("client ids", () => {
  it("fit the API's alphabet and length and differ", () => {
    const ids = new Set(Array.from({ length: 200 }, () => newId()));
    expect(ids.size).toBe(200);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });
});

describe("storage", () => {
  it("falls back to memory when a full store refuses", () => {
    const data = new Map<string, string>();
    const full = {
      setItem: (k: string, v: string) => {
        if (v.length > 5) throw new DOMException("full", "QuotaExceededError");
        data.set(k, v);
      },
      getItem: (k: string) => data.get(k) ?? null,
      removeItem: (k: string) => void data.delete(k),
    } as unknown as Storage;
    const store = keep(() => full);
    expect(store.kept).toBe(true);
    store.set("a", "long enough to fail");
    expect(store.get("a")).toBe("long enough to fail");
    store.set("a", "ok");
    expect([store.get("a"), data.get("a")]).toEqual(["ok", "ok"]);
  });
});

describe("files", () => {
  it("are refused before the upload when that is certain", () => {
    expect(refusal({ size: 26 * 1024 * 1024 }, 0)).toBe("file_too_large");
    expect(refusal({ size: 0 }, 0)).toBe("file_empty");
    expect(refusal({ size: 10 }, 10)).toBe("too_many_files");
    expect(refusal({ size: 25 * 1024 * 1024 }, 9)).toBeUndefined();
  });
});
