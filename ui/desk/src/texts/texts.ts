// Every text of the desk, typed: the key decides which values a text takes. Catalogues are compiled at build time (vite.config.ts).
import { setupI18n, type I18n, type Messages } from "@lingui/core";
import type { en } from "./en";

export type Key = keyof typeof en;
export type Catalogue = Record<Key, string>;
export type Locale = "de" | "en";

/** The names of the values in an ICU message: what stands behind a brace up to a comma or the closing brace, if it is one word. */
type Names<S extends string> = S extends `${string}{${infer A}}${infer Rest}` ? Word<Head<A>> | Names<Rest> : never;
type Head<A extends string> = A extends `${infer H},${string}` ? H : A extends `{${infer H}` ? H : A;
type Word<W extends string> = W extends `${string}${" " | "#" | "(" | "{"}${string}` ? never : W extends "" | "Invite" ? never : W;
type Values<K extends Key> = Record<Names<(typeof en)[K]>, string | number>;
type Rest<K extends Key> = [Names<(typeof en)[K]>] extends [never] ? [] : [Values<K>];

/** Words a text in the reader's language; `lang` is that language. */
export interface Texts {
  <K extends Key>(key: K, ...values: Rest<K>): string;
  lang: Locale;
  has(key: string): key is Key;
}

const loaders: Record<Locale, () => Promise<Messages>> = {
  de: async () => (await import("./de")).de,
  en: async () => (await import("./en")).en,
};

const loaded = new Map<Locale, Texts>();

/** Loads a language once. */
export async function loadTexts(locale: Locale, compiler?: Parameters<I18n["setMessagesCompiler"]>[0]): Promise<Texts> {
  const known = loaded.get(locale);
  if (known) return known;
  const messages = await loaders[locale]();
  const i18n = setupI18n({ locale, messages: { [locale]: messages } });
  if (compiler) i18n.setMessagesCompiler(compiler);
  const texts = Object.assign((key: Key, values?: Record<string, string | number>) => i18n._(key, values), {
    lang: locale,
    has: (key: string): key is Key => key in messages,
  }) as Texts;
  loaded.set(locale, texts);
  return texts;
}

/** The first language we have among those wished for. */
export function pickLocale(wishes: readonly (string | null | undefined)[]): Locale {
  for (const wish of wishes) {
    const short = wish?.slice(0, 2).toLowerCase();
    if (short === "de" || short === "en") return short;
  }
  return "en";
}

/** Names as people say them: "Erik, Mei and Omar". */
export const listed = (names: readonly string[], t: Texts) => new Intl.ListFormat(t.lang, { type: "conjunction" }).format(names);
