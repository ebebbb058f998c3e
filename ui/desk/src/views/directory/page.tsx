import { Button, SearchBox } from "@fluentui/react-components";
import { ArrowLeft20Regular } from "@fluentui/react-icons/svg/arrow-left";
import { BookContacts24Regular } from "@fluentui/react-icons/svg/book-contacts";
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { keyOfPerson } from "../../model/directory";
import { useAct, useShell } from "../context";
import { useWidth } from "../hooks";
import { goToMicrosoft } from "../profile/signin";
import { channelHref, go, personHref, type Route } from "../route";
import { DirectoryTree, useUnfolded } from "../tree/directorytree";
import { useDirectory } from "../tree/queries";
import type { TreeHandle } from "../tree/tree";
import { ChannelPane, PersonPane } from "./panes";

type Props = Route & { page: "directory" };

const later = 1_500; // ms after which the folder is asked for again when somebody wrote

/** The directory's own page: everybody on the left, what is written with them on the right. */
export default function DirectoryPage(route: Props) {
  const [client] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: true, staleTime: 10_000 } } }));
  return <QueryClientProvider client={client}><Page {...route} /></QueryClientProvider>;
}

function Page({ who, channel }: Props) {
  const { desk, t } = useShell();
  const act = useAct();
  const client = useQueryClient();
  const width = useWidth();
  const [query, setQuery] = useState("");
  const channels = useQuery({ queryKey: ["channels"], queryFn: ({ signal }) => desk.api.call("GET /teams-channels", { signal }) });
  const directory = useDirectory(query, channels.data);
  const unfolded = useUnfolded();
  const tree = useRef<TreeHandle>(null);
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = desk.onTalk(() => {
      clearTimeout(timer);
      timer = setTimeout(() => void client.invalidateQueries({ queryKey: ["directory"] }), later);
    });
    return () => (stop(), clearTimeout(timer));
  }, [desk, client]);
  const tell = (what: "profile" | "retry" | "channels") => {
    if (what === "profile") go("#/profile");
    else if (what === "retry") directory.again();
    else act(() => goToMicrosoft(() => desk.api.call("POST /me/teams", { body: { channels: true } })));
  };
  const intoTree = (e: KeyboardEvent) => {
    if (e.key !== "ArrowDown") return;
    e.preventDefault();
    tree.current?.focus();
  };
  const open = who !== undefined || channel !== undefined;
  const known = who && (directory.folders ?? []).flatMap((f) => f.people).concat(directory.hits?.found ?? []).find((p) => keyOfPerson(p) === keyOfPerson(who));
  const back = () => (go("#/directory"), setTimeout(() => tree.current?.focus()));
  return (
    <div className={`main directory ${width}`}>
      {(width !== "narrow" || !open) && (
        <nav className="dirSide" aria-label={t("dir.title")}>
          <header>
            <Button appearance="subtle" icon={<ArrowLeft20Regular />} aria-label={t("back")} onClick={() => go("#/")} />
            <h1>{t("dir.title")}</h1>
          </header>
          <div className="in"><SearchBox autoFocus={!open} input={{ ref: search }} value={query} placeholder={t("dir.search")} aria-label={t("dir.search")} onChange={(_, d) => setQuery(d.value)} onKeyDown={intoTree} /></div>
          <DirectoryTree ref={tree} directory={directory} unfolded={unfolded} current={who ? keyOfPerson(who) : channel && `${channel.team} ${channel.channel}`} onTell={tell} onTop={() => search.current?.focus()}
            onOpen={(item) => go(item.type === "person" ? personHref(item.person) : channelHref(item))} />
        </nav>
      )}
      {(width !== "narrow" || open) && (
        <main className="conv" id="conversation" tabIndex={-1} onKeyDown={(e) => e.key === "Escape" && !e.defaultPrevented && open && back()}>
          {who ? <PersonPane key={keyOfPerson(who)} who={who} known={known} starred={directory.starred.has(keyOfPerson(who))} onStar={directory.star} onBack={width === "narrow" ? back : undefined} /> : channel ? <ChannelPane key={`${channel.team} ${channel.channel}`} at={channel} channels={channels.data} onBack={width === "narrow" ? back : undefined} /> : <Nothing />}
        </main>
      )}
    </div>
  );
}

function Nothing() {
  const { t } = useShell();
  return <div className="blank"><BookContacts24Regular /><b>{t("talk.none")}</b><p>{t("talk.noneHow")}</p></div>;
}
