// The messages of a thread. The last one stays in sight while one is at the bottom; one stop
// for the Tab key, arrow keys go from message to message.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Message } from "../graph/shapes";
import type { Pending } from "../model/outbox";
import type { Thread } from "../model/thread";
import { type Row, rowsOf } from "../model/rows";
import { eventInWords } from "../words/events";
import { usePlace, useSpeech, useWatched } from "./context";
import { Icon } from "./Icon";
import { MessageCard } from "./MessageCard";
import { PendingCard } from "./PendingCard";
import { ProblemLine } from "./ProblemLine";
import { moveFocus } from "./popover";
import { useBottom } from "./useBottom";

interface LogProps {
  thread: Thread;
  closed: boolean; // one may look but not act
  onCompose: () => void;
  onQuote: (message: Message) => void;
  onTakeBack: (pending: Pending) => void;
}

export function Log({ thread, closed, onCompose, onQuote, onTakeBack }: LogProps): VNode {
  const speech = useSpeech();
  const { words } = speech;
  useWatched(thread);
  const [stop, setStop] = useState<string>(); // the message that Tab reaches
  const { box, below, toBottom, onScroll } = useBottom(thread);
  const rows = rowsOf(thread.messages, (iso) => speech.dayKey(iso));
  const last = thread.messages.at(-1)?.id;
  const stopId = thread.messages.some((m) => m.id === stop) ? stop : last;
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (event.key === "Escape" && target.closest("[data-message]")) onCompose();
    if (target.matches("[data-message]")) moveFocus(event, "[data-message]");
  };
  return (
    <div class="log-frame">
      <div
        ref={box}
        class={closed ? "log closed" : "log"}
        role="log"
        aria-label={words.messages}
        aria-busy={thread.state === "loading" || thread.loadingOlder}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onFocusCapture={(e) => {
          const id = (e.target as HTMLElement).closest<HTMLElement>("[data-message]")?.dataset.message;
          if (id !== undefined && id !== stop) setStop(id);
        }}
      >
        <div class="log-rows">
          <Top thread={thread} />
          {rows.map((row) => (
            <LogRow key={row.key} row={row} thread={thread} stop={stopId} onQuote={onQuote} />
          ))}
          {thread.outbox.items.map((item) => (
            <PendingCard key={item.key} item={item} outbox={thread.outbox} onTakeBack={onTakeBack} />
          ))}
        </div>
      </div>
      {below && (
        <button type="button" class="to-bottom" onClick={toBottom}>
          <Icon name="down" size={16} /> {words.newest}
        </button>
      )}
    </div>
  );
}

interface RowProps {
  row: Row;
  thread: Thread;
  stop: string | undefined;
  onQuote: (message: Message) => void;
}

function LogRow({ row, thread, stop, onQuote }: RowProps): VNode {
  const speech = useSpeech();
  const { session } = usePlace();
  switch (row.kind) {
    case "day":
      return <div class="day" role="separator"><span>{speech.day(row.at, new Date())}</span></div>;
    case "event":
      return (
        <p class="system" title={speech.exact(row.message.createdDateTime)}>
          {eventInWords(row.message.eventDetail, speech.words, (id) => session.name(id))}
        </p>
      );
    case "message":
      return (
        <MessageCard
          message={row.message}
          follows={row.follows}
          thread={thread}
          tabStop={row.message.id === stop}
          onQuote={onQuote}
        />
      );
  }
}

/** Above the first message: loading, failure, or the way to older ones. */
function Top({ thread }: { thread: Thread }): VNode | null {
  const { words } = useSpeech();
  if (thread.problem) {
    return <ProblemLine problem={thread.problem} onRetry={() => void thread.load(true)} />;
  }
  if (thread.state !== "ready" || thread.loadingOlder) return <p class="quiet" role="status">{words.loading}</p>;
  if (thread.older !== undefined) {
    return <button type="button" class="link-button older" onClick={() => void thread.loadOlder()}>{words.older}</button>;
  }
  if (thread.messages.length === 0 && thread.outbox.items.length === 0) return <p class="quiet">{words.noMessages}</p>;
  return null;
}
