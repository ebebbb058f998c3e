// What hangs on a message: files, quotes, cards. Whatever cannot be shown is named.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type GraphError, asGraphError } from "../graph/error";
import { onOrigin } from "../graph/graph";
import type { Attachment, DriveItem } from "../graph/shapes";
import { cardTexts, quoteIn, snippetIn } from "../model/cards";
import { problemInWords } from "../words/problem";
import { CodeBlock } from "./CodeBlock";
import { usePlace, useSpeech } from "./context";
import { Icon } from "./Icon";
import { ShownPicture, useBlob } from "./Picture";

export function AttachmentView({ attachment }: { attachment: Attachment }): VNode {
  const { words } = useSpeech();
  const type = attachment.contentType ?? "";
  if (type === "reference" && attachment.contentUrl) return <FileView attachment={attachment} url={attachment.contentUrl} />;
  if (type === "messageReference" || type === "forwardedMessageReference") return <Quote attachment={attachment} />;
  if (type === "application/vnd.microsoft.card.codesnippet") return <Snippet attachment={attachment} />;
  if (type.startsWith("application/vnd.microsoft.card.")) {
    const texts = cardTexts(attachment.content);
    return (
      <Placeholder title={attachment.name || words.card}>
        {texts.length > 0 ? texts.map((text, i) => <span key={i} class="card-text">{text}</span>) : words.unknownAttachment}
      </Placeholder>
    );
  }
  const title = type === "meetingReference" ? words.meeting : attachment.name || words.file;
  return <Placeholder title={title}>{words.unknownAttachment}</Placeholder>;
}

function Placeholder({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <div class="placeholder">
      <b>{title}</b>
      {children}
    </div>
  );
}

const pictureName = /\.(png|jpe?g|gif|webp|avif|bmp)$/i;
const pictureLimit = 8_000_000; // bytes that are fetched without being asked

function FileView({ attachment, url }: { attachment: Attachment; url: string }): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const [item, setItem] = useState<DriveItem>();
  const [problem, setProblem] = useState<GraphError>();
  useEffect(() => {
    session.pictures.item(url).then(setItem, (cause: unknown) => setProblem(asGraphError(cause)));
  }, [url]);
  const name = attachment.name || item?.name || words.file;
  const isPicture = pictureName.test(name) && (item?.size ?? Infinity) <= pictureLimit;
  const picture = useBlob(isPicture ? url : undefined, () => session.pictures.shared(url));
  return (
    <div class="file-box">
      {picture.url !== undefined && <ShownPicture state={picture} name={name} />}
      <FileCard name={name} url={url} size={item?.size} problem={problem} />
    </div>
  );
}

function FileCard({ name, url, size, problem }: { name: string; url: string; size: number | undefined; problem: GraphError | undefined }): VNode {
  const speech = useSpeech();
  const { words } = speech;
  const { session } = usePlace();
  const [loading, setLoading] = useState(false);
  const download = async (): Promise<void> => {
    setLoading(true);
    await session.act(() => session.pictures.download(url, name));
    setLoading(false);
  };
  const under = problem ? (problem.status === 403 ? words.noAccess : problemInWords(problem, words)) : size === undefined ? " " : speech.size(size);
  return (
    <button type="button" class="file-card" aria-label={`${words.download(name)}${size === undefined ? "" : `, ${speech.size(size)}`}`} title={words.download(name)} disabled={loading} onClick={() => void download()}>
      <span class={`file-sign ${extension(name)}`} aria-hidden="true"><Icon name="file" size={22} /></span>
      <span class="file-text">
        <span class="file-name">{name}</span>
        <span class="file-under">{loading ? words.downloading : under}</span>
      </span>
      <Icon name="download" size={18} />
    </button>
  );
}

function extension(name: string): string {
  const end = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  if (end === "pdf") return "red";
  if (/^(xlsx?|csv|ods)$/.test(end)) return "green";
  if (/^(docx?|odt|rtf|txt|md)$/.test(end)) return "blue";
  if (/^(pptx?|odp|zip|gz|7z)$/.test(end)) return "amber";
  return "plain";
}

function Quote({ attachment }: { attachment: Attachment }): VNode {
  const speech = useSpeech();
  const { words } = speech;
  const { session } = usePlace();
  const quote = quoteIn(attachment.content);
  const sender = quote.senderId ? (session.name(quote.senderId) ?? quote.senderName) : quote.senderName;
  const name = sender ?? words.unknownPerson;
  const forwarded = attachment.contentType === "forwardedMessageReference";
  const show = (): void => {
    const id = quote.messageId ?? attachment.id;
    const original = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`);
    original?.scrollIntoView({ block: "center" });
    original?.focus({ preventScroll: true });
  };
  return (
    <button type="button" class="quote" onClick={show}>
      <span class="quote-head">
        <b>{forwarded ? `${words.forwarded} · ${name}` : name}</b>
        {quote.at && <time dateTime={quote.at}>{speech.time(quote.at)}</time>}
      </span>
      <span class="quote-text">{quote.preview || words.message}</span>
    </button>
  );
}

function Snippet({ attachment }: { attachment: Attachment }): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const snippet = snippetIn(attachment.content);
  const [text, setText] = useState<string>();
  const [problem, setProblem] = useState<GraphError>();
  useEffect(() => {
    if (snippet.url === undefined) return;
    session.graph
      .call("GET", onOrigin(snippet.url))
      .then((answer) => answer.text())
      .then(setText, (cause: unknown) => setProblem(asGraphError(cause)));
  }, [snippet.url]);
  if (text !== undefined) return <CodeBlock lang={snippet.language} name={snippet.name} text={text} />;
  return (
    <Placeholder title={snippet.name || words.codeSnippet}>
      {problem ? problemInWords(problem, words) : snippet.url === undefined ? words.unknownAttachment : words.loading}
    </Placeholder>
  );
}
