import { Button, Checkbox, Combobox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, MessageBar, MessageBarBody, Option, Radio, RadioGroup, Select, Spinner, Textarea } from "@fluentui/react-components";
import { useMemo, useState, type FormEvent } from "react";
import { optionalFeatures, type Account, type AccountForm } from "../../lib/accounts";
import { codeOf, Refusal } from "../../lib/api";
import { featureText } from "../../model/accounts";
import { errorText } from "../../model/facts";
import { useShell } from "../context";

interface Props {
  account: Account | undefined; // undefined: a new one
  onSaved: (a: Account) => void;
  onClose: () => void;
}

type Draft = Required<AccountForm>;

const draftOf = (a: Account | undefined): Draft => ({
  name: a?.name ?? "", tenant: a?.tenant ?? "", clientId: a?.clientId ?? "", secret: "", certificate: "", expires: a?.credential === "secret" ? (a.expires ?? "") : "",
  locale: a?.locale ?? document.documentElement.lang, timeZone: a?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, thirdMember: a?.thirdMember ?? "", without: a?.without ?? [],
});

/** The form for an account. The secret goes in and is never shown again. */
export function AccountDialog({ account, onSaved, onClose }: Props) {
  const { desk, t } = useShell();
  const [draft, setDraft] = useState(() => draftOf(account));
  const [kind, setKind] = useState<"secret" | "certificate">(account?.credential === "certificate" ? "certificate" : "secret");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<{ field: string; text: string }>();
  const change = (part: Partial<Draft>) => {
    setDraft((d) => ({ ...d, ...part }));
    if (wrong && wrong.field in part) setWrong(undefined);
  };
  const other = account && (draft.tenant.trim().toLowerCase() !== account.tenant || draft.clientId.trim().toLowerCase() !== account.clientId);
  const save = (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setWrong(undefined);
    const body = bodyOf(draft, kind);
    const call = account ? desk.api.call("PATCH /accounts/{account}", { path: { account: account.id }, body }) : desk.api.call("POST /accounts", { body });
    call.then(onSaved, (x: unknown) => {
      setBusy(false);
      setWrong({ field: (x instanceof Refusal && x.problem?.field) || "", text: errorText(codeOf(x), t) });
    });
  };
  const said = (field: string) => (wrong?.field === field ? { validationMessage: wrong.text, validationState: "error" as const } : {});
  const known = wrong && (wrong.field in draft);
  return (
    <Dialog open onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface className="accountForm">
        <form onSubmit={save} noValidate>
          <DialogBody>
            <DialogTitle>{account ? t("acc.editTitle", { name: account.name }) : t("acc.new")}</DialogTitle>
            <DialogContent className="fields">
              {wrong && !known && <MessageBar intent="error" layout="multiline"><MessageBarBody>{wrong.text}</MessageBarBody></MessageBar>}
              <Field label={t("acc.name")} required {...said("name")}><Input value={draft.name} maxLength={80} autoComplete="off" onChange={(_, d) => change({ name: d.value })} /></Field>
              <Field label={t("acc.tenant")} required hint={t("acc.guidHint")} {...said("tenant")}><Input className="mono" value={draft.tenant} autoComplete="off" spellCheck={false} onChange={(_, d) => change({ tenant: d.value })} /></Field>
              <Field label={t("acc.client")} required hint={t("acc.guidHint")} {...said("clientId")}><Input className="mono" value={draft.clientId} autoComplete="off" spellCheck={false} onChange={(_, d) => change({ clientId: d.value })} /></Field>
              {other && <MessageBar intent="warning" layout="multiline"><MessageBarBody>{t("acc.replaces")}</MessageBarBody></MessageBar>}
              <Credential {...{ account, draft, kind, change, setKind, said }} stored={account?.credential === kind && !other} />
              <Thread {...{ draft, change, said }} />
              <Features without={draft.without} onChange={(without) => change({ without })} />
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t("cancel")}</Button>
              <Button appearance="primary" type="submit" disabledFocusable={busy} icon={busy ? <Spinner size="tiny" aria-hidden="true" /> : null}>{busy ? t("acc.saving") : t("acc.saveTest")}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

/** What is sent: of secret and certificate only the one that is chosen, and only if it was entered. */
function bodyOf(d: Draft, kind: "secret" | "certificate"): AccountForm {
  const { secret, certificate, expires, ...rest } = d;
  if (kind === "certificate") return { ...rest, ...(certificate.trim() ? { certificate } : {}) };
  return { ...rest, expires, ...(secret.trim() ? { secret: secret.trim() } : {}) };
}

type Said = (field: string) => object;
type Change = (part: Partial<Draft>) => void;

interface CredentialProps {
  account: Account | undefined;
  draft: Draft;
  kind: "secret" | "certificate";
  stored: boolean; // one of this kind is stored and may stay
  change: Change;
  setKind: (k: "secret" | "certificate") => void;
  said: Said;
}

function Credential({ account, draft, kind, stored, change, setKind, said }: CredentialProps) {
  const { t } = useShell();
  return (
    <>
      <Field label={t("acc.credential")}>
        <RadioGroup layout="horizontal" value={kind} onChange={(_, d) => setKind(d.value as "secret" | "certificate")}>
          <Radio value="secret" label={t("acc.secret")} /><Radio value="certificate" label={t("acc.certificate")} />
        </RadioGroup>
      </Field>
      {kind === "secret" ? (
        <div className="two">
          <Field label={t("acc.secret")} required={!stored} hint={stored ? t("acc.secretKept") : t("acc.secretHint")} {...said("secret")}>
            <Input type="password" value={draft.secret} autoComplete="new-password" placeholder={stored ? "••••••••" : ""} onChange={(_, d) => change({ secret: d.value })} />
          </Field>
          <Field label={t("acc.expires")} hint={t("acc.expiresHint")} {...said("expires")}><Input type="date" value={draft.expires} onChange={(_, d) => change({ expires: d.value })} /></Field>
        </div>
      ) : (
        <Field label={t("acc.certificate")} required={!stored} hint={stored ? t("acc.certKept", { thumb: account?.thumbprint?.slice(0, 8) ?? "" }) : t("acc.certHint")} {...said("certificate")}>
          <Textarea className="mono" rows={5} spellCheck={false} value={draft.certificate} placeholder="-----BEGIN CERTIFICATE-----" onChange={(_, d) => change({ certificate: d.value })} />
        </Field>
      )}
    </>
  );
}

function Thread({ draft, change, said }: { draft: Draft; change: Change; said: Said }) {
  const { t } = useShell();
  const zones = useMemo(() => Intl.supportedValuesOf("timeZone"), []);
  const typed = draft.timeZone.toLowerCase();
  const fits = zones.filter((z) => z.toLowerCase().includes(typed));
  return (
    <>
      <div className="two">
        <Field label={t("acc.locale")} hint={t("acc.localeHint")} {...said("locale")}>
          <Select value={draft.locale} onChange={(_, d) => change({ locale: d.value })}><option value="de" lang="de">Deutsch</option><option value="en" lang="en">English</option></Select>
        </Field>
        <Field label={t("acc.zone")} {...said("timeZone")}>
          <Combobox freeform value={draft.timeZone} placeholder={t("acc.zoneServer")} onChange={(e) => change({ timeZone: e.target.value })} onOptionSelect={(_, d) => change({ timeZone: d.optionValue ?? "" })}>
            {(fits.length && !zones.includes(draft.timeZone) ? fits : zones).slice(0, 600).map((z) => <Option key={z} value={z}>{z}</Option>)}
          </Combobox>
        </Field>
      </div>
      <Field label={t("acc.third")} hint={t("acc.thirdHint")} {...said("thirdMember")}><Input className="mono" value={draft.thirdMember} autoComplete="off" spellCheck={false} onChange={(_, d) => change({ thirdMember: d.value })} /></Field>
    </>
  );
}

function Features({ without, onChange }: { without: readonly string[]; onChange: (without: string[]) => void }) {
  const { t } = useShell();
  const toggle = (name: string, on: boolean) => onChange(on ? without.filter((w) => w !== name) : [...without, name]);
  return (
    <Field label={t("acc.features")} hint={t("acc.featuresHint")}>
      <div className="features" role="group">
        {optionalFeatures.map((f) => (
          <Checkbox key={f.name} checked={!without.includes(f.name)} onChange={(_, d) => toggle(f.name, d.checked === true)}
            label={<>{featureText(f.name, t)} <small>{f.scope}{f.admin ? ` · ${t("feature.admin")}` : ""}</small></>} />
        ))}
      </div>
    </Field>
  );
}
