import { Button, Dialog, DialogSurface, SearchBox } from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { Eye16Regular } from "@fluentui/react-icons/svg/eye";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { Person, Summary } from "../../../../shared/types";
import { codeOf } from "../../lib/api";
import { filesOf } from "../../model/content";
import { keyOfPerson, takingPart, warningOf } from "../../model/directory";
import { errorText } from "../../model/facts";
import { hasOlder } from "../../model/log";
import { callName, customerOf } from "../../model/people";
import { logOf } from "../../model/state";
import { counts } from "../../model/share";
import { useDesk, useShell } from "../context";
import { go } from "../route";
import { DirectoryTree, useUnfolded } from "../tree/directorytree";
import { useDirectory } from "../tree/queries";
import type { TreeHandle } from "../tree/tree";
import { useGuests, type Guests } from "./guests";
import { Preview } from "./preview";

interface Props {
  c: Summary;
  onClose: () => void;
}

/** The directory as a picker: tick people, then invite them. Ticking alone invites nobody. */
export default function Picker(props: Props) {
  const [client] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: true } } }));
  const { t } = useShell();
  return (
    <QueryClientProvider client={client}>
      <Dialog open onOpenChange={(_, d) => !d.open && props.onClose()}>
        <DialogSurface className="picker" aria-label={t("dir.title")}><Body {...props} /></DialogSurface>
      </Dialog>
    </QueryClientProvider>
  );
}

function Body({ c, onClose }: Props) {
  const { desk, t } = useShell();
  const [query, setQuery] = useState("");
  const [looking, setLooking] = useState(false);
  const unfolded = useUnfolded();
  const directory = useDirectory(query, undefined);
  const suggested = useQuery({ queryKey: ["suggestions", c.id], queryFn: ({ signal }) => desk.api.call("GET /conversations/{id}/suggestions", { path: { id: c.id }, signal }) });
  const taken = useMemo(() => takingPart(c), [c]);
  const guests = useGuests(c, onClose);
  const toggle = (p: Person) => void (taken.has(keyOfPerson(p)) || guests.toggle(p));
  const tree = useRef<TreeHandle>(null);
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => search.current?.focus()); // the dialog itself begins at its first button
    return () => clearTimeout(timer);
  }, []);
  const intoTree = (e: KeyboardEvent) => {
    if (e.key !== "ArrowDown") return;
    e.preventDefault();
    tree.current?.focus();
  };
  const tell = (what: "profile" | "retry" | "channels") => (what === "retry" ? directory.again() : (onClose(), go("#/profile")));
  const customer = customerOf(c);
  const { preview } = guests;
  return (
    <div className="body">
      <header>
        <h2>{t("dir.title")}</h2>
        <small className="cut">{t("dir.sub", { name: customer ? callName(customer) : c.visitor.name })}</small>
        <Button appearance="subtle" icon={<Dismiss20Regular />} aria-label={t("close")} onClick={onClose} />
      </header>
      {looking && preview.data ? <Preview c={c} p={preview.data} choice={guests.choice} onChoose={guests.choose} onBack={() => setLooking(false)} /> : (
        <>
          <div className="in"><SearchBox input={{ ref: search }} value={query} placeholder={t("dir.search")} aria-label={t("dir.search")} onChange={(_, d) => setQuery(d.value)} onKeyDown={intoTree} /></div>
          <DirectoryTree ref={tree} directory={{ ...directory, suggested: suggested.data?.people }} unfolded={unfolded} ticking={{ ticked: guests.ticked, taken, toggle }} onTell={tell} onTop={() => search.current?.focus()} />
        </>
      )}
      <Before guests={guests} />
      <footer>
        <div className="what">
          <Share id={c.id} guests={guests} />
          {!looking && !guests.transferable && <Button appearance="subtle" size="small" icon={<Eye16Regular />} disabledFocusable={preview.isFetching} onClick={() => (guests.look(), setLooking(true))}>{t("share.preview")}</Button>}
        </div>
        <Button onClick={onClose}>{t("cancel")}</Button>
        {guests.transferable && <Button disabledFocusable={guests.invite.isPending} onClick={() => guests.invite.mutate(true)}>{t("transfer")}</Button>}
        <Button appearance="primary" aria-label={t("dir.invite")} disabled={guests.count === 0} disabledFocusable={guests.invite.isPending} onClick={() => guests.invite.mutate(false)}>
          {guests.invite.isPending ? t("dir.inviting") : t("dir.inviteN", { n: guests.count })}
        </Button>
      </footer>
    </div>
  );
}

/** What should be thought of before inviting: who is out of office or does not want to be disturbed; and what went wrong. */
function Before({ guests }: { guests: Guests }) {
  const { t } = useShell();
  const warnings = [...guests.people.values()].map((p) => warningOf(p, t)).filter(Boolean);
  return (
    <div role="status">
      {warnings.length > 0 && <div className="warnings">{warnings.map((w) => <p key={w}>{w}</p>)}</div>}
      {guests.invite.error && <p className="bad" role="alert">{errorText(codeOf(guests.invite.error), t)}</p>}
      {guests.preview.error && <p className="bad" role="alert">{errorText(codeOf(guests.preview.error), t)}</p>}
    </div>
  );
}

/** What those who are invited will get. Counted when all of it is here. */
function Share({ id, guests }: { id: string; guests: Guests }) {
  const { t } = useShell();
  const log = useDesk((s) => logOf(s, id));
  if (guests.people.size === 0 && guests.colleagues.size > 0) return <span className="share">{t("share.colleagues")}</span>;
  if (guests.preview.data && guests.looked) {
    const { lines, of, files } = counts(guests.preview.data, guests.choice);
    return <span className="share">{t("share.counts", { lines, of, files })}</span>;
  }
  const lines = log.lines.filter((l) => !l.fact && !l.deleted);
  const files = lines.reduce((n, l) => n + filesOf(l.content).length, 0);
  return <span className="share">{hasOlder(log) ? t("dir.share") : t("dir.shareN", { lines: lines.length, files })}</span>;
}
