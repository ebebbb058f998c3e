// What the directory shows, out of its folders and the search.
import type { Channels, Folder, Person, Suggestion, Summary } from "../../../shared/types";
import { matches } from "./commands";
import { reasonText, worded } from "./facts";
import { isOffered, isPresent } from "./people";
import type { Branch } from "./tree";
import { duration } from "./time";
import type { Texts } from "../texts/texts";

export const keyOfPerson = (p: { account: string; id: string }) => `${p.account} ${p.id}`;

/** Whoever takes part, or is asked or on the way: they can't be invited again. Agents and services have the server's accounts for its own. */
export const takingPart = (c: Summary): ReadonlySet<string> => new Set(c.participants.filter((p) => isPresent(p) || isOffered(p)).flatMap((p) => {
  if (p.person) return [keyOfPerson(p.person)];
  const service = isOffered(p) ? p.offer?.service : undefined;
  return service ? [keyOfPerson({ account: "@services", id: service })] : p.agent ? [keyOfPerson({ account: "@agents", id: p.agent })] : [];
}));

export const filterPeople = (people: readonly Person[], query: string) => people.filter((p) => matches(`${p.name} ${p.jobTitle ?? ""} ${p.department ?? ""} ${p.team ?? ""}`, query));

/** What stands in a row of the directory's tree. */
export type Item =
  | { type: "folder"; id: string; count?: number; note?: string }
  | { type: "team"; name: string; count: number }
  | { type: "person"; person: Person; why?: string }
  | { type: "channel"; team: string; channel: string; name: string; place: string }
  | { type: "tell"; text: string; more?: string; warn?: boolean; act?: "profile" | "retry" | "channels" }
  | { type: "wait" }
  | { type: "more"; folder: string };

export type Node = Branch<Item>;

const person = (within: string, p: Person, why?: string): Node => ({ key: `${within}/${keyOfPerson(p)}`, label: p.name, data: { type: "person", person: p, ...(why ? { why } : {}) } });
const tell = (within: string, data: Omit<Item & { type: "tell" }, "type">): Node => ({ key: `${within}/tell`, label: data.text, data: { type: "tell", ...data } });

export interface Loaded {
  folders: readonly Folder[] | undefined; // with all pages that have been fetched
  failed: boolean;
  channels?: Channels | undefined; // on the page only
  suggested?: readonly Suggestion[] | undefined;
}

/** The folders as a tree. */
export function folderTree(d: Loaded, now: (at: string) => string, t: Texts): Node[] {
  if (d.failed) return [tell("all", { text: t("dir.failed"), warn: true, act: "retry" })];
  if (!d.folders) return [{ key: "wait", label: t("loading"), data: { type: "wait" } }];
  return [...suggestions(d.suggested, t), ...d.folders.map((f) => folder(f, now, t)), ...(d.channels ? [channelFolder(d.channels, t)] : [])];
}

function suggestions(list: readonly Suggestion[] | undefined, t: Texts): Node[] {
  if (!list?.length) return [];
  return [{ key: "suggested", label: t("dir.solved"), data: { type: "folder", id: "suggested" }, shut: false, kids: list.map((s) => person("suggested", s, reasonOf(s, t))) }];
}

/** Why somebody is suggested: "3 conferences, first answer after 0:52". */
export function reasonOf(s: Suggestion, t: Texts): string {
  return s.firstAnswer ? t("dir.why", { n: s.conferences, time: duration(s.firstAnswer, t) }) : t("dir.whyQuiet", { n: s.conferences });
}

/** A folder with its people, and with what is to be said of it. */
function folder(f: Folder, now: (at: string) => string, t: Texts): Node {
  const kids: Node[] = f.id === "users" ? byTeam(f.people, t) : f.people.map((p) => person(f.id, p));
  if (f.people.length < f.total) kids.push({ key: `${f.id}/more`, label: t("loading"), data: { type: "more", folder: f.id } });
  const note = f.state === "stale" && f.asOf ? t("dir.asOf", { time: now(f.asOf) }) : undefined;
  const said = stateOf(f, now, t);
  return { key: f.id, label: folderName(f.id, t), data: { type: "folder", id: f.id, count: f.total, ...(note ? { note } : {}) }, kids: said ? [tell(f.id, said), ...kids] : kids };
}

