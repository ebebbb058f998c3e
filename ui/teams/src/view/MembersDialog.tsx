// Who is in a group chat; add people, leave.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { addMember, listMembers, removeMember } from "../graph/chats";
import { asGraphError, type GraphError } from "../graph/error";
import type { Chat, Member, Person } from "../graph/shapes";
import { memberName } from "../words/titles";
import { usePlace, useSpeech, useWatched } from "./context";
import { Icon, IconButton } from "./Icon";
import { PersonFace, SearchField } from "./PeopleList";
import { ProblemLine } from "./ProblemLine";
import { usePeopleSearch } from "./usePeopleSearch";

const mostFound = 8;

export function MembersDialog({ chat, onClose }: { chat: Chat; onClose: () => void }): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  useWatched(session);
  const dialog = useRef<HTMLDialogElement>(null);
  const [members, setMembers] = useState<Member[]>(chat.members ?? []);
  const [problem, setProblem] = useState<GraphError>();
  const load = (): void => {
    listMembers(session.graph, chat.id).then(setMembers, (cause: unknown) => setProblem(asGraphError(cause)));
  };
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(load, [chat]);
  const attempt = async (action: () => Promise<void>): Promise<boolean> => {
    setProblem(undefined);
    try {
      await action();
      return true;
    } catch (cause) {
      setProblem(asGraphError(cause));
      return false;
    }
  };
  const add = async (person: Person): Promise<void> => {
    if (await attempt(() => addMember(session.graph, chat.id, person.id))) {
      load();
      void session.refreshChat(chat.id);
    }
  };
  const leave = async (): Promise<void> => {
    const mine = members.find((m) => m.userId === session.me.id);
    if (!mine || !(await attempt(() => removeMember(session.graph, chat.id, mine.id)))) return;
    onClose();
    session.forget(chat.id);
  };
  return (
    <dialog ref={dialog} class="dialog" aria-label={words.membersTitle} onClose={onClose} onClick={(e) => e.target === dialog.current && onClose()}>
      <div class="dialog-box">
        <div class="dialog-head">
          <h2>{words.membersTitle}</h2>
          <IconButton icon="close" label={words.close} onClick={onClose} />
        </div>
        {problem && <ProblemLine problem={problem} onDismiss={() => setProblem(undefined)} />}
        <ul class="member-list" role="list" aria-label={words.membersTitle}>
          {members.map((m) => (
            <li key={m.id} class="member">
              <PersonFace person={personOf(m, session.people, memberName(m, words, (p) => session.name(p)))} />
              {m.userId === session.me.id && <span class="tag">{words.you}</span>}
            </li>
          ))}
        </ul>
        <AddPeople members={members} onAdd={add} />
        <Leave onLeave={leave} />
      </div>
    </dialog>
  );
}

function AddPeople({ members, onAdd }: { members: Member[]; onAdd: (person: Person) => Promise<void> }): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const [query, setQuery] = useState("");
  const { people, searching, problem } = usePeopleSearch(session, query);
  const [busy, setBusy] = useState<string>();
  const asked = query.trim() !== "";
  return (
    <div class="add-people">
      <h3>{words.addPeople}</h3>
      <SearchField value={query} onInput={setQuery} label={words.searchPeople} />
      {problem && <ProblemLine problem={problem} />}
      {asked && people.length === 0 && <p class="quiet" role="status">{searching ? words.loading : words.nobodyFound}</p>}
      {asked && (
        <ul class="member-list" role="list" aria-label={words.addPeople}>
          {people.slice(0, mostFound).map((person) => {
            const inside = members.some((m) => m.userId === person.id);
            return (
              <li key={person.id} class="member">
                <PersonFace person={person} />
                {inside ? (
                  <span class="quiet">{words.added}</span>
                ) : (
                  <button
                    type="button"
                    class="button"
                    aria-label={`${words.add}: ${person.name}`}
                    disabled={busy !== undefined}
                    onClick={async () => {
                      setBusy(person.id);
                      await onAdd(person);
                      setBusy(undefined);
                    }}
                  >
                    {words.add}
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}

function Leave({ onLeave }: { onLeave: () => Promise<void> }): VNode {
  const { words } = useSpeech();
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <button type="button" class="button danger quiet-danger" onClick={() => setAsking(true)}>
        <Icon name="leave" size={18} /> {words.leave}
      </button>
    );
  }
  return (
    <div class="ask" role="alertdialog" aria-label={words.leave}>
      <p>{words.leaveAsk}</p>
      <button type="button" class="button danger" onClick={() => void onLeave()} autoFocus>{words.leave}</button>
      <button type="button" class="button" onClick={() => setAsking(false)}>{words.cancel}</button>
    </div>
  );
}

function personOf(member: Member, people: Person[], name: string): Person {
  return people.find((p) => p.id === member.userId) ?? { id: member.userId ?? member.id, name };
}
