import { useEffect, useRef, useState } from "preact/hooks";
import { sessionKey } from "../host";
import { Refusal } from "../lib/api";
import type { Shell } from "../shell";
import { useClaim } from "./hooks";

interface Service {
  id: string;
  name: string;
}

interface Draft {
  name: string;
  email: string;
  text: string;
}

type Field = keyof Draft;

/** What we ask before a chat: who, and about what. */
export function Form({ shell }: { shell: Shell }) {
  const { words: w, notice } = shell.ui.get();
  const form = useRef<HTMLFormElement>(null);
  useClaim(shell, { get current() { return form.current?.querySelector<HTMLElement>("input, textarea") ?? null; } });
  const key = `${sessionKey(shell.origin)}:draft:form`;
  const [draft, setDraft] = useState<Draft>(() => ({ name: "", email: "", text: "", ...(JSON.parse(shell.tab.get(key) ?? "{}") as Partial<Draft>) }));
  const [errors, setErrors] = useState<Partial<Record<Field | "form", string>>>({});
  const [busy, setBusy] = useState(false);
  const [vouched, setVouched] = useState(!!shell.host.settings.user); // the site has said who this is: we do not ask again
  const { services, open } = useServices(shell);
  const wanted = shell.host.settings.service;
  const [topic, setTopic] = useState(wanted ?? "");
  const ask = services.length > 0 && (wanted ? !services.some((s) => s.id === wanted) : services.length > 1);

  const type = (field: Field) => (e: Event) => {
    const next = { ...draft, [field]: (e.target as HTMLInputElement).value };
    setDraft(next);
    setErrors({ ...errors, [field]: undefined });
    shell.tab.set(key, JSON.stringify(next));
  };

  const submit = async (e: Event) => {
    e.preventDefault();
    if (busy) return;
    const missing = Object.fromEntries((vouched ? (["text"] as const) : (["name", "text"] as const)).filter((f) => !draft[f].trim()).map((f) => [f, w.required]));
    setErrors(missing);
    if (Object.keys(missing).length) return focusError(e.target as HTMLFormElement);
    setBusy(true);
    try {
      const service = ask ? services.find((s) => s.id === topic)?.id ?? services[0]?.id : wanted;
      const who = vouched ? { user: shell.host.settings.user } : { name: draft.name.trim(), email: draft.email.trim() || undefined };
      await shell.session.begin({ ...opening(shell), ...who, service, text: draft.text.trim() });
      shell.tab.remove(key);
    } catch (problem) {
      if (problem instanceof Refusal && problem.code === "bad_user") setVouched(false);
      const field = problem instanceof Refusal && problem.problem?.field;
      setErrors({ [field === "email" || field === "name" || field === "text" ? field : "form"]: shell.problem(problem) });
      setBusy(false);
      focusError(e.target as HTMLFormElement);
    }
  };

  const field = (name: Field, label: string, how: "text" | "email" | "area", note?: string) => {
    const common = {
      id: `f-${name}`, value: draft[name], onInput: type(name), dir: "auto" as const, "aria-required": note ? undefined : true,
      "aria-invalid": errors[name] ? true : undefined, "aria-describedby": errors[name] ? `e-${name}` : undefined,
    };
    return (
      <div class="field">
        <label for={`f-${name}`}>{label}</label>
        {note && <span class="note">{note}</span>}
        {how === "area" ? <textarea {...common} rows={3} maxLength={8000} /> : <input {...common} type={how} autocomplete={how === "email" ? "email" : "name"} maxLength={how === "email" ? 254 : 80} />}
        {errors[name] && <p class="error" id={`e-${name}`}>{errors[name]}</p>}
      </div>
    );
  };

  return (
    <form ref={form} class="form" onSubmit={submit} noValidate>
      <div class="hello">
        <h3>{w.greeting}</h3>
        <p>{open ? w.intro : w.closedNow}</p>
      </div>
      {ask && (
        <div class="field">
          <label for="f-topic">{w.topic}</label>
          <select id="f-topic" value={topic} onChange={(e) => setTopic(e.currentTarget.value)}>
            {services.map((s) => <option value={s.id} key={s.id}>{s.name}</option>)}
          </select>
        </div>
      )}
      {!vouched && field("name", w.name, "text")}
      {!vouched && field("email", w.email, "email", w.optional)}
      {field("text", w.message, "area")}
      <p class="privacy">{w.privacy} <Privacy shell={shell} /></p>
      <p class="error" role="alert">{errors.form ?? notice}</p>
      {!shell.local.kept && <p class="privacy">{w.memoryOnly}</p>}
      <button type="submit" class="prime" aria-busy={busy}>{busy ? w.starting : w.startChat}</button>
    </form>
  );
}

function Privacy({ shell }: { shell: Shell }) {
  const href = shell.host.settings.privacy;
  return href && /^https?:|^\//.test(href) ? <a href={href} target="_blank" rel="noopener noreferrer">{shell.words.privacyLink}</a> : null;
}

/** The services customers may choose from, and whether somebody is there. */
function useServices(shell: Shell): { services: Service[]; open: boolean } {
  const [found, set] = useState<{ services: Service[]; open: boolean }>({ services: [], open: true });
  useEffect(() => {
    void import("./talk"); // wanted next
    void shell.attempt(async () => set(await shell.session.api.call("GET", "/visitor/services")));
  }, []);
  return found;
}

function opening(shell: Shell) {
  const { attributes } = shell.host.settings;
  const { origin, pathname, protocol } = location; // without query and fragment: they may hold what is nobody's business
  const url = protocol.startsWith("http") ? origin + pathname : "";
  return { locale: shell.words.lang, page: { url, title: document.title.slice(0, 300) }, attributes };
}

const focusError = (form: HTMLFormElement) => setTimeout(() => form.querySelector<HTMLElement>("[aria-invalid]")?.focus());
