import { useEffect, useState } from "preact/hooks";
import { publicName, readers } from "../model/facts";
import { me, type Line } from "../model/log";
import type { State } from "../model/state";
import type { Shell } from "../shell";
import { Composer } from "./composer";
import { useDrop } from "./drop";
import { Ended } from "./end";
import { Icon } from "./icons";
import { Wait } from "./lazy";
import { LogView } from "./log";

interface Props {
  shell: Shell;
  state: State;
}

/** A conversation: the talk, and below it where to write or, at the end, where to go on. */
export function Chat({ shell, state }: Props) {
  const w = shell.words;
  const { notice } = shell.ui.get();
  const [editing, setEditing] = useState<Line>();
  const drop = useDrop();
  const closed = state.view?.status === "closed";
  useSeen(shell, state);
  const last = () => state.log.lines.findLast((l) => l.author === me && !l.fact && !l.deleted);
  return (
    <div class="talk" {...(closed ? {} : drop.handlers)}>
      <div class="notices" role="status">
        {!state.online && <p class="offline"><Icon name="warn" /> {w.offline}</p>}
        {!state.kept && <p>{w.memoryOnly}</p>}
        {notice && <p class="bad">{notice}</p>}
      </div>
      {state.phase === "resuming" && state.online ? <Wait /> : <LogView shell={shell} state={state} onEdit={setEditing} />}
      {closed ? <Ended shell={shell} /> : (
        <Composer key={shell.session.id} shell={shell} dropped={drop.files} editing={editing} onEdited={() => setEditing(undefined)} onEditLast={() => setEditing(last())} />
      )}
      {!closed && <Footer shell={shell} state={state} />}
      {drop.over && <div class="drop" aria-hidden="true"><span>{w.dropHere}</span></div>}
    </div>
  );
}

function Footer({ shell, state }: { shell: Shell; state: State }) {
  const w = shell.words;
  const people = readers(state.log.people);
  return (
    <div class="foot">
      {people.length > 0 && <span dir="auto">{w.whoReads(people.map(publicName))}</span>}
      <button type="button" onClick={() => void shell.transcript()}>{w.transcript}</button>
    </div>
  );
}

/** Whatever stands in the open panel of a visible tab has been seen. */
function useSeen(shell: Shell, state: State): void {
  useEffect(() => {
    const seen = () => document.visibilityState === "visible" && shell.session.markRead();
    seen();
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, [state.log.last]);
}
