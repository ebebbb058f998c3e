import { useSyncExternalStore } from "react";

export type Route = { page: "home" } | DirectoryRoute | { page: "conversation"; id: string } | { page: "profile"; error?: string; detail?: string } | AdminRoute;

export type DirectoryRoute = { page: "directory"; who?: { account: string; id: string }; channel?: { team: string; channel: string } };

export type AdminRoute = { page: "admin"; tab: "accounts" | "health"; account?: string; consent?: string };

export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  if (parts[0] === "c" && parts[1]) return { page: "conversation", id: parts[1] };
  if (parts[0] === "profile") {
    const q = new URLSearchParams(search);
    const [error, detail] = [q.get("error"), q.get("detail")];
    return { page: "profile", ...(error ? { error } : {}), ...(detail ? { detail } : {}) };
  }
  if (parts[0] === "directory") {
    const [, what, a, b] = parts;
    if (what === "person" && a && b) return { page: "directory", who: { account: a, id: b } };
    if (what === "channel" && a && b) return { page: "directory", channel: { team: a, channel: b } };
    return { page: "directory" };
  }
  if (parts[0] === "admin") {
    const consent = new URLSearchParams(search).get("consent");
    return { page: "admin", tab: parts[1] === "health" ? "health" : "accounts", ...(parts[2] ? { account: parts[2] } : {}), ...(consent ? { consent } : {}) };
  }
  return { page: "home" };
}

export const personHref = (p: { account: string; id: string }) => `#/directory/person/${encodeURIComponent(p.account)}/${encodeURIComponent(p.id)}`;
export const channelHref = (c: { team: string; channel: string }) => `#/directory/channel/${encodeURIComponent(c.team)}/${encodeURIComponent(c.channel)}`;

export const conversationHref = (id: string) => `#/c/${encodeURIComponent(id)}`;

export const adminHref = (tab: AdminRoute["tab"]) => `#/admin/${tab}`;

export function go(href: string): void {
  location.hash = href;
}

const subscribe = (changed: () => void) => {
  addEventListener("hashchange", changed);
  return () => removeEventListener("hashchange", changed);
};

let last: { hash: string; route: Route } | undefined;
function current(): Route {
  if (last?.hash !== location.hash) last = { hash: location.hash, route: parseRoute(location.hash) };
  return last.route;
}

export const useRoute = () => useSyncExternalStore(subscribe, current);
