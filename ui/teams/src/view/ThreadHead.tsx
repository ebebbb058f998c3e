// Title and members of a chat, and what one can do with it.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { renameChat } from "../graph/chats";
import type { Chat } from "../graph/shapes";
import { memberName, others } from "../words/titles";
import { presenceWords } from "./Avatar";
import { ChatAvatar } from "./ChatList";
import { usePlace, useSpeech } from "./context";
import { Icon, IconButton } from "./Icon";
import { MembersDialog } from "./MembersDialog";
import { wide } from "./screen";

interface HeadProps {
  id: string;
  chat: Chat | undefined;
  title: string;
  onBack: () => void;
}

export function ThreadHead({ id, chat, title, onBack }: HeadProps): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const [renaming, setRenaming] = useState(false);
  const [members, setMembers] = useState(false);
  const name = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!matchMedia(wide).matches) name.current?.focus(); // a new screen starts at its title
  }, []);
  const group = chat !== undefined && chat.chatType !== "oneOnOne";
  return (
    <header class="thread-head">
      <IconButton icon="back" label={words.back} class="back" onClick={onBack} />
      {chat && <ChatAvatar chat={chat} session={session} title={title} size={32} />}
      {renaming ? (
        <Rename
          topic={chat?.topic ?? ""}
          onDone={async (topic) => {
            setRenaming(false);
            if (topic === undefined || topic === (chat?.topic ?? "")) return;
            await session.act(() => renameChat(session.graph, id, topic));
            await session.refreshChat(id);
          }}
        />
      ) : (
        <div class="thread-name">
          <h2 ref={name} tabIndex={-1} title={title}>{title}</h2>
          {chat && <Under chat={chat} />}
        </div>
      )}
      {group && !renaming && (
        <div class="thread-acts">
          <IconButton icon="edit" size={18} label={words.rename} onClick={() => setRenaming(true)} />
          <button type="button" class="pill" aria-label={words.members(chat.members?.length ?? 0)} title={words.membersTitle} onClick={() => setMembers(true)}>
            <Icon name="people" size={18} />
            {chat.members?.length ?? 0}
          </button>
        </div>
      )}
      {members && chat && <MembersDialog chat={chat} onClose={() => setMembers(false)} />}
    </header>
  );
}

/** The members' names; in a one-to-one chat the other one's presence. */
function Under({ chat }: { chat: Chat }): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const rest = others(chat, session.me.id);
  if (chat.chatType === "oneOnOne") {
    const presence = rest[0]?.userId ? session.presence(rest[0].userId) : undefined;
    return <small>{presence ? presenceWords(presence, words) : ""}</small>;
  }
  const names = [...rest.map((m) => memberName(m, words, (p) => session.name(p))), words.you];
  return <small title={names.join(", ")}>{names.join(", ")}</small>;
}

function Rename({ topic, onDone }: { topic: string; onDone: (topic: string | undefined) => void }): VNode {
  const { words } = useSpeech();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  return (
    <form
      class="rename"
      onSubmit={(e) => {
        e.preventDefault();
        onDone(input.current?.value.trim());
      }}
      onKeyDown={(e) => e.key === "Escape" && onDone(undefined)}
    >
      <input ref={input} defaultValue={topic} maxLength={250} aria-label={words.chatName} placeholder={words.chatName} autoFocus />
      <button type="submit" class="button primary">{words.save}</button>
      <button type="button" class="button" onClick={() => onDone(undefined)}>{words.cancel}</button>
    </form>
  );
}
