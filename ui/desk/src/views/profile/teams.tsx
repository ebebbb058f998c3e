import { Button, Field, MessageBar, MessageBarActions, MessageBarBody, Radio, RadioGroup, Switch } from "@fluentui/react-components";
import { CheckmarkCircle16Filled } from "@fluentui/react-icons/svg/checkmark-circle";
import { ErrorCircle16Filled } from "@fluentui/react-icons/svg/error-circle";
import { SubtractCircle16Filled } from "@fluentui/react-icons/svg/subtract-circle";
import { useEffect, useState } from "react";
import type { Permission } from "../../lib/accounts";
import { codeOf } from "../../lib/api";
import type { Carried, TeamsLink } from "../../lib/calls";
import { featureText, findingText } from "../../model/accounts";
import { errorText, worded } from "../../model/facts";
import { fullTime } from "../../model/time";
import type { Texts } from "../../texts/texts";
import { useAct, useShell } from "../context";
import Confirm from "../over/confirm";
import { goToMicrosoft, onOutcome, type Outcome } from "./signin";

type Step = "" | "opening" | "popup" | "blocked";

/** The switch "Microsoft Teams": one sign-in at Microsoft, then the page says who is connected. */
export function TeamsCard({ link, outcome }: { link: TeamsLink; outcome: Outcome }) {
  const { desk, t } = useShell();
  const act = useAct();
  const [step, setStep] = useState<Step>("");
  const [problem, setProblem] = useState(() => refusal(outcome, t));
  const [stopping, setStopping] = useState(false);
  const [chosen, setChosen] = useState(link.account?.id ?? "");
  const several = (link.choices?.length ?? 0) > 1;
  const on = link.state === "connected" || link.state === "needs_sign_in";
  useEffect(() => onOutcome((o) => {
    setStep("");
    setProblem(refusal(o, t));
    act(() => desk.refreshTeams());
  }), [desk, t]);
  useEffect(() => {
    if (link.state === "connected") setStep("");
  }, [link.state]);
  const signIn = (channels = false) => {
    setProblem("");
    setStep("opening");
    const account = channels ? link.account?.id : chosen;
    goToMicrosoft(() => desk.api.call("POST /me/teams", { body: { ...(account ? { account } : {}), ...(channels ? { channels } : {}) } })).then(
      (how) => setStep(how === "left" ? "opening" : how),
      (e: unknown) => {
        setStep("");
        setProblem(t("prof.teams.refused", { reason: errorText(codeOf(e), t).replace(/\.$/, "") }));
      },
    );
  };
  const stop = () => act(async () => {
    await desk.api.call("DELETE /me/teams");
    await desk.refreshTeams();
  });
  return (
    <section className="card">
      <h2>{t("prof.connections")}</h2>
      <div>
        <Switch label={t("prof.teams")} checked={on || step === "opening" || step === "popup"} disabled={link.state === "off" || (!on && several && !chosen)} onChange={() => (on ? setStopping(true) : signIn())} />
        <p className="hint">{link.state === "off" ? t("prof.teams.off") : t("prof.teams.about")}</p>
      </div>
      {several && (
        <Field label={t("prof.teams.choose")} style={{ maxWidth: 320 }}>
          <RadioGroup value={chosen} onChange={(_, d) => setChosen(d.value)}>{link.choices!.map((a) => <Radio key={a.id} value={a.id} label={a.name} />)}</RadioGroup>
        </Field>
      )}
      {several && on && chosen !== link.account?.id && <div><Button onClick={() => signIn()}>{t("prof.teams.signIn")}</Button></div>}
      <div role="status">
        {step === "opening" && <p>{t("prof.teams.opening")}</p>}
        {step === "popup" && <p>{t("prof.teams.popup")}</p>}
        {step === "blocked" && <p>{t("prof.teams.blocked")}</p>}
        {link.state === "connected" && <Connected link={link} onChannels={() => signIn(true)} />}
      </div>
      {problem && <MessageBar intent="error" layout="multiline"><MessageBarBody>{problem}</MessageBarBody></MessageBar>}
      {link.state === "needs_sign_in" && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{expiredText(link, t)}</MessageBarBody>
          <MessageBarActions><Button onClick={() => signIn()}>{t("prof.teams.again")}</Button></MessageBarActions>
        </MessageBar>
      )}
      {stopping && <Stop onYes={stop} onClose={() => setStopping(false)} />}
    </section>
  );
}

