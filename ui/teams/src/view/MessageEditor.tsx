// Changing an own message in its place. Whatever is not sent again would vanish, so
// attachments and mentions that stay in the text go along.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type GraphError, asGraphError } from "../graph/error";
import type { Message } from "../graph/shapes";
import type { Thread } from "../model/thread";
import { write } from "../rich/html";
import { type Rich, isEmpty } from "../rich/tree";
import { memberName, others } from "../words/titles";
import { usePlace, useSpeech } from "./context";
import { EmojiButton } from "./EmojiButton";
import { Field, type FieldHandle } from "./Field";
import { FormatBar } from "./FormatBar";
import { ProblemLine } from "./ProblemLine";

interface EditorProps {
  message: Message;
  nodes: Rich[];
  thread: Thread;
  onDone: () => void;
}

export function MessageEditor({ message, nodes, thread, onDone }: EditorProps): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const field = useRef<FieldHandle>(null);
  const [empty, setEmpty] = useState(false);
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<GraphError>();
  useEffect(() => {
    field.current?.focus();
    field.current?.element().closest(".editor")?.scrollIntoView({ block: "nearest" });
  }, []);
  const chat = session.chat(thread.chat);
  const people = chat ? others(chat, session.me.id).flatMap((m) => (m.userId ? [{ id: m.userId, name: memberName(m, words, (p) => session.name(p)) }] : [])) : [];
  const done = (): void => {
    onDone();
    // The editor goes away with its focus; the message takes it.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-message="${CSS.escape(message.id)}"]`)?.focus());
  };
  const save = async (): Promise<void> => {
    const changed = field.current!.read();
    if (isEmpty(changed) || saving) return;
    setSaving(true);
    setProblem(undefined);
    const { html, mentions } = write(changed, message.mentions ?? []);
    const attachments = (message.attachments ?? []).filter((a) => html.includes(`<attachment id="${a.id}"`));
    try {
      await thread.edit(message, { body: { contentType: "html", content: html }, mentions, attachments });
      done();
    } catch (cause) {
      setProblem(asGraphError(cause));
      setSaving(false);
    }
  };
  return (
    <div class="editor">
      {problem && <ProblemLine problem={problem} onRetry={() => void save()} />}
      <Field
        handle={field}
        label={words.editMessage}
        placeholder={words.typeMessage}
        initial={nodes}
        chipWords={{ picture: words.picture, attachment: (id) => message.attachments?.find((a) => a.id === id)?.name ?? words.file }}
        people={people}
        onSubmit={() => void save()}
        onCancel={done}
        onChange={(now) => setEmpty(isEmpty(now))}
      />
      <div class="composer-tools">
        <FormatBar field={() => field.current?.element()} />
        <EmojiButton onPick={(emoji) => field.current?.insert(emoji)} />
        <span class="spacer" />
        <button type="button" class="button" onClick={done}>{words.cancel}</button>
        <button type="button" class="button primary" disabled={empty || saving} onClick={() => void save()}>{words.save}</button>
      </div>
    </div>
  );
}
