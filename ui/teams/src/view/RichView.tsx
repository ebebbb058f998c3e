// The content tree as Preact nodes. Only what the tree can say is ever drawn.

import { type Attributes, type VNode, createElement } from "preact";
import type { Attachment } from "../graph/shapes";
import type { Rich } from "../rich/tree";
import { splitLinks } from "../rich/links";
import { plain } from "../rich/plain";
import { AttachmentView } from "./Attachment";
import { CodeBlock } from "./CodeBlock";
import { Picture } from "./Picture";

interface RichProps {
  nodes: Rich[];
  attachments: Attachment[];
}

export function RichView({ nodes, attachments }: RichProps): VNode {
  return <div class="rich">{nodes.map((node, i) => one(node, i, attachments, false))}</div>;
}

function one(node: Rich, key: number, attachments: Attachment[], inLink: boolean): VNode | string | null {
  const kids = (nodes: Rich[], link = inLink): (VNode | string | null)[] => nodes.map((kid, i) => one(kid, i, attachments, link));
  switch (node.t) {
    case "text":
      return inLink ? node.text : <Text key={key} text={node.text} />;
    case "tag":
      if (node.tag === "br" || node.tag === "hr") return <node.tag key={key} />;
      if (node.tag === "table") {
        return <div key={key} class="table-box"><table>{tableKids(node.kids).map((kid, i) => one(kid, i, attachments, inLink))}</table></div>;
      }
      if (/^h[123]$/.test(node.tag)) return <h3 key={key} class={node.tag}>{kids(node.kids)}</h3>; // below the headings of the page
      return createElement(node.tag, { key, ...cell(node) } as Attributes, kids(node.kids));
    case "link":
      return <a key={key} href={node.href} title={node.href} target="_blank" rel="noopener noreferrer">{kids(node.kids, true)}</a>;
    case "code":
      return <CodeBlock key={key} lang={node.lang} text={node.text} />;
    case "mention":
      return <span key={key} class="mention">{kids(node.kids, true)}</span>;
    case "emoji":
      return <span key={key} class="emoji">{node.alt}</span>;
    case "picture":
      return <Picture key={key} src={node.src} alt={node.alt} width={node.width} height={node.height} small={node.small} />;
    case "attachment": {
      const attachment = attachments.find((a) => a.id === node.id);
      return attachment ? <AttachmentView key={key} attachment={attachment} /> : null;
    }
    case "marker":
      return null;
  }
}

const shortCell = 18; // characters that stay on one line: labels, times, names

function cell(node: Extract<Rich, { t: "tag" }>): { colSpan?: number; class?: string } {
  if (node.tag !== "td" && node.tag !== "th") return {};
  const short = plain(node.kids, { picture: "", file: "" }).length <= shortCell;
  return { ...(node.span ? { colSpan: node.span } : {}), ...(short ? { class: "short" } : {}) };
}

/** Loose text between rows is white space. */
function tableKids(kids: Rich[]): Rich[] {
  return kids
    .filter((kid) => kid.t !== "text" || kid.text.trim() !== "")
    .map((kid) => (kid.t === "tag" && ["tbody", "thead", "tr"].includes(kid.tag) ? { ...kid, kids: tableKids(kid.kids) } : kid));
}

function Text({ text }: { text: string }): VNode {
  return (
    <>
      {splitLinks(text).map((piece, i) =>
        piece.href === undefined ? piece.text : <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer">{piece.text}</a>,
      )}
    </>
  );
}
