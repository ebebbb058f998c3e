import { useRef, type KeyboardEvent } from "react";
import { useDesk, useT } from "../context";
import { Item } from "./item";
import { Offer } from "./offer";

/** The agent's conversations, and those that wait. Arrow keys go from one to the next. */
export function List({ current }: { current: string | undefined }) {
  const t = useT();
  const mine = useDesk((s) => s.mine);
  const waiting = useDesk((s) => s.waiting);
  const listed = useDesk((s) => s.listed);
  const nav = useRef<HTMLElement>(null);
  const arrows = (e: KeyboardEvent) => {
    const by = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    const all = [...nav.current!.querySelectorAll<HTMLElement>("a.item")];
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (!by || e.altKey || at < 0) return;
    e.preventDefault();
    all[at + by]?.focus();
  };
  return (
    <nav className="list" aria-label={t("list.label")} ref={nav} onKeyDown={arrows}>
      {!current && <h1 className="hidden">{t("list.label")}</h1>}
      {waiting[0] && <Offer id={waiting[0]} more={waiting.length - 1} />}
      <h2>{t("list.mine")} · {mine.length}</h2>
      {listed && !mine.length && <p className="none">{t("list.none")}</p>}
      <ul>{mine.map((id) => <li key={id}><Item id={id} current={id === current} /></li>)}</ul>
      <h2>{t("list.waiting")} · {waiting.length}</h2>
      {listed && !waiting.length && <p className="none">{t("list.nobody")}</p>}
      <ul>{waiting.map((id, i) => <li key={id}><Item id={id} current={id === current} place={i + 1} /></li>)}</ul>
    </nav>
  );
}
