import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Cursor } from "../../../shared/types";
import { me, type Line } from "../model/log";
import { overlay } from "../model/outbox";
import type { State } from "../model/state";
import { publicName } from "../model/facts";
import type { Shell } from "../shell";
import { Icon } from "./icons";
import { LineView, type Tick } from "./line";

const near = 60; // pixels from the end that still count as the end
const pause = 5 * 60_000; // ms after which the same speaker is named again

interface Props {
  shell: Shell;
  state: State;
  onEdit: (line: Line) => void;
}

/** The talk itself. Keeps to the end while the customer is there, and stays put while they read further up. */
export function LogView({ shell, state, onEdit }: Props) {
  const w = shell.words;
  const { divider } = shell.ui.get();
  const lines = overlay(state.log, state.acts);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [below, setBelow] = useState(false);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  const own = lines.at(-1)?.author === me ? lines.at(-1)!.key : "";
  useLayoutEffect(toEnd, [own]);
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
    else setBelow(true);
  }, [lines.length, state.typing.length]);
  useEffect(() => {
    const size = new ResizeObserver(() => atEnd.current && toEnd());
    size.observe(box.current!);
    size.observe(box.current!.firstElementChild!);
    return () => size.disconnect();
  }, []);
  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current!;
    atEnd.current = scrollHeight - scrollTop - clientHeight < near;
    if (atEnd.current) setBelow(false);
  };
  const mark = divider ? lines.find((l) => l.seq > divider && l.author !== me && !l.fact)?.key : undefined;

  return (
    <div class="log-place">
      <div class="log" ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-live="polite" aria-label={w.log}>
        <div class="lines">
          {lines.map((line, i) => {
            const before = lines[i - 1];
            return [
              newDay(line, before) && <p class="day" key={`d${line.key}`}>{day(line.at, shell.format)}</p>,
              line.key === mark && <p class="new" key="new">{w.newMessages}</p>,
              <LineView key={line.key} line={line} people={state.log.people} shell={shell} lang={w.lang} first={isFirst(line, before)} tick={tickOf(line, lines[i + 1], state)}
                changeable={line.author === me && line.seq > 0 && !line.deleted && !line.fact && !line.state && state.view?.status !== "closed"} onEdit={onEdit} />,
            ];
          })}
          {state.view?.status === "waiting" && <Queue shell={shell} place={state.view.position ?? 1} />}
        </div>
      </div>
      {below && <button type="button" class="jump" onClick={() => (toEnd(), setBelow(false))}><Icon name="down" /> {w.newMessages}</button>}
      <Typing shell={shell} state={state} />
    </div>
  );
}

function Queue({ shell, place }: { shell: Shell; place: number }) {
  const w = shell.words;
  return (
    <div class="queue">
      <b><span class="dots" aria-hidden="true"><i /><i /><i /></span> {w.queue(place)}</b>
      <span>{w.queueNote}</span>
    </div>
  );
}

function Typing({ shell, state }: { shell: Shell; state: State }) {
  const names = state.typing.flatMap((id) => state.log.people.get(id) ?? []).map(publicName);
  return (
    <p class="typing" role="status">
      {names.length > 0 && <><span class="dots" aria-hidden="true"><i /><i /><i /></span> {shell.words.typing(names)}</>}
    </p>
  );
}

const date = (at: string) => new Date(at).toDateString();

function newDay(line: Line, before: Line | undefined): boolean {
  return before ? date(before.at) !== date(line.at) : date(line.at) !== new Date().toDateString();
}

const day = (at: string, lang: string) => new Intl.DateTimeFormat(lang, { weekday: "long", day: "numeric", month: "long" }).format(new Date(at));

function isFirst(line: Line, before: Line | undefined): boolean {
  return !before || !!before.fact || before.author !== line.author || Date.parse(line.at) - Date.parse(before.at) > pause;
}

/** The state below an own line: only below the last of several that share it. */
function tickOf(line: Line, next: Line | undefined, state: State): Tick | undefined {
  if (line.author !== me || line.fact || line.deleted) return undefined;
  const tick = arrived(line, state.view?.cursors ?? []);
  const same = next && next.author === me && !next.fact && !next.deleted && arrived(next, state.view?.cursors ?? []) === tick;
  return same && tick !== "failed" ? undefined : tick;
}

export function arrived(line: Line, cursors: readonly Cursor[]): Tick {
  if (line.state === "failed" || line.state === "sending") return line.state;
  const others = cursors.filter((c) => c.participant !== me);
  if (others.some((c) => c.read >= line.seq)) return "read";
  return others.some((c) => c.delivered >= line.seq) ? "delivered" : "sent";
}
