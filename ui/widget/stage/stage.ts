// The stage: customer, agent and expert side by side, to play the whole story with oneself.
import { buildColumns } from "./columns";
import { Player, type Script } from "./player";
import { languages, words } from "./words";

interface Config {
  teams: string; // origin of the simulated Microsoft Teams
  agents: { login: string; password: string; name: string }[];
  experts: string[];
}

const $ = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const asked = new URLSearchParams(location.search);
const choice = {
  lang: asked.get("lang")?.slice(0, 2) || navigator.language.slice(0, 2),
  theme: asked.get("theme") ?? "auto",
  as: asked.get("as") ?? "",
};
let w = words(choice.lang);

async function get<T>(path: string): Promise<T | undefined> {
  const answer = await fetch(path);
  return answer.ok ? ((await answer.json()) as T) : undefined;
}

function fill(select: HTMLSelectElement, options: [value: string, label: string][], value: string): void {
  select.replaceChildren(...options.map(([v, label]) => new Option(label, v, v === value, v === value)));
}

function begin(config: Config): void {
  choice.as ||= config.experts[0] ?? "";
  const columns = buildColumns($("columns"), document.querySelector<HTMLElement>(".tabs")!, ["customer", "agent", "teams"]);
  const draw = () => {
    w = words(choice.lang);
    label();
    const query = new URLSearchParams({ lang: choice.lang, ...(choice.theme !== "auto" && { theme: choice.theme }) });
    history.replaceState(null, "", `?${new URLSearchParams({ ...Object.fromEntries(query), as: choice.as })}`);
    fill($("expert"), config.experts.map((e) => [e, e]), choice.as);
    fill($("language"), languages, choice.lang);
    fill($("theme"), [["auto", w.auto], ["light", w.light], ["dark", w.dark]], choice.theme);
    const logins = config.agents.map((a) => `${a.login} / ${a.password}`).join(" · ");
    columns.update([
      { id: "customer", title: w.customer, note: w.customerNote, src: `/demo?${query}` },
      { id: "agent", title: w.agent, note: w.agentNote(logins), src: `/?${query}` },
      { id: "teams", title: w.teams, note: w.teamsNote(choice.as), src: `${config.teams}/teams/?${new URLSearchParams({ as: choice.as, ...Object.fromEntries(query) })}` },
    ], w.resize);
  };
  const listen = (id: string, key: keyof typeof choice) =>
    $<HTMLSelectElement>(id).addEventListener("change", (e) => {
      choice[key] = (e.target as HTMLSelectElement).value;
      draw();
    });
  listen("expert", "as");
  listen("language", "lang");
  listen("theme", "theme");
  $("controls").addEventListener("submit", (e) => e.preventDefault());
  const player = setUpPlayer();
  $("reset").addEventListener("click", () => {
    player.stop();
    void endCustomer(columns.frame("customer")).then(columns.reload);
  });
  draw();
}

function label(): void {
  document.documentElement.lang = choice.lang === "de" ? "de" : "en";
  if (choice.theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice.theme;
  for (const el of document.querySelectorAll<HTMLElement>("[data-t]")) el.textContent = w[el.dataset.t as "how"];
}

/** Ends the customer's chat and forgets it, so that the next one starts afresh. */
async function endCustomer(frame: HTMLIFrameElement): Promise<void> {
  const kept = localStorage.getItem(`trialog:${location.origin}`);
  const token = kept && (JSON.parse(kept) as { token?: string }).token;
  if (token) await fetch("/api/v1/visitor/end", { method: "POST", body: "{}", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" } });
  (frame.contentWindow as (Window & { Trialog?: (call: string) => void }) | null)?.Trialog?.("shutdown");
}

function setUpPlayer() {
  const [select, start, stop, progress] = [$<HTMLSelectElement>("script"), $<HTMLButtonElement>("start"), $<HTMLButtonElement>("stop"), $("progress")];
  let scripts: Script[] = [];
  let player: Player | undefined;
  let paused = false;
  const idle = (text = "") => {
    player = undefined;
    paused = false;
    start.textContent = w.start;
    stop.disabled = true;
    select.disabled = false;
    progress.textContent = text;
  };
  const play = (script: Script) => {
    player = new Player(script, choice.lang, {
      waiting: () => (progress.textContent = w.waiting),
      line: (n, of) => (progress.textContent = w.line(n, of)),
      done: () => idle(w.done),
      failed: (why) => idle(w.failed(why)),
    });
    start.textContent = w.pause;
    stop.disabled = false;
    select.disabled = true;
    void player.run();
  };
  start.onclick = () => {
    const script = scripts.find((s) => s.id === select.value);
    if (!player) return script && play(script);
    paused = !paused;
    player.pause(paused);
    start.textContent = paused ? w.goOn : w.pause;
  };
  const end = () => {
    player?.stop();
    idle();
  };
  stop.onclick = end;
  void get<{ conversations: Script[] }>("/stage/conversations").then((found) => {
    scripts = found?.conversations ?? [];
    fill(select, scripts.map((s) => [s.id, s.title]), "");
    select.ariaLabel = w.player;
    $("player").hidden = !scripts.length;
    idle();
  });
  return { stop: end };
}

const config = await get<Config>("/stage/config").catch(() => undefined);
if (config) begin(config);
else {
  label();
  $("how").textContent = w.missing;
  $("controls").hidden = true;
}
