import { Popover, PopoverSurface, PopoverTrigger } from "@fluentui/react-components";
import type { Summary } from "../../../../shared/types";
import { errorText } from "../../model/facts";
import { newId } from "../../lib/ids";
import type { Line } from "../../model/log";
import { callName, myPart, participant } from "../../model/people";
import type { Arrival } from "../../model/status";
import { fullTime } from "../../model/time";
import { listed } from "../../texts/texts";
import { useAct, useShell } from "../context";
import { Content } from "./content";

/** "edited", with what the line said before. */
export function Edited({ line }: { line: Line }) {
  const { t } = useShell();
  if (!line.versions.length) return null;
  return (
    <Popover withArrow positioning="below-start">
      <PopoverTrigger disableButtonEnhancement>
        <button type="button" className="linkBtn mini">{line.deleted ? t("log.versions") : t("log.edited")}</button>
      </PopoverTrigger>
      <PopoverSurface aria-label={t("log.versions")}>
        <div className="versions" tabIndex={0}>
          <b>{t("log.versions")}</b>
          {[...line.versions].reverse().map((v) => <div key={v.until}><small>{fullTime(v.until, t)}</small><Content nodes={v.content} /></div>)}
        </div>
      </PopoverSurface>
    </Popover>
  );
}

export function Reactions({ line, c }: { line: Line; c: Summary }) {
  const { t } = useShell();
  const react = useReact(line, c);
  if (!line.reactions.length) return null;
  return (
    <div className="reactions">
      {line.reactions.map((r) => {
        const names = listed(r.by.map((id) => (id === c.me ? t("kind.you") : callName(participant(c, id) ?? c.participants[0]!))), t);
        const mine = c.me !== undefined && r.by.includes(c.me);
        return (
          <button type="button" key={r.emoji} aria-pressed={mine} disabled={!react} title={names} aria-label={t("log.reaction", { emoji: r.emoji, names })} onClick={() => react?.(r.emoji, mine)}>
            {r.emoji} {r.by.length}
          </button>
        );
      })}
    </div>
  );
}

/** How to react to a line, or undefined when one can't. */
export function useReact(line: Line, c: Summary): ((emoji: string, withdrawn: boolean) => void) | undefined {
  const { desk } = useShell();
  const act = useAct();
  if (c.status !== "active" || !myPart(c) || line.seq === 0 || line.deleted) return undefined;
  return (emoji, withdrawn) => act(() => desk.api.call("POST /conversations/{id}/reactions", { path: { id: c.id }, body: { id: newId(), ref: line.seq, emoji, ...(withdrawn ? { withdrawn } : {}) } }));
}

/** Where an own line has arrived; what failed has its Retry. */
export function Arrived({ line, c, arrived }: { line: Line; c: Summary; arrived: Arrival[] }) {
  const { desk, t } = useShell();
  const act = useAct();
  const id = line.key.slice(line.key.indexOf(":") + 1);
  const failed = arrived.some((a) => a.failed);
  const again = () => (line.state === "failed" ? desk.resend(id) : act(() => desk.api.call("POST /conversations/{id}/lane/retry", { path: { id: c.id } })));
  return (
    <div className="st">
      {arrived.map((a) => (
        <span key={a.who}><span className={a.failed ? "bad" : ""}>{a.who ? t("status.for", { name: a.who, state: a.text }) : a.text}</span></span>
      ))}
      {line.state === "failed" && line.code && <span>{errorText(line.code, t)}</span>}
      {failed && <button type="button" className="linkBtn" onClick={again}>{t("retry")}</button>}
      {line.state === "failed" && <button type="button" className="linkBtn" onClick={() => desk.discard(id)}>{t("discard")}</button>}
    </div>
  );
}
