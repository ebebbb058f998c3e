// Who do you want to be? The first page when the address names nobody.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { GraphError } from "../graph/error";
import type { Person } from "../graph/shapes";
import { Avatar } from "./Avatar";
import { useSpeech } from "./context";
import { SearchField } from "./PeopleList";
import { moveFocus } from "./popover";
import { ProblemLine } from "./ProblemLine";
import { matching } from "./usePeopleSearch";

const mostShown = 120;
const searchFrom = 9; // people; fewer are seen at a glance

interface EntranceProps {
  people: Person[] | undefined; // undefined while they load
  unknown?: string | undefined; // name in the address that nobody has
  problem?: GraphError | undefined;
  onRetry: () => void;
  onChoose: (person: Person) => void;
}

export function Entrance({ people, unknown, problem, onRetry, onChoose }: EntranceProps): VNode {
  const { words } = useSpeech();
  const [query, setQuery] = useState("");
  const shown = people ? (query.trim() === "" ? people : matching(people, query)) : [];
  return (
    <main class="entrance">
      <div class="entrance-box">
        <p class="entrance-brand">
          {words.appName} <span class="tag" title={words.simulatedHint}>{words.simulated}</span>
        </p>
        <h1>{words.actAs}</h1>
        <p class="entrance-hint">{words.actAsHint}</p>
        {unknown !== undefined && <p class="problem" role="alert">{words.noSuchPerson(unknown)}</p>}
        {problem && <ProblemLine problem={problem} onRetry={onRetry} />}
        {people === undefined && !problem && <p class="quiet" role="status">{words.loading}</p>}
        {people && people.length >= searchFrom && <SearchField value={query} onInput={setQuery} label={words.searchPeople} />}
        {people && shown.length === 0 && <p class="quiet" role="status">{words.nobodyFound}</p>}
        <ul class="entrance-list" role="list" aria-label={words.people} onKeyDown={(e) => moveFocus(e, "button")}>
          {shown.slice(0, mostShown).map((person) => (
            <li key={person.id}>
              <button type="button" class="entrance-person" onClick={() => onChoose(person)}>
                <Avatar name={person.name} id={person.id} presence={person.presence} size={40} />
                <span class="chat-text">
                  <span class="chat-title">{person.name}</span>
                  <span class="chat-preview">{[person.jobTitle, person.department].filter(Boolean).join(" · ")}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </main>
  );
}
