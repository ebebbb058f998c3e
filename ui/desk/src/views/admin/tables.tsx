import { Button } from "@fluentui/react-components";
import { ArrowClockwise16Regular } from "@fluentui/react-icons/svg/arrow-clockwise";
import { Delete16Regular } from "@fluentui/react-icons/svg/delete";
import { useState } from "react";
import type { AgentHealth, Health, LaneHealth, Letter } from "../../lib/accounts";
import { featureText, findingText, secondText } from "../../model/accounts";
import { reasonText, worded } from "../../model/facts";
import { ago, fullTime } from "../../model/time";
import { useAct, useDesk, useShell } from "../context";
import { useNow } from "../hooks";
import Confirm from "../over/confirm";
import { conversationHref } from "../route";

/** Who signed in, and what is heard of their chats. */
export function AgentsTable({ h }: { h: Health }) {
  const { t } = useShell();
  return (
    <div className="part">
      <h3>{t("hea.agents")}</h3>
      {h.agents.length === 0 ? <p className="about">{t("hea.noAgents")}</p> : (
        <div className="scroll">
          <table>
            <thead><tr>{(["hea.agent", "hea.signIn", "hea.subscription", "hea.heard", "hea.echoed", "hea.permissions"] as const).map((k) => <th key={k} scope="col">{t(k)}</th>)}</tr></thead>
            <tbody>{h.agents.map((a) => <AgentRow key={a.agent} a={a} />)}</tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function AgentRow({ a }: { a: AgentHealth }) {
  const { t } = useShell();
  const now = useNow();
  const missing = a.permissions.filter((p) => p.state === "missing");
  const s = a.subscription;
  const when = (at: string | undefined) => (at ? <span title={fullTime(at, t)}>{ago(at, now, t)}</span> : t("hea.never"));
  return (
    <tr>
      <th scope="row">{a.name}<small>{a.username}</small></th>
      <td className={a.state === "connected" ? "" : "bad"}>{a.state === "connected" ? t("hea.connected") : t("hea.needsSignIn")}{a.state !== "connected" && a.reason && <small>{findingText({ code: a.reason }, t)}</small>}</td>
      <td className={s?.alive ? "" : "bad"}>{s?.alive ? t("hea.subUntil", { time: fullTime(s.until, t) }) : t("hea.subNone")}</td>
      <td>{when(s?.heard)}</td>
      <td>{when(s?.echoed)}</td>
      <td className={missing.length ? "bad" : ""}>{missing.length === 0 ? t("hea.all") : missing.map((p) => <span key={p.scope} className="line">{featureText(p.feature, t)}<small>{t("perm.missing", { scope: p.scope })}</small></span>)}</td>
    </tr>
  );
}

/** Conferences that wait, are being verified, paused or stopped. */
export function LanesTable({ h, again }: { h: Health; again: () => void }) {
  const { t } = useShell();
  return (
    <div className="part">
      <h3>{t("hea.lanes")}</h3>
      {h.lanes.length === 0 ? <p className="about">{t("hea.noLanes", { n: h.sending })}</p> : (
        <div className="scroll">
          <table>
            <thead><tr>{(["hea.conversation", "hea.state", "hea.reason", "hea.since"] as const).map((k) => <th key={k} scope="col">{t(k)}</th>)}<td /></tr></thead>
            <tbody>{h.lanes.map((l) => <LaneRow key={l.conversation} account={h.account.id} l={l} again={again} />)}</tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function LaneRow({ account, l, again }: { account: string; l: LaneHealth; again: () => void }) {
  const { desk, t } = useShell();
  const act = useAct();
  const now = useNow();
  const retry = () => act(async () => {
    await desk.api.call("POST /accounts/{account}/lanes/{conversation}/retry", { path: { account, conversation: l.conversation } });
    again();
  });
  return (
    <tr>
      <th scope="row"><Numbered conversation={l.conversation} number={l.number} /> {l.service}<small>{t("hea.by", { name: l.agentName })}</small></th>
      <td>{worded(t, `lanestate.${l.state}`, "lanestate.waiting", {})}</td>
      <td>{l.reason ? reasonText(l.reason, l.detail, t) : "–"}{l.notBefore && <small>{t("hea.pausedUntil", { time: secondText(l.notBefore, t) })}</small>}</td>
      <td><span title={fullTime(l.since, t)}>{ago(l.since, now, t)}</span></td>
      <td className="acts">{l.state !== "verifying" && <Button size="small" icon={<ArrowClockwise16Regular />} aria-label={t("hea.retryLane", { number: l.number })} title={t("hea.retryLane", { number: l.number })} onClick={retry} />}</td>
    </tr>
  );
}

/** A conversation's number; a link where the reader takes part in it and so may open it. */
function Numbered({ conversation, number }: { conversation: string; number: number }) {
  const mine = useDesk((s) => s.summaries[conversation] !== undefined);
  return mine ? <a href={conversationHref(conversation)}>#{number}</a> : <>#{number}</>;
}

/** Notifications that could not be worked off. */
export function LettersTable({ h, again }: { h: Health; again: () => void }) {
  const { t } = useShell();
  const shown = h.deadLetters.length;
  return (
    <div className="part">
      <h3>{t("hea.dead")}</h3>
      {shown === 0 ? <p className="about">{t("hea.noDead")}</p> : (
        <div className="scroll">
          <table>
            <thead><tr>{(["hea.came", "hea.about", "hea.tries", "hea.reason"] as const).map((k) => <th key={k} scope="col">{t(k)}</th>)}<td /></tr></thead>
            <tbody>{h.deadLetters.map((l) => <LetterRow key={l.id} account={h.account.id} l={l} again={again} />)}</tbody>
          </table>
        </div>
      )}
      {h.dead > shown && <p className="about">{t("hea.deadMore", { shown, n: h.dead })}</p>}
    </div>
  );
}

function LetterRow({ account, l, again }: { account: string; l: Letter; again: () => void }) {
  const { desk, t } = useShell();
  const act = useAct();
  const [asking, setAsking] = useState(false);
  const path = { account, letter: l.id };
  const time = fullTime(l.at, t);
  const replay = () => act(async () => {
    await desk.api.call("POST /accounts/{account}/letters/{letter}/replay", { path });
    again();
  });
  const discard = () => act(async () => {
    await desk.api.call("DELETE /accounts/{account}/letters/{letter}", { path });
    again();
  });
  return (
    <tr>
      <th scope="row">{time}</th>
      <td>{l.conversation && l.number ? <Numbered conversation={l.conversation} number={l.number} /> : "–"}</td>
      <td className="num">{l.tries}</td>
      <td className="mono why" lang="en">{l.reason || "–"}</td>
      <td className="acts">
        <Button size="small" icon={<ArrowClockwise16Regular />} aria-label={t("hea.replayOf", { time })} onClick={replay}>{t("hea.replay")}</Button>
        <Button size="small" appearance="subtle" icon={<Delete16Regular />} aria-label={t("hea.discardOf", { time })} title={t("hea.discard")} onClick={() => setAsking(true)} />
        {asking && <Confirm title={t("hea.discardTitle")} text={t("hea.discardText")} yes={t("hea.discard")} onYes={discard} onClose={() => setAsking(false)} />}
      </td>
    </tr>
  );
}
