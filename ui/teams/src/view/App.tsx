// From the address to a session: the entrance, then the frame.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type GraphError, asGraphError } from "../graph/error";
import type { Person } from "../graph/shapes";
import { listPeople, personNamed } from "../model/entrance";
import { Session } from "../model/session";
import { type Route, readRoute, writeRoute } from "../route";
import { PlaceContext, useSpeech } from "./context";
import { Entrance } from "./Entrance";
import { Frame } from "./Frame";

export function App(): VNode {
  const { words } = useSpeech();
  const [route, setRoute] = useState<Route>(readRoute());
  const [people, setPeople] = useState<Person[]>();
  const [problem, setProblem] = useState<GraphError>();
  const go = (next: Route, replace = false): void => {
    writeRoute(next, replace);
    setRoute(next);
  };
  const load = (): void => {
    setProblem(undefined);
    listPeople().then(setPeople, (cause: unknown) => setProblem(asGraphError(cause)));
  };
  useEffect(load, []);
  useEffect(() => {
    const back = (): void => setRoute(readRoute());
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);

  const person = people && route.as !== undefined ? personNamed(people, route.as) : undefined;
  useEffect(() => {
    document.title = person ? `${person.name} | ${words.appName}` : `${words.appName} (${words.simulated})`;
  }, [person]);
  if (!person) {
    return (
      <Entrance
        people={people}
        unknown={people ? route.as : undefined}
        problem={problem}
        onRetry={load}
        onChoose={(chosen) => go({ as: chosen.name, chat: undefined })}
      />
    );
  }
  return <Stay key={person.id} person={person} people={people!} chat={route.chat} as={route.as!} go={go} />;
}

interface StayProps {
  person: Person;
  people: Person[];
  as: string;
  chat: string | undefined;
  go: (route: Route, replace?: boolean) => void;
}

/** A session for as long as one acts as the person. */
function Stay({ person, people, as, chat, go }: StayProps): VNode {
  const [session] = useState(() => new Session(person, people));
  useEffect(() => {
    void session.open();
    return () => session.close();
  }, [session]);
  const place = {
    session,
    chat,
    openChat: (id: string | undefined, replace?: boolean): void => {
      if (id !== chat) go({ as, chat: id }, replace);
    },
    leave: (): void => go({ as: undefined, chat: undefined }),
  };
  return (
    <PlaceContext.Provider value={place}>
      <Frame />
    </PlaceContext.Provider>
  );
}
