// @vitest-environment happy-dom
import { act, createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { flatten, type Branch } from "../src/model/tree";
import { Tree } from "../src/views/tree/tree";

const height = 600; // pixels of the place
const row = 48;

/** A layout, which happy-dom has none of: the place is 600 pixels high and every row 48. */
beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.stubGlobal("ResizeObserver", class {
    constructor(private readonly told: ResizeObserverCallback) {}
    observe(target: Element): void {
      const h = target.classList.contains("treeScroll") ? height : row;
      const size = [{ inlineSize: 400, blockSize: h }];
      queueMicrotask(() => act(() => this.told([{ target, contentRect: { height: h, width: 400 }, borderBoxSize: size, contentBoxSize: size } as unknown as ResizeObserverEntry], this as never)));
    }
    unobserve(): void {}
    disconnect(): void {}
  });
  for (const [name, of] of [["offsetHeight", row], ["clientHeight", height]] as const) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get(this: HTMLElement) { return this.classList.contains("treeScroll") ? height : of; } });
  }
  Object.defineProperty(HTMLElement.prototype, "offsetParent", { configurable: true, get(this: HTMLElement) { return this.parentElement; } });
});
afterEach(() => vi.unstubAllGlobals());

test("ten thousand people are a few rows in the document", async () => {
  const people = (n: number, within: string): Branch<string>[] => Array.from({ length: n }, (_, i) => ({ key: `${within}${i}`, label: `Person ${i}`, data: "" }));
  const tree: Branch<string>[] = [{ key: "users", label: "Users", data: "", kids: people(10_000, "u") }, { key: "chats", label: "Chats", data: "", kids: people(2_000, "c") }];
  const rows = flatten(tree, new Set(["users", "chats"]));
  expect(rows).toHaveLength(12_002);
  const place = document.body.appendChild(document.createElement("div"));
  const root = createRoot(place);
  await act(async () => root.render(createElement(Tree<string>, { label: "People", rows, say: (r) => ({ label: r.label }), draw: (r) => r.label, onOpen: () => undefined, onAct: () => undefined })));
  await act(async () => new Promise((done) => setTimeout(done, 50)));
  const drawn = () => place.querySelectorAll('[role="treeitem"]').length;
  expect(drawn()).toBeGreaterThan(8);
  expect(drawn()).toBeLessThan(60);
  expect(place.querySelector('[role="treeitem"]')!.getAttribute("aria-setsize")).toBe("2");
  expect(place.querySelector("[data-row='1']")!.getAttribute("aria-setsize")).toBe("10000");
  await act(async () => root.unmount());
});
