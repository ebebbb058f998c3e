// Things that open beside a button: closed by Escape, by a click elsewhere, by leaving them.

import { type RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Closes an open popover; `root` holds both the button and what it opened. */
export function usePopover(open: boolean, close: () => void): RefObject<HTMLDivElement> {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const elsewhere = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) close();
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      close();
      root.current?.querySelector<HTMLElement>("button[aria-expanded]")?.focus();
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("focusin", elsewhere);
    root.current?.addEventListener("keydown", escape);
    const held = root.current;
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("focusin", elsewhere);
      held?.removeEventListener("keydown", escape);
    };
  }, [open]);
  return root;
}

/**
 * Moves the focus among the items of a group with arrow keys. `columns` makes it a grid.
 * Returns whether the key was one of its own.
 */
export function moveFocus(event: KeyboardEvent, selector: string, columns = 1): boolean {
  const group = event.currentTarget as HTMLElement;
  const items = [...group.querySelectorAll<HTMLElement>(selector)];
  const at = items.indexOf((event.target as HTMLElement).closest<HTMLElement>(selector)!);
  const steps: Record<string, number> = {
    ArrowDown: columns,
    ArrowUp: -columns,
    ...(columns > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}),
    Home: -at,
    End: items.length - 1 - at,
  };
  const step = steps[event.key];
  if (step === undefined || at < 0) return false;
  const to = items[Math.max(0, Math.min(items.length - 1, at + step))];
  event.preventDefault();
  to?.focus();
  return true;
}
