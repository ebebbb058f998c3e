import { Button, Tooltip } from "@fluentui/react-components";
import { Add20Regular } from "@fluentui/react-icons/svg/add";
import { ArrowLeft20Regular } from "@fluentui/react-icons/svg/arrow-left";
import { ChatDismiss20Regular } from "@fluentui/react-icons/svg/chat-dismiss";
import { PanelRight20Regular } from "@fluentui/react-icons/svg/panel-right";
import { lazy, Suspense, useRef, useState } from "react";
import type { Summary } from "../../../../shared/types";
import { isConference, myPart } from "../../model/people";
import { fullTime } from "../../model/time";
import { Since } from "../bits";
import { useShell, useUi } from "../context";
import { useOwnWidth, type Width } from "../hooks";
import { go } from "../route";
import { Chips } from "./chips";

const Picker = lazy(() => import("../picker/picker"));
const Details = lazy(() => import("../side/drawer"));

export function Header({ c, width }: { c: Summary; width: Width }) {
  const { ui, t } = useShell();
  const picking = useUi((s) => s.over === "picker");
  const [details, setDetails] = useState(false);
  const plus = useRef<HTMLButtonElement>(null);
  const head = useRef<HTMLElement>(null);
  const room = useOwnWidth(head);
  const running = c.status === "active" && myPart(c) !== undefined;
  return (
    <header className="head" ref={head}>
      {width === "narrow" && <Button appearance="subtle" icon={<ArrowLeft20Regular />} aria-label={t("back")} onClick={() => go("#/")} />}
      <div className="names">
        <h1 className="ti cut">{c.visitor.name} <span>#{c.number}</span></h1>
        <p className="su"><Subtitle c={c} /></p>
      </div>
      <Chips c={c} width={room} onMore={() => setDetails(true)} />
      {running && (
        <Tooltip content={t("conv.add")} relationship="label">
          <button type="button" className="plus" ref={plus} aria-haspopup="dialog" onClick={() => ui.setState({ over: "picker" })}><Add20Regular /></button>
        </Tooltip>
      )}
      {running && (
        <Tooltip content={t("conv.end")} relationship="label">
          <Button appearance="subtle" icon={<ChatDismiss20Regular />} aria-haspopup="dialog" onClick={() => ui.setState({ over: "end" })} />
        </Tooltip>
      )}
      {width !== "wide" && (
        <Tooltip content={t("conv.details")} relationship="label">
          <Button appearance="subtle" icon={<PanelRight20Regular />} aria-haspopup="dialog" onClick={() => setDetails(true)} />
        </Tooltip>
      )}
      <Suspense>
        {picking && <Picker c={c} onClose={() => (ui.setState({ over: undefined }), setTimeout(() => plus.current?.focus()))} />}
        {details && <Details id={c.id} onClose={() => setDetails(false)} />}
      </Suspense>
    </header>
  );
}

function Subtitle({ c }: { c: Summary }) {
  const { t } = useShell();
  const kind = isConference(c) ? t("conv.kind.conference") : t("conv.kind.service");
  return (
    <>
      <span className="cut">{c.service.name}</span>{c.status !== "closed" && <span className="kind"> · {kind}</span>}<span> · </span>
      {c.status === "waiting" && <Since since={c.openedAt}>{(time) => t("conv.waits", { time })}</Since>}
      {c.status === "active" && <Since since={c.openedAt}>{(time) => t("conv.since", { time })}</Since>}
      {c.status === "closed" && c.closedAt && <span>{t("conv.closed", { time: fullTime(c.closedAt, t) })}</span>}
    </>
  );
}
