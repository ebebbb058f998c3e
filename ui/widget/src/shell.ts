// What all views share: the host page, the session, the words and the few things that are only true in this tab.
import { openKey, sessionKey, type Host } from "./host";
import { Unreachable, Refusal } from "./lib/api";
import { css, parseRgb, readable, textOn } from "./lib/color";
import type { Keep } from "./lib/storage";
import { unread } from "./model/log";
import type { Session } from "./model/session";
import { Store } from "./model/state";
import { loadWords, type Words } from "./words/words";

export interface Ui {
  open: boolean;
  words: Words;
  theme: "light" | "dark";
  sound: boolean;
  asking: boolean; // "End this chat?" is on the screen
  divider: number; // seq after which the lines were new when the panel was opened
  notice: string; // what a failed button has to say
}

export class Shell {
  readonly ui: Store<Ui>;
  wantsFocus = false; // the next part of the panel that appears should take the focus
  private asker: HTMLElement | null = null;
  private readonly worn = new Set<string>();
  private readonly dark = matchMedia("(prefers-color-scheme: dark)");

  constructor(readonly host: Host, readonly session: Session, readonly local: Keep, readonly tab: Keep, words: Words) {
    const sound = local.get(this.soundKey) !== "off";
    this.ui = new Store<Ui>({ open: false, words, theme: this.theme(), sound, asking: false, divider: 0, notice: "" });
    this.dark.addEventListener("change", this.recolor);
    session.state.watch(() => this.badge());
    this.ui.watch(() => this.badge());
    this.recolor();
    this.badge();
  }

  get words(): Words {
    return this.ui.get().words;
  }

  locale(): string {
    return this.host.settings.locale || document.documentElement.lang || navigator.language || "en";
  }

  /** The locale for dates and numbers: the customer's own region where it speaks the widget's language. */
  get format(): string {
    const { lang } = this.words;
    return [this.locale(), navigator.language].find((l) => l.length > 2 && l.startsWith(lang)) ?? lang;
  }

  /** Opens the panel. Only when a person asks for it does it take the focus. */
  open(asked = true): void {
    if (this.ui.get().open) return;
    const { log, read } = this.session.state.get();
    this.wantsFocus = asked;
    this.tab.set(openKey(this.origin), "1");
    this.ui.set({ open: true, divider: unread(log, read) ? read : 0 });
    this.host.emit("open", undefined);
  }

  /** Closes the panel; the conversation goes on. */
  close(): void {
    if (!this.ui.get().open) return;
    this.tab.remove(openKey(this.origin));
    this.ui.set({ open: false, asking: false, notice: "" });
    this.host.launcher.focus();
    this.host.emit("close", undefined);
  }

  /** Asks whether the chat should end. */
  ask(): void {
    this.asker = this.host.root.activeElement as HTMLElement | null;
    this.ui.set({ asking: true });
  }

  /** Takes the question back; the focus returns to where it came from. */
  dismiss(): void {
    this.ui.set({ asking: false });
    setTimeout(() => this.asker?.focus());
  }

  setSound(on: boolean): void {
    if (on) this.local.remove(this.soundKey);
    else this.local.set(this.soundKey, "off");
    this.ui.set({ sound: on });
  }

  /** Removes what this server's widget has kept on the device: also drafts and lines that were never sent. */
  wipe(): void {
    for (const store of [this.local, this.tab]) for (const key of store.keys(sessionKey(this.origin))) store.remove(key);
  }

  /** The site has changed a setting. */
  async changed(): Promise<void> {
    const words = await loadWords(this.locale());
    this.ui.set({ words });
    this.recolor();
  }

  /** Does what a button asks for; what goes wrong is said in the panel. */
  async attempt(what: () => Promise<void>): Promise<void> {
    this.ui.set({ notice: "" });
    try {
      await what();
    } catch (e) {
      this.ui.set({ notice: this.problem(e) });
    }
  }

  /** An error in the customer's words. */
  problem(e: unknown): string {
    return this.code(e instanceof Refusal ? e.code : e instanceof Unreachable ? "unreachable" : "");
  }

  code(code: string): string {
    return this.words.errors[code] ?? this.words.errors[""]!;
  }

  /** Hands a blob to the browser's downloads. */
  save(blob: Blob, name: string): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async transcript(): Promise<void> {
    const number = this.session.state.get().view?.number ?? "";
    await this.attempt(async () => this.save(await this.session.api.blob("/visitor/transcript"), `chat-${number}.html`));
  }

  /** Adds a style sheet to the shadow root, once; works under a Content-Security-Policy without 'unsafe-inline'. */
  dress(css: string): void {
    if (this.worn.has(css)) return;
    this.worn.add(css);
    const { root, settings } = this.host;
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    } catch {
      const style = document.createElement("style");
      if (settings.nonce) style.nonce = settings.nonce;
      style.textContent = css;
      root.append(style);
    }
  }

  stop(): void {
    this.dark.removeEventListener("change", this.recolor);
  }

  get origin(): string {
    return this.host.settings.origin;
  }

  private get soundKey(): string {
    return `${sessionKey(this.origin)}:sound`;
  }

  /** As configured; else as the page declares its own scheme; else as the customer's system wants it. */
  private theme(): "light" | "dark" {
    const { theme } = this.host.settings;
    const wish = theme === "dark" || theme === "light" ? theme : getComputedStyle(document.documentElement).colorScheme;
    return wish === "dark" || wish === "light" ? wish : this.dark.matches ? "dark" : "light";
  }

  /** Works out which text reads on the site's colour, and which shade of it reads on the panel. */
  private readonly recolor = () => {
    const { element, launcher } = this.host;
    const theme = this.theme();
    const color = parseRgb(getComputedStyle(launcher).backgroundColor) ?? [68, 71, 145];
    element.style.setProperty("--on", css(textOn(color)));
    element.style.setProperty("--accent", css(readable(color, theme === "dark" ? [31, 32, 36] : [255, 255, 255])));
    if (theme !== this.ui.get().theme) this.ui.set({ theme });
  };

  private badge(): void {
    const { launcher, badge } = this.host;
    const { open, words } = this.ui.get();
    const { log, read } = this.session.state.get();
    const n = unread(log, read);
    launcher.hidden = open;
    launcher.lang = words.lang;
    launcher.ariaExpanded = String(open);
    launcher.ariaLabel = words.openChat;
    launcher.setAttribute("aria-description", n ? words.unread(n) : "");
    badge.hidden = !n;
    badge.textContent = n > 99 ? "99+" : String(n);
  }
}