export const folderName = (id: string, t: Texts) => (id === "others" ? t("dir.others") : worded(t, `dir.folder.${id}`, "dir.folder", {}));

/** Why a folder is empty, or not up to date, and what helps. */
function stateOf(f: Folder, now: (at: string) => string, t: Texts): Omit<Item & { type: "tell" }, "type"> | undefined {
  switch (f.state) {
    case "empty":
      return { text: worded(t, `dir.empty.${f.id}`, "dir.empty", {}), more: worded(t, `dir.emptyHow.${f.id}`, "dir.emptyHow", {}) };
    case "not_signed_in":
      return { text: t("dir.notSignedIn"), more: t("dir.toProfile"), act: "profile" };
    case "needs_sign_in":
      return { text: t("dir.needsSignIn"), more: t("dir.signAgain"), warn: true, act: "profile" };
    case "off":
      return { text: t("dir.off") };
    case "stale":
      return { text: staleText(f.reason, f.asOf ? now(f.asOf) : "–", t), warn: true, act: "retry" };
  }
  return undefined;
}

function staleText(reason: string | undefined, time: string, t: Texts): string {
  if (!reason || reason === "unreachable") return t("dir.stale", { time });
  const why = reasonText(reason, undefined, t);
  return t("dir.staleReason", { reason: why.charAt(0).toLocaleUpperCase(t.lang) + why.slice(1), time });
}

/** Agents by team, in the order in which they come. */
function byTeam(people: readonly Person[], t: Texts): Node[] {
  const teams = new Map<string, Person[]>();
  for (const p of people) teams.set(p.team ?? "", [...(teams.get(p.team ?? "") ?? []), p]);
  return [...teams].map(([team, list]) => {
    const name = team || t("dir.noTeam");
    return { key: `users/team ${team}`, label: name, data: { type: "team", name, count: list.length }, ...(teams.size === 1 ? { shut: false as const } : {}), kids: list.map((p) => person("users", p)) };
  });
}

function channelFolder(c: Channels, t: Texts): Node {
  const kids: Node[] = c.teams.map((team) => ({
    key: `channels/${team.id}`, label: team.name, data: { type: "team", name: team.name, count: team.channels.length },
    kids: team.channels.map((ch): Node => ({ key: `channels/${team.id}/${ch.id}`, label: ch.name, data: { type: "channel", team: team.id, channel: ch.id, name: ch.name, place: team.name } })),
  }));
  const said = channelState(c, t);
  const count = c.teams.reduce((n, team) => n + team.channels.length, 0);
  return { key: "teams-channels", label: t("dir.folder.teams-channels"), data: { type: "folder", id: "teams-channels", count }, kids: said ? [tell("channels", said), ...kids] : kids };
}

function channelState(c: Channels, t: Texts): Omit<Item & { type: "tell" }, "type"> | undefined {
  if (c.state === "missing_permission") return { text: t("dir.channelsMissing", { permission: c.reason ?? "" }), more: t("dir.channelsAllow"), act: "channels" };
  if (c.state === "empty") return { text: t("dir.channelsEmpty") };
  if (c.state === "stale") return { text: t("dir.channelsStale"), warn: true, act: "retry" };
  return stateOf({ id: "teams-channels", state: c.state, people: [], total: 0 }, () => "", t);
}

export interface Hits {
  query: string;
  found: readonly Person[]; // by the server, for this query or one before it
  state?: string | undefined;
  searching: boolean;
  failed: boolean;
}

