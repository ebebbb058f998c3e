import { Button, Dialog, DialogSurface, SearchBox } from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { QueryClient, QueryClientProvider, useMutation } from "@tanstack/react-query";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { Summary } from "../../../../shared/types";
import { codeOf } from "../../lib/api";
import type { Person } from "../../lib/calls";
import { filesOf } from "../../model/content";
import { keyOfPerson, takingPart } from "../../model/directory";
import { errorText } from "../../model/facts";
import { hasOlder } from "../../model/log";
import { callName, customerOf } from "../../model/people";
import { logOf } from "../../model/state";
import { useDesk, useShell } from "../context";
import { PeopleTree } from "./tree";
import { useDirectory } from "./queries";
import { Tell } from "./tell";

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
  const [open, setOpen] = useState(false);
  const [ticked, setTicked] = useState<ReadonlyMap<string, Person>>(new Map());
  const directory = useDirectory(query);
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
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => search.current?.focus()); // after the dialog, which gives the focus to its first button
    return () => clearTimeout(timer);
  }, []);
  const tree = useId();
  const intoTree = (e: KeyboardEvent) => {
    if (e.key !== "ArrowDown") return;
    e.preventDefault();
    document.getElementById(tree)?.querySelector<HTMLElement>('[role="treeitem"]')?.focus();
  };
  const customer = customerOf(c);
  return (
    <div className="body">
      <header>
        <h2>{t("dir.title")}</h2>
        <small className="cut">{t("dir.sub", { name: customer ? callName(customer) : c.visitor.name })}</small>
        <Button appearance="subtle" icon={<Dismiss20Regular />} aria-label={t("close")} onClick={onClose} />
      </header>
      <div className="find"><SearchBox ref={search} value={query} placeholder={t("dir.search")} aria-label={t("dir.search")} onChange={(_, d) => setQuery(d.value)} onKeyDown={intoTree} /></div>
      <div className="scroll">
        <PeopleTree id={tree} directory={directory} query={query} open={open} onOpen={setOpen} ticked={ticked} taken={taken} onToggle={toggle} />
        <Tell directory={directory} query={query} open={open} onLeave={onClose} />
      </div>
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
