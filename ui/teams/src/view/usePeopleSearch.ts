// Looks for people while one types: the known ones at once, the tenant's after a pause.

import { useEffect, useState } from "preact/hooks";
import { findPeople } from "../graph/chats";
import { type GraphError, asGraphError } from "../graph/error";
import type { Person } from "../graph/shapes";
import type { Session } from "../model/session";

const pause = 200; // milliseconds after the last key

export interface PeopleSearch {
  people: Person[];
  searching: boolean;
  problem: GraphError | undefined;
}

export function usePeopleSearch(session: Session, query: string): PeopleSearch {
  const [found, setFound] = useState<{ query: string; people: Person[]; problem?: GraphError }>({ query: "", people: [] });
  const wanted = query.trim();
  useEffect(() => {
    if (wanted === "") return;
    let current = true;
    const timer = setTimeout(async () => {
      try {
        const people = await findPeople(session.graph, wanted);
        if (current) setFound({ query: wanted, people: people.map(asPerson) });
      } catch (cause) {
        if (current) setFound({ query: wanted, people: [], problem: asGraphError(cause) });
      }
    }, pause);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [session, wanted]);
  if (wanted === "") return { people: session.people.filter((p) => p.id !== session.me.id), searching: false, problem: undefined };
  const known = matching(session.people, wanted);
  const more = found.query === wanted ? found.people.filter((p) => !known.some((k) => k.id === p.id)) : [];
  const people = [...known, ...more].filter((p) => p.id !== session.me.id);
  return { people, searching: found.query !== wanted, problem: found.query === wanted ? found.problem : undefined };
}

/** People with a word in name, title or department that starts like each word of the query. */
export function matching(people: Person[], query: string): Person[] {
  const wanted = fold(query).split(/\s+/).filter(Boolean);
  return people.filter((p) => {
    const words = fold([p.name, p.jobTitle, p.department].filter(Boolean).join(" ")).split(/[\s\-.,()]+/);
    return wanted.every((w) => words.some((word) => word.startsWith(w)));
  });
}

function fold(value: string): string {
  return value.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

function asPerson(found: Awaited<ReturnType<typeof findPeople>>[number]): Person {
  return {
    id: found.id,
    name: found.displayName ?? found.userPrincipalName ?? found.id,
    ...(found.jobTitle ? { jobTitle: found.jobTitle } : {}),
    ...(found.department ? { department: found.department } : {}),
  };
}
