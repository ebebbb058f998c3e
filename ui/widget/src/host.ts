// What the loader and the widget proper know of each other. Types only: the two are separate files in the browser.

/** How a site configured the widget: the script tag's data attributes, later changed through the JavaScript API. */
export interface Settings {
  origin: string; // of the Trialog server, without a slash at the end
  service?: string; // data-service: id of the service customers of this page ask
  locale?: string; // data-locale; else the page's lang, else the browser's
  color?: string; // data-color: the site's colour; --trialog-color in the site's CSS does the same
  position?: string; // data-position: "left" or "right"
  theme?: string; // data-theme: "light", "dark" or "auto"
  privacy?: string; // data-privacy: address of the site's privacy notice
  nonce?: string; // of the script tag, for <style> where constructable style sheets are missing
  user?: string; // setUser: signed JWT
  attributes?: Record<string, string>; // setAttributes
}

/** What sites can listen to. */
export interface Events {
  ready: undefined;
  open: undefined;
  close: undefined;
  message: { name: string; text: string };
  unread: number;
  agentJoined: { name: string };
  expertJoined: { name: string };
  ended: undefined;
}

export type EventName = keyof Events;

/** What the loader hands to the widget: its place in the page. */
export interface Host {
  element: HTMLElement;
  root: ShadowRoot;
  launcher: HTMLButtonElement;
  badge: HTMLElement;
  settings: Settings;
  emit<E extends EventName>(event: E, detail: Events[E]): void;
}

/** What the widget does for the loader. */
export interface Widget {
  open(): void;
  close(): void;
  toggle(): void;
  changed(): void; // settings have changed
  shutdown(): void; // forget the customer on this device
}

/** Key in localStorage of what lets a customer back into a conversation, per Trialog server. */
export const sessionKey = (origin: string) => `trialog:${origin}`;

/** Key in sessionStorage that says that the panel was open in this tab, so that it is open again on the next page. */
export const openKey = (origin: string) => `trialog:${origin}:open`;
