import { LockClosed16Regular } from "@fluentui/react-icons/svg/lock-closed";
import type { Summary } from "../../../../shared/types";
import { callName, customerOf, participant } from "../../model/people";
import type { Texts } from "../../texts/texts";
import { Avatar, WaitClock } from "../bits";
import { useDesk, useT } from "../context";
import { conversationHref } from "../route";

/** One conversation in the list; place: its place in the queue. */
export function Item({ id, current, place }: { id: string; current: boolean; place?: number }) {
  const t = useT();
  const c = useDesk((s) => s.summaries[id]);
  if (!c) return null;
  const name = c.visitor.name || customerOf(c)?.name || "";
  return (
    <a className={`item ${c.unread ? "fresh" : ""}`} href={conversationHref(id)} aria-current={current ? "page" : undefined}>
      <Avatar name={name} kind="customer" />
      <span className="n cut">{name}</span>
      <Waiting c={c} />
      <span className="p cut">{place ? t("list.place", { service: c.service.name, place }) : <Preview c={c} t={t} />}</span>
      {c.unread > 0 && (
        <span className="badge"><span aria-hidden="true">{c.unread > 99 ? "99+" : c.unread}</span><span className="hidden">{t("list.unread", { n: c.unread })}</span></span>
      )}
    </a>
  );
}

/** Since when the customer waits for an answer, else how long the chat has been running. */
function Waiting({ c }: { c: Summary }) {
  const t = useT();
  if (c.status === "waiting") return <WaitClock since={c.openedAt} red label={(time) => t("list.waits", { time })} />;
  if (c.customerWaits) return <WaitClock since={c.customerWaits} red label={(time) => t("list.waits", { time })} />;
  return <WaitClock since={c.openedAt} label={(time) => t("list.runs", { time })} />;
}

function Preview({ c, t }: { c: Summary; t: Texts }) {
  const m = c.lastMessage;
  if (!m) return c.service.name;
  const author = participant(c, m.author);
  const text = m.deleted ? t("list.deleted") : m.text || t("list.file");
  const words = m.author === c.me ? t("list.you", { text }) : author && author.kind !== "customer" ? t("list.by", { name: callName(author), text }) : text;
  return <>{m.audience === "backroom" && <LockClosed16Regular aria-label={t("list.lock")} />}{words}</>;
}
