import { Button, Tooltip } from "@fluentui/react-components";
import { ArrowClockwise16Regular } from "@fluentui/react-icons/svg/arrow-clockwise";
import type { Participant, Summary } from "../../../../shared/types";
import { reasonText, worded } from "../../model/facts";
import { answerBy, callName, isOffered, isPresent } from "../../model/people";
import { clock, duration } from "../../model/time";
import { listed, type Texts } from "../../texts/texts";
import { Avatar, type Dot, usePhoto } from "../bits";
import { useAct, useShell, useT } from "../context";
import { useNow } from "../hooks";

/** How many chips a header of this width has room for: without words where it is narrow (conv.css), else with them. */
const room = (width: number) => (width <= 760 ? 4 : Math.floor((width - 360) / 150));

/** The customer stands first, then whoever needs an act of the agent. */
const urgency = (p: Participant) => (p.kind === "customer" ? 0 : p.state === "failed" ? 1 : 2);

/** Who is in: the customer, the experts and the colleagues, each with role and state. Those for whom there is no room are counted. */
export function Chips({ c, width, onMore }: { c: Summary; width: number; onMore: () => void }) {
  const { t } = useShell();
  const all = c.participants.filter((p) => p.id !== c.me && (isPresent(p) || isOffered(p) || p.state === "failed")).sort((a, b) => urgency(a) - urgency(b));
  const first = all.length > room(width) ? room(width) - 1 : all.length;
  const rest = all.slice(first);
  return (
    <ul className="chips" aria-label={t("conv.people")}>
      {all.slice(0, first).map((p) => <Chip key={p.id} p={p} c={c} />)}
      {rest.length > 0 && (
        <li>
          <Tooltip content={t("conv.morePeople", { n: rest.length, names: listed(rest.map((p) => p.name), t) })} relationship="label">
            <button type="button" className={`chip more ${rest.some((p) => p.state === "failed") ? "failed" : ""}`} aria-haspopup="dialog" onClick={onMore}>+{rest.length}</button>
          </Tooltip>
        </li>
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
      <Avatar name={p.name} kind={p.kind} dot={dotOf(p, c)} photo={usePhoto(p)} small />
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
