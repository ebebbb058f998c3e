import { Button, Tooltip } from "@fluentui/react-components";
import { ArrowClockwise16Regular } from "@fluentui/react-icons/svg/arrow-clockwise";
import type { Participant, Summary } from "../../../../shared/types";
import { reasonText } from "../../model/facts";
import { callName, isPresent } from "../../model/people";
import type { Texts } from "../../texts/texts";
import { Avatar, type Dot, usePhoto } from "../bits";
import { useAct, useShell } from "../context";

const shown = 3; // chips before the others are counted

/** Who is in: the customer, the experts and the colleagues, each with role and state. */
export function Chips({ c, onMore }: { c: Summary; onMore: () => void }) {
  const { t } = useShell();
  const all = c.participants.filter((p) => p.id !== c.me && (isPresent(p) || p.state === "failed"));
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
  const why = failed ? reasonText(p.reason, p.detail, t) : "";
  const chip = (
    <li className={`chip ${failed ? "failed" : p.kind}`}>
      <Avatar name={p.name} kind={p.kind} dot={dotOf(p, c)} photo={usePhoto(p)} small />
      <span className="words"><b className="cut">{name}</b><small className="cut">{failed ? why : `${t(`kind.${p.kind}`)} · ${state}`}</small></span>
      {failed && (
        <Button appearance="transparent" icon={<ArrowClockwise16Regular />} aria-label={t("chip.retry", { name: p.name })}
          onClick={() => act(() => desk.api.call("POST /conversations/{id}/participants/{n}/retry", { path: { id: c.id, n: p.id } }))} />
      )}
    </li>
  );
  return <Tooltip content={`${p.name} · ${t(`kind.${p.kind}`)} · ${failed ? `${state}: ${why}` : state}`} relationship="description">{chip}</Tooltip>;
}

/** A participant's state in words. */
export function stateText(p: Participant, c: Summary, t: Texts): string {
  if (p.kind === "customer" && c.status !== "closed") return c.customerAway ? t("state.away") : t("state.online");
  if (p.kind === "agent" && isPresent(p)) return t("state.present");
  return t(`state.${p.state}`);
}

/** The dot at an avatar: the customer's connection, an expert's way into the chat. */
export function dotOf(p: Participant, c: Summary): Dot | undefined {
  if (c.status === "closed") return undefined;
  if (p.kind === "customer") return c.customerAway ? "off" : "ok";
  if (p.kind !== "expert") return undefined;
  if (p.state === "failed") return "busy";
  return p.state === "inviting" || p.state === "invited" ? "pending" : isPresent(p) ? "ok" : "off";
}
