import { Button } from "@fluentui/react-components";
import { Clock20Regular } from "@fluentui/react-icons/svg/clock";
import type { Participant, Summary } from "../../../../shared/types";
import { myPart, silentExperts } from "../../model/people";
import { useAct, useShell } from "../context";
import { useNow } from "../hooks";

const remindEvery = 3 * 60_000; // ms; the server insists on it

/** Experts who have not answered in time: remind them with one click, or invite somebody else. */
export function Silent({ c }: { c: Summary }) {
  const { ui, t } = useShell();
  const silent = silentExperts(c);
  return (
    <div role="status">
      {silent.length > 0 && myPart(c) && (
        <div className="silent">
          <Clock20Regular aria-hidden="true" />
          <span>{silent.length === 1 ? t("silent.one", { name: silent[0]!.name, minutes: Math.round((c.answerSeconds ?? 0) / 60) }) : t("silent.many", { n: silent.length })}</span>
          {silent.map((p) => <Remind key={p.id} p={p} c={c} several={silent.length > 1} />)}
          <Button size="small" aria-haspopup="dialog" onClick={() => ui.setState({ over: "picker" })}>{t("silent.next")}</Button>
        </div>
      )}
    </div>
  );
}

function Remind({ p, c, several }: { p: Participant; c: Summary; several: boolean }) {
  const { desk, t } = useShell();
  const act = useAct();
  const now = useNow();
  const soon = p.remindedAt !== undefined && now - Date.parse(p.remindedAt) < remindEvery;
  return <Button size="small" appearance="primary" disabledFocusable={soon} onClick={() => act(() => desk.remind(c.id, p.id))}>{several ? t("silent.remindName", { name: p.name }) : t("remind")}</Button>;
}
