import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Person, Summary } from "../../../../shared/types";
import type { Colleague } from "../../lib/calls";
import { keyOfPerson } from "../../model/directory";
import { everything, toShare, type Choice } from "../../model/share";
import { useShell } from "../context";
import { usePreview } from "./preview";

/** A map with a member more or less. */
function flip<A>(map: ReadonlyMap<string, A>, key: string, member: A): ReadonlyMap<string, A> {
  const next = new Map(map);
  if (!next.delete(key)) next.set(key, member);
  return next;
}

/** Who is ticked, what they will get, and how they are invited. */
export function useGuests(c: Summary, onDone: () => void) {
  const { desk } = useShell();
  const [people, setPeople] = useState<ReadonlyMap<string, Person>>(new Map());
  const [colleagues, setColleagues] = useState<ReadonlyMap<string, Colleague>>(new Map());
  const [looked, setLooked] = useState(false);
  const [choice, choose] = useState<Choice>(everything);
  const preview = usePreview(c.id, looked);
  const path = { id: c.id };
  const invite = useMutation({
    // Who has been invited is ticked no more, so that a second try repeats nothing.
    mutationFn: async (transfer: boolean) => {
      if (people.size) {
        const share = looked && preview.data ? { share: toShare(preview.data, choice) } : {};
        await desk.api.call("POST /conversations/{id}/invitations", { path, body: { people: [...people.values()].map(({ account, id }) => ({ account, id })), ...share } });
        setPeople(new Map());
      }
      for (const [key, x] of colleagues) {
        await desk.api.call("POST /conversations/{id}/colleagues", { path, body: { [x.kind]: x.id, ...(transfer ? { transfer } : {}) } });
        setColleagues((now) => flip(now, key, x));
      }
    },
    onSuccess: onDone,
  });
  const toggle = (p: Person) => {
    if (invite.isPending) return;
    const key = keyOfPerson(p);
    if (p.kind === "expert") setPeople(flip(people, key, p));
    else setColleagues(flip(colleagues, key, { kind: p.kind, id: p.id, name: p.name }));
  };
  return {
    ticked: new Set([...people.keys(), ...colleagues.keys()]) as ReadonlySet<string>,
    people, colleagues, looked, choice, choose, preview, invite,
    count: people.size + colleagues.size,
    transferable: colleagues.size === 1 && people.size === 0,
    look: () => setLooked(true), toggle,
  };
}

export type Guests = ReturnType<typeof useGuests>;