/** What a search found, in groups: whom the folders hold at once, everybody else as soon as the server has answered. */
export function searchTree(d: Loaded, hits: Hits, t: Texts): Node[] {
  const q = hits.query;
  const seen = new Set<string>();
  const fresh = (list: readonly Person[]) => filterPeople(list, q).filter((p) => !seen.has(keyOfPerson(p)) && seen.add(keyOfPerson(p)));
  const own = (id: string) => d.folders?.find((f) => f.id === id)?.people ?? [];
  const of = (kind: Person["kind"]) => hits.found.filter((p) => p.kind === kind);
  const groups: [string, Person[]][] = [
    ["teams-chats", fresh(own("teams-chats"))], ["users", fresh([...own("users"), ...of("agent")])], ["services", fresh([...own("services"), ...of("service")])],
    ["others", of("expert").filter((p) => !seen.has(keyOfPerson(p)) && (!hits.searching || filterPeople([p], q).length > 0))],
  ];
  const tree: Node[] = groups.filter(([, list]) => list.length > 0).map(([id, list]) => ({ key: `found ${id}`, label: folderName(id, t), data: { type: "folder", id, count: list.length }, shut: false, kids: list.map((p) => person(`found ${id}`, p)) }));
  const channels = (d.channels?.teams ?? []).flatMap((team) => team.channels.filter((ch) => matches(`${ch.name} ${team.name}`, q)).map((ch): Node => ({ key: `found channels/${team.id}/${ch.id}`, label: ch.name, data: { type: "channel", team: team.id, channel: ch.id, name: ch.name, place: team.name } })));
  if (channels.length) tree.push({ key: "found channels", label: t("dir.folder.teams-channels"), data: { type: "folder", id: "teams-channels", count: channels.length }, shut: false, kids: channels });
  const said = searchState(hits, tree.length > 0, t);
  return said ? [...tree, tell("found", said)] : tree;
}

function searchState(hits: Hits, any: boolean, t: Texts): Omit<Item & { type: "tell" }, "type"> | undefined {
  if (hits.failed || hits.state === "stale") return { text: t("dir.searchFailed"), warn: true, act: "retry" };
  if (hits.searching) return any ? undefined : { text: t("dir.searching") };
  if (hits.state === "not_signed_in") return { text: t("dir.searchOwn"), more: t("dir.toProfile"), act: "profile" };
  if (hits.state === "needs_sign_in") return { text: t("dir.needsSignIn"), more: t("dir.signAgain"), warn: true, act: "profile" };
  return any ? undefined : { text: hits.query.length < 2 ? t("dir.noMatch", { q: hits.query }) : t("dir.nobody", { q: hits.query }) };
}

/** Presence in words: what somebody does says more than that they are busy. */
export function presenceText(p: Person, t: Texts): string {
  if (p.atDesk) return deskText(p.atDesk, t);
  if (!p.presence) return "";
  if (p.presence.away) return t("presence.OutOfOffice");
  const { availability, activity } = p.presence;
  return worded(t, t.has(`presence.${activity}`) ? `presence.${activity}` : `presence.${availability.replace(/Idle$/, "")}`, "presence.Offline", {});
}

function deskText(d: NonNullable<Person["atDesk"]>, t: Texts): string {
  if (!d.signedIn) return t("desk.out");
  return [d.notReady ? t("desk.notReady") : t("desk.in"), t("desk.chats", { n: d.chats })].join(" · ");
}

/** What one should know before inviting somebody or writing to them. */
export function warningOf(p: Person, t: Texts): string {
  if (p.presence?.away) return p.presence.outOfOffice ? t("dir.outWith", { name: p.name, text: p.presence.outOfOffice }) : t("dir.out", { name: p.name });
  return p.presence?.availability === "DoNotDisturb" ? t("dir.dnd", { name: p.name }) : "";
}

export type PresenceDot = "ok" | "busy" | "away" | "off";

export function presenceDot(p: Person): PresenceDot | undefined {
  if (p.atDesk) return !p.atDesk.signedIn ? "off" : p.atDesk.notReady ? "away" : "ok";
  switch (p.presence?.availability) {
    case undefined:
    case "PresenceUnknown":
      return undefined;
    case "Available":
    case "AvailableIdle":
      return p.presence.away ? "away" : "ok";
    case "Busy":
    case "BusyIdle":
    case "DoNotDisturb":
      return "busy";
    case "Away":
    case "BeRightBack":
      return "away";
  }
  return "off";
}

/** Replaces what may have changed about people. */
export const withPresence = (p: Person, fresh: ReadonlyMap<string, Pick<Person, "presence" | "atDesk">>): Person => {
  const now = fresh.get(keyOfPerson(p));
  if (!now) return p;
  const { presence: _p, atDesk: _a, ...rest } = p;
  return { ...rest, ...(now.presence ? { presence: now.presence } : {}), ...(now.atDesk ? { atDesk: now.atDesk } : {}) };
};
