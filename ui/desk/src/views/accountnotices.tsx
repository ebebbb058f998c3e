import { Button } from "@fluentui/react-components";
import { Dismiss16Regular } from "@fluentui/react-icons/svg/dismiss";
import { Warning16Filled } from "@fluentui/react-icons/svg/warning";
import { useEffect, useState } from "react";
import type { AccountNotice } from "../lib/accounts";
import { Refusal, Unreachable } from "../lib/api";
import { isAdmin, noticeText, putAway, putNoticeAway, shown } from "../model/accounts";
import { useDesk, useShell } from "./context";
import { adminHref, go } from "./route";

// ms between two looks: administrators are told within ten seconds when somebody loses a sign-in; nothing else is as urgent.
const every = 5 * 60_000;
const everyForAdmins = 8000;

const aboutSecret = (n: AccountNotice) => n.code === "secret_expires" || n.code === "secret_expired";

/** Bars about secrets that end soon, agents who have to sign in again, and messages that Microsoft Teams changes. The last fifteen days are pink and stay. */
export function AccountNotices() {
  const { desk, t } = useShell();
  const teams = useDesk((s) => s.me?.teams);
  const admin = useDesk((s) => isAdmin(s.me));
  const up = useDesk((s) => s.connection === "up");
  const [all, setAll] = useState<AccountNotice[]>([]);
  const [away, setAway] = useState(putAway);
  useEffect(() => {
    let over = false;
    const look = async () => {
      try {
        const { notices } = await desk.api.call("GET /notices");
        if (!over) setAll(notices);
      } catch (e) {
        if (!(e instanceof Refusal) && !(e instanceof Unreachable)) throw e; // the next look makes up for it
      }
    };
    const again = () => (setAway(putAway()), void look());
    again();
    const timer = setInterval(again, admin ? everyForAdmins : every);
    addEventListener("trialog-accounts", again);
    return () => {
      over = true;
      clearInterval(timer);
      removeEventListener("trialog-accounts", again);
    };
  }, [desk, teams, up, admin]);
  const dismiss = (n: AccountNotice) => {
    putNoticeAway(n);
    setAway(putAway());
  };
  return (
    <div role="status">
      {shown(all, away).map((n) => (
        <div key={`${n.code} ${n.account}`} className={`banner account ${n.level}`}>
          <Warning16Filled aria-hidden="true" />
          <span>{noticeText(n, t)}</span>
          {n.admin && <Button size="small" onClick={() => go(adminHref(aboutSecret(n) ? "accounts" : "health"))}>{aboutSecret(n) ? t("note.renew") : t("note.look")}</Button>}
          {n.level === "warning" && <Button size="small" appearance="transparent" icon={<Dismiss16Regular />} aria-label={t("note.dismiss")} title={t("note.dismiss")} onClick={() => dismiss(n)} />}
        </div>
      ))}
    </div>
  );
}

/** Says that an account was changed, so that the bars look again. */
export const accountsChanged = () => dispatchEvent(new Event("trialog-accounts"));
