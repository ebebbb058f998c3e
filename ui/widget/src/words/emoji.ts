import { language } from "./words";

const tables: Record<string, () => Promise<{ table: string }>> = {
  de: () => import("./emoji/de"),
  en: () => import("./emoji/en"),
  es: () => import("./emoji/es"),
  fr: () => import("./emoji/fr"),
  ja: () => import("./emoji/ja"),
  ko: () => import("./emoji/ko"),
};

/** Emoji with their names in that language. */
export async function names(lang: string): Promise<[emoji: string, name: string][]> {
  const { table } = await tables[language(lang)]!();
  return table.split("\n").map((row) => [row.slice(0, row.indexOf(" ")), row.slice(row.indexOf(" ") + 1)]);
}
