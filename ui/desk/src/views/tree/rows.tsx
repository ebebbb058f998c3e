import { Button, Link } from "@fluentui/react-components";
import { AppsList20Regular } from "@fluentui/react-icons/svg/apps-list";
import { Chat20Regular } from "@fluentui/react-icons/svg/chat";
import { Checkmark16Filled } from "@fluentui/react-icons/svg/checkmark";
import { ChevronRight16Regular } from "@fluentui/react-icons/svg/chevron-right";
import { Lightbulb20Regular } from "@fluentui/react-icons/svg/lightbulb";
import { NumberSymbol20Regular } from "@fluentui/react-icons/svg/number-symbol";
import { People20Regular } from "@fluentui/react-icons/svg/people";
import { PeopleTeam20Regular } from "@fluentui/react-icons/svg/people-team";
import { Search20Regular } from "@fluentui/react-icons/svg/search";
import { Star16Filled, Star16Regular, Star20Regular } from "@fluentui/react-icons/svg/star";
import { useEffect, type ReactElement } from "react";
import type { Person } from "../../../../shared/types";
import { photoURL } from "../../lib/calls";
import { folderName, presenceDot, presenceText, warningOf, type Item } from "../../model/directory";
import { ago } from "../../model/time";
import type { Row } from "../../model/tree";
import { Avatar } from "../bits";
import { useT } from "../context";

const icons: Record<string, ReactElement> = {
  suggested: <Lightbulb20Regular />, favourites: <Star20Regular />, users: <People20Regular />, "teams-chats": <Chat20Regular />, services: <AppsList20Regular />, "teams-channels": <PeopleTeam20Regular />, others: <Search20Regular />,
};

export function FolderRow({ row, item }: { row: Row<Item>; item: Item & { type: "folder" } }) {
  const t = useT();
  const name = item.id === "suggested" ? row.label : folderName(item.id, t);
  return <Heading open={row.open === true} fixed={row.fixed === true} icon={icons[item.id]} name={name} note={item.note ?? (item.count ? countText(item.id, item.count, t) : "")} />;
}

const countText = (id: string, n: number, t: ReturnType<typeof useT>) => (id === "services" || id === "teams-channels" ? String(n) : t("dir.count", { n }));

export function TeamRow({ row, item }: { row: Row<Item>; item: Item & { type: "team" } }) {
  return <Heading open={row.open === true} fixed={row.fixed === true} name={item.name} note={String(item.count)} />;
}

function Heading({ open, fixed, icon, name, note }: { open: boolean; fixed?: boolean; icon?: ReactElement | undefined; name: string; note: string }) {
  return <div className={`folder ${open ? "open" : ""} ${fixed ? "fixed" : ""}`}><ChevronRight16Regular />{icon}<span className="cut">{name}</span><small>{note}</small></div>;
}

interface PersonProps {
  p: Person;
  why?: string | undefined;
  now: number;
  tick?: "on" | "off" | "taken" | undefined; // undefined: people are opened, not ticked
  current?: boolean;
  starred: boolean;
  onStar: (p: Person) => void;
  onShow: (p: Person, on: boolean) => void;
}

/** A person, an agent or a service, with what one should know before inviting or writing. */
export function PersonRow({ p, why, now, tick, current, starred, onStar, onShow }: PersonProps) {
  const t = useT();
  useEffect(() => (onShow(p, true), () => onShow(p, false)), [p.account, p.id, onShow]);
  const warning = warningOf(p, t);
  return (
    <div className={`pn ${tick === "on" || current ? "on" : ""} ${tick === "taken" ? "in" : ""}`}>
      {tick && <span className="ck" aria-hidden="true">{(tick === "on" || tick === "taken") && <Checkmark16Filled />}</span>}
      <Avatar name={p.name} kind={p.kind === "service" ? "service" : p.kind} dot={p.kind === "service" ? undefined : presenceDot(p)} photo={p.photo ? photoURL(p.id, p.photo) : undefined} />
      <span className="who cut">
        <span className={`cut ${p.unread ? "fresh" : ""}`}>{p.name}{p.unread && <i className="unreadDot" aria-hidden="true" />}</span>
        <small className="cut">{why ?? about(p, t)}</small>
        {warning && p.presence?.away && <small className="cut warn" title={warning}>{p.presence.outOfOffice || t("presence.OutOfOffice")}</small>}
      </span>
      <span className="w">{tick === "taken" ? t("dir.takesPart") : p.lastChatAt ? ago(p.lastChatAt, now, t) : ""}</span>
      <button type="button" className={`star ${starred ? "on" : ""}`} data-act tabIndex={-1} aria-pressed={starred} aria-label={t("dir.star", { name: p.name })} title={t("dir.starTip")} onClick={(e) => (e.stopPropagation(), onStar(p))}>
        {starred ? <Star16Filled /> : <Star16Regular />}
      </button>
    </div>
  );
}

/** What somebody does, and whether they can be reached. */
export const about = (p: Person, t: ReturnType<typeof useT>) => [p.jobTitle ?? p.department ?? p.team, presenceText(p, t)].filter(Boolean).join(" · ");

/** All of a person's row in words. */
export function personLabel(p: Person, why: string | undefined, taken: boolean, now: number, t: ReturnType<typeof useT>): string {
  const last = p.lastChatAt ? t("dir.lastChat", { time: ago(p.lastChatAt, now, t) }) : "";
  const warning = warningOf(p, t);
  return [p.name, why, warning ? (p.jobTitle ?? p.department ?? p.team) : about(p, t), warning, taken ? t("dir.takesPart") : last, p.unread ? t("dir.unread") : ""].filter(Boolean).join(", ");
}

export function ChannelRow({ item, current }: { item: Item & { type: "channel" }; current: boolean }) {
  return <div className={`pn channel ${current ? "on" : ""}`}><NumberSymbol20Regular /><span className="who cut"><span className="cut">{item.name}</span><small className="cut">{item.place}</small></span></div>;
}

/** Why there is nobody, or not everybody, and what helps. */
export function TellRow({ item, onAct }: { item: Item & { type: "tell" }; onAct: () => void }) {
  const t = useT();
  const press = (e: { stopPropagation(): void }) => (e.stopPropagation(), onAct());
  return (
    <div className={`tell ${item.warn ? "warn" : ""}`}>
      {item.more && item.act !== "retry" ? <b>{item.text}</b> : item.text}
      {item.act === "retry" && <Button size="small" data-act tabIndex={-1} onClick={press}>{t("retry")}</Button>}
      {item.act === "profile" && <Link href="#/profile" data-act tabIndex={-1} onClick={press}>{item.more}</Link>}
      {item.act === "channels" && <Button size="small" data-act tabIndex={-1} onClick={press}>{item.more}</Button>}
      {!item.act && item.more}
    </div>
  );
}

export function WaitRow() {
  return <>{[150, 110, 170].map((w) => <div className="ghost" key={w}><i style={{ width: 18, height: 18 }} /><i style={{ width: 32, height: 32, borderRadius: 16 }} /><i style={{ width: w }} /></div>)}</>;
}

/** The end of what has been fetched: asks for more as soon as it comes near the screen. */
export function MoreRow({ onShow }: { onShow: () => void }) {
  const t = useT();
  useEffect(onShow, [onShow]);
  return <div className="pn more">{t("loading")}</div>;
}
