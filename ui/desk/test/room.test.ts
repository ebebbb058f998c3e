import { describe, expect, it } from "vitest";
import type { Entry, Participant, SharePreview, Summary } from "../../shared/types";
import { takingPart } from "../src/model/directory";
import { emptyLog, merge, placeOf } from "../src/model/log";
import { notices } from "../src/model/notices";
import { answerBy, isPresent, offerTo, silentExperts } from "../src/model/people";
import { counts, everything, isShared, last, toShare, toggled } from "../src/model/share";
import { initial, receive } from "../src/model/state";

const at = "2026-11-23T14:00:00Z";
const p = (text: string) => [{ t: "p" as const, kids: [{ t: "text" as const, text }] }];
const entry = (seq: number, e: Partial<Entry>): Entry => ({ seq, at, audience: "everyone", kind: "message", author: 1, ...e });
const file = (id: string) => ({ t: "file" as const, file: { id, name: id, size: 1, type: "text/plain" } });

describe("a line that an expert brought back in Teams", () => {
  it("is shown again, and one that was only edited late is not", () => {
    const log = (via?: "teams") => merge(emptyLog, [entry(1, { kind: "opened" }), entry(2, { content: p("two") }), entry(3, { kind: "delete", ref: 2 }), entry(4, { kind: "edit", ref: 2, content: p("two"), ...(via ? { via } : {}) })]);
    expect(log("teams").lines[1]).toMatchObject({ content: p("two"), deleted: undefined });
    expect(log().lines[1]).toMatchObject({ content: [], deleted: true });
  });
});

describe("a log that was set back", () => {
  const later = "2026-11-23T15:00:00Z";
  it("is replaced by what is in it now", () => {
    const before = receive(initial, { type: "entries", conversation: "c", entries: [entry(1, { kind: "opened" }), entry(2, { content: p("kept") }), entry(3, { content: p("lost") })] });
    expect(placeOf(before.logs.c!)).toEqual({ after: 3, at });
    const after = receive({ ...before, dividers: { c: 3 } }, { type: "entries", conversation: "c", anew: true, entries: [entry(1, { kind: "opened" }), entry(2, { content: p("kept") }), entry(3, { content: p("instead"), at: later })] });
    expect(after.logs.c!.lines.map((l) => l.content[0]?.kids?.[0]?.text)).toEqual([undefined, "kept", "instead"]);
    expect(placeOf(after.logs.c!)).toEqual({ after: 3, at: later });
    expect(after.dividers.c).toBe(0);
    expect(placeOf(emptyLog)).toEqual({ after: 0 });
  });
});

describe("a published line", () => {
  const talk = [
    entry(1, { kind: "opened" }),
    entry(2, { author: 3, audience: "backroom", content: p("goodwill") }),
    entry(3, { author: 3, ref: 2, content: p("goodwill"), fact: { subject: 2 } }),
  ];
  const line = (seq: number, more: Entry[] = []) => merge(emptyLog, [...talk, ...more]).lines.find((l) => l.seq === seq)!;

  it("is known at both ends", () => {
    expect(line(2)).toMatchObject({ published: 3, changed: false });
    expect(line(3)).toMatchObject({ publishedBy: 2, of: 2, audience: "everyone" });
  });
  it("is behind when the private one is edited, until that is published", () => {
    const edit = entry(4, { author: 3, kind: "edit", audience: "backroom", ref: 2, content: p("no") });
    expect(line(2, [edit])).toMatchObject({ published: 3, changed: true });
    expect(line(2, [edit, entry(5, { author: 3, kind: "edit", ref: 3, content: p("no"), fact: { subject: 2 } })])).toMatchObject({ changed: false });
  });
  it("can be published again once it was taken back", () => {
    expect(line(2, [entry(4, { author: 2, kind: "delete", ref: 3 })]).published).toBeUndefined();
  });
});

