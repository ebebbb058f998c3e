import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { Alert20Regular } from "@fluentui/react-icons/svg/alert";
import { ArrowClockwise20Regular } from "@fluentui/react-icons/svg/arrow-clockwise";
import { MoreHorizontal20Regular } from "@fluentui/react-icons/svg/more-horizontal";
import { PersonDelete20Regular } from "@fluentui/react-icons/svg/person-delete";
import { lazy, Suspense, useState } from "react";
import type { Participant, Summary } from "../../../../shared/types";
import { answerBy, callName, isOffered, isPresent, myPart } from "../../model/people";
import { duration } from "../../model/time";
import type { Texts } from "../../texts/texts";
import { Avatar, Since, usePhoto } from "../bits";
import { useAct, useShell } from "../context";
import { Countdown, dotOf, roleText, stateText, whyText } from "../talk/chips";

const Confirm = lazy(() => import("../over/confirm"));

/** One participant with role and state; experts can be invited again or removed. */
export function PersonRow({ p, c }: { p: Participant; c: Summary }) {
  const { t } = useShell();
  const running = c.status === "active" && myPart(c) !== undefined;
  const manage = running && (p.kind === "expert" ? isPresent(p) || p.state === "failed" : isOffered(p));
  const failed = p.state === "failed";
  return (
    <li className={`pp ${isPresent(p) || isOffered(p) || failed ? "" : "out"}`}>
      <Avatar name={p.name} kind={p.kind} dot={dotOf(p, c)} photo={usePhoto(p)} />
      <div>
        {p.name} {p.id === c.me && `(${t("kind.you")})`}
        <small className={failed || p.silentAt ? "bad" : ""}><Words p={p} c={c} t={t} /></small>
      </div>
      {manage && <Actions p={p} c={c} />}
    </li>
  );
}

function Words({ p, c, t }: { p: Participant; c: Summary; t: Texts }) {
  const role = roleText(p, t);
  if (p.state === "failed") return <>{p.kind === "agent" ? role : t("state.failed")}: {whyText(p, t)}</>;
  if (isOffered(p) || p.silentAt) return <>{role} · {stateText(p, c, t)} <Countdown p={p} c={c} /></>;
  if (p.kind === "agent") return <>{role}{callName(p) !== p.name && ` · ${t("quote", { text: callName(p) })}`}{!isPresent(p) && ` · ${stateText(p, c, t)}`}</>;
  if (p.state === "answered" && p.joinedAt && p.answeredAt) return <>{role} · {t("state.firstAnswer", { time: duration(Date.parse(p.answeredAt) - Date.parse(p.joinedAt), t) })}</>;
  if (p.state === "joined" && p.kind === "expert" && p.joinedAt && c.status === "active") return <>{role} · {t("state.joined")}{"\u00a0"}· <Since since={p.joinedAt}>{(time) => t("conv.since", { time })}</Since> <Countdown p={p} c={c} /></>;
  return <>{role} · {stateText(p, c, t)}</>;
}

function Actions({ p, c }: { p: Participant; c: Summary }) {
  const { desk, t } = useShell();
  const act = useAct();
  const [removing, setRemoving] = useState(false);
  const path = { id: c.id, n: p.id };
  return (
    <>
      <Menu positioning="below-end">
        <MenuTrigger disableButtonEnhancement><Button appearance="subtle" size="small" icon={<MoreHorizontal20Regular />} aria-label={t("chip.menu", { name: p.name })} /></MenuTrigger>
        <MenuPopover>
          <MenuList>
            {answerBy(p, c) !== undefined && <MenuItem icon={<Alert20Regular />} onClick={() => act(() => desk.remind(c.id, p.id))}>{t("remind")}</MenuItem>}
            {p.state === "failed" && <MenuItem icon={<ArrowClockwise20Regular />} onClick={() => act(() => desk.api.call("POST /conversations/{id}/participants/{n}/retry", { path }))}>{t("retry")}</MenuItem>}
            {p.kind === "expert"
              ? <MenuItem icon={<PersonDelete20Regular />} onClick={() => setRemoving(true)}>{t("remove")}</MenuItem>
              : <MenuItem icon={<PersonDelete20Regular />} onClick={() => act(() => desk.api.call("DELETE /conversations/{id}/participants/{n}", { path }))}>{t("offer.withdraw")}</MenuItem>}
          </MenuList>
        </MenuPopover>
      </Menu>
      {removing && (
        <Suspense>
          <Confirm title={t("remove.title", { name: p.name })} text={t("remove.text", { name: p.name })} yes={t("remove")} onYes={() => act(() => desk.api.call("DELETE /conversations/{id}/participants/{n}", { path }))} onClose={() => setRemoving(false)} />
        </Suspense>
      )}
    </>
  );
}
