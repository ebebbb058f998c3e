// What a browser has to fetch before a person can begin, gzipped as it travels.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const dist = resolve(import.meta.dirname, "../dist");

/** @param {string} path @param {string} [text] */
const size = (path, text) => gzipSync(text ?? readFileSync(path), { level: 9 }).length;

/** The modules a script imports at once, and theirs. @param {string} path @param {Set<string>} [seen] */
function modules(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = readFileSync(path, "utf8");
  for (const [, from] of text.matchAll(/(?:^|[;}\n])(?:import|export)(?:[^"'`();]*?from)?\s*["']([^"']+)["']/g)) if (from) modules(resolve(dirname(path), from), seen);
  return seen;
}

/** @param {Iterable<string>} paths */
const sum = (paths) => [...paths].reduce((n, p) => n + size(p), 0);

test("the loader fits into 2 KB", (t) => {
  const n = size(join(dist, "widget/loader.js"));
  t.diagnostic(`${n} bytes`);
  assert.ok(n <= 2048, `${n} bytes`);
});

test("the widget with one language fits into 20 KB", (t) => {
  const start = join(dist, "widget/widget.js");
  const languages = [...readFileSync(start, "utf8").matchAll(/import\(["'`](\.\/assets\/(?:de|en|es|fr|ja|ko)-[^"'`]+)["'`]\)/g)].map((m) => join(dist, "widget", m[1] ?? ""));
  assert.equal(languages.length, 6, "the languages are found in the bundle");
  const n = sum(modules(start)) + Math.max(...languages.map((l) => size(l)));
  t.diagnostic(`${n} bytes`);
  assert.ok(n <= 20 * 1024, `${n} bytes`);
});

test("the desk's first page fits into 300 KB", (t) => {
  const page = readFileSync(join(dist, "desk/index.html"), "utf8");
  const linked = [...page.matchAll(/(?:src|href)="\/desk\/(assets\/[^"]+)"/g)].map((m) => join(dist, "desk", m[1] ?? ""));
  const scripts = new Set(linked.filter((p) => p.endsWith(".js")).flatMap((p) => [...modules(p)]));
  const entry = [...scripts].map((p) => readFileSync(p, "utf8")).join("\n");
  const language = /import\(["'`]\.\/(de-[^"'`]+\.js)["'`]\)/.exec(entry)?.[1];
  const style = linked.filter((p) => p.endsWith(".css"));
  const font = /url\(\/desk\/(assets\/inter-latin-wght[^)]+)\)/.exec(style.map((p) => readFileSync(p, "utf8")).join(""))?.[1];
  assert.ok(scripts.size && style.length && language && font, "the parts are found in the build");
  const n = sum(scripts) + sum(style) + sum([join(dist, "desk/index.html"), ...modules(join(dist, "desk/assets", language)), join(dist, "desk", font)]);
  t.diagnostic(`${n} bytes, with the font and a language`);
  assert.ok(n <= 300 * 1024, `${n} bytes`);
});
