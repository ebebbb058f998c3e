import { Fragment, type ReactNode } from "react";
import { numberRoom } from "../../../../shared/lists";
import type { Mark, Node } from "../../../../shared/types";
import { fileURL } from "../../lib/calls";
import { worded } from "../../model/facts";
import { useT } from "../context";
import { FileView } from "./file";

/** Draws a content tree with React nodes only: nothing of it is ever markup. */
export function Content({ nodes }: { nodes: readonly Node[] }) {
  return <div className="text"><Nodes nodes={nodes} /></div>;
}

const Nodes = ({ nodes }: { nodes: readonly Node[] | undefined }) => (nodes ?? []).map((n, i) => <NodeView key={i} n={n} />);

function NodeView({ n }: { n: Node }): ReactNode {
  switch (n.t) {
    case "text": return <Marked text={n.text ?? ""} marks={n.marks ?? []} />;
    case "br": return <br />;
    case "p": return <p><Nodes nodes={n.kids} /></p>;
    case "link": return <a href={safe(n.href)} target="_blank" rel="noopener noreferrer"><Nodes nodes={n.kids} /></a>;
    case "mention": return <span className="mention">@{n.text}</span>;
    case "emoji": return n.file ? <img className="emoji" src={fileURL(n.file)} alt={n.text ?? ""} title={n.text} /> : <span>{n.text}</span>;
    case "quote": return <blockquote>{n.text && <cite>{n.text}</cite>}<Nodes nodes={n.kids} /></blockquote>;
    case "code": return <pre tabIndex={0}>{n.text}</pre>;
    case "list": return n.ordered ? <ol start={n.start} style={numberRoom(n.start)}><Nodes nodes={n.kids} /></ol> : <ul><Nodes nodes={n.kids} /></ul>;
    case "item": return <li><Nodes nodes={n.kids} /></li>;
    case "table": return <table tabIndex={0}><tbody><Nodes nodes={n.kids} /></tbody></table>;
    case "row": return <tr><Nodes nodes={n.kids} /></tr>;
    case "cell": return <td><Nodes nodes={n.kids} /></td>;
    case "file": return n.file ? <FileView file={n.file} /> : null;
    case "placeholder": return <Placeholder n={n} />;
  }
}

/** The server lets only these schemes in; the desk does not rely on it. */
const safe = (href: string | undefined) => (href && /^(https?|mailto|tel):/i.test(href) ? href : undefined);

const tags: Record<Mark, (inner: ReactNode) => ReactNode> = {
  bold: (x) => <b>{x}</b>, italic: (x) => <i>{x}</i>, underline: (x) => <u>{x}</u>, strike: (x) => <s>{x}</s>, code: (x) => <code>{x}</code>,
};

const Marked = ({ text, marks }: { text: string; marks: readonly Mark[] }) => <Fragment>{marks.reduce<ReactNode>((inner, m) => tags[m](inner), text)}</Fragment>;

function Placeholder({ n }: { n: Node }) {
  const t = useT();
  const what = worded(t, `place.${n.what ?? "unknown"}`, "place.unknown", {});
  return <span className="placeholder">{n.text ? t("place.titled", { what, title: n.text }) : what}</span>;
}
