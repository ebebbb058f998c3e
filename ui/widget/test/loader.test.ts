// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openKey, sessionKey, type Host, type Widget } from "../src/host";
import { install, type Entrance } from "../src/loader/install";
import { launcherLabel } from "../src/loader/launcher";
import { loadWords } from "../src/words/words";

const origin = "https://chat.example";
type Win = Window & { Trialog?: Entrance & Record<string, (...a: unknown[]) => unknown> };
const win = window as Win;
const element = () => document.querySelector("trialog-chat");
const settle = () => new Promise((r) => setTimeout(r));

function begin(settings = {}) {
  const widget = { open: vi.fn(), close: vi.fn(), toggle: vi.fn(), changed: vi.fn(), shutdown: vi.fn() } satisfies Widget;
  const hosts: Host[] = [];
  const load = vi.fn(async (host: Host) => (hosts.push(host), widget));
  install(win, { origin, ...settings }, load);
  return { widget, load, hosts };
}

beforeEach(() => localStorage.clear());
afterEach(() => {
  win.Trialog?.shutdown?.();
  delete win.Trialog;
  sessionStorage.clear();
});

describe("loader", () => {
  it("puts a named button on the page and fetches nothing", async () => {
    const { load } = begin({ locale: "de" });
    const button = element()!.shadowRoot!.querySelector("button")!;
    expect(button.ariaLabel).toBe("Chat öffnen");
    await settle();
    expect(load).not.toHaveBeenCalled();
  });

  it("fetches the widget once, at the first click", async () => {
    const { load, widget } = begin();
    const button = element()!.shadowRoot!.querySelector("button")!;
    button.click();
    button.click();
    await settle();
    expect(load).toHaveBeenCalledTimes(1);
    expect(widget.open).toHaveBeenCalledTimes(2);
  });

  it("carries out calls that the page made before the script was there", async () => {
    const q: unknown[][] = [["setAttributes", { plan: "gold" }], ["open"]];
    win.Trialog = Object.assign(() => undefined, { q }) as never;
    const { widget, hosts } = begin();
    await settle();
    expect(widget.open).toHaveBeenCalledOnce();
    expect(hosts[0]!.settings.attributes).toEqual({ plan: "gold" });
  });

  it("does nothing when the script stands in the page twice", () => {
    begin();
    const first = win.Trialog;
    begin();
    expect(win.Trialog).toBe(first);
    expect(document.querySelectorAll("trialog-chat")).toHaveLength(1);
  });

  it("fetches the widget by itself for a conversation that goes on, or a panel that was open, but not for one that is over", async () => {
    localStorage.setItem(sessionKey(origin), JSON.stringify({ token: "t", id: "c", over: true }));
    const over = begin();
    await settle();
    expect(over.load).not.toHaveBeenCalled();
    win.Trialog!.shutdown!();
    delete win.Trialog;

    localStorage.setItem(sessionKey(origin), JSON.stringify({ token: "t", id: "c" }));
    const live = begin();
    await settle();
    expect(live.load).toHaveBeenCalledOnce();
    expect(live.widget.open).not.toHaveBeenCalled();
    win.Trialog!.shutdown!();
    delete win.Trialog;

    sessionStorage.setItem(openKey(origin), "1");
    const open = begin();
    await settle();
    expect(open.load).toHaveBeenCalledOnce();
  });

  it("tells listeners, also in method style, until they unsubscribe; one that throws harms nobody", async () => {
    const said: unknown[] = [];
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { hosts } = begin();
    win.Trialog!("on", "unread", () => { throw new Error("theirs"); });
    const off = win.Trialog!("on", "unread", (n: unknown) => said.push(n)) as () => void;
    (win.Trialog!.on as (e: string, fn: () => void) => void)("ready", () => said.push("ready"));
    win.Trialog!.open!();
    await settle();
    hosts[0]!.emit("unread", 3);
    off();
    hosts[0]!.emit("unread", 4);
    expect(said).toEqual(["ready", 3]);
    expect(error).toHaveBeenCalledTimes(2);
    error.mockRestore();
  });

  it("tries again after the widget could not be fetched", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const open = vi.fn();
    const load = vi.fn().mockRejectedValueOnce(new Error("offline")).mockResolvedValueOnce({ open, shutdown: vi.fn() });
    install(win, { origin }, load as never);
    win.Trialog!("open");
    await settle();
    win.Trialog!("open");
    await settle();
    expect(open).toHaveBeenCalledOnce();
    error.mockRestore();
  });

  it("hides, shows and shuts down, and comes back after it", async () => {
    const { widget } = begin();
    win.Trialog!("hide");
    expect(element()!.hasAttribute("hidden")).toBe(true);
    win.Trialog!("show");
    expect(element()!.hasAttribute("hidden")).toBe(false);
    win.Trialog!("open");
    localStorage.setItem(sessionKey(origin), "{}");
    win.Trialog!("shutdown");
    await settle();
    expect(widget.shutdown).toHaveBeenCalledOnce();
    expect(element()).toBeNull();
    expect(localStorage.getItem(sessionKey(origin))).toBeNull();
    win.Trialog!("open");
    expect(element()).not.toBeNull();
  });

  it("names the launcher as the catalogues do", async () => {
    for (const lang of ["de", "en", "es", "fr", "ja", "ko"]) expect(launcherLabel(lang)).toBe((await loadWords(lang)).openChat);
    expect(launcherLabel("pt-BR")).toBe("Open chat");
  });
});
