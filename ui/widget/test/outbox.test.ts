import { describe, expect, it } from "vitest";
import { keep } from "../src/lib/storage";
import { emptyLog, merge, plainText } from "../src/model/log";
import { Outbox, overlay } from "../src/model/outbox";

const store = () => keep(() => { throw new DOMException("blocked"); });
const text = (t: string) => [{ t: "p" as const, kids: [{ t: "text" as const, text: t }] }];

describe("Outbox", () => {
  it("hands out acts in the order they were added, even within one millisecond", () => {
    const box = new Outbox(store(), "o:");
    for (const id of ["z", "a", "m"]) box.add({ id, kind: "post", text: id }, 1000);
    const sent: string[] = [];
    for (let act = box.next(); act; act = box.next()) {
      sent.push(act.id);
      box.done(act.id);
    }
    expect(sent).toEqual(["z", "a", "m"]);
  });

  it("survives a reload: another outbox over the same storage sends the rest", () => {
    const kept = store();
    const first = new Outbox(kept, "o:");
    first.add({ id: "a", kind: "post", text: "a" }, 1);
    first.add({ id: "b", kind: "post", text: "b" }, 2);
    first.drop("a");
    expect(new Outbox(kept, "o:").next()).toMatchObject({ id: "b", text: "b" });
  });

  it("keeps what another tab added meanwhile", () => {
    const kept = store();
    const [one, two] = [new Outbox(kept, "o:"), new Outbox(kept, "o:")];
    one.add({ id: "a", kind: "post", text: "a" }, 1);
    two.add({ id: "b", kind: "post", text: "b" }, 2);
    one.drop("a");
    expect(one.acts.map((a) => a.id)).toEqual(["b"]);
  });

  it("lets a refused act hold nobody up, until it is tried again", () => {
    const box = new Outbox(store(), "o:");
    const bad = box.add({ id: "bad", kind: "post", text: "x" }, 1);
    box.add({ id: "good", kind: "post", text: "y" }, 2);
    box.refuse(bad, "text_too_long");
    expect(box.next()?.id).toBe("good");
    box.retry("bad");
    expect(box.next()?.id).toBe("bad");
  });

  it("drops what the log shows, and what nobody can read", () => {
    const kept = store();
    kept.set("o:broken", "{");
    const box = new Outbox(kept, "o:");
    box.add({ id: "a", kind: "post", text: "a" }, 1);
    box.settle(new Set(["a"]));
    expect(box.acts).toEqual([]);
    expect(kept.keys("o:")).toEqual([]);
  });
});

describe("overlay", () => {
  const log = merge(emptyLog, [
    { seq: 1, at: "2026-11-23T14:00:00Z", author: 1, audience: "everyone", kind: "message", key: "c1:a", content: text("first") },
    { seq: 2, at: "2026-11-23T14:00:01Z", author: 1, audience: "everyone", kind: "message", key: "c1:b", content: text("second") },
  ]);
  const act = (a: object) => ({ id: "n", kind: "post" as const, at: "2026-11-23T14:01:00Z", order: 1, ...a });

  it("adds lines on their way at the end, without doubling one that has arrived", () => {
    const lines = overlay(log, [act({ id: "b", text: "second" }), act({ id: "c", text: "third" })]);
    expect(lines.map((l) => [l.key, l.state])).toEqual([["a", undefined], ["b", undefined], ["c", "sending"]]);
  });

  it("shows an edit and a deletion at once", () => {
    const lines = overlay(log, [act({ id: "e", kind: "edit", ref: 1, text: "better" }), act({ id: "d", kind: "delete", ref: 2 })]);
    expect(plainText(lines[0]!.content)).toBe("better");
    expect(lines[1]).toMatchObject({ deleted: true, content: [] });
  });

  it("leaves a line as it was when its change was refused, and says why", () => {
    const [line] = overlay(log, [act({ id: "e", kind: "edit", ref: 1, text: "better", reason: "conversation_closed" })]);
    expect(plainText(line!.content)).toBe("first");
    expect(line!.reason).toBe("conversation_closed");
  });

  it("is the log itself when nothing is on its way", () => {
    expect(overlay(log, [])).toBe(log.lines);
  });
});
