// Signing in as a person of the simulated tenant.

import { GraphError, asGraphError, refused } from "../graph/error";
import type { Person, Presence } from "../graph/shapes";

export async function listPeople(): Promise<Person[]> {
  const body = (await call("GET", "/sim/people")) as { people?: Person[] };
  return body.people ?? [];
}

export interface Entered {
  token: string;
  person: Person;
}

export async function enter(person: string): Promise<Entered> {
  return (await call("POST", "/sim/session", { person })) as Entered;
}

export async function setPresence(token: string, presence: Presence): Promise<void> {
  await call("PATCH", "/sim/presence", { token, ...presence });
}

/** Finds a person by id, full name or mail-like name, whatever the case. */
export function personNamed(people: Person[], wanted: string): Person | undefined {
  const fold = (value: string): string => value.trim().normalize("NFC").toLocaleLowerCase();
  const want = fold(wanted);
  return people.find((p) => fold(p.id) === want) ?? people.find((p) => fold(p.name) === want);
}

async function call(method: string, path: string, json?: unknown): Promise<unknown> {
  let answer: Response;
  try {
    const init: RequestInit = { method, cache: "no-store" };
    if (json !== undefined) {
      init.body = JSON.stringify(json);
      init.headers = { "Content-Type": "application/json" };
    }
    answer = await fetch(path, init);
  } catch (cause) {
    throw asGraphError(cause);
  }
  if (!answer.ok) throw await refused(answer);
  const text = await answer.text();
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    throw new GraphError(answer.status, "badAnswer", `${path} did not answer with JSON`);
  }
}
