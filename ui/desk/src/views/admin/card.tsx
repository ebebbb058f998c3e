import { Badge, Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Spinner } from "@fluentui/react-components";
import { Copy16Regular } from "@fluentui/react-icons/svg/copy";
import { MoreHorizontal20Regular } from "@fluentui/react-icons/svg/more-horizontal";
import { useEffect, useState } from "react";
import type { Account, Finding } from "../../lib/accounts";
import { dayText } from "../../model/accounts";
import type { Texts } from "../../texts/texts";
import { useAct, useShell } from "../context";
import Confirm from "../over/confirm";
import { Findings } from "./findings";

interface Props {
  account: Account;
  all: readonly Account[];
  testNow: number; // grows when the account is to be tested at once; 0: not yet
  onEdit: () => void;
  onChanged: () => void;
}

/** One account: what it is, whether it works, and what can be done with it. */
export function AccountCard({ account: a, all, testNow, onEdit, onChanged }: Props) {
  const { desk, t } = useShell();
  const act = useAct();
  const [findings, setFindings] = useState<Finding[]>();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<"delete" | "rotate">();
  const path = { account: a.id };
  const test = () => {
    setBusy(true);
    act(() => desk.api.call("POST /accounts/{account}/test", { path }).then((r) => setFindings(r.findings)).finally(() => setBusy(false)));
  };
  useEffect(() => {
    if (testNow) test();
  }, [testNow]);
  const remove = () => act(async () => {
    await desk.api.call("DELETE /accounts/{account}", { path });
    onChanged();
  });
  const rotate = () => act(async () => {
    await desk.api.call("POST /accounts/{account}/key", { path });
    onChanged();
  });
  return (
    <section className="card account" aria-label={a.name}>
      <header>
        <h2>{a.name}</h2>
        {a.replacedBy && <Badge appearance="tint" color="informative">{t("acc.replaced")}</Badge>}
        <Expiry account={a} />
        <span className="fill" />
        {!a.replacedBy && <Button onClick={test} disabledFocusable={busy} icon={busy ? <Spinner size="tiny" aria-hidden="true" /> : null}>{busy ? t("acc.testing") : t("acc.test")}</Button>}
        {!a.replacedBy && <Button onClick={onEdit}>{t("acc.edit")}</Button>}
        <Menu positioning="below-end">
          <MenuTrigger disableButtonEnhancement><Button appearance="subtle" icon={<MoreHorizontal20Regular />} aria-label={t("acc.more", { name: a.name })} /></MenuTrigger>
          <MenuPopover>
            <MenuList>
              {!a.replacedBy && <MenuItem onClick={() => setAsking("rotate")}>{t("acc.rotate")}</MenuItem>}
              <MenuItem onClick={() => setAsking("delete")} disabled={a.running > 0}>{t("acc.delete")}</MenuItem>
            </MenuList>
          </MenuPopover>
        </Menu>
      </header>
      {a.replacedBy && <p className="about">{t("acc.replacedBy", { name: all.find((o) => o.id === a.replacedBy)?.name ?? a.replacedBy })}</p>}
      {a.running > 0 && <p className="about">{t("acc.running", { n: a.running })}</p>}
      <Facts account={a} />
      <div role="status">{findings && <Findings list={findings} />}</div>
      {asking === "delete" && <Confirm title={t("acc.deleteTitle", { name: a.name })} text={t("acc.deleteText", { n: a.agents })} yes={t("acc.delete")} onYes={remove} onClose={() => setAsking(undefined)} />}
      {asking === "rotate" && <Confirm title={t("acc.rotate")} text={t("acc.rotateText")} yes={t("acc.rotateDo")} onYes={rotate} onClose={() => setAsking(undefined)} />}
    </section>
  );
}

function Facts({ account: a }: { account: Account }) {
  const t = useShell().t;
  return (
    <dl className="kv">
      <dt>{t("acc.tenant")}</dt><dd className="mono">{a.tenant}</dd>
      <dt>{t("acc.client")}</dt><dd className="mono">{a.clientId}</dd>
      <dt>{a.credential === "certificate" ? t("acc.certificate") : t("acc.secret")}</dt><dd>{credentialText(a, t)}</dd>
      <dt>{t("acc.agents")}</dt><dd>{t("acc.agentsN", { n: a.agents })}</dd>
      <dt>{t("acc.redirect")}</dt><dd><span className="mono">{a.redirectUrl}</span> <CopyButton text={a.redirectUrl} /></dd>
      {!a.replacedBy && <><dt>{t("acc.consent")}</dt><dd><a href={a.consentUrl} target="_blank" rel="noreferrer">{t("acc.consentLink")}</a></dd></>}
    </dl>
  );
}

export function credentialText(a: Account, t: Texts): string {
  const when = !a.expires ? t("acc.noExpiry") : (a.daysLeft ?? 0) <= 0 ? t("acc.over", { date: dayText(a.expires, t) }) : t("acc.until", { date: dayText(a.expires, t), n: a.daysLeft ?? 0 });
  if (a.credential === "none") return t("acc.none.credential");
  return a.thumbprint ? `${a.thumbprint.slice(0, 8)}… · ${when}` : `•••••• · ${when}`;
}

function Expiry({ account: a }: { account: Account }) {
  const t = useShell().t;
  if (a.daysLeft === undefined || a.daysLeft > 30 || !a.expires || a.replacedBy) return null;
  const date = dayText(a.expires, t);
  return <Badge appearance="tint" color={a.daysLeft > 15 ? "warning" : "danger"}>{a.daysLeft <= 0 ? t("acc.over", { date }) : t("acc.until", { date, n: a.daysLeft })}</Badge>;
}

function CopyButton({ text }: { text: string }) {
  const t = useShell().t;
  const act = useAct();
  const [copied, setCopied] = useState(false);
  const copy = () => act(async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  });
  return <Button size="small" appearance="subtle" icon={<Copy16Regular />} onClick={copy}>{copied ? t("acc.copied") : t("acc.copy")}</Button>;
}
