// Who is who in a conversation.
import type { Participant, Summary } from "../../../shared/types";

/** Takes part now. Experts who are on the way count; colleagues do not before they have accepted. */
export const isPresent = (p: Participant) =>
  p.state === "joined" || p.state === "answered" || (p.kind === "expert" && (p.state === "inviting" || p.state === "invited"));

/** A colleague, or a service, who may still accept. */
export const isOffered = (p: Participant) => p.state === "invited" && p.offer !== undefined;

/** The place in a running chat that an agent may accept. */
export const offerTo = (c: Summary, agent: string | undefined) =>
  c.status === "active" && agent !== undefined ? c.participants.find((p) => isOffered(p) && p.offer!.agents.includes(agent)) : undefined;

/** By when an expert should have answered, while that is waited for. */
export function answerBy(p: Participant, c: Summary): number | undefined {
  const asked = p.remindedAt ?? p.invitedAt;
  if (p.kind !== "expert" || !isPresent(p) || p.answeredAt || !asked || !c.answerSeconds || c.status !== "active") return undefined;
  return Date.parse(asked) + c.answerSeconds * 1000;
}

/** Experts of whom no answer has come in time, as the server says. */
export const silentExperts = (c: Summary) => (c.status === "active" ? presentExperts(c).filter((p) => p.silentAt) : []);

export const customerOf = (c: Summary) => c.participants.find((p) => p.kind === "customer");
export const expertsOf = (c: Summary) => c.participants.filter((p) => p.kind === "expert");

/** Experts who read along: they are in, or Teams has the invitation. */
export const presentExperts = (c: Summary) => expertsOf(c).filter(isPresent);
export const isConference = (c: Summary) => presentExperts(c).length > 0;

export const participant = (c: Summary, id: number) => c.participants.find((p) => p.id === id);

/** The caller's part, if the caller takes part now. */
export const myPart = (c: Summary) => {
  const me = c.me === undefined ? undefined : participant(c, c.me);
  return me && isPresent(me) ? me : undefined;
};

/** The name that people in a chat use: agents by nickname or name, others by the first word of their name. */
export function callName(p: Participant): string {
  if (p.kind === "agent") return p.nickname || p.name;
  return firstName(p.name);
}

/** "Karla" of "Karla Müller"; names without a blank, and names that end in a number ("Visitor 4711"), stay whole. */
export function firstName(name: string): string {
  const [first, ...rest] = name.trim().split(/\s+/);
  return !first || rest.some((r) => /^\d+$/.test(r)) ? name.trim() : first;
}

/** Two letters for an avatar, one for scripts that write without blanks. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter((w) => /[\p{L}\p{N}]/u.test(w));
  const letters = words.map((w) => [...w].find((c) => /[\p{L}\p{N}]/u.test(c))!);
  if (!letters.length) return "?";
  if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(letters[0]!)) return letters[0]!;
  return (letters.length > 1 ? letters[0]! + letters.at(-1)! : letters[0]!).toLocaleUpperCase();
}
