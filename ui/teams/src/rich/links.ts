// Finds web addresses in plain text, so that they can be followed.

import { safeLink } from "./read";

const address = /\bhttps?:\/\/[^\s<>"']+/gi;

/** The text in pieces; pieces with `href` are addresses. */
export function splitLinks(value: string): { text: string; href?: string }[] {
  const pieces: { text: string; href?: string }[] = [];
  let from = 0;
  for (const match of value.matchAll(address)) {
    const url = withoutTail(match[0]);
    const href = safeLink(url);
    if (href === undefined) continue;
    if (match.index > from) pieces.push({ text: value.slice(from, match.index) });
    pieces.push({ text: url, href });
    from = match.index + url.length;
  }
  if (from < value.length) pieces.push({ text: value.slice(from) });
  return pieces;
}

/** Sentence marks and unopened closing brackets behind an address are not part of it. */
function withoutTail(url: string): string {
  let end = url.length;
  for (; end > 0; end--) {
    const last = url[end - 1]!;
    if (".,;:!?…*_~".includes(last)) continue;
    const kept = url.slice(0, end);
    if (last === ")" && count(kept, ")") > count(kept, "(")) continue;
    if (last === "]" && count(kept, "]") > count(kept, "[")) continue;
    break;
  }
  return url.slice(0, end);
}

function count(value: string, char: string): number {
  return value.split(char).length - 1;
}
