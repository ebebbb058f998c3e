import { Button, MessageBar, MessageBarActions, MessageBarBody, Switch } from "@fluentui/react-components";
import { CheckmarkCircle16Filled } from "@fluentui/react-icons/svg/checkmark-circle";
import { useEffect, useState } from "react";
import { codeOf } from "../../lib/api";
import type { Carried, TeamsLink } from "../../lib/calls";
import { errorText, reasonText, worded } from "../../model/facts";
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
    goToMicrosoft(() => desk.api.call("POST /me/teams", { body: channels ? { channels } : {} })).then(
      (how) => setStep(how === "left" ? "opening" : how),
      (e: unknown) => {
        setStep("");
        setProblem(errorText(codeOf(e), t));
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
        <Switch label={t("prof.teams")} checked={on || step === "opening" || step === "popup"} disabled={link.state === "off"} onChange={() => (on ? setStopping(true) : signIn())} />
        <p className="hint">{link.state === "off" ? t("prof.teams.off") : t("prof.teams.about")}</p>
      </div>
      <div role="status">
        {step === "opening" && <p>{t("prof.teams.opening")}</p>}
        {step === "popup" && <p>{t("prof.teams.popup")}</p>}
        {step === "blocked" && <p>{t("prof.teams.blocked")}</p>}
        {link.state === "connected" && <Connected link={link} onChannels={() => signIn(true)} />}
      </div>
      {problem && <MessageBar intent="error" layout="multiline"><MessageBarBody>{t("prof.teams.refused", { reason: problem })}</MessageBarBody></MessageBar>}
      {link.state === "needs_sign_in" && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{link.reason && link.reason !== "needs_sign_in" ? t("prof.teams.expired", { reason: reasonText(link.reason, link.missing?.join(", "), t) }) : t("prof.teams.expiredPlain")}</MessageBarBody>
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
        {link.granted && <><dt>{t("prof.teams.granted")}</dt><dd><ul className="scopes">{link.granted.map((s) => <li key={s}><code>{s}</code></li>)}</ul></dd></>}
      </dl>
      {link.missing && link.missing.length > 0 && <MessageBar intent="warning" layout="multiline" style={{ marginTop: 10 }}><MessageBarBody>{t("prof.teams.missing", { list: link.missing.join(", ") })}</MessageBarBody></MessageBar>}
      {link.optional?.some((s) => s !== readChannels) && <div className="optional"><p className="hint">{t("prof.teams.channels", { list: link.optional.filter((s) => s !== readChannels).join(", ") })}</p><Button size="small" onClick={onChannels}>{t("dir.channelsAllow")}</Button></div>}
    </>
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

const refusal = (o: Outcome, t: Texts) => (o.error ? worded(t, `callback.${o.error}`, "callback.other", { code: o.error, detail: o.detail ?? "" }) : "");
