// Microsoft Teams accounts in words, and which warnings are put away. Pure but for the browser's own memory of what was put away.
import type { AccountNotice, Finding, Health } from "../lib/accounts";
import type { Me } from "../lib/calls";
import type { Texts } from "../texts/texts";
import { worded } from "./facts";

export const isAdmin = (me: Me | undefined) => me?.roles.includes("administrator") ?? false;

/** A finding as a sentence. */
export const findingText = (f: Pick<Finding, "code" | "detail">, t: Texts) => worded(t, `diag.${f.code}`, "diag.other", { code: f.code, detail: localDays(f.detail ?? "", t) });

/** A permission's use in words. */
export const featureText = (name: string, t: Texts) => worded(t, `feature.${name}`, "feature.sign_in", {});

/** A day, YYYY-MM-DD, as people write it. */
export function dayText(day: string, t: Texts): string {
  return new Intl.DateTimeFormat(t.lang === "en" ? "en-GB" : t.lang, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}

/** A time of today, to the second. */
export const secondText = (at: string, t: Texts) => new Intl.DateTimeFormat(t.lang === "en" ? "en-GB" : t.lang, { timeStyle: "medium" }).format(new Date(at));

const isDay = /^\d{4}-\d\d-\d\d$/;
const localDays = (detail: string, t: Texts) => (isDay.test(detail) ? dayText(detail, t) : detail);

/** A notice as a sentence. */
export function noticeText(n: AccountNotice, t: Texts): string {
  if (n.code === "agents_need_sign_in") return t("note.agents", { n: n.agents, name: n.name });
  if (n.code === "markers_lost") return t("note.markers", { name: n.name });
  const said = n.code === "secret_expired" ? t("note.expired", { name: n.name }) : t("note.expires", { n: n.days, name: n.name, date: n.until ? dayText(n.until, t) : "" });
  return n.admin ? said : `${said} ${t("note.tellAdmin")}`;
}

const put = "trialog-put-away";
const keyOf = (n: AccountNotice) => `${n.code} ${n.account}`;
const today = () => new Date().toDateString();

/** What was put away today. Warnings of the last days can't be. */
export function putAway(): ReadonlySet<string> {
  try {
    const kept = JSON.parse(localStorage.getItem(put) ?? "null") as { day: string; keys: string[] } | null;
    return new Set(kept?.day === today() ? kept.keys : []);
  } catch {
    return new Set(); // storage is blocked or holds something else
  }
}

export function putNoticeAway(n: AccountNotice): void {
  try {
    localStorage.setItem(put, JSON.stringify({ day: today(), keys: [...putAway(), keyOf(n)] }));
  } catch {
    return; // storage is blocked: it is back after a reload
  }
}

export const shown = (all: readonly AccountNotice[], away: ReadonlySet<string>) => all.filter((n) => n.level === "urgent" || !away.has(keyOf(n)));

/** How many things of an account need somebody's attention. */
export function attention(h: Health): number {
  const agents = h.agents.filter((a) => a.state !== "connected" || !a.subscription?.alive).length;
  const secret = h.account.daysLeft !== undefined && h.account.daysLeft <= 30 ? 1 : 0;
  return agents + secret + h.lanes.length + h.dead + (h.refused ? 1 : 0) + (h.unmarked ? 1 : 0);
}
