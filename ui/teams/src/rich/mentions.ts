// Mentions of a written message, tied again to the people they name.

import type { Mention } from "../graph/shapes";
import type { Rich } from "./tree";

/** The tree with each mention's index replaced by its person. Mentions of nobody become text. */
export function personed(nodes: Rich[], mentions: Mention[]): Rich[] {
  return nodes.flatMap((node): Rich[] => {
    if (!("kids" in node)) return [node];
    const kids = personed(node.kids, mentions);
    if (node.t !== "mention") return [{ ...node, kids } as Rich];
    const person = mentions.find((m) => String(m.id) === node.id)?.mentioned?.user?.id;
    return person === undefined ? kids : [{ t: "mention", id: "", person, kids }];
  });
}
