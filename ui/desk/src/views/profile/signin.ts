// Microsoft's sign-in: in this page, or in a window of its own where this page is framed and Microsoft refuses frames.
import type { Route } from "../route";

const windowName = "trialog-teams";
const channelName = "trialog-teams";

export interface Outcome {
  error?: string;
  detail?: string;
}

const framed = () => window.self !== window.top;

/** In the window that we opened for the sign-in: tells the page that opened it how it went, and closes. */
export function finishPopup(route: Route): boolean {
  if (route.page !== "profile" || window.name !== windowName || framed()) return false;
  const outcome: Outcome = { ...(route.error ? { error: route.error } : {}), ...(route.detail ? { detail: route.detail } : {}) };
  const channel = new BroadcastChannel(channelName);
  channel.postMessage(outcome);
  channel.close();
  window.close();
  return window.closed;
}

/**
 * Sends the browser to Microsoft. Answers "left" when this page is being left, "popup" when a window has opened, "blocked" when the browser
 * forbade it. Call it straight from a click: only then may a window open.
 */
export async function goToMicrosoft(ask: () => Promise<{ url: string }>): Promise<"left" | "popup" | "blocked"> {
  if (!framed()) {
    location.assign((await ask()).url);
    return "left";
  }
  const popup = window.open("", windowName, "popup,width=520,height=700");
  if (!popup) return "blocked";
  try {
    popup.location.href = (await ask()).url;
  } catch (e) {
    popup.close();
    throw e;
  }
  return "popup";
}

/** Listens for the window's outcome; answers how to stop listening. */
export function onOutcome(hear: (o: Outcome) => void): () => void {
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = (e) => hear(e.data as Outcome);
  return () => channel.close();
}
