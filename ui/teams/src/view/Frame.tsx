// The frame: bar, rail, list, thread. Below 640 pixels list and thread are separate screens.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ChatList } from "./ChatList";
import { usePlace, useSpeech, useWatched } from "./context";
import { Icon, IconButton } from "./Icon";
import { PeopleList } from "./PeopleList";
import { ProblemLine } from "./ProblemLine";
import { Rail, type Section } from "./Rail";
import { wide } from "./screen";
import { ThreadView } from "./ThreadView";
import { TopBar } from "./TopBar";

export function Frame(): VNode {
  const { session, chat, openChat } = usePlace();
  const [section, setSection] = useState<Section>("chats");
  useWatched(session);
  useFirstChat();
  useFocusOnReturn();
  return (
    <div class="frame" data-screen={chat === undefined ? "list" : "thread"}>
      <TopBar />
      {!session.online && <OfflineBar />}
      <div class="columns">
        <Rail section={section} onSection={setSection} />
        <Pane section={section} onSection={setSection} />
        <main class="main">
          <div class="notices">
            {session.notices.map((n) => (
              <ProblemLine key={n.key} problem={n.problem} onRetry={n.retry} onDismiss={() => session.dismiss(n.key)} />
            ))}
          </div>
          {chat === undefined ? <NoChat /> : <ThreadView key={chat} id={chat} onBack={() => openChat(undefined)} />}
        </main>
      </div>
    </div>
  );
}

/** On wide screens the most recent chat is open from the start. */
function useFirstChat(): void {
  const { session, chat, openChat } = usePlace();
  const first = session.chats[0]?.id;
  useEffect(() => {
    if (chat === undefined && first !== undefined && matchMedia(wide).matches) openChat(first, true);
  }, [chat, first]);
}

/** Back from a thread on a narrow screen, the focus is on its place in the list. */
function useFocusOnReturn(): void {
  const { chat } = usePlace();
  const before = useRef(chat);
  useEffect(() => {
    const left = before.current;
    before.current = chat;
    if (chat !== undefined || left === undefined || matchMedia(wide).matches) return;
    document.querySelector<HTMLElement>(`[data-chat="${CSS.escape(left)}"]`)?.focus();
  }, [chat]);
}

function Pane({ section, onSection }: { section: Section; onSection: (section: Section) => void }): VNode {
  const { words } = useSpeech();
  const titles = { chats: words.chat, unread: words.unreadChats, people: words.people };
  return (
    <aside class="pane" aria-label={titles[section]}>
      <div class="pane-head">
        <h1>{titles[section]}</h1>
        {section === "chats" && <IconButton icon="addPerson" label={words.newChat} onClick={() => onSection("people")} />}
      </div>
      {section === "people" ? <PeopleList onOpened={() => onSection("chats")} /> : <ChatList unreadOnly={section === "unread"} />}
    </aside>
  );
}

function OfflineBar(): VNode {
  const { words } = useSpeech();
  return <div class="offline-bar" role="status">{words.offline}</div>;
}

function NoChat(): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  return (
    <div class="nothing tall">
      <Icon name="chat" size={40} />
      <p>{session.state === "loading" ? words.loading : words.pickChat}</p>
    </div>
  );
}
