// One chat: head, messages, composer. Files may be dropped anywhere on it.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Composer, type ComposerHandle } from "./Composer";
import { usePlace, useSpeech, useWatched } from "./context";
import { Icon } from "./Icon";
import { Log } from "./Log";
import { wide } from "./screen";
import { ThreadHead } from "./ThreadHead";
import { chatTitle } from "../words/titles";

export function ThreadView({ id, onBack }: { id: string; onBack: () => void }): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  useWatched(session);
  const thread = useWatched(session.thread(id));
  const composer = useRef<ComposerHandle>(null);
  const { over, ...drop } = useDrop((files) => composer.current?.addFiles(files));
  const chat = session.chat(id);
  useEffect(() => void thread.load(), [thread]);
  useReading(id);
  useEffect(() => {
    // Who chose the chat in the list goes on by writing; who came otherwise is left alone.
    if (matchMedia(wide).matches && document.activeElement?.matches(".chat-item")) composer.current?.focus();
  }, []);
  const named = chat ?? session.formerChat(id);
  const title = named ? chatTitle(named, session.me.id, words, (p) => session.name(p)) : words.chat;
  const gone = session.state === "ready" && chat === undefined;
  return (
    <section class="thread" aria-label={title} {...drop}>
      <ThreadHead id={id} chat={chat} title={title} onBack={onBack} />
      {gone && thread.messages.length === 0 ? (
        <div class="nothing tall">
          <Icon name="leave" size={40} />
          <p>{words.chatNoLonger}</p>
        </div>
      ) : (
        <Log
          thread={thread}
          closed={gone}
          onCompose={() => composer.current?.focus()}
          onQuote={(message) => composer.current?.quote(message)}
          onTakeBack={(pending) => composer.current?.load(pending)}
        />
      )}
      {gone && thread.messages.length > 0 && <p class="left-note" role="status"><Icon name="leave" size={18} /> {words.chatNoLonger}</p>}
      {!gone && <Composer handle={composer} thread={thread} chat={chat} />}
      {over && <div class="drop-veil" aria-hidden="true"><Icon name="clip" size={32} />{words.dropHere}</div>}
    </section>
  );
}

/** What is on the screen of a visible page counts as read. */
function useReading(id: string): void {
  const { session } = usePlace();
  const last = session.chat(id)?.lastMessagePreview?.createdDateTime;
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === "visible") void session.read(id);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [session, id, last]);
}

interface DropProps {
  over: boolean;
  onDragOver: (event: DragEvent) => void;
  onDragLeave: (event: DragEvent) => void;
  onDrop: (event: DragEvent) => void;
}

function useDrop(take: (files: File[]) => void): DropProps {
  const [over, setOver] = useState(false);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  return {
    over,
    onDragOver: (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (event) => {
      const to = event.relatedTarget as Node | null;
      if (!(event.currentTarget as HTMLElement).contains(to)) setOver(false);
    },
    onDrop: (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      take([...(event.dataTransfer?.files ?? [])]);
    },
  };
}
