import { Button } from "@fluentui/react-components";
import { Checkmark16Regular } from "@fluentui/react-icons/svg/checkmark";
import { Megaphone16Regular } from "@fluentui/react-icons/svg/megaphone";
import { useState } from "react";
import type { Summary } from "../../../../shared/types";
import type { Line } from "../../model/log";
import { callName, customerOf, myPart, participant } from "../../model/people";
import { useAct, useShell } from "../context";

/** Below an expert's private line: say it to the customer, or that it has been. */
export function Publish({ line, c }: { line: Line; c: Summary }) {
  const { desk, t } = useShell();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  if (line.audience !== "backroom" || line.deleted || line.seq === 0 || participant(c, line.author)?.kind !== "expert") return null;
  const done = line.published && !line.changed;
  const customer = customerOf(c);
  const name = customer ? callName(customer) : c.visitor.name;
  if (done) return <div className="publish"><Checkmark16Regular aria-hidden="true" />{t("log.publishedFor", { name })}</div>;
  if (c.status !== "active" || !myPart(c)) return null;
  const publish = () => {
    if (busy) return;
    setBusy(true);
    act(() => desk.publish(c.id, line.seq).finally(() => setBusy(false)));
  };
  return (
    <div className="publish">
      <Button size="small" icon={<Megaphone16Regular />} disabledFocusable={busy} title={t("log.publishHint", { name })} onClick={publish}>{line.changed ? t("log.publishChange") : t("log.publish")}</Button>
    </div>
  );
}

/** At a published line: who published it. Experts' own public lines have none. */
export function PublishedBy({ line, c }: { line: Line; c: Summary }) {
  const { t } = useShell();
  if (!line.publishedBy) return null;
  const by = participant(c, line.publishedBy);
  return <span>· {line.publishedBy === c.me ? t("log.publishedByYou") : t("log.publishedBy", { name: by ? callName(by) : "" })}</span>;
}
