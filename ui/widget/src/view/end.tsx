import { useLayoutEffect, useRef } from "preact/hooks";
import type { Shell } from "../shell";

/** Asks before the chat is ended. */
export function EndSheet({ shell }: { shell: Shell }) {
  const w = shell.words;
  const stay = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => stay.current?.focus(), []);
  const end = () => {
    shell.ui.set({ asking: false });
    void shell.attempt(() => shell.session.end());
  };
  return (
    <div class="veil">
      <div class="sheet" role="alertdialog" aria-modal="true" aria-labelledby="end-t" aria-describedby="end-d">
        <h3 id="end-t">{w.endSure}</h3>
        <p id="end-d">{w.endNote}</p>
        <button type="button" ref={stay} class="second" onClick={() => shell.ui.set({ asking: false })}>{w.goOn}</button>
        <button type="button" class="danger" onClick={end}>{w.endChat}</button>
      </div>
    </div>
  );
}

/** What is left to do when the chat is over. */
export function Ended({ shell }: { shell: Shell }) {
  const w = shell.words;
  return (
    <div class="ended">
      <p role="status">{w.ended}</p>
      <button type="button" class="prime" data-first onClick={() => shell.session.forget()}>{w.newChat}</button>
      <button type="button" class="second" onClick={() => void shell.transcript()}>{w.transcript}</button>
    </div>
  );
}
