// The content of a message as a small typed tree. Everything shown or sent passes through
// it: what has no place here (scripts, styles, handlers, foreign elements) cannot survive.

export const blockTags = [
  "p", "div", "h1", "h2", "h3", "blockquote", "ul", "ol", "li", "table", "tbody", "thead", "tr", "td", "th", "hr",
] as const;
export const inlineTags = ["strong", "em", "u", "s", "code", "sub", "sup", "br"] as const;

export type Tag = (typeof blockTags)[number] | (typeof inlineTags)[number];

export type Rich =
  | { t: "text"; text: string }
  | { t: "tag"; tag: Tag; kids: Rich[]; span?: number }
  | { t: "link"; href: string; kids: Rich[] }
  | { t: "code"; lang: string; text: string } // a block of code
  | { t: "mention"; id: string; kids: Rich[]; person?: string } // id: index into mentions[], or "" before sending
  | { t: "emoji"; alt: string }
  | { t: "picture"; src: string; alt: string; width?: number; height?: number; small?: boolean }
  | { t: "attachment"; id: string }
  | { t: "marker"; title: string }; // an empty abbr: invisible, but kept when a message is edited

const blocks: ReadonlySet<string> = new Set(blockTags);

export function isBlock(node: Rich): boolean {
  return node.t === "code" || (node.t === "tag" && blocks.has(node.tag));
}

export function text(value: string): Rich {
  return { t: "text", text: value };
}

/** Plain text with its line breaks. */
export function fromPlain(value: string): Rich[] {
  const lines = value.split(/\r\n|\r|\n/);
  return lines.flatMap((line, i) => (i === 0 ? [text(line)] : [{ t: "tag", tag: "br", kids: [] } as Rich, text(line)]));
}

/** Whether there is anything to see. */
export function isEmpty(nodes: Rich[]): boolean {
  return nodes.every((node) => {
    switch (node.t) {
      case "text":
        return node.text.replaceAll("\u200b", "").trim() === "";
      case "tag":
        return node.tag !== "hr" && isEmpty(node.kids);
      case "link":
        return isEmpty(node.kids);
      case "code":
        return node.text.trim() === "";
      case "marker":
        return true;
      default:
        return false;
    }
  });
}

/** Drops empty blocks and breaks at both ends; clients love to send them. */
export function trimmed(nodes: Rich[]): Rich[] {
  let from = 0;
  let to = nodes.length;
  const padding = (node: Rich | undefined): boolean =>
    node !== undefined && node.t !== "marker" && (node.t !== "tag" || node.tag !== "hr") && isEmpty([node]);
  while (from < to && padding(nodes[from])) from++;
  while (to > from && padding(nodes[to - 1])) to--;
  return nodes.slice(from, to);
}
