import { Button, Dialog, DialogSurface, SearchBox } from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { QueryClient, QueryClientProvider, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { Person, Summary } from "../../../../shared/types";
import { codeOf } from "../../lib/api";
import { filesOf } from "../../model/content";
import { keyOfPerson, takingPart, warningOf } from "../../model/directory";
import { errorText } from "../../model/facts";
import { hasOlder } from "../../model/log";
import { callName, customerOf } from "../../model/people";
import { logOf } from "../../model/state";
import { useDesk, useShell } from "../context";
import { go } from "../route";
import { DirectoryTree } from "../tree/directorytree";
import { useDirectory } from "../tree/queries";
import type { TreeHandle } from "../tree/tree";

interface Props {
  c: Summary;
  onClose: () => void;
  colleagues?: boolean; // whether agents and services can be invited
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

function Body({ c, onClose, colleagues = false }: Props) {
  const { desk, t } = useShell();
  const [query, setQuery] = useState("");
  const [ticked, setTicked] = useState<ReadonlyMap<string, Person>>(new Map());
  const directory = useDirectory(query, undefined);
  const suggested = useQuery({ queryKey: ["suggestions", c.id], queryFn: ({ signal }) => desk.api.call("GET /conversations/{id}/suggestions", { path: { id: c.id }, signal }) });
  const taken = useMemo(() => takingPart(c), [c]);
  const invite = useMutation({
    mutationFn: () => desk.api.call("POST /conversations/{id}/invitations", { path: { id: c.id }, body: { people: [...ticked.values()].map(({ account, id }) => ({ account, id })) } }),
    onSuccess: onClose,
  });
  const toggle = (p: Person) => {
    const key = keyOfPerson(p);
    if (taken.has(key) || invite.isPending) return;
    const next = new Map(ticked);
    if (!next.delete(key)) next.set(key, p);
    setTicked(next);
  };
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
  const warnings = [...ticked.values()].map((p) => warningOf(p, t)).filter(Boolean);
  return (
    <div className="body">
      <header>
        <h2>{t("dir.title")}</h2>
        <small className="cut">{t("dir.sub", { name: customer ? callName(customer) : c.visitor.name })}</small>
        <Button appearance="subtle" icon={<Dismiss20Regular />} aria-label={t("close")} onClick={onClose} />
      </header>
      <div className="in"><SearchBox input={{ ref: search }} value={query} placeholder={t("dir.search")} aria-label={t("dir.search")} onChange={(_, d) => setQuery(d.value)} onKeyDown={intoTree} /></div>
      <DirectoryTree ref={tree} directory={{ ...directory, suggested: suggested.data?.people }} ticking={{ ticked, taken, colleagues, toggle }} onTell={tell} onTop={() => search.current?.focus()} />
      {warnings.length > 0 && <div className="warnings" role="status">{warnings.map((w) => <p key={w}>{w}</p>)}</div>}
      {invite.error && <p className="bad" role="alert">{errorText(codeOf(invite.error), t)}</p>}
      <footer>
        <Share id={c.id} />
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button appearance="primary" aria-label={t("dir.invite")} disabled={ticked.size === 0} disabledFocusable={invite.isPending} onClick={() => invite.mutate()}>
          {invite.isPending ? t("dir.inviting") : t("dir.inviteN", { n: ticked.size })}
        </Button>
      </footer>
    </div>
  );
}

/** What those who are invited will get. Counted when all of it is here. */
function Share({ id }: { id: string }) {
  const { t } = useShell();
  const log = useDesk((s) => logOf(s, id));
  const lines = log.lines.filter((l) => !l.fact && !l.deleted);
  const files = lines.reduce((n, l) => n + filesOf(l.content).length, 0);
  return <span className="share">{hasOlder(log) ? t("dir.share") : t("dir.shareN", { lines: lines.length, files })}</span>;
}
