import { useLayoutEffect, useState, useSyncExternalStore, type RefObject } from "react";

/** Whether a media query matches, live. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}

export type Width = "wide" | "medium" | "narrow";
export function useWidth(): Width {
  const narrow = useMedia("(max-width: 720px)");
  const medium = useMedia("(max-width: 1180px)");
  return narrow ? "narrow" : medium ? "medium" : "wide";
}

/** How wide an element is, live. */
export function useOwnWidth(of: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setWidth(of.current!.clientWidth);
    measure(); // before the first paint, so that nothing jumps
    const watch = new ResizeObserver(measure);
    watch.observe(of.current!);
    return () => watch.disconnect();
  }, [of]);
  return width;
}

/** Whether the agent looks at this page: it is visible and has the focus. */
export function useAttention(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const events = ["focus", "blur"] as const;
      for (const e of events) addEventListener(e, changed);
      document.addEventListener("visibilitychange", changed);
      return () => {
        for (const e of events) removeEventListener(e, changed);
        document.removeEventListener("visibilitychange", changed);
      };
    },
    () => document.visibilityState === "visible" && document.hasFocus(),
  );
}

// One clock for all running timers: it ticks once a second while anybody watches.
const watchers = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
function watchClock(changed: () => void): () => void {
  watchers.add(changed);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const w of watchers) w();
  }, 1000);
  return () => {
    watchers.delete(changed);
    if (watchers.size) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present, in ms, to the second. Only views that call it are drawn anew with it. */
export const useNow = () => useSyncExternalStore(watchClock, () => (timer ? now : (now = Date.now())) - (now % 1000));
