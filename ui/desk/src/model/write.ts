// From the composer's editable element to the tree that a line carries. It asks of the document only what stands in Piece, so that
// tests need no browser.
import type { Mark, Node } from "../../../shared/types";

export interface Piece {
  nodeType: number; // 1 element, 3 text
  nodeName: string;
  nodeValue: string | null;
  childNodes: ArrayLike<Piece>;
}

const marks: Record<string, Mark> = { B: "bold", STRONG: "bold", I: "italic", EM: "italic", U: "underline", S: "strike", STRIKE: "strike", DEL: "strike", CODE: "code" };
const starts = new Set(["DIV", "P", "LI", "UL", "OL", "BLOCKQUOTE", "PRE", "H1", "H2", "H3"]);

/** The composer's content: one paragraph with text, marks and line breaks, no blanks or breaks at its ends. */
export function serialise(root: Piece): Node[] {
  const kids: Node[] = [];
  walk(root, [], kids);
  const trimmed = trim(kids);
  return trimmed.length ? [{ t: "p", kids: trimmed }] : [];
}

function walk(at: Piece, active: readonly Mark[], out: Node[]): void {
  for (const piece of Array.from(at.childNodes)) {
    if (piece.nodeType === 3) text(piece.nodeValue ?? "", active, out);
    if (piece.nodeType !== 1) continue;
    if (piece.nodeName === "BR") {
      out.push({ t: "br" });
      continue;
    }
    const mark = marks[piece.nodeName];
    const block = starts.has(piece.nodeName);
    if (block && out.length && out.at(-1)!.t !== "br") out.push({ t: "br" });
    const before = out.length;
    walk(piece, mark && !active.includes(mark) ? [...active, mark] : active, out);
    // An empty line is a block with a single break in it; what follows a block begins a new line.
    if (block && !isLastOf(at, piece) && (out.length === before || out.at(-1)!.t !== "br")) out.push({ t: "br" });
  }
}

const isLastOf = (parent: Piece, piece: Piece) => parent.childNodes[parent.childNodes.length - 1] === piece;

function text(value: string, active: readonly Mark[], out: Node[]): void {
  value.replaceAll("\u00a0", " ").replaceAll("\u200b", "").split("\n").forEach((part, i) => {
    if (i) out.push({ t: "br" });
    if (!part) return;
    const last = out.at(-1);
    if (last?.t === "text" && same(last.marks ?? [], active)) last.text += part;
    else out.push({ t: "text", text: part, ...(active.length ? { marks: [...active] } : {}) });
  });
}

const same = (a: readonly Mark[], b: readonly Mark[]) => a.length === b.length && a.every((m) => b.includes(m));

function trim(kids: Node[]): Node[] {
  const blank = (n: Node) => n.t === "br" || (n.t === "text" && !n.text!.trim());
  let [from, to] = [0, kids.length];
  while (from < to && blank(kids[from]!)) from++;
  while (to > from && blank(kids[to - 1]!)) to--;
  const rest = kids.slice(from, to);
  const last = rest.at(-1);
  if (last?.t === "text") rest[rest.length - 1] = { ...last, text: last.text!.trimEnd() };
  return rest;
}
