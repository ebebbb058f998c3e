// System events in words. [system-messages]

import type { EventDetail, From, Identity } from "../graph/shapes";
import type { Words } from "./en";

/** Who somebody is, by object id. */
export type NameOf = (id: string) => string | undefined;

export function eventInWords(detail: EventDetail | null | undefined, words: Words, nameOf: NameOf): string {
  const e = words.event;
  const by = initiator(detail?.initiator, e.somebody, nameOf);
  const members = detail?.members ?? [];
  const who = joinNames(members.map((m) => named(m, nameOf) ?? e.somebody), e.and) || e.somebody;
  const self = members.length === 1 && members[0]!.id === detail?.initiator?.user?.id;
  const many = members.length > 1;
  switch (kind(detail)) {
    case "membersAdded":
      if (self) return e.joined(who);
      return by.known ? e.added(by.name, who) : e.wasAdded(who, many);
    case "membersJoined":
      return e.joined(who);
    case "membersDeleted":
      if (self) return e.left(who);
      return by.known ? e.removed(by.name, who) : e.wasRemoved(who, many);
    case "membersLeft":
      return e.left(who);
    case "chatRenamed":
      return detail?.chatDisplayName ? e.renamed(by.name, detail.chatDisplayName) : e.unnamed(by.name);
    case "callStarted":
      return e.callStarted;
    case "callEnded":
      return e.callEnded;
    case "messagePinned":
      return e.pinned(by.name);
    case "messageUnpinned":
      return e.unpinned(by.name);
    case "teamsAppInstalled":
      return e.appAdded;
    case "teamsAppRemoved":
      return e.appRemoved;
    default:
      return e.other;
  }
}

function kind(detail: EventDetail | null | undefined): string {
  return (detail?.["@odata.type"] ?? "").replace(/^#?microsoft\.graph\./i, "").replace(/EventMessageDetail$/, "");
}

function initiator(from: From | null | undefined, somebody: string, nameOf: NameOf): { name: string; known: boolean } {
  const identity = from?.user ?? from?.application;
  const name = identity ? named(identity, nameOf) : undefined;
  return { name: name ?? somebody, known: name !== undefined };
}

function named(identity: Identity, nameOf: NameOf): string | undefined {
  return nameOf(identity.id) ?? (identity.displayName || undefined);
}

/** "Erik, Mei and Omar" */
export function joinNames(names: string[], and: string): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} ${and} ${names.at(-1)}`;
}
