import { Badge, Button, Spinner } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { optionalFeatures, type Account, type Health } from "../../lib/accounts";
import { codeOf } from "../../lib/api";
import { attention, dayText, findingText, secondText } from "../../model/accounts";
import { clock, duration, fullTime } from "../../model/time";
import { useShell } from "../context";
import { useNow } from "../hooks";
import { adminHref, go } from "../route";
import { Failed } from "./accounts";
import { credentialText } from "./card";
import { AgentsTable, LanesTable, LettersTable } from "./tables";

const every = 4000; // ms between two looks while the page is open

/** How every account is doing, looked at anew every few seconds. */
export function HealthPage() {
  const { desk, t } = useShell();
  const accounts = useQuery({ queryKey: ["accounts"], queryFn: async () => (await desk.api.call("GET /accounts")).accounts });
  if (accounts.error) return <Failed code={codeOf(accounts.error)} again={() => void accounts.refetch()} />;
  if (!accounts.data) return <Spinner className="wait" label={t("loading")} />;
  if (!accounts.data.length) return <section className="card empty"><h2>{t("acc.none")}</h2><p>{t("acc.noneText")}</p><Button appearance="primary" onClick={() => go(adminHref("accounts"))}>{t("adm.accounts")}</Button></section>;
  return accounts.data.map((a) => <AccountHealth key={a.id} account={a} />);
}

function AccountHealth({ account }: { account: Account }) {
  const { desk, t } = useShell();
  const look = useQuery({ queryKey: ["health", account.id], queryFn: () => desk.api.call("GET /accounts/{account}/health", { path: { account: account.id } }), refetchInterval: every });
  const h = look.data;
  if (!h && look.error) return <Failed code={codeOf(look.error)} again={() => void look.refetch()} />;
  if (!h) return <Spinner className="wait" label={t("loading")} />;
  const n = attention(h);
  const time = secondText(h.at, t);
  return (
    <section className="card health" aria-label={account.name}>
      <header>
        <h2>{account.name}</h2>
        {account.replacedBy && <Badge appearance="tint" color="informative">{t("acc.replaced")}</Badge>}
        <Badge appearance="tint" color={n ? "danger" : h.agents.length ? "success" : "informative"}>{n ? t("hea.attention", { n }) : h.agents.length ? t("hea.good") : t("hea.unused")}</Badge>
        <span className="fill" />
        <small className="num">{look.isError ? t("hea.stale", { time }) : t("hea.live", { time })}</small>
      </header>
      <Facts h={h} />
      <AgentsTable h={h} />
      <LanesTable h={h} again={() => void look.refetch()} />
      <LettersTable h={h} again={() => void look.refetch()} />
    </section>
  );
}

/** Problems that somebody's consent solves; all others lie in what was entered. */
const aboutConsent: ReadonlySet<string> = new Set(["no_consent", "admin_consent", "consent_requested", "declined"]);

/** What a refusal is about: the permissions, or the application. */
function detailOf(h: Health): string {
  const code = h.refused ?? "";
  if (aboutConsent.has(code)) return code === "no_consent" ? "Microsoft Graph" : optionalFeatures.filter((f) => f.admin).map((f) => f.scope).join(", ");
  return code === "unknown_tenant" ? h.account.tenant : h.account.clientId;
}

function Facts({ h }: { h: Health }) {
  const { t } = useShell();
  const a = h.account;
  const found = h.refused ? { code: h.refused, detail: detailOf(h) } : undefined;
  const consent = found && aboutConsent.has(found.code) ? found : undefined;
  const refused = consent ? undefined : found;
  const soon = a.daysLeft !== undefined && a.daysLeft <= 30;
  return (
    <dl className="facts">
      <Fact name={t("hea.secret")} bad={soon || Boolean(refused)}>{credentialText(a, t)}{refused && <p>{findingText(refused, t)}</p>}</Fact>
      <Fact name={t("acc.consent")} bad={Boolean(consent)}>{consent ? <>{findingText(consent, t)} <a href={a.consentUrl} target="_blank" rel="noreferrer">{t("acc.consentLink")}</a></> : t("hea.consentOk")}</Fact>
      <Fact name={t("hea.inbox")}><Waiting since={h.lag.oldestWaiting} /></Fact>
      <Fact name={t("hea.unsent")}><Waiting since={h.lag.oldestUnsent} /></Fact>
      <Fact name={t("hea.throttle")} bad={Boolean(h.throttle.until)}>
        {h.throttle.last ? t("hea.throttled", { time: fullTime(h.throttle.last, t), op: h.throttle.op ?? "" }) : t("hea.never")}
        {h.throttle.until && <> · {t("hea.pausedUntil", { time: secondText(h.throttle.until, t) })}</>}
      </Fact>
      <Fact name={t("hea.markers")} bad={Boolean(h.unmarked)}>{h.unmarked ? t("hea.markersLost", { time: fullTime(h.unmarked.at, t) }) : t("hea.markersKept")}</Fact>
      <Fact name={t("hea.key")}>{t("hea.keyUntil", { date: dayText(h.account.keyUntil.slice(0, 10), t) })}{t("hea.oldKeys", { n: a.oldKeys })}</Fact>
    </dl>
  );
}

const Fact = ({ name, bad, children }: { name: string; bad?: boolean; children: React.ReactNode }) => <div className={bad ? "bad" : ""}><dt>{name}</dt><dd>{children}</dd></div>;

function Waiting({ since }: { since: string | undefined }) {
  const { t } = useShell();
  const now = useNow();
  if (!since) return t("hea.nothing");
  const ms = Math.max(0, now - Date.parse(since));
  return <span className="num">{t("hea.for", { time: ms < 60_000 ? clock(ms) : duration(ms, t) })}</span>;
}
