import { Button } from "@fluentui/react-components";
import { useState } from "react";
import { WaitClock } from "../bits";
import { callName, offerTo, participant } from "../../model/people";
import { clock, duration } from "../../model/time";
import { useAct, useDesk, useShell, useT } from "../context";
import { useNow } from "../hooks";
import { conversationHref, go } from "../route";

/** The conversation that has waited longest, as a card. */
export function Offer({ id, more }: { id: string; more: number }) {
  const { t } = useShell();
  const c = useDesk((s) => s.summaries[id]);
  if (!c) return null;
  return (
    <section className="offer" aria-label={t("note.waiting", { name: c.visitor.name })} key={id}>
      <div className="head">
        <small>{t("list.offer", { service: c.service.name })}</small>
        <WaitClock since={c.openedAt} red label={(time) => t("list.waits", { time })} />
      </div>
      <b className="cut">{c.visitor.name}</b>
      {c.lastMessage?.text && <small className="quote">{t("quote", { text: c.lastMessage.text })}</small>}
      <div className="acts">
        <Accept id={id} />
        {more > 0 && <small>{t("list.offer.more", { n: more })}</small>}
      </div>
    </section>
  );
}

/** Takes a waiting conversation and shows it. */
export function Accept({ id }: { id: string }) {
  const { desk, t } = useShell();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const accept = () => {
    if (busy) return;
    setBusy(true);
    act(async () => {
      try {
        await desk.accept(id);
        go(conversationHref(id));
      } finally {
        setBusy(false);
      }
    });
  };
  return <Button appearance="primary" onClick={accept} disabledFocusable={busy}>{t("list.accept")}</Button>;
}

/** A place in a colleague's chat, until its time is over. */
export function Place({ id }: { id: string }) {
  const { t } = useShell();
  const c = useDesk((s) => s.summaries[id]);
  const me = useDesk((s) => s.me?.id);
  const place = c && offerTo(c, me);
  if (!place) return null;
  const by = participant(c, place.invitedBy ?? 0);
  const name = by ? callName(by) : "";
  return (
    <section className="offer" aria-label={t("note.offer", { name: c.visitor.name })}>
      <div className="head">
        <small>{place.offer!.transfer ? t("seat.transfer", { name }) : t("seat.join", { name })}</small>
        <Left until={place.offer!.until} />
      </div>
      <b className="cut">{c.visitor.name} · {c.service.name}</b>
      {c.lastMessage?.text && <small className="quote">{t("quote", { text: c.lastMessage.text })}</small>}
      <div className="row"><Accept id={id} /><Decline id={id} /></div>
    </section>
  );
}

function Left({ until }: { until: string }) {
  const t = useT();
  const left = Math.max(0, Date.parse(until) - useNow());
  return <span className="clock"><span aria-hidden="true">{clock(left)}</span><span className="hidden">{t("chip.left", { time: duration(left, t) })}</span></span>;
}

/** Turns a colleague's offer down. */
export function Decline({ id }: { id: string }) {
  const { desk, t } = useShell();
  const act = useAct();
  return <Button onClick={() => act(() => desk.decline(id))}>{t("seat.decline")}</Button>;
}
