import { Button, Tooltip } from "@fluentui/react-components";
import { ArrowClockwise16Regular } from "@fluentui/react-icons/svg/arrow-clockwise";
import type { Participant, Summary } from "../../../../shared/types";
import { reasonText, worded } from "../../model/facts";
import { answerBy, callName, isOffered, isPresent } from "../../model/people";
import { clock, duration } from "../../model/time";
import type { Texts } from "../../texts/texts";
import { Avatar, type Dot } from "../bits";
import { useAct, useShell, useT } from "../context";
import { useNow } from "../hooks";

const shown = 3; // chips before the others are counted

/** Who is in: the customer, the experts and the colleagues, each with role and state. */
export function Chips({ c, onMore }: { c: Summary; onMore: () => void }) {
  const { t } = useShell();
  const all = c.participants.filter((p) => p.id !== c.me && (isPresent(p) || isOffered(p) || p.state === "failed"));
  return (
    <ul className="chips" aria-label={t("conv.people")}>
      {all.slice(0, all.length > shown + 1 ? shown : shown + 1).map((p) => <Chip key={p.id} p={p} c={c} />)}
      {all.length > shown + 1 && (
        <li><button type="button" className="chip more" aria-haspopup="dialog" onClick={onMore}>+{all.length - shown}</button></li>
      )}
    </ul>
  );
}

function Chip({ p, c }: { p: Participant; c: Summary }) {
  const { desk, t } = useShell();
  const act = useAct();
  const name = p.kind === "expert" ? p.name : callName(p);
  const state = stateText(p, c, t);
  const failed = p.state === "failed";
  const why = failed ? whyText(p, t) : "";
  const chip = (
    <li className={`chip ${failed || p.silentAt ? "failed" : p.kind} ${isOffered(p) ? "offered" : ""}`}>
      <Avatar name={p.name} kind={p.kind} dot={dotOf(p, c)} small />
      <span className="words"><b className="cut">{name}</b><small className="cut">{failed ? why : `${roleText(p, t)} · ${state}`}</small></span>
      <Countdown p={p} c={c} />
      {failed && p.kind === "expert" && (
        <Button appearance="transparent" icon={<ArrowClockwise16Regular />} aria-label={t("chip.retry", { name: p.name })}
          onClick={() => act(() => desk.api.call("POST /conversations/{id}/participants/{n}/retry", { path: { id: c.id, n: p.id } }))} />
      )}
    </li>
  );
  return <Tooltip content={`${p.name} · ${roleText(p, t)} · ${failed ? `${state}: ${why}` : state}`} relationship="description">{chip}</Tooltip>;
}

/** How long is still waited: for an expert's first answer, for a colleague's yes. */
export function Countdown({ p, c }: { p: Participant; c: Summary }) {
  const t = useT();
  const until = isOffered(p) ? Date.parse(p.offer!.until) : p.silentAt ? undefined : answerBy(p, c);
  const left = (until ?? 0) - useNow();
  if (until === undefined || left <= 0) return null;
  return <span className="left num"><span aria-hidden="true">{clock(left)}</span><span className="hidden">{t("chip.left", { time: duration(left, t) })}</span></span>;
}

/** What somebody is; an offer to a service stands for nobody yet. */
export const roleText = (p: Participant, t: Texts) => (p.kind === "agent" && !p.agent ? t("kind.service") : t(`kind.${p.kind}`));

/** Why somebody is not in. */
export const whyText = (p: Participant, t: Texts) => (p.kind === "agent" ? worded(t, `offer.${p.reason ?? ""}`, "offer.expired", {}) : reasonText(p.reason, p.detail, t));

/** A participant's state in words. */
export function stateText(p: Participant, c: Summary, t: Texts): string {
  if (p.kind === "customer" && c.status !== "closed") return c.customerAway ? t("state.away") : t("state.online");
  if (p.silentAt) return t("state.silent");
  if (p.kind === "agent" && isPresent(p)) return t("state.present");
  return t(`state.${p.state}`);
}

/** The dot at an avatar: the customer's connection, an expert's way into the chat. */
export function dotOf(p: Participant, c: Summary): Dot | undefined {
  if (c.status === "closed") return undefined;
  if (p.kind === "customer") return c.customerAway ? "off" : "ok";
  if (isOffered(p)) return "pending";
  if (p.kind !== "expert") return undefined;
  if (p.silentAt) return "away";
  if (p.state === "failed") return "busy";
  return p.state === "inviting" || p.state === "invited" ? "pending" : isPresent(p) ? "ok" : "off";
}
