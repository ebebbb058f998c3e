// Writes the tree as the HTML that Graph accepts from a client.

import type { Mention } from "../graph/shapes";
import type { Rich } from "./tree";

export interface Written {
  html: string;
  mentions: Mention[];
}

/** HTML and the mentions it refers to; `known` are the mentions of a message being edited. */
export function write(nodes: Rich[], known: Mention[] = []): Written {
  const mentions: Mention[] = [];
  const html = nodes.map((node) => one(node, mentions, known)).join("");
  return { html, mentions };
}

function one(node: Rich, mentions: Mention[], known: Mention[]): string {
  const inner = (kids: Rich[]): string => kids.map((kid) => one(kid, mentions, known)).join("");
  switch (node.t) {
    case "text":
      return escape(node.text.replaceAll("\u200b", "").replaceAll("\u00a0", " "));
    case "tag":
      if (node.tag === "br" || node.tag === "hr") return `<${node.tag}>`;
      return `<${node.tag}${node.span ? ` colspan="${node.span}"` : ""}>${inner(node.kids)}</${node.tag}>`;
    case "link":
      return `<a href="${escape(node.href)}">${inner(node.kids)}</a>`;
    case "code":
      return codeblock(node.lang, node.text);
    case "mention":
      return mention(node, inner(node.kids), mentions, known);
    case "emoji":
      return escape(node.alt);
    case "picture":
      return picture(node);
    case "attachment":
      return `<attachment id="${escape(node.id)}"></attachment>`;
    case "marker":
      return `<abbr title="${escape(node.title)}"></abbr>`;
  }
}

function codeblock(lang: string, text: string): string {
  const cls = lang === "" ? "" : ` class="${escape(lang)}"`;
  return `<codeblock${cls}><code>${text.split("\n").map(escape).join("<br>")}</code></codeblock>`;
}

function picture(node: Extract<Rich, { t: "picture" }>): string {
  const size = (name: "width" | "height"): string => (node[name] ? ` ${name}="${node[name]}"` : "");
  return `<img src="${escape(node.src)}" alt="${escape(node.alt)}"${size("width")}${size("height")}>`;
}

function mention(node: Extract<Rich, { t: "mention" }>, inner: string, out: Mention[], known: Mention[]): string {
  const kept = known.find((m) => String(m.id) === node.id);
  const user = node.person === undefined ? kept?.mentioned?.user : { id: node.person, userIdentityType: "aadUser" };
  if (!user) return inner; // a mention of nobody is text
  const id = out.length;
  const mentionText = kept?.mentionText ?? plain(node.kids);
  out.push({ id, mentionText, mentioned: { user: { displayName: mentionText, ...user } } });
  return `<at id="${id}">${inner}</at>`;
}

function plain(nodes: Rich[]): string {
  return nodes.map((node) => (node.t === "text" ? node.text : "")).join("");
}

export function escape(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
