// The launcher: the round button that is on the page before the widget is.
import type { Host, Settings } from "../host";
import css from "./launcher.css?inline";

const labels: Record<string, string> = { de: "Chat öffnen", es: "Abrir el chat", fr: "Ouvrir le chat", ja: "チャットを開く", ko: "채팅 열기" };

/** The launcher's name until the widget with its words is there. */
export const launcherLabel = (locale: string) => labels[locale.slice(0, 2).toLowerCase()] ?? "Open chat";

/** Puts the element and its launcher on the page, with nothing that a strict Content-Security-Policy forbids. */
export function build(doc: Document, settings: Settings, emit: Host["emit"], open: () => void): Host {
  if (!customElements.get("trialog-chat")) customElements.define("trialog-chat", class extends HTMLElement {});
  const element = doc.createElement("trialog-chat");
  const root = element.attachShadow({ mode: "open" });
  dress(doc, root, settings.nonce);
  if (settings.position) element.dataset.position = settings.position;
  if (settings.color) element.style.setProperty("--trialog-color", settings.color);
  const launcher = doc.createElement("button");
  launcher.type = "button";
  launcher.ariaLabel = launcherLabel(settings.locale || doc.documentElement.lang || navigator.language);
  launcher.ariaHasPopup = "dialog";
  launcher.ariaExpanded = "false";
  launcher.onclick = open;
  const badge = doc.createElement("span");
  badge.hidden = true;
  launcher.append(badge);
  root.append(launcher);
  doc.body.append(element);
  return { element, root, launcher, badge, settings, emit };
}

function dress(doc: Document, root: ShadowRoot, nonce = "") {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = doc.createElement("style");
    style.nonce = nonce;
    style.textContent = css;
    root.append(style);
  }
}
