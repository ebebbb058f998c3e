// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import type { Chat, Message, Person } from "../graph/shapes";
import { readRoute, readTheme } from "../route";
import { chipsOf } from "../view/Reactions";
import { candidatesFor } from "../view/MentionList";
import { initials } from "../view/Avatar";
import { matching } from "../view/usePeopleSearch";
import { cardTexts, quoteIn, snippetIn } from "./cards";
import { personNamed } from "./entrance";
import { rowsOf } from "./rows";
import { isUnread } from "./session";
import { base64, inlinePictureType, pictureType } from "./sniff";

const at = (minute: number, day = 1): string => new Date(Date.UTC(2026, 0, day, 10, minute)).toISOString();
const message = (id: string, from: string, minute: number, more: Partial<Message> = {}): Message => ({
  id, messageType: "message", createdDateTime: at(minute), from: { user: { id: from } }, ...more,
});
const dayOf = (iso: string): string => iso.slice(0, 10);

describe("rowsOf", () => {
  it("separates days and joins what one person writes in a row", () => {
    const rows = rowsOf(
      [
        message("1", "a", 0),
        message("2", "a", 3),
        message("3", "a", 9),
        message("4", "b", 10),
        message("5", "", 11, { messageType: "systemEventMessage", from: null, eventDetail: {} }),
        message("6", "b", 12),
        { ...message("7", "b", 13), createdDateTime: at(13, 2) },
      ],
      dayOf,
    );
    expect(rows.map((r) => (r.kind === "message" ? `${r.key}${r.follows ? "+" : ""}` : r.kind))).toEqual([
      "day", "1", "2+", "3", "4", "event", "6", "day", "7",
    ]);
  });
});

describe("reactions", () => {
  it("counts per emoji and knows the old names", () => {
    const by = (id: string, reactionType: string) => ({ reactionType, user: { user: { id } } });
    expect(chipsOf([by("a", "like"), by("b", "👍"), by("c", "constructor")])).toEqual([
      { emoji: "👍", type: "like", people: ["a", "b"] },
      { emoji: "constructor", type: "constructor", people: ["c"] },
    ]);
  });
});

describe("cards", () => {
  it("reads quotes of unknown completeness", () => {
    const json = { messageId: "1700000000000", messagePreview: "hi", messageSender: { user: { id: "p", displayName: "Eva" } } };
    expect(quoteIn(JSON.stringify(json))).toEqual({
      messageId: "1700000000000", preview: "hi", senderId: "p", senderName: "Eva", at: "2023-11-14T22:13:20.000Z",
    });
    expect(quoteIn("not json")).toEqual({ preview: "" });
    expect(quoteIn('{"messageSender":[1],"messagePreview":7}')).toEqual({ preview: "" });
  });

  it("finds the texts of an adaptive card", () => {
    const card = { body: [{ type: "TextBlock", text: "Hello" }, { type: "FactSet", facts: [{ title: "Status", value: "open" }] }] };
    expect(cardTexts(JSON.stringify(card))).toEqual(["Hello", "Status: open"]);
    expect(cardTexts("[]")).toEqual([]);
  });

  it("reads code snippets", () => {
    expect(snippetIn('{"name":"a.go","language":"Go","codeSnippetUrl":"https://g/v1.0/x"}')).toEqual({ name: "a.go", language: "Go", url: "https://g/v1.0/x" });
  });
});

describe("pictures", () => {
  it("are known by their bytes, not by their names", async () => {
    expect(pictureType(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))).toBe("image/png");
    expect(pictureType(new TextEncoder().encode("<svg xmlns="))).toBeUndefined();
    expect(await inlinePictureType(new Blob(["<svg/>"], { type: "image/png" }))).toBeUndefined();
    expect(await inlinePictureType(new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0])]))).toBe("image/jpeg");
    const large = new Uint8Array(1024 * 1024 + 1);
    large.set([0xff, 0xd8, 0xff]);
    expect(await inlinePictureType(new Blob([large]))).toBeUndefined();
  });

  it("travel as plain base64", async () => {
    const bytes = new Uint8Array(70_000).map((_, i) => i);
    expect(await base64(new Blob([bytes]))).toBe(Buffer.from(bytes).toString("base64"));
  });
});

describe("people", () => {
  const people: Person[] = [
    { id: "1", name: "Lucía Romero", department: "Tariffs" },
    { id: "2", name: "Erik Lind", jobTitle: "Netztechnik" },
  ];
  it("are found by id or name, whatever the case", () => {
    expect(personNamed(people, " erik LIND ")?.id).toBe("2");
    expect(personNamed(people, "1")?.id).toBe("1");
    expect(personNamed(people, "Erik")).toBeUndefined();
  });
  it("match the beginnings of words, without accents", () => {
    expect(matching(people, "rom luc").map((p) => p.id)).toEqual(["1"]);
    expect(matching(people, "netz").map((p) => p.id)).toEqual(["2"]);
    expect(matching(people, "ind")).toEqual([]);
    expect(candidatesFor(people, "li").map((p) => p.id)).toEqual(["2"]);
  });
  it.each([["Erik Lind", "EL"], ["佐藤 花子", "佐花"], ["Zoë van den Berg", "ZB"], ["X (Extern)", "X"], ["", "?"]])("%s is %s", (name, short) =>
    expect(initials(name)).toBe(short),
  );
});

describe("isUnread", () => {
  const chat = (from: string | null, read: string | undefined): Chat => ({
    id: "c", chatType: "group",
    lastMessagePreview: { createdDateTime: at(5), from: from === null ? null : { user: { id: from } } },
    viewpoint: read === undefined ? null : { lastMessageReadDateTime: read },
  });
  it.each([
    ["other", at(4), true],
    ["other", at(5), false],
    ["me", at(4), false],
    [null, undefined, true],
  ] as const)("from %s, read to %s: %s", (from, read, unread) => expect(isUnread(chat(from, read), "me")).toBe(unread));
});

describe("route", () => {
  it("is read from the address", () => {
    expect(readRoute("?as=Erik%20Lind&chat=19%3Aa%40thread.v2&theme=dark")).toEqual({ as: "Erik Lind", chat: "19:a@thread.v2" });
    expect(readRoute("")).toEqual({ as: undefined, chat: undefined });
    expect(readTheme("?theme=dark")).toBe("dark");
    expect(readTheme("?theme=pink")).toBe("system");
  });
});
