// Scrolling of a thread: the end stays in sight for who is at the end; who reads further up
// keeps the message under their eyes, whatever comes or grows above and below.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Thread } from "../model/thread";

interface Bottom {
  box: { current: HTMLDivElement | null };
  below: boolean; // there is something new below what is in sight
  toBottom: () => void;
  onScroll: () => void;
}

const near = 48; // pixels from an end that count as there

export function useBottom(thread: Thread): Bottom {
  const box = useRef<HTMLDivElement>(null);
  const place = useRef<Place>({ atEnd: true });
  const [below, setBelow] = useState(false);
  const pending = thread.outbox.items.at(-1)?.key;
  const last = pending ?? thread.messages.at(-1)?.id;
  const toBottom = (): void => {
    place.current = { atEnd: true };
    if (box.current) keep(box.current, place.current);
    setBelow(false);
  };
  useLayoutEffect(() => {
    if (pending !== undefined) toBottom(); // own words are seen
  }, [pending]);
  useLayoutEffect(() => {
    if (!place.current.atEnd) setBelow(true);
  }, [last]);
  useLayoutEffect(() => {
    if (box.current) keep(box.current, place.current);
  });
  useEffect(() => {
    const log = box.current;
    if (!log?.firstElementChild) return;
    // Pictures arrive late and screens are turned.
    const resized = new ResizeObserver(() => keep(log, place.current));
    resized.observe(log.firstElementChild);
    resized.observe(log);
    return () => resized.disconnect();
  }, []);
  const onScroll = (): void => {
    const log = box.current;
    if (!log) return; // a last scroll event of a log that is gone
    place.current = placeIn(log);
    if (place.current.atEnd) setBelow(false);
    if (log.scrollTop < near && thread.older !== undefined && !thread.problem) void thread.loadOlder();
  };
  return { box, below, toBottom, onScroll };
}

/** Where one is: at the end, or with a message at a height. */
interface Place {
  atEnd: boolean;
  message?: HTMLElement;
  top?: number; // pixels below the upper edge of the log
}

function placeIn(log: HTMLElement): Place {
  if (log.scrollHeight - log.scrollTop - log.clientHeight < near) return { atEnd: true };
  const edge = log.getBoundingClientRect().top;
  for (const message of log.querySelectorAll<HTMLElement>("[data-message]")) {
    const { top, bottom } = message.getBoundingClientRect();
    if (bottom > edge) return { atEnd: false, message, top: top - edge };
  }
  return { atEnd: false };
}

function keep(log: HTMLElement, place: Place): void {
  if (place.atEnd) {
    log.scrollTop = log.scrollHeight;
    return;
  }
  if (!place.message?.isConnected || place.top === undefined) return;
  const moved = place.message.getBoundingClientRect().top - log.getBoundingClientRect().top - place.top;
  if (Math.abs(moved) >= 1) log.scrollTop += moved;
}
