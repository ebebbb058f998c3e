import { useEffect, useState } from "preact/hooks";
import type { Store } from "../model/state";
import type { Shell } from "../shell";

/** Takes the focus when the element appears, if a person opened the panel or what had the focus in it has gone. */
export function useClaim(shell: Shell, element: { current: HTMLElement | null }): void {
  useEffect(() => {
    const { launcher, root } = shell.host;
    const free = !root.activeElement || root.activeElement === launcher;
    if (shell.wantsFocus && free) element.current?.focus({ preventScroll: true });
    shell.wantsFocus = false;
  }, []);
}

/** The store's value, kept up to date. */
export function useStore<S>(store: Store<S>): S {
  const [value, set] = useState(store.get());
  useEffect(() => {
    set(store.get());
    return store.watch(() => set(store.get()));
  }, [store]);
  return value;
}

/** Whether the media query holds now. */
export function useMedia(query: string): boolean {
  const [on, set] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const see = () => set(media.matches);
    media.addEventListener("change", see);
    return () => media.removeEventListener("change", see);
  }, [query]);
  return on;
}
