// One message: head, content, reactions, and the tools that appear on hover and focus.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Message } from "../graph/shapes";
import type { Session } from "../model/session";
import type { Thread } from "../model/thread";
import { fromPlain, trimmed, type Rich } from "../rich/tree";
import { isJumbo, plain } from "../rich/plain";
import { readHtml } from "../rich/read";
import { Avatar } from "./Avatar";
import { AttachmentView } from "./Attachment";
import { usePlace, useSpeech } from "./context";
import { Icon } from "./Icon";
import { memo } from "./memo";
import { MessageEditor } from "./MessageEditor";
import { MessageTools } from "./MessageTools";
import { Reactions } from "./Reactions";
import { RichView } from "./RichView";

interface CardProps {
  message: Message;
  follows: boolean;
  thread: Thread;
  tabStop: boolean;
  onQuote: (message: Message) => void;
}

export const MessageCard = memo(function MessageCard({ message, follows, thread, tabStop, onQuote }: CardProps) {
  const speech = useSpeech();
  const { words } = speech;
  const { session } = usePlace();
  const [editing, setEditing] = useState(false);
  const mine = message.from?.user?.id === session.me.id;
  const author = authorOf(message, session) ?? words.unknownPerson;
  const nodes = contentOf(message);
  const deleted = Boolean(message.deletedDateTime);
  const kind = `${mine ? "mine" : "theirs"} ${follows ? "follows" : ""} ${deleted ? "deleted" : ""} ${editing ? "editing" : ""}`;
  return (
    <div class={`message ${kind}`}>
      {!mine && <span class="message-face">{!follows && <Avatar name={author} id={message.from?.user?.id ?? author} size={32} />}</span>}
      <article
        class={`card ${jumbo(nodes) ? "jumbo" : ""}`}
        tabIndex={tabStop ? 0 : -1}
        data-message={message.id}
        aria-label={words.messageOf(mine ? words.you : author, speech.time(message.createdDateTime))}
      >
        <Head message={message} author={mine ? undefined : author} follows={follows} />
        {deleted ? (
          <DeletedNote message={message} thread={thread} mine={mine} />
        ) : editing ? (
          <MessageEditor message={message} nodes={nodes} thread={thread} onDone={() => setEditing(false)} />
        ) : (
          <Content message={message} nodes={nodes} />
        )}
        {!deleted && !editing && (
          <MessageTools message={message} thread={thread} mine={mine} onEdit={() => setEditing(true)} onQuote={onQuote} />
        )}
        {!deleted && <Reactions message={message} thread={thread} />}
      </article>
    </div>
  );
});

export function contentOf(message: Message): Rich[] {
  const content = message.body?.content ?? "";
  return trimmed(message.body?.contentType === "text" ? fromPlain(content) : readHtml(content));
}

export function authorOf(message: Message, session: Session): string | undefined {
  const user = message.from?.user;
  if (user) return session.name(user.id) ?? user.displayName ?? undefined;
  return message.from?.application?.displayName ?? undefined;
}

function jumbo(nodes: Rich[]): boolean {
  return isJumbo(plain(nodes, { picture: "-", file: "-" }));
}

function Head({ message, author, follows }: { message: Message; author: string | undefined; follows: boolean }): VNode | null {
  const speech = useSpeech();
  const { words } = speech;
  const edited = message.lastEditedDateTime && !message.deletedDateTime;
  const importance = message.importance === "urgent" ? words.urgent : message.importance === "high" ? words.important : undefined;
  if (follows && !edited && !importance) return null;
  return (
    <div class="card-head">
      {author !== undefined && !follows && <b>{author}</b>}
      {!follows && (
        <time dateTime={message.createdDateTime} title={speech.exact(message.createdDateTime)}>
          {speech.time(message.createdDateTime)}
        </time>
      )}
      {edited && <span title={speech.exact(message.lastEditedDateTime!)}>{words.edited}</span>}
      {importance && <span class="importance"><Icon name="alert" size={14} /> {importance}</span>}
    </div>
  );
}

function Content({ message, nodes }: { message: Message; nodes: Rich[] }): VNode {
  const { words } = useSpeech();
  const attachments = message.attachments ?? [];
  const placed = new Set(idsIn(nodes));
  const loose = attachments.filter((a) => !placed.has(a.id));
  const blocked = message.policyViolation?.dlpAction?.startsWith("block") ?? false;
  return (
    <div class="content">
      {blocked && <p class="quiet">{words.blocked}</p>}
      {message.subject && <h3>{message.subject}</h3>}
      <RichView nodes={nodes} attachments={attachments} />
      {loose.map((a) => (
        <AttachmentView key={a.id} attachment={a} />
      ))}
    </div>
  );
}

function idsIn(nodes: Rich[]): string[] {
  return nodes.flatMap((n) => (n.t === "attachment" ? [n.id] : "kids" in n ? idsIn(n.kids) : []));
}

function DeletedNote({ message, thread, mine }: { message: Message; thread: Thread; mine: boolean }): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  return (
    <p class="deleted-note">
      <Icon name="remove" size={16} /> {words.deleted}
      {mine && (
        <button type="button" class="link-button" onClick={() => void session.act(() => thread.setDeleted(message, false))}>
          {words.undo}
        </button>
      )}
    </p>
  );
}
