// The tree as one line of text, for previews and accessible names.

import { type Rich, isBlock } from "./tree";

export interface PlainWords {
  picture: string;
  file: string;
}

export function plain(nodes: Rich[], words: PlainWords): string {
  return pieces(nodes, words).replaceAll("\u200b", "").replace(/\s+/g, " ").trim();
}

function pieces(nodes: Rich[], words: PlainWords): string {
  return nodes
    .map((node) => {
      switch (node.t) {
        case "text":
          return node.text;
        case "tag":
          return node.tag === "br" || isBlock(node) ? ` ${pieces(node.kids, words)} ` : pieces(node.kids, words);
        case "link":
        case "mention":
          return pieces(node.kids, words);
        case "code":
          return ` ${node.text} `;
        case "emoji":
          return node.alt;
        case "picture":
          return node.small ? node.alt : ` ${node.alt || words.picture} `;
        case "attachment":
          return ` ${words.file} `;
        case "marker":
          return "";
      }
    })
    .join("");
}

const emojiOnly = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\s)+$/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Whether a line is one to three emoji and nothing else; such lines are shown large. */
export function isJumbo(line: string): boolean {
  const bare = line.replace(/\s+/g, "");
  if (bare === "" || !emojiOnly.test(bare) || /^[\d#*]+$/.test(bare)) return false;
  return [...graphemes.segment(bare)].length <= 3;
}
