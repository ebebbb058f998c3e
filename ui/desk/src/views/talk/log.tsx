import { Button } from "@fluentui/react-components";
import { ArrowDown16Regular } from "@fluentui/react-icons/svg/arrow-down";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import type { Summary } from "../../../../shared/types";
import { hasOlder } from "../../model/log";
import { overlay } from "../../model/outbox";
import { callName, participant } from "../../model/people";
import { rows, type Row } from "../../model/rows";
import { logOf } from "../../model/state";
import { arrivals, arrivalText } from "../../model/status";
import { dayName } from "../../model/time";
import { listed } from "../../texts/texts";
import { Dots } from "../bits";
import { useDesk, useShell } from "../context";
import { useAttention, useNow } from "../hooks";
import { LineView } from "./line";

const near = 80; // pixels from the end that still count as the end
const ahead = 600; // pixels from the top at which older lines are fetched

/** What was said. Keeps to the end while the agent is there, and stays put while they read further up. */
export function LogView({ c }: { c: Summary }) {
  const { desk, t } = useShell();
  const log = useDesk((s) => logOf(s, c.id));
  const pending = useDesk((s) => s.pending);
  const divider = useDesk((s) => s.dividers[c.id]);
  const older = useDesk((s) => s.pages[c.id] === "older");
  const lines = useMemo(() => overlay(log, pending.filter((p) => p.conversation === c.id), c.me), [log, pending, c.id, c.me]);
  const all = useMemo(() => rows(lines, c.me, divider), [lines, c.me, divider]);

  const box = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const stick = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const [seen, setSeen] = useState(log.last);

  const top = log.entries[0]?.seq ?? 0;
  const lastTop = useRef(top);
  const shift = top < lastTop.current;
  useLayoutEffect(() => void (lastTop.current = top), [top]);

  const toEnd = useCallback(() => list.current?.scrollToIndex(all.length - 1, { align: "end" }), [all.length]);
  const mine = lines.at(-1)?.author === c.me ? lines.at(-1)!.key : "";
  useLayoutEffect(() => {
    stick.current = true;
    toEnd();
  }, [mine]); // what I write takes me to the end
  useLayoutEffect(() => {
    if (stick.current) toEnd();
  }, [all, toEnd]);

  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current!;
    const end = scrollHeight - scrollTop - clientHeight < near;
    stick.current = end;
    setAtEnd(end);
    if (scrollTop < ahead && hasOlder(log)) void desk.older(c.id);
  };
  useEffect(() => {
    if (box.current!.scrollHeight <= box.current!.clientHeight + ahead && hasOlder(log)) void desk.older(c.id);
  }, [desk, c.id, log]);

  const here = useAttention();
  useEffect(() => {
    if (atEnd) setSeen(log.last);
    if (atEnd && here) desk.read(c.id);
  }, [desk, c.id, c.unread, log.last, atEnd, here]);
  const below = atEnd ? 0 : lines.filter((l) => l.seq > seen && !l.fact && l.author !== c.me).length;

  return (
    <div className="logPlace">
      {older && <div className="loadingOlder" role="status">{t("log.older")}</div>}
      <div className="log" ref={box} role="log" aria-live={atEnd ? "polite" : "off"} aria-relevant="additions" aria-label={t("log.label", { name: c.visitor.name })} tabIndex={0} onScroll={scrolled} onKeyDown={arrows}>
        <div className="space" />
        <Virtualizer ref={list} scrollRef={box} data={all} shift={shift} onResize={() => stick.current && toEnd()}>
          {(row, i) => <RowView key={row.key} row={row} next={all[i + 1]} c={c} />}
        </Virtualizer>
      </div>
      {!atEnd && (
        <div className="jump">
          <Button icon={<ArrowDown16Regular />} onClick={() => ((stick.current = true), toEnd())}>{below ? t("log.more", { n: below }) : t("log.latest")}</Button>
        </div>
      )}
      <Typing c={c} />
    </div>
  );
}

function RowView({ row, next, c }: { row: Row; next: Row | undefined; c: Summary }) {
  const { t } = useShell();
  if (row.type === "day") return <Day at={row.at} />;
  if (row.type === "new") return <div className="newMark">{t("log.new")}</div>;
  const own = row.line.author === c.me && !row.line.fact;
  const here = own ? arrivals(row.line, c, t) : [];
  // Several own lines in a row that have come equally far say so once, below the last.
  const nextOwn = next?.type === "line" && next.line.author === c.me && !next.line.fact ? arrivalText(arrivals(next.line, c, t), t) : undefined;
  const quiet = nextOwn !== undefined && nextOwn === arrivalText(here, t) && !here.some((a) => a.failed);
  return <LineView line={row.line} first={row.first} c={c} arrived={quiet ? [] : here} />;
}

function Day({ at }: { at: string }) {
  const { t } = useShell();
  const today = Math.floor(useNow() / 60_000) * 60_000;
  return <div className="day"><span>{dayName(at, today, t)}</span></div>;
}

/** Arrow keys go from message to message. */
function arrows(e: KeyboardEvent<HTMLElement>): void {
  const by = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
  if (!by || e.altKey || e.ctrlKey || e.metaKey) return;
  const at = (e.target as HTMLElement).closest<HTMLElement>(".m");
  if (e.target !== e.currentTarget && e.target !== at) return; // inside a menu or an editor
  const all = [...e.currentTarget.querySelectorAll<HTMLElement>(".m")];
  const to = at ? all[all.indexOf(at) + by] : all.at(-1);
  if (!to) return;
  e.preventDefault();
  to.focus();
}

function Typing({ c }: { c: Summary }) {
  const { t } = useShell();
  const who = useDesk((s) => s.typing[c.id]);
  const names = (who ?? []).flatMap((id) => (id === c.me ? [] : (participant(c, id) ?? []))).map(callName);
  return <p className="typing" role="status">{names.length > 0 && <><Dots /> {t("typing", { n: names.length, names: listed(names, t) })}</>}</p>;
}
