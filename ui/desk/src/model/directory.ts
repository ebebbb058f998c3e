// What the picker shows, out of the folder and the search.
import type { Folder, Person } from "../lib/calls";
import type { Summary } from "../../../shared/types";
import { worded } from "./facts";
import { matches } from "./commands";
import { isPresent } from "./people";
import type { Texts } from "../texts/texts";

export const keyOfPerson = (p: { account: string; id: string }) => `${p.account} ${p.id}`;

/** People who take part, or are on the way: they can't be invited again. */
export const takingPart = (c: Summary): ReadonlySet<string> => new Set(c.participants.flatMap((p) => (p.person && isPresent(p) ? keyOfPerson(p.person) : [])));

export const filterPeople = (people: readonly Person[], query: string) => people.filter((p) => matches(`${p.name} ${p.jobTitle ?? ""} ${p.department ?? ""}`, query));

/** What the search found beyond the folder. */
export function beyond(found: readonly Person[], folder: Folder | undefined): Person[] {
  const known = new Set(folder?.people.map(keyOfPerson));
  return found.filter((p) => !known.has(keyOfPerson(p)));
}

/** Presence in words: what somebody does says more than that they are busy. */
export function presenceText(p: Person, t: Texts): string {
  if (!p.presence) return "";
  if (p.presence.outOfOffice) return t("presence.OutOfOffice");
  const { availability, activity } = p.presence;
  return worded(t, t.has(`presence.${activity}`) ? `presence.${activity}` : `presence.${availability.replace(/Idle$/, "")}`, "presence.Offline", {});
}

export type PresenceDot = "ok" | "busy" | "away" | "off";

export function presenceDot(p: Person): PresenceDot | undefined {
  switch (p.presence?.availability) {
    case undefined:
    case "PresenceUnknown":
      return undefined;
    case "Available":
    case "AvailableIdle":
      return "ok";
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
