import { Button } from "@fluentui/react-components";
import { useState } from "react";
import { WaitClock } from "../bits";
import { useAct, useDesk, useShell } from "../context";
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
      {c.lastMessage && <small className="quote">{t("quote", { text: c.lastMessage.text })}</small>}
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
