import { useEffect } from "react";
import { useShell } from "./context";
import { conversationHref, go, parseRoute } from "./route";

/** Whether somebody is typing: single keys then are text. */
const inText = (e: KeyboardEvent) => e.target instanceof HTMLElement && (e.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || e.target.tagName === "EMOJI-PICKER");

/** Keys that work everywhere. Never Alt with a letter: on German keyboards that types @ [ ] { } or €. */
export function useHotkeys(): void {
  const { desk, ui } = useShell();
  useEffect(() => {
    const step = (by: number) => {
      const { mine, waiting } = desk.store.getState();
      const all = [...mine, ...waiting];
      const route = parseRoute(location.hash);
      const at = route.page === "conversation" ? all.indexOf(route.id) : -1;
      const to = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length];
      if (to) go(conversationHref(to));
    };
    const pressed = (e: KeyboardEvent) => {
      if (e.defaultPrevented || e.isComposing) return;
      if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k") ui.setState((s) => ({ ...s, over: s.over === "palette" ? undefined : "palette" }), true);
      else if (e.key === "?" && !e.ctrlKey && !e.metaKey && !inText(e) && !ui.getState().over) ui.setState({ over: "keys" });
      else if (e.altKey && !e.ctrlKey && !e.metaKey && (e.key === "ArrowDown" || e.key === "ArrowUp") && !ui.getState().over) step(e.key === "ArrowDown" ? 1 : -1);
      else return;
      e.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [desk, ui]);
}
