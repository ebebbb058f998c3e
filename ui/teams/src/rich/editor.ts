// The tree in the editing field and back. Mentions, attachments and pictures are chips there:
// one piece each, removed by one key, named by data attributes that only the editor trusts.

import { type Rich, fromPlain, isBlock, trimmed } from "./tree";
import { readDom } from "./read";

export interface ChipWords {
  picture: string;
  attachment: (id: string) => string;
}

export function toEditor(nodes: Rich[], words: ChipWords): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const node of nodes) fragment.append(one(node, words));
  return fragment;
}

function one(node: Rich, words: ChipWords): Node {
  switch (node.t) {
    case "text":
      return document.createTextNode(node.text.replace(/\s*[\r\n]+\s*/g, " ")); // the field shows line feeds as such
    case "tag":
      return filled(document.createElement(node.tag), node.kids, words);
    case "link": {
      const a = document.createElement("a");
      a.href = node.href;
      return filled(a, node.kids, words);
    }
    case "code": {
      const pre = document.createElement("pre");
      pre.className = node.lang;
      pre.textContent = node.text;
      return pre;
    }
    case "mention": {
      const chip = newChip("mention", node.person ?? node.id, "");
      if (node.person === undefined) chip.dataset.index = node.id;
      return filled(chip, node.kids, words);
    }
    case "emoji":
      return document.createTextNode(node.alt);
    case "picture": {
      const chip = newChip("picture", node.src, `\u{1f5bc} ${node.alt || words.picture}`);
      chip.dataset.alt = node.alt;
      return chip;
    }
    case "attachment":
      return newChip("attachment", node.id, `\u{1f4ce} ${words.attachment(node.id)}`);
    case "marker": {
      const abbr = document.createElement("abbr");
      abbr.title = node.title;
      return abbr;
    }
  }
}

function filled(parent: HTMLElement, kids: Rich[], words: ChipWords): HTMLElement {
  for (const kid of kids) parent.append(one(kid, words));
  return parent;
}

/** The chip of a person to mention. */
export function mentionChip(person: string, name: string): HTMLElement {
  return newChip("mention", person, name);
}

function newChip(kind: string, value: string, label: string): HTMLElement {
  const chip = document.createElement("span");
  chip.className = "chip";
  chip.contentEditable = "false";
  chip.dataset.chip = kind;
  chip.dataset.value = value;
  chip.textContent = label;
  return chip;
}

/** What the field holds, as paragraphs and blocks. */
export function fromEditor(field: Element): Rich[] {
  return trimmed(paragraphs(readDom(field, chip)));
}

function chip(el: Element, kids: () => Rich[]): Rich | undefined {
  if (!(el instanceof HTMLElement) || el.dataset.chip === undefined) return undefined;
  const value = el.dataset.value ?? "";
  switch (el.dataset.chip) {
    case "mention":
      if (el.dataset.index !== undefined) return { t: "mention", id: el.dataset.index, kids: kids() };
      return { t: "mention", id: "", person: value, kids: kids() };
    case "picture":
      return { t: "picture", src: value, alt: el.dataset.alt ?? "" };
    case "attachment":
      return { t: "attachment", id: value };
    default:
      return undefined;
  }
}

/** Browsers leave loose text and div lines in an editing field: both become paragraphs. */
function paragraphs(nodes: Rich[]): Rich[] {
  const out: Rich[] = [];
  let line: Rich[] = [];
  const flush = (): void => {
    if (line.length > 0) {
      const kids = trimmed(line); // browsers keep a break at the end of a line
      out.push({ t: "tag", tag: "p", kids: kids.length > 0 ? kids : [{ t: "tag", tag: "br", kids: [] }] });
    }
    line = [];
  };
  for (const node of nodes.flatMap(broken)) {
    if (!isBlock(node)) {
      line.push(node);
      continue;
    }
    flush();
    if (node.t === "tag" && (node.tag === "div" || node.tag === "p")) out.push(...paragraphs(node.kids));
    else out.push(node);
  }
  flush();
  return out;
}

/** Line feeds in the field's text are line breaks. */
function broken(node: Rich): Rich[] {
  if (node.t === "text") return node.text.includes("\n") ? fromPlain(node.text) : [node];
  return "kids" in node ? [{ ...node, kids: node.kids.flatMap(broken) } as Rich] : [node];
}
