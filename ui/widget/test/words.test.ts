import { describe, expect, it } from "vitest";
import type { Entry, Kind, Participant } from "../../shared/types";
import { readers, wordFact } from "../src/model/facts";
import { language, loadWords } from "../src/words/words";
import { names } from "../src/words/emoji";

const languages = ["de", "en", "es", "fr", "ja", "ko"];
const person = (id: number, kind: Kind, name: string, state: Participant["state"] = "joined"): Participant => ({ id, kind, name, publicName: name, state });
const fact = (e: Partial<Entry>): Entry => ({ seq: 1, at: "2026-11-23T14:00:00Z", audience: "everyone", kind: "joined", ...e });
const people = new Map([person(1, "customer", "Karla"), person(2, "agent", "Anna"), person(3, "expert", "Erik")].map((p) => [p.id, p]));

describe("catalogues", () => {
  it("have the same keys and no empty text in every language", async () => {
    const english = await loadWords("en");
    for (const lang of languages) {
      const w = await loadWords(lang);
      expect(w.lang).toBe(lang);
      expect(Object.keys(w).sort()).toEqual(Object.keys(english).sort());
      expect(Object.keys(w.errors).sort()).toEqual(Object.keys(english.errors).sort());
      for (const text of [...Object.values(w), ...Object.values(w.errors)]) if (typeof text === "string") expect(text.trim()).not.toBe("");
    }
  });

  it("keep the names that are the widget's contract", async () => {
    const [en, de] = [await loadWords("en"), await loadWords("de")];
    expect([en.openChat, en.message, en.send, en.name, en.email, en.startChat]).toEqual(["Open chat", "Message", "Send", "Name", "E-mail", "Start chat"]);
    expect([de.openChat, de.message, de.send, de.name, de.email, de.startChat]).toEqual(["Chat öffnen", "Nachricht", "Senden", "Name", "E-Mail", "Chat starten"]);
  });

  it("are found by region and fall back to English", () => {
    expect(["de-CH", "DE", "pt-BR", ""].map(language)).toEqual(["de", "de", "en", "en"]);
  });

  it("name every emoji of the grid in every language", async () => {
    const english = await names("en");
    expect(english.length).toBeGreaterThan(90);
    for (const lang of languages) {
      const all = await names(lang);
      expect(all.map(([e]) => e)).toEqual(english.map(([e]) => e));
      expect(all.every(([, name]) => name.length > 0)).toBe(true);
    }
  });
});

describe("wordFact", () => {
  it("words who comes, goes and ends in German and English", async () => {
    const [en, de] = [await loadWords("en"), await loadWords("de")];
    const expert = fact({ fact: { participant: person(3, "expert", "Erik") } });
    expect(wordFact(fact({ fact: { participant: person(2, "agent", "Anna") } }), people, en)).toBe("Anna is here");
    expect(wordFact(expert, people, en)).toBe("A specialist, Erik, takes part now and can see the conversation so far.");
    expect(wordFact(expert, people, de)).toBe("Ein Spezialist, Erik, nimmt jetzt am Gespräch teil und sieht den bisherigen Verlauf.");
    expect(wordFact(fact({ kind: "left", fact: { subject: 3 } }), people, de)).toBe("Erik hat den Chat verlassen");
    expect(wordFact(fact({ kind: "closed", author: 2, fact: { reason: "agent" } }), people, en)).toBe("Anna ended the chat");
    expect(wordFact(fact({ kind: "closed", author: 1, fact: { reason: "customer" } }), people, en)).toBe("You ended the chat");
    expect(wordFact(fact({ kind: "closed", fact: { reason: "timeout" } }), people, en)).toContain("nothing was written");
    expect(wordFact(fact({ kind: "opened", fact: { service: "Technik" } }), people, de)).toBe("Chat gestartet · Technik");
  });

  it("does not call an expert by an alias that is only the role", async () => {
    const w = await loadWords("en");
    expect(wordFact(fact({ fact: { participant: person(3, "expert", "Specialist") } }), people, w)).toBe("A specialist takes part now and can see the conversation so far.");
  });

  it("has no words for what is not for customers, or of kinds to come", async () => {
    const w = await loadWords("en");
    expect(wordFact(fact({ fact: { participant: person(4, "supervisor", "Sue") } }), people, w)).toBeUndefined();
    expect(wordFact(fact({ kind: "notice", fact: {} }), people, w)).toBeUndefined();
    expect(wordFact(fact({ kind: "later" as never }), people, w)).toBeUndefined();
  });
});

describe("readers", () => {
  it("lists agents before experts and nobody who has left", () => {
    const all = new Map([person(1, "customer", "K"), person(2, "expert", "Erik"), person(3, "agent", "Anna"), person(4, "agent", "Ben", "left")].map((p) => [p.id, p]));
    expect(readers(all).map((p) => p.name)).toEqual(["Anna", "Erik"]);
  });
});
