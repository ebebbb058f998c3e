// A message on its way out, or one that could not be sent.

import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { Outbox, Pending } from "../model/outbox";
import { readHtml } from "../rich/read";
import { problemDetail, problemInWords } from "../words/problem";
import { useSpeech } from "./context";
import { Icon } from "./Icon";
import { RichView } from "./RichView";

interface PendingProps {
  item: Pending;
  outbox: Outbox;
  onTakeBack: (pending: Pending) => void;
}

export function PendingCard({ item, outbox, onTakeBack }: PendingProps): VNode {
  const { words } = useSpeech();
  const nodes = useMemo(() => readHtml(item.html), [item.html]);
  return (
    <div class={`message mine pending ${item.state}`}>
      <article class="card" aria-label={words.messageOf(words.you, words.sending)}>
        <div class="content">
          <RichView nodes={nodes} attachments={[]} />
          {item.files.map((f) =>
            f.inline !== undefined && f.url !== undefined ? (
              <span key={f.key} class="picture"><img src={f.url} alt={f.file.name} /></span>
            ) : (
              <span key={f.key} class="pending-file"><Icon name="file" size={16} /> {f.file.name}</span>
            ),
          )}
        </div>
        <PendingState item={item} outbox={outbox} onTakeBack={onTakeBack} />
      </article>
    </div>
  );
}

function PendingState({ item, outbox, onTakeBack }: PendingProps): VNode {
  const { words } = useSpeech();
  if (item.state === "sending") {
    const uploading = item.progress > 0 && item.progress < 1;
    return <p class="pending-state">{uploading ? words.uploading(Math.round(item.progress * 100)) : words.sending}</p>;
  }
  const takeBack = (): void => {
    const taken = outbox.takeBack(item.key);
    if (taken) onTakeBack(taken);
  };
  return (
    <div class="pending-state failed" role="alert">
      <Icon name="alert" size={16} />
      <span class="problem-words" title={item.problem && problemDetail(item.problem, words)}>
        {item.state === "waiting" ? words.waiting : words.notSent} {item.problem && problemInWords(item.problem, words)}
      </span>
      <button type="button" class="link-button" onClick={() => outbox.retry(item.key)}>{words.retry}</button>
      {item.state === "failed" && (
        <>
          <button type="button" class="link-button" onClick={takeBack}>{words.backToEdit}</button>
          <button type="button" class="link-button" onClick={() => outbox.takeBack(item.key)}>{words.discard}</button>
        </>
      )}
    </div>
  );
}
