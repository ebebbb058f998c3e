// Where a message is written. Its text outlives chat changes and reloads until it is sent.

import type { Ref, VNode } from "preact";
import { useImperativeHandle, useMemo, useRef, useState } from "preact/hooks";
import type { Chat, Message } from "../graph/shapes";
import type { LocalFile, Pending } from "../model/outbox";
import { inlinePictureType } from "../model/sniff";
import type { Thread } from "../model/thread";
import { personed } from "../rich/mentions";
import { write } from "../rich/html";
import { plain } from "../rich/plain";
import { readHtml } from "../rich/read";
import { type Rich, isEmpty } from "../rich/tree";
import { memberName, others } from "../words/titles";
import { usePlace, useSpeech } from "./context";
import { EmojiButton } from "./EmojiButton";
import { Field, type FieldHandle } from "./Field";
import { FileChips } from "./FileChips";
import { FormatBar } from "./FormatBar";
import { Icon, IconButton } from "./Icon";
import { authorOf, contentOf } from "./MessageCard";

export interface ComposerHandle {
  focus(): void;
  addFiles(files: File[]): void;
  quote(message: Message): void;
  load(pending: Pending): void;
}

interface ComposerProps {
  handle: Ref<ComposerHandle>;
  thread: Thread;
  chat: Chat | undefined;
}

let fileCount = 0;

export function Composer({ handle, thread, chat }: ComposerProps): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const field = useRef<FieldHandle>(null);
  const shelfName = `draft/${thread.chat}`;
  const initial = useMemo(() => savedDraft(session.shelf.get(shelfName)), []);
  const [empty, setEmpty] = useState(isEmpty(initial));
  const [files, putFiles] = useState(thread.composing.files);
  const [quoted, putQuoted] = useState(thread.composing.quote);
  const setFiles = (next: LocalFile[]): void => putFiles((thread.composing.files = next));
  const setQuoted = (next: Message | undefined): void => putQuoted((thread.composing.quote = next));
  const people = chat ? others(chat, session.me.id).flatMap((m) => (m.userId ? [{ id: m.userId, name: memberName(m, words, (p) => session.name(p)) }] : [])) : [];

  const changed = (nodes: Rich[]): void => {
    setEmpty(isEmpty(nodes));
    session.shelf.set(shelfName, isEmpty(nodes) ? "" : JSON.stringify(nodes));
  };
  const addFiles = async (added: File[]): Promise<void> => {
    const more = await Promise.all(added.map(localFile));
    setFiles([...thread.composing.files, ...more]);
    field.current?.focus();
  };
  const send = (): void => {
    const nodes = field.current!.read();
    if (isEmpty(nodes) && files.length === 0) return;
    const { html, mentions } = write(nodes);
    thread.outbox.send({ html, mentions, files, ...(quoted ? { quote: quoted } : {}) });
    field.current!.fill([]);
    changed([]);
    setFiles([]);
    setQuoted(undefined);
    field.current!.focus();
  };
  const load = (pending: Pending): void => {
    const back = personed(readHtml(pending.html), pending.mentions);
    const nodes = [...back, ...field.current!.read()];
    field.current!.fill(nodes);
    changed(nodes);
    setFiles([...pending.files, ...thread.composing.files]);
    if (pending.quote) setQuoted(pending.quote);
    field.current!.focus();
  };
  useImperativeHandle(handle, () => ({
    focus: () => field.current?.focus(),
    addFiles: (added) => void addFiles(added),
    quote: (message) => {
      setQuoted(message);
      field.current?.focus();
    },
    load,
  }));

  return (
    <form
      class="composer"
      onSubmit={(e) => {
        e.preventDefault();
        send();
      }}
    >
      <div class="composer-box">
        {quoted && <QuotedLine message={quoted} onDrop={() => setQuoted(undefined)} />}
        <FileChips files={files} onRemove={(key) => setFiles(files.filter((f) => f.key !== key))} />
        <Field
          handle={field}
          label={words.message}
          placeholder={words.typeMessage}
          initial={initial}
          chipWords={{ picture: words.picture, attachment: () => words.file }}
          people={people}
          onSubmit={send}
          onChange={changed}
          onFiles={(pasted) => void addFiles(pasted)}
          {...(quoted ? { onCancel: () => setQuoted(undefined) } : {})}
        />
        <div class="composer-tools">
          <FormatBar field={() => field.current?.element()} />
          <span class="divider" />
          <EmojiButton onPick={(emoji) => field.current?.insert(emoji)} />
          <AttachButton onFiles={(chosen) => void addFiles(chosen)} />
          <button type="submit" class="send" aria-label={words.send} title={words.send} disabled={empty && files.length === 0}>
            <Icon name="send" />
          </button>
        </div>
      </div>
    </form>
  );
}

function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }): VNode {
  const { words } = useSpeech();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="clip" label={words.attach} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={words.attachments}
        onChange={(e) => {
          onFiles([...(e.currentTarget.files ?? [])]);
          e.currentTarget.value = "";
        }}
      />
    </>
  );
}

function QuotedLine({ message, onDrop }: { message: Message; onDrop: () => void }): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const name = message.from?.user?.id === session.me.id ? words.you : (authorOf(message, session) ?? words.unknownPerson);
  return (
    <div class="quoted-line">
      <span class="quote">
        <b>{words.quoteOf(name)}</b>
        <span class="quote-text">{plain(contentOf(message), { picture: words.picture, file: words.file })}</span>
      </span>
      <IconButton icon="close" size={16} label={words.dropQuote} onClick={onDrop} />
    </div>
  );
}

async function localFile(file: File): Promise<LocalFile> {
  const inline = await inlinePictureType(file);
  const url = file.type.startsWith("image/") && file.type !== "image/svg+xml" ? URL.createObjectURL(file) : undefined;
  return {
    key: `file-${++fileCount}`,
    file,
    ...(inline !== undefined ? { inline } : {}),
    ...(url !== undefined ? { url } : {}),
  };
}

function savedDraft(saved: string): Rich[] {
  if (saved === "") return [];
  try {
    const nodes: unknown = JSON.parse(saved);
    return Array.isArray(nodes) ? (nodes as Rich[]) : [];
  } catch {
    return []; // written by something else
  }
}
