// The editing field: formatted text, mentions, pasted pictures. Enter submits, Shift+Enter
// starts a new line.

import { type Ref, type VNode } from "preact";
import { useImperativeHandle, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type ChipWords, fromEditor, mentionChip, toEditor } from "../rich/editor";
import { applyFormat, caretBehind, caretToEnd, enclosing, insertPasted, insertText } from "../rich/format";
import { type Rich, isEmpty } from "../rich/tree";
import { type Candidate, MentionList, candidatesFor, mentionBefore } from "./MentionList";

export interface FieldHandle {
  element(): HTMLElement;
  read(): Rich[];
  fill(nodes: Rich[]): void;
  insert(text: string): void;
  focus(): void;
}

interface FieldProps {
  handle: Ref<FieldHandle>;
  label: string;
  placeholder: string;
  initial: Rich[];
  chipWords: ChipWords;
  people: Candidate[]; // whom one can mention
  onSubmit: () => void;
  onCancel?: () => void; // Escape
  onUp?: () => void; // arrow up in an empty field
  onChange: (nodes: Rich[]) => void;
  onFiles?: (files: File[]) => void;
}

export function Field(props: FieldProps): VNode {
  const field = useRef<HTMLDivElement>(null);
  const [empty, setEmpty] = useState(isEmpty(props.initial));
  const mention = useMention(field, props.people, () => changed());
  const changed = (): void => {
    const nodes = fromEditor(field.current!);
    setEmpty(isEmpty(nodes) && !field.current!.querySelector("ul, ol, pre, code, [data-chip]"));
    props.onChange(nodes);
  };
  const fill = (nodes: Rich[]): void => {
    field.current!.replaceChildren(toEditor(nodes, props.chipWords));
    setEmpty(isEmpty(nodes));
  };
  useLayoutEffect(() => fill(props.initial), []);
  useImperativeHandle(props.handle, () => ({
    element: () => field.current!,
    read: () => fromEditor(field.current!),
    fill,
    insert: (text) => {
      insertText(field.current!, text);
    },
    focus: () => {
      field.current!.focus();
      caretToEnd(field.current!);
    },
  }));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing || mention.onKeyDown(event)) return;
    fieldKey(event, field.current!, props, empty);
  };
  const onPaste = (event: ClipboardEvent): void => {
    const data = event.clipboardData;
    if (!data) return;
    event.preventDefault();
    const files = [...data.files];
    const onlyFiles = files.length > 0 && data.getData("text/plain") === "";
    if (onlyFiles && props.onFiles) props.onFiles(files);
    else insertPasted(data);
  };
  return (
    <div class="field-box">
      <div
        ref={field}
        class={`field rich ${empty ? "empty" : ""}`}
        contentEditable
        role="textbox"
        aria-multiline="true"
        aria-label={props.label}
        aria-placeholder={props.placeholder}
        data-placeholder={props.placeholder}
        aria-haspopup="listbox"
        aria-controls={mention.open ? mention.listId : undefined}
        aria-activedescendant={mention.open ? mention.activeId : undefined}
        spellcheck
        enterkeyhint="send"
        onInput={() => {
          mention.look();
          changed();
        }}
        onKeyDown={onKeyDown}
        onKeyUp={(e) => e.key.startsWith("Arrow") && mention.look()}
        onBlur={mention.close}
        onPaste={onPaste}
      />
      {mention.open && <MentionList id={mention.listId} candidates={mention.candidates} active={mention.active} onPick={mention.pick} />}
    </div>
  );
}

function fieldKey(event: KeyboardEvent, field: HTMLElement, props: FieldProps, empty: boolean): void {
  const command = event.ctrlKey || event.metaKey;
  const formats: Record<string, "bold" | "italic" | "underline"> = { b: "bold", i: "italic", u: "underline" };
  const format = formats[event.key.toLowerCase()];
  if (command && !event.altKey && !event.shiftKey && format) {
    event.preventDefault();
    applyFormat(field, format);
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    props.onSubmit();
  } else if (event.key === "Enter" && enclosing(field, "li")) {
    event.preventDefault();
    document.execCommand("insertParagraph"); // a new item, not a line within it
  } else if (event.key === "Escape" && props.onCancel) {
    event.stopPropagation();
    props.onCancel();
  } else if (event.key === "ArrowUp" && empty && props.onUp) {
    event.preventDefault();
    props.onUp();
  }
}

let lists = 0;

interface MentionState {
  open: boolean;
  listId: string;
  activeId: string;
  active: number;
  candidates: Candidate[];
  look(): void;
  close(): void;
  pick(candidate: Candidate): void;
  onKeyDown(event: KeyboardEvent): boolean;
}

/** Offers people while one types behind an @. */
function useMention(field: { current: HTMLElement | null }, people: Candidate[], changed: () => void): MentionState {
  const [query, setQuery] = useState<string>();
  const [active, setActive] = useState(0);
  const [listId] = useState(() => `mentions-${++lists}`);
  const candidates = query === undefined ? [] : candidatesFor(people, query);
  const open = candidates.length > 0;
  const close = (): void => setQuery(undefined);
  const pick = (candidate: Candidate): void => {
    const range = mentionBefore(field.current!)?.range;
    if (!range) return;
    const chip = mentionChip(candidate.id, candidate.name);
    const space = document.createTextNode("\u00a0");
    range.deleteContents();
    range.insertNode(space);
    range.insertNode(chip);
    caretBehind(space);
    close();
    changed();
  };
  return {
    open,
    listId,
    activeId: `${listId}-${active}`,
    active,
    candidates,
    look: () => {
      setQuery(mentionBefore(field.current!)?.query);
      setActive(0);
    },
    close,
    pick,
    onKeyDown: (event) => {
      if (!open) return false;
      if (event.key === "ArrowDown") setActive((active + 1) % candidates.length);
      else if (event.key === "ArrowUp") setActive((active + candidates.length - 1) % candidates.length);
      else if (event.key === "Enter" || event.key === "Tab") pick(candidates[active]!);
      else if (event.key === "Escape") close();
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}
