// Small questions about content trees.
import type { FileRef, Node } from "../../../shared/types";

/** Typed text as content, until the server's own tree of it arrives. */
export function fromText(text: string): Node[] {
  const kids = text.split("\n").flatMap((line, i): Node[] => [...(i ? [{ t: "br" } as Node] : []), ...(line ? [{ t: "text", text: line } as Node] : [])]);
  return text ? [{ t: "p", kids }] : [];
}

const blocks = new Set(["p", "item", "quote", "list", "code", "table", "row"]);

/** The words of the content; files are left out. */
export function plainText(nodes: readonly Node[]): string {
  const parts = nodes.map((n) => (n.t === "br" ? "\n" : n.t === "file" ? "" : (n.text ?? "") + plainText(n.kids ?? [])));
  return nodes.some((n) => blocks.has(n.t)) ? parts.filter(Boolean).join("\n") : parts.join("");
}

/** Whether the content says nothing that plain text would not say. */
export const isPlain = (nodes: readonly Node[]): boolean =>
  nodes.every((n) => (n.t === "p" || n.t === "text" || n.t === "br") && !n.marks?.length && isPlain(n.kids ?? []));

export const filesOf = (nodes: readonly Node[]): FileRef[] => nodes.flatMap((n) => (n.t === "file" && n.file ? [n.file] : filesOf(n.kids ?? [])));

/** Pictures have a size in pixels. */
export const isPicture = (f: FileRef) => (f.width ?? 0) > 0 && f.type.startsWith("image/");

/** One to three emoji and nothing else: shown large. */
export function isEmojiOnly(nodes: readonly Node[]): boolean {
  if (nodes.length !== 1 || nodes[0]!.t !== "p") return false;
  const text = plainText(nodes).trim();
  return /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text);
}
