// @vitest-environment happy-dom
import { h, render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FileRef } from "../../shared/types";
import type { Shell } from "../src/shell";
import { useUploads } from "../src/view/uploads";

const calls: Call[] = [];
class Call {
  upload = {};
  status = 0;
  response: unknown;
  onload?: () => void;
  constructor() { calls.push(this); }
  open() {}
  setRequestHeader() {}
  abort() {}
  send() {}
  done(ref: Partial<FileRef>) {
    this.status = 201;
    this.response = ref;
    this.onload?.();
  }
}

const shell = { session: { id: "c1", api: { url: (p: string) => p, token: "t" } }, code: (c: string) => c } as unknown as Shell;
let kept: FileRef[] = [];
let files: ReturnType<typeof useUploads>;
const tick = () => new Promise((r) => setTimeout(r, 20));

/** The panel of the widget, open or minimised. */
function Composer() {
  files = useUploads(shell, kept, (f) => (kept = f));
  return null;
}
const show = (open: boolean) => render(open ? h(Composer, {}) : null, document.body);

beforeEach(() => vi.stubGlobal("XMLHttpRequest", Call));
afterEach(() => {
  show(false);
  vi.unstubAllGlobals();
});

it("go on while the panel is minimised, and are there when it opens again", async () => {
  show(true);
  files.add([new File(["x"], "invoice.pdf")]);
  await tick();
  show(false);
  await tick();
  show(true);
  expect(files.list.map((u) => u.name)).toEqual(["invoice.pdf"]);
  expect(files.busy).toBe(true);
  calls[0]!.done({ id: "f1", name: "invoice.pdf" });
  await tick();
  expect(files.refs.map((f) => f.id)).toEqual(["f1"]);
  expect(kept.map((f) => f.id)).toEqual(["f1"]);
});
