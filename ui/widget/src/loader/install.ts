// The loader's work: keep the calls a site makes, put the launcher on the page, and fetch the widget when it is first wanted.
import { openKey, sessionKey, type Events, type Host, type Settings, type Widget } from "../host";
import { build, launcherLabel } from "./launcher";

type Listener = (detail: unknown) => void;
type Verb = (...args: never[]) => unknown;

/** window.Trialog: before the loader has run perhaps a stub of the site's that collects calls in q. */
export interface Entrance {
  (...args: unknown[]): unknown;
  q?: ArrayLike<unknown>[];
  on?: unknown;
}

/** Defines window.Trialog and inserts <trialog-chat>. Calls made earlier through a stub are carried out. */
export function install(win: Window & { Trialog?: Entrance }, settings: Settings, load: (host: Host) => Promise<Widget>): void {
  const before = win.Trialog;
  if (before?.on) return; // the script stands in the page twice
  const doc = win.document;
  const listeners = new Map<string, Set<Listener>>();
  let host: Host | undefined;
  let widget: Promise<Widget> | undefined;
  let hidden = false;

  const emit = (event: string, detail?: unknown) => {
    for (const fn of [...(listeners.get(event) ?? [])]) {
      try {
        fn(detail);
      } catch (e) {
        console.error(e);
      }
    }
  };
  const place = () => {
    host ??= build(doc, settings, emit, () => ask("open"));
    host.element.hidden = hidden;
    return host;
  };
  /** The widget, fetched when it is first wanted. After a fetch that failed the next wish tries again. */
  const wanted = (then?: (w: Widget) => void) => {
    const { launcher } = place();
    launcher.ariaBusy = "true";
    widget ??= load(place());
    const mine = widget;
    mine.then(
      (w) => mine === widget && then?.(w),
      (e: unknown) => {
        if (mine === widget) widget = undefined;
        console.error("Trialog:", e);
      },
    ).finally(() => (launcher.ariaBusy = null));
  };
  const ask = (verb: "open" | "close" | "toggle") => {
    if (verb !== "close" || widget) wanted((w) => w[verb]());
  };
  const show = (on: boolean) => {
    hidden = !on;
    place();
  };
  const change = (patch: Partial<Settings>) => {
    Object.assign(settings, patch);
    if (host && patch.locale) host.launcher.ariaLabel = launcherLabel(patch.locale);
    if (widget) wanted((w) => w.changed());
  };

  const verbs: Record<string, Verb> = {
    open: () => ask("open"),
    close: () => ask("close"),
    toggle: () => ask("toggle"),
    show: () => show(true),
    hide: () => show(false),
    setUser: (user: string) => change({ user }),
    setLocale: (locale: string) => change({ locale }),
    setAttributes: (attributes: Record<string, string>) => change({ attributes: { ...settings.attributes, ...attributes } }),
    shutdown: () => {
      const gone = widget;
      widget = undefined;
      forget(win, settings.origin);
      gone?.then((w) => w.shutdown(), () => 0); // one that could not be fetched has nothing to shut down
      host?.element.remove();
      host = undefined;
    },
    on: (event: string, fn: Listener) => {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(fn));
      if (event === "ready" && host) queueMicrotask(() => set.has(fn) && fn(undefined));
      return () => void set.delete(fn);
    },
  };
  const api: Entrance = (name, ...args) => {
    const verb = verbs[name as string];
    return verb ? verb(...(args as never[])) : console.warn("Trialog: unknown call", name);
  };
  win.Trialog = Object.assign(api, verbs);

  const begin = () => {
    place();
    for (const call of before?.q ?? []) api(...Array.from(call));
    emit("ready" satisfies keyof Events);
    if (resumable(win, settings.origin)) wanted();
  };
  if (doc.body) begin();
  else doc.addEventListener("DOMContentLoaded", begin);
}

/** Whether a conversation of this browser still goes on, or the panel was open on the page before. */
function resumable(win: Window, origin: string): boolean {
  try {
    const kept = win.localStorage.getItem(sessionKey(origin));
    return !!(kept && !kept.includes('"over":true')) || !!win.sessionStorage.getItem(openKey(origin));
  } catch {
    return false; // storage is blocked
  }
}

function forget(win: Window, origin: string) {
  try {
    win.localStorage.removeItem(sessionKey(origin));
    win.sessionStorage.removeItem(openKey(origin));
  } catch {
    return; // storage is blocked: nothing was kept
  }
}
