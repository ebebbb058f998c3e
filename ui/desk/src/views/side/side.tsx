import { Button, Link } from "@fluentui/react-components";
import { ArrowDownload16Regular } from "@fluentui/react-icons/svg/arrow-download";
import { Open16Regular } from "@fluentui/react-icons/svg/open";
import type { Lane, Summary } from "../../../../shared/types";
import { transcriptURL } from "../../lib/calls";
import { reasonText } from "../../model/facts";
import { customerOf } from "../../model/people";
import { useAct, useDesk, useShell } from "../context";
import { PersonRow } from "./person";

/** Who takes part, what is known about the customer, and how the relay into Microsoft Teams stands. */
export function Side({ id }: { id: string }) {
  const { t } = useShell();
  const c = useDesk((s) => s.summaries[id]);
  if (!c) return null;
  return (
    <>
      <h2>{t("conv.people")}</h2>
      <ul>{c.participants.map((p) => <PersonRow key={p.id} p={p} c={c} />)}</ul>
      <Customer c={c} />
      {c.lane && <Thread c={c} lane={c.lane} />}
      <div className="foot">
        <Link href={transcriptURL(id)} download><ArrowDownload16Regular style={{ verticalAlign: -3, marginRight: 6 }} />{t("transcript")}</Link>
      </div>
    </>
  );
}

function Customer({ c }: { c: Summary }) {
  const { t } = useShell();
  const v = c.visitor;
  const language = new Intl.DisplayNames(t.lang, { type: "language" }).of(v.locale || "en");
  return (
    <>
      <h2>{t("side.customer")}</h2>
      <dl className="kv">
        {Object.entries(v.attributes ?? {}).map(([k, x]) => <Pair key={k} k={k}>{x}</Pair>)}
        {v.email && <Pair k={t("side.email")}><a href={`mailto:${v.email}`}>{v.email}</a></Pair>}
        {v.page.url && <Pair k={t("side.page")}>{/^https?:/.test(v.page.url) ? <a href={v.page.url} target="_blank" rel="noopener noreferrer">{v.page.title || v.page.url}</a> : v.page.url}</Pair>}
        <Pair k={t("side.language")}>{language ?? v.locale}</Pair>
        {v.verified && <Pair k={t("side.verified")}>{t("side.verifiedYes")}</Pair>}
        {!v.verified && !v.email && !customerOf(c) && <Pair k={t("prof.name")}>{v.name}</Pair>}
      </dl>
    </>
  );
}

const Pair = ({ k, children }: { k: string; children: React.ReactNode }) => <><dt>{k}</dt><dd>{children}</dd></>;

function Thread({ c, lane }: { c: Summary; lane: Lane }) {
  const { desk, t } = useShell();
  const act = useAct();
  const bad = lane.state === "blocked" || lane.state === "paused";
  return (
    <>
      <h2>{t("side.thread")}</h2>
      <div className={`note ${bad ? "bad" : ""}`}>
        <span>{t(`lane.${lane.state}`)} {lane.reason && sentence(reasonText(lane.reason, lane.detail, t))}</span>
        {lane.state === "blocked" && <Button size="small" onClick={() => act(() => desk.api.call("POST /conversations/{id}/lane/retry", { path: { id: c.id } }))}>{t("retry")}</Button>}
        {lane.webUrl && <Link href={lane.webUrl} target="_blank" rel="noopener noreferrer"><Open16Regular style={{ verticalAlign: -3, marginRight: 6 }} />{t("side.openThread")}</Link>}
      </div>
    </>
  );
}

/** Half a sentence as a whole one. */
export const sentence = (s: string) => `${s.charAt(0).toLocaleUpperCase()}${s.slice(1)}.`;
