// The people one can mention, filtered by what stands behind the @.

import type { VNode } from "preact";
import { useSpeech } from "./context";
import { Avatar } from "./Avatar";

export interface Candidate {
  id: string;
  name: string;
}

const most = 6;

export function candidatesFor(people: Candidate[], query: string): Candidate[] {
  const fold = (value: string): string => value.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
  const wanted = fold(query);
  return people
    .filter((p) => fold(p.name).startsWith(wanted) || fold(p.name).split(/\s+/).some((word) => word.startsWith(wanted)))
    .slice(0, most);
}

/** The @ and what follows it, up to the caret, if the caret stands there. */
export function mentionBefore(field: HTMLElement): { query: string; range: Range } | undefined {
  const selection = document.getSelection();
  const node = selection?.anchorNode;
  if (!selection?.isCollapsed || !node || node.nodeType !== 3 || !field.contains(node)) return undefined;
  const before = (node.nodeValue ?? "").slice(0, selection.anchorOffset);
  const found = /(?:^|[\s(\u200b])@([\p{L}\p{M}\p{N}.'’-]*(?: [\p{L}\p{M}.'’-]+)?)$/u.exec(before);
  if (!found) return undefined;
  const range = document.createRange();
  range.setStart(node, before.length - found[1]!.length - 1);
  range.setEnd(node, before.length);
  return { query: found[1]!, range };
}

interface ListProps {
  id: string;
  candidates: Candidate[];
  active: number;
  onPick: (candidate: Candidate) => void;
}

export function MentionList({ id, candidates, active, onPick }: ListProps): VNode {
  const { words } = useSpeech();
  return (
    <ul id={id} class="mention-list popover" role="listbox" aria-label={words.mentionSomebody}>
      {candidates.map((candidate, i) => (
        <li
          key={candidate.id}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === active}
          onPointerDown={(event) => {
            event.preventDefault(); // the field keeps the caret
            onPick(candidate);
          }}
        >
          <Avatar name={candidate.name} id={candidate.id} size={24} /> {candidate.name}
        </li>
      ))}
    </ul>
  );
}
