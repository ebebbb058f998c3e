// The list of chats, most recent first.

import type { VNode } from "preact";
import type { Chat } from "../graph/shapes";
import { type Session, isUnread } from "../model/session";
import { chatTitle, others, previewLine } from "../words/titles";
import { Avatar, GroupAvatar } from "./Avatar";
import { usePlace, useSpeech, useWatched } from "./context";
import { Icon } from "./Icon";
import { moveFocus } from "./popover";
import { ProblemLine } from "./ProblemLine";

export function ChatList({ unreadOnly }: { unreadOnly: boolean }): VNode {
  const { words } = useSpeech();
  const { session, chat: open } = usePlace();
  useWatched(session);
  const shown = session.chats.filter((chat) => !unreadOnly || chat.id === open || isUnread(chat, session.me.id));
  return (
    <div class="pane-body" onKeyDown={(e) => moveFocus(e, ".chat-item")}>
      {session.problem && (
        <ProblemLine problem={session.problem} words={session.problem.status === 403 ? words.noTeams : undefined} onRetry={() => void session.loadChats()} />
      )}
      {session.state === "loading" && <p class="quiet" role="status">{words.loading}</p>}
      {session.state === "ready" && shown.length === 0 && <Nothing unreadOnly={unreadOnly} />}
      <ul class="chat-list" role="list" aria-label={words.chats}>
        {shown.map((chat) => (
          <ChatItem key={chat.id} chat={chat} session={session} />
        ))}
      </ul>
    </div>
  );
}

function Nothing({ unreadOnly }: { unreadOnly: boolean }): VNode {
  const { words } = useSpeech();
  return (
    <div class="nothing">
      <Icon name={unreadOnly ? "check" : "chat"} size={32} />
      {unreadOnly ? <p>{words.noUnread}</p> : <p><b>{words.noChats}</b><br />{words.noChatsHint}</p>}
    </div>
  );
}

function ChatItem({ chat, session }: { chat: Chat; session: Session }): VNode {
  const speech = useSpeech();
  const { words } = speech;
  const { chat: open, openChat } = usePlace();
  const nameOf = (id: string): string | undefined => session.name(id);
  const title = chatTitle(chat, session.me.id, words, nameOf);
  const unread = isUnread(chat, session.me.id);
  const at = chat.lastMessagePreview?.createdDateTime ?? chat.createdDateTime;
  return (
    <li>
      <button
        type="button"
        data-chat={chat.id}
        class={`chat-item ${unread ? "unread" : ""}`}
        aria-current={chat.id === open ? "true" : undefined}
        onClick={() => openChat(chat.id)}
      >
        <ChatAvatar chat={chat} session={session} title={title} />
        <span class="chat-text grid">
          <span class="chat-title">{title}</span>
          {unread && <span class="dot" role="img" aria-label={words.unread} />}
          <span class="chat-preview">{previewLine(chat, session.me.id, words, nameOf)}</span>
          {at && <time class="chat-time" dateTime={at}>{speech.ago(at, new Date())}</time>}
        </span>
      </button>
    </li>
  );
}

export function ChatAvatar({ chat, session, title, size = 36 }: { chat: Chat; session: Session; title: string; size?: number }): VNode {
  const other = chat.chatType === "oneOnOne" ? others(chat, session.me.id)[0]?.userId : undefined;
  if (!other) return <GroupAvatar size={size} />;
  return <Avatar name={title} id={other} presence={session.presence(other)} size={size} />;
}
