// A language: its words and the ways it writes times and sizes.

import { de } from "./de";
import { type Words, en } from "./en";

export class Speech {
  private readonly clock: Intl.DateTimeFormat;
  private readonly weekday: Intl.DateTimeFormat;
  private readonly short: Intl.DateTimeFormat;
  private readonly long: Intl.DateTimeFormat;
  private readonly full: Intl.DateTimeFormat;

  constructor(
    readonly lang: "de" | "en",
    readonly words: Words,
    locale: string,
    private readonly zone?: string,
  ) {
    const at = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
      new Intl.DateTimeFormat(locale, zone === undefined ? options : { ...options, timeZone: zone });
    this.clock = at({ hour: "2-digit", minute: "2-digit" });
    this.weekday = at({ weekday: "short" });
    this.short = at({ day: "2-digit", month: "2-digit", year: "2-digit" });
    this.long = at({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
    this.full = at({ dateStyle: "full", timeStyle: "medium" });
  }

  /** 14:05 */
  time(iso: string): string {
    return this.clock.format(new Date(iso));
  }

  /** For tooltips: day and time to the second. */
  exact(iso: string): string {
    return this.full.format(new Date(iso));
  }

  /** As a chat list says it: the time today, then yesterday, weekday, date. */
  ago(iso: string, now: Date): string {
    const days = this.daysBetween(iso, now);
    if (days <= 0) return this.time(iso);
    if (days === 1) return this.words.yesterday;
    return (days < 7 ? this.weekday : this.short).format(new Date(iso));
  }

  /** Heading of a day in a thread. */
  day(iso: string, now: Date): string {
    const days = this.daysBetween(iso, now);
    if (days === 0) return this.words.today;
    return days === 1 ? this.words.yesterday : this.long.format(new Date(iso));
  }

  /** A key that two moments share when they fall on the same day here. */
  dayKey(iso: string): string {
    return this.short.format(new Date(iso));
  }

  size(bytes: number): string {
    const units = ["B", "KB", "MB", "GB"];
    let value = bytes;
    let unit = 0;
    for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
    const digits = value < 10 && unit > 0 ? 1 : 0;
    return `${value.toLocaleString(this.lang, { maximumFractionDigits: digits })} ${units[unit]}`;
  }

  private daysBetween(iso: string, now: Date): number {
    return Math.round((this.midnight(now) - this.midnight(new Date(iso))) / 86_400_000);
  }

  private midnight(date: Date): number {
    const options: Intl.DateTimeFormatOptions = { year: "numeric", month: "2-digit", day: "2-digit" };
    const parts = new Intl.DateTimeFormat("en-CA", this.zone === undefined ? options : { ...options, timeZone: this.zone });
    return Date.parse(`${parts.format(date)}T00:00:00Z`);
  }
}

/** The language asked for in the address, else the browser's, else English. */
export function chooseSpeech(asked: string | null, browser: readonly string[], zone?: string): Speech {
  for (const tag of [asked ?? "", ...browser]) {
    const lang = tag.toLowerCase().split("-")[0];
    const locale = tag === asked ? (browser.find((b) => b.toLowerCase().startsWith(`${lang}-`)) ?? tag) : tag;
    if (lang === "de") return new Speech("de", de, safeLocale(locale, "de"), zone);
    if (lang === "en") return new Speech("en", en, safeLocale(locale, "en"), zone);
  }
  return new Speech("en", en, "en", zone);
}

function safeLocale(tag: string, other: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? other;
  } catch {
    return other;
  }
}
