import { Button } from "@fluentui/react-components";
import { ChatMultiple24Regular } from "@fluentui/react-icons/svg/chat-multiple";
import { lazy, Suspense, useEffect } from "react";
import { unread } from "../model/state";
import { AccountNotices } from "./accountnotices";
import { Banner } from "./banner";
import { useDesk, useShell, useUi } from "./context";
import { useAttention, useWidth, type Width } from "./hooks";
import { useHotkeys } from "./hotkeys";
import { List } from "./list/list";
import { go, useRoute, type Route } from "./route";
import { Side } from "./side/side";
import { Conversation } from "./talk/conversation";
import { Toast } from "./toast";
import { TopBar } from "./topbar";

const Profile = lazy(() => import("./profile/profile"));
const Admin = lazy(() => import("./admin/admin"));
const DirectoryPage = lazy(() => import("./directory/page"));
const Over = lazy(() => import("./over/over"));

/** The signed-in desk: three columns, two with a drawer, or one screen after the other, as wide as the window is. */
export function Frame() {
  const { desk, t } = useShell();
  const route = useRoute();
  const width = useWidth();
  const id = route.page === "conversation" ? route.id : undefined;
  const over = useUi((s) => s.over ?? s.picture);
  useEffect(() => desk.look(id), [desk, id]);
  useTitle();
  useWatching(id);
  useHotkeys();
  return (
    <div className="frame">
      <a className="skip" href="#conversation" onClick={(e) => (e.preventDefault(), document.getElementById("conversation")?.focus())}>{t("top.skip")}</a>
      <TopBar />
      <div className="bars"><Banner /><AccountNotices /></div>
      <Suspense fallback={<div className="page" />}><Page route={route} width={width} /></Suspense>
      <Toast />
      {over && <Suspense><Over conversation={id} /></Suspense>}
    </div>
  );
}

function Page({ route, width }: { route: Route; width: Width }) {
  switch (route.page) {
    case "profile": return <Profile {...route} />;
    case "admin": return <Admin {...route} />;
    case "directory": return <DirectoryPage {...route} />;
  }
  return <Columns route={route} width={width} />;
}

function Columns({ route, width }: { route: Route; width: Width }) {
  const id = route.page === "conversation" ? route.id : undefined;
  return (
    <div className={`main ${width}`}>
      {(width !== "narrow" || !id) && <List current={id} />}
      {(width !== "narrow" || id) && <main className="conv" id="conversation" tabIndex={-1}>{id ? <Conversation key={id} id={id} width={width} /> : <Nothing />}</main>}
      {width === "wide" && (id ? <aside className="side"><Side id={id} /></aside> : <aside className="side" aria-hidden="true" />)}
    </div>
  );
}

function Nothing() {
  const { t } = useShell();
  const first = useDesk((s) => s.mine[0]);
  return (
    <div className="blank">
      <ChatMultiple24Regular />
      <b>{t("list.empty.title")}</b>
      <p>{t("list.empty.text")}</p>
      {first && <Button onClick={() => go(`#/c/${encodeURIComponent(first)}`)}>{t("list.mine")}</Button>}
    </div>
  );
}

/** The number of unread lines stands in the tab's title. */
function useTitle(): void {
  const { t } = useShell();
  const n = useDesk(unread);
  useEffect(() => void (document.title = n ? `(${n}) ${t("app.name")}` : t("app.name")), [n, t]);
}

/** Tells all tabs what is in view here, marks what is new when the agent looks away, and that they came back. */
function useWatching(id: string | undefined): void {
  const { desk } = useShell();
  const here = useAttention();
  useEffect(() => {
    desk.watch(here ? id : undefined);
    if (!id || !here) return undefined;
    desk.focus(id);
    return () => desk.away(id);
  }, [desk, id, here]);
}
