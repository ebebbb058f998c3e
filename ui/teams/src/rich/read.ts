// Reads hostile HTML into the tree by whitelist. DOMParser builds an inert document: nothing
// in it loads or runs. Text is kept wherever an element is not.

import { type Rich, type Tag, blockTags, inlineTags } from "./tree";

const deepest = 40; // nesting kept; deeper content becomes its text
const mostNodes = 20_000;

const aliases: Record<string, Tag> = {
  b: "strong", i: "em", strike: "s", del: "s", ins: "u", h4: "h3", h5: "h3", h6: "h3", tfoot: "tbody",
  ...Object.fromEntries([...blockTags, ...inlineTags].map((tag) => [tag, tag])),
};

// Elements whose text is not content.
const silent = new Set([
  "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "head", "title", "meta", "link",
  "base", "form", "input", "textarea", "select", "option", "button", "audio", "video", "canvas", "frame", "frameset",
  "systemeventmessage",
]);

/** Understands an element this reader does not know; undefined leaves it to the reader. */
export type Extra = (element: Element, kids: () => Rich[]) => Rich | undefined;

interface Walk {
  left: number; // nodes that may still be read
  extra: Extra | undefined;
}

export function readHtml(html: string): Rich[] {
  const document = new DOMParser().parseFromString(html, "text/html");
  return document.body ? readDom(document.body) : [];
}

export function readDom(parent: Element, extra?: Extra): Rich[] {
  return kidsOf(parent, 0, { left: mostNodes, extra });
}

function kidsOf(parent: Element, depth: number, walk: Walk): Rich[] {
  const kids: Rich[] = [];
  for (const child of Array.from(parent.childNodes)) {
    if (walk.left-- <= 0) break;
    if (child.nodeType === 3) {
      const text = child.nodeValue ?? "";
      if (text !== "") kids.push({ t: "text", text });
    } else if (child.nodeType === 1) {
      kids.push(...element(child as Element, depth + 1, walk));
    }
  }
  return kids;
}

function element(el: Element, depth: number, walk: Walk): Rich[] {
  const name = el.localName.toLowerCase();
  if (silent.has(name)) return [];
  if (depth > deepest) return [{ t: "text", text: el.textContent ?? "" }];
  const kids = (): Rich[] => kidsOf(el, depth, walk);
  const known = walk.extra?.(el, kids) ?? special(el, name, kids);
  if (known !== undefined) return [known];
  const tag = aliases[name];
  if (tag === undefined || !Object.hasOwn(aliases, name)) return styled(el, kids());
  if (tag === "br" || tag === "hr") return [{ t: "tag", tag, kids: [] }];
  const span = tag === "td" || tag === "th" ? number(el, "colspan", 20) : undefined;
  return [{ t: "tag", tag, kids: kids(), ...(span !== undefined && span > 1 ? { span } : {}) }];
}

function special(el: Element, name: string, kids: () => Rich[]): Rich | undefined {
  switch (name) {
    case "a": {
      const href = safeLink(el.getAttribute("href"));
      return href === undefined ? undefined : { t: "link", href, kids: kids() };
    }
    case "at":
      return { t: "mention", id: el.getAttribute("id") ?? "", kids: kids() };
    case "attachment":
      return { t: "attachment", id: el.getAttribute("id") ?? "" };
    case "emoji":
      return { t: "emoji", alt: el.getAttribute("alt") || el.getAttribute("title") || "\u25a1" };
    case "customemoji":
      return picture(el, el.getAttribute("source"), true);
    case "img":
      return picture(el, el.getAttribute("src"), isEmojiPicture(el));
    case "pre":
    case "codeblock":
      return { t: "code", lang: (el.getAttribute("class") ?? "").replace(/^language-/, ""), text: codeText(el) };
    case "abbr":
      return el.childNodes.length === 0 ? { t: "marker", title: el.getAttribute("title") ?? "" } : undefined;
    default:
      return undefined;
  }
}

/** Spans say bold and the like by style; only these four meanings are kept. */
function styled(el: Element, kids: Rich[]): Rich[] {
  const style = (el.getAttribute("style") ?? "").toLowerCase();
  if (style === "" || kids.length === 0) return kids;
  const tags: Tag[] = [];
  if (/font-weight:\s*(bold|[6-9]00)/.test(style)) tags.push("strong");
  if (/font-style:\s*italic/.test(style)) tags.push("em");
  if (/text-decoration[^;]*:[^;]*underline/.test(style)) tags.push("u");
  if (/text-decoration[^;]*:[^;]*line-through/.test(style)) tags.push("s");
  return tags.reduce<Rich[]>((inner, tag) => [{ t: "tag", tag, kids: inner }], kids);
}

function picture(el: Element, src: string | null, small: boolean): Rich {
  const alt = el.getAttribute("alt") ?? "";
  const width = number(el, "width", 4096);
  const height = number(el, "height", 4096);
  return {
    t: "picture",
    src: src ?? "",
    alt,
    ...(width !== undefined ? { width } : {}),
    ...(height !== undefined ? { height } : {}),
    ...(small ? { small } : {}),
  };
}

function isEmojiPicture(el: Element): boolean {
  return /schema\.skype\.com\/emoji/i.test(el.getAttribute("itemtype") ?? "");
}

/** The text of a code block, whose lines are split by br in Teams and by \n elsewhere. */
function codeText(el: Element): string {
  let text = "";
  for (const child of Array.from(el.childNodes)) {
    if (child.nodeType === 3) text += child.nodeValue ?? "";
    else if (child.nodeType !== 1) continue;
    else if ((child as Element).localName === "br") text += "\n";
    else if (!silent.has((child as Element).localName)) text += codeText(child as Element);
  }
  return text;
}

function number(el: Element, name: string, most: number): number | undefined {
  const value = Number.parseFloat(el.getAttribute(name) ?? "");
  return Number.isFinite(value) && value > 0 && value <= most ? Math.round(value) : undefined;
}

/** A link one may follow: web, mail or telephone, absolute. */
export function safeLink(href: string | null): string | undefined {
  if (href === null) return undefined;
  try {
    const url = new URL(href.trim());
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined; // relative or malformed: its text stays, without a link
  }
}

/** The path of a picture that Graph hosts for a message; other addresses are never fetched. */
export function hostedPath(src: string): string | undefined {
  try {
    const url = new URL(src);
    if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
    const hosted = /^\/(?:v1\.0|beta)\/(chats|teams)\/[^?]*\/hostedContents\/[^/?]+\/\$value$/i;
    if (!hosted.test(url.pathname) || /%2e%2e|\/\.\.\//i.test(url.pathname)) return undefined;
    return url.pathname.replace(/^\/beta\//, "/v1.0/");
  } catch {
    return undefined;
  }
}
