import { Button, Tooltip } from "@fluentui/react-components";
import { ArrowLeft20Regular } from "@fluentui/react-icons/svg/arrow-left";
import { NumberSymbol24Regular } from "@fluentui/react-icons/svg/number-symbol";
import { Open20Regular } from "@fluentui/react-icons/svg/open";
import { Star20Filled, Star20Regular } from "@fluentui/react-icons/svg/star";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Channels, Person } from "../../../../shared/types";
import { codeOf } from "../../lib/api";
import { photoURL } from "../../lib/calls";
import { presenceDot, warningOf } from "../../model/directory";
import { worded } from "../../model/facts";
import { Avatar } from "../bits";
import { useDesk, useShell } from "../context";
import { about } from "../tree/rows";
import { TalkPane } from "./talk";

interface PersonProps {
  who: { account: string; id: string };
  known: Person | undefined; // as the tree shows them now
  starred: boolean;
  onStar: (p: Person) => void;
  onBack: (() => void) | undefined;
}

/** What is written with a person one to one; of a colleague or a service, what is known. */
export function PersonPane({ who, known, starred, onStar, onBack }: PersonProps) {
  const { desk, t } = useShell();
  const ours = who.account.startsWith("@");
  const linked = useDesk((s) => s.me?.teams.state);
  const opened = useQuery({ queryKey: ["talk", who.account, who.id], queryFn: () => desk.api.call("POST /teams-chats", { body: who }), enabled: !ours && linked === "connected", staleTime: Infinity, retry: 1 });
  const p = known ?? opened.data?.person;
  const head = (tools?: ReactNode) => (
    <header className="head">
      {onBack && <Button appearance="subtle" icon={<ArrowLeft20Regular />} aria-label={t("back")} onClick={onBack} />}
      {p && <Avatar name={p.name} kind={p.kind} dot={p.kind === "service" ? undefined : presenceDot(p)} photo={p.photo ? photoURL(p.id, p.photo) : undefined} />}
      <div className="names"><h1 className="ti cut">{p?.name ?? t("loading")}</h1><p className="su cut">{p && about(p, t)}</p></div>
      {p && <Tooltip content={t("dir.star", { name: p.name })} relationship="label"><Button appearance="subtle" icon={starred ? <Star20Filled /> : <Star20Regular />} aria-pressed={starred} onClick={() => onStar(p)} /></Tooltip>}
      {tools}
      {opened.data?.webUrl && <Tooltip content={t("side.openThread")} relationship="label"><Button as="a" appearance="subtle" icon={<Open20Regular />} href={opened.data.webUrl} target="_blank" rel="noopener noreferrer" /></Tooltip>}
    </header>
  );
  if (ours) return <>{head()}<div className="blank"><b>{t(p?.kind === "service" ? "talk.service" : "talk.colleague")}</b><p>{t("talk.colleagueHow")}</p></div></>;
  if (linked !== "connected") return <>{head()}<div className="blank" role="status"><b>{t("dir.notSignedIn")}</b><a href="#/profile">{t("dir.toProfile")}</a></div></>;
  if (opened.isError) return <>{head()}<div className="blank" role="alert"><b>{worded(t, `talk.error.${codeOf(opened.error)}`, "talk.failed", {})}</b><Button onClick={() => void opened.refetch()}>{t("retry")}</Button></div></>;
  if (!opened.data) return <>{head()}<div className="skel" role="status" aria-label={t("loading")}><i style={{ width: "55%" }} /><i style={{ width: "40%" }} /></div></>;
  return <TalkPane place={{ chat: opened.data.chat }} name={opened.data.person.name} notice={p ? warningOf(p, t) : ""} head={head} />;
}

interface ChannelProps {
  at: { team: string; channel: string };
  channels: Channels | undefined;
  onBack: (() => void) | undefined;
}

/** A channel of a team. */
export function ChannelPane({ at, channels, onBack }: ChannelProps) {
  const { t } = useShell();
  const team = channels?.teams.find((x) => x.id === at.team);
  const ch = team?.channels.find((x) => x.id === at.channel);
  const head = (tools?: ReactNode) => (
    <header className="head">
      {onBack && <Button appearance="subtle" icon={<ArrowLeft20Regular />} aria-label={t("back")} onClick={onBack} />}
      <NumberSymbol24Regular />
      <div className="names"><h1 className="ti cut">{ch?.name ?? ""}</h1><p className="su cut">{team?.name}</p></div>
      {tools}
      {ch?.webUrl && <Tooltip content={t("side.openThread")} relationship="label"><Button as="a" appearance="subtle" icon={<Open20Regular />} href={ch.webUrl} target="_blank" rel="noopener noreferrer" /></Tooltip>}
    </header>
  );
  return <TalkPane place={at} name={ch?.name ?? t("dir.folder.teams-channels")} notice="" head={head} />;
}
