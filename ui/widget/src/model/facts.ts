// System lines come as facts and are worded here, in the customer's language.
import type { Entry, Participant } from "../../../shared/types";
import type { Words } from "../words/words";
import { me } from "./log";

export type People = ReadonlyMap<number, Participant>;

/** The sentence for a fact, or undefined when it says nothing to the customer. */
export function wordFact(e: Entry, people: People, w: Words): string | undefined {
  const fact = e.fact ?? {};
  switch (e.kind) {
    case "opened":
      return w.started(fact.service ?? "");
    case "joined":
      return wordJoined(fact.participant, w);
    case "left": {
      const who = people.get(fact.subject ?? 0);
      return who ? w.left(publicName(who)) : undefined;
    }
    case "closed":
      return wordClosed(e, people, w);
    default:
      return undefined;
  }
}

function wordJoined(p: Participant | undefined, w: Words): string | undefined {
  if (!p || p.kind === "customer" || p.kind === "supervisor") return undefined;
  const name = publicName(p);
  if (p.kind === "agent") return w.agentJoined(name);
  return isAlias(name, w) ? w.expertJoinedAlias : w.expertJoined(name);
}

function wordClosed(e: Entry, people: People, w: Words): string {
  if (e.fact?.reason === "timeout") return w.closedByTimeout;
  if (e.fact?.reason === "customer" || e.author === me) return w.closedByYou;
  const who = people.get(e.author ?? 0);
  return who ? w.closedByAgent(publicName(who)) : w.ended;
}

export const publicName = (p: Participant) => p.publicName || p.name;

/** Whether the service shows its experts under their role instead of a name. */
export const isAlias = (name: string, w: Words) => !name || /^(specialist|spezialist)$/i.test(name) || name === w.specialist;

/** Those who read along now: agents first, then experts. */
export function readers(people: People): Participant[] {
  const here = [...people.values()].filter((p) => (p.kind === "agent" || p.kind === "expert") && p.state !== "left" && p.state !== "removed" && p.state !== "failed");
  return [...here.filter((p) => p.kind === "agent"), ...here.filter((p) => p.kind === "expert")];
}
