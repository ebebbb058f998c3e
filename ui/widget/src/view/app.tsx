import { useEffect, useRef } from "preact/hooks";
import type { State } from "../model/state";
import type { Shell } from "../shell";
import { Form } from "./form";
import { Header } from "./header";
import { useMedia, useStore } from "./hooks";
import { lazy } from "./lazy";
import { talk } from "./parts";

const phone = "(max-width: 480px) and (pointer: coarse), (max-width: 400px), (max-height: 420px)";

const Chat = lazy<{ shell: Shell; state: State }>(({ shell }) => talk(shell).then((m) => m.Chat));
const EndSheet = lazy<{ shell: Shell }>(({ shell }) => talk(shell).then((m) => m.EndSheet));

/** The panel behind the launcher: rendered while open. */
export function App({ shell }: { shell: Shell }) {
  const ui = useStore(shell.ui);
  return ui.open ? <Panel shell={shell} /> : null;
}

function Panel({ shell }: { shell: Shell }) {
  const ui = useStore(shell.ui);
  const state = useStore(shell.session.state);
  const full = useMedia(phone);
  const panel = useRef<HTMLDivElement>(null);
  const w = ui.words;
  useKeyboardRoom(panel, full);
  const part = `${state.phase} ${state.view?.status === "closed"}`;
  const shown = useRef(part);
  if (shown.current !== part) {
    shown.current = part;
    shell.wantsFocus ||= shell.host.root.activeElement !== null; // it is in a part that goes now: the next one takes it over
  }

  const keys = (e: KeyboardEvent) => {
    if (e.key === "Escape" && !e.defaultPrevented) {
      e.preventDefault();
      if (ui.asking) shell.dismiss();
      else shell.close();
    }
    if (e.key === "Tab" && full) cycle(e, panel.current!);
  };

  return (
    <div ref={panel} class={`panel${full ? " full" : ""}`} data-theme={ui.theme} role="dialog" aria-modal={full} aria-label={w.chat} lang={w.lang} dir={w.dir} onKeyDown={keys}>
      <div class="inside" inert={ui.asking}>
        <Header shell={shell} state={state} />
        {state.phase === "form" ? <Form shell={shell} /> : <Chat shell={shell} state={state} />}
      </div>
      {ui.asking && <EndSheet shell={shell} />}
    </div>
  );
}

/** On phones the panel takes the room that the on-screen keyboard leaves. */
function useKeyboardRoom(panel: { current: HTMLDivElement | null }, full: boolean): void {
  useEffect(() => {
    const view = window.visualViewport;
    const style = panel.current?.style;
    if (!full || !view || !style) return;
    const fit = () => {
      style.setProperty("--room", `${view.height}px`);
      style.setProperty("--from", `${view.offsetTop}px`);
    };
    fit();
    view.addEventListener("resize", fit);
    view.addEventListener("scroll", fit);
    return () => {
      view.removeEventListener("resize", fit);
      view.removeEventListener("scroll", fit);
      style.removeProperty("--room");
      style.removeProperty("--from");
    };
  }, [full]);
}

/** Keeps Tab inside the panel while it covers the page. */
function cycle(e: KeyboardEvent, panel: HTMLElement): void {
  const stops = [...panel.querySelectorAll<HTMLElement>("a[href],button,input,select,textarea,[tabindex]")].filter(
    (el) => el.tabIndex >= 0 && !(el as HTMLButtonElement).disabled && el.offsetParent && !el.closest("[inert]"),
  );
  const active = (panel.getRootNode() as ShadowRoot).activeElement;
  const end = e.shiftKey ? stops[0] : stops.at(-1);
  if (active !== end) return;
  e.preventDefault();
  (e.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
