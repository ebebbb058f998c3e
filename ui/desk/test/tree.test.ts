import { describe, expect, test } from "vitest";
import { flatten, step, typed, type Branch } from "../src/model/tree";

const leaf = (key: string, label = key): Branch<string> => ({ key, label, data: key });
const tree: Branch<string>[] = [
  { key: "a", label: "Ärzte", data: "a", kids: [leaf("a1", "Erik Lind"), leaf("a2", "Élise"), leaf("a3", "Mei Tanaka")] },
  { key: "b", label: "Benutzer", data: "b", kids: [{ key: "t", label: "Team", data: "t", kids: [leaf("t1", "Emma")] }] },
  { key: "c", label: "Gelöst", data: "c", shut: false, kids: [leaf("c1", "Omar")] },
  { key: "d", label: "Leer", data: "d", kids: [] },
];
const keys = (opened: string[]) => flatten(tree, new Set(opened)).map((r) => r.key).join(" ");

describe("rows", () => {
  test("show what is open, and what always is", () => {
    expect(keys([])).toBe("a b c c1 d");
    expect(keys(["a", "t"])).toBe("a a1 a2 a3 b c c1 d"); // a team inside a closed folder stays hidden
    expect(keys(["b", "t"])).toBe("a b t t1 c c1 d");
  });
  test("say where they stand", () => {
    const rows = flatten(tree, new Set(["b", "t"]));
    expect(rows.find((r) => r.key === "t1")).toMatchObject({ level: 3, pos: 1, size: 1, parent: "t" });
    expect(rows.find((r) => r.key === "b")).toMatchObject({ level: 1, pos: 2, size: 4, open: true });
    expect(rows.find((r) => r.key === "t1")!.open).toBeUndefined();
  });
});

describe("keys", () => {
  const rows = flatten(tree, new Set(["a"])); // a a1 a2 a3 b c c1 d
  test.each([
    ["a", "ArrowDown", { focus: "a1" }], ["d", "ArrowDown", { focus: "d" }], ["a", "ArrowUp", { focus: "a" }], ["a2", "ArrowUp", { focus: "a1" }], [undefined, "ArrowDown", { focus: "a" }],
    ["a3", "Home", { focus: "a" }], ["a", "End", { focus: "d" }], ["a", "PageDown", { focus: "d" }], ["d", "PageUp", { focus: "a" }],
    ["b", "ArrowRight", { open: "b" }], ["a", "ArrowRight", { focus: "a1" }], ["a1", "ArrowRight", { inside: "a1" }], ["c", "ArrowRight", { focus: "c1" }],
    ["a", "ArrowLeft", { shut: "a" }], ["a2", "ArrowLeft", { focus: "a" }], ["b", "ArrowLeft", undefined], ["c", "ArrowLeft", undefined],
    ["a1", "Enter", { act: "a1" }], ["a1", " ", { act: "a1" }], ["b", "Enter", { open: "b" }], ["a", " ", { shut: "a" }], ["c", "Enter", undefined],
    ["a", "*", { siblings: ["b", "d"] }], ["a1", "*", undefined], ["a", "x", undefined],
  ] as const)("%s %s", (at, key, want) => expect(step(rows, at, key)).toEqual(want));
  test("nothing in an empty tree", () => expect(step([], undefined, "ArrowDown")).toBeUndefined());
  test("an open branch without kids", () => expect(step(flatten(tree, new Set(["d"])), "d", "ArrowRight")).toBeUndefined());
});

describe("typing", () => {
  const rows = flatten(tree, new Set(["a"]));
  test.each([
    ["a", "e", "a1"], ["a1", "e", "a2"], ["a2", "ee", "a1"], // the same letter goes round, accents or not
    ["a1", "me", "a3"], ["a3", "me", "a3"], ["d", "ä", "a"], ["a", "o", "c1"], ["a", "zz", undefined],
  ])("at %s: %s", (at, letters, want) => expect(typed(rows, at, letters)).toBe(want));
});
