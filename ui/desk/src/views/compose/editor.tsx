import { useImperativeHandle, useLayoutEffect, useRef, useState, type ClipboardEvent, type KeyboardEvent, type Ref } from "react";
import type { Node } from "../../../../shared/types";
import { serialise } from "../../model/write";

export type Format = "bold" | "italic" | "underline";

export interface EditorHandle {
  read(): Node[];
  clear(): void;
  focus(): void;
  insert(text: string): void;
  format(what: Format): void;
}

interface Props {
  ref: Ref<EditorHandle>;
  label: string;
  placeholder: string;
  start: readonly Node[];
  onSend: () => void;
  onInput?: (() => void) | undefined;
  onUp?: (() => void) | undefined; // Up in the empty editor
  onEscape?: (() => void) | undefined;
  onFiles?: ((files: File[]) => void) | undefined;
  onFormats?: ((on: ReadonlySet<Format>) => void) | undefined;
  autoFocus?: boolean;
  describedBy?: string;
}

const formats: readonly Format[] = ["bold", "italic", "underline"];
const keys: Record<string, Format> = { b: "bold", i: "italic", u: "underline" };

/** A text field that knows bold, italic and underline. What is pasted comes in as plain text, files go to onFiles. */
export function Editor(p: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [empty, setEmpty] = useState(p.start.length === 0);
  const changed = () => {
    setEmpty(isEmpty(box.current!));
    p.onInput?.();
  };
  const run = (command: string, value?: string) => {
    box.current!.focus();
    document.execCommand(command, false, value); // the only way that keeps the browser's undo
  };
  useImperativeHandle(p.ref, () => ({
    read: () => serialise(box.current!),
    clear: () => {
      box.current!.replaceChildren();
      setEmpty(true);
    },
    focus: () => toEnd(box.current!),
    insert: (text) => run("insertText", text),
    format: (what) => run(what),
  }));
  useLayoutEffect(() => {
    box.current!.replaceChildren(...p.start.flatMap(build));
    if (p.autoFocus) toEnd(box.current!);
  }, []); // what it starts with is read once
  useLayoutEffect(() => {
    const moved = () => {
      if (!p.onFormats || document.activeElement !== box.current) return;
      p.onFormats(new Set(formats.filter((f) => document.queryCommandState(f))));
    };
    document.addEventListener("selectionchange", moved);
    return () => document.removeEventListener("selectionchange", moved);
  });
  const pressed = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || e.keyCode === 229) return;
    const format = (e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey ? keys[e.key.toLowerCase()] : undefined;
    if (format) run(format);
    else if (e.key === "Enter" && e.shiftKey) run("insertLineBreak");
    else if (e.key === "Enter" && !e.altKey) p.onSend();
    else if (e.key === "ArrowUp" && p.onUp && empty && !e.shiftKey && !e.altKey && !e.ctrlKey && !e.metaKey) p.onUp();
    else if (e.key === "Escape" && p.onEscape) p.onEscape();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const pasted = (e: ClipboardEvent) => {
    const files = [...e.clipboardData.files];
    e.preventDefault();
    if (files.length && p.onFiles) return p.onFiles(files);
    const text = e.clipboardData.getData("text/plain");
    if (text) run("insertText", text);
  };
  return (
    <div
      ref={box} className="editor" contentEditable suppressContentEditableWarning role="textbox" aria-multiline="true" aria-label={p.label} aria-placeholder={p.placeholder || undefined}
      aria-describedby={p.describedBy} data-placeholder={p.placeholder} data-empty={empty} spellCheck onInput={changed} onKeyDown={pressed} onPaste={pasted}
    />
  );
}

const isEmpty = (box: HTMLElement) => !box.textContent && box.querySelectorAll("br").length < 2;

function toEnd(box: HTMLElement): void {
  box.focus();
  getSelection()?.selectAllChildren(box);
  getSelection()?.collapseToEnd();
}

const tags = { bold: "b", italic: "i", underline: "u", strike: "s", code: "code" } as const;

/** The editor's own elements for a tree; anything it cannot edit becomes its text. */
function build(n: Node): (HTMLElement | Text)[] {
  if (n.t === "br") return [document.createElement("br")];
  if (n.t === "p") return (n.kids ?? []).flatMap(build);
  if (n.t !== "text") return [document.createTextNode(n.text ?? ""), ...(n.kids ?? []).flatMap(build)];
  const text: HTMLElement | Text = document.createTextNode(n.text ?? "");
  return [(n.marks ?? []).reduce<HTMLElement | Text>((inner, m) => {
    const outer = document.createElement(tags[m]);
    outer.append(inner);
    return outer;
  }, text)];
}