describe("the share preview", () => {
  const lines: SharePreview["lines"] = [
    { entry: entry(1, { kind: "opened" }), masked: [], fixed: false, hidden: false },
    { entry: entry(2, { content: p("a") }), masked: ["card"], fixed: false, hidden: false },
    { entry: entry(4, { content: [...p("b"), file("f1"), file("f2")] }), masked: [], fixed: false, hidden: false },
    { entry: entry(5, { content: p("c") }), masked: [], fixed: false, hidden: false },
  ];
  const preview: SharePreview = { from: 1, live: { cards: true, ibans: true, emails: false, phones: false }, lines };

  it("shares everything at first", () => {
    expect(counts(preview, everything)).toEqual({ lines: 3, of: 3, files: 2 });
    expect(toShare(preview, everything)).toEqual({});
  });
  it("shares the last n messages, from a line on, without single lines and files", () => {
    const two = last(preview, 2, everything);
    expect(two.from).toBe(4);
    expect(lines.map((l) => isShared(l, two))).toEqual([false, false, true, true]);
    expect(last(preview, 9, two).from).toBe(0);
    const chosen = { ...two, hide: toggled(two.hide, 5), hideFiles: toggled(two.hideFiles, "f1"), lifted: new Map([[4, "refund"]]) };
    expect(counts(preview, chosen)).toEqual({ lines: 1, of: 3, files: 1 });
    expect(toShare(preview, chosen)).toEqual({ from: 4, hide: [5], hideFiles: ["f1"], lifted: [{ seq: 4, reason: "refund" }] });
  });
  it("leaves alone what stands in the thread", () => {
    const fixed: SharePreview = { ...preview, from: 0, lines: lines.map((l, i) => ({ ...l, fixed: true, hidden: i === 1 })) };
    expect(fixed.lines.map((l) => isShared(l, { ...everything, from: 5 }))).toEqual([true, false, true, true]);
  });
});

describe("colleagues and silence", () => {
  const person = (id: number, x: Partial<Participant>): Participant => ({ id, kind: "agent", name: `P${id}`, publicName: "", state: "joined", ...x });
  const chat = (participants: Participant[]): Summary => ({
    id: "c", number: 1, service: { id: "s", name: "S" }, status: "active", openedAt: at, visitor: { name: "V", locale: "de", page: {} }, participants, last: 1, me: 2, unread: 0, cursors: [], answerSeconds: 180,
  });
  const me = { id: "anna" } as never;

  it("does not count an offer as a part, and offers it to those who are meant", () => {
    const offered = person(3, { state: "invited", agent: "ben", offer: { agents: ["ben"], until: at } });
    expect(isPresent(offered)).toBe(false);
    expect(offerTo(chat([offered]), "ben")?.id).toBe(3);
    expect(offerTo(chat([offered]), "cem")).toBeUndefined();
    const state = receive({ ...initial, me: { id: "ben" } as never }, { type: "lists", mine: [], waiting: [], offers: [{ ...chat([offered]), me: undefined } as never] });
    expect(state.offers).toEqual(["c"]);
    expect(state.mine).toEqual([]);
  });
  it("does not let anybody be asked twice", () => {
    const offer = { agents: ["ben"], until: at };
    const taken = takingPart(chat([
      person(2, { agent: "anna" }), person(3, { agent: "ben", state: "invited", offer }), person(4, { agent: "cem", state: "left" }),
      person(5, { state: "invited", offer: { ...offer, service: "billing" } }), person(6, { kind: "expert", state: "inviting", person: { account: "contoso", id: "erik" } }),
    ]));
    expect([...taken]).toEqual(["@agents anna", "@agents ben", "@services billing", "contoso erik"]);
  });
  it("counts down from the invitation or the last reminder", () => {
    const expert = person(3, { kind: "expert", invitedAt: at });
    expect(answerBy(expert, chat([expert]))).toBe(Date.parse(at) + 180_000);
    expect(answerBy({ ...expert, remindedAt: "2026-11-23T14:05:00Z" }, chat([expert]))).toBe(Date.parse("2026-11-23T14:08:00Z"));
    expect(answerBy({ ...expert, answeredAt: at }, chat([expert]))).toBeUndefined();
  });
  it("rings once when the server says that nobody answered", () => {
    const mine = person(2, { agent: "anna", joinedAt: at });
    const expert = person(3, { kind: "expert", invitedAt: at });
    const before = receive({ ...initial, me }, { type: "lists", mine: [chat([mine, expert])], waiting: [] });
    const frame = { type: "summary" as const, conversation: chat([mine, { ...expert, silentAt: at }]) };
    expect(silentExperts(frame.conversation)).toHaveLength(1);
    expect(notices(before, frame, new Set())).toMatchObject([{ type: "silent", name: "P3" }]);
    expect(notices(receive(before, frame), frame, new Set())).toEqual([]);
  });
});
