import { describe, expect, it } from "vitest";
import type { Entry } from "../../shared/types";
import { emptyLog, fromText, merge, plainText, unread } from "../src/model/log";

const at = "2026-11-23T14:00:00Z";
const p = (text: string) => [{ t: "p" as const, kids: [{ t: "text" as const, text }] }];
const entry = (seq: number, e: Partial<Entry>): Entry => ({ seq, at, audience: "everyone", kind: "message", ...e });

const talk: Entry[] = [
  entry(1, { kind: "opened", fact: { participant: { id: 1, kind: "customer", name: "Karla", publicName: "Karla", state: "joined" }, service: "Technik" } }),
  entry(2, { author: 1, key: "c1:first", content: p("It blinks red") }),
  entry(4, { kind: "joined", fact: { participant: { id: 2, kind: "agent", name: "Anna", publicName: "Anna", state: "joined" } } }),
  entry(5, { author: 2, content: p("Since when?") }),
  entry(7, { author: 2, kind: "edit", ref: 5, content: p("Since when exactly?") }),
  entry(8, { author: 2, kind: "reaction", ref: 2, emoji: "👍" }),
  entry(9, { author: 3, kind: "reaction", ref: 2, emoji: "👍" }),
  entry(10, { author: 2, kind: "reaction", ref: 2, emoji: "👍", withdrawn: true }),
  entry(12, { author: 1, key: "c1:second", content: p("oops") }),
  entry(13, { author: 1, key: "c1:third", kind: "delete", ref: 12 }),
  entry(14, { kind: "left", fact: { subject: 2, reason: "left" } }),
];

describe("merge", () => {
  it("gives the same log in one portion, entry by entry, and with everything repeated", () => {
    const whole = merge(emptyLog, talk);
    const single = talk.reduce((log, e) => merge(log, [e]), emptyLog);
    const again = merge(merge(merge(emptyLog, talk.slice(0, 6)), talk.slice(2)), talk);
    expect(single).toEqual(whole);
    expect(again).toEqual(whole);
    expect(merge(whole, talk)).toBe(whole);
  });

  it("sorts what comes in disorder within one frame", () => {
    expect(merge(emptyLog, [...talk].reverse())).toEqual(merge(emptyLog, talk));
  });

  it("applies edits, deletions and reactions to the line they are about", () => {
    const { lines } = merge(emptyLog, talk);
    const line = (seq: number) => lines.find((l) => l.seq === seq)!;
    expect(plainText(line(5).content)).toBe("Since when exactly?");
    expect(line(5).edited).toBe(true);
    expect(line(2).reactions).toEqual([{ emoji: "👍", by: [3] }]);
    expect(line(12)).toMatchObject({ deleted: true, content: [] });
  });

  it("shows neither edits nor reactions on a line that was deleted", () => {
    const log = merge(merge(emptyLog, talk), [entry(15, { kind: "edit", author: 1, ref: 12, content: p("back?") }), entry(16, { kind: "reaction", author: 2, ref: 12, emoji: "❤️" })]);
    expect(log.lines.find((l) => l.seq === 12)).toMatchObject({ deleted: true, content: [], reactions: [] });
  });

  it("keys own lines by client id, knows own acts, and remembers who left", () => {
    const log = merge(emptyLog, talk);
    expect(log.lines.map((l) => l.key)).toEqual(["s1", "first", "s4", "s5", "second", "s14"]);
    expect([...log.own]).toEqual(["first", "second", "third"]);
    expect(log.people.get(2)).toMatchObject({ name: "Anna", state: "left" });
  });

  it("moves on to the position a frame reaches even when nothing in it is for the customer", () => {
    expect(merge(merge(emptyLog, talk), [], 20).last).toBe(20);
    expect(merge(emptyLog, [], 0)).toBe(emptyLog);
  });

  it("counts only other people's messages as unread", () => {
    const log = merge(emptyLog, talk);
    expect(unread(log, 0)).toBe(1);
    expect(unread(log, 5)).toBe(0);
  });
});

describe("text", () => {
  it("keeps line breaks through content and back", () => {
    expect(plainText(fromText("one\n\ntwo"))).toBe("one\n\ntwo");
  });

  it("names files only when asked to", () => {
    const content = fromText("see", [{ id: "f", name: "bill.pdf", size: 10, type: "application/pdf" }]);
    expect(plainText(content)).toBe("see");
    expect(plainText(content, true)).toBe("see\n[bill.pdf]");
  });
});
