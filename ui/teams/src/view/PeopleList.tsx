// The people of the tenant; choosing one opens the chat with them.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Person } from "../graph/shapes";
import { Avatar, presenceWords } from "./Avatar";
import { usePlace, useSpeech, useWatched } from "./context";
import { Icon } from "./Icon";
import { moveFocus } from "./popover";
import { ProblemLine } from "./ProblemLine";
import { usePeopleSearch } from "./usePeopleSearch";

const mostShown = 200;

export function PeopleList({ onOpened }: { onOpened: () => void }): VNode {
  const { words } = useSpeech();
  const { session, openChat } = usePlace();
  useWatched(session);
  const [query, setQuery] = useState("");
  const { people, searching, problem } = usePeopleSearch(session, query);
  const open = async (person: Person): Promise<void> => {
    const chat = await session.act(() => session.personalChat(person.id));
    if (chat === undefined) return;
    openChat(chat);
    onOpened();
  };
  return (
    <>
      <SearchField value={query} onInput={setQuery} label={words.searchPeople} />
      <div class="pane-body" onKeyDown={(e) => moveFocus(e, ".chat-item")}>
        {problem && <ProblemLine problem={problem} />}
        {people.length === 0 && <p class="quiet" role="status">{searching ? words.loading : words.nobodyFound}</p>}
        <ul class="chat-list" role="list" aria-label={words.people}>
          {people.slice(0, mostShown).map((person) => (
            <li key={person.id}>
              <button type="button" class="chat-item" onClick={() => void open(person)}>
                <PersonFace person={person} />
              </button>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

/** Avatar, name and what the person does. */
export function PersonFace({ person }: { person: Person }): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const presence = session.presence(person.id) ?? person.presence;
  const work = [person.jobTitle, person.department].filter(Boolean).join(" · ");
  return (
    <>
      <Avatar name={person.name} id={person.id} presence={presence} size={36} />
      <span class="chat-text">
        <span class="chat-title">{person.name}</span>
        <span class="chat-preview">{work || (presence && presenceWords(presence, words))}</span>
      </span>
    </>
  );
}

export function SearchField({ value, onInput, label, autoFocus }: { value: string; onInput: (value: string) => void; label: string; autoFocus?: boolean }): VNode {
  return (
    <label class="search">
      <Icon name="search" size={18} />
      <input
        type="search"
        value={value}
        placeholder={label}
        aria-label={label}
        autocomplete="off"
        spellcheck={false}
        autoFocus={autoFocus}
        onInput={(e) => onInput(e.currentTarget.value)}
      />
    </label>
  );
}
