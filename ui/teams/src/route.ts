// The address of the page: who one acts as, which chat is open, theme and language.

export interface Route {
  as: string | undefined;
  chat: string | undefined;
}

export type Theme = "system" | "light" | "dark";

export function readRoute(search = location.search): Route {
  const params = new URLSearchParams(search);
  return { as: params.get("as") || undefined, chat: params.get("chat") || undefined };
}

/** Puts the route into the address; other parameters stay. */
export function writeRoute(route: Route, replace = false): void {
  const params = new URLSearchParams(location.search);
  set(params, "as", route.as);
  set(params, "chat", route.chat);
  go(params, replace);
}

export function readTheme(search = location.search): Theme {
  const theme = new URLSearchParams(search).get("theme");
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function writeTheme(theme: Theme): void {
  const params = new URLSearchParams(location.search);
  set(params, "theme", theme === "system" ? undefined : theme);
  go(params, true);
  showTheme(theme);
}

export function showTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function set(params: URLSearchParams, name: string, value: string | undefined): void {
  if (value === undefined) params.delete(name);
  else params.set(name, value);
}

function go(params: URLSearchParams, replace: boolean): void {
  const query = params.toString();
  const address = location.pathname + (query === "" ? "" : `?${query}`);
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
}
