// Times in words. All functions are pure: now comes from outside.
import type { Texts } from "../texts/texts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** A running clock: "0:07", "12:04", "1:02:33". */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** A running clock with its unit, as it stands in a sentence; days from the second one on. */
export function duration(ms: number, t: Texts): string {
  if (ms >= 2 * day) return t("time.days", { n: Math.floor(ms / day) });
  return ms >= 60 * minute ? t("time.hours", { time: clock(ms) }) : t("time.min", { time: clock(ms) });
}

/** In lists, where a clock of hundreds of hours says nothing. */
export const shortWait = (ms: number, t: Texts) => (ms >= day ? t("time.days", { n: Math.floor(ms / day) }) : clock(ms));

/** Seconds after which somebody has waited too long. */
export const tooLong = (ms: number) => ms >= minute;

const cache = new Map<string, Intl.DateTimeFormat>();
function format(lang: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = lang + name;
  const known = cache.get(key) ?? new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, options);
  cache.set(key, known);
  return known;
}

export const timeOfDay = (at: string, t: Texts) => format(t.lang, "time", { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
export const fullTime = (at: string, t: Texts) => format(t.lang, "full", { dateStyle: "long", timeStyle: "short" }).format(new Date(at));
export const sameDay = (a: string | number, b: string | number) => new Date(a).toDateString() === new Date(b).toDateString();

/** The heading of a day in the log. */
export function dayName(at: string, now: number, t: Texts): string {
  if (sameDay(at, now)) return t("log.today");
  if (sameDay(at, now - day)) return t("log.yesterday");
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return thisYear
    ? format(t.lang, "day", { weekday: "long", day: "numeric", month: "long" }).format(new Date(at))
    : format(t.lang, "dayYear", { day: "numeric", month: "long", year: "numeric" }).format(new Date(at));
}

/** When somebody last wrote: the time today, "yesterday", the weekday within a week, else the date. */
export function ago(at: string, now: number, t: Texts): string {
  const past = now - Date.parse(at);
  if (past < minute) return t("dir.justNow");
  if (sameDay(at, now)) return timeOfDay(at, t);
  if (sameDay(at, now - day)) return t("log.yesterday").toLocaleLowerCase(t.lang);
  if (past < 6 * day) return format(t.lang, "weekday", { weekday: "short" }).format(new Date(at));
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format(t.lang, thisYear ? "date" : "dateYear", thisYear ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" }).format(new Date(at));
}

/** A size that people can compare. */
export function size(bytes: number, t: Texts): string {
  const number = (n: number, digits: number) => new Intl.NumberFormat(t.lang, { maximumFractionDigits: digits }).format(n);
  if (bytes >= 1_000_000) return t("unit.MB", { n: number(bytes / 1_000_000, 1) });
  return bytes >= 1000 ? t("unit.KB", { n: number(bytes / 1000, 0) }) : t("unit.B", { n: number(bytes, 0) });
}
