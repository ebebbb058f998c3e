// The rail: all chats, unread chats, people. On narrow screens it lies at the bottom.

import type { VNode } from "preact";
import { isUnread } from "../model/session";
import { usePlace, useSpeech, useWatched } from "./context";
import { Icon, type IconName } from "./Icon";

export type Section = "chats" | "unread" | "people";

export function Rail({ section, onSection }: { section: Section; onSection: (section: Section) => void }): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  useWatched(session);
  const unread = session.chats.filter((chat) => isUnread(chat, session.me.id)).length;
  const items: [Section, IconName, string][] = [
    ["unread", "bell", words.unreadChats],
    ["chats", "chat", words.chat],
    ["people", "people", words.people],
  ];
  return (
    <nav class="rail" aria-label={words.sections}>
      {items.map(([value, icon, name]) => (
        <button
          type="button"
          key={value}
          class="rail-item"
          aria-current={section === value ? "page" : undefined}
          onClick={() => onSection(value)}
        >
          <span class="rail-icon">
            <Icon name={icon} size={22} />
            {value === "unread" && unread > 0 && <span class="badge">{unread > 99 ? "99+" : unread}</span>}
          </span>
          <span class="rail-name">{name}</span>
        </button>
      ))}
    </nav>
  );
}
