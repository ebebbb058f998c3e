import { Button, Link } from "@fluentui/react-components";
import { reasonText } from "../../model/facts";
import { ago } from "../../model/time";
import { useT } from "../context";
import { sentence } from "../side/side";
import type { Directory } from "./queries";

interface Props {
  directory: Directory;
  query: string;
  open: boolean;
  onLeave: () => void;
}

/** Why there is nobody, or not everybody, and what helps. */
export function Tell({ directory: d, query, open, onLeave }: Props) {
  const t = useT();
  const q = query.trim();
  const profile = (text: string) => <Link href="#/profile" onClick={onLeave}>{text}</Link>;
  const again = <Button size="small" onClick={d.again}>{t("retry")}</Button>;
  if (d.loading) return <Ghosts label={t("loading")} />;
  if (d.error) return <div className="tell warn" role="alert">{t("dir.failed")}{again}</div>;
  if (!d.folder || d.folder.state === "off") return <div className="tell" role="status">{t("dir.off")}</div>;
  switch (d.folder.state) {
    case "not_signed_in":
      return <div className="tell" role="status"><b>{t("dir.notSignedIn")}</b>{profile(t("dir.toProfile"))}</div>;
    case "needs_sign_in":
      return <div className="tell warn" role="alert"><b>{t("dir.needsSignIn")}</b>{profile(t("dir.signAgain"))}</div>;
  }
  const { state, asOf, reason } = d.folder;
  const time = asOf ? ago(asOf, Date.now(), t) : "";
  return (
    <div role="status">
      {state === "stale" && !d.searchError && <div className="tell warn">{reason && reason !== "unreachable" ? t("dir.staleReason", { reason: sentence(reasonText(reason, undefined, t)).slice(0, -1), time }) : t("dir.stale", { time })}{again}</div>}
      {state === "empty" && open && !q && <div className="tell"><b>{t("dir.empty")}</b>{t("dir.emptyHow")}</div>}
      {q && d.people.length === 0 && !d.others.length && <Nothing d={d} q={q} />}
      {q && d.people.length + d.others.length > 0 && d.searchError ? <div className="tell warn">{t("dir.searchFailed")}{again}</div> : null}
    </div>
  );
}

function Nothing({ d, q }: { d: Directory; q: string }) {
  const t = useT();
  if (d.searchError) return <div className="tell warn">{t("dir.searchFailed")}<Button size="small" onClick={d.again}>{t("retry")}</Button></div>;
  return <div className="tell">{d.searching ? t("dir.searching") : d.searched ? t("dir.nobody", { q }) : t("dir.noMatch", { q })}</div>;
}

function Ghosts({ label }: { label: string }) {
  return <div role="status" aria-label={label}>{[150, 110, 170].map((w) => <div className="ghost" key={w}><i style={{ width: 18, height: 18 }} /><i style={{ width: 32, height: 32, borderRadius: 16 }} /><i style={{ width: w }} /></div>)}</div>;
}
