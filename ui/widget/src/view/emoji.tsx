import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Shell } from "../shell";
import { names } from "../words/emoji";

const columns = 8;

interface Props {
  shell: Shell;
  pick: (emoji: string) => void;
  close: () => void;
}

/** A grid of the emoji that people use most: arrows move, Enter picks, Esc leaves. */
export function Emoji({ shell, pick, close }: Props) {
  const { lang, emoji: label } = shell.words;
  const [all, setAll] = useState<[emoji: string, name: string][]>([]);
  const [at, setAt] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => void names(lang).then(setAll, (e: unknown) => console.error("Trialog: the emoji could not be loaded.", e)), [lang]);
  useLayoutEffect(() => grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus(), [at, all]);
  const keys = (e: KeyboardEvent) => {
    const rtl = getComputedStyle(grid.current!).direction === "rtl" ? -1 : 1;
    const step = { ArrowRight: rtl, ArrowLeft: -rtl, ArrowDown: columns, ArrowUp: -columns, Home: -at, End: all.length - 1 - at }[e.key];
    if (e.key === "Escape") {
      e.preventDefault();
      close();
    } else if (step !== undefined) {
      e.preventDefault();
      setAt(Math.min(Math.max(at + step, 0), all.length - 1));
    }
  };
  return (
    <div class="emoji" ref={grid} role="group" aria-label={label} onKeyDown={keys}>
      {all.map(([emoji, name], i) => (
        <button type="button" key={emoji} tabIndex={i === at ? 0 : -1} aria-label={name} title={name} onClick={() => pick(emoji)}>{emoji}</button>
      ))}
    </div>
  );
}
