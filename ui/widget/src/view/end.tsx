import { useLayoutEffect, useRef } from "preact/hooks";
import type { Shell } from "../shell";
import { useClaim } from "./hooks";

/** Asks before the chat is ended. */
export function EndSheet({ shell }: { shell: Shell }) {
  const w = shell.words;
  const stay = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => stay.current?.focus(), []);
  const end = () => {
    shell.wantsFocus = true;
    shell.ui.set({ asking: false });
    void shell.attempt(() => shell.session.end());
  };
  return (
    <div class="veil">
      <div class="sheet" role="alertdialog" aria-modal="true" aria-labelledby="end-t" aria-describedby="end-d">
        <h2 id="end-t">{w.endSure}</h2>
        <p id="end-d">{w.endNote}</p>
        <button type="button" ref={stay} class="second" onClick={() => shell.dismiss()}>{w.goOn}</button>
        <button type="button" class="danger" onClick={end}>{w.endChat}</button>
      </div>
    </div>
  );
}

/** What is left to do when the chat is over. */
export function Ended({ shell }: { shell: Shell }) {
  const w = shell.words;
  const again = useRef<HTMLButtonElement>(null);
  useClaim(shell, again);
  return (
    <div class="ended">
      <p role="status">{w.ended}</p>
      <button type="button" class="prime" ref={again} onClick={() => shell.session.forget()}>{w.newChat}</button>
      <button type="button" class="second" onClick={() => void shell.transcript()}>{w.transcript}</button>
    </div>
  );
}
