// The demo shop: a page of somebody who has put the chat on their site. It knows nothing of Trialog but its public calls.
import { german } from "./german";

type Call = (...args: unknown[]) => unknown;
interface Stub extends Call {
  q?: unknown[][];
}

/** Calls made before the widget's script is here wait in q. */
const stub: Stub = (...args) => (stub.q = [...(stub.q ?? []), args]);
const page = window as Window & { Trialog?: Stub };
page.Trialog ??= stub;

const asked = new URLSearchParams(location.search);
const lang = asked.get("lang")?.slice(0, 2) || navigator.language.slice(0, 2);
const theme = asked.get("theme");
const root = document.documentElement;
root.lang = lang === "de" ? "de" : "en";
if (theme === "light" || theme === "dark") root.dataset.theme = theme;

if (root.lang === "de") {
  document.title = german.pageTitle!;
  for (const el of document.querySelectorAll<HTMLElement>("[data-t]")) el.textContent = german[el.dataset.t!] ?? el.textContent;
  for (const el of document.querySelectorAll<HTMLElement>("[data-l]")) el.ariaLabel = german[el.dataset.l!] ?? el.ariaLabel;
}

const other = document.querySelector<HTMLAnchorElement>("#lang")!;
const to = root.lang === "de" ? "en" : "de";
asked.set("lang", to);
other.search = asked.toString();
other.textContent = to === "de" ? "Deutsch" : "English";
other.lang = other.hreflang = to;

page.Trialog("setLocale", lang);
document.querySelector("#ask")!.addEventListener("click", () => page.Trialog!("open"));
