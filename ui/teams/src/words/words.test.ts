// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { GraphError } from "../graph/error";
import type { Chat, EventDetail } from "../graph/shapes";
import { de } from "./de";
import { en } from "./en";
import { eventInWords } from "./events";
import { problemInWords } from "./problem";
import { chooseSpeech } from "./speech";
import { chatTitle, previewLine } from "./titles";

const names: Record<string, string> = { a: "Anna Becker", e: "Erik Lind", m: "Mei Tanaka" };
const nameOf = (id: string): string | undefined => names[id];
const event = (type: string, by: string | null, members: string[] = [], more: Partial<EventDetail> = {}): EventDetail => ({
  "@odata.type": `#microsoft.graph.${type}EventMessageDetail`,
  initiator: by === null ? null : { user: { id: by } },
  members: members.map((id) => ({ id, displayName: null })),
  ...more,
});

describe("system events", () => {
  it.each([
    [event("membersAdded", "a", ["e", "m"]), "Anna Becker hat Erik Lind und Mei Tanaka hinzugefügt"],
    [event("membersAdded", null, ["e", "m"]), "Erik Lind und Mei Tanaka wurden hinzugefügt"],
    [event("membersAdded", "e", ["e"]), "Erik Lind ist dem Chat beigetreten"],
    [event("membersDeleted", "e", ["e"]), "Erik Lind hat den Chat verlassen"],
    [event("membersDeleted", "a", ["e"]), "Anna Becker hat Erik Lind entfernt"],
    [event("chatRenamed", "a", [], { chatDisplayName: "Neu" }), "Anna Becker hat den Chat „Neu“ genannt"],
    [event("membersAdded", "a", ["unknown"]), "Anna Becker hat Jemand hinzugefügt"],
    [event("newThing", "a"), "An diesem Chat hat sich etwas geändert"],
    [null, "An diesem Chat hat sich etwas geändert"],
  ])("%#", (detail, words) => expect(eventInWords(detail, de, nameOf)).toBe(words));
});

describe("chats in the list", () => {
  const chat = (more: Partial<Chat>): Chat => ({
    id: "c", chatType: "group",
    members: [{ id: "1", userId: "a", displayName: "Anna Becker" }, { id: "2", userId: "e", displayName: null }, { id: "3", userId: "me" }],
    ...more,
  });
  it("have a topic or the others' names", () => {
    expect(chatTitle(chat({ topic: "T" }), "me", en, nameOf)).toBe("T");
    expect(chatTitle(chat({}), "me", en, nameOf)).toBe("Anna Becker, Erik Lind");
    expect(chatTitle(chat({ members: [] }), "me", en, nameOf)).toBe("Chat");
  });
  it("show their last line", () => {
    const line = (from: string | null, content: string, more: Partial<Chat> = {}): string =>
      previewLine(chat({ lastMessagePreview: { from: from ? { user: { id: from } } : null, body: { contentType: "html", content } }, ...more }), "me", en, nameOf);
    expect(line("me", "<p>Hi <b>all</b></p>")).toBe("You: Hi all");
    expect(line("e", "<p>Hi</p>")).toBe("Erik: Hi");
    expect(line("e", "<p>Hi</p>", { chatType: "oneOnOne" })).toBe("Hi");
    expect(line("e", '<attachment id="1"></attachment>')).toBe("Erik: File");
    expect(line("e", '<attachment id="1"></attachment><p>yes</p>')).toBe("Erik: yes");
    expect(previewLine(chat({ lastMessagePreview: { isDeleted: true } }), "me", en, nameOf)).toBe("Message deleted");
    expect(previewLine(chat({ lastMessagePreview: { eventDetail: event("membersLeft", null, ["e"]) } }), "me", en, nameOf)).toBe("Erik Lind left the chat");
  });
});

describe("problems", () => {
  it("are said in words, with the wait that was asked for", () => {
    expect(problemInWords(new GraphError(429, "x", "", 2.2), en)).toContain("wait 3 s");
    expect(problemInWords(new GraphError(429, "x", ""), en)).toContain("wait.");
    expect(problemInWords(new GraphError(413, "x", ""), de)).toContain("zu lang");
    expect(problemInWords(new GraphError(503, "x", ""), en)).toBe(en.error.service);
    expect(problemInWords(new GraphError(418, "x", ""), en)).toBe(en.error.rejected);
    expect(problemInWords(new GraphError(0, "network", ""), en)).toBe(en.error.network);
  });
});

describe("speech", () => {
  it("is the one asked for, else the browser's, else English", () => {
    expect(chooseSpeech("de", ["en-GB"]).lang).toBe("de");
    expect(chooseSpeech(null, ["fr-FR", "de-AT"]).lang).toBe("de");
    expect(chooseSpeech("xx", ["fr"]).lang).toBe("en");
    expect(chooseSpeech("de-%%", []).lang).toBe("de");
  });

  it("says times as a list and a thread need them", () => {
    const german = chooseSpeech("de", ["de-DE"], "Europe/Berlin");
    const now = new Date("2026-03-10T12:00:00Z");
    expect(german.ago("2026-03-10T08:05:00Z", now)).toBe("09:05");
    expect(german.ago("2026-03-09T22:30:00Z", now)).toBe("Gestern");
    expect(german.ago("2026-03-09T23:30:00Z", now)).toBe("00:30"); // past midnight in Berlin
    expect(german.ago("2026-03-06T12:00:00Z", now)).toBe("Fr");
    expect(german.ago("2026-01-02T12:00:00Z", now)).toBe("02.01.26");
    expect(german.day("2026-03-10T08:05:00Z", now)).toBe("Heute");
    expect(german.day("2026-03-01T08:05:00Z", now)).toBe("Sonntag, 1. März 2026");
  });

  it("counts days across the change to summer time", () => {
    const german = chooseSpeech("de", ["de-DE"], "Europe/Berlin");
    expect(german.ago("2026-03-28T22:30:00Z", new Date("2026-03-29T21:30:00Z"))).toBe("Gestern");
  });

  it("says sizes", () => {
    const german = chooseSpeech("de", ["de-DE"]);
    expect([0, 999, 1500, 12_345_678].map((n) => german.size(n))).toEqual(["0 B", "999 B", "1,5 KB", "12 MB"]);
  });
});
