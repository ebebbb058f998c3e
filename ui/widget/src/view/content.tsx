import { Fragment, type ComponentChildren } from "preact";
import { numberRoom } from "../../../shared/lists";
import type { Node } from "../../../shared/types";
import type { Shell } from "../shell";
import { File } from "./file";

interface Props {
  nodes: readonly Node[];
  shell: Shell;
}

/** Draws the typed tree of a line. Nothing here is ever parsed as HTML. */
export function Content({ nodes, shell }: Props) {
  return <>{nodes.map((n, i) => <Fragment key={i}>{draw(n, shell)}</Fragment>)}</>;
}

function draw(n: Node, shell: Shell): ComponentChildren {
  const kids = () => <Content nodes={n.kids ?? []} shell={shell} />;
  switch (n.t) {
    case "p":
      return <p dir="auto">{kids()}</p>;
    case "quote":
      return <blockquote dir="auto">{n.text && <cite>{n.text}</cite>}{kids()}</blockquote>;
    case "code":
      return <pre dir="ltr" tabIndex={0}><code>{n.text}</code></pre>;
    case "list":
      return n.ordered ? <ol dir="auto" start={n.start} style={numberRoom(n.start)}>{kids()}</ol> : <ul dir="auto">{kids()}</ul>;
    case "item":
      return <li dir="auto">{kids()}</li>;
    case "table":
      return <div class="scroll" tabIndex={0}><table><tbody>{kids()}</tbody></table></div>;
    case "row":
      return <tr>{kids()}</tr>;
    case "cell":
      return <td dir="auto">{kids()}</td>;
    case "file":
      return n.file && <File file={n.file} shell={shell} />;
    case "placeholder":
      return <p class="stand-in" dir="auto">{shell.words.placeholder(n.what ?? "", n.text ?? "")}</p>;
    case "br":
      return <br />;
    case "link":
      return safe(n.href) ? <a href={n.href} target="_blank" rel="noopener noreferrer">{kids()}</a> : kids();
    case "mention":
      return <b class="mention">{n.text}</b>;
    case "emoji":
      return n.file ? <File file={n.file} shell={shell} /> : n.text;
    default:
      return (n.marks ?? []).reduce<ComponentChildren>(mark, n.text ?? "");
  }
}

function mark(inside: ComponentChildren, how: string): ComponentChildren {
  const Tag = ({ bold: "strong", italic: "em", underline: "u", strike: "s", code: "code" } as const)[how];
  return Tag ? <Tag>{inside}</Tag> : inside;
}

/** The server lets only these through; a page that draws links asks again. */
const safe = (href: string | undefined) => /^(https?|mailto|tel):/i.test(href ?? "");
