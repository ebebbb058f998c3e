import { Button, MessageBar, MessageBarBody, Spinner } from "@fluentui/react-components";
import { Add20Regular } from "@fluentui/react-icons/svg/add";
import { PlugConnected24Regular } from "@fluentui/react-icons/svg/plug-connected";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Account } from "../../lib/accounts";
import { codeOf } from "../../lib/api";
import { errorText } from "../../model/facts";
import { accountsChanged } from "../accountnotices";
import { useShell } from "../context";
import { AccountCard } from "./card";
import { AccountDialog } from "./form";

/** All accounts, side by side. consent: what Microsoft sent an administrator of the tenant back with. */
export function Accounts({ consent }: { consent?: string }) {
  const { desk, t } = useShell();
  const cache = useQueryClient();
  const [editing, setEditing] = useState<Account | "new">();
  const [test, setTest] = useState<{ id: string; round: number }>(); // the account to be tested at once
  const accounts = useQuery({ queryKey: ["accounts"], queryFn: async () => (await desk.api.call("GET /accounts")).accounts });
  const changed = () => {
    accountsChanged();
    void cache.invalidateQueries({ queryKey: ["accounts"] });
  };
  const saved = (a: Account) => {
    setEditing(undefined);
    setTest({ id: a.id, round: Date.now() });
    changed();
  };
  if (accounts.error) return <Failed code={codeOf(accounts.error)} again={() => void accounts.refetch()} />;
  if (!accounts.data) return <Spinner className="wait" label={t("loading")} />;
  const list = accounts.data;
  return (
    <>
      {consent && <MessageBar intent={consent === "granted" ? "success" : "warning"} layout="multiline"><MessageBarBody>{t(consent === "granted" ? "acc.consentGranted" : "acc.consentRefused")}</MessageBarBody></MessageBar>}
      <div className="intro">
        <p>{t("acc.about")}</p>
        {list.length > 0 && <Button appearance="primary" icon={<Add20Regular />} onClick={() => setEditing("new")}>{t("acc.add")}</Button>}
      </div>
      {list.length === 0 && (
        <section className="card empty">
          <PlugConnected24Regular aria-hidden="true" />
          <h2>{t("acc.none")}</h2>
          <p>{t("acc.noneText")}</p>
          <Button appearance="primary" icon={<Add20Regular />} onClick={() => setEditing("new")}>{t("acc.add")}</Button>
        </section>
      )}
      {list.map((a) => <AccountCard key={a.id} account={a} all={list} testNow={test?.id === a.id ? test.round : 0} onEdit={() => setEditing(a)} onChanged={changed} />)}
      {editing && <AccountDialog account={editing === "new" ? undefined : editing} onSaved={saved} onClose={() => setEditing(undefined)} />}
    </>
  );
}

/** Something could not be fetched. */
export function Failed({ code, again }: { code: string; again: () => void }) {
  const { t } = useShell();
  return (
    <section className="card empty" role="alert">
      <h2>{t("adm.failed")}</h2>
      <p>{errorText(code, t)}</p>
      <Button onClick={again}>{t("retry")}</Button>
    </section>
  );
}