function Connected({ link, onChannels }: { link: TeamsLink; onChannels: () => void }) {
  const { t } = useShell();
  return (
    <>
      <p className="ok"><CheckmarkCircle16Filled />{t("prof.teams.connected")}</p>
      <dl className="kv" style={{ margin: "6px 0 0" }}>
        {link.account && <><dt>{t("prof.teams.account")}</dt><dd>{link.account.name}</dd></>}
        {(link.name || link.username) && <><dt>{t("prof.teams.user")}</dt><dd>{[link.name, link.username].filter(Boolean).join(" · ")}</dd></>}
        {link.since && <><dt>{t("prof.teams.since")}</dt><dd>{fullTime(link.since, t)}</dd></>}
      </dl>
      {link.missing && link.missing.length > 0 && <MessageBar intent="warning" layout="multiline" style={{ marginTop: 10 }}><MessageBarBody>{t("prof.teams.missing", { list: link.missing.join(", ") })}</MessageBarBody></MessageBar>}
      {link.permissions && <Permissions list={link.permissions} />}
      {link.optional?.some((s) => s !== readChannels) && <div className="optional"><p className="hint">{t("prof.teams.channels", { list: link.optional.filter((s) => s !== readChannels).join(", ") })}</p><Button size="small" onClick={onChannels}>{t("dir.channelsAllow")}</Button></div>}
    </>
  );
}

const permissionSigns = { granted: CheckmarkCircle16Filled, missing: ErrorCircle16Filled, off: SubtractCircle16Filled };

/** What works with this sign-in, feature by feature. */
function Permissions({ list }: { list: readonly Permission[] }) {
  const { t } = useShell();
  return (
    <details style={{ marginTop: 10 }} open={list.some((p) => p.state === "missing")}>
      <summary>{t("perm.title")}</summary>
      <ul className="perms" style={{ marginTop: 6 }}>
        {list.map((p) => {
          const Sign = permissionSigns[p.state];
          return <li key={p.scope} className={p.state}><Sign aria-hidden="true" /><span>{featureText(p.feature, t)} <small>{p.state === "missing" ? t("perm.missing", { scope: p.scope }) : p.state === "off" ? t("perm.off") : p.scope}</small>{p.state === "granted" && <span className="hidden">: {t("perm.granted")}</span>}</span></li>;
        })}
      </ul>
    </details>
  );
}

/** Needs an administrator: nothing that an agent can grant. */
const readChannels = "ChannelMessage.Read.All";

/** Asks before disabling, and says which conferences stop. */
function Stop({ onYes, onClose }: { onYes: () => void; onClose: () => void }) {
  const { desk, t } = useShell();
  const [running, setRunning] = useState<Carried[]>();
  useEffect(() => {
    desk.api.call("GET /me/teams/conferences").then((a) => setRunning(a.conferences), () => setRunning([])); // the general words then say enough
  }, [desk]);
  if (!running) return null;
  const named = running.map((c) => [`#${c.number}`, c.service, c.customer].filter(Boolean).join(" · "));
  return (
    <Confirm title={t("prof.teams.stop")} text={t("prof.teams.stopText")} yes={t("prof.teams.stopDo")} onYes={onYes} onClose={onClose}>
      {named.length > 0 ? <><p>{t("prof.teams.stops", { n: named.length })}</p><ul className="bullets">{named.map((n) => <li key={n}>{n}</li>)}</ul></> : <p>{t("prof.teams.stopsNone")}</p>}
    </Confirm>
  );
}

/** Why a sign-in did not succeed: what Microsoft said has its remedy in the same sentence. */
function refusal(o: Outcome, t: Texts): string {
  if (!o.error) return "";
  if (t.has(`diag.${o.error}`)) return t("prof.teams.diag", { text: findingText({ code: o.error, detail: o.detail ?? "" }, t) });
  return t("prof.teams.refused", { reason: worded(t, `callback.${o.error}`, "callback.other", { code: o.error, detail: o.detail ?? "" }) });
}

function expiredText(link: TeamsLink, t: Texts): string {
  if (link.reason && t.has(`diag.${link.reason}`)) return t("prof.teams.expiredText", { text: findingText({ code: link.reason, detail: link.missing?.join(", ") ?? "" }, t) });
  return t("prof.teams.expiredPlain");
}
