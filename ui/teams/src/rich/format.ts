// Formatting in an editing field. Browsers keep their own undo history only for their own
// commands, so these are used wherever they exist.

import { write } from "./html";
import { readHtml } from "./read";
import { type Rich, fromPlain } from "./tree";

export type Format = "bold" | "italic" | "underline" | "strike" | "code" | "list";

const commands: Record<Exclude<Format, "code">, string> = {
  bold: "bold",
  italic: "italic",
  underline: "underline",
  strike: "strikeThrough",
  list: "insertUnorderedList",
};

export function applyFormat(field: HTMLElement, format: Format): void {
  field.focus();
  if (format === "code") toggleCode(field);
  else document.execCommand(commands[format]);
}

/** Which formats hold where the caret is. */
export function formatsAt(field: HTMLElement): Set<Format> {
  const formats = new Set<Format>();
  const selection = document.getSelection();
  if (!selection?.anchorNode || !field.contains(selection.anchorNode)) return formats;
  for (const [format, command] of Object.entries(commands)) {
    if (document.queryCommandState(command)) formats.add(format as Format);
  }
  if (enclosing(field, "code, pre")) formats.add("code");
  return formats;
}

/** The innermost element around the caret that matches, inside the field. */
export function enclosing(field: HTMLElement, selector: string): Element | undefined {
  const node = document.getSelection()?.anchorNode;
  const element = node instanceof Element ? node : node?.parentElement;
  const found = element?.closest(selector);
  return found && found !== field && field.contains(found) ? found : undefined;
}

/** Several lines become a block of code, part of a line becomes code in the line; again: out of it. */
function toggleCode(field: HTMLElement): void {
  const inside = enclosing(field, "code, pre");
  if (inside) {
    stepBehind(inside);
    return;
  }
  const selected = document.getSelection()?.toString() ?? "";
  const escaped = write([{ t: "text", text: selected }]).html;
  if (selected.includes("\n")) document.execCommand("insertHTML", false, `<pre>${escaped}</pre><p><br></p>`);
  else document.execCommand("insertHTML", false, `<code>${escaped || "\u200b"}</code>`);
}

function stepBehind(element: Element): void {
  const space = document.createTextNode("\u200b");
  element.after(space);
  caretBehind(space);
}

export function caretBehind(node: Node): void {
  const range = document.createRange();
  range.setStartAfter(node);
  range.collapse(true);
  const selection = document.getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}

export function caretToEnd(field: HTMLElement): void {
  const range = document.createRange();
  range.selectNodeContents(field);
  range.collapse(false);
  const selection = document.getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}

/** Inserts what was pasted: formatted text keeps its meaning, nothing else comes along. */
export function insertPasted(data: DataTransfer): void {
  const html = data.getData("text/html");
  const nodes = html !== "" ? pasteable(readHtml(html)) : fromPlain(data.getData("text/plain"));
  document.execCommand("insertHTML", false, write(nodes).html);
}

/** Attachments, pictures, mentions belong to the message they came from. */
function pasteable(nodes: Rich[]): Rich[] {
  return nodes.flatMap((node): Rich[] => {
    if (node.t === "attachment" || node.t === "picture" || node.t === "marker") return [];
    if (node.t === "mention") return pasteable(node.kids);
    if (node.t === "code") return [{ t: "tag", tag: "code", kids: fromPlain(node.text) }];
    return "kids" in node ? [{ ...node, kids: pasteable(node.kids) } as Rich] : [node];
  });
}

export function insertText(field: HTMLElement, text: string): void {
  field.focus();
  document.execCommand("insertText", false, text);
}
